// Sending and receiving: the rules Windows has and the host has not. Bodies of the exports in api_transfer.cpp, after the
// pointers are checked and the socket is pinned.
//
// A datagram that does not fit fills the buffers and fails with WSAEMSGSIZE. A blocking stream send sends everything. recvfrom
// wants a bound datagram socket. After a reset every further call says so. Nothing raises SIGPIPE.
#pragma once

#include <cstdint>
#include <span>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// One buffer; the fast way. `host_flags` are translated already. WSAEMSGSIZE: the datagram is longer; the buffer is full.
WsaResult<int> send_bytes(SocketRef& socket, const void* data, size_t size, int host_flags);
WsaResult<int> receive_bytes(SocketRef& socket, void* data, size_t size, int host_flags);

// Several buffers, or an address. A null `to` sends to the connected peer.
WsaResult<uint32_t> send_buffers(SocketRef& socket, std::span<const host::Buffer> buffers, const host::Address* to, int host_flags);

struct ReceivedData {
  uint32_t size = 0;
  int host_flags = 0;      // kMsgTrunc: the datagram was cut; `size` bytes were delivered
};
WsaResult<ReceivedData> receive_buffers(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from, int host_flags);

}  // namespace windsock
