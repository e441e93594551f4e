// Host calls that may block, inside the core: they end early when another thread closes the socket, and their timeouts and
// would-blocks get Windows' codes.
#pragma once

#include <cerrno>
#include <optional>

#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/datagram_errors.h"
#include "dlls/ws2_32/blocking_hook.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The code for a host call that reported EAGAIN: WSAETIMEDOUT on a blocking socket whose timeout (SO_RCVTIMEO, SO_SNDTIMEO) was
// set, else WSAEWOULDBLOCK.
WsaError would_block_error(SocketRef& socket, Direction direction);
// The code for any other host error of a transfer; nothing: the call is to be made again (datagram_errors.h). `host_flags` are those
// of the call: with kMsgDontWait it was never to wait, whatever the socket's mode and timeouts are.
std::optional<WsaError> transfer_error(SocketRef& socket, Direction direction, host::Errno error, int host_flags);

// Of an error of a stream that has, or had, a connection: whether it is the end of that, which is noted (UnderlyingSocket::loss), and its code.
std::optional<WsaError> connection_loss(SocketRef& socket, host::Errno error);

// Without these EAGAIN means what it says and nothing more: no timeout was set, no connect is under way, nobody is to be told when there is
// room again.
inline constexpr uint32_t kEagainUnclear = static_cast<uint32_t>(Seen::kReceiveTimeout) | static_cast<uint32_t>(Seen::kSendTimeout) |
                                           static_cast<uint32_t>(Seen::kForeign) | static_cast<uint32_t>(Seen::kConnecting) |
                                           static_cast<uint32_t>(Seen::kModeBorrowed) | static_cast<uint32_t>(Seen::kSelected);

// When a blocking transfer that begins now times out; host::kNoDeadline: never.
int64_t deadline_of(SocketRef& socket, Direction direction);

// Calls `call` (a host call that may report EINTR) until it is not interrupted by chance. WSAEINTR: the socket was closed.
template <typename Call>
[[gnu::always_inline]] inline auto transfer(SocketRef& socket, Direction direction, int host_flags, Call call)
    -> WsaResult<std::remove_cvref_t<decltype(call().value())>> {
  blocking::Scope scope(socket.fd());
  for (;;) {
    auto result = call();
    if (result.ok()) [[likely]] return std::move(result).take();
    if (static_cast<int>(result.error()) == EAGAIN && !socket.socket().has_seen_any(kEagainUnclear)) [[likely]]
      return wsa_failure(10035 /* WSAEWOULDBLOCK */);
    if (static_cast<int>(result.error()) != EINTR) {
      auto code = transfer_error(socket, direction, result.error(), host_flags);
      if (code) return Failure{*code};
      continue;
    }
    if (socket.closing()) return wsa_failure(10004 /* WSAEINTR */);
    WS_TRY(blocking_hook::run());
  }
}

// Waits until the host fd is ready for `events`, or the moment of host::now_nanoseconds has come: WSAETIMEDOUT. WSAEINTR: the socket
// was closed.
WsaResult<void> wait_until(SocketRef& socket, short events, std::optional<int64_t> deadline = std::nullopt);

}  // namespace windsock
