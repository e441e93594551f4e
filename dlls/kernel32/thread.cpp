#include "dlls/kernel32/thread.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <mutex>
#include <new>
#include <utility>

#include "dlls/common/host_futex.h"
#include "dlls/common/thread_end.h"
#include "dlls/kernel32/mutex.h"

namespace windsock::kernel32 {

namespace {

constinit std::mutex list_lock;
constinit Thread* all_threads = nullptr;

// The calling thread's object, without a reference: that one belongs to the value of the key below.
constinit thread_local Thread* this_thread = nullptr;
constinit thread_local int this_thread_id = 0;

// Destructors of thread-specific data run in up to four rounds as long as values are set again. The sanitizers end their own
// bookkeeping in the last one, so the thread's end is told in the third.
constexpr uint32_t kEndRound = 3;

const uint32_t* word_of(const std::atomic<uint32_t>& word) { return reinterpret_cast<const uint32_t*>(&word); }

}  // namespace

int current_thread_id() {
  if (this_thread_id == 0) this_thread_id = host::thread_id();
  return this_thread_id;
}

Thread::Thread() : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, false), rounds_left_(kEndRound) {
  std::lock_guard lock(list_lock);
  next_ = all_threads;
  if (all_threads != nullptr) all_threads->previous_ = this;
  all_threads = this;
}

Thread::~Thread() {
  std::lock_guard lock(list_lock);
  (previous_ != nullptr ? previous_->next_ : all_threads) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

// Binds the object to the calling thread, to whose end a reference goes. False, and nothing is bound: the host cannot tell of that end.
bool Thread::attach() {
  if (!call_at_thread_end<at_thread_end>(this)) return false;
  id_ = current_thread_id();
  this_thread = this;
  add_reference();
  return true;
}

void Thread::at_thread_end(void* value) {
  auto* thread = static_cast<Thread*>(value);
  if (--thread->rounds_left_ > 0) {
    call_at_thread_end<at_thread_end>(thread);  // the thread has its place for it
    return;
  }
  this_thread = nullptr;
  thread->give_up_what_it_has();
  thread->signal();
  thread->drop_reference();
}

void Thread::give_up_what_it_has() {
  Dispatcher::close(calls_);
  while (owned_mutexes != nullptr) owned_mutexes->abandon();
}

Ref<Thread> Thread::create() { return Ref<Thread>::adopt(new (std::nothrow) Thread()); }

host::Result<void> Thread::start(const Start& start) {
  start_ = start;
  suspended_.store(start.suspended ? 1 : 0, std::memory_order_relaxed);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (start.stack_size != 0) {
    size_t size = std::max(start.stack_size, static_cast<size_t>(PTHREAD_STACK_MIN));
    constexpr size_t kPage = 4096;
    ::pthread_attr_setstacksize(&attributes, (size + kPage - 1) / kPage * kPage);
  }
  add_reference();  // for the new thread
  pthread_t made;
  int error = ::pthread_create(&made, &attributes, run, this);
  ::pthread_attr_destroy(&attributes);
  if (error != 0) {
    drop_reference();
    return host::failure(error);
  }
  while (started_.load(std::memory_order_acquire) == kNotYet) host::futex_sleep(word_of(started_), kNotYet, host::kNoDeadline);
  if (started_.load(std::memory_order_relaxed) == kUnable) return host::failure(ENOMEM);
  return {};
}

void* Thread::run(void* value) {
  // No destructor may stand here: ExitThread unwinds through this frame and the end of the thread drops its reference.
  auto* thread = static_cast<Thread*>(value);
  const bool is_attached = thread->attach();
  thread->started_.store(is_attached ? kStarted : kUnable, std::memory_order_release);
  host::futex_wake(word_of(thread->started_), 1);
  thread->drop_reference();  // the creator's for us; attach() has counted its own, which lasts to the thread's end
  if (!is_attached) return nullptr;
  thread->stay_suspended();
  thread->make_queued_calls();
  thread->exit_code_ = thread->start_.routine(thread->start_.argument);
  return nullptr;
}

Thread::CallResult Thread::queue_call(const Call& call) {
  auto* place = new (std::nothrow) QueuedCall(QueuedCall::Storage::kHeap);
  if (place == nullptr) return CallResult::kNoMemory;
  if (Dispatcher::queue_call(calls_, *place, call)) return CallResult::kQueued;
  delete place;
  return CallResult::kEnded;
}

// One at a time: a call may wait alertably itself, and make the rest.
void Thread::make_queued_calls() {
  while (std::optional<Call> call = Dispatcher::next_call(calls_)) call->make(*call);
}

Ref<Thread> Thread::current() {
  if (this_thread == nullptr) {
    Ref<Thread> thread = create();
    if (!thread) return {};
    thread->suspended_.store(kBegun, std::memory_order_relaxed);
    return thread->attach() ? thread : Ref<Thread>();
  }
  return Ref<Thread>::share(this_thread);
}

void Thread::exit_current(uint32_t code) {
  if (this_thread != nullptr) this_thread->exit_code_ = code;
  ::pthread_exit(nullptr);
}

// By the thread itself: returns once it may run.
void Thread::stay_suspended() {
  uint32_t state = suspended_.load(std::memory_order_acquire);
  for (;;) {
    if (state & kTerminated) ::pthread_exit(nullptr);
    if ((state & kMostSuspensions) != 0) {
      host::futex_sleep(word_of(suspended_), state, host::kNoDeadline);
      state = suspended_.load(std::memory_order_acquire);
    } else if (suspended_.compare_exchange_weak(state, state | kBegun, std::memory_order_acquire)) {
      return;
    }
  }
}

uint32_t Thread::resume() {
  uint32_t state = suspended_.load(std::memory_order_relaxed);
  do {
    if ((state & kMostSuspensions) == 0) return 0;
  } while (!suspended_.compare_exchange_weak(state, state - 1, std::memory_order_acq_rel));
  host::futex_wake(word_of(suspended_), 1);
  return state & kMostSuspensions;
}

Thread::Stop Thread::suspend(uint32_t& before) {
  bool itself = this == this_thread;
  uint32_t state = suspended_.load(std::memory_order_relaxed);
  do {
    before = state & kMostSuspensions;
    if (before == 0 && !itself && (is_signalled() || (state & kBegun))) return Stop::kRuns;
    if (before == kMostSuspensions) return Stop::kTooOften;
  } while (!suspended_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel));
  if (itself) stay_suspended();
  return Stop::kStopped;
}

Thread::Stop Thread::terminate(uint32_t code) {
  if (this == this_thread) exit_current(code);
  uint32_t state = suspended_.load(std::memory_order_relaxed);
  do {
    if (is_signalled() || (state & kTerminated)) return Stop::kStopped;
    if ((state & kMostSuspensions) == 0) return Stop::kRuns;
    exit_code_ = code;
  } while (!suspended_.compare_exchange_weak(state, state | kTerminated, std::memory_order_acq_rel));
  host::futex_wake(word_of(suspended_), 1);
  return Stop::kStopped;
}

Ref<Thread> Thread::find(uint32_t id) {
  std::lock_guard lock(list_lock);
  for (Thread* thread = all_threads; thread != nullptr; thread = thread->next_)
    if (thread->id_ == static_cast<int>(id) && !thread->is_signalled() && thread->try_add_reference()) return Ref<Thread>::adopt(thread);
  return {};
}

void Thread::lock_for_fork() { list_lock.lock(); }
void Thread::unlock_after_fork() { list_lock.unlock(); }

void Thread::reset_in_child() {
  this_thread_id = 0;
  for (Thread* thread = all_threads; thread != nullptr; thread = thread->next_) {
    if (thread == this_thread) {
      thread->id_ = current_thread_id();
    } else if (!thread->is_signalled()) {
      thread->give_up_what_it_has();
      thread->signal();
    }
  }
}

}  // namespace windsock::kernel32
