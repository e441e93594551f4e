// Waitable timers: when they are signalled, for how long, and the calls that they make.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

// Here the pause is the subject: it is where calls are made.
constexpr auto* alertable_pause = &SleepEx;

constexpr LONGLONG kMillisecond = 10'000, kDay = 86'400'000 * kMillisecond;

LARGE_INTEGER counts(LONGLONG value) {
  LARGE_INTEGER large;
  large.QuadPart = value;
  return large;
}
LARGE_INTEGER from_now(LONGLONG value) { return counts(-value); }
LONGLONG now() {
  FILETIME time;
  GetSystemTimeAsFileTime(&time);
  return static_cast<LONGLONG>(time.dwHighDateTime) << 32 | time.dwLowDateTime;
}

struct Made {
  LPVOID argument;
  LONGLONG time;
  DWORD thread;
};
std::vector<Made> made;
void CALLBACK note(LPVOID argument, DWORD low, DWORD high) {
  made.push_back({argument, static_cast<LONGLONG>(high) << 32 | low, GetCurrentThreadId()});
}

class TimerTest : public ::testing::Test {
 protected:
  void SetUp() override { made.clear(); }
  bool is_set() const { return WaitForSingleObject(timer.get(), 0) == WAIT_OBJECT_0; }
  BOOL set(LARGE_INTEGER due, LONG period = 0, PTIMERAPCROUTINE routine = nullptr) {
    return SetWaitableTimer(timer.get(), &due, period, routine, &made, FALSE);
  }

  OwnedHandle timer{CreateWaitableTimerA(nullptr, FALSE, nullptr)};
};
class EitherTimer : public ::testing::TestWithParam<BOOL> {
 protected:
  OwnedHandle timer{CreateWaitableTimerW(nullptr, GetParam(), nullptr)};
};

TEST_P(EitherTimer, is_signalled_at_its_time_and_not_before) {
  EXPECT_EQ(WaitForSingleObject(timer.get(), 0), DWORD{WAIT_TIMEOUT}) << "not set";
  LONGLONG begin = now();
  LARGE_INTEGER due = from_now(20 * kMillisecond);
  EXPECT_TRUE(SetWaitableTimer(timer.get(), &due, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
  EXPECT_GE(now() - begin, 19 * kMillisecond);
  EXPECT_EQ(WaitForSingleObject(timer.get(), 0), GetParam() ? WAIT_OBJECT_0 : DWORD{WAIT_TIMEOUT});
  due = from_now(kDay);
  EXPECT_TRUE(SetWaitableTimer(timer.get(), &due, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(WaitForSingleObject(timer.get(), 0), DWORD{WAIT_TIMEOUT}) << "setting it takes the signal back";
}

TEST_P(EitherTimer, that_nobody_waits_for_is_found_signalled) {
  OwnedHandle later(CreateWaitableTimerExW(nullptr, nullptr, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS));
  LARGE_INTEGER soon = from_now(1), after = from_now(2 * kMillisecond);
  EXPECT_TRUE(SetWaitableTimer(later.get(), &after, 0, nullptr, nullptr, FALSE));
  EXPECT_TRUE(SetWaitableTimer(timer.get(), &soon, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(WaitForSingleObject(later.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(timer.get(), 0), WAIT_OBJECT_0);
}

INSTANTIATE_TEST_SUITE_P(Reset, EitherTimer, ::testing::Values(TRUE, FALSE),
                         [](const auto& info) { return std::string(info.param ? "manual" : "automatic"); });

TEST_F(TimerTest, takes_a_time_of_day) {
  LARGE_INTEGER due = counts(now() + 20 * kMillisecond);
  EXPECT_TRUE(set(due));
  EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
  EXPECT_GE(now(), due.QuadPart - kMillisecond);
  for (LONGLONG past : {LONGLONG{0}, LONGLONG{1}, now() - kDay}) {
    EXPECT_TRUE(set(counts(past)));
    EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0) << past;
  }
  for (LONGLONG distant : {LONGLONG{INT64_MAX}, LONGLONG{INT64_MIN}, now() + kDay}) {
    EXPECT_TRUE(set(counts(distant)));
    EXPECT_FALSE(is_set()) << distant;
  }
}

TEST_F(TimerTest, comes_again_after_its_period) {
  LONGLONG begin = now();
  EXPECT_TRUE(set(from_now(1), 5));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
  EXPECT_GE(now() - begin, 14 * kMillisecond);
}

TEST_F(TimerTest, ends_a_wait_for_all_and_one_that_began_before_it_was_set) {
  OwnedHandle event = automatic_event(true);
  HANDLE both[] = {event.get(), timer.get()};
  std::atomic<DWORD> id{0}, result{99};
  std::thread waiter([&] {
    id = GetCurrentThreadId();
    result = WaitForMultipleObjects(2, both, TRUE, kHang);
  });
  EXPECT_TRUE(eventually([&] { return id != 0 && thread_sleeps_in(id, SYS_futex); }));
  EXPECT_TRUE(set(from_now(1)));
  waiter.join();
  EXPECT_EQ(result, WAIT_OBJECT_0);
}

TEST_F(TimerTest, that_is_cancelled_stays_as_it_is) {
  EXPECT_TRUE(set(from_now(kDay)));
  EXPECT_TRUE(CancelWaitableTimer(timer.get()));
  EXPECT_FALSE(is_set());
  OwnedHandle manual(CreateWaitableTimerA(nullptr, TRUE, nullptr));
  LARGE_INTEGER due = from_now(1);
  EXPECT_TRUE(SetWaitableTimer(manual.get(), &due, 1, nullptr, nullptr, FALSE));
  EXPECT_EQ(WaitForSingleObject(manual.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(CancelWaitableTimer(manual.get()));
  EXPECT_EQ(WaitForSingleObject(manual.get(), 0), WAIT_OBJECT_0);
}

TEST_F(TimerTest, calls_the_thread_that_set_it) {
  EXPECT_TRUE(set(from_now(10 * kMillisecond), 0, note));
  LONGLONG begin = now();
  EXPECT_EQ(alertable_pause(kHang, TRUE), DWORD{WAIT_IO_COMPLETION});
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].argument, &made);
  EXPECT_EQ(made[0].thread, GetCurrentThreadId());
  EXPECT_GE(made[0].time, begin);
  EXPECT_LE(made[0].time, now());
  EXPECT_TRUE(is_set()) << "the signal comes all the same";
}

TEST_F(TimerTest, has_one_call_pending_at_most) {
  EXPECT_TRUE(set(from_now(1), 1, note));
  // Several periods, none of them alertable.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(made.empty());
  EXPECT_EQ(alertable_pause(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_GE(made.size(), 1u);
  EXPECT_LE(made.size(), 2u) << "one more may have come meanwhile";
  EXPECT_EQ(alertable_pause(kHang, TRUE), DWORD{WAIT_IO_COMPLETION}) << "and again with the next period";
  EXPECT_TRUE(CancelWaitableTimer(timer.get()));
}

TEST_F(TimerTest, that_is_cancelled_or_set_again_takes_its_call_back) {
  OwnedHandle other = automatic_event();
  for (bool cancel : {true, false}) {
    EXPECT_TRUE(set(from_now(1), 0, note));
    EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
    EXPECT_TRUE(cancel ? CancelWaitableTimer(timer.get()) : set(from_now(kDay)));
    EXPECT_EQ(WaitForSingleObjectEx(other.get(), 0, TRUE), DWORD{WAIT_TIMEOUT});
  }
  EXPECT_TRUE(set(from_now(1), 0, note));
  EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
  timer.close();
  EXPECT_EQ(WaitForSingleObjectEx(other.get(), 0, TRUE), DWORD{WAIT_TIMEOUT}) << "closed";
  EXPECT_TRUE(made.empty());
}

TEST_F(TimerTest, of_a_call_stops_with_its_thread) {
  struct Work {
    HANDLE timer;
    LARGE_INTEGER due;
  } work{timer.get(), {}};
  // The thread must have ended before the time comes; on a busy machine it gets more of it.
  for (LONGLONG delay = 50 * kMillisecond;; delay *= 2) {
    work.due = counts(now() + delay);
    OwnedHandle thread(CreateThread(
        nullptr, 0,
        [](LPVOID argument) -> DWORD {
          auto* given = static_cast<Work*>(argument);
          return SetWaitableTimer(given->timer, &given->due, 1, note, nullptr, FALSE);
        },
        &work, 0, nullptr));
    EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
    if (now() < work.due.QuadPart) break;
  }
  OwnedHandle later(CreateWaitableTimerA(nullptr, FALSE, nullptr));
  work.due.QuadPart += kMillisecond;
  EXPECT_TRUE(SetWaitableTimer(later.get(), &work.due, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(WaitForSingleObject(later.get(), kHang), WAIT_OBJECT_0);
  EXPECT_FALSE(is_set());
  EXPECT_TRUE(made.empty());
}

TEST_F(TimerTest, refuses_what_is_no_timer_and_no_time) {
  OwnedHandle event = automatic_event();
  LARGE_INTEGER due = from_now(1);
  EXPECT_FALSE(SetWaitableTimer(event.get(), &due, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(CancelWaitableTimer(event.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(SetEvent(timer.get()));
  EXPECT_FALSE(set(due, -1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(SetWaitableTimer(timer.get(), nullptr, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateWaitableTimerExW(nullptr, nullptr, 4, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateWaitableTimerA(nullptr, FALSE, "name"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, "name"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_NOT_FOUND});
}

TEST_F(TimerTest, does_not_wake_the_machine_and_says_so) {
  LARGE_INTEGER due = from_now(1);
  EXPECT_TRUE(SetWaitableTimer(timer.get(), &due, 0, nullptr, nullptr, TRUE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
}

TEST_F(TimerTest, has_stopped_in_the_child_of_a_fork_and_may_be_set_there) {
  if (kSanitized) GTEST_SKIP() << "the sanitizers know no new threads in the child of a fork";
  constexpr int kTooLate = 4;
  int status = 0;
  // The child must be there before the time comes; on a busy machine it gets more of it.
  for (LONGLONG delay = 20 * kMillisecond;; delay *= 2) {
    LARGE_INTEGER due = counts(now() + delay);
    EXPECT_TRUE(set(due));
    pid_t child = fork();
    if (child == 0) {
      if (now() >= due.QuadPart) _exit(kTooLate);
      OwnedHandle later(CreateWaitableTimerA(nullptr, FALSE, nullptr));
      due.QuadPart += kMillisecond;
      if (!SetWaitableTimer(later.get(), &due, 0, nullptr, nullptr, FALSE)) _exit(1);
      if (WaitForSingleObject(later.get(), kHang) != WAIT_OBJECT_0) _exit(2);
      _exit(is_set() ? 3 : 0);
    }
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != kTooLate) break;
  }
  EXPECT_EQ(status, 0);
}

TEST_F(TimerTest, that_cannot_have_its_thread_is_not_set_and_may_be_later) {
  if (kSanitized) GTEST_SKIP() << "the sanitizers need address space of their own";
  Child child("timer-without-thread");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "failed " + std::to_string(ERROR_NOT_ENOUGH_MEMORY) + " unset signalled");
  EXPECT_EQ(child.exit_code(), 0u);
}

// Many timers at once, set, cancelled and closed by several threads while they come due.
TEST_F(TimerTest, of_many_threads_do_not_mix) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      std::atomic<int> calls{0};
      PTIMERAPCROUTINE count = [](LPVOID counter, DWORD, DWORD) { ++*static_cast<std::atomic<int>*>(counter); };
      for (int i = 0; i < 200; ++i) {
        std::vector<OwnedHandle> timers;
        for (int n = 0; n < 8; ++n) {
          timers.emplace_back(CreateWaitableTimerA(nullptr, n % 2, nullptr));
          LARGE_INTEGER due = from_now((n * 7 + i + t) % 20 * 1000);
          EXPECT_TRUE(SetWaitableTimer(timers.back().get(), &due, n % 3, n % 2 ? count : nullptr, &calls, FALSE));
        }
        EXPECT_TRUE(CancelWaitableTimer(timers[i % 8].get()));
        EXPECT_EQ(WaitForSingleObject(timers[(i + 1) % 8].get(), kHang), WAIT_OBJECT_0);
        alertable_pause(0, TRUE);
      }
      alertable_pause(0, TRUE);
      int before = calls;
      EXPECT_EQ(alertable_pause(1, TRUE), 0u);
      EXPECT_EQ(calls, before) << "a closed timer calls nobody";
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

}  // namespace kernel32_test
