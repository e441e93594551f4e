// Flags of the data calls, the bits of WSAPoll and the argument of shutdown, between Windows' numbers and the host's.
//
// All of it stands on the way of every call, so it is inline: the flags cost one comparison when there are none, the poll bits
// a few shifts and no branch. Pure functions.
#pragma once

#include <winsock2.h>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/underlying_socket.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// Which calls the flags are for: the ones of Winsock 1.1 know fewer.
enum class FlagsOf { kSend, kWsaSend, kReceive, kWsaReceive };

// The slow way of the two functions below: any flag at all.
WsaResult<int> flags_to_host(int flags, FlagsOf call, SocketKind kind);

// The host's flags for one data call. WSAEOPNOTSUPP: a flag that the call does not take, or not on this kind of socket, or not
// with the others. Windows refuses MSG_WAITALL on a non-blocking socket too: the caller, who knows the mode, looks for it.
inline WsaResult<int> send_flags_to_host(int flags, FlagsOf call, SocketKind kind) {
  if (flags == 0) [[likely]] return 0;
  return flags_to_host(flags, call, kind);
}
inline WsaResult<int> receive_flags_to_host(int flags, FlagsOf call, SocketKind kind) {
  if (flags == 0) [[likely]] return 0;
  return flags_to_host(flags, call, kind);
}

// What a receive reports in *lpFlags: MSG_PARTIAL for a message that was cut, MSG_OOB.
inline int received_flags_from_host(int flags) {
  static_assert(MSG_OOB == host::kMsgOob);
  return (flags & host::kMsgOob) | (flags & host::kMsgTrunc ? MSG_PARTIAL : 0);
}

// WSAPoll's bits. Urgent data is POLLRDBAND on Windows and POLLPRI at the host. Windows tells of the peer's orderly end with
// POLLHUP, asked for or not; the host has a bit of its own for that, which must be asked for. Bits that a program may
// not ask for are to be refused before (see kPollAllowed).
inline constexpr short kPollAllowed = POLLRDNORM | POLLRDBAND | POLLWRNORM;

constexpr short poll_events_to_host(short events) {
  static_assert(POLLRDNORM >> 2 == host::kPollReadNormal && POLLWRNORM >> 2 == host::kPollOut && POLLRDBAND >> 8 == host::kPollPri);
  return static_cast<short>((events & (POLLRDNORM | POLLWRNORM)) >> 2 | (events & POLLRDBAND) >> 8 | host::kPollReadHangUp);
}

constexpr short poll_events_from_host(short events) {
  static_assert(host::kPollErr >> 3 == POLLERR && host::kPollHup >> 3 == POLLHUP && host::kPollInvalid >> 3 == POLLNVAL &&
                host::kPollReadHangUp >> 12 == POLLHUP);
  return static_cast<short>((events & (host::kPollReadNormal | host::kPollOut)) << 2 | (events & host::kPollPri) << 8 |
                            (events & (host::kPollErr | host::kPollHup | host::kPollInvalid)) >> 3 |
                            (events & host::kPollReadHangUp) >> 12);
}

// SD_RECEIVE, SD_SEND, SD_BOTH; anything else is WSAEINVAL.
inline WsaResult<int> shutdown_how_to_host(int how) {
  static_assert(SD_RECEIVE == host::kShutRead && SD_SEND == host::kShutWrite && SD_BOTH == host::kShutBoth);
  if (how < SD_RECEIVE || how > SD_BOTH) return wsa_failure(WSAEINVAL);
  return how;
}

}  // namespace windsock
