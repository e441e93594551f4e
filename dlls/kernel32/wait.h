// Waiting for one or several objects: the thread's side of a wait (the objects' side: dispatcher.h).
//
// A thread that waits for objects in memory sleeps on a word of its own. One that also waits for a process polls the process's
// descriptor itself, beside a descriptor that the signallers of its other objects write to: no thread is needed in between.
// And one that waits for what an operation of a socket is to tell (an event, a completion routine) brings these operations forward
// itself, if nobody else does: it serves their source instead of sleeping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dlls/kernel32/dispatcher.h"

namespace windsock::kernel32 {

inline constexpr size_t kMaximumWaitObjects = 64;

enum class WaitEnd : uint8_t { kSatisfied, kAbandoned, kTimedOut, kCalled, kOutOfDescriptors, kOutOfMemory };
enum class Alertable : uint8_t { kNo, kYes };

struct WaitOutcome {
  WaitEnd end = WaitEnd::kTimedOut;
  uint32_t index = 0;
};

// Waits until an object (or: all of them at one instant) can be taken, or until the time is over. 0: looks once. The time starts
// when it turns out that there is something to wait for: a wait that succeeds at once does not read the clock.
// An alertable wait also ends when calls are queued to the thread (kCalled), which have been made when this returns; objects that
// are there at once come first. At most kMaximumWaitObjects objects, none twice with WaitMode::kAll, none at all for an alertable
// sleep; the caller holds references.
WaitOutcome wait_for(std::span<Waitable* const> objects, WaitMode mode, uint32_t milliseconds, Alertable alertable = Alertable::kNo);

}  // namespace windsock::kernel32
