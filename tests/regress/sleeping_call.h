// A call in a thread of its own, which sleeps in it once this is made (where the system tells; elsewhere it has begun).
#ifndef TESTS_REGRESS_SLEEPING_CALL_H
#define TESTS_REGRESS_SLEEPING_CALL_H

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "tests/support/deadline.h"
#include "tests/support/process_info.h"

namespace regress {

class SleepingCall {
 public:
  explicit SleepingCall(std::function<void()> call) {
    thread_ = std::thread([this, call = std::move(call)] {
      id_ = test_support::current_thread();
      call();
    });
    EXPECT_TRUE(test_support::eventually([this] { return id_ != 0 && test_support::thread_sleeps(id_); })) << "it has not slept";
  }
  ~SleepingCall() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::atomic<long> id_{0};
  std::thread thread_;
};

}  // namespace regress

#endif
