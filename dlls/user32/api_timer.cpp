// The exports for timers.
#include <sysinfoapi.h>
#include <winuser.h>

#include <algorithm>

#include "dlls/user32/failure.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/window.h"

using namespace windsock::user32;

namespace {

// Under the lock: the window is the queue's thread's, or null.
bool is_own(HWND handle, const MessageQueue* queue) {
  if (handle == nullptr) return true;
  const Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, false);
  return window->queue == queue || failed(ERROR_ACCESS_DENIED, false);
}

}  // namespace

UINT_PTR SetTimer(HWND window, UINT_PTR id, UINT milliseconds, TIMERPROC procedure) {
  MessageQueue* queue = MessageQueue::current();
  if (queue == nullptr) return 0;
  return with_memory(UINT_PTR{0}, [&] {
    UserLock lock(user_mutex());
    if (!is_own(window, queue)) return UINT_PTR{0};
    TimerList& timers = queue->timers();
    // Without a window the id is the system's to choose, unless it is that of a timer which is set anew.
    if (window == nullptr && timers.find(nullptr, id) == nullptr) id = timers.free_id();
    uint64_t period = std::clamp<uint64_t>(milliseconds, USER_TIMER_MINIMUM, USER_TIMER_MAXIMUM);
    timers.set({window, id, procedure, period, GetTickCount64() + period, false});
    return std::max<UINT_PTR>(id, TRUE);
  });
}

BOOL KillTimer(HWND window, UINT_PTR id) {
  MessageQueue* queue = MessageQueue::current_if_any();
  UserLock lock(user_mutex());
  if (!is_own(window, queue)) return FALSE;
  return (queue != nullptr && queue->timers().remove(window, id)) || failed(ERROR_INVALID_PARAMETER);
}
