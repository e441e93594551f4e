#include "dlls/ws2_32/waiting.h"

#include <winsock2.h>

#include <algorithm>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/event_selection.h"

namespace windsock {

namespace {

// As the host has it; zero: none.
host::Interval timeout_of(SocketRef& socket, Direction direction) {
  const int option = direction == Direction::kReceive ? host::kSoRcvTimeo : host::kSoSndTimeo;
  auto interval = host::get_option<host::Interval>(socket.fd(), host::kSolSocket, option);
  return interval ? interval.value() : host::Interval{};
}

// Whether a timeout is set, asking the host only when the socket may have been somebody else's.
bool has_timeout(SocketRef& socket, Direction direction) {
  if (socket.socket().has_seen(direction == Direction::kReceive ? Seen::kReceiveTimeout : Seen::kSendTimeout)) return true;
  if (!socket.socket().has_seen(Seen::kForeign)) return false;
  const host::Interval interval = timeout_of(socket, direction);
  return interval.seconds != 0 || interval.microseconds != 0;
}

// The host has one code for "shut down here", "the peer is gone" and "never connected". An internet socket that still has its
// peer was shut down by a descriptor of ours or of another process; one that went through no connect and no accept had none. To
// datagrams only the first applies.
WsaError broken_pipe_error(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  bool internet = underlying.kind().family != AF_UNIX;
  if (!underlying.is_stream() || underlying.has_seen(Seen::kSendShut) || (internet && host::peer_address(socket.fd())))
    return static_cast<WsaError>(WSAESHUTDOWN);
  if (WsaError loss = underlying.loss(); loss != WsaError::kNone) return loss;
  bool had_peer = underlying.has_seen(Seen::kConnected) || underlying.has_seen(Seen::kConnecting) || underlying.has_seen(Seen::kForeign);
  return static_cast<WsaError>(had_peer ? WSAECONNRESET : WSAENOTCONN);
}

// A non-blocking connect was begun here and is not finished: the host would have data wait for its end.
bool is_still_connecting(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.has_seen(Seen::kConnecting) || underlying.has_seen(Seen::kConnected)) return false;
  if (!host::peer_address(socket.fd())) return true;
  underlying.saw(Seen::kConnected);
  return false;
}

// Whether a blocking call would have blocked but for host_mode.h.
bool met_a_loan(SocketRef& socket, Direction direction) {
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.has_seen(Seen::kModeBorrowed) || has_timeout(socket, direction)) return false;
  auto lock = underlying.lock_mode();
  auto nonblocking = host::get_nonblocking(socket.fd());
  return nonblocking && !nonblocking.value();
}

}  // namespace

int64_t deadline_of(SocketRef& socket, Direction direction) {
  if (!has_timeout(socket, direction)) return host::kNoDeadline;
  const host::Interval interval = timeout_of(socket, direction);
  return host::now_nanoseconds() + interval.seconds * 1'000'000'000 + interval.microseconds * 1'000;
}

WsaError would_block_error(SocketRef& socket, Direction direction) {
  if (has_timeout(socket, direction)) {
    auto nonblocking = host::get_nonblocking(socket.fd());
    if (nonblocking && !nonblocking.value()) return static_cast<WsaError>(WSAETIMEDOUT);
  }
  return static_cast<WsaError>(WSAEWOULDBLOCK);
}

std::optional<WsaError> connection_loss(SocketRef& socket, host::Errno error) {
  if (!socket.socket().is_stream()) return std::nullopt;
  switch (static_cast<int>(error)) {
    case ECONNRESET:
      break;
    // The host's own time-out, or what it last heard of the network before that. It may be about one call alone.
    case ETIMEDOUT: case ECONNABORTED: case ENETDOWN: case ENETUNREACH: case ENONET: case EHOSTDOWN: case EHOSTUNREACH:
    case ECONNREFUSED: case ENOPROTOOPT: {
      auto ready = host::ready_now(socket.fd(), 0);
      if (ready && (ready.value() & host::kPollHup)) break;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
  return socket.socket().lose(error);
}

std::optional<WsaError> transfer_error(SocketRef& socket, Direction direction, host::Errno error, int host_flags) {
  UnderlyingSocket& underlying = socket.socket();
  switch (static_cast<int>(error)) {
    case EAGAIN:
      if (is_still_connecting(socket)) return static_cast<WsaError>(WSAENOTCONN);
      if (host_flags & host::kMsgDontWait) return static_cast<WsaError>(WSAEWOULDBLOCK);
      if (direction == Direction::kSend) enable_events(socket, Enabling::kFullSend);
      if (met_a_loan(socket, direction)) return std::nullopt;
      return would_block_error(socket, direction);
    case ECONNRESET:
      if (connection_loss(socket, error)) note_events(socket);
      return static_cast<WsaError>(WSAECONNRESET);
    case EPIPE:
      return broken_pipe_error(socket);
    default:
      if (underlying.kind().type == SOCK_DGRAM) return datagram_error(socket, direction, error);
      // Why a connect failed is for who asks for it, later.
      if (underlying.is_stream() && underlying.has_seen(Seen::kConnecting) && !underlying.has_seen(Seen::kConnected)) {
        underlying.make_selection().keep_error(wsa_error_from_host(error));
        note_events(socket);
        return static_cast<WsaError>(WSAENOTCONN);
      }
      if (auto loss = connection_loss(socket, error)) {
        note_events(socket);
        return loss;
      }
      return wsa_error_from_host(error);
  }
}

WsaResult<void> wait_until(SocketRef& socket, short events, std::optional<int64_t> deadline) {
  blocking::Scope scope(socket.fd());
  for (;;) {
    host::PollEntry entry{socket.fd(), events, 0};
    timespec left{};
    if (deadline) {
      int64_t nanoseconds = std::max(int64_t{0}, *deadline - host::now_nanoseconds());
      left = {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    }
    auto ready = host::poll(&entry, 1, deadline ? &left : nullptr);
    if (socket.closing()) return wsa_failure(WSAEINTR);
    if (ready && ready.value() == 0) return wsa_failure(WSAETIMEDOUT);
    if (ready) return {};
    if (static_cast<int>(ready.error()) != EINTR) return wsa_failure_from_host(ready.error());
    WS_TRY(blocking_hook::run());
  }
}

}  // namespace windsock
