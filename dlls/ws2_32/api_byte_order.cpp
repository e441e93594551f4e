// Byte order. The network's is big-endian for every protocol there is; the WSA forms check the socket all the same.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsahtonl
#include <winsock2.h>

#include <bit>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"

using namespace windsock;

namespace {

static_assert(std::endian::native == std::endian::little, "Windows programs are little-endian");

uint32_t swapped(uint32_t value) { return __builtin_bswap32(value); }
uint16_t swapped(uint16_t value) { return __builtin_bswap16(value); }

template <typename T>
int swap_for(const char* call, SOCKET s, T value, T* result) {
  return entry::call(call, SOCKET_ERROR, [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    if (!can_be_memory(result)) return wsa_failure(WSAEFAULT);
    *result = swapped(value);
    return 0;
  }, s, value, result);
}

}  // namespace

extern "C" {

// These four never fail and are not traced.
u_long WSAAPI htonl(u_long hostlong) { return swapped(hostlong); }
u_short WSAAPI htons(u_short hostshort) { return swapped(hostshort); }
u_long WSAAPI ntohl(u_long netlong) { return swapped(netlong); }
u_short WSAAPI ntohs(u_short netshort) { return swapped(netshort); }

int WSAAPI WSAHtonl(SOCKET s, u_long hostlong, u_long* lpnetlong) { return swap_for("WSAHtonl", s, hostlong, lpnetlong); }
int WSAAPI WSAHtons(SOCKET s, u_short hostshort, u_short* lpnetshort) { return swap_for("WSAHtons", s, hostshort, lpnetshort); }
int WSAAPI WSANtohl(SOCKET s, u_long netlong, u_long* lphostlong) { return swap_for("WSANtohl", s, netlong, lphostlong); }
int WSAAPI WSANtohs(SOCKET s, u_short netshort, u_short* lphostshort) { return swap_for("WSANtohs", s, netshort, lphostshort); }

}  // extern "C"
