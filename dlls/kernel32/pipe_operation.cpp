#include "dlls/kernel32/pipe_operation.h"

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/overlapped_end.h"

namespace windsock::kernel32 {

namespace {

bool reads(const FileTransfer& transfer) { return transfer.direction == FileTransfer::Direction::kRead; }

bool is_allowed(const NamedPipe& pipe, const FileTransfer& transfer) {
  return pipe.is_open_for(reads(transfer) ? PipeUse::kRead : PipeUse::kWrite);
}

BOOL result_of(const PipeEnd& end) { return end.error == Win32Error::kSuccess ? TRUE : fail(end.error); }

// Done when it returns, as on a synchronous handle; an OVERLAPPED is told all the same.
template <typename Work>
BOOL do_at_once(OVERLAPPED* overlapped, DWORD* transferred, Work work) {
  OverlappedEnd telling;
  if (overlapped != nullptr) {
    auto prepared = OverlappedEnd::prepare(overlapped, {}, nullptr);
    if (!prepared) return fail(prepared.error());
    telling = std::move(prepared).take();
  }
  PipeEnd end = work();
  if (transferred != nullptr) *transferred = end.bytes;
  if (overlapped != nullptr) telling.end_at_once(end.error, end.bytes);
  return result_of(end);
}

}  // namespace

BOOL transfer_through_pipe(NamedPipe& pipe, const FileTransfer& transfer, DWORD* transferred, OVERLAPPED* overlapped) {
  if (!is_allowed(pipe, transfer)) return fail(Win32Error::kAccessDenied);
  if (transferred == nullptr && overlapped == nullptr) return fail(Win32Error::kInvalidParameter);
  return do_at_once(overlapped, transferred, [&] {
    return reads(transfer) ? pipe.read(transfer.data, transfer.size) : pipe.write(transfer.data, transfer.size);
  });
}

BOOL connect_pipe(NamedPipe& pipe, OVERLAPPED* overlapped) {
  return do_at_once(overlapped, nullptr, [&] { return pipe.connect(); });
}

BOOL transfer_through_pipe_for_routine(NamedPipe&, const FileTransfer&, OVERLAPPED*, LPOVERLAPPED_COMPLETION_ROUTINE) {
  return fail(Win32Error::kInvalidParameter);
}

BOOL flush_pipe(NamedPipe& pipe) {
  if (!pipe.is_open_for(PipeUse::kWrite)) return fail(Win32Error::kAccessDenied);
  Win32Error now = pipe.check_connected();
  return now == Win32Error::kSuccess ? TRUE : fail(now);
}

}  // namespace windsock::kernel32
