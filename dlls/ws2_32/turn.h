// in_turn: a call that is not overlapped, among the overlapped ones of its descriptor.
//
// What was begun before such a call comes before it, and what is begun while it is at work comes after it, so a stream's bytes keep the order
// of the calls. Where nothing is under way a turn costs one look. A non-blocking socket's call does not wait for its turn: for the
// program the socket is not ready.
#pragma once

#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock {

// The turn of a call on a descriptor that has lanes, while this lives.
class Turn {
 public:
  enum class Waiting : uint8_t { kAsTheSocketSays, kAlways };

  Turn() = default;
  ~Turn() {
    if (place_.socket) SocketIo::if_any(place_.socket->descriptor())->leave_place(place_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // WSAEWOULDBLOCK, WSAETIMEDOUT (SO_RCVTIMEO, SO_SNDTIMEO), WSAEINTR: the socket was closed. WSAENOBUFS.
  WsaResult<void> take(SocketRef& socket, SocketIo::Lane lane, Waiting waiting);

 private:
  SocketIo::PlaceInLane place_;
};

template <typename Call>
[[gnu::noinline, gnu::cold]] auto in_turn_behind(SocketRef& socket, SocketIo::Lane lane, Turn::Waiting waiting, const Call& call) -> decltype(call()) {
  Turn turn;
  WS_TRY(turn.take(socket, lane, waiting));
  return call();
}

// What the call gives, or why it has had no turn.
template <typename Call>
inline auto in_turn(SocketRef& socket, SocketIo::Lane lane, const Call& call,
                    Turn::Waiting waiting = Turn::Waiting::kAsTheSocketSays) -> decltype(call()) {
  if (!SocketIo::if_any(socket.descriptor())) [[likely]] return call();
  return in_turn_behind(socket, lane, waiting, call);
}

// The lane of a receive.
inline SocketIo::Lane lane_to_receive(int host_flags) {
  return host_flags & host::kMsgOob ? SocketIo::Lane::kUrgent : SocketIo::Lane::kReceive;
}

}  // namespace windsock
