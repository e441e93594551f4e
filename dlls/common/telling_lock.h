// TellingLock: the moment between the status in an OVERLAPPED and the event that it names.
//
// An end stores the status first: who is woken by the event reads it. A program that sees the status may use the structure again at once,
// and beginning resets the event: that waits until the event of the former end is set. The locks are chosen by the structure's address;
// nothing of the program's is called under them.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "dlls/common/lock.h"

namespace windsock {

class TellingLock {
 public:
  explicit TellingLock(const void* structure) : lock_(locks_[reinterpret_cast<uintptr_t>(structure) / 64 % kLocks]) {}
  TellingLock(const TellingLock&) = delete;
  TellingLock& operator=(const TellingLock&) = delete;

  // In a fork's child: the parent's other threads had what it finds held.
  static void reset_in_child() {
    for (Lock& lock : locks_) {
      (void)lock.try_lock();
      lock.unlock();
    }
  }

 private:
  static constexpr size_t kLocks = 64;
  static inline constinit std::array<Lock, kLocks> locks_{};
  std::lock_guard<Lock> lock_;
};

}  // namespace windsock
