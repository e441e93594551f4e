// Times of Win32: timeouts as deadlines of the host, the time of day as a FILETIME.
#pragma once

#include <cstdint>

#include "dlls/common/host.h"

namespace windsock::kernel32 {

// INFINITE is host::kNoDeadline.
int64_t deadline_after(uint32_t milliseconds);

// What times are counted in: 100 ns, as in FILETIME, from 1601 on.
inline constexpr int64_t kNanosecondsPerCount = 100;
int64_t counts_from_unix(int64_t nanoseconds);  // since 1970
// The time of day, UTC.
int64_t system_time();

}  // namespace windsock::kernel32
