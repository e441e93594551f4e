// How long a test waits before it calls a thing hung.
//
// Every wait in the tests is for an event (readiness, a message, the end of a thread) and ends with it; the deadline only
// turns a hang into a failure. So it is generous: a loaded machine must never reach it, and a passing test never feels it.
#ifndef TESTS_SUPPORT_DEADLINE_H
#define TESTS_SUPPORT_DEADLINE_H

#include <chrono>
#include <thread>

namespace test_support {

inline constexpr std::chrono::milliseconds kDeadline{30000};
inline constexpr int kDeadlineMs = 30000;

// Polls `condition` until it holds, for what the system tells only by being asked (the number of open descriptors, say).
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = kDeadline) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace test_support

#endif
