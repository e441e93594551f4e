#include "dlls/kernel32/file_operation.h"

#include <cerrno>

#include "dlls/common/host_file.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/overlapped_end.h"

namespace windsock::kernel32 {

namespace {

bool reads(const FileTransfer& transfer) { return transfer.direction == FileTransfer::Direction::kRead; }

// Through a pipe all goes that is written, as documented; who is interrupted by a signal's handler goes on.
host::Result<size_t> write_through_pipe(int fd, const void* data, size_t size) {
  static const bool raises_no_signal = (host::disarm_broken_pipe_signal(), true);
  static_cast<void>(raises_no_signal);
  size_t written = 0;
  while (written < size) written += WS_TRY(host::write(fd, static_cast<const char*>(data) + written, size - written));
  return written;
}

host::Result<size_t> move_at_position(const File& file, const FileTransfer& transfer) {
  if (file.is_pipe()) {
    BlockedThread sleeps;
    return reads(transfer) ? host::read(file.fd(), transfer.data, transfer.size)
                           : write_through_pipe(file.fd(), transfer.data, transfer.size);
  }
  return reads(transfer) ? host::read(file.fd(), transfer.data, transfer.size) : host::write(file.fd(), transfer.data, transfer.size);
}

// All bits set means the end of the file. What has no offsets, a pipe, ignores them.
host::Result<size_t> move_at_offset(const File& file, const FileTransfer& transfer, uint64_t offset) {
  if (file.is_pipe()) return move_at_position(file, transfer);
  if (offset == ~uint64_t{0}) {
    auto size = host::file_size(file.fd());
    offset = size ? static_cast<uint64_t>(size.value()) : 0;
  }
  auto at = static_cast<int64_t>(offset);
  auto moved = reads(transfer) ? host::read_at(file.fd(), transfer.data, transfer.size, at)
                               : host::write_at(file.fd(), transfer.data, transfer.size, at);
  bool has_no_offsets = !moved && static_cast<int>(moved.error()) == ESPIPE;
  return has_no_offsets ? move_at_position(file, transfer) : moved;
}

Win32Error error_of(host::Errno error) {
  // The host says of a file that is not open for this what it says of a number that is none.
  return static_cast<int>(error) == EBADF ? Win32Error::kAccessDenied : win32_error_from_errno(error);
}

uint64_t offset_of(const OVERLAPPED& overlapped) { return uint64_t{overlapped.OffsetHigh} << 32 | overlapped.Offset; }

// How an operation ended; the OVERLAPPED of one at an offset says so from then on.
struct Ended {
  Win32Error error;
  DWORD bytes;
};
// `at_end`: what it means that there was nothing to read.
Ended ended(const host::Result<size_t>& moved, const File& file, const FileTransfer& transfer, Win32Error at_end) {
  if (!moved) return {error_of(moved.error()), 0};
  bool found_end = moved.value() == 0 && transfer.size != 0 && reads(transfer);
  return {!found_end ? Win32Error::kSuccess : file.type() == host::FileType::kPipe ? Win32Error::kBrokenPipe : at_end, static_cast<DWORD>(moved.value())};
}

Ended perform(const File& file, const FileTransfer& transfer, const OVERLAPPED& overlapped) {
  uint64_t offset = offset_of(overlapped);
  Ended end = ended(move_at_offset(file, transfer, offset), file, transfer, Win32Error::kHandleEof);
  // A synchronous file has a position, which goes along.
  if (end.error == Win32Error::kSuccess && file.manner() == FileManner::kSynchronous && offset != ~uint64_t{0})
    static_cast<void>(host::seek(file.fd(), static_cast<int64_t>(offset + end.bytes), host::SeekFrom::kBegin));
  return end;
}

}  // namespace

BOOL transfer_at_position(const File& file, const FileTransfer& transfer, DWORD* transferred) {
  // An overlapped file has no position.
  if (file.manner() == FileManner::kOverlapped) return fail(Win32Error::kInvalidParameter);
  Ended end = ended(move_at_position(file, transfer), file, transfer, Win32Error::kSuccess);
  if (end.error != Win32Error::kSuccess) return fail(end.error);
  *transferred = end.bytes;
  return TRUE;
}

BOOL transfer_at_offset(File& file, const FileTransfer& transfer, DWORD* transferred, OVERLAPPED* overlapped) {
  auto prepared = OverlappedEnd::prepare(overlapped, file.association().values(), nullptr);
  if (!prepared) return fail(prepared.error());
  OverlappedEnd telling = std::move(prepared).take();
  Ended end = perform(file, transfer, *overlapped);
  if (transferred != nullptr && end.error == Win32Error::kSuccess) *transferred = end.bytes;
  telling.end_at_once(end.error, end.bytes);
  return end.error == Win32Error::kSuccess ? TRUE : fail(end.error);
}

BOOL transfer_for_routine(File& file, const FileTransfer& transfer, OVERLAPPED* overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine) {
  auto association = file.association().values();
  if (file.manner() != FileManner::kOverlapped || association.port) return fail(Win32Error::kInvalidParameter);
  auto prepared = OverlappedEnd::prepare(overlapped, association, reinterpret_cast<const void*>(routine));
  if (!prepared) return fail(prepared.error());
  OverlappedEnd telling = std::move(prepared).take();
  Ended end = perform(file, transfer, *overlapped);
  telling.end_at_once(end.error, end.bytes);
  if (end.error != Win32Error::kSuccess && end.error != Win32Error::kHandleEof) return fail(end.error);
  set_last_error(Win32Error::kSuccess);
  return TRUE;
}

}  // namespace windsock::kernel32
