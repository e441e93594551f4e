// A Winsock call made in a thread of its own, to see how it is woken.
//
// The thread and the test share the state, so a call that never returns costs a detached thread and a failed test, not a hung
// run. wait_until_blocked() returns once the thread is in the call: where the system tells what a thread is doing it is asked,
// and then the call must still not have returned a little later. Whether the thread is already asleep changes nothing in what the
// tests expect afterwards; it makes sure that they test what they say.
#ifndef TESTS_SUPPORT_BLOCKED_CALL_H
#define TESTS_SUPPORT_BLOCKED_CALL_H

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "tests/support/wsa_error.h"

namespace test_support {

class BlockedCall {
 public:
  explicit BlockedCall(std::function<long long()> call);
  BlockedCall(BlockedCall&&) = default;
  BlockedCall& operator=(BlockedCall&&) = delete;
  ~BlockedCall();

  bool wait_until_blocked();
  // For a call that waits for its turn or for the end of an operation. Who leads the library's waits meanwhile, it or another thread, is
  // the library's affair: one that is to be told by another sleeps as if at a lock.
  bool wait_until_asleep();
  bool returned();
  std::optional<Outcome> outcome();  // waits for it; nothing when the deadline passes

 private:
  bool wait_until(bool (*is_asleep)(long thread));

  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    long thread = 0;
    std::optional<Outcome> outcome;
  };
  std::shared_ptr<State> state_;
  std::thread thread_;
  bool given_up_ = false;  // the deadline has passed once: the destructor does not wait for it again
};

// The call ended with one of these errors, before the deadline.
::testing::AssertionResult woken_with(BlockedCall& call, const std::vector<int>& accepted);

}  // namespace test_support

#endif
