#include "dlls/kernel32/waitable.h"

#include "dlls/kernel32/dispatcher.h"

namespace windsock::kernel32 {

bool Waitable::try_take() {
  uint32_t state = state_.load(std::memory_order_acquire);
  while (state >= kOneSignal && !(state & kQueued)) {
    if (taking_ == Taking::kLeavesSignal) return true;
    if (state_.compare_exchange_weak(state, state - kOneSignal, std::memory_order_acquire)) return true;
  }
  return false;
}

void Waitable::signal() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state & kQueued) return Dispatcher::signal(*this);
    // Stored even if it is set already: who takes the signal must see what this thread wrote before.
  } while (!state_.compare_exchange_weak(state, kOneSignal, std::memory_order_release, std::memory_order_relaxed));
}

void Waitable::clear_signal() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state & kQueued) return Dispatcher::clear_signal(*this);
  } while (!state_.compare_exchange_weak(state, 0, std::memory_order_acq_rel, std::memory_order_relaxed));
}

}  // namespace windsock::kernel32
