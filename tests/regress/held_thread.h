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
    thread_ = std::thread([first = std::move(first), last = std::move(last), begun = std::move(begun), leave = leave_.get_future()]() mutable {
      first();
      begun.set_value();
      leave.wait();
      last();
    });
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
