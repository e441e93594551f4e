// What kernel32 asks of the host: nothing for uncontended events, and what fork() leaves usable.
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

// Runs the body in a forked child; its return value, or 256 plus the signal that ended it.
template <typename Body>
int in_forked_child(Body body) {
  pid_t child = fork();
  if (child == 0) {
    int result = body();
    syscall(SYS_exit, result);  // the only way out that strict seccomp allows
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

// Strict seccomp kills at any system call but read, write and exit: what survives it has made none.
TEST(HostUse, a_million_uncontended_sets_and_waits_make_no_system_call) {
  if (kSanitized) GTEST_SKIP() << "the sanitizers make system calls of their own";
  OwnedHandle automatic = automatic_event(), manual = manual_event(true), other = automatic_event();
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  GetCurrentThreadId();
  OwnedHandle timer(CreateWaitableTimerA(nullptr, TRUE, nullptr));
  LARGE_INTEGER due = {};
  SetWaitableTimer(timer.get(), &due, 0, nullptr, nullptr, FALSE);
  ASSERT_EQ(WaitForSingleObject(timer.get(), kHang), WAIT_OBJECT_0);
  DWORD fls = FlsAlloc(nullptr);
  int value = 1, other_value = 2;
  auto body = [&] {
    GetCurrentThreadId();
    FlsSetValue(fls, &value);
    HANDLE both[] = {automatic.get(), manual.get()};
    HANDLE any[] = {other.get(), automatic.get()};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) return 77;
    for (int i = 0; i < 1'000'000; ++i) {
      SetEvent(automatic.get());
      if (WaitForSingleObject(automatic.get(), INFINITE) != WAIT_OBJECT_0) return 1;
      if (WaitForSingleObject(automatic.get(), 0) != WAIT_TIMEOUT) return 2;
      SetEvent(automatic.get());
      if (WaitForMultipleObjects(2, both, TRUE, INFINITE) != WAIT_OBJECT_0) return 3;
      SetEvent(automatic.get());
      if (WaitForMultipleObjects(2, any, FALSE, 1000) != WAIT_OBJECT_0 + 1) return 4;
      ResetEvent(automatic.get());
      EnterCriticalSection(&section);
      LeaveCriticalSection(&section);
      if (WaitForSingleObject(timer.get(), INFINITE) != WAIT_OBJECT_0) return 5;
      if (!FlsSetValue(fls, &value) || FlsGetValue(fls) != &value) return 6;
      WakeByAddressAll(&value);
      if (!WaitOnAddress(&value, &other_value, sizeof value, INFINITE)) return 7;
    }
    return 0;
  };
  int result = in_forked_child(body);
  FlsFree(fls);
  if (result == 77) GTEST_SKIP() << "this system does not allow seccomp";
  EXPECT_EQ(result, 0);
  // The check itself: a system call does end the child.
  EXPECT_EQ(in_forked_child([] {
              prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
              return static_cast<int>(syscall(SYS_getpid) != 0);
            }),
            256 + SIGKILL);
}

TEST(HostUse, an_event_needs_no_descriptor) {
  size_t fds = own_fd_count();
  std::vector<OwnedHandle> events;
  for (int i = 0; i < 100; ++i) events.push_back(automatic_event());
  EXPECT_EQ(own_fd_count(), fds);
}

TEST(Fork, leaves_events_usable_in_the_child) {
  OwnedHandle before = automatic_event(true);
  OwnedHandle contended = automatic_event();
  // A thread of the parent sleeps on the event; in the child it does not exist and takes no signal.
  std::atomic<DWORD> sleeper{0};
  std::thread thread([&] {
    sleeper = GetCurrentThreadId();
    WaitForSingleObject(contended.get(), kHang);
  });
  ASSERT_TRUE(eventually([&] { return sleeper != 0 && thread_sleeps_in(sleeper, SYS_futex); }));
  int result = in_forked_child([&] {
    if (WaitForSingleObject(before.get(), 0) != WAIT_OBJECT_0) return 1;
    SetEvent(contended.get());
    if (WaitForSingleObject(contended.get(), 0) != WAIT_OBJECT_0) return 2;
    OwnedHandle made = manual_event();
    SetEvent(made.get());
    if (WaitForSingleObject(made.get(), INFINITE) != WAIT_OBJECT_0) return 3;
    if (static_cast<long>(GetCurrentThreadId()) != syscall(SYS_gettid)) return 4;
    if (GetProcessId(GetCurrentProcess()) != static_cast<DWORD>(getpid())) return 5;
    return 0;
  });
  EXPECT_EQ(result, 0);
  SetEvent(contended.get());
  thread.join();
  EXPECT_EQ(WaitForSingleObject(before.get(), 0), WAIT_OBJECT_0) << "the child's copy is its own";
}

TEST(Fork, ends_the_parents_threads_in_the_child) {
  OwnedHandle go = manual_event();
  OwnedHandle thread(CreateThread(
      nullptr, 0, [](LPVOID event) -> DWORD { return WaitForSingleObject(event, kHang); }, go.get(), 0, nullptr));
  int result = in_forked_child([&] {
    if (WaitForSingleObject(thread.get(), 0) != WAIT_OBJECT_0) return 1;
    if (WaitForSingleObject(GetCurrentThread(), 0) != WAIT_TIMEOUT) return 2;
    return 0;
  });
  EXPECT_EQ(result, 0);
  EXPECT_EQ(WaitForSingleObject(thread.get(), 0), DWORD{WAIT_TIMEOUT}) << "the parent's thread runs on";
  SetEvent(go.get());
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
}

// Other threads work with the tables at each fork; a lock that stayed locked in the child would hang it.
TEST(Fork, finds_the_tables_whole) {
  std::atomic<bool> over{false};
  OwnedHandle ping = automatic_event(), pong = automatic_event();
  auto play = [&](const OwnedHandle& wait, const OwnedHandle& set) {
    while (!over) {
      OwnedHandle extra = automatic_event();
      SetEvent(set.get());
      WaitForSingleObject(wait.get(), 1);
    }
  };
  std::thread a([&] { play(ping, pong); }), b([&] { play(pong, ping); });
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(in_forked_child([&] {
                OwnedHandle made = automatic_event(true);
                if (WaitForSingleObject(made.get(), 0) != WAIT_OBJECT_0) return 1;
                ResetEvent(ping.get());
                SetEvent(ping.get());
                return WaitForSingleObject(ping.get(), 0) == WAIT_OBJECT_0 ? 0 : 2;
              }),
              0);
  }
  over = true;
  a.join();
  b.join();
}

}  // namespace

}  // namespace kernel32_test
