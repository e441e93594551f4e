// Sleeping and the tick count.
#include "dlls/kernel32/time.h"

#include <synchapi.h>
#include <sysinfoapi.h>

#include "dlls/common/host_futex.h"

namespace windsock::kernel32 {

int64_t deadline_after(uint32_t milliseconds) {
  if (milliseconds == INFINITE) return host::kNoDeadline;
  return host::now_nanoseconds() + int64_t{milliseconds} * 1'000'000;
}

}  // namespace windsock::kernel32

namespace host = windsock::host;

void Sleep(DWORD milliseconds) {
  if (milliseconds == 0)
    host::yield_processor();
  else
    host::sleep_until(windsock::kernel32::deadline_after(milliseconds));
}

ULONGLONG GetTickCount64() { return host::uptime_milliseconds(); }
DWORD GetTickCount() { return static_cast<DWORD>(host::uptime_milliseconds()); }
