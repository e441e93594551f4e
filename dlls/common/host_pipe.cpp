#include "dlls/common/host_pipe.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace windsock::host {

void wish_pipe_size(int fd, size_t size) { ::fcntl(fd, F_SETPIPE_SZ, static_cast<int>(std::min<size_t>(size, INT_MAX))); }

Result<Peeked> peek_pipe(int fd, void* data, size_t size) {
  int available = 0;
  if (::ioctl(fd, FIONREAD, &available) < 0) return last_failure();
  if (available == 0) {
    const short ready = WS_TRY(ready_now(fd, kPollIn));
    if ((ready & (kPollIn | kPollHup)) == kPollHup) return failure(EPIPE);
    return Peeked{};
  }
  Peeked peeked{0, static_cast<size_t>(available)};
  if (size == 0) return peeked;
  // The host can double what is in a pipe into another one, which needs as many places.
  Pipe copy = WS_TRY(create_pipe());
  if (int capacity = ::fcntl(fd, F_GETPIPE_SZ); capacity > 0) wish_pipe_size(copy.write_end.get(), static_cast<size_t>(capacity));
  ssize_t doubled = ::tee(fd, copy.write_end.get(), size, SPLICE_F_NONBLOCK);
  if (doubled < 0) return errno == EAGAIN ? Result<Peeked>(Peeked{}) : Result<Peeked>(last_failure());
  while (peeked.copied < static_cast<size_t>(doubled)) {
    size_t got = WS_TRY(read(copy.read_end.get(), static_cast<char*>(data) + peeked.copied, static_cast<size_t>(doubled) - peeked.copied));
    if (got == 0) break;
    peeked.copied += got;
  }
  return peeked;
}

}  // namespace windsock::host
