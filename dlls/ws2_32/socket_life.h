// What happens to a socket between its creation and its end: the rules Windows has and the host has not.
//
// Each function is the body of an export (api_socket.cpp) after the pointers are checked and the socket is pinned.
#pragma once

#include <cstdint>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/socket_sets.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// socket(), WSASocket. `flags` are WSA_FLAG_*. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasocketw
WsaResult<uintptr_t> create_socket(SocketKind kind, uint32_t flags);

// WSAEINVAL: not bound. WSAEISCONN, WSAEOPNOTSUPP.
WsaResult<void> listen_socket(SocketRef& socket, int backlog);

struct Accepted {
  UniqueFd fd;
  host::Address peer;
};
// The next connection; blocks as the listener's Windows mode says. WSAEINVAL: not listening. WSAEOPNOTSUPP: no stream.
// WSAEINTR: closed by another thread.
WsaResult<Accepted> accept_connection(SocketRef& listener);
// The same for a socket that is known to listen, without waiting whatever its mode is: WSAEWOULDBLOCK.
WsaResult<Accepted> try_accept(SocketRef& listener);
// Makes a connection a SOCKET with the properties of its listener.
WsaResult<uintptr_t> adopt_connection(SocketRef& listener, Accepted connection);
// The Windows-only state that a connection has of its listener.
StateSnapshot inherited_values(const UnderlyingSocket& listener);
// AcceptEx: whether a SOCKET may become a connection: neither bound nor connected, or disconnected for reuse, and nobody's but its own;
// and that it becomes one, in the host's table of descriptors: the number stays.
bool may_take_connection(SocketRef& socket);
// The same, as far as this process knows without asking the host again.
bool is_still_free(SocketRef& socket);
WsaResult<void> take_connection(SocketRef& socket, SocketRef& listener, UniqueFd connection);
// SO_UPDATE_ACCEPT_CONTEXT: what accept() gives at once.
void update_context(SocketRef& socket, SocketRef& listener);
// WSAENOTCONN: connected by AcceptEx or ConnectEx, and the program has not said SO_UPDATE_…_CONTEXT, which some calls need.
WsaResult<void> check_context(const SocketRef& socket);
// DisconnectEx: ends the connection; for reuse the SOCKET becomes a fresh one. WSAENOTCONN. WSAEINVAL: for reuse, and it is shared.
WsaResult<void> disconnect_socket(SocketRef& socket, bool reuse);
// Leaves a connection to the next accept (CF_DEFER).
void defer_connection(SocketRef& listener, Accepted connection);
// Ends a connection by a reset (CF_REJECT).
void reject_connection(Accepted connection);

// Gives every connection that waits on a listener to `take`.
void drain_listener(SocketRef& listener, void (*take)(SocketRef& listener, Accepted connection));

// WSAEWOULDBLOCK: begun, on a non-blocking socket. WSAEALREADY: begun before. WSAEISCONN, WSAEADDRNOTAVAIL, WSAEINVAL (listening).
WsaResult<void> connect_socket(SocketRef& socket, const host::Address& address);

// `how` is SD_*. WSAENOTCONN.
WsaResult<void> shutdown_socket(SocketRef& socket, int how);

// WSAEWOULDBLOCK: non-blocking, lingering, with unsent data: the socket stays open.
WsaResult<void> close_socket(uintptr_t socket);

// WSAEINVAL: not bound.
WsaResult<host::Address> local_name(SocketRef& socket);
// WSAENOTCONN.
WsaResult<host::Address> peer_name(SocketRef& socket);

// Whether the socket has a local address, however it got it.
bool is_bound(SocketRef& socket);
bool is_listening(SocketRef& socket);
// Which of the states of the tables it is in; asks the host.
SocketStates state_of(SocketRef& socket);
// The socket's Windows mode.
WsaResult<bool> is_nonblocking(SocketRef& socket);

}  // namespace windsock
