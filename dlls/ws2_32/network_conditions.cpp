#include "dlls/ws2_32/network_conditions.h"

#include <winsock2.h>

#include "dlls/common/host_epoll.h"
#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock {

namespace {

using host::kReadyErr, host::kReadyHup, host::kReadyIn, host::kReadyOut, host::kReadyPri, host::kReadyReadHangUp;

constexpr uint32_t kAnyEnd = kReadyErr | kReadyHup | kReadyReadHangUp;

static_assert(host::kPollIn == kReadyIn && host::kPollPri == kReadyPri && host::kPollOut == kReadyOut && host::kPollErr == kReadyErr &&
              host::kPollHup == kReadyHup && host::kPollReadHangUp == kReadyReadHangUp);

// What the host has to say of the socket's error, which it forgets.
host::Errno take_host_error(SocketRef& socket) {
  auto error = host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoError);
  return error ? static_cast<host::Errno>(error.value()) : host::Errno::kNone;
}

bool is_connected(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kConnected)) return true;
  if (!underlying.has_seen(Seen::kConnecting) && !underlying.has_seen(Seen::kForeign)) return false;
  if (!host::peer_address(socket.fd())) return false;
  underlying.saw(Seen::kConnected);
  return true;
}

// A stream without a connection: one is under way and may have failed.
NetworkEvents without_connection(SocketRef& socket, uint32_t host_events, uint32_t wanted) {
  NetworkEvents now;
  UnderlyingSocket& underlying = socket.socket();
  bool may_have_failed = underlying.has_seen(Seen::kConnecting) || underlying.has_seen(Seen::kForeign);
  // What ConnectEx begins, ConnectEx ends.
  if (!(wanted & FD_CONNECT) || !may_have_failed || underlying.has_seen(Seen::kAwaitsConnection)) return now;
  const host::Errno host_error = host_events & kReadyErr ? take_host_error(socket) : host::Errno::kNone;
  WsaError error = host_error != host::Errno::kNone ? wsa_error_from_host(host_error) : WsaError::kNone;
  if (error == WsaError::kNone && underlying.selection()) error = underlying.selection()->told_error();
  if (error == WsaError::kNone) return now;
  underlying.forget(Seen::kConnecting);
  now.add(FD_CONNECT, error);
  return now;
}

// Whether the end of receiving is the peer's, not a shutdown on this side.
bool has_peer_ended(SocketRef& socket, uint32_t host_events) {
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.has_seen(Seen::kReceiveShut) && !underlying.has_seen(Seen::kForeign)) return true;
  if (underlying.kind().protocol != IPPROTO_TCP) return (host_events & kReadyHup) || !underlying.has_seen(Seen::kReceiveShut);
  using enum host::TcpState;
  auto tcp = host::tcp_statistics(socket.fd());
  return !tcp || (tcp.value().state != kEstablished && tcp.value().state != kFinWait1 && tcp.value().state != kFinWait2);
}

bool is_data_left(SocketRef& socket, uint32_t host_events) {
  auto waiting = host::bytes_readable(socket.fd());
  if (!waiting || waiting.value() > 0) return waiting.ok();
  // The host counts as far as an urgent mark. A look at the data would take an error.
  char byte;
  if (host_events & kReadyErr) return false;
  auto seen = host::receive(socket.fd(), &byte, 1, host::kMsgPeek | host::kMsgDontWait);
  return seen && seen.value() > 0;
}

// A connection whose end, or error, the host tells of.
void add_ends(SocketRef& socket, uint32_t host_events, uint32_t wanted, NetworkEvents& now) {
  UnderlyingSocket& underlying = socket.socket();
  // An error without a hang-up is told by the call that meets it.
  if ((wanted & FD_CLOSE) && (host_events & kReadyErr) && (host_events & kReadyHup)) {
    if (host::Errno error = take_host_error(socket); error != host::Errno::kNone) underlying.lose(error);
  }
  if (WsaError loss = underlying.loss(); loss != WsaError::kNone) return now.add(FD_CLOSE, loss);
  if (!underlying.has_seen(Seen::kReceiveShut) && is_data_left(socket, host_events)) {
    now.add(FD_READ);
  } else if ((host_events & (kReadyHup | kReadyReadHangUp)) && has_peer_ended(socket, host_events)) {
    now.add(FD_CLOSE);
  }
}

NetworkEvents of_connection(SocketRef& socket, uint32_t host_events, uint32_t wanted) {
  NetworkEvents now;
  UnderlyingSocket& underlying = socket.socket();
  now.add(FD_CONNECT);
  if (host_events & kAnyEnd || underlying.loss() != WsaError::kNone) [[unlikely]] {
    add_ends(socket, host_events, wanted, now);
  } else if (host_events & kReadyIn) {
    now.add(FD_READ);
  }
  if ((host_events & kReadyOut) && underlying.loss() == WsaError::kNone && !underlying.has_seen(Seen::kSendShut))
    now.add(FD_WRITE);
  if (host_events & kReadyPri) [[unlikely]] {
    auto in_line = host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoOobInline);
    if (!in_line || in_line.value() == 0) now.add(FD_OOB);
  }
  return now;
}

NetworkEvents of_datagrams(SocketRef& socket, uint32_t host_events) {
  NetworkEvents now;
  UnderlyingSocket& underlying = socket.socket();
  // A send has met the error of an earlier datagram, which a queue of the host's still has or nobody else.
  const bool error_waits = underlying.has_seen(Seen::kErrorWaiting) && !underlying.has_seen(Seen::kReportsErrors);
  if ((host_events & (kReadyIn | kReadyErr) || error_waits) && !underlying.has_seen(Seen::kReceiveShut)) now.add(FD_READ);
  if (host_events & kReadyOut && !underlying.has_seen(Seen::kSendShut)) now.add(FD_WRITE);
  if (underlying.has_seen(Seen::kConnected)) now.add(FD_CONNECT);
  return now;
}

}  // namespace

NetworkEvents network_conditions(SocketRef& socket, uint32_t host_events, uint32_t wanted) {
  if (!socket.socket().is_stream()) return of_datagrams(socket, host_events);
  if (is_connected(socket)) return of_connection(socket, host_events, wanted);
  if (is_listening(socket)) {
    NetworkEvents now;
    if ((host_events & kReadyIn) || socket.socket().has_deferred()) now.add(FD_ACCEPT);
    return now;
  }
  return without_connection(socket, host_events, wanted);
}

uint32_t readiness_now(SocketRef& socket) {
  // Before the look: what has hung up may be connected just afterwards.
  const bool may_hang_up = !socket.socket().is_stream() || is_connected(socket);
  auto asked = host::ready_now(socket.fd(), host::kPollIn | host::kPollPri | host::kPollOut | host::kPollReadHangUp);
  const uint32_t ready = asked ? static_cast<uint16_t>(asked.value()) : 0;
  return may_hang_up || !(ready & (kReadyHup | kReadyReadHangUp)) ? ready : ready & kReadyErr;
}

}  // namespace windsock
