// Waiting for one or several objects: the thread's side of a wait (the objects' side: dispatcher.h).
//
// A thread that waits for objects in memory sleeps on a word of its own. One that also waits for a process polls the process's
// descriptor itself, beside a descriptor that the signallers of its other objects write to: no thread is needed in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dlls/kernel32/dispatcher.h"

namespace windsock::kernel32 {

inline constexpr size_t kMaximumWaitObjects = 64;

enum class WaitEnd : uint8_t { kSatisfied, kTimedOut, kOutOfDescriptors };

struct WaitOutcome {
  WaitEnd end = WaitEnd::kTimedOut;
  uint32_t index = 0;
};

// Waits until an object (or: all of them at one instant) can be taken, or until the time is over. 0: looks once. The time starts
// when it turns out that there is something to wait for: a wait that succeeds at once does not read the clock.
// 1 to kMaximumWaitObjects objects, no object twice with WaitMode::kAll; the caller holds references.
WaitOutcome wait_for(std::span<Waitable* const> objects, WaitMode mode, uint32_t milliseconds);

}  // namespace windsock::kernel32
