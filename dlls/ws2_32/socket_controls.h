// ioctlsocket and WSAIoctl: the control table (control_table.h) says what a control is, this reads it.
//
// Threads: as safe as the host's calls.
#pragma once

#include <winsock2.h>

#include "dlls/ws2_32/control_table.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// One control; call.returned tells the bytes. WSAEFAULT: a buffer is null or too small (a few controls say WSAEINVAL, as their pages
// do). WSAEOPNOTSUPP: not known, not supported, or not for this kind of socket (some say WSAENOPROTOOPT or WSAEINVAL).
WsaResult<void> control_any_socket(uint32_t code, ControlCall& call);

// The same; the one that programs ask for each message, FIONREAD, is inline.
inline WsaResult<void> control_socket(uint32_t code, ControlCall& call) {
  if (code == static_cast<uint32_t>(FIONREAD) && can_be_memory(call.out) && call.out_size >= sizeof(u_long)) [[likely]] {
    auto readable = host::bytes_readable(call.socket.fd());
    if (!readable) [[unlikely]] return wsa_failure_from_host(readable.error());
    return call.answer(static_cast<u_long>(readable.value()));
  }
  return control_any_socket(code, call);
}

// FIONBIO: the blocking mode as the program sees it.
WsaResult<void> set_socket_nonblocking(SocketRef& socket, bool nonblocking);

}  // namespace windsock
