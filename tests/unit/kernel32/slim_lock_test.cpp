// Slim reader/writer locks, condition variables, one-time initialisation.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

TEST(SlimLock, is_for_one_writer_or_several_readers) {
  SRWLOCK lock = SRWLOCK_INIT;
  EXPECT_TRUE(TryAcquireSRWLockExclusive(&lock));
  EXPECT_FALSE(TryAcquireSRWLockExclusive(&lock));
  EXPECT_FALSE(TryAcquireSRWLockShared(&lock));
  ReleaseSRWLockExclusive(&lock);
  EXPECT_TRUE(TryAcquireSRWLockShared(&lock));
  EXPECT_TRUE(TryAcquireSRWLockShared(&lock));
  EXPECT_FALSE(TryAcquireSRWLockExclusive(&lock));
  ReleaseSRWLockShared(&lock);
  EXPECT_FALSE(TryAcquireSRWLockExclusive(&lock)) << "one reader is left";
  ReleaseSRWLockShared(&lock);
  EXPECT_EQ(lock.Ptr, nullptr) << "free is all zeros";
}

TEST(SlimLock, keeps_writers_and_readers_apart) {
  constexpr int kThreads = 4, kRounds = 3000;
  SRWLOCK lock;
  InitializeSRWLock(&lock);
  long a = 0, b = 0;  // plain, so that ThreadSanitizer judges too
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, writes = i % 2 == 0] {
      for (int round = 0; round < kRounds; ++round) {
        if (writes) {
          AcquireSRWLockExclusive(&lock);
          ++a;
          ++b;
          ReleaseSRWLockExclusive(&lock);
        } else {
          AcquireSRWLockShared(&lock);
          EXPECT_EQ(a, b);
          ReleaseSRWLockShared(&lock);
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(a, long{kThreads / 2} * kRounds);
  EXPECT_EQ(lock.Ptr, nullptr);
}

TEST(ConditionVariable, times_out_and_has_the_lock_again) {
  CONDITION_VARIABLE variable = CONDITION_VARIABLE_INIT;
  SRWLOCK lock = SRWLOCK_INIT;
  AcquireSRWLockExclusive(&lock);
  EXPECT_FALSE(SleepConditionVariableSRW(&variable, &lock, 1, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_TIMEOUT});
  EXPECT_FALSE(TryAcquireSRWLockShared(&lock));
  ReleaseSRWLockExclusive(&lock);
  AcquireSRWLockShared(&lock);
  EXPECT_FALSE(SleepConditionVariableSRW(&variable, &lock, 1, CONDITION_VARIABLE_LOCKMODE_SHARED));
  ReleaseSRWLockShared(&lock);
  EXPECT_TRUE(TryAcquireSRWLockExclusive(&lock));
  EXPECT_FALSE(SleepConditionVariableSRW(&variable, &lock, 0, 2));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

// A queue of one place between two threads: a lost wake-up hangs it.
TEST(ConditionVariable, loses_no_wake_up) {
  constexpr int kItems = 5000;
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  CONDITION_VARIABLE filled, emptied;
  InitializeConditionVariable(&filled);
  InitializeConditionVariable(&emptied);
  int place = 0;
  std::thread producer([&] {
    for (int item = 1; item <= kItems; ++item) {
      EnterCriticalSection(&section);
      while (place != 0) EXPECT_TRUE(SleepConditionVariableCS(&emptied, &section, kHang));
      place = item;
      LeaveCriticalSection(&section);
      WakeConditionVariable(&filled);
    }
  });
  for (int item = 1; item <= kItems; ++item) {
    EnterCriticalSection(&section);
    while (place == 0) ASSERT_TRUE(SleepConditionVariableCS(&filled, &section, kHang));
    EXPECT_EQ(place, item);
    place = 0;
    LeaveCriticalSection(&section);
    WakeConditionVariable(&emptied);
  }
  producer.join();
  DeleteCriticalSection(&section);
}

TEST(ConditionVariable, wakes_all) {
  CONDITION_VARIABLE variable = CONDITION_VARIABLE_INIT;
  SRWLOCK lock = SRWLOCK_INIT;
  bool go = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      AcquireSRWLockShared(&lock);
      while (!go) EXPECT_TRUE(SleepConditionVariableSRW(&variable, &lock, kHang, CONDITION_VARIABLE_LOCKMODE_SHARED));
      ReleaseSRWLockShared(&lock);
    });
  AcquireSRWLockExclusive(&lock);
  go = true;
  ReleaseSRWLockExclusive(&lock);
  WakeAllConditionVariable(&variable);
  for (std::thread& thread : threads) thread.join();
}

alignas(4) int the_context = 0;
std::atomic<int> initialised{0};

BOOL CALLBACK initialise(PINIT_ONCE, PVOID parameter, PVOID* context) {
  if (parameter != nullptr) return FALSE;
  ++initialised;
  *context = &the_context;
  return TRUE;
}

TEST(InitOnce, runs_once_for_all_threads) {
  INIT_ONCE once = INIT_ONCE_STATIC_INIT;
  initialised = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      LPVOID context = nullptr;
      EXPECT_TRUE(InitOnceExecuteOnce(&once, initialise, nullptr, &context));
      EXPECT_EQ(context, &the_context);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(initialised, 1);
}

TEST(InitOnce, runs_again_after_a_failure) {
  INIT_ONCE once;
  InitOnceInitialize(&once);
  initialised = 0;
  int fails = 0;
  EXPECT_FALSE(InitOnceExecuteOnce(&once, initialise, &fails, nullptr));
  EXPECT_TRUE(InitOnceExecuteOnce(&once, initialise, nullptr, nullptr));
  EXPECT_TRUE(InitOnceExecuteOnce(&once, initialise, &fails, nullptr)) << "done already";
  EXPECT_EQ(initialised, 1);
}

TEST(InitOnce, in_steps) {
  INIT_ONCE once = INIT_ONCE_STATIC_INIT;
  BOOL pending = FALSE;
  LPVOID context = nullptr;
  EXPECT_FALSE(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context));
  EXPECT_TRUE(InitOnceBeginInitialize(&once, 0, &pending, &context));
  EXPECT_TRUE(pending);
  EXPECT_FALSE(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context)) << "begun the other way";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(InitOnceComplete(&once, 0, reinterpret_cast<LPVOID>(1))) << "the low bits are not the program's";
  EXPECT_TRUE(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, nullptr));
  EXPECT_TRUE(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context));
  EXPECT_TRUE(pending);
  EXPECT_TRUE(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context));
  EXPECT_TRUE(pending) << "several may try";
  EXPECT_TRUE(InitOnceComplete(&once, INIT_ONCE_ASYNC, &the_context));
  EXPECT_FALSE(InitOnceComplete(&once, INIT_ONCE_ASYNC, &once)) << "another one was faster";
  EXPECT_TRUE(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context));
  EXPECT_FALSE(pending);
  EXPECT_EQ(context, &the_context);
}

}  // namespace

}  // namespace kernel32_test
