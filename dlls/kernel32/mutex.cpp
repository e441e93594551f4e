#include "dlls/kernel32/mutex.h"

#include <utility>

#include "dlls/kernel32/thread.h"

namespace windsock::kernel32 {

Mutex::Mutex(Thread* owner) : Waitable(kKind, Taking::kOwns, Source::kMemory, owner == nullptr) {
  if (owner != nullptr) give_to(owner);
}

Taken Mutex::give_to(Thread* self) {
  if (times_++ > 0) return Taken::kYes;
  add_reference();
  owner_.store(self, std::memory_order_relaxed);
  previous_owned_ = nullptr;
  next_owned_ = self->owned_mutexes;
  if (next_owned_ != nullptr) next_owned_->previous_owned_ = this;
  self->owned_mutexes = this;
  return std::exchange(abandoned_, false) ? Taken::kAbandoned : Taken::kYes;
}

// The last step: from the signal on the next owner writes here.
void Mutex::take_from_owner() {
  Thread* owner = owner_.exchange(nullptr, std::memory_order_relaxed);
  (previous_owned_ != nullptr ? previous_owned_->next_owned_ : owner->owned_mutexes) = next_owned_;
  if (next_owned_ != nullptr) next_owned_->previous_owned_ = previous_owned_;
  times_ = 0;
  signal();
  drop_reference();
}

bool Mutex::release(Thread* self) {
  if (!belongs_to(self)) return false;
  if (times_ > 1)
    --times_;
  else
    take_from_owner();
  return true;
}

void Mutex::abandon() {
  abandoned_ = true;
  take_from_owner();
}

}  // namespace windsock::kernel32
