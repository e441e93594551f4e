// Heaps: the process's, and others.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

class HeapTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override { heap_ = GetParam() ? HeapCreate(0, 0, 0) : GetProcessHeap(); }
  void TearDown() override {
    if (GetParam()) {
      EXPECT_TRUE(HeapDestroy(heap_));
    }
  }
  HANDLE heap_ = nullptr;
};

TEST_P(HeapTest, gives_what_is_asked_for) {
  for (SIZE_T size : {SIZE_T{0}, SIZE_T{1}, SIZE_T{17}, SIZE_T{100000}}) {
    auto* memory = static_cast<char*>(HeapAlloc(heap_, HEAP_ZERO_MEMORY, size));
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 16, 0u);
    EXPECT_EQ(HeapSize(heap_, 0, memory), size);
    EXPECT_EQ(std::string(memory, size), std::string(size, '\0'));
    EXPECT_TRUE(HeapFree(heap_, 0, memory));
  }
  EXPECT_TRUE(HeapFree(heap_, 0, nullptr));
  EXPECT_EQ(HeapAlloc(heap_, 0, SIZE_MAX), nullptr) << "no overflow";
}

TEST_P(HeapTest, keeps_contents_when_sizes_change) {
  auto* memory = static_cast<char*>(HeapAlloc(heap_, 0, 4));
  memcpy(memory, "abcd", 4);
  memory = static_cast<char*>(HeapReAlloc(heap_, HEAP_ZERO_MEMORY, memory, 100000));
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(std::string(memory, 6), std::string("abcd\0\0", 6));
  EXPECT_EQ(HeapReAlloc(heap_, HEAP_REALLOC_IN_PLACE_ONLY, memory, 200000), nullptr);
  EXPECT_EQ(HeapReAlloc(heap_, HEAP_REALLOC_IN_PLACE_ONLY, memory, 3), memory);
  EXPECT_EQ(HeapSize(heap_, 0, memory), 3u);
  EXPECT_EQ(HeapReAlloc(heap_, 0, memory, SIZE_MAX), nullptr);
  EXPECT_EQ(std::string(memory, 3), "abc") << "still there";
  EXPECT_TRUE(HeapFree(heap_, 0, memory));
  EXPECT_EQ(HeapReAlloc(heap_, 0, nullptr, 8), nullptr);
}

TEST_P(HeapTest, is_for_several_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (SIZE_T n = 1; n < 500; ++n) {
        void* memory = HeapAlloc(heap_, 0, n);
        memory = HeapReAlloc(heap_, 0, memory, 2 * n);
        EXPECT_TRUE(HeapFree(heap_, 0, memory));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(Kinds, HeapTest, ::testing::Bool());

TEST(Heap, destroyed_takes_its_blocks_along) {
  HANDLE heap = HeapCreate(0, 0, 0);
  for (int i = 0; i < 10; ++i) ASSERT_NE(HeapAlloc(heap, 0, 1000), nullptr);
  EXPECT_TRUE(HeapDestroy(heap)) << "AddressSanitizer counts";
  EXPECT_FALSE(HeapDestroy(GetProcessHeap()));
  EXPECT_FALSE(HeapDestroy(nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST(Heap, with_a_limit_keeps_it) {
  HANDLE heap = HeapCreate(0, 0, 100);
  void* memory = HeapAlloc(heap, 0, 60);
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(HeapAlloc(heap, 0, 60), nullptr);
  EXPECT_EQ(HeapReAlloc(heap, 0, memory, 101), nullptr);
  memory = HeapReAlloc(heap, 0, memory, 100);
  ASSERT_NE(memory, nullptr);
  EXPECT_TRUE(HeapFree(heap, 0, memory));
  EXPECT_NE(HeapAlloc(heap, 0, 100), nullptr);
  EXPECT_TRUE(HeapDestroy(heap));
  EXPECT_EQ(HeapCreate(0, 200, 100), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

}  // namespace

}  // namespace kernel32_test
