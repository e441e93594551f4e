#include "dlls/kernel32/file_operation.h"

#include <cerrno>
#include <optional>

#include "dlls/common/host_file.h"
#include "dlls/common/nt_status.h"
#include "dlls/kernel32/event.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/posted_packet.h"
#include "dlls/kernel32/socket_provider.h"

namespace windsock::kernel32 {

namespace {

bool reads(const FileTransfer& transfer) { return transfer.direction == FileTransfer::Direction::kRead; }

host::Result<size_t> move_at_position(int fd, const FileTransfer& transfer) {
  return reads(transfer) ? host::read(fd, transfer.data, transfer.size) : host::write(fd, transfer.data, transfer.size);
}

// All bits set means the end of the file. What has no offsets, a pipe, ignores them.
host::Result<size_t> move_at_offset(int fd, const FileTransfer& transfer, uint64_t offset) {
  if (offset == ~uint64_t{0}) {
    auto size = host::file_size(fd);
    offset = size ? static_cast<uint64_t>(size.value()) : 0;
  }
  auto at = static_cast<int64_t>(offset);
  auto moved = reads(transfer) ? host::read_at(fd, transfer.data, transfer.size, at) : host::write_at(fd, transfer.data, transfer.size, at);
  bool has_no_offsets = !moved && static_cast<int>(moved.error()) == ESPIPE;
  return has_no_offsets ? move_at_position(fd, transfer) : moved;
}

Win32Error error_of(host::Errno error) {
  // The host says of a file that is not open for this what it says of a number that is none.
  return static_cast<int>(error) == EBADF ? Win32Error::kAccessDenied : win32_error_from_errno(error);
}

uint64_t offset_of(const OVERLAPPED& overlapped) { return uint64_t{overlapped.OffsetHigh} << 32 | overlapped.Offset; }

// How an operation at an offset ended, which the OVERLAPPED says from now on.
struct Ended {
  Win32Error error;
  DWORD bytes;
};
Ended perform(const File& file, const FileTransfer& transfer, OVERLAPPED& overlapped) {
  uint64_t offset = offset_of(overlapped);
  host::Result<size_t> moved = move_at_offset(file.fd(), transfer, offset);
  Ended ended{Win32Error::kSuccess, 0};
  if (!moved)
    ended.error = error_of(moved.error());
  else
    ended.bytes = static_cast<DWORD>(moved.value());
  if (moved && ended.bytes == 0 && transfer.size != 0 && reads(transfer)) ended.error = Win32Error::kHandleEof;
  // A synchronous file has a position, which goes along.
  if (ended.error == Win32Error::kSuccess && file.manner() == FileManner::kSynchronous && offset != ~uint64_t{0})
    static_cast<void>(host::seek(file.fd(), static_cast<int64_t>(offset + ended.bytes), host::SeekFrom::kBegin));
  overlapped.InternalHigh = ended.bytes;
  __atomic_store_n(&overlapped.Internal, nt_status_from_win32(static_cast<uint32_t>(ended.error)), __ATOMIC_RELEASE);
  return ended;
}

}  // namespace

BOOL transfer_at_position(const File& file, const FileTransfer& transfer, DWORD* transferred) {
  // An overlapped file has no position.
  if (file.manner() == FileManner::kOverlapped) return fail(Win32Error::kInvalidParameter);
  auto moved = move_at_position(file.fd(), transfer);
  if (!moved) return fail(error_of(moved.error()));
  *transferred = static_cast<DWORD>(moved.value());
  return TRUE;
}

BOOL transfer_at_offset(File& file, const FileTransfer& transfer, DWORD* transferred, OVERLAPPED* overlapped) {
  Ref<Event> event;
  if (overlapped->hEvent != nullptr) {
    event = find_object_as<Event>(overlapped->hEvent);
    if (!event) return fail(Win32Error::kInvalidHandle);
  }
  File::Association association = file.association();
  std::unique_ptr<PostedPacket> packet;
  constexpr uintptr_t kNoPacket = 1;
  bool tells_port = association.port && !(reinterpret_cast<uintptr_t>(overlapped->hEvent) & kNoPacket) &&
                    !(association.modes & kSkipPortOnSuccess);
  if (tells_port) {
    packet = make_packet(association.key, overlapped);
    if (!packet) return fail(Win32Error::kNotEnoughMemory);
  }
  if (event) event->reset();
  Ended ended = perform(file, transfer, *overlapped);
  // A failure that the call itself reports is told nowhere else.
  if (ended.error != Win32Error::kSuccess) return fail(ended.error);
  if (transferred != nullptr) *transferred = ended.bytes;
  if (event) event->set();
  if (packet) post(*association.port, std::move(packet), ended.bytes);
  return TRUE;
}

BOOL transfer_for_routine(File& file, const FileTransfer& transfer, OVERLAPPED* overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine) {
  if (file.manner() != FileManner::kOverlapped || file.association().port) return fail(Win32Error::kInvalidParameter);
  auto* pending = windsock_prepare_routine(reinterpret_cast<const void*>(routine));
  if (pending == nullptr) return FALSE;
  Ended ended = perform(file, transfer, *overlapped);
  if (ended.error != Win32Error::kSuccess && ended.error != Win32Error::kHandleEof) {
    windsock_drop_routine(pending);
    return fail(ended.error);
  }
  windsock_tell_routine(pending, static_cast<uint32_t>(ended.error), ended.bytes, overlapped, 0);
  set_last_error(Win32Error::kSuccess);
  return TRUE;
}

}  // namespace windsock::kernel32
