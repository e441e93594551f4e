// Timer: a signal that comes at a time, once or with a period, and a call to the thread that has set it.
//
// What is due when is TimerQueue's. A timer that nobody has a handle to ends, as on Windows; the queue holds no reference. A call
// belongs to the thread that set the timer: when that one has ended the timer stops.
#pragma once

#include <cstdint>

#include "dlls/common/result.h"
#include "dlls/kernel32/ref.h"
#include "dlls/kernel32/thread.h"
#include "dlls/kernel32/timer_queue.h"
#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

enum class TimerReset : uint8_t { kManual, kAutomatic };

class Timer final : public Waitable, private TimerQueue::Entry {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kTimer;

  // Null when memory is short.
  static Ref<Timer> create(TimerReset reset);

  struct Setting {
    int64_t due = 0;     // a time of now_nanoseconds()
    int64_t period = 0;  // nanoseconds; 0: once
    Call call;           // without make: none. Its last two values become the time of day of the signal, as a FILETIME
    Ref<Thread> thread;  // who makes the call
  };
  // Begins anew: the signal is cleared, and a call that has not been made is not made.
  host::Result<void> set(Setting setting);
  // Leaves the signal as it is.
  void cancel();

 private:
  explicit Timer(TimerReset reset);
  ~Timer() override;

  int64_t expire(int64_t due, int64_t now) override;
  void stop();

  // Under the queue's lock:
  Setting setting_;
  QueuedCall queued_call_{QueuedCall::Storage::kMember};
};

}  // namespace windsock::kernel32
