// The exports for semaphores.
#include <synchapi.h>

#include <new>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/new_object.h"
#include "dlls/kernel32/semaphore.h"

using namespace windsock::kernel32;

namespace {

HANDLE create_semaphore(const SECURITY_ATTRIBUTES* attributes, LONG signals, LONG most, bool named) {
  if (most <= 0 || signals < 0 || signals > most) {
    set_last_error(Win32Error::kInvalidParameter);
    return nullptr;
  }
  return new_object(attributes, named, [=] {
    return Ref<Semaphore>::adopt(new (std::nothrow) Semaphore(static_cast<uint32_t>(signals), static_cast<uint32_t>(most)));
  });
}

}  // namespace

HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG signals, LONG most, LPCSTR name) {
  return create_semaphore(attributes, signals, most, name != nullptr);
}

HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG signals, LONG most, LPCWSTR name) {
  return create_semaphore(attributes, signals, most, name != nullptr);
}

HANDLE CreateSemaphoreExA(LPSECURITY_ATTRIBUTES attributes, LONG signals, LONG most, LPCSTR name, DWORD flags, DWORD) {
  return only_flags(flags, 0) ? create_semaphore(attributes, signals, most, name != nullptr) : nullptr;
}

HANDLE CreateSemaphoreExW(LPSECURITY_ATTRIBUTES attributes, LONG signals, LONG most, LPCWSTR name, DWORD flags, DWORD) {
  return only_flags(flags, 0) ? create_semaphore(attributes, signals, most, name != nullptr) : nullptr;
}

BOOL ReleaseSemaphore(HANDLE handle, LONG count, LPLONG previous) {
  Ref<Semaphore> semaphore = find_object_as<Semaphore>(handle);
  if (!semaphore) return fail(Win32Error::kInvalidHandle);
  if (count <= 0) return fail(Win32Error::kInvalidParameter);
  uint32_t before = 0;
  if (!semaphore->release(static_cast<uint32_t>(count), before)) return fail(Win32Error::kTooManyPosts);
  if (previous != nullptr) *previous = static_cast<LONG>(before);
  return TRUE;
}
