#include "dlls/kernel32/dispatcher.h"

#include <memory>
#include <mutex>

#include "dlls/common/host_child.h"
#include "dlls/common/host_futex.h"
#include "dlls/common/lock.h"

namespace windsock::kernel32 {

namespace {

constinit Lock the_lock;
constinit Waiter* all_waiters = nullptr;

// The wait that the calling thread serves for.
constinit thread_local const Waiter* served = nullptr;

const uint32_t* word_of(const std::atomic<uint32_t>& state) { return reinterpret_cast<const uint32_t*>(&state); }

void wake(Waiter* woken) {
  while (woken != nullptr) {
    Waiter* next = woken->next_woken;
    if (woken->wake_fd >= 0) host::add_to_wake_counter(woken->wake_fd);
    bool by_itself = woken == served;
    if (woken->led != nullptr && !by_itself) woken->led->wake_leader();
    const uint32_t* word = word_of(woken->state);
    woken->state.store(Waiter::kDone, std::memory_order_release);
    // *woken may be gone now; only the address is used.
    if (!by_itself) host::futex_wake(word, 1);
    woken = next;
  }
}

}  // namespace

Serving::Serving(const Waiter& waiter) { served = &waiter; }
Serving::~Serving() { served = nullptr; }

bool Dispatcher::possible(const Waiter& waiter, uint32_t& index) {
  bool wants_all = waiter.mode == WaitMode::kAll;
  for (uint32_t i = 0; i < waiter.blocks.size(); ++i) {
    const Waitable& object = *waiter.blocks[i].object;
    bool there = object.is_signalled() || (object.taking_ == Taking::kOwns && object.belongs_to(waiter.thread));
    if (there == wants_all) continue;
    index = i;
    return !wants_all;
  }
  index = 0;
  return wants_all;
}

void Dispatcher::take(Waitable& object, Waiter& waiter) {
  if (object.taking_ == Taking::kLeavesSignal) return;
  bool owned_already = object.taking_ == Taking::kOwns && object.belongs_to(waiter.thread);
  if (!owned_already) object.state_.fetch_sub(Waitable::kOneSignal, std::memory_order_acq_rel);
  if (object.taking_ == Taking::kOwns && object.give_to(waiter.thread) == Taken::kAbandoned) waiter.abandoned = true;
}

void Dispatcher::take_for(Waiter& waiter) {
  if (waiter.mode == WaitMode::kAny) return take(*waiter.blocks[waiter.index].object, waiter);
  for (WaitBlock& block : waiter.blocks) take(*block.object, waiter);
}

// Gives an object without a queue back to the lock-free path.
void Dispatcher::settle(Waitable& object) {
  if (object.first_waiting_ == nullptr) object.state_.fetch_and(~Waitable::kQueued, std::memory_order_acq_rel);
}

void Dispatcher::enqueue(Waiter& waiter) {
  for (WaitBlock& block : waiter.blocks) {
    Waitable& object = *block.object;
    block.previous = object.last_waiting_;
    block.next = nullptr;
    (object.last_waiting_ != nullptr ? object.last_waiting_->next : object.first_waiting_) = &block;
    object.last_waiting_ = &block;
  }
  waiter.next_in_list = all_waiters;
  waiter.previous_in_list = nullptr;
  if (all_waiters != nullptr) all_waiters->previous_in_list = &waiter;
  all_waiters = &waiter;
  if (waiter.calls != nullptr) waiter.calls->alertable = &waiter;
}

void Dispatcher::dequeue(Waiter& waiter) {
  for (WaitBlock& block : waiter.blocks) {
    Waitable& object = *block.object;
    (block.previous != nullptr ? block.previous->next : object.first_waiting_) = block.next;
    (block.next != nullptr ? block.next->previous : object.last_waiting_) = block.previous;
    settle(object);
  }
  (waiter.previous_in_list != nullptr ? waiter.previous_in_list->next_in_list : all_waiters) = waiter.next_in_list;
  if (waiter.next_in_list != nullptr) waiter.next_in_list->previous_in_list = waiter.previous_in_list;
  if (waiter.calls != nullptr) waiter.calls->alertable = nullptr;
}

// Ends the waits that the object's state allows; returns their list, to be woken without the lock.
Waiter* Dispatcher::serve(Waitable& object) {
  Waiter* woken = nullptr;
  Waiter** end = &woken;
  WaitBlock* block = object.first_waiting_;
  while (block != nullptr && object.is_signalled()) {
    Waiter& waiter = *block->waiter;
    // One waiter may stand here several times: its blocks are adjacent and go together.
    do block = block->next;
    while (block != nullptr && block->waiter == &waiter);
    if (!possible(waiter, waiter.index)) continue;
    take_for(waiter);
    dequeue(waiter);
    waiter.satisfied = true;
    *end = &waiter;
    end = &waiter.next_woken;
  }
  *end = nullptr;
  return woken;
}

Dispatcher::Begin Dispatcher::begin(Waiter& waiter, Patience patience) {
  std::lock_guard lock(the_lock);
  for (WaitBlock& block : waiter.blocks) block.object->state_.fetch_or(Waitable::kQueued, std::memory_order_acq_rel);
  Begin result = Begin::kNotNow;
  if (possible(waiter, waiter.index)) {
    take_for(waiter);
    result = Begin::kSatisfied;
  } else if (waiter.calls != nullptr && waiter.calls->first != nullptr) {
    result = Begin::kCalled;
  } else if (patience == Patience::kQueue) {
    enqueue(waiter);
    return Begin::kQueued;
  }
  for (WaitBlock& block : waiter.blocks) settle(*block.object);
  return result;
}

bool Dispatcher::cancel(Waiter& waiter) {
  std::lock_guard lock(the_lock);
  if (waiter.satisfied) return false;
  dequeue(waiter);
  return true;
}

void Dispatcher::await_done(const Waiter& waiter) {
  for (uint32_t state; (state = waiter.state.load(std::memory_order_acquire)) != Waiter::kDone;)
    host::futex_sleep(word_of(waiter.state), state, host::kNoDeadline);
}

void Dispatcher::signal(Waitable& object) {
  Waiter* woken;
  {
    std::lock_guard lock(the_lock);
    // The queue may have emptied since the caller looked, so the word may change beside us: no plain store.
    uint32_t state = object.state_.load(std::memory_order_relaxed);
    while (!object.state_.compare_exchange_weak(state, (state & Waitable::kQueued) | Waitable::kOneSignal, std::memory_order_acq_rel)) {
    }
    woken = serve(object);
  }
  wake(woken);
}

void Dispatcher::clear_signal(Waitable& object) {
  std::lock_guard lock(the_lock);
  object.state_.fetch_and(Waitable::kQueued, std::memory_order_acq_rel);
}

bool Dispatcher::add_signals(Waitable& object, uint32_t count, uint32_t most, uint32_t& before) {
  Waiter* woken;
  {
    std::lock_guard lock(the_lock);
    uint32_t state = object.state_.load(std::memory_order_relaxed);
    do {
      before = state / Waitable::kOneSignal;
      if (count > most - before) return false;
    } while (!object.state_.compare_exchange_weak(state, state + count * Waitable::kOneSignal, std::memory_order_acq_rel));
    woken = serve(object);
  }
  wake(woken);
  return true;
}

bool Dispatcher::queue_call(CallQueue& calls, QueuedCall& place, const Call& call) {
  Waiter* woken = nullptr;
  {
    std::lock_guard lock(the_lock);
    if (calls.closed) return false;
    if (place.queued) return true;
    place.queued = true;
    place.call = call;
    place.next = nullptr;
    (calls.last != nullptr ? calls.last->next : calls.first) = &place;
    calls.last = &place;
    if (calls.alertable != nullptr) {
      woken = calls.alertable;
      dequeue(*woken);
      woken->satisfied = true;
      woken->called = true;
      woken->next_woken = nullptr;
    }
  }
  wake(woken);
  return true;
}

void Dispatcher::cancel_call(CallQueue& calls, QueuedCall& place) {
  std::lock_guard lock(the_lock);
  if (!place.queued) return;
  QueuedCall* before = nullptr;
  for (QueuedCall* other = calls.first; other != &place; other = other->next) before = other;
  (before != nullptr ? before->next : calls.first) = place.next;
  if (calls.last == &place) calls.last = before;
  place.queued = false;
}

std::optional<Call> Dispatcher::next_call(CallQueue& calls) {
  std::unique_ptr<QueuedCall> to_delete;
  std::lock_guard lock(the_lock);
  QueuedCall* place = calls.first;
  if (place == nullptr) return std::nullopt;
  calls.first = place->next;
  if (calls.first == nullptr) calls.last = nullptr;
  place->queued = false;
  if (place->storage == QueuedCall::Storage::kHeap) to_delete.reset(place);
  return place->call;
}

void Dispatcher::close(CallQueue& calls) {
  {
    std::lock_guard lock(the_lock);
    calls.closed = true;
  }
  while (next_call(calls)) {
  }
}

void Dispatcher::lock_for_fork() { the_lock.lock(); }
void Dispatcher::unlock_after_fork() { the_lock.unlock(); }

void Dispatcher::reset_in_child() {
  while (all_waiters != nullptr) dequeue(*all_waiters);
}

}  // namespace windsock::kernel32
