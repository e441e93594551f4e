#include "dlls/kernel32/timer_queue.h"

#include <atomic>
#include <functional>
#include <utility>

#include "dlls/common/host_futex.h"
#include "dlls/common/host_thread.h"

namespace windsock::kernel32 {

namespace {

constinit std::mutex the_lock;
// Under the lock:
constinit bool has_thread = false;
// The thread sleeps on it; raised when the first entry has become another one.
constinit std::atomic<uint32_t> changes = 0;

TimerQueue::Entries& entries() {
  static auto& all = *new TimerQueue::Entries;
  return all;
}

const uint32_t* changes_word() { return reinterpret_cast<const uint32_t*>(&changes); }

}  // namespace

bool TimerQueue::Earlier::operator()(const Entry* a, const Entry* b) const {
  return a->due_ != b->due_ ? a->due_ < b->due_ : std::less<>()(a, b);
}

TimerQueue::Entry::Entry() {
  entries();
  Entries alone{this};
  node_ = alone.extract(alone.begin());
}

std::unique_lock<std::mutex> TimerQueue::lock() { return std::unique_lock(the_lock); }

host::Result<void> TimerQueue::insert(Entry& entry, int64_t due) {
  if (!has_thread) {
    if (auto started = host::start_service_thread(run); !started) return started;
    has_thread = true;
  }
  remove(entry);
  place(entry, due);
  if (*entries().begin() == &entry) {
    changes.fetch_add(1, std::memory_order_release);
    host::futex_wake(changes_word(), 1);
  }
  return {};
}

void TimerQueue::remove(Entry& entry) {
  if (entry.node_.empty()) entry.node_ = entries().extract(&entry);
}

void TimerQueue::place(Entry& entry, int64_t due) {
  entry.due_ = due;
  entries().insert(std::move(entry.node_));
}

// The time until which nothing more happens.
int64_t TimerQueue::expire_until(int64_t now) {
  while (!entries().empty()) {
    Entry& first = **entries().begin();
    if (first.due_ > now) return first.due_;
    remove(first);
    if (int64_t next = first.expire(first.due_, now); next != host::kNoDeadline) place(first, next);
  }
  return host::kNoDeadline;
}

void* TimerQueue::run(void*) {
  for (;;) {
    uint32_t seen = changes.load(std::memory_order_acquire);
    int64_t next;
    {
      std::lock_guard guard(the_lock);
      next = expire_until(host::now_nanoseconds());
    }
    host::futex_sleep(changes_word(), seen, next);
  }
}

void TimerQueue::lock_for_fork() { the_lock.lock(); }
void TimerQueue::unlock_after_fork() { the_lock.unlock(); }

void TimerQueue::reset_in_child() {
  has_thread = false;
  while (!entries().empty()) remove(**entries().begin());
}

}  // namespace windsock::kernel32
