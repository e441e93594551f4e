// A source of ends for tests (services::IoSource): what is fed to it is done by its leader, as data that arrives would be.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "dlls/common/host.h"
#include "dlls/common/host_futex.h"
#include "dlls/ws2_32/host_services.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

class FakeSource final : public windsock::services::IoSource {
 public:
  // Its end, for those that are deleted with their port.
  explicit FakeSource(std::atomic<int>* deleted = nullptr) : deleted_(deleted) {}
  ~FakeSource() override {
    if (deleted_ != nullptr) ++*deleted_;
  }

  void feed(std::function<void()> work) {
    std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_all();
  }

  bool try_lead() override {
    if (!free_to_lead) return false;
    DWORD nobody = 0;
    return leader.compare_exchange_strong(nobody, GetCurrentThreadId());
  }
  void leave() override {
    while_leaving();
    leader = 0;
  }
  void serve(int64_t deadline) override {
    ++serves;
    std::vector<std::function<void()>> work;
    {
      std::unique_lock lock(mutex_);
      ++serving_;
      auto something = [&] { return woken_ || !work_.empty(); };
      if (deadline == windsock::host::kNoDeadline)
        changed_.wait(lock, something);
      else
        changed_.wait_for(lock, std::chrono::nanoseconds(deadline - windsock::host::now_nanoseconds()), something);
      --serving_;
      woken_ = false;
      work.swap(work_);
    }
    for (auto& one : work) one();
  }
  void wake_leader() override {
    std::lock_guard lock(mutex_);
    ++wakes;
    woken_ = true;
    changed_.notify_all();
  }
  // Somebody waits in serve().
  bool is_served() {
    std::lock_guard lock(mutex_);
    return serving_ != 0 && !woken_;
  }

  std::atomic<DWORD> leader{0};  // the thread
  std::atomic<bool> free_to_lead{true};
  std::atomic<int> serves{0}, wakes{0};
  std::function<void()> while_leaving = [] {};

 private:
  std::atomic<int>* const deleted_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> work_;
  bool woken_ = false;
  int serving_ = 0;
};

}  // namespace kernel32_test
