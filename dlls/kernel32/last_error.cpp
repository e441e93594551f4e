#include "dlls/kernel32/last_error.h"

#include <errhandlingapi.h>

namespace {

// Every failing call of ws2_32 comes here; both libraries are there from the start of the program.
[[gnu::tls_model("initial-exec")]] constinit thread_local DWORD last_error = 0;

}  // namespace

namespace windsock::kernel32 {

void set_last_error(Win32Error error) { last_error = static_cast<DWORD>(error); }

}  // namespace windsock::kernel32

DWORD GetLastError() { return last_error; }
void SetLastError(DWORD error) { last_error = error; }
