#include "dlls/kernel32/waitable.h"

#include "dlls/kernel32/dispatcher.h"

namespace windsock::kernel32 {

Taken Waitable::try_take(Thread* self) {
  if (taking_ == Taking::kOwns && belongs_to(self)) return give_to(self);
  uint32_t state = state_.load(std::memory_order_acquire);
  while (state >= kOneSignal && !(state & kQueued)) {
    if (taking_ == Taking::kLeavesSignal) return Taken::kYes;
    if (state_.compare_exchange_weak(state, state - kOneSignal, std::memory_order_acquire))
      return taking_ == Taking::kOwns ? give_to(self) : Taken::kYes;
  }
  return Taken::kNo;
}

void Waitable::signal() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state & kQueued) return Dispatcher::signal(*this);
    // Stored even if it is set already: who takes the signal must see what this thread wrote before.
  } while (!state_.compare_exchange_weak(state, kOneSignal, std::memory_order_release, std::memory_order_relaxed));
}

bool Waitable::add_signals(uint32_t count, uint32_t most, uint32_t& before) {
  uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state & kQueued) return Dispatcher::add_signals(*this, count, most, before);
    before = state / kOneSignal;
    if (count > most - before) return false;
  } while (!state_.compare_exchange_weak(state, state + count * kOneSignal, std::memory_order_release, std::memory_order_relaxed));
  return true;
}

void Waitable::clear_signal() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state & kQueued) return Dispatcher::clear_signal(*this);
  } while (!state_.compare_exchange_weak(state, 0, std::memory_order_acq_rel, std::memory_order_relaxed));
}

}  // namespace windsock::kernel32
