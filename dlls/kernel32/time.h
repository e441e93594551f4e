// Timeouts of Win32 as deadlines of the host.
#pragma once

#include <cstdint>

#include "dlls/common/host.h"

namespace windsock::kernel32 {

// INFINITE is host::kNoDeadline.
int64_t deadline_after(uint32_t milliseconds);

}  // namespace windsock::kernel32
