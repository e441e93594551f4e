#include "dlls/user32/timer_list.h"

#include <algorithm>

namespace windsock::user32 {

const WindowTimer* TimerList::find(HWND window, UINT_PTR id) const {
  auto is_it = [&](const WindowTimer& timer) { return timer.window == window && timer.id == id; };
  auto found = std::find_if(timers_.begin(), timers_.end(), is_it);
  return found != timers_.end() ? &*found : nullptr;
}

void TimerList::set(const WindowTimer& timer) {
  if (const WindowTimer* old = find(timer.window, timer.id))
    timers_[static_cast<size_t>(old - timers_.data())] = timer;
  else
    timers_.push_back(timer);
}

bool TimerList::remove(HWND window, UINT_PTR id) {
  return std::erase_if(timers_, [&](const WindowTimer& timer) { return timer.window == window && timer.id == id; }) != 0;
}

void TimerList::remove_all_of(HWND window) {
  std::erase_if(timers_, [&](const WindowTimer& timer) { return timer.window == window; });
}

UINT_PTR TimerList::free_id() const {
  UINT_PTR id = 1;
  while (find(nullptr, id) != nullptr) ++id;
  return id;
}

bool TimerList::tell_due(uint64_t now) {
  bool told = false;
  for (WindowTimer& timer : timers_) {
    if (timer.is_told || timer.due > now) continue;
    timer.is_told = told = true;
  }
  return told;
}

uint64_t TimerList::next_to_tell() const {
  uint64_t next = kNever;
  for (const WindowTimer& timer : timers_)
    if (!timer.is_told) next = std::min(next, timer.due);
  return next;
}

void TimerList::renew(WindowTimer& timer, uint64_t now) {
  timer.due += ((now - timer.due) / timer.period + 1) * timer.period;
  timer.is_told = false;
}

}  // namespace windsock::user32
