#include "dlls/kernel32/socket_provider.h"

#include <errhandlingapi.h>
#include <winsock2.h>

#include <atomic>

#include "dlls/common/nt_status.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"

namespace windsock::kernel32 {

namespace {

constinit std::atomic<const services::SocketOperations*> the_operations = nullptr;

}  // namespace

const services::SocketOperations* socket_operations() { return the_operations.load(std::memory_order_acquire); }

const services::SocketOperations* operations_for(void* handle) {
  return classify(handle) == HandleRange::kSocket ? socket_operations() : nullptr;
}

bool result_for_handle(bool succeeded) {
  if (succeeded) return true;
  const DWORD error = GetLastError();
  if (error == WSAENOTSOCK)
    set_last_error(Win32Error::kInvalidHandle);
  else if (error >= WSABASEERR)
    SetLastError(win32_from_nt_status(nt_status_from_wsa(static_cast<int>(error))));
  return false;
}

services::SocketInheritance inherit_sockets() {
  services::SocketInheritance inheritance;
  if (const services::SocketOperations* operations = socket_operations()) operations->inherit(&inheritance);
  return inheritance;
}

}  // namespace windsock::kernel32

void windsock_set_socket_operations(const windsock::services::SocketOperations* operations) {
  windsock::kernel32::the_operations.store(operations, std::memory_order_release);
}
