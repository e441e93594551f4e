// Lock: a mutex of four bytes, for what is locked often, for a moment, and seldom by two at once.
//
// Free of host calls unless a thread has to sleep. Neither fair nor recursive; of use with std::lock_guard and its like. All zeros is a
// free lock. Whoever unlocks touches nothing but the address afterwards, so the last one to unlock may have freed the object.
#pragma once

#include <atomic>

#include "dlls/common/host_futex.h"

namespace windsock {

class Lock {
 public:
  constexpr Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() {
    if (!try_lock()) [[unlikely]] sleep();
  }
  bool try_lock() {
    uint32_t free = kFree;
    return state_.compare_exchange_strong(free, kHeld, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() {
    const uint32_t* word = address();
    if (state_.exchange(kFree, std::memory_order_release) == kAwaited) [[unlikely]] host::futex_wake(word, 1);
  }

 private:
  enum : uint32_t { kFree, kHeld, kAwaited };  // kAwaited: held, and somebody may sleep

  const uint32_t* address() const { return reinterpret_cast<const uint32_t*>(&state_); }
  // Who has slept cannot know whether others still do.
  [[gnu::noinline, gnu::cold]] void sleep() {
    while (state_.exchange(kAwaited, std::memory_order_acquire) != kFree) host::futex_sleep(address(), kAwaited, host::kNoDeadline);
  }

  std::atomic<uint32_t> state_{kFree};
};
static_assert(sizeof(Lock) == 4);

}  // namespace windsock
