// Host calls that must not wait and have no flag to say so (connect, sendfile), on a socket that blocks.
//
// The host's mode belongs to the open file and is changed around the call. A blocking call of another thread that begins in that moment
// meets EAGAIN; it then waits for the end of the loan, finds that the socket blocks, and is made again (waiting.cpp).
#pragma once

#include "dlls/ws2_32/descriptor.h"

namespace windsock {

class NonblockingLoan {
 public:
  explicit NonblockingLoan(SocketRef& socket) : fd_(socket.fd()), lock_(socket.socket().lock_mode()) {
    auto nonblocking = host::get_nonblocking(fd_);
    if (!nonblocking) return;
    granted_ = nonblocking.value();
    if (granted_) return;
    socket.socket().saw(Seen::kModeBorrowed);
    granted_ = borrowed_ = host::set_nonblocking(fd_, true).ok();
  }
  ~NonblockingLoan() {
    if (borrowed_) (void)host::set_nonblocking(fd_, false);
  }
  NonblockingLoan(const NonblockingLoan&) = delete;
  NonblockingLoan& operator=(const NonblockingLoan&) = delete;
  // Otherwise the call might wait and is not to be made.
  bool is_granted() const { return granted_; }

 private:
  int fd_;
  std::unique_lock<Lock> lock_;
  bool granted_ = false, borrowed_ = false;
};

}  // namespace windsock
