#include "dlls/kernel32/pipe_operation.h"

#include <memory>
#include <new>

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

std::unique_ptr<PipeOperation> operation_for(const FileTransfer& transfer) {
  std::unique_ptr<PipeOperation> operation(new (std::nothrow) PipeOperation);
  if (!operation) return operation;
  operation->kind = reads(transfer) ? PipeOperation::Kind::kRead : PipeOperation::Kind::kWrite;
  operation->read = {transfer.data, transfer.size};
  operation->write = {transfer.data, transfer.size};
  return operation;
}

// The end, if it came at once.
PipeEnd begin(NamedPipe& pipe, std::unique_ptr<PipeOperation> operation, OVERLAPPED* overlapped, const void* routine) {
  if (!operation) return {Win32Error::kNotEnoughMemory};
  auto prepared = OverlappedEnd::prepare(overlapped, pipe.association().values(), routine);
  if (!prepared) return {prepared.error()};
  operation->telling = std::move(prepared).take();
  return pipe.begin(std::move(operation));
}

}  // namespace

BOOL transfer_through_pipe(NamedPipe& pipe, const FileTransfer& transfer, DWORD* transferred, OVERLAPPED* overlapped) {
  if (!is_allowed(pipe, transfer)) return fail(Win32Error::kAccessDenied);
  bool is_overlapped = pipe.manner() == FileManner::kOverlapped;
  if (overlapped == nullptr && (is_overlapped || transferred == nullptr)) return fail(Win32Error::kInvalidParameter);
  if (is_overlapped) {
    PipeEnd end = begin(pipe, operation_for(transfer), overlapped, nullptr);
    if (transferred != nullptr && end.error != Win32Error::kIoPending) *transferred = end.bytes;
    return result_of(end);
  }
  return do_at_once(overlapped, transferred, [&] {
    return reads(transfer) ? pipe.read(transfer.data, transfer.size) : pipe.write(transfer.data, transfer.size);
  });
}

// Without an OVERLAPPED it waits, on every handle.
BOOL connect_pipe(NamedPipe& pipe, OVERLAPPED* overlapped) {
  if (pipe.manner() == FileManner::kSynchronous || overlapped == nullptr)
    return do_at_once(overlapped, nullptr, [&] { return pipe.connect(); });
  std::unique_ptr<PipeOperation> operation(new (std::nothrow) PipeOperation);
  return result_of(begin(pipe, std::move(operation), overlapped, nullptr));
}

BOOL transfer_through_pipe_for_routine(NamedPipe& pipe, const FileTransfer& transfer, OVERLAPPED* overlapped,
                                       LPOVERLAPPED_COMPLETION_ROUTINE routine) {
  if (pipe.manner() != FileManner::kOverlapped || pipe.association().values().port) return fail(Win32Error::kInvalidParameter);
  if (!is_allowed(pipe, transfer)) return fail(Win32Error::kAccessDenied);
  PipeEnd end = begin(pipe, operation_for(transfer), overlapped, reinterpret_cast<const void*>(routine));
  // That it goes on is what these calls promise, and the routine tells of a part of a message.
  bool begun = end.error == Win32Error::kSuccess || end.error == Win32Error::kIoPending || end.error == Win32Error::kMoreData;
  if (!begun) return fail(end.error);
  set_last_error(Win32Error::kSuccess);
  return TRUE;
}

BOOL flush_pipe(NamedPipe& pipe) {
  if (!pipe.is_open_for(PipeUse::kWrite)) return fail(Win32Error::kAccessDenied);
  Win32Error now = pipe.check_connected();
  return now == Win32Error::kSuccess ? TRUE : fail(now);
}

}  // namespace windsock::kernel32
