// Socket addresses as text, with ports and scopes: WSAStringToAddress and WSAAddressToString. Pure functions over UTF-8.
//
//   1.2.3.4            1.2.3.4:80            ::1     fe80::1%3     [fe80::1%3]     [fe80::1%3]:80
// A scope is a number. A port may be decimal, octal (0…) or hexadecimal (0x…), as in every address text of Windows.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <string>
#include <string_view>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

struct SocketAddress {
  sockaddr_storage storage{};
  int length = 0;
};

// WSAEINVAL: no address of this family. (An unsupported family has none.)
WsaResult<SocketAddress> socket_address_from_text(std::string_view text, int family);
// WSAEINVAL: no address, or of a family that has no text. A port or scope of 0 is left out.
WsaResult<std::string> socket_address_to_text(const sockaddr* address, size_t length);

}  // namespace windsock
