// WSAConnectByName and WSAConnectByList: one of several addresses, the first that answers.
//
// The addresses are tried one after the other on the one socket, without the program's mode in the way: the host socket does not
// block meanwhile, so that each attempt can be waited for with a deadline, ended by closesocket, and taken back by the host's
// connect to no address. A local address that the program chose stays.
//
// Threads: as connect; no state of its own. While a name is looked up the socket is not pinned, so closesocket need not wait.
#pragma once

#include <winsock2.h>

#include <optional>
#include <vector>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// A moment of host::now_nanoseconds, or none: wait as long as the host does.
using ConnectDeadline = std::optional<int64_t>;

// WSAEINVAL: a negative time.
WsaResult<ConnectDeadline> connect_deadline(const timeval* timeout);

// Whether the socket can be connected so. WSAEINVAL: no stream of the internet, or a listener. WSAEISCONN, WSAEALREADY.
WsaResult<void> check_can_connect(SocketRef& socket);

// Whether the program has bound the socket. A connect that was taken back leaves a port to be seen at the host, which binds nothing.
bool was_bound(SocketRef& socket);

// What the socket can be connected to: its own family, and IPv4 as mapped addresses where IPV6_V6ONLY is off. WSAEAFNOSUPPORT.
WsaResult<host::Address> reachable_address(SocketRef& socket, const sockaddr* name, int length);

// The socket and the addresses of a name, in the resolver's order; may block for long. Errors are those of getaddrinfo, and WSAENOTSOCK: closed
// meanwhile.
struct NamedAddresses {
  SocketRef socket;
  std::vector<host::Address> addresses;
};
WsaResult<NamedAddresses> addresses_to_connect(SOCKET s, const char* node, const char* service);

// The address that answered; IPv6 ones are tried before mapped ones. WSAETIMEDOUT: the deadline has passed; else the error of the last attempt. WSAEINTR: closed.
WsaResult<host::Address> connect_to_one_of(SocketRef& socket, std::vector<host::Address> addresses, ConnectDeadline deadline);

}  // namespace windsock
