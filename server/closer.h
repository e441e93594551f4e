// Closer: closes descriptors on threads of its own.
//
// close() of a socket whose owner set SO_LINGER blocks for up to the linger time when it is the last close, and any adopted
// descriptor may be that. The loop serves everybody, so it never does it. One thread is enough until a close blocks; then
// another is started for what waits behind it, up to a small number: a descriptor that closes at once must not keep its peer
// waiting for the end of the connection because of somebody else's linger.
//
// Threads: close() and pending() from any. The workers are detached and share the queue's ownership, so that the end of
// the process or of the Closer never waits for a lingering close; what is queued by then is still closed.
#pragma once

#include <memory>

#include "dlls/common/unique_fd.h"

namespace windsock::server {

class Closer {
 public:
  static constexpr unsigned kMaxThreads = 8;

  Closer();
  ~Closer();
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;

  void close(UniqueFd fd);
  // Descriptors given to close() that are still open.
  size_t pending() const;

 private:
  struct Queue;
  static void work(std::shared_ptr<Queue> queue);
  std::shared_ptr<Queue> queue_;
};

// Closes at once what cannot block, and leaves the rest to the closer. For sockets that have just been passed on: the receiver
// may have closed its own already, and then the peer waits for ours.
void close_promptly(UniqueFd fd, Closer& closer);

}  // namespace windsock::server
