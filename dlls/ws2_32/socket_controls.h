// ioctlsocket and WSAIoctl: the control table (control_table.h) says what a control is, this reads it.
//
// Threads: as safe as the host's calls.
#pragma once

#include "dlls/ws2_32/control_table.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// One control; call.returned tells the bytes. WSAEFAULT: a buffer is null or too small (a few controls say WSAEINVAL, as their pages
// do). WSAEOPNOTSUPP: not known, not supported, or not for this kind of socket (some say WSAENOPROTOOPT or WSAEINVAL).
WsaResult<void> control_socket(uint32_t code, ControlCall& call);

// FIONBIO: the blocking mode as the program sees it.
WsaResult<void> set_socket_nonblocking(SocketRef& socket, bool nonblocking);

}  // namespace windsock
