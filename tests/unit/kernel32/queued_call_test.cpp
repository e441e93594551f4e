// QueueUserAPC: who makes the calls, when, and what a wait that they end tells.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

// Here the pause is the subject: it is where calls are made.
constexpr auto* alertable_pause = &SleepEx;

// The arguments of the calls made, in their order, by one thread.
std::vector<ULONG_PTR> made;
DWORD made_by = 0;

void CALLBACK note(ULONG_PTR argument) {
  made.push_back(argument);
  made_by = GetCurrentThreadId();
}

constexpr ULONG_PTR kFurther = 100;
void CALLBACK note_and_wait(ULONG_PTR argument) {
  note(argument);
  if (argument >= kFurther) return;
  QueueUserAPC(note_and_wait, GetCurrentThread(), argument + kFurther);
  EXPECT_EQ(alertable_pause(0, TRUE), DWORD{WAIT_IO_COMPLETION});
}

class QueuedCall : public ::testing::Test {
 protected:
  void SetUp() override { made.clear(); }
};

TEST_F(QueuedCall, is_made_by_an_alertable_wait_alone) {
  OwnedHandle event = automatic_event();
  for (ULONG_PTR argument : {1, 2, 3}) EXPECT_TRUE(QueueUserAPC(note, GetCurrentThread(), argument));
  EXPECT_EQ(WaitForSingleObject(event.get(), 1), DWORD{WAIT_TIMEOUT});
  auto* const pause = &Sleep;
  pause(1);
  EXPECT_EQ(alertable_pause(1, FALSE), 0u);
  EXPECT_TRUE(made.empty());
  EXPECT_EQ(WaitForSingleObjectEx(event.get(), INFINITE, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(made, (std::vector<ULONG_PTR>{1, 2, 3})) << "all of them, in order";
  EXPECT_EQ(made_by, GetCurrentThreadId());
  EXPECT_EQ(WaitForSingleObjectEx(event.get(), 0, TRUE), DWORD{WAIT_TIMEOUT});
}

TEST_F(QueuedCall, comes_after_objects_that_are_there) {
  OwnedHandle event = automatic_event(true), other = automatic_event(true);
  HANDLE handles[] = {event.get(), other.get()};
  EXPECT_TRUE(QueueUserAPC(note, GetCurrentThread(), 1));
  EXPECT_EQ(WaitForMultipleObjectsEx(2, handles, TRUE, 0, TRUE), WAIT_OBJECT_0);
  EXPECT_TRUE(made.empty());
  EXPECT_EQ(WaitForMultipleObjectsEx(2, handles, TRUE, 0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(made.size(), 1u);
}

TEST_F(QueuedCall, may_wait_alertably_itself) {
  for (ULONG_PTR argument : {1, 2}) EXPECT_TRUE(QueueUserAPC(note_and_wait, GetCurrentThread(), argument));
  EXPECT_EQ(alertable_pause(INFINITE, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(made, (std::vector<ULONG_PTR>{1, 2, 1 + kFurther, 2 + kFurther}));
}

enum class Way { kSleep, kOne, kAll, kProcess };
class QueuedCallEndsAWait : public ::testing::TestWithParam<Way> {};

// The thread waits for what never comes: a futex sleeper, or one that polls the descriptor of a process.
TEST_P(QueuedCallEndsAWait, that_goes_on) {
  made.clear();
  OwnedHandle event = automatic_event(), other = automatic_event(true);
  OwnedHandle parent(OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(getppid())));
  ASSERT_NE(parent.get(), nullptr);
  std::atomic<DWORD> result{0};
  auto work = [&] {
    HANDLE handles[] = {event.get(), other.get()};
    switch (GetParam()) {
      case Way::kSleep:
        return alertable_pause(INFINITE, TRUE);
      case Way::kOne:
        return WaitForSingleObjectEx(event.get(), kHang, TRUE);
      case Way::kAll:
        return WaitForMultipleObjectsEx(2, handles, TRUE, kHang, TRUE);
      case Way::kProcess:
        break;
    }
    return WaitForSingleObjectEx(parent.get(), kHang, TRUE);
  };
  struct Context {
    decltype(work)& run;
    std::atomic<DWORD>& result;
  } context{work, result};
  DWORD id = 0;
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](void* argument) -> DWORD {
        auto& given = *static_cast<Context*>(argument);
        given.result = given.run();
        return 0;
      },
      &context, 0, &id));
  ASSERT_NE(thread.get(), nullptr);
  long sleeping_in = GetParam() == Way::kProcess ? SYS_ppoll : SYS_futex;
  EXPECT_TRUE(eventually([&] { return thread_sleeps_in(id, sleeping_in); }));
  EXPECT_TRUE(QueueUserAPC(note, thread.get(), 7));
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(result, DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(made, std::vector<ULONG_PTR>{7});
  EXPECT_EQ(made_by, id);
  EXPECT_EQ(WaitForSingleObject(other.get(), 0), WAIT_OBJECT_0) << "nothing of a wait that failed is taken";
  EXPECT_FALSE(QueueUserAPC(note, thread.get(), 8));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_GEN_FAILURE}) << "the thread has ended";
}

std::string name_of_way(const ::testing::TestParamInfo<Way>& way) {
  constexpr const char* kNames[] = {"sleep", "one", "all", "process"};
  return kNames[static_cast<int>(way.param)];
}
INSTANTIATE_TEST_SUITE_P(Wait, QueuedCallEndsAWait, ::testing::Values(Way::kSleep, Way::kOne, Way::kAll, Way::kProcess), name_of_way);

TEST_F(QueuedCall, comes_before_the_routine_of_a_thread_that_has_not_begun) {
  OwnedHandle thread(CreateThread(
      nullptr, 0, [](void*) -> DWORD { return static_cast<DWORD>(made.size()); }, nullptr, CREATE_SUSPENDED, nullptr));
  EXPECT_TRUE(QueueUserAPC(note, thread.get(), 1));
  EXPECT_TRUE(QueueUserAPC(note, thread.get(), 2));
  EXPECT_EQ(ResumeThread(thread.get()), 1u);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  DWORD code = 99;
  EXPECT_TRUE(GetExitCodeThread(thread.get(), &code));
  EXPECT_EQ(code, 2u);
}

TEST_F(QueuedCall, that_is_never_made_is_forgotten) {
  OwnedHandle go = manual_event();
  HANDLE gate = go.get();
  OwnedHandle thread(CreateThread(
      nullptr, 0, [](void* argument) -> DWORD { return WaitForSingleObject(argument, kHang); }, gate, 0, nullptr));
  EXPECT_TRUE(QueueUserAPC(note, thread.get(), 1));
  SetEvent(gate);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(made.size() <= 1) << "before the routine, if it had not begun";
}

TEST_F(QueuedCall, needs_a_thread) {
  OwnedHandle event = automatic_event();
  for (HANDLE wrong : {event.get(), HANDLE{nullptr}, GetCurrentProcess()}) {
    EXPECT_FALSE(QueueUserAPC(note, wrong, 0));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  }
}

std::atomic<long> counted{0};
void CALLBACK count_one(ULONG_PTR) { ++counted; }

TEST_F(QueuedCall, from_many_threads_are_each_made_once) {
  constexpr int kThreads = 4, kCalls = 2000;
  OwnedHandle done = manual_event(), event = automatic_event();
  HANDLE handles[] = {done.get(), event.get()};
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](void* argument) -> DWORD {
        auto* wait_for = static_cast<HANDLE*>(argument);
        while (WaitForMultipleObjectsEx(2, wait_for, FALSE, kHang, TRUE) != WAIT_OBJECT_0) {
        }
        while (alertable_pause(0, TRUE) == WAIT_IO_COMPLETION) {
        }
        return 0;
      },
      handles, 0, nullptr));
  std::vector<std::thread> callers;
  for (int i = 0; i < kThreads; ++i)
    callers.emplace_back([&] {
      for (int n = 0; n < kCalls; ++n) {
        EXPECT_TRUE(QueueUserAPC(count_one, thread.get(), 0));
        SetEvent(event.get());
      }
    });
  for (std::thread& caller : callers) caller.join();
  SetEvent(done.get());
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(counted, long{kThreads} * kCalls);
}

}  // namespace

}  // namespace kernel32_test
