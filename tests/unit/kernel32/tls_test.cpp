// Thread-local storage by index.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

TEST(Tls, has_a_value_for_each_thread) {
  DWORD index = TlsAlloc();
  ASSERT_NE(index, TLS_OUT_OF_INDEXES);
  int mine = 0;
  SetLastError(1234);
  EXPECT_EQ(TlsGetValue(index), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_TRUE(TlsSetValue(index, &mine));
  std::thread([&] {
    EXPECT_EQ(TlsGetValue(index), nullptr);
    EXPECT_TRUE(TlsSetValue(index, &index));
  }).join();
  EXPECT_EQ(TlsGetValue(index), &mine);
  EXPECT_TRUE(TlsFree(index));
}

TEST(Tls, begins_anew_with_an_index_that_was_in_use) {
  DWORD index = TlsAlloc();
  EXPECT_TRUE(TlsSetValue(index, &index));
  EXPECT_TRUE(TlsFree(index));
  EXPECT_EQ(TlsGetValue(index), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  DWORD again = TlsAlloc();
  EXPECT_EQ(again, index) << "or this shows nothing";
  EXPECT_EQ(TlsGetValue(again), nullptr);
  EXPECT_TRUE(TlsFree(again));
}

TEST(Tls, refuses_indexes_that_are_none) {
  for (DWORD wrong : {TLS_OUT_OF_INDEXES, DWORD{5000}, DWORD{1023}}) {
    EXPECT_FALSE(TlsSetValue(wrong, nullptr));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
    EXPECT_FALSE(TlsFree(wrong));
  }
}

TEST(Tls, runs_out_and_recovers) {
  std::vector<DWORD> indexes;
  for (DWORD index; (index = TlsAlloc()) != TLS_OUT_OF_INDEXES;) indexes.push_back(index);
  EXPECT_GE(indexes.size(), 64u) << "TLS_MINIMUM_AVAILABLE";
  for (DWORD index : indexes) EXPECT_TRUE(TlsFree(index));
}

}  // namespace

}  // namespace kernel32_test
