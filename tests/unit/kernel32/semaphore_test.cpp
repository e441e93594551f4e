// Semaphores, by one thread and by several.
#include <gtest/gtest.h>

#include <climits>
#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

OwnedHandle semaphore(LONG signals, LONG most) { return OwnedHandle(CreateSemaphoreA(nullptr, signals, most, nullptr)); }

DWORD poll(const OwnedHandle& handle) { return WaitForSingleObject(handle.get(), 0); }

TEST(Semaphore, ends_as_many_waits_as_it_has_signals) {
  OwnedHandle two = semaphore(2, 3);
  EXPECT_EQ(poll(two), WAIT_OBJECT_0);
  EXPECT_EQ(poll(two), WAIT_OBJECT_0);
  EXPECT_EQ(poll(two), DWORD{WAIT_TIMEOUT});
  LONG before = 99;
  EXPECT_TRUE(ReleaseSemaphore(two.get(), 3, &before));
  EXPECT_EQ(before, 0);
  EXPECT_EQ(poll(two), WAIT_OBJECT_0);
  EXPECT_TRUE(ReleaseSemaphore(two.get(), 1, &before));
  EXPECT_EQ(before, 2);
}

TEST(Semaphore, refuses_more_than_its_most_and_changes_nothing) {
  OwnedHandle full = semaphore(1, 2);
  LONG before = 99;
  EXPECT_FALSE(ReleaseSemaphore(full.get(), 2, &before));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_TOO_MANY_POSTS});
  EXPECT_EQ(before, 99);
  EXPECT_TRUE(ReleaseSemaphore(full.get(), 1, nullptr));
  EXPECT_FALSE(ReleaseSemaphore(full.get(), INT_MAX, nullptr)) << "no overflow";
  OwnedHandle largest = semaphore(INT_MAX, INT_MAX);
  EXPECT_EQ(poll(largest), WAIT_OBJECT_0);
  EXPECT_TRUE(ReleaseSemaphore(largest.get(), 1, &before));
  EXPECT_EQ(before, INT_MAX - 1);
}

TEST(Semaphore, refuses_wrong_arguments) {
  struct Counts {
    LONG signals, most;
  };
  for (Counts wrong : {Counts{0, 0}, {1, 0}, {-1, 1}, {2, 1}, {0, -1}}) {
    EXPECT_EQ(CreateSemaphoreW(nullptr, wrong.signals, wrong.most, nullptr), nullptr) << wrong.signals << " of " << wrong.most;
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
  OwnedHandle one = semaphore(0, 1), event = automatic_event();
  for (LONG count : {0, -1}) {
    EXPECT_FALSE(ReleaseSemaphore(one.get(), count, nullptr));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
  EXPECT_FALSE(ReleaseSemaphore(event.get(), 1, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(CreateSemaphoreA(nullptr, 0, 1, "name"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
}

TEST(Semaphore, release_wakes_as_many_as_it_can) {
  constexpr LONG kThreads = 8, kRounds = 200;
  OwnedHandle gate = semaphore(0, kThreads), passed = semaphore(0, INT_MAX);
  std::vector<std::thread> threads;
  for (LONG i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (LONG round = 0; round < kRounds; ++round) {
        EXPECT_EQ(WaitForSingleObject(gate.get(), kHang), WAIT_OBJECT_0);
        EXPECT_TRUE(ReleaseSemaphore(passed.get(), 1, nullptr));
      }
    });
  for (LONG round = 0; round < kRounds; ++round) {
    EXPECT_TRUE(ReleaseSemaphore(gate.get(), kThreads, nullptr));
    for (LONG i = 0; i < kThreads; ++i) ASSERT_EQ(WaitForSingleObject(passed.get(), kHang), WAIT_OBJECT_0);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(poll(gate), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(poll(passed), DWORD{WAIT_TIMEOUT});
}

}  // namespace

}  // namespace kernel32_test
