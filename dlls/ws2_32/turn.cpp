#include "dlls/ws2_32/turn.h"

#include <winsock2.h>

#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock {

namespace {

// What a call tells that would have to wait, and which events it enables.
WsaError would_block(SocketRef& socket, SocketIo::Lane lane) {
  if (lane == SocketIo::Lane::kSend)
    enable_events(socket, Enabling::kFullSend);
  else
    ReceiveScope(socket).took_all();
  return static_cast<WsaError>(WSAEWOULDBLOCK);
}

}  // namespace

WsaResult<void> Turn::take(SocketRef& socket, SocketIo::Lane lane, Waiting waiting) {
  // Nothing can be moved before there is a connection; the host says so.
  if (socket.socket().has_seen(Seen::kAwaitsConnection)) return {};
  SocketIo& io = *SocketIo::if_any(socket.descriptor());
  if (!io.is_busy(socket, lane)) return {};
  int64_t deadline = host::kNoDeadline;
  if (waiting == Waiting::kAsTheSocketSays) {
    if (WS_TRY(is_nonblocking(socket))) return Failure{would_block(socket, lane)};
    // An accept has no timeout.
    if (!is_listening(socket)) deadline = deadline_of(socket, lane == SocketIo::Lane::kSend ? Direction::kSend : Direction::kReceive);
  }
  return io.take_place(socket, lane, place_, deadline);
}

}  // namespace windsock
