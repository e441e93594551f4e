// select and WSAPoll over the host's poll().
//
// Both build one array for the host and wait with it. Sockets are looked up and checked, but not pinned: the array is published
// instead, and a closer that finds its fd in it interrupts the wait (see blocking.h). Whoever was woken looks again from the start,
// so a socket closed meanwhile shows as WSAENOTSOCK (select) or POLLNVAL (WSAPoll).
#pragma once

#include <cstdint>
#include <ctime>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The three sets in Windows' layout: a count, then SOCKETs. Sets may be longer than the FD_SETSIZE of any one compiler.
struct SocketArray {
  uint32_t* count = nullptr;  // null: the program gave no set
  uintptr_t* sockets = nullptr;
};

// A null timeout waits for ever. The value is the number of sockets left in the sets. WSAEINVAL: no sockets at all, or a
// negative timeout. WSAENOTSOCK: one of them is none; the sets are as they were.
WsaResult<int> select_sockets(SocketArray read, SocketArray write, SocketArray except, const timespec* timeout);

// The usual cases of select: one set of plain sockets, looked at at once (0) or waited for without end (-1). kNotPlain: something
// is special; but for its order the set is as it was, and select_sockets knows what to do.
inline constexpr int kNotPlain = -1;
int select_readable_plainly(SocketArray set, int milliseconds);
int select_writable_plainly(SocketArray set, int milliseconds);

// Windows' WSAPOLLFD: SOCKET, events, revents. WSAEINVAL: nothing to wait for, or POLLPRI or POLLWRBAND asked.
struct PollDescriptor {
  uintptr_t fd;
  short events;
  short revents;
};
WsaResult<int> poll_sockets(PollDescriptor* descriptors, uint32_t count, int timeout_milliseconds);

}  // namespace windsock
