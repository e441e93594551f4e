// Event: a signal that a program sets and resets. One word of memory (waitable.h); nothing of the host.
//
// It counts the operations of sockets that are to set it: a thread that waits for such an event may serve the sockets meanwhile.
#pragma once

#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

enum class EventReset : uint8_t { kManual, kAutomatic };

class Event final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kEvent;

  Event(EventReset reset, bool signalled)
      : Waitable(kKind, reset == EventReset::kManual ? Taking::kLeavesSignal : Taking::kTakesOne, Source::kMemory, signalled) {}

  void set() { signal(); }
  void reset() { clear_signal(); }

  // By operations, each of which has a reference, too.
  void begin_awaiting() { awaited_.fetch_add(1, std::memory_order_relaxed); }
  void end_awaiting() { awaited_.fetch_sub(1, std::memory_order_relaxed); }
  bool is_awaited() const { return awaited_.load(std::memory_order_relaxed) != 0; }

 private:
  std::atomic<uint32_t> awaited_{0};
};

}  // namespace windsock::kernel32
