// A thread that begins something and stays until it is let go: what a thread has begun ends with the thread.
#ifndef TESTS_REGRESS_HELD_THREAD_H
#define TESTS_REGRESS_HELD_THREAD_H

#include <functional>
#include <future>
#include <thread>
#include <utility>

namespace regress {

class HeldThread {
 public:
  // Returns when `first` has run there; `last` runs when the thread is let go.
  explicit HeldThread(std::function<void()> first, std::function<void()> last = [] {}) {
    std::promise<void> begun;
    std::future<void> has_begun = begun.get_future();
    const auto run = [leave = leave_.get_future().share()](auto first_call, auto last_call, std::promise<void> has_run) {
      first_call();
      has_run.set_value();
      leave.wait();
      last_call();
    };
    thread_ = std::thread(run, std::move(first), std::move(last), std::move(begun));
    has_begun.wait();
  }
  ~HeldThread() { let_go(); }
  void let_go() {
    if (!thread_.joinable()) return;
    leave_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> leave_;
  std::thread thread_;
};

}  // namespace regress

#endif
