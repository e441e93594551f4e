#include "dlls/ws2_32/data_transfer.h"

#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <vector>

#include "dlls/ws2_32/echo_socket.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/translate_control.h"
#include "dlls/ws2_32/turn.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock {

namespace {

size_t total(std::span<const host::Buffer> buffers) {
  size_t sum = 0;
  for (const host::Buffer& buffer : buffers) sum += buffer.size;
  return sum;
}

// Whether the end is that of receiving, by another process that has the socket: the peer has not ended its side.
bool was_shut_by_others(SocketRef& socket) {
  if (!socket.socket().has_seen(Seen::kForeign) || socket.socket().kind().protocol != IPPROTO_TCP) return false;
  using enum host::TcpState;
  auto tcp = host::tcp_statistics(socket.fd());
  return tcp && (tcp.value().state == kEstablished || tcp.value().state == kFinWait1 || tcp.value().state == kFinWait2);
}

// What a stream receive that found the end means.
WsaResult<void> check_end(SocketRef& socket) {
  if (socket.closing()) return wsa_failure(WSAEINTR);
  // The host tells of a lost connection once and then of an end.
  if (WsaError loss = socket.socket().loss(); loss != WsaError::kNone) return Failure{loss};
  if (was_shut_by_others(socket)) {
    socket.socket().saw(Seen::kReceiveShut);
    return wsa_failure(WSAESHUTDOWN);
  }
  return {};
}

// What can be said before the host is asked.
WsaResult<void> check_receive(SocketRef& socket, int host_flags) {
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kReceiveShut)) return wsa_failure(WSAESHUTDOWN);
  if (!underlying.is_stream() && !is_bound(socket)) return wsa_failure(WSAEINVAL);
  if (underlying.has_seen(Seen::kErrorWaiting)) {
    if (auto code = take_waiting_error(socket)) return Failure{*code};
  }
  // MSG_WAITALL is not for non-blocking sockets.
  if ((host_flags & host::kMsgWaitAll) && WS_TRY(is_nonblocking(socket))) return wsa_failure(WSAEOPNOTSUPP);
  return {};
}

// Urgent data that is not there: the host's EINVAL. Windows would wait for it; inline it is a misuse.
WsaError urgent_error(SocketRef& socket, WsaError error) {
  if (error != static_cast<WsaError>(WSAEINVAL) || !socket.socket().is_stream()) return error;
  auto in_line = host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoOobInline);
  return in_line && in_line.value() ? error : static_cast<WsaError>(WSAEWOULDBLOCK);
}

bool needs_check(const UnderlyingSocket& socket, int host_flags) {
  constexpr auto kSeldom = static_cast<uint32_t>(Seen::kReceiveShut) | static_cast<uint32_t>(Seen::kErrorWaiting);
  return socket.has_seen_any(kSeldom) || !(socket.is_stream() || socket.has_seen(Seen::kBound)) ||
         (host_flags & host::kMsgWaitAll);
}

// Tells a selection of network events what a receive has left: nothing, if it met would-block, or a stream had less than was asked for.
template <typename T, typename Size>
void after_receive(ReceiveScope& scope, SocketRef& socket, const WsaResult<T>& received, size_t room, int host_flags, Size size) {
  bool took_all = received ? socket.socket().less_is_all() && host_flags == 0 && size(received.value()) < room
                           : received.error() == static_cast<WsaError>(WSAEWOULDBLOCK) && !(host_flags & host::kMsgOob);
  if (took_all) scope.took_all();
}

// A blocking stream send goes on until everything is sent; the host stops where a signal or a timeout caught it.
WsaResult<size_t> send_rest(SocketRef& socket, const char* data, size_t size, size_t sent, int host_flags) {
  while (sent < size) {
    auto more = transfer(socket, Direction::kSend, host_flags, [&] { return host::send(socket.fd(), data + sent, size - sent, host_flags); });
    if (!more) return more.error() == static_cast<WsaError>(WSAEINTR) ? WsaResult<size_t>(Failure{more.error()}) : sent;
    sent += more.value();
  }
  return sent;
}

// The same for buffers: what is left of them after `sent` bytes.
WsaResult<size_t> send_rest(SocketRef& socket, std::span<const host::Buffer> buffers, size_t sent, int host_flags) {
  size_t size = total(buffers);
  while (sent < size) {
    std::vector<host::Buffer> left;
    size_t skip = sent;
    for (const host::Buffer& buffer : buffers) {
      size_t done = std::min(skip, buffer.size);
      skip -= done;
      if (buffer.size > done) left.push_back({static_cast<char*>(buffer.data) + done, buffer.size - done});
    }
    auto more = transfer(socket, Direction::kSend, host_flags, [&] { return host::send_message(socket.fd(), left, nullptr, host_flags); });
    if (!more) return more.error() == static_cast<WsaError>(WSAEINTR) ? WsaResult<size_t>(Failure{more.error()}) : sent;
    sent += more.value();
  }
  return sent;
}

// A stream has nothing to tell beside the data, unless they are urgent; without a header to fill it is less work for the host.
bool is_plain(const UnderlyingSocket& socket, std::span<const host::Buffer> buffers, int host_flags) {
  return socket.is_stream() && buffers.size() == 1 && !(host_flags & host::kMsgOob);
}

host::Result<host::ReceivedMessage> receive_plain(SocketRef& socket, const host::Buffer& buffer, int host_flags) {
  auto received = host::receive(socket.fd(), buffer.data, buffer.size, host_flags);
  if (!received) return Failure{received.error()};
  return host::ReceivedMessage{received.value()};
}

// An IPv6 socket may speak IPv4 too, unless it is raw.
WsaResult<void> ask_for_destinations(SocketRef& socket) {
  constexpr int kOn = 1;
  SocketKind kind = socket.socket().kind();
  if (kind.family == AF_INET6) WS_TRY_HOST(host::set_option(socket.fd(), host::kIpprotoIpv6, host::kIpv6RecvPacketInfo, kOn));
  if (kind.family == AF_INET || kind.type == SOCK_DGRAM)
    WS_TRY_HOST(host::set_option(socket.fd(), host::kIpprotoIp, host::kIpPacketInfo, kOn));
  socket.socket().saw(Seen::kTellsDestination);
  return {};
}

}  // namespace

WsaResult<int> finish_send(SocketRef& socket, const void* data, size_t size, size_t sent, int host_flags) {
  if (socket.socket().is_stream()) sent = WS_TRY(send_rest(socket, static_cast<const char*>(data), size, sent, host_flags));
  return static_cast<int>(sent);
}

WsaResult<int> send_bytes_carefully(SocketRef& socket, const void* data, size_t size, int host_flags) {
  return in_turn(socket, SocketIo::Lane::kSend, [&]() -> WsaResult<int> {
    if (!socket.socket().has_seen(Seen::kEcho)) return send_bytes_now(socket, data, size, host_flags);
    host::Buffer buffer{const_cast<void*>(data), size};
    return static_cast<int>(WS_TRY(send_buffers(socket, {&buffer, 1}, nullptr, host_flags)));
  });
}

WsaResult<int> receive_end(SocketRef& socket) {
  WS_TRY(check_end(socket));
  return 0;
}

static WsaResult<int> receive_bytes_now(SocketRef& socket, void* data, size_t size, int host_flags) {
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kEcho)) [[unlikely]] {
    host::Buffer buffer{data, size};
    ReceivedData received = WS_TRY(receive_buffers(socket, {&buffer, 1}, nullptr, host_flags));
    if (received.host_flags & host::kMsgTrunc) return wsa_failure(WSAEMSGSIZE);
    return static_cast<int>(received.size);
  }
  ReceiveScope scope(socket);
  if (needs_check(underlying, host_flags)) [[unlikely]] WS_TRY(check_receive(socket, host_flags));
  // On datagrams this asks for the true length; on streams it would throw data away.
  int flags = underlying.is_stream() ? host_flags : host_flags | host::kMsgTrunc;
  auto received = transfer(socket, Direction::kReceive, flags, [&] { return host::receive(socket.fd(), data, size, flags); });
  after_receive(scope, socket, received, size, flags, [](size_t got) { return got; });
  if (!received) [[unlikely]] {
    if (host_flags & host::kMsgOob) return Failure{urgent_error(socket, received.error())};
    return Failure{received.error()};
  }
  if (underlying.is_stream()) {
    if (received.value() == 0 && size != 0) WS_TRY(check_end(socket));
  } else if (received.value() > size) {
    return wsa_failure(WSAEMSGSIZE);
  }
  return static_cast<int>(received.value());
}

WsaResult<int> receive_bytes_carefully(SocketRef& socket, void* data, size_t size, int host_flags) {
  return in_turn(socket, lane_to_receive(host_flags), [&] { return receive_bytes_now(socket, data, size, host_flags); });
}

WsaResult<uint32_t> send_buffers(SocketRef& socket, std::span<const host::Buffer> buffers, const host::Address* to, int host_flags) {
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kEcho)) [[unlikely]] note_echo_request(socket, buffers);
  // A connected stream ignores the address.
  const host::Address* target = underlying.is_stream() ? nullptr : to;
  if (target && !underlying.has_seen(Seen::kReportsErrors)) [[unlikely]] ask_for_errors(socket);
  size_t sent = WS_TRY(
      transfer(socket, Direction::kSend, host_flags, [&] { return host::send_message(socket.fd(), buffers, target, host_flags); }));
  if (underlying.is_stream()) {
    if (sent < total(buffers)) [[unlikely]] sent = WS_TRY(send_rest(socket, buffers, sent, host_flags));
  } else {
    underlying.saw(Seen::kBound);  // sending binds
  }
  return static_cast<uint32_t>(sent);
}

WsaResult<ReceivedData> receive_buffers(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from, int host_flags) {
  UnderlyingSocket& underlying = socket.socket();
  ReceiveScope scope(socket);
  if (needs_check(underlying, host_flags)) [[unlikely]] WS_TRY(check_receive(socket, host_flags));
  if (underlying.has_seen(Seen::kEcho)) [[unlikely]] {
    HostControlRoom control;
    host::ReceivedMessage message = WS_TRY(receive_echo(socket, buffers, from, control, host_flags));
    return ReceivedData{static_cast<uint32_t>(message.size), message.flags};
  }
  auto received = transfer(socket, Direction::kReceive, host_flags, [&] {
    return is_plain(underlying, buffers, host_flags) ? receive_plain(socket, buffers[0], host_flags)
                                                     : host::receive_message(socket.fd(), buffers, from, host_flags);
  });
  after_receive(scope, socket, received, total(buffers), host_flags & ~host::kMsgDontWait, [](const auto& message) { return message.size; });
  if (!received) [[unlikely]] {
    if (host_flags & host::kMsgOob) return Failure{urgent_error(socket, received.error())};
    return Failure{received.error()};
  }
  const host::ReceivedMessage& message = received.value();
  if (underlying.is_stream() && message.size == 0 && total(buffers) != 0) WS_TRY(check_end(socket));
  return ReceivedData{static_cast<uint32_t>(message.size), message.flags};
}

WsaResult<uint32_t> send_message(SocketRef& socket, std::span<const host::Buffer> buffers, const host::Address* to,
                                 std::span<const std::byte> control, int host_flags) {
  if (socket.socket().has_seen(Seen::kEcho)) note_echo_request(socket, buffers);
  if (to && !socket.socket().has_seen(Seen::kReportsErrors)) ask_for_errors(socket);
  size_t sent = WS_TRY(transfer(socket, Direction::kSend, host_flags,
                                [&] { return host::send_message(socket.fd(), buffers, to, host_flags, control); }));
  socket.socket().saw(Seen::kBound);  // sending binds
  return static_cast<uint32_t>(sent);
}

WsaResult<host::ReceivedMessage> receive_message(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from,
                                                 std::span<std::byte> control, int host_flags) {
  UnderlyingSocket& underlying = socket.socket();
  // What the queue of errors holds is asked for, not to be told instead.
  bool queued_errors = host_flags & host::kMsgErrQueue;
  ReceiveScope scope(socket);
  if (!queued_errors && needs_check(underlying, host_flags)) [[unlikely]] WS_TRY(check_receive(socket, host_flags));
  if (!underlying.has_seen(Seen::kTellsDestination)) [[unlikely]] WS_TRY(ask_for_destinations(socket));
  if (underlying.has_seen(Seen::kEcho) && !queued_errors)
    return receive_echo(socket, buffers, from, control, host_flags);
  return transfer(socket, Direction::kReceive, host_flags,
                  [&] { return host::receive_message(socket.fd(), buffers, from, host_flags, control); });
}

}  // namespace windsock
