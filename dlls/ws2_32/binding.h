// Who may bind to what: Windows' rules about sockets that want the same port, on a host that has others.
//
// https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse has the matrix. Sockets that did not
// ask to share are bound plainly at the host, so nobody shares their port by accident; those that asked share it among themselves:
// datagram sockets by the host's SO_REUSEADDR, streams by its SO_REUSEPORT, which lets several listen. What a refused program is
// told depends on what it asked for and on what is in its way:
//
//   the address itself is taken             WSAEADDRINUSE, or WSAEACCES for one that asked for SO_REUSEADDR
//   the wildcard has the port               WSAEACCES for a specific address
//
// Cells where Windows lets a wildcard and a specific address have one port side by side cannot be had at the host without letting
// two equal addresses in as well; they are refused (docs/differences.md; every cell: tests/regress/binding_test.cpp).
#pragma once

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// WSAEINVAL: bound already. WSAEADDRINUSE, WSAEACCES: as above. WSAEADDRNOTAVAIL: no address of this machine.
WsaResult<void> bind_socket(SocketRef& socket, const host::Address& address);

// What SO_REUSEADDR means at the host.
WsaResult<void> share_port(SocketRef& socket, bool on);

}  // namespace windsock
