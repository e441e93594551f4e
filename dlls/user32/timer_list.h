// The timers of a thread's windows: no message waits anywhere, a timer that is due becomes one when the thread asks for messages and
// has none.
//
// So WM_TIMER comes last, and however late it is asked for, it comes once. Pure: the time comes in as an argument, in milliseconds.
#pragma once

#include <winuser.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace windsock::user32 {

struct WindowTimer {
  HWND window = nullptr;
  UINT_PTR id = 0;
  TIMERPROC procedure = nullptr;
  uint64_t period = 0;
  uint64_t due = 0;
  bool is_told = false;  // that it is due, since it last was a message
};

class TimerList {
 public:
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  // In the place of one with the same window and id. Throws std::bad_alloc.
  void set(const WindowTimer& timer);
  bool remove(HWND window, UINT_PTR id);
  void remove_all_of(HWND window);
  // An id for a timer without a window, which no timer has.
  UINT_PTR free_id() const;
  const WindowTimer* find(HWND window, UINT_PTR id) const;

  bool has_due(uint64_t now) const {
    return next_of(now, [](const WindowTimer&) { return true; }) != nullptr;
  }
  // Marks those that have become due as told. Whether there was one.
  bool tell_due(uint64_t now);
  // When there is something to tell; kNever: at no time.
  uint64_t next_to_tell() const;
  // The one that is due for the longest time among those that are meant. Null: there is none.
  template <typename Predicate>
  WindowTimer* next_of(uint64_t now, Predicate is_meant) {
    return const_cast<WindowTimer*>(static_cast<const TimerList*>(this)->next_of(now, is_meant));
  }
  template <typename Predicate>
  const WindowTimer* next_of(uint64_t now, Predicate is_meant) const {
    const WindowTimer* next = nullptr;
    for (const WindowTimer& timer : timers_)
      if (timer.due <= now && is_meant(timer) && (next == nullptr || timer.due < next->due)) next = &timer;
    return next;
  }
  // It has become a message: it is due again in step with its period, whatever was slept through.
  static void renew(WindowTimer& timer, uint64_t now);

 private:
  std::vector<WindowTimer> timers_;
};

}  // namespace windsock::user32
