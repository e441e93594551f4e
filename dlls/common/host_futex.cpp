#include "dlls/common/host_futex.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace windsock::host {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

timespec to_timespec(int64_t nanoseconds) {
  return {static_cast<time_t>(nanoseconds / kSecond), static_cast<long>(nanoseconds % kSecond)};
}

}  // namespace

SleepEnd futex_sleep(const uint32_t* word, uint32_t expected, int64_t deadline) {
  timespec until = to_timespec(deadline < 0 ? 0 : deadline);
  // The bitset form takes an absolute time of CLOCK_MONOTONIC, so that a signal costs no recalculation.
  long result = ::syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline == kNoDeadline ? nullptr : &until, nullptr,
                          FUTEX_BITSET_MATCH_ANY);
  return result < 0 && errno == ETIMEDOUT ? SleepEnd::kTimedOut : SleepEnd::kWoken;
}

void futex_wake(const uint32_t* word, int sleepers) {
  // Only the address is looked at. It may be unmapped by now: EFAULT is no news.
  ::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, sleepers, nullptr, nullptr, 0);
}

void sleep_until(int64_t deadline) {
  timespec until = to_timespec(deadline);
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

void yield_processor() { ::sched_yield(); }

uint32_t processor_number() {
  int number = ::sched_getcpu();
  return number < 0 ? 0 : static_cast<uint32_t>(number);
}

uint64_t uptime_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1'000'000;
}

int64_t time_of_day_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace windsock::host
