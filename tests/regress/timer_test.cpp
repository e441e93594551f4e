// Waitable timers and FLS, which servers set beside their sockets.
#include <winsock2.h>

#include <windows.h>

#include <atomic>
#include <thread>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

constexpr LONGLONG kMillisecond = 10000, kDay = 86400000 * kMillisecond;

LARGE_INTEGER counts(LONGLONG value) {
  LARGE_INTEGER large;
  large.QuadPart = value;
  return large;
}

class TimerTest : public WinsockTest {
 protected:
  void SetUp() override {
    // A host may keep a thread for timers, from the first one that is set: no leak.
    timer = CreateWaitableTimerA(nullptr, FALSE, nullptr);
    EXPECT_TRUE(set(-kDay));
    EXPECT_TRUE(CloseHandle(timer));
    WinsockTest::SetUp();
    timer = CreateWaitableTimerA(nullptr, FALSE, nullptr);
    ASSERT_NE(nullptr, timer);
  }
  void TearDown() override {
    EXPECT_TRUE(CloseHandle(timer));
    WinsockTest::TearDown();
  }
  DWORD wait(DWORD milliseconds) const { return WaitForSingleObject(timer, milliseconds); }
  BOOL set(LONGLONG due, LONG period = 0, PTIMERAPCROUTINE routine = nullptr) {
    const LARGE_INTEGER large = counts(due);
    return SetWaitableTimer(timer, &large, period, routine, this, FALSE);
  }
  static void CALLBACK note(LPVOID argument, DWORD, DWORD) {
    auto* self = static_cast<TimerTest*>(argument);
    ++self->calls;
    self->called_thread = GetCurrentThreadId();
  }

  HANDLE timer = nullptr;
  int calls = 0;
  DWORD called_thread = 0;
};

TEST_F(TimerTest, EndsAWaitAtItsTime) {
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), wait(0)) << "not set";
  EXPECT_TRUE(set(-5 * kMillisecond));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(kDeadlineMs));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), wait(0)) << "the wait has taken the signal";
  EXPECT_TRUE(set(-kDay));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), wait(0));
  EXPECT_TRUE(set(1)) << "a time of day long past";
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(kDeadlineMs));
}

TEST_F(TimerTest, IsAnEventToWinsocksWaits) {
  const WSAEVENT events[] = {WSACreateEvent(), timer};
  EXPECT_TRUE(set(-kMillisecond));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_EVENT_0) + 1, WSAWaitForMultipleEvents(2, events, FALSE, kDeadlineMs, FALSE));
  EXPECT_TRUE(WSACloseEvent(events[0]));
}

TEST_F(TimerTest, StaysSignalledUntilItIsSetAgainIfItIsResetByHand) {
  EXPECT_TRUE(CloseHandle(timer));
  timer = CreateWaitableTimerA(nullptr, TRUE, nullptr);
  EXPECT_TRUE(set(-kMillisecond));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(kDeadlineMs));
  EXPECT_TRUE(CancelWaitableTimer(timer));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(0)) << "cancelling leaves the signal";
  EXPECT_TRUE(set(-kDay));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), wait(0));
}

TEST_F(TimerTest, MayBeMadeAndSetByTheLongerForms) {
  const auto by_hand = CREATE_WAITABLE_TIMER_MANUAL_RESET;
  const LARGE_INTEGER soon = counts(-kMillisecond);
  for (HANDLE made : {CreateWaitableTimerExA(nullptr, nullptr, by_hand, TIMER_ALL_ACCESS),
                      CreateWaitableTimerExW(nullptr, nullptr, by_hand, TIMER_ALL_ACCESS)}) {
    ASSERT_NE(nullptr, made);
    EXPECT_TRUE(SetWaitableTimerEx(made, &soon, 0, nullptr, nullptr, nullptr, 0));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), WaitForSingleObject(made, kDeadlineMs));
    EXPECT_TRUE(CloseHandle(made));
  }
}

TEST_F(TimerTest, ThatNobodyHasNamedIsNotFound) {
  const WCHAR name[] = {'n', 'o', 'b', 'o', 'd', 'y', 0};
  EXPECT_EQ(nullptr, OpenWaitableTimerA(SYNCHRONIZE, FALSE, "nobody"));
  EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), GetLastError());
  EXPECT_EQ(nullptr, OpenWaitableTimerW(SYNCHRONIZE, FALSE, name));
  EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), GetLastError());
}

TEST_F(TimerTest, ComesAgainWithItsPeriodUntilItIsCancelled) {
  EXPECT_TRUE(set(-kMillisecond, 2));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(kDeadlineMs));
  EXPECT_TRUE(CancelWaitableTimer(timer));
  wait(0);
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), wait(20));
}

TEST_F(TimerTest, CallsItsThreadInAnAlertableWait) {
  const WSAEVENT event = WSACreateEvent();
  EXPECT_TRUE(set(-kMillisecond, 0, note));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(kDeadlineMs)) << "not alertable: the signal alone";
  EXPECT_EQ(0, calls);
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_IO_COMPLETION), WSAWaitForMultipleEvents(1, &event, FALSE, kDeadlineMs, TRUE));
  EXPECT_EQ(1, calls);
  EXPECT_EQ(GetCurrentThreadId(), called_thread);
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST_F(TimerTest, TakesBackACallThatHasNotBeenMade) {
  const WSAEVENT event = WSACreateEvent();
  EXPECT_TRUE(set(-kMillisecond, 0, note));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), wait(kDeadlineMs));
  EXPECT_TRUE(CancelWaitableTimer(timer));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_TIMEOUT), WSAWaitForMultipleEvents(1, &event, FALSE, 0, TRUE));
  EXPECT_EQ(0, calls);
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST_F(TimerTest, RefusesANegativePeriod) {
  EXPECT_FALSE(set(-kMillisecond, -1));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

TEST_F(TimerTest, IsNotWhatIsNoTimer) {
  const WSAEVENT event = WSACreateEvent();
  EXPECT_FALSE(CancelWaitableTimer(event));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  EXPECT_TRUE(WSACloseEvent(event));
}

std::atomic<int> freed{0};
void CALLBACK count_freed(PVOID) { ++freed; }

class ThreadValueTest : public WinsockTest {};

TEST_F(ThreadValueTest, IsCalledBackAtTheEndOfItsThreadAndWhenTheIndexIsFreed) {
  freed = 0;
  const DWORD index = FlsAlloc(count_freed);
  ASSERT_NE(FLS_OUT_OF_INDEXES, index);
  int value = 0;
  EXPECT_TRUE(FlsSetValue(index, &value));
  const HANDLE thread = CreateThread(
      nullptr, 0,
      [](LPVOID argument) -> DWORD {
        const DWORD fls = *static_cast<const DWORD*>(argument);
        return FlsGetValue(fls) == nullptr && FlsSetValue(fls, argument) ? 42 : 0;
      },
      const_cast<DWORD*>(&index), 0, nullptr);
  ASSERT_NE(nullptr, thread);
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), WaitForSingleObject(thread, kDeadlineMs));
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  EXPECT_EQ(42u, code);
  EXPECT_TRUE(CloseHandle(thread));
  EXPECT_EQ(1, freed);
  EXPECT_EQ(&value, FlsGetValue(index));
  EXPECT_TRUE(FlsFree(index));
  EXPECT_EQ(2, freed);
  EXPECT_FALSE(FlsSetValue(FLS_OUT_OF_INDEXES, &value));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

TEST_F(ThreadValueTest, AThreadMayBeSuspendedBeforeItBegins) {
  const HANDLE thread = CreateThread(nullptr, 0, [](LPVOID) -> DWORD { return 3; }, nullptr, CREATE_SUSPENDED, nullptr);
  ASSERT_NE(nullptr, thread);
  EXPECT_EQ(1u, SuspendThread(thread));
  EXPECT_EQ(2u, ResumeThread(thread));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), WaitForSingleObject(thread, 10));
  EXPECT_EQ(1u, ResumeThread(thread));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), WaitForSingleObject(thread, kDeadlineMs));
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  EXPECT_EQ(3u, code);
  EXPECT_TRUE(CloseHandle(thread));
}

}  // namespace
}  // namespace regress
