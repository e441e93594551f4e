// Fiber-local storage: values by thread, and who is called back with them.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

std::atomic<int> freed{0};
std::atomic<DWORD> freed_by{0};
void CALLBACK count_freed(PVOID value) {
  freed += static_cast<int>(reinterpret_cast<intptr_t>(value));
  freed_by = GetCurrentThreadId();
}
PVOID number(intptr_t value) { return reinterpret_cast<PVOID>(value); }

class FlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    freed = 0;
    freed_by = 0;
    index = FlsAlloc(count_freed);
    ASSERT_NE(index, FLS_OUT_OF_INDEXES);
  }
  void TearDown() override {
    if (index == FLS_OUT_OF_INDEXES) return;
    EXPECT_TRUE(FlsFree(index));
  }
  DWORD index = FLS_OUT_OF_INDEXES;
};

TEST_F(FlsTest, has_a_value_for_each_thread_and_calls_back_in_it) {
  SetLastError(1234);
  EXPECT_EQ(FlsGetValue(index), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_TRUE(FlsSetValue(index, number(1)));
  DWORD id = 0;
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](LPVOID value) -> DWORD {
        DWORD fls = *static_cast<DWORD*>(value);
        if (FlsGetValue(fls) != nullptr) return 1;
        return FlsSetValue(fls, number(10)) && FlsGetValue(fls) == number(10) ? 0 : 2;
      },
      &index, 0, &id));
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  DWORD code = 99;
  EXPECT_TRUE(GetExitCodeThread(thread.get(), &code));
  EXPECT_EQ(code, 0u);
  EXPECT_EQ(freed, 10) << "before the thread counts as ended";
  EXPECT_EQ(freed_by, id);
  EXPECT_EQ(FlsGetValue(index), number(1));
  EXPECT_TRUE(FlsSetValue(index, nullptr));
}

TEST_F(FlsTest, is_called_back_for_every_thread_when_the_index_goes) {
  OwnedHandle go = manual_event();
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      EXPECT_TRUE(FlsSetValue(index, number(10)));
      ++ready;
      WaitForSingleObject(go.get(), kHang);
    });
  EXPECT_TRUE(eventually([&] { return ready == 3; }));
  EXPECT_TRUE(FlsSetValue(index, number(1)));
  EXPECT_TRUE(FlsFree(index));
  EXPECT_EQ(freed, 31);
  EXPECT_EQ(freed_by, GetCurrentThreadId());
  DWORD again = FlsAlloc(nullptr);
  EXPECT_EQ(again, index) << "or this shows nothing";
  EXPECT_EQ(FlsGetValue(again), nullptr);
  EXPECT_TRUE(FlsFree(again));
  index = FLS_OUT_OF_INDEXES;
  SetEvent(go.get());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(freed, 31);
}

DWORD other_index = 0;
void CALLBACK set_another(PVOID value) {
  count_freed(value);
  FlsSetValue(other_index, number(100));
}

TEST_F(FlsTest, may_be_used_by_a_callback) {
  other_index = index;
  DWORD first = FlsAlloc(set_another);
  std::thread([&] { EXPECT_TRUE(FlsSetValue(first, number(1))); }).join();
  EXPECT_EQ(freed, 101);
  EXPECT_TRUE(FlsFree(first));
}

TEST_F(FlsTest, refuses_indexes_that_are_none) {
  for (DWORD wrong : {FLS_OUT_OF_INDEXES, DWORD{FLS_MAXIMUM_AVAILABLE}, index + 1}) {
    EXPECT_FALSE(FlsSetValue(wrong, nullptr));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
    EXPECT_FALSE(FlsFree(wrong));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
    EXPECT_EQ(FlsGetValue(wrong), nullptr);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
}

TEST_F(FlsTest, runs_out_and_recovers) {
  std::vector<DWORD> indexes;
  for (DWORD one; (one = FlsAlloc(nullptr)) != FLS_OUT_OF_INDEXES;) indexes.push_back(one);
  EXPECT_EQ(indexes.size(), FLS_MAXIMUM_AVAILABLE - 1u);
  for (DWORD one : indexes) EXPECT_TRUE(FlsFree(one));
}

}  // namespace

}  // namespace kernel32_test
