// Sending and receiving: the rules Windows has and the host has not. Bodies of the exports in api_transfer.cpp, after the
// pointers are checked and the socket is pinned.
//
// A datagram that does not fit fills the buffers and fails with WSAEMSGSIZE. A blocking stream send sends everything. recvfrom
// wants a bound datagram socket. After a reset every further call says so. Nothing raises SIGPIPE.
#pragma once

#include <cstdint>
#include <span>

#include "dlls/common/host_message.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/waiting.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The parts of the two functions below that are seldom needed.
WsaResult<int> finish_send(SocketRef& socket, const void* data, size_t size, size_t sent, int host_flags);
WsaResult<int> receive_bytes_carefully(SocketRef& socket, void* data, size_t size, int host_flags);
WsaResult<int> receive_end(SocketRef& socket);
WsaResult<int> send_bytes_carefully(SocketRef& socket, const void* data, size_t size, int host_flags);

// Without a look at what else is under way.
[[gnu::always_inline]] inline WsaResult<int> send_bytes_now(SocketRef& socket, const void* data, size_t size, int host_flags) {
  size_t sent = WS_TRY(transfer(socket, Direction::kSend, host_flags, [&] { return host::send(socket.fd(), data, size, host_flags); }));
  if (sent < size) [[unlikely]] return finish_send(socket, data, size, sent, host_flags);
  return static_cast<int>(sent);
}
// One buffer; the fast way. `host_flags` are translated already. WSAEMSGSIZE: the datagram is longer; the buffer is full.
[[gnu::always_inline]] inline WsaResult<int> send_bytes(SocketRef& socket, const void* data, size_t size, int host_flags) {
  constexpr auto kCareful = static_cast<uint32_t>(Seen::kEcho) | static_cast<uint32_t>(Seen::kHasLanes);
  if (socket.socket().has_seen_any(kCareful)) [[unlikely]] return send_bytes_carefully(socket, data, size, host_flags);
  return send_bytes_now(socket, data, size, host_flags);
}
[[gnu::always_inline]] inline WsaResult<int> receive_bytes(SocketRef& socket, void* data, size_t size, int host_flags) {
  constexpr auto kCareful = static_cast<uint32_t>(Seen::kReceiveShut) | static_cast<uint32_t>(Seen::kSelected) | static_cast<uint32_t>(Seen::kHasLanes);
  if (!socket.socket().is_stream() || socket.socket().has_seen_any(kCareful) || host_flags != 0) [[unlikely]]
    return receive_bytes_carefully(socket, data, size, host_flags);
  size_t received = WS_TRY(transfer(socket, Direction::kReceive, 0, [&] { return host::receive(socket.fd(), data, size, 0); }));
  if (received == 0 && size != 0) [[unlikely]] return receive_end(socket);
  return static_cast<int>(received);
}

// Several buffers, or an address. A null `to` sends to the connected peer.
WsaResult<uint32_t> send_buffers(SocketRef& socket, std::span<const host::Buffer> buffers, const host::Address* to, int host_flags);

struct ReceivedData {
  uint32_t size = 0;
  int host_flags = 0;      // kMsgTrunc: the datagram was cut; `size` bytes were delivered
};
WsaResult<ReceivedData> receive_buffers(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from, int host_flags);

// Datagrams with control data, in the host's form (translate_control.h). From the first message received the host is asked where
// datagrams are sent to, whatever the program wants to know: MSG_BCAST and MSG_MCAST come of it.
WsaResult<uint32_t> send_message(SocketRef& socket, std::span<const host::Buffer> buffers, const host::Address* to,
                                 std::span<const std::byte> control, int host_flags);
WsaResult<host::ReceivedMessage> receive_message(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from,
                                                 std::span<std::byte> control, int host_flags);

}  // namespace windsock
