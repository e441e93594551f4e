#include "dlls/kernel32/timer.h"

#include <new>
#include <utility>

#include "dlls/kernel32/time.h"

namespace windsock::kernel32 {

Timer::Timer(TimerReset reset)
    : Waitable(kKind, reset == TimerReset::kManual ? Taking::kLeavesSignal : Taking::kTakesOne, Source::kMemory, false) {}

Timer::~Timer() {
  auto lock = TimerQueue::lock();
  stop();
}

Ref<Timer> Timer::create(TimerReset reset) {
  try {
    return Ref<Timer>::adopt(new Timer(reset));
  } catch (const std::bad_alloc&) {
    return {};
  }
}

void Timer::stop() {
  TimerQueue::remove(*this);
  if (setting_.thread) Dispatcher::cancel_call(setting_.thread->calls(), queued_call_);
}

host::Result<void> Timer::set(Setting setting) {
  auto lock = TimerQueue::lock();
  if (auto inserted = TimerQueue::insert(*this, setting.due); !inserted) return inserted;
  if (setting_.thread) Dispatcher::cancel_call(setting_.thread->calls(), queued_call_);
  clear_signal();
  std::swap(setting_, setting);
  lock.unlock();  // before the reference to the last thread goes: that takes another lock
  return {};
}

void Timer::cancel() {
  auto lock = TimerQueue::lock();
  stop();
}

int64_t Timer::expire(int64_t due, int64_t now) {
  if (setting_.thread && setting_.thread->is_signalled()) return host::kNoDeadline;
  // The signal first: a wait for the timer itself ends by it, though it be alertable.
  signal();
  if (setting_.thread) {
    Call call = setting_.call;
    uint64_t time = system_time();
    call.values[2] = static_cast<uint32_t>(time);
    call.values[3] = static_cast<uint32_t>(time >> 32);
    if (!Dispatcher::queue_call(setting_.thread->calls(), queued_call_, call)) return host::kNoDeadline;
  }
  if (setting_.period == 0) return host::kNoDeadline;
  // In step with the first time, whatever was slept through.
  return due + ((now - due) / setting_.period + 1) * setting_.period;
}

}  // namespace windsock::kernel32
