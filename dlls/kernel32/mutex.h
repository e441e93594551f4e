// Mutex: owned by one thread, as often as it waits for it. The signal tells that nobody owns it.
//
// A thread that ends gives its mutexes up; the next owner is told that it may find what they guard half done. An owned mutex lives
// until it is given back or up, whoever closes its handles.
#pragma once

#include <atomic>
#include <cstdint>

#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

class Mutex final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kMutex;

  // Owned by `owner` from the start unless it is null.
  explicit Mutex(Thread* owner);

  // By the thread `self`. False: it does not own the mutex.
  bool release(Thread* self);
  // The thread that owns it ends.
  void abandon();

 private:
  bool belongs_to(const Thread* self) const override { return owner_.load(std::memory_order_relaxed) == self; }
  Taken give_to(Thread* self) override;
  void take_from_owner();

  std::atomic<Thread*> owner_{nullptr};  // others compare only, and can but mistake it for "not me"
  // Below: the owner's, or whose turn it is.
  uint32_t times_ = 0;
  bool abandoned_ = false;
  Mutex* next_owned_ = nullptr;
  Mutex* previous_owned_ = nullptr;
};

}  // namespace windsock::kernel32
