// process_info on Windows.
#include "tests/support/process_info.h"

#include <windows.h>

namespace test_support {

std::string executable_path() {
  char path[MAX_PATH];
  return std::string(path, GetModuleFileNameA(nullptr, path, sizeof path));
}

long open_descriptor_count() {
  DWORD count = 0;
  return GetProcessHandleCount(GetCurrentProcess(), &count) ? static_cast<long>(count) : -1;
}

// The system keeps worker threads of its own in every process, so their number proves nothing.
long thread_count() { return -1; }

long current_thread() { return static_cast<long>(GetCurrentThreadId()); }
bool thread_waits_in_kernel(long) { return true; }
bool thread_sleeps(long) { return true; }
bool allow_descriptors(long) { return true; }

char* unmapped_address() {
  static char* const page = static_cast<char*>(VirtualAlloc(nullptr, 1 << 20, MEM_RESERVE, PAGE_NOACCESS));
  return page;
}

}  // namespace test_support
