// Threads from outside: suspending, ending, finding them by their id, priorities; and handles that lead to the same object.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <atomic>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

OwnedHandle start(LPTHREAD_START_ROUTINE routine, void* argument = nullptr, DWORD flags = 0, DWORD* id = nullptr) {
  return OwnedHandle(CreateThread(nullptr, 0, routine, argument, flags, id));
}
DWORD exit_code(const OwnedHandle& thread) {
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread.get(), &code));
  return code;
}
DWORD wait_for(void* event) { return WaitForSingleObject(event, kHang); }

TEST(SuspendThread, counts_before_the_thread_has_begun) {
  OwnedHandle thread = start([](void*) -> DWORD { return 5; }, nullptr, CREATE_SUSPENDED);
  EXPECT_EQ(SuspendThread(thread.get()), 1u);
  EXPECT_EQ(SuspendThread(thread.get()), 2u);
  EXPECT_EQ(ResumeThread(thread.get()), 3u);
  EXPECT_EQ(ResumeThread(thread.get()), 2u);
  EXPECT_EQ(WaitForSingleObject(thread.get(), 1), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(ResumeThread(thread.get()), 1u);
  EXPECT_EQ(exit_code(thread), 5u);
  EXPECT_EQ(ResumeThread(thread.get()), 0u);
  EXPECT_EQ(SuspendThread(thread.get()), static_cast<DWORD>(-1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED}) << "it has ended";
}

TEST(SuspendThread, has_an_end) {
  OwnedHandle thread = start([](void*) -> DWORD { return 0; }, nullptr, CREATE_SUSPENDED);
  for (DWORD count = 1; count < MAXIMUM_SUSPEND_COUNT; ++count) EXPECT_EQ(SuspendThread(thread.get()), count);
  EXPECT_EQ(SuspendThread(thread.get()), static_cast<DWORD>(-1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SIGNAL_REFUSED});
  EXPECT_TRUE(TerminateThread(thread.get(), 0));
  EXPECT_EQ(exit_code(thread), 0u);
}

TEST(SuspendThread, stops_the_caller_until_another_resumes_it) {
  std::atomic<int> stage{0};
  DWORD id = 0;
  OwnedHandle thread = start(
      [](void* argument) -> DWORD {
        auto& at = *static_cast<std::atomic<int>*>(argument);
        at = 1;
        DWORD before = SuspendThread(GetCurrentThread());
        at = 2;
        return before;
      },
      &stage, 0, &id);
  EXPECT_TRUE(eventually([&] { return stage == 1 && thread_sleeps_in(id, SYS_futex); }));
  EXPECT_EQ(SuspendThread(thread.get()), 1u) << "it is stopped, and stays so";
  EXPECT_EQ(ResumeThread(thread.get()), 2u);
  EXPECT_TRUE(eventually([&] { return thread_sleeps_in(id, SYS_futex); }));
  EXPECT_EQ(stage, 1);
  EXPECT_EQ(ResumeThread(thread.get()), 1u);
  EXPECT_EQ(exit_code(thread), 0u);
  EXPECT_EQ(stage, 2);
}

TEST(TerminateThread, ends_one_that_has_not_begun_and_the_caller) {
  OwnedHandle suspended = start([](void*) -> DWORD { return 1; }, nullptr, CREATE_SUSPENDED);
  EXPECT_TRUE(TerminateThread(suspended.get(), 77));
  EXPECT_EQ(exit_code(suspended), 77u);
  OwnedHandle itself = start([](void*) -> DWORD {
    TerminateThread(GetCurrentThread(), 78);
    return 1;
  });
  EXPECT_EQ(exit_code(itself), 78u);
}

TEST(TerminateThread, and_suspend_thread_leave_one_that_runs) {
  OwnedHandle go = manual_event(), event = automatic_event();
  DWORD id = 0;
  OwnedHandle thread = start(wait_for, go.get(), 0, &id);
  EXPECT_TRUE(eventually([&] { return thread_sleeps_in(id, SYS_futex); }));
  EXPECT_FALSE(TerminateThread(thread.get(), 1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(SuspendThread(thread.get()), static_cast<DWORD>(-1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_FALSE(TerminateThread(event.get(), 1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(SuspendThread(event.get()), static_cast<DWORD>(-1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  SetEvent(go.get());
  EXPECT_EQ(exit_code(thread), WAIT_OBJECT_0);
}

TEST(OpenThread, finds_threads_that_live) {
  OwnedHandle go = manual_event();
  DWORD id = 0;
  OwnedHandle thread = start(wait_for, go.get(), 0, &id);
  OwnedHandle opened(OpenThread(SYNCHRONIZE, FALSE, id));
  EXPECT_TRUE(CompareObjectHandles(opened.get(), thread.get()));
  EXPECT_EQ(GetThreadId(opened.get()), id);
  EXPECT_EQ(GetProcessIdOfThread(opened.get()), GetCurrentProcessId());
  SetEvent(go.get());
  EXPECT_EQ(exit_code(opened), WAIT_OBJECT_0);
  for (DWORD none : {id, DWORD{0}, static_cast<DWORD>(-1)}) {
    EXPECT_EQ(OpenThread(SYNCHRONIZE, FALSE, none), nullptr);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
  OwnedHandle self(OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId()));
  EXPECT_TRUE(CompareObjectHandles(self.get(), GetCurrentThread()));
  EXPECT_EQ(GetThreadId(go.get()), 0u);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(GetProcessIdOfThread(go.get()), 0u);
}

TEST(ThreadPriority, is_kept) {
  OwnedHandle thread = start([](void*) -> DWORD { return 0; }, nullptr, CREATE_SUSPENDED);
  EXPECT_EQ(GetThreadPriority(thread.get()), THREAD_PRIORITY_NORMAL);
  for (int priority : {THREAD_PRIORITY_LOWEST, THREAD_PRIORITY_HIGHEST, THREAD_PRIORITY_IDLE, THREAD_PRIORITY_TIME_CRITICAL}) {
    EXPECT_TRUE(SetThreadPriority(thread.get(), priority));
    EXPECT_EQ(GetThreadPriority(thread.get()), priority);
  }
  EXPECT_FALSE(SetThreadPriority(thread.get(), 3));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(SetThreadPriority(nullptr, 0));
  EXPECT_EQ(GetThreadPriority(nullptr), THREAD_PRIORITY_ERROR_RETURN);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_TRUE(TerminateThread(thread.get(), 0));
  EXPECT_EQ(exit_code(thread), 0u);
}

TEST(Processor, is_given_away_and_numbered) {
  EXPECT_TRUE(SwitchToThread());
  YieldProcessor();
  EXPECT_LT(GetCurrentProcessorNumber(), std::thread::hardware_concurrency() + 1024);
}

TEST(CompareObjectHandles, tells_objects_apart) {
  OwnedHandle event = manual_event(), other = manual_event();
  HANDLE copy = nullptr;
  EXPECT_TRUE(DuplicateHandle(GetCurrentProcess(), event.get(), GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  OwnedHandle owner(copy);
  EXPECT_TRUE(CompareObjectHandles(event.get(), copy));
  EXPECT_FALSE(CompareObjectHandles(event.get(), other.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SAME_OBJECT});
  EXPECT_FALSE(CompareObjectHandles(event.get(), nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

// One of each kind, with a closer for all.
TEST(EveryKindOfObject, can_be_duplicated_inherited_and_protected) {
  DWORD id = 0;
  OwnedHandle objects[] = {manual_event(),
                           OwnedHandle(CreateSemaphoreExW(nullptr, 1, 1, nullptr, 0, SEMAPHORE_ALL_ACCESS)),
                           OwnedHandle(CreateMutexExA(nullptr, nullptr, 0, MUTEX_ALL_ACCESS)),
                           OwnedHandle(CreateEventExA(nullptr, nullptr, CREATE_EVENT_INITIAL_SET, EVENT_ALL_ACCESS)),
                           OwnedHandle(CreateWaitableTimerW(nullptr, TRUE, nullptr)),
                           start([](void*) -> DWORD { return 0; }, nullptr, 0, &id),
                           OwnedHandle(OpenProcess(SYNCHRONIZE, FALSE, GetCurrentProcessId())),
                           OwnedHandle(CreateFileA("/dev/null", GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr))};
  for (const OwnedHandle& object : objects) {
    ASSERT_NE(object.get(), nullptr);
    HANDLE copy = nullptr;
    DWORD flags = 99;
    EXPECT_TRUE(DuplicateHandle(GetCurrentProcess(), object.get(), GetCurrentProcess(), &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
    EXPECT_TRUE(CompareObjectHandles(object.get(), copy));
    EXPECT_TRUE(GetHandleInformation(copy, &flags));
    EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
    EXPECT_TRUE(SetHandleInformation(copy, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    EXPECT_FALSE(CloseHandle(copy));
    EXPECT_TRUE(SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    EXPECT_TRUE(CloseHandle(copy));
    EXPECT_TRUE(GetHandleInformation(object.get(), &flags));
  }
  EXPECT_EQ(exit_code(objects[5]), 0u);
}

TEST(NamedObjects, are_not_there) {
  for (HANDLE none : {OpenEventA(EVENT_ALL_ACCESS, FALSE, "name"), OpenMutexA(MUTEX_ALL_ACCESS, FALSE, "name"),
                      OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, "name"), OpenEventW(EVENT_ALL_ACCESS, FALSE, u"name"),
                      OpenMutexW(MUTEX_ALL_ACCESS, FALSE, u"name"), OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, u"name")}) {
    EXPECT_EQ(none, nullptr);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_NOT_FOUND});
  }
  EXPECT_EQ(CreateEventExW(nullptr, u"name", 0, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  for (HANDLE wrong : {CreateEventExA(nullptr, nullptr, 4, 0), CreateMutexExW(nullptr, nullptr, 2, 0),
                       CreateSemaphoreExA(nullptr, 0, 1, nullptr, 1, 0)}) {
    EXPECT_EQ(wrong, nullptr);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
}

}  // namespace

}  // namespace kernel32_test
