// ReadFile and WriteFile, which work on SOCKETs: ws2_32 does them (socket_provider.h).
#include <fileapi.h>

#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/socket_provider.h"

using namespace windsock::kernel32;

namespace {

// `transfer` moves bytes of the SOCKET: how many, or -1 with the last error set.
template <typename Transfer>
BOOL transfer_file(HANDLE handle, LPDWORD transferred, const OVERLAPPED* overlapped, Transfer transfer) {
  const auto* operations = classify(handle) == HandleRange::kSocket ? socket_operations() : nullptr;
  if (operations == nullptr) return fail(Win32Error::kInvalidHandle);
  if (overlapped != nullptr) return fail(Win32Error::kNotSupported);
  if (transferred == nullptr) return fail(Win32Error::kInvalidParameter);
  *transferred = 0;
  int64_t bytes = transfer(*operations, reinterpret_cast<uintptr_t>(handle));
  if (bytes < 0) return FALSE;
  *transferred = static_cast<DWORD>(bytes);
  return TRUE;
}

}  // namespace

BOOL ReadFile(HANDLE handle, LPVOID buffer, DWORD size, LPDWORD transferred, LPOVERLAPPED overlapped) {
  return transfer_file(handle, transferred, overlapped,
                       [&](const auto& operations, uintptr_t socket) { return operations.read(socket, buffer, size); });
}

BOOL WriteFile(HANDLE handle, LPCVOID buffer, DWORD size, LPDWORD transferred, LPOVERLAPPED overlapped) {
  return transfer_file(handle, transferred, overlapped,
                       [&](const auto& operations, uintptr_t socket) { return operations.write(socket, buffer, size); });
}
