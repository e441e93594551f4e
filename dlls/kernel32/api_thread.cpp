// The exports for threads.
#include <processthreadsapi.h>

#include <algorithm>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/process.h"
#include "dlls/kernel32/thread.h"

using namespace windsock::kernel32;

namespace {

static_assert(kStillActive == STILL_ACTIVE);
static_assert(sizeof(DWORD) == sizeof(uint32_t));

// Windows reserves at least the program's usual stack unless told that the size is the reservation. Here that is 1 MiB, its
// default; 0 leaves the choice to the host.
constexpr size_t kUsualReservation = size_t{1} << 20;

size_t stack_size_for(SIZE_T requested, DWORD flags) {
  if (requested == 0 || (flags & STACK_SIZE_PARAM_IS_A_RESERVATION)) return requested;
  return std::max<size_t>(requested, kUsualReservation);
}

}  // namespace

DWORD GetCurrentThreadId() { return static_cast<DWORD>(current_thread_id()); }
HANDLE GetCurrentThread() { return reinterpret_cast<HANDLE>(kCurrentThread); }

HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_size, LPTHREAD_START_ROUTINE routine, LPVOID argument, DWORD flags,
                    LPDWORD thread_id) {
  if (routine == nullptr || (flags & ~DWORD{CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION})) {
    set_last_error(Win32Error::kInvalidParameter);
    return nullptr;
  }
  Ref<Thread> thread = Thread::create();
  HANDLE handle = nullptr;
  if (thread) handle = handle_table::insert(Ref<Thread>(thread), attributes != nullptr && attributes->bInheritHandle ? kHandleInherit : 0);
  if (handle == nullptr) {
    set_last_error(Win32Error::kNotEnoughMemory);
    return nullptr;
  }
  auto started = thread->start({routine, argument, stack_size_for(stack_size, flags), (flags & CREATE_SUSPENDED) != 0});
  if (!started) {
    // Nobody has seen the handle.
    handle_table::remove(handle);
    set_last_error(win32_error_from_errno(started.error()));
    return nullptr;
  }
  if (thread_id != nullptr) *thread_id = static_cast<DWORD>(thread->id());
  return handle;
}

void ExitThread(DWORD code) { Thread::exit_current(code); }

BOOL GetExitCodeThread(HANDLE handle, LPDWORD code) {
  if (code == nullptr) return fail(Win32Error::kInvalidParameter);
  if (Ref<Thread> thread = find_object_as<Thread>(handle)) {
    *code = thread->exit_code();
    return TRUE;
  }
  Ref<MainThread> main_thread = find_object_as<MainThread>(handle);
  if (!main_thread) return fail(Win32Error::kInvalidHandle);
  auto found = main_thread->process().exit_code();
  if (!found) return fail(found.error());
  *code = found.value();
  return TRUE;
}

DWORD ResumeThread(HANDLE handle) {
  if (Ref<Thread> thread = find_object_as<Thread>(handle)) return thread->resume();
  if (Ref<MainThread> main_thread = find_object_as<MainThread>(handle)) return main_thread->process().resume();
  set_last_error(Win32Error::kInvalidHandle);
  return static_cast<DWORD>(-1);
}

// PAPCFUNC takes a ULONG_PTR, which is what Thread's calls take.
DWORD QueueUserAPC(PAPCFUNC routine, HANDLE handle, ULONG_PTR argument) {
  static_assert(sizeof(ULONG_PTR) == sizeof(uintptr_t));
  Ref<Thread> thread = find_object_as<Thread>(handle);
  if (!thread) return static_cast<DWORD>(fail(Win32Error::kInvalidHandle));
  switch (thread->queue_call(reinterpret_cast<void (*)(uintptr_t)>(routine), argument)) {
    case Thread::CallResult::kQueued:
      return TRUE;
    case Thread::CallResult::kNoMemory:
      return static_cast<DWORD>(fail(Win32Error::kNotEnoughMemory));
    case Thread::CallResult::kEnded:
      break;
  }
  return static_cast<DWORD>(fail(Win32Error::kGenFailure));
}
