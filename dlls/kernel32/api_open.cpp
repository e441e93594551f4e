// The exports that open an event, semaphore, mutex or timer by its name. None of them has one (new_object.h), so none is found.
#include <synchapi.h>

#include "dlls/kernel32/last_error.h"

using namespace windsock::kernel32;

namespace {

HANDLE open_named(const void* name) {
  set_last_error(name != nullptr ? Win32Error::kFileNotFound : Win32Error::kInvalidParameter);
  return nullptr;
}

}  // namespace

HANDLE OpenEventA(DWORD, BOOL, LPCSTR name) { return open_named(name); }
HANDLE OpenEventW(DWORD, BOOL, LPCWSTR name) { return open_named(name); }
HANDLE OpenMutexA(DWORD, BOOL, LPCSTR name) { return open_named(name); }
HANDLE OpenMutexW(DWORD, BOOL, LPCWSTR name) { return open_named(name); }
HANDLE OpenSemaphoreA(DWORD, BOOL, LPCSTR name) { return open_named(name); }
HANDLE OpenSemaphoreW(DWORD, BOOL, LPCWSTR name) { return open_named(name); }
HANDLE OpenWaitableTimerA(DWORD, BOOL, LPCSTR name) { return open_named(name); }
HANDLE OpenWaitableTimerW(DWORD, BOOL, LPCWSTR name) { return open_named(name); }
