// Files of the host by handles; ReadFile and WriteFile work on SOCKETs too: ws2_32 does those (socket_provider.h).
#include <winbase.h>

#include <cerrno>
#include <new>
#include <optional>
#include <string>

#include "dlls/common/host_file.h"
#include "dlls/kernel32/file.h"
#include "dlls/kernel32/file_operation.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/named_pipe.h"
#include "dlls/kernel32/pipe_name.h"
#include "dlls/kernel32/pipe_operation.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/text.h"

using namespace windsock::kernel32;
namespace host = windsock::host;
using windsock::Failure;
using windsock::Result;
using windsock::UniqueFd;

namespace {

constexpr DWORD kReads = GENERIC_READ | GENERIC_ALL | FILE_READ_DATA, kWrites = GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA;

// What CreateFile is asked for, in the host's words; nothing: what it does not know.
struct Opening {
  host::FileUse use = host::FileUse::kRead;
  bool append = false;
  bool truncate = false;
};
std::optional<Opening> opening_of(DWORD access, DWORD disposition) {
  Opening opening;
  opening.append = !(access & kWrites) && (access & FILE_APPEND_DATA);
  bool reads = access & kReads, writes = (access & kWrites) || opening.append;
  opening.use = !writes ? host::FileUse::kRead : reads ? host::FileUse::kBoth : host::FileUse::kWrite;
  opening.truncate = disposition == CREATE_ALWAYS || disposition == TRUNCATE_EXISTING;
  if (disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING) return std::nullopt;
  if (disposition == TRUNCATE_EXISTING && !(access & (GENERIC_WRITE | GENERIC_ALL))) return std::nullopt;
  return opening;
}

// Whether the file was there is not asked before, where another process could come between: one of the two ways succeeds.
host::Result<UniqueFd> open_file(const char* path, const Opening& opening, DWORD disposition, bool& existed) {
  bool creates = disposition == CREATE_NEW || disposition == CREATE_ALWAYS || disposition == OPEN_ALWAYS;
  if (creates) {
    auto made = host::open_file(path, opening.use, {.append = opening.append, .create = true});
    existed = !made && static_cast<int>(made.error()) == EEXIST;
    if (!existed || disposition == CREATE_NEW) return made;
  }
  return host::open_file(path, opening.use, {.append = opening.append, .truncate = opening.truncate});
}

Result<Ref<Waitable>, Win32Error> open_host_file(const char* path, const Opening& opening, DWORD disposition, FileManner manner,
                                                 bool& existed) {
  auto opened = open_file(path, opening, disposition, existed);
  if (!opened) return Failure{win32_error_from_errno(opened.error())};
  auto file = Ref<File>::adopt(new (std::nothrow) File(std::move(opened).take(), manner));
  if (!file) return Failure{Win32Error::kNotEnoughMemory};
  return Ref<Waitable>(std::move(file));
}

// A client's end of a named pipe.
Result<Ref<Waitable>, Win32Error> open_pipe(const char* path, DWORD access, FileManner manner) {
  auto name = pipe_name(path);
  if (!name) return Failure{Win32Error::kInvalidName};
  auto use = static_cast<PipeUse>((access & kReads ? 1 : 0) | (access & (kWrites | FILE_APPEND_DATA) ? 2 : 0));
  return Ref<Waitable>(WS_TRY(NamedPipe::open(*name, use, manner)));
}

HANDLE create_file(const char* path, DWORD access, const SECURITY_ATTRIBUTES* attributes, DWORD disposition, DWORD flags) {
  auto failed = [](Win32Error error) {
    set_last_error(error);
    return INVALID_HANDLE_VALUE;
  };
  if (!path || !*path) return failed(Win32Error::kPathNotFound);
  auto opening = opening_of(access, disposition);
  if (!opening) return failed(Win32Error::kInvalidParameter);
  if (flags & FILE_FLAG_DELETE_ON_CLOSE) return failed(Win32Error::kNotSupported);
  FileManner manner = flags & FILE_FLAG_OVERLAPPED ? FileManner::kOverlapped : FileManner::kSynchronous;
  bool existed = false;
  auto object = is_pipe_path(path) ? open_pipe(path, access, manner) : open_host_file(path, *opening, disposition, manner, existed);
  if (!object) return failed(object.error());
  HANDLE handle = handle_table::insert(std::move(object).take(), attributes && attributes->bInheritHandle ? kHandleInherit : 0);
  if (!handle) return failed(Win32Error::kNotEnoughMemory);
  set_last_error(existed ? Win32Error::kAlreadyExists : Win32Error::kSuccess);
  return handle;
}

// ReadFile and WriteFile. The operations of a SOCKET: move() moves at once, start() begins what may go on.
template <typename MoveSocket, typename StartSocket>
BOOL transfer(HANDLE handle, const FileTransfer& what, LPDWORD transferred, LPOVERLAPPED overlapped, MoveSocket move, StartSocket start) {
  if (transferred != nullptr) *transferred = 0;
  auto socket = reinterpret_cast<uintptr_t>(handle);
  const auto* operations = operations_for(handle);
  Ref<File> file;
  if (!operations) {
    if (Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle)) return transfer_through_pipe(*pipe, what, transferred, overlapped);
    file = find_object_as<File>(handle);
    if (!file) return fail(Win32Error::kInvalidHandle);
  }
  if (overlapped != nullptr) {
    if (file) return transfer_at_offset(*file, what, transferred, overlapped);
    if (!result_for_handle(start(*operations, socket, nullptr))) return FALSE;
    if (transferred != nullptr) *transferred = static_cast<DWORD>(overlapped->InternalHigh);
    return TRUE;
  }
  if (transferred == nullptr) return fail(Win32Error::kInvalidParameter);
  if (file) return transfer_at_position(*file, what, transferred);
  int64_t bytes = move(*operations, socket);
  if (!result_for_handle(bytes >= 0)) return FALSE;
  *transferred = static_cast<DWORD>(bytes);
  return TRUE;
}

// ReadFileEx and WriteFileEx.
template <typename StartSocket>
BOOL transfer_ex(HANDLE handle, const FileTransfer& what, LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine,
                 StartSocket start) {
  if (overlapped == nullptr || routine == nullptr) return fail(Win32Error::kInvalidParameter);
  if (const auto* operations = operations_for(handle)) {
    // That it goes on is what these calls promise.
    if (!result_for_handle(start(*operations, reinterpret_cast<uintptr_t>(handle), reinterpret_cast<const void*>(routine))) &&
        GetLastError() != ERROR_IO_PENDING)
      return FALSE;
    set_last_error(Win32Error::kSuccess);
    return TRUE;
  }
  if (Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle)) return transfer_through_pipe_for_routine(*pipe, what, overlapped, routine);
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return fail(Win32Error::kInvalidHandle);
  return transfer_for_routine(*file, what, overlapped, routine);
}

auto starts_read(LPVOID buffer, DWORD size, LPOVERLAPPED overlapped) {
  return [=](const auto& operations, uintptr_t socket, const void* routine) {
    return operations.start_read(socket, buffer, size, overlapped, routine);
  };
}

auto starts_write(LPCVOID buffer, DWORD size, LPOVERLAPPED overlapped) {
  return [=](const auto& operations, uintptr_t socket, const void* routine) {
    return operations.start_write(socket, buffer, size, overlapped, routine);
  };
}

FileTransfer reading(LPVOID buffer, DWORD size) { return {FileTransfer::Direction::kRead, buffer, size}; }
FileTransfer writing(LPCVOID buffer, DWORD size) { return {FileTransfer::Direction::kWrite, const_cast<LPVOID>(buffer), size}; }

}  // namespace

HANDLE CreateFileA(LPCSTR name, DWORD access, DWORD, LPSECURITY_ATTRIBUTES attributes, DWORD disposition, DWORD flags, HANDLE) {
  return create_file(name, access, attributes, disposition, flags);
}

HANDLE CreateFileW(LPCWSTR name, DWORD access, DWORD, LPSECURITY_ATTRIBUTES attributes, DWORD disposition, DWORD flags, HANDLE) {
  std::string path = name ? utf8_from_utf16(name) : "";
  return create_file(path.c_str(), access, attributes, disposition, flags);
}

BOOL ReadFile(HANDLE handle, LPVOID buffer, DWORD size, LPDWORD transferred, LPOVERLAPPED overlapped) {
  auto move = [=](const auto& operations, uintptr_t socket) { return operations.read(socket, buffer, size); };
  return transfer(handle, reading(buffer, size), transferred, overlapped, move, starts_read(buffer, size, overlapped));
}

BOOL WriteFile(HANDLE handle, LPCVOID buffer, DWORD size, LPDWORD transferred, LPOVERLAPPED overlapped) {
  auto move = [=](const auto& operations, uintptr_t socket) { return operations.write(socket, buffer, size); };
  return transfer(handle, writing(buffer, size), transferred, overlapped, move, starts_write(buffer, size, overlapped));
}

BOOL ReadFileEx(HANDLE handle, LPVOID buffer, DWORD size, LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine) {
  return transfer_ex(handle, reading(buffer, size), overlapped, routine, starts_read(buffer, size, overlapped));
}

BOOL WriteFileEx(HANDLE handle, LPCVOID buffer, DWORD size, LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine) {
  return transfer_ex(handle, writing(buffer, size), overlapped, routine, starts_write(buffer, size, overlapped));
}

BOOL SetFilePointerEx(HANDLE handle, LARGE_INTEGER distance, PLARGE_INTEGER position, DWORD from) {
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return fail(Win32Error::kInvalidHandle);
  if (from > FILE_END) return fail(Win32Error::kInvalidParameter);
  auto moved = host::seek(file->fd(), distance.QuadPart, static_cast<host::SeekFrom>(from));
  // Documented: a position before the begin. The host has one code for it and for what has no positions.
  if (!moved && static_cast<int>(moved.error()) == EINVAL) return fail(Win32Error::kNegativeSeek);
  if (!moved) return fail(win32_error_from_errno(moved.error()));
  if (position) position->QuadPart = moved.value();
  return TRUE;
}

DWORD GetFileType(HANDLE handle) {
  host::FileType type = host::FileType::kUnknown;
  bool found = false;
  if (classify(handle) == HandleRange::kSocket) {
    type = host::file_type(static_cast<int>(reinterpret_cast<uintptr_t>(handle)));
    found = type == host::FileType::kSocket;
  } else if (Ref<File> file = find_object_as<File>(handle)) {
    type = file->type();
    found = true;
  } else if (find_object_as<NamedPipe>(handle)) {
    type = host::FileType::kPipe;
    found = true;
  }
  set_last_error(found ? Win32Error::kSuccess : Win32Error::kInvalidHandle);
  switch (found ? type : host::FileType::kUnknown) {
    case host::FileType::kDisk:
      return FILE_TYPE_DISK;
    case host::FileType::kCharacter:
      return FILE_TYPE_CHAR;
    case host::FileType::kPipe:
    case host::FileType::kSocket:
      return FILE_TYPE_PIPE;
    case host::FileType::kUnknown:
      break;
  }
  return FILE_TYPE_UNKNOWN;
}

BOOL FlushFileBuffers(HANDLE handle) {
  if (Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle)) return flush_pipe(*pipe);
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return fail(Win32Error::kInvalidHandle);
  if (!host::is_open_for(file->fd(), host::FileUse::kWrite)) return fail(Win32Error::kAccessDenied);
  if (file->type() != host::FileType::kDisk) return TRUE;
  auto flushed = host::synchronize(file->fd());
  return flushed ? TRUE : fail(win32_error_from_errno(flushed.error()));
}

BOOL GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size) {
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return fail(Win32Error::kInvalidHandle);
  if (!size) return fail(Win32Error::kInvalidParameter);
  auto found = host::file_size(file->fd());
  if (!found) return fail(win32_error_from_errno(found.error()));
  size->QuadPart = found.value();
  return TRUE;
}

extern "C" __attribute__((visibility("default"))) int windsock_file_descriptor(HANDLE handle) {
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return -EBADF;
  auto copy = host::duplicate(file->fd());
  return copy ? std::move(copy).take().release() : -static_cast<int>(copy.error());
}
