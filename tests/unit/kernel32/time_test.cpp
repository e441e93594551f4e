// The performance counter and the time of day.
#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

TEST(Clocks, count_time) {
  LARGE_INTEGER frequency, before, after;
  EXPECT_TRUE(QueryPerformanceFrequency(&frequency));
  EXPECT_TRUE(QueryPerformanceCounter(&before));
  timespec monotonic{};
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  EXPECT_TRUE(QueryPerformanceCounter(&after));
  LONGLONG between = (monotonic.tv_sec * 1'000'000'000LL + monotonic.tv_nsec) / (1'000'000'000LL / frequency.QuadPart);
  EXPECT_LE(before.QuadPart, between);
  EXPECT_LE(between, after.QuadPart);

  for (auto ask : {GetSystemTimeAsFileTime, GetSystemTimePreciseAsFileTime}) {
    FILETIME time;
    time_t earlier = ::time(nullptr);
    ask(&time);
    uint64_t seconds = ((uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) - 116444736000000000) / 10000000;
    EXPECT_GE(seconds, static_cast<uint64_t>(earlier));
    EXPECT_LE(seconds, static_cast<uint64_t>(::time(nullptr)) + 1);
  }
}

}  // namespace

}  // namespace kernel32_test
