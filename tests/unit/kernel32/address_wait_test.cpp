// WaitOnAddress: who is woken, and what is looked at.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <atomic>
#include <deque>
#include <thread>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

template <typename Value>
class WaitOnAddressTest : public ::testing::Test {};
using Sizes = ::testing::Types<uint8_t, uint16_t, uint32_t, uint64_t>;
class SizeNames {
 public:
  template <typename Value>
  static std::string GetName(int) {
    return std::to_string(sizeof(Value));
  }
};
TYPED_TEST_SUITE(WaitOnAddressTest, Sizes, SizeNames);

TYPED_TEST(WaitOnAddressTest, looks_at_all_of_the_value_and_at_no_more) {
  struct {
    TypeParam value, beside;
  } shared = {5, 1};
  TypeParam same = 5, highest_differs = static_cast<TypeParam>(5 | TypeParam{1} << (8 * sizeof(TypeParam) - 1));
  EXPECT_TRUE(WaitOnAddress(&shared.value, &highest_differs, sizeof(TypeParam), INFINITE));
  EXPECT_FALSE(WaitOnAddress(&shared.value, &same, sizeof(TypeParam), 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_TIMEOUT});
  EXPECT_FALSE(WaitOnAddress(&shared.value, &same, sizeof(TypeParam), 2));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_TIMEOUT});
}

TYPED_TEST(WaitOnAddressTest, ends_by_a_wake_up_after_a_change) {
  std::atomic<TypeParam> value{1};
  std::atomic<DWORD> id{0};
  std::thread waiter([&] {
    id = GetCurrentThreadId();
    TypeParam undesired = 1;
    while (value == undesired) EXPECT_TRUE(WaitOnAddress(&value, &undesired, sizeof undesired, kHang));
  });
  EXPECT_TRUE(eventually([&] { return id != 0 && thread_sleeps_in(id, SYS_futex); }));
  value = 2;
  WakeByAddressSingle(&value);
  waiter.join();
}

TEST(WakeByAddress, wakes_the_oldest_of_that_address_or_all) {
  int values[2] = {0, 0};
  struct Sleeper {
    std::atomic<DWORD> id{0};
    std::atomic<bool> done{false};
    std::thread thread;
  };
  std::deque<Sleeper> sleepers(4);
  auto start = [&](Sleeper& sleeper, int& value) {
    sleeper.thread = std::thread([&] {
      sleeper.id = GetCurrentThreadId();
      int same = 0;
      EXPECT_TRUE(WaitOnAddress(&value, &same, sizeof same, kHang));
      sleeper.done = true;
    });
    EXPECT_TRUE(eventually([&] { return sleeper.id != 0 && thread_sleeps_in(sleeper.id, SYS_futex); }));
  };
  start(sleepers[0], values[1]);
  for (int i = 1; i < 4; ++i) start(sleepers[i], values[0]);
  WakeByAddressSingle(&values[0]);
  EXPECT_TRUE(eventually([&] { return sleepers[1].done.load(); }));
  EXPECT_FALSE(sleepers[0].done || sleepers[2].done || sleepers[3].done);
  WakeByAddressAll(&values[0]);
  EXPECT_TRUE(eventually([&] { return sleepers[2].done && sleepers[3].done; }));
  EXPECT_FALSE(sleepers[0].done);
  WakeByAddressAll(&values[1]);
  for (Sleeper& sleeper : sleepers) sleeper.thread.join();
}

TEST(WaitOnAddressErrors, are_told) {
  int value = 0;
  EXPECT_FALSE(WaitOnAddress(&value, &value, 3, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(WaitOnAddress(nullptr, &value, 4, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

// A lock made of it: were a wake-up lost, this would stop; were one too many a success, the count would be wrong.
TEST(WaitOnAddressLock, loses_no_wake_up) {
  std::atomic<uint8_t> lock{0};
  long count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        uint8_t taken = 1;
        while (lock.exchange(1)) EXPECT_TRUE(WaitOnAddress(&lock, &taken, 1, kHang));
        ++count;
        lock = 0;
        WakeByAddressSingle(&lock);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 20000);
}

}  // namespace

}  // namespace kernel32_test
