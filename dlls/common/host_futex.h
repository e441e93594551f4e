// Sleeping on a word of memory: the part of the host's calls that user-space objects (dlls/kernel32) block with.
//
// Words are private to the process. A wake may reach an address whose object is gone already, and a sleeper may return
// without a wake: every caller looks at the word again.
#pragma once

#include <cstdint>
#include <limits>

namespace windsock::host {

// Deadlines are times of now_nanoseconds().
inline constexpr int64_t kNoDeadline = std::numeric_limits<int64_t>::max();

enum class SleepEnd { kWoken, kTimedOut };

// Sleeps while *word == expected. Also returns kWoken after a signal, and at once when the word has another value.
SleepEnd futex_sleep(const uint32_t* word, uint32_t expected, int64_t deadline);
void futex_wake(const uint32_t* word, int sleepers);

// Sleeps until the deadline, whatever signals come.
void sleep_until(int64_t deadline);
// Lets other threads of this processor run.
void yield_processor();
// The processor that the caller runs on.
uint32_t processor_number();
// Milliseconds since the system was started, sleep of the machine included.
uint64_t uptime_milliseconds();
// Since 1970, UTC.
int64_t time_of_day_nanoseconds();

}  // namespace windsock::host
