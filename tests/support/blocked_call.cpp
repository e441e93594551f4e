#include "tests/support/blocked_call.h"

#include "tests/support/deadline.h"
#include "tests/support/process_info.h"

namespace test_support {

BlockedCall::BlockedCall(std::function<long long()> call) : state_(std::make_shared<State>()) {
  thread_ = std::thread([state = state_, call = std::move(call)] {
    {
      const std::lock_guard<std::mutex> lock(state->mutex);
      state->thread = current_thread();
    }
    state->changed.notify_all();
    const Outcome outcome = outcome_of(call);
    {
      const std::lock_guard<std::mutex> lock(state->mutex);
      state->outcome = outcome;
    }
    state->changed.notify_all();
  });
}

BlockedCall::~BlockedCall() {
  if (!thread_.joinable()) return;
  if (!given_up_ && outcome())
    thread_.join();
  else
    thread_.detach();
}

bool BlockedCall::wait_until_blocked() { return wait_until(thread_waits_in_kernel); }
bool BlockedCall::wait_until_asleep() { return wait_until(thread_sleeps); }

bool BlockedCall::wait_until(bool (*is_asleep)(long thread)) {
  constexpr std::chrono::milliseconds kStillBlocked{50};
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (!state_->changed.wait_for(lock, kDeadline, [this] { return state_->thread != 0; })) return false;
  const long thread = state_->thread;
  lock.unlock();
  if (!eventually([&] { return is_asleep(thread) || returned(); })) return false;
  lock.lock();
  return !state_->changed.wait_for(lock, kStillBlocked, [this] { return state_->outcome.has_value(); });
}

bool BlockedCall::returned() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->outcome.has_value();
}

std::optional<Outcome> BlockedCall::outcome() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  given_up_ = !state_->changed.wait_for(lock, kDeadline, [this] { return state_->outcome.has_value(); });
  return state_->outcome;
}

::testing::AssertionResult woken_with(BlockedCall& call, const std::vector<int>& accepted) {
  const std::optional<Outcome> outcome = call.outcome();
  if (!outcome) return ::testing::AssertionFailure() << "the blocked call was not woken";
  return failed_with(*outcome, accepted);
}

}  // namespace test_support
