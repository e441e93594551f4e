// Start, end, and the last error.
// https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsastartup
#include <winsock2.h>

#include <cstring>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"

using namespace windsock;

namespace {

constexpr WORD kHighestVersion = MAKEWORD(2, 2);

void describe(WSADATA& data, WORD negotiated) {
  data = WSADATA{};
  data.wVersion = negotiated;
  data.wHighVersion = kHighestVersion;
  // Version 1 had limits to tell of; from version 2 on the members are to be ignored.
  if (LOBYTE(negotiated) < 2) {
    data.iMaxSockets = 32767;
    data.iMaxUdpDg = 65467;
  }
  strcpy(data.szDescription, "WinSock 2.0");
  strcpy(data.szSystemStatus, "Running");
}

}  // namespace

// The error is the result; the last error stays as it is, since before a start there is nowhere to ask for it.
int WSAAPI WSAStartup(WORD wVersionRequired, LPWSADATA lpWSAData) {
  auto body = [&]() -> WsaResult<int> {
    if (!can_be_memory(lpWSAData)) return WSAEFAULT;
    describe(*lpWSAData, kHighestVersion);
    auto negotiated = process::start(wVersionRequired);
    if (!negotiated) return static_cast<int>(negotiated.error());
    describe(*lpWSAData, negotiated.value());
    return 0;
  };
  return entry::call<entry::Needs::kNothing>("WSAStartup", SOCKET_ERROR, body, trace::Version{wVersionRequired}, lpWSAData);
}

int WSAAPI WSACleanup(void) {
  return entry::call("WSACleanup", SOCKET_ERROR, []() -> WsaResult<int> {
    WS_TRY(process::stop());
    return 0;
  });
}

int WSAAPI WSAGetLastError(void) { return static_cast<int>(services::last_error()); }

void WSAAPI WSASetLastError(int iError) { services::set_last_error(static_cast<uint32_t>(iError)); }

// An entry point of 16-bit times that link libraries still name.
extern "C" WINDSOCK_API int WEP(int) { return TRUE; }
