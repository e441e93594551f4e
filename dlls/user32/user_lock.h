// The one lock of user32: windows, classes, names and queues are looked at and changed under it.
//
// One for all, and not one in each, because a post goes from a window to the queue of its thread, and either may be about to go: what
// is found under one lock is there. It is held for a look-up and a few stores, never while a procedure of the program runs or a thread
// waits. What is called with it held is kernel32's SetEvent and ResetEvent alone, so it nests between ws2_32's locks and kernel32's.
#pragma once

#include <mutex>

namespace windsock::user32 {

using UserLock = std::unique_lock<std::mutex>;

inline std::mutex& user_mutex() {
  static constinit std::mutex mutex;
  return mutex;
}

}  // namespace windsock::user32
