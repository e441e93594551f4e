// Waits of several threads: who is woken, by what, and that nothing is lost or taken twice.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <atomic>
#include <random>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

// A thread that makes one call and can be seen to sleep in it.
class Waiter {
 public:
  template <typename Call>
  explicit Waiter(Call call)
      : thread_([this, call] {
          id_ = GetCurrentThreadId();
          result_ = call();
          done_ = true;
        }) {}
  ~Waiter() { thread_.join(); }
  // Whether it has come to sleep in the wait.
  bool sleeps(long system_call = SYS_futex) const {
    return eventually([&] { return id_ != 0 && thread_sleeps_in(id_, system_call); });
  }
  bool is_done() const { return done_; }
  DWORD result() const {
    eventually([&] { return done_.load(); });
    return result_;
  }

 private:
  std::atomic<DWORD> id_{0};
  std::atomic<DWORD> result_{0xdeadbeef};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

TEST(WaitAcrossThreads, a_set_event_wakes_the_sleeper) {
  OwnedHandle event = automatic_event();
  Waiter waiter([&] { return WaitForSingleObject(event.get(), INFINITE); });
  ASSERT_TRUE(waiter.sleeps());
  EXPECT_FALSE(waiter.is_done());
  SetEvent(event.get());
  EXPECT_EQ(waiter.result(), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), DWORD{WAIT_TIMEOUT}) << "the waiter has taken the signal";
}

TEST(WaitAcrossThreads, an_automatic_event_wakes_one_and_the_oldest_first) {
  OwnedHandle event = automatic_event();
  auto wait = [&] { return WaitForSingleObject(event.get(), kHang); };
  Waiter first(wait);
  ASSERT_TRUE(first.sleeps());
  Waiter second(wait);
  ASSERT_TRUE(second.sleeps());
  SetEvent(event.get());
  EXPECT_EQ(first.result(), WAIT_OBJECT_0);
  EXPECT_FALSE(second.is_done());
  SetEvent(event.get());
  EXPECT_EQ(second.result(), WAIT_OBJECT_0);
}

TEST(WaitAcrossThreads, a_manual_event_wakes_all) {
  OwnedHandle event = manual_event();
  auto wait = [&] { return WaitForSingleObject(event.get(), kHang); };
  Waiter a(wait), b(wait), c(wait);
  ASSERT_TRUE(a.sleeps() && b.sleeps() && c.sleeps());
  SetEvent(event.get());
  EXPECT_EQ(a.result(), WAIT_OBJECT_0);
  EXPECT_EQ(b.result(), WAIT_OBJECT_0);
  EXPECT_EQ(c.result(), WAIT_OBJECT_0);
}

TEST(WaitAcrossThreads, for_any_leaves_the_other_queues) {
  OwnedHandle a = automatic_event(), b = automatic_event();
  HANDLE handles[] = {a.get(), b.get()};
  {
    Waiter waiter([&] { return WaitForMultipleObjects(2, handles, FALSE, kHang); });
    ASSERT_TRUE(waiter.sleeps());
    SetEvent(b.get());
    EXPECT_EQ(waiter.result(), WAIT_OBJECT_0 + 1);
  }
  SetEvent(a.get());
  EXPECT_EQ(WaitForSingleObject(a.get(), 0), WAIT_OBJECT_0) << "the finished wait has taken a second signal";
}

TEST(WaitAcrossThreads, for_all_lets_others_take_what_it_waits_for) {
  OwnedHandle a = automatic_event(), b = automatic_event();
  HANDLE handles[] = {a.get(), b.get()};
  Waiter all([&] { return WaitForMultipleObjects(2, handles, TRUE, kHang); });
  ASSERT_TRUE(all.sleeps());
  SetEvent(a.get());
  EXPECT_EQ(WaitForSingleObject(a.get(), 0), WAIT_OBJECT_0) << "a wait for all must not reserve";
  SetEvent(b.get());
  EXPECT_FALSE(all.is_done());
  SetEvent(a.get());
  EXPECT_EQ(all.result(), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, 0), DWORD{WAIT_TIMEOUT});
}

TEST(WaitAcrossThreads, a_signal_passes_a_wait_for_all_that_it_cannot_end) {
  OwnedHandle a = automatic_event(), b = automatic_event();
  HANDLE handles[] = {a.get(), b.get()};
  Waiter all([&] { return WaitForMultipleObjects(2, handles, TRUE, kHang); });
  ASSERT_TRUE(all.sleeps());
  Waiter single([&] { return WaitForSingleObject(a.get(), kHang); });
  ASSERT_TRUE(single.sleeps());
  SetEvent(a.get());
  EXPECT_EQ(single.result(), WAIT_OBJECT_0);
  EXPECT_FALSE(all.is_done());
  SetEvent(a.get());
  SetEvent(b.get());
  EXPECT_EQ(all.result(), WAIT_OBJECT_0);
}

TEST(WaitAcrossThreads, closing_the_handle_leaves_the_wait) {
  OwnedHandle event = automatic_event();
  HANDLE copy = nullptr;
  DuplicateHandle(GetCurrentProcess(), event.get(), GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
  OwnedHandle owner(copy);
  Waiter waiter([handle = event.get()] { return WaitForSingleObject(handle, kHang); });
  ASSERT_TRUE(waiter.sleeps());
  event.close();
  SetEvent(copy);
  EXPECT_EQ(waiter.result(), WAIT_OBJECT_0);
}

// Five philosophers, five forks that are automatic events. Each takes its two by one wait for all: were that not atomic, they
// would come to hold one each and stop for ever, or two would eat with one fork.
TEST(WaitAcrossThreads, waits_for_all_are_atomic_under_contention) {
  constexpr int kPhilosophers = 5, kMeals = 2000;
  std::vector<OwnedHandle> forks;
  for (int i = 0; i < kPhilosophers; ++i) forks.push_back(automatic_event(true));
  std::atomic<int> users[kPhilosophers] = {};
  std::atomic<int> conflicts{0}, hungry{0};
  std::vector<std::thread> philosophers;
  for (int p = 0; p < kPhilosophers; ++p) {
    philosophers.emplace_back([&, p] {
      int left = p, right = (p + 1) % kPhilosophers;
      HANDLE own[] = {forks[left].get(), forks[right].get()};
      std::minstd_rand random(static_cast<unsigned>(p + 1));
      for (int meal = 0; meal < kMeals;) {
        // Impatient at times: given-up waits must leave no trace.
        DWORD patience = random() % 4 == 0 ? random() % 2 : kHang;
        DWORD result = WaitForMultipleObjects(2, own, TRUE, patience);
        if (result == WAIT_TIMEOUT && patience != kHang) continue;
        if (result != WAIT_OBJECT_0) {
          ++hungry;
          return;
        }
        if (users[left]++ != 0 || users[right]++ != 0) ++conflicts;
        --users[left];
        --users[right];
        SetEvent(own[meal % 2]);
        SetEvent(own[(meal + 1) % 2]);
        ++meal;
      }
    });
  }
  for (std::thread& philosopher : philosophers) philosopher.join();
  EXPECT_EQ(conflicts, 0);
  EXPECT_EQ(hungry, 0);
  for (const OwnedHandle& fork : forks) EXPECT_EQ(WaitForSingleObject(fork.get(), 0), WAIT_OBJECT_0) << "a fork was lost";
}

// One signal at a time goes to whoever comes, with timeouts that end just then: each is taken exactly once.
TEST(WaitAcrossThreads, no_signal_is_lost_to_a_timeout) {
  constexpr int kSignals = 5000, kTakers = 3;
  OwnedHandle event = automatic_event(), taken = automatic_event();
  std::atomic<int> count{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> takers;
  for (int t = 0; t < kTakers; ++t) {
    takers.emplace_back([&, t] {
      std::minstd_rand random(static_cast<unsigned>(t + 1));
      while (!over) {
        if (WaitForSingleObject(event.get(), random() % 2) != WAIT_OBJECT_0) continue;
        ++count;
        SetEvent(taken.get());
      }
    });
  }
  int acknowledged = 0;
  for (; acknowledged < kSignals; ++acknowledged) {
    SetEvent(event.get());
    if (WaitForSingleObject(taken.get(), kHang) != WAIT_OBJECT_0) break;
  }
  over = true;
  for (std::thread& taker : takers) taker.join();
  EXPECT_EQ(acknowledged, kSignals);
  EXPECT_EQ(count, kSignals);
}

TEST(WaitAcrossThreads, a_mixed_wait_sees_events_and_processes) {
  Child child("pause");
  ASSERT_TRUE(child.created) << child.error;
  ASSERT_EQ(child.report(), "ready");
  OwnedHandle event = automatic_event();
  HANDLE handles[] = {child.process.get(), event.get()};
  size_t fds = own_fd_count();
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, 5), DWORD{WAIT_TIMEOUT});
  {
    Waiter waiter([&] { return WaitForMultipleObjects(2, handles, FALSE, INFINITE); });
    ASSERT_TRUE(waiter.sleeps(SYS_ppoll));
    SetEvent(event.get());
    EXPECT_EQ(waiter.result(), WAIT_OBJECT_0 + 1);
  }
  {
    Waiter any([&] { return WaitForMultipleObjects(2, handles, FALSE, kHang); });
    Waiter all([&] { return WaitForMultipleObjects(2, handles, TRUE, kHang); });
    TerminateProcess(child.process.get(), 7);
    EXPECT_EQ(any.result(), WAIT_OBJECT_0);
    EXPECT_FALSE(all.is_done());
    SetEvent(event.get());
    EXPECT_EQ(all.result(), WAIT_OBJECT_0);
  }
  EXPECT_EQ(own_fd_count(), fds);
}

}  // namespace

}  // namespace kernel32_test
