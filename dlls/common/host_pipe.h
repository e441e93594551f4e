// The part of host.h about pipes that programs read and write.
#pragma once

#include "dlls/common/host.h"

namespace windsock::host {

// A wish: the host rounds it, and has a limit.
void wish_pipe_size(int fd, size_t size);

// The bytes that are there to be read, of which the first `size` are copied and stay. EPIPE: there are none, and no writer is left.
struct Peeked {
  size_t copied = 0;
  size_t available = 0;
};
Result<Peeked> peek_pipe(int fd, void* data, size_t size);

}  // namespace windsock::host
