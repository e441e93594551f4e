// Mutexes: who owns them, and what they are after their owner; and signalling one object to wait for another.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

OwnedHandle semaphore(LONG signals, LONG most) { return OwnedHandle(CreateSemaphoreA(nullptr, signals, most, nullptr)); }
OwnedHandle mutex(bool owned = false) { return OwnedHandle(CreateMutexA(nullptr, owned, nullptr)); }

DWORD poll(const OwnedHandle& handle) { return WaitForSingleObject(handle.get(), 0); }

// Runs it in a thread that has ended when this returns.
template <typename Work>
void in_thread(Work work) {
  std::thread(work).join();
}

TEST(Mutex, belongs_to_its_owner_as_often_as_it_waited) {
  OwnedHandle lock = mutex();
  EXPECT_EQ(poll(lock), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(lock.get(), INFINITE), WAIT_OBJECT_0);
  in_thread([&] {
    EXPECT_EQ(poll(lock), DWORD{WAIT_TIMEOUT});
    EXPECT_FALSE(ReleaseMutex(lock.get()));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_OWNER});
  });
  EXPECT_TRUE(ReleaseMutex(lock.get()));
  in_thread([&] { EXPECT_EQ(poll(lock), DWORD{WAIT_TIMEOUT}); });
  EXPECT_TRUE(ReleaseMutex(lock.get()));
  in_thread([&] {
    EXPECT_EQ(poll(lock), WAIT_OBJECT_0);
    EXPECT_TRUE(ReleaseMutex(lock.get()));
  });
  EXPECT_FALSE(ReleaseMutex(lock.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_OWNER});
}

TEST(Mutex, can_be_owned_from_the_start) {
  OwnedHandle lock = mutex(true);
  in_thread([&] { EXPECT_EQ(poll(lock), DWORD{WAIT_TIMEOUT}); });
  EXPECT_TRUE(ReleaseMutex(lock.get()));
  in_thread([&] {
    EXPECT_EQ(poll(lock), WAIT_OBJECT_0);
    EXPECT_TRUE(ReleaseMutex(lock.get()));
  });
}

TEST(Mutex, is_abandoned_by_a_thread_that_ends) {
  OwnedHandle one = mutex(), other = mutex();
  in_thread([&] {
    EXPECT_EQ(poll(one), WAIT_OBJECT_0);
    EXPECT_EQ(poll(one), WAIT_OBJECT_0);
    EXPECT_EQ(poll(other), WAIT_OBJECT_0);
  });
  EXPECT_EQ(poll(one), DWORD{WAIT_ABANDONED});
  EXPECT_EQ(poll(one), WAIT_OBJECT_0) << "told once";
  OwnedHandle event = automatic_event();
  HANDLE handles[] = {event.get(), other.get()};
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, 0), DWORD{WAIT_ABANDONED_0 + 1});
  EXPECT_TRUE(ReleaseMutex(one.get()));
  EXPECT_TRUE(ReleaseMutex(one.get()));
  EXPECT_TRUE(ReleaseMutex(other.get()));
  in_thread([&] {
    EXPECT_EQ(poll(one), WAIT_OBJECT_0) << "given back since";
    EXPECT_TRUE(ReleaseMutex(one.get()));
  });
}

TEST(Mutex, abandoned_ends_a_wait_that_goes_on) {
  OwnedHandle lock = mutex(), owned = manual_event();
  std::atomic<DWORD> waiter{0};
  std::thread owner([&] {
    EXPECT_EQ(poll(lock), WAIT_OBJECT_0);
    SetEvent(owned.get());
    EXPECT_TRUE(eventually([&] { return waiter != 0 && thread_sleeps_in(waiter, SYS_futex); }));
  });
  EXPECT_EQ(WaitForSingleObject(owned.get(), kHang), WAIT_OBJECT_0);
  waiter = GetCurrentThreadId();
  EXPECT_EQ(WaitForSingleObject(lock.get(), kHang), DWORD{WAIT_ABANDONED});
  owner.join();
  EXPECT_TRUE(ReleaseMutex(lock.get()));
}

TEST(Mutex, is_taken_with_others_at_one_instant) {
  OwnedHandle lock = mutex(true), event = automatic_event();
  HANDLE handles[] = {lock.get(), event.get()};
  EXPECT_EQ(WaitForMultipleObjects(2, handles, TRUE, 1), DWORD{WAIT_TIMEOUT});
  SetEvent(event.get());
  EXPECT_EQ(WaitForMultipleObjects(2, handles, TRUE, 0), WAIT_OBJECT_0) << "one's own mutex is there";
  EXPECT_TRUE(ReleaseMutex(lock.get()));
  EXPECT_TRUE(ReleaseMutex(lock.get()));
  EXPECT_FALSE(ReleaseMutex(lock.get()));
}

TEST(Mutex, closed_while_owned_does_no_harm) {
  mutex(true).close();
  in_thread([] { mutex(true).close(); });
}

TEST(Mutex, refuses_names_and_other_handles) {
  EXPECT_EQ(CreateMutexW(nullptr, FALSE, u"name"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  OwnedHandle event = automatic_event();
  EXPECT_FALSE(ReleaseMutex(event.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST(Mutex, keeps_others_out) {
  constexpr int kThreads = 4, kRounds = 2000;
  OwnedHandle lock = mutex(), event = manual_event();
  long count = 0;  // plain, so that ThreadSanitizer judges too
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      HANDLE handles[] = {event.get(), lock.get()};
      for (int round = 0; round < kRounds; ++round) {
        DWORD expected = i % 2 ? WAIT_OBJECT_0 : WAIT_OBJECT_0 + 1;
        DWORD got = i % 2 ? WaitForSingleObject(lock.get(), kHang) : WaitForMultipleObjects(2, handles, FALSE, kHang);
        EXPECT_EQ(got, expected);
        ++count;
        EXPECT_TRUE(ReleaseMutex(lock.get()));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, long{kThreads} * kRounds);
}

TEST(SignalAndWait, signals_each_kind_and_waits) {
  OwnedHandle event = automatic_event(), count = semaphore(0, 1), lock = mutex(true), there = manual_event(true);
  for (HANDLE signalled : {event.get(), count.get(), lock.get()})
    EXPECT_EQ(SignalObjectAndWait(signalled, there.get(), 0, FALSE), WAIT_OBJECT_0);
  EXPECT_EQ(poll(event), WAIT_OBJECT_0);
  EXPECT_EQ(poll(count), WAIT_OBJECT_0);
  EXPECT_FALSE(ReleaseMutex(lock.get()));
  EXPECT_EQ(SignalObjectAndWait(event.get(), event.get(), 0, FALSE), WAIT_OBJECT_0) << "its own signal";
}

TEST(SignalAndWait, changes_nothing_when_it_cannot) {
  OwnedHandle event = automatic_event(), full = semaphore(1, 1), other = mutex();
  EXPECT_EQ(SignalObjectAndWait(full.get(), event.get(), 0, FALSE), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_TOO_MANY_POSTS});
  EXPECT_EQ(SignalObjectAndWait(other.get(), event.get(), 0, FALSE), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_OWNER});
  EXPECT_EQ(SignalObjectAndWait(event.get(), nullptr, 0, FALSE), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(SignalObjectAndWait(GetCurrentThread(), event.get(), 0, FALSE), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(poll(event), DWORD{WAIT_TIMEOUT});
}

}  // namespace

}  // namespace kernel32_test
