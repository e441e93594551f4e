// Thread-local storage by index, on the host's keys. A value begins as null in every thread, also when the index was in use before.
#include <processthreadsapi.h>

#include <pthread.h>

#include <atomic>
#include <cstddef>

#include "dlls/kernel32/last_error.h"

using namespace windsock::kernel32;

namespace {

// Windows has 1088; the host has 1024 keys, and leaves as many as the program's libraries do not need.
constexpr DWORD kIndexes = 1024;
std::atomic<bool> in_use[kIndexes];

bool is_allocated(DWORD index) { return index < kIndexes && in_use[index].load(std::memory_order_relaxed); }

}  // namespace

DWORD TlsAlloc() {
  pthread_key_t key;
  if (::pthread_key_create(&key, nullptr) != 0) {
    set_last_error(Win32Error::kNotEnoughMemory);
    return TLS_OUT_OF_INDEXES;
  }
  if (key >= kIndexes) {
    ::pthread_key_delete(key);
    set_last_error(Win32Error::kNotEnoughMemory);
    return TLS_OUT_OF_INDEXES;
  }
  in_use[key].store(true, std::memory_order_relaxed);
  return key;
}

BOOL TlsFree(DWORD index) {
  if (index >= kIndexes || !in_use[index].exchange(false, std::memory_order_relaxed)) return fail(Win32Error::kInvalidParameter);
  ::pthread_key_delete(index);
  return TRUE;
}

// Null may be the value: the last error tells.
LPVOID TlsGetValue(DWORD index) {
  bool valid = is_allocated(index);
  set_last_error(valid ? Win32Error::kSuccess : Win32Error::kInvalidParameter);
  return valid ? ::pthread_getspecific(index) : nullptr;
}

BOOL TlsSetValue(DWORD index, LPVOID value) {
  if (!is_allocated(index)) return fail(Win32Error::kInvalidParameter);
  if (::pthread_setspecific(index, value) != 0) return fail(Win32Error::kNotEnoughMemory);
  return TRUE;
}
