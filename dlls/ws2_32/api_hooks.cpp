// The blocking hooks of Winsock 1.1. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasetblockinghook
#include <winsock2.h>

#include "dlls/ws2_32/blocking_hook.h"
#include "dlls/ws2_32/entry.h"

using namespace windsock;

extern "C" {

FARPROC WSAAPI WSASetBlockingHook(FARPROC lpBlockFunc) {
  return entry::call("WSASetBlockingHook", static_cast<FARPROC>(nullptr), [&]() -> WsaResult<FARPROC> {
    return reinterpret_cast<FARPROC>(const_cast<void*>(WS_TRY(blocking_hook::install(reinterpret_cast<const void*>(lpBlockFunc)))));
  });
}

int WSAAPI WSAUnhookBlockingHook(void) {
  return entry::call("WSAUnhookBlockingHook", SOCKET_ERROR, []() -> WsaResult<int> {
    WS_TRY(blocking_hook::restore_default());
    return 0;
  });
}

// These two may be called inside the hook.
BOOL WSAAPI WSAIsBlocking(void) { return blocking_hook::is_blocking(); }

int WSAAPI WSACancelBlockingCall(void) {
  return entry::call<entry::Needs::kNothing>("WSACancelBlockingCall", SOCKET_ERROR, []() -> WsaResult<int> {
    if (!process::is_started()) return wsa_failure(WSANOTINITIALISED);
    WS_TRY(blocking_hook::cancel());
    return 0;
  });
}

}  // extern "C"
