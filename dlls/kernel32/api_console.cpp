// The exports for the console, which is the terminal that controls the process. Its signals stand in console_signals.cpp.
#include <wincon.h>

#include <cerrno>

#include "dlls/common/host_signals.h"
#include "dlls/kernel32/last_error.h"

using namespace windsock::kernel32;

BOOL FreeConsole() {
  auto left = windsock::host::leave_terminal();
  if (left) return TRUE;
  return fail(left.error() == windsock::host::Errno{EPERM} ? Win32Error::kNotSupported : Win32Error::kInvalidParameter);
}
