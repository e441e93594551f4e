// The last-error value of the calling thread, the one that GetLastError and WSAGetLastError read.
#pragma once

#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

void set_last_error(Win32Error error);

// For `return fail(...)` in exports: sets the last error and yields the value that means failure.
inline int fail(Win32Error error) {
  set_last_error(error);
  return 0;
}

}  // namespace windsock::kernel32
