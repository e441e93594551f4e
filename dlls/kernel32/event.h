// Event: a signal that a program sets and resets. One word of memory (waitable.h); nothing of the host.
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
};

}  // namespace windsock::kernel32
