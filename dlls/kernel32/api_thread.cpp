// The exports for threads.
#include <processthreadsapi.h>
#include <winbase.h>

#include <algorithm>

#include "dlls/common/host_futex.h"
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

DWORD SuspendThread(HANDLE handle) {
  Ref<Thread> thread = find_object_as<Thread>(handle);
  Win32Error error = find_object_as<MainThread>(handle) ? Win32Error::kNotSupported : Win32Error::kInvalidHandle;
  uint32_t before = 0;
  if (thread) {
    Thread::Stop stop = thread->suspend(before);
    if (stop == Thread::Stop::kStopped) return before;
    bool ended = thread->is_signalled();
    error = stop == Thread::Stop::kTooOften ? Win32Error::kSignalRefused : ended ? Win32Error::kAccessDenied : Win32Error::kNotSupported;
  }
  set_last_error(error);
  return static_cast<DWORD>(-1);
}

BOOL TerminateThread(HANDLE handle, DWORD code) {
  Ref<Thread> thread = find_object_as<Thread>(handle);
  if (!thread) return fail(find_object_as<MainThread>(handle) ? Win32Error::kNotSupported : Win32Error::kInvalidHandle);
  return thread->terminate(code) == Thread::Stop::kStopped ? TRUE : fail(Win32Error::kNotSupported);
}

HANDLE OpenThread(DWORD, BOOL inheritable, DWORD id) {
  Ref<Thread> thread = id == GetCurrentThreadId() ? Thread::current() : Thread::find(id);
  HANDLE handle = thread ? handle_table::insert(Ref<Thread>(thread), inheritable ? kHandleInherit : 0) : nullptr;
  if (handle == nullptr) set_last_error(thread ? Win32Error::kNotEnoughMemory : Win32Error::kInvalidParameter);
  return handle;
}

DWORD GetThreadId(HANDLE handle) {
  if (Ref<Thread> thread = find_object_as<Thread>(handle)) return static_cast<DWORD>(thread->id());
  if (Ref<MainThread> main_thread = find_object_as<MainThread>(handle)) return main_thread->process().id();
  return static_cast<DWORD>(fail(Win32Error::kInvalidHandle));
}

DWORD GetProcessIdOfThread(HANDLE handle) {
  if (find_object_as<Thread>(handle)) return GetCurrentProcessId();
  if (Ref<MainThread> main_thread = find_object_as<MainThread>(handle)) return main_thread->process().id();
  return static_cast<DWORD>(fail(Win32Error::kInvalidHandle));
}

BOOL SetThreadPriority(HANDLE handle, int priority) {
  Ref<Thread> thread = find_object_as<Thread>(handle);
  if (!thread) return fail(Win32Error::kInvalidHandle);
  bool known = (priority >= THREAD_PRIORITY_LOWEST && priority <= THREAD_PRIORITY_HIGHEST) || priority == THREAD_PRIORITY_IDLE ||
               priority == THREAD_PRIORITY_TIME_CRITICAL;
  if (!known) return fail(Win32Error::kInvalidParameter);
  thread->priority.store(priority, std::memory_order_relaxed);
  return TRUE;
}

int GetThreadPriority(HANDLE handle) {
  if (Ref<Thread> thread = find_object_as<Thread>(handle)) return thread->priority.load(std::memory_order_relaxed);
  set_last_error(Win32Error::kInvalidHandle);
  return THREAD_PRIORITY_ERROR_RETURN;
}

BOOL SwitchToThread() {
  windsock::host::yield_processor();
  return TRUE;
}

DWORD GetCurrentProcessorNumber() { return windsock::host::processor_number(); }

DWORD QueueUserAPC(PAPCFUNC routine, HANDLE handle, ULONG_PTR argument) {
  auto make = [](const Call& call) { reinterpret_cast<PAPCFUNC>(call.values[0])(call.values[1]); };
  Ref<Thread> thread = find_object_as<Thread>(handle);
  if (!thread) return static_cast<DWORD>(fail(Win32Error::kInvalidHandle));
  switch (thread->queue_call({make, {reinterpret_cast<uintptr_t>(routine), argument}})) {
    case Thread::CallResult::kQueued:
      return TRUE;
    case Thread::CallResult::kNoMemory:
      return static_cast<DWORD>(fail(Win32Error::kNotEnoughMemory));
    case Thread::CallResult::kEnded:
      break;
  }
  return static_cast<DWORD>(fail(Win32Error::kGenFailure));
}
