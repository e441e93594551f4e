// The name of this machine, and IP addresses as text. https://learn.microsoft.com/windows/win32/api/ws2tcpip/nf-ws2tcpip-inet_pton
#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/inet_text.h"
#include "dlls/ws2_32/resolver.h"

using namespace windsock;
using entry::Needs;

extern "C" {

int WSAAPI gethostname(char* name, size_t namelen) noexcept {
  return entry::call("gethostname", SOCKET_ERROR, [&]() -> WsaResult<int> {
    WS_TRY(local_host_name(name, namelen));
    return 0;
  }, name, namelen);
}

// The functions that only convert need no WSAStartup.
ULONG WSAAPI inet_addr(const char* cp) {
  return entry::call<Needs::kNothing>("inet_addr", ULONG{INADDR_NONE}, [&]() -> WsaResult<ULONG> {
    return ipv4_from_loose_text(cp).value_or(INADDR_NONE);
  }, trace::Text{cp});
}

char* WSAAPI inet_ntoa(struct in_addr in) {
  return entry::call<Needs::kNothing>("inet_ntoa", static_cast<char*>(nullptr), [&]() -> WsaResult<char*> {
    return ipv4_text_of_thread(in);
  }, in.s_addr);
}

INT WSAAPI inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf) {
  return entry::call<Needs::kNothing>("inet_pton", SOCKET_ERROR, [&]() -> WsaResult<int> {
    return WS_TRY(address_from_text(Family, pszAddrString, pAddrBuf)) ? 1 : 0;
  }, trace::Family{Family}, trace::Text{pszAddrString}, pAddrBuf);
}

PCSTR WSAAPI inet_ntop(INT Family, const VOID* pAddr, PSTR pStringBuf, size_t StringBufSize) {
  return entry::call<Needs::kNothing>("inet_ntop", static_cast<PCSTR>(nullptr), [&]() -> WsaResult<PCSTR> {
    return address_to_text(Family, pAddr, pStringBuf, StringBufSize);
  }, trace::Family{Family}, pAddr, pStringBuf, StringBufSize);
}

}  // extern "C"
