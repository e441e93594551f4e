// Semaphore: up to `most` signals, each of which ends one wait. One word of memory (waitable.h); nothing of the host.
#pragma once

#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

class Semaphore final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kSemaphore;

  // At most 2^31-1.
  Semaphore(uint32_t signals, uint32_t most) : Waitable(kKind, Taking::kTakesOne, Source::kMemory, signals), most_(most) {}

  // False, and nothing is done: there would be more than `most`. `before` tells how many there were.
  bool release(uint32_t count, uint32_t& before) { return add_signals(count, most_, before); }

 private:
  const uint32_t most_;
};

}  // namespace windsock::kernel32
