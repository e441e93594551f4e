// Readiness. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-select and nf-winsock2-wsapoll
#include <winsock2.h>

#include <sys/time.h>

#include <algorithm>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/readiness.h"

using namespace windsock;

namespace {

SocketArray view(fd_set* set) {
  if (!set) return {};
  return {&set->fd_count, set->fd_array};
}

bool is_empty(const fd_set* set) { return !set || set->fd_count == 0; }

// kNotPlain unless there is one set, and no time to measure.
int select_plainly(fd_set* readfds, fd_set* writefds, fd_set* exceptfds, const timeval* timeout) {
  if (timeout && (timeout->tv_sec | timeout->tv_usec) != 0) return kNotPlain;
  if (!is_empty(exceptfds)) return kNotPlain;
  if (!is_empty(readfds)) return is_empty(writefds) ? select_readable_plainly(view(readfds), timeout ? 0 : -1) : kNotPlain;
  return is_empty(writefds) ? kNotPlain : select_writable_plainly(view(writefds), timeout ? 0 : -1);
}

[[gnu::noinline]] WsaResult<int> select_any(fd_set* readfds, fd_set* writefds, fd_set* exceptfds, const timeval* timeout) {
  timespec limit{};
  if (timeout) limit = {timeout->tv_sec + timeout->tv_usec / 1000000, timeout->tv_usec % 1000000 * 1000};
  return select_sockets(view(readfds), view(writefds), view(exceptfds), timeout ? &limit : nullptr);
}

}  // namespace

// The first argument is there for old programs; the sets know how long they are.
int WSAAPI select(int nfds, fd_set* readfds, fd_set* writefds, fd_set* exceptfds, const struct timeval* timeout) {
  auto body = [=]() -> WsaResult<int> {
    if (!null_or_memory(readfds) || !null_or_memory(writefds) || !null_or_memory(exceptfds) || !null_or_memory(timeout)) [[unlikely]]
      return wsa_failure(WSAEFAULT);
    int ready = select_plainly(readfds, writefds, exceptfds, timeout);
    if (ready != kNotPlain) [[likely]] return ready;
    return select_any(readfds, writefds, exceptfds, timeout);
  };
  return entry::call("select", SOCKET_ERROR, body, nfds, trace::Sockets{readfds}, trace::Sockets{writefds}, trace::Sockets{exceptfds},
                     trace::Time{timeout});
}

int WSAAPI WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout) {
  auto body = [=]() -> WsaResult<int> {
    if (!can_be_memory(fdArray)) return wsa_failure(fds == 0 && !fdArray ? WSAEINVAL : WSAEFAULT);
    return poll_sockets(reinterpret_cast<PollDescriptor*>(fdArray), fds, timeout);
  };
  return entry::call("WSAPoll", SOCKET_ERROR, body, trace::Polled{fdArray, fds}, fds, timeout);
}

// Works on memory alone: needs no WSAStartup.
int WSAAPI __WSAFDIsSet(SOCKET fd, fd_set* set) {
  if (!set) return 0;
  const SOCKET* first = set->fd_array;  // as many as the caller's FD_SETSIZE, which is not ours
  return std::find(first, first + set->fd_count, fd) != first + set->fd_count;
}
