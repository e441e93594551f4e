// The exports for mutexes.
#include <synchapi.h>

#include <new>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/mutex.h"
#include "dlls/kernel32/new_object.h"
#include "dlls/kernel32/thread.h"

using namespace windsock::kernel32;

namespace {

HANDLE create_mutex(const SECURITY_ATTRIBUTES* attributes, BOOL owned, bool named) {
  return new_object(attributes, named, [=]() -> Ref<Mutex> {
    Ref<Thread> owner = owned ? Thread::current() : Ref<Thread>();
    if (owned && !owner) return {};
    return Ref<Mutex>::adopt(new (std::nothrow) Mutex(owner.get()));
  });
}

}  // namespace

HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCSTR name) { return create_mutex(attributes, owned, name != nullptr); }

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCWSTR name) { return create_mutex(attributes, owned, name != nullptr); }

HANDLE CreateMutexExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD) {
  if (!only_flags(flags, CREATE_MUTEX_INITIAL_OWNER)) return nullptr;
  return create_mutex(attributes, flags & CREATE_MUTEX_INITIAL_OWNER, name != nullptr);
}

HANDLE CreateMutexExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD) {
  if (!only_flags(flags, CREATE_MUTEX_INITIAL_OWNER)) return nullptr;
  return create_mutex(attributes, flags & CREATE_MUTEX_INITIAL_OWNER, name != nullptr);
}

BOOL ReleaseMutex(HANDLE handle) {
  Ref<Mutex> mutex = find_object_as<Mutex>(handle);
  if (!mutex) return fail(Win32Error::kInvalidHandle);
  Ref<Thread> self = Thread::current();
  if (!self || !mutex->release(self.get())) return fail(Win32Error::kNotOwner);
  return TRUE;
}
