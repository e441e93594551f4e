// ioctlsocket and WSAIoctl: one table of control codes.
//
// Threads: as safe as the host's calls.
#pragma once

#include <winsock2.h>

#include <cstddef>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

struct ControlBuffers {
  const void* in = nullptr;
  size_t in_size = 0;
  void* out = nullptr;
  size_t out_size = 0;
};

// One control code; the value is the number of bytes put into `out`. WSAEFAULT: a buffer is null or too small.
// WSAEOPNOTSUPP: a code that is not known, or not for this kind of socket.
WsaResult<size_t> control_socket(SocketRef& socket, uint32_t code, const ControlBuffers& buffers);

// FIONBIO: the blocking mode as the program sees it.
WsaResult<void> set_socket_nonblocking(SocketRef& socket, bool nonblocking);

}  // namespace windsock
