// Turn: the place of a call that is not overlapped among the overlapped ones of its descriptor.
//
// What was begun before such a call comes before it, and what is begun while it is at work comes after it, so a stream's bytes keep the order
// of the calls. Where nothing is under way a turn costs one look. A non-blocking socket's call does not wait for its turn: for the
// program the socket is not ready.
#pragma once

#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock {

class Turn {
 public:
  enum class Waiting : uint8_t { kAsTheSocketSays, kAlways };

  [[gnu::always_inline]] Turn(SocketRef& socket, SocketIo::Lane lane, Waiting waiting = Waiting::kAsTheSocketSays) {
    if (SocketIo::if_any(socket.descriptor())) [[unlikely]] take(socket, lane, waiting);
  }
  ~Turn() {
    if (place_.socket) [[unlikely]] SocketIo::if_any(place_.socket->descriptor())->leave_place(place_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // WSAEWOULDBLOCK, WSAETIMEDOUT (SO_RCVTIMEO, SO_SNDTIMEO), WSAEINTR: the socket was closed. WSAENOBUFS.
  WsaResult<void> taken() const { return error_ == WsaError::kNone ? WsaResult<void>{} : Failure{error_}; }

 private:
  void take(SocketRef& socket, SocketIo::Lane lane, Waiting waiting);

  WsaError error_{};
  SocketIo::PlaceInLane place_;
};

// The lane of a receive.
inline SocketIo::Lane lane_to_receive(int host_flags) {
  return host_flags & host::kMsgOob ? SocketIo::Lane::kUrgent : SocketIo::Lane::kReceive;
}

}  // namespace windsock
