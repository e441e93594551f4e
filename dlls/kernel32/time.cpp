// Sleeping, the tick count, the performance counter and the time of day.
#include "dlls/kernel32/time.h"

#include <profileapi.h>
#include <synchapi.h>
#include <sysinfoapi.h>

#include "dlls/common/host_futex.h"
#include "dlls/kernel32/completion_port.h"

namespace windsock::kernel32 {

int64_t deadline_after(uint32_t milliseconds) {
  if (milliseconds == INFINITE) return host::kNoDeadline;
  return host::now_nanoseconds() + int64_t{milliseconds} * 1'000'000;
}

int64_t counts_from_unix(int64_t nanoseconds) {
  constexpr int64_t kUnixEpoch = 116'444'736'000'000'000;  // 1970 as a FILETIME
  return nanoseconds / kNanosecondsPerCount + kUnixEpoch;
}

int64_t system_time() { return counts_from_unix(host::time_of_day_nanoseconds()); }

namespace {

void sleep_until(int64_t deadline) {
  BlockedThread blocked;
  host::sleep_until(deadline);
}

}  // namespace

}  // namespace windsock::kernel32

using namespace windsock::kernel32;
namespace host = windsock::host;

void Sleep(DWORD milliseconds) {
  if (milliseconds == 0)
    host::yield_processor();
  else
    sleep_until(deadline_after(milliseconds));
}

BOOL QueryPerformanceCounter(LARGE_INTEGER* count) {
  count->QuadPart = host::now_nanoseconds() / kNanosecondsPerCount;
  return TRUE;
}

BOOL QueryPerformanceFrequency(LARGE_INTEGER* frequency) {
  frequency->QuadPart = 1'000'000'000 / kNanosecondsPerCount;
  return TRUE;
}

void GetSystemTimePreciseAsFileTime(LPFILETIME time) {
  auto counts = static_cast<uint64_t>(system_time());
  *time = {static_cast<DWORD>(counts), static_cast<DWORD>(counts >> 32)};
}

void GetSystemTimeAsFileTime(LPFILETIME time) { GetSystemTimePreciseAsFileTime(time); }

ULONGLONG GetTickCount64() { return host::uptime_milliseconds(); }
DWORD GetTickCount() { return static_cast<DWORD>(host::uptime_milliseconds()); }
