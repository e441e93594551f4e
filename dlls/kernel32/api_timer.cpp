// The exports for waitable timers.
#include <synchapi.h>

#include <algorithm>

#include "dlls/common/host_futex.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/new_object.h"
#include "dlls/kernel32/time.h"
#include "dlls/kernel32/timer.h"

using namespace windsock::kernel32;
namespace host = windsock::host;

namespace {

HANDLE create_timer(const SECURITY_ATTRIBUTES* attributes, BOOL manual_reset, bool named) {
  return new_object(attributes, named, [=] { return Timer::create(manual_reset ? TimerReset::kManual : TimerReset::kAutomatic); });
}

HANDLE create_timer_by_flags(const SECURITY_ATTRIBUTES* attributes, DWORD flags, bool named) {
  if (!only_flags(flags, CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION)) return nullptr;
  return create_timer(attributes, flags & CREATE_WAITABLE_TIMER_MANUAL_RESET, named);
}

// A time of the host's clock, from one of the day or, negative, one from now on.
int64_t deadline_of(LONGLONG due) {
  constexpr int64_t kLongest = host::kNoDeadline / 4;  // 73 years
  int64_t counts = due < 0 ? -std::max<int64_t>(due, -kLongest) : std::max<int64_t>(due - system_time(), 0);
  return host::now_nanoseconds() + std::min(counts, kLongest / kNanosecondsPerCount) * kNanosecondsPerCount;
}

// By PTIMERAPCROUTINE's parameters; the time is the timer's to fill in.
void make_timer_call(const Call& call) {
  reinterpret_cast<PTIMERAPCROUTINE>(call.values[0])(reinterpret_cast<LPVOID>(call.values[1]), static_cast<DWORD>(call.values[2]),
                                                     static_cast<DWORD>(call.values[3]));
}

}  // namespace

HANDLE CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, LPCSTR name) {
  return create_timer(attributes, manual_reset, name != nullptr);
}

HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, LPCWSTR name) {
  return create_timer(attributes, manual_reset, name != nullptr);
}

HANDLE CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD) {
  return create_timer_by_flags(attributes, flags, name != nullptr);
}

HANDLE CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD) {
  return create_timer_by_flags(attributes, flags, name != nullptr);
}

BOOL SetWaitableTimerEx(HANDLE handle, const LARGE_INTEGER* due, LONG period, PTIMERAPCROUTINE routine, LPVOID argument, PREASON_CONTEXT wake,
                        ULONG) {
  Ref<Timer> timer = find_object_as<Timer>(handle);
  if (!timer) return fail(Win32Error::kInvalidHandle);
  if (due == nullptr || period < 0) return fail(Win32Error::kInvalidParameter);
  Timer::Setting setting;
  setting.due = deadline_of(due->QuadPart);
  setting.period = int64_t{period} * 1'000'000;
  if (routine != nullptr) {
    setting.call = {make_timer_call, {reinterpret_cast<uintptr_t>(routine), reinterpret_cast<uintptr_t>(argument)}};
    setting.thread = Thread::current();
    if (!setting.thread) return fail(Win32Error::kNotEnoughMemory);
  }
  if (auto set = timer->set(std::move(setting)); !set) return fail(win32_error_from_errno(set.error()));
  // Documented: where nothing wakes the machine the call succeeds, and tells so.
  set_last_error(wake != nullptr ? Win32Error::kNotSupported : Win32Error::kSuccess);
  return TRUE;
}

BOOL SetWaitableTimer(HANDLE handle, const LARGE_INTEGER* due, LONG period, PTIMERAPCROUTINE routine, LPVOID argument, BOOL resume) {
  REASON_CONTEXT wake = {};
  return SetWaitableTimerEx(handle, due, period, routine, argument, resume ? &wake : nullptr, 0);
}

BOOL CancelWaitableTimer(HANDLE handle) {
  Ref<Timer> timer = find_object_as<Timer>(handle);
  if (!timer) return fail(Win32Error::kInvalidHandle);
  timer->cancel();
  return TRUE;
}
