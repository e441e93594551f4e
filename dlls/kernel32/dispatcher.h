// Dispatcher: matches signals with waiting threads, under one lock (why one: waitable.h).
//
// A Waiter is one wait in progress and lives on the stack of its thread, with one WaitBlock in the queue of each object it waits
// for. Whoever signals an object ends, oldest first, each wait that is now possible: takes the signals for it, removes its
// blocks from all queues, and after the lock is released wakes the thread. The last thing a signaller does to a Waiter is to
// store kDone: from then on its stack frame may be gone.
//
// A thread whose wait operations of sockets are to end may serve these instead of sleeping (services::IoSource). Its signaller ends
// that before it stores kDone, unless it is the serving thread itself.
//
// The word of an object with blocks in its queue, or under inspection by a thread that holds the lock, has its queued bit set
// and changes under the lock only. That is what makes a wait for all objects atomic.
//
// After fork() the child has the forking thread alone, and it is not waiting: reset_in_child() empties all queues.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "dlls/kernel32/waitable.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock::kernel32 {

// What a wait needs of its objects.
enum class WaitMode : uint8_t { kAny, kAll };

struct Waiter;

// A wait has room for many, of which it touches what it uses.
struct WaitBlock {
  Waitable* object;
  Waiter* waiter;
  WaitBlock* next;
  WaitBlock* previous;
};

// A call for a thread to make when it waits alertably (an APC): make() gets it, and finds there what it needs.
struct Call {
  void (*make)(const Call&) = nullptr;
  uintptr_t values[5] = {};
};

// A place for a call in a thread's queue. The call is copied in and out under the lock: an object that repeats its call (a timer)
// has the place for it as a member, and may go while the call is made.
struct QueuedCall {
  enum class Storage : uint8_t { kHeap, kMember };  // kHeap: deleted once out of the queue

  explicit QueuedCall(Storage where) : storage(where) {}
  virtual ~QueuedCall() = default;

  const Storage storage;
  // Under the lock:
  bool queued = false;
  Call call;
  QueuedCall* next = nullptr;
};

// The calls queued to one thread, and the alertable wait that it is in; all under the lock.
struct CallQueue {
  QueuedCall* first = nullptr;
  QueuedCall* last = nullptr;
  Waiter* alertable = nullptr;
  bool closed = false;  // the thread is ending
};

struct Waiter {
  static constexpr uint32_t kWaiting = 0, kDone = 1;

  std::span<WaitBlock> blocks;
  WaitMode mode = WaitMode::kAny;
  Thread* thread = nullptr;    // who waits; needed for objects with Taking::kOwns only
  CallQueue* calls = nullptr;  // its calls, if it waits alertably
  std::atomic<uint32_t> state{kWaiting};  // what the thread sleeps on
  int wake_fd = -1;                       // instead, for a thread in poll
  services::IoSource* led = nullptr;      // or for one that serves
  // Under the lock; but for a thread that serves, true tells that kDone is about to come:
  std::atomic<bool> satisfied{false};
  bool called = false;     // a queued call ended the wait
  bool abandoned = false;  // a mutex was taken that its last owner did not give back
  uint32_t index = 0;      // of the object that ended the wait
  Waiter* next_woken = nullptr;
  Waiter* next_in_list = nullptr;  // all waiters, for the child of a fork
  Waiter* previous_in_list = nullptr;
};

// While it lives the calling thread serves waiter.led.
class Serving {
 public:
  explicit Serving(const Waiter& waiter);
  ~Serving();
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
};

class Dispatcher {
 public:
  enum class Begin { kSatisfied, kQueued, kNotNow, kCalled };
  enum class Patience { kQueue, kLookOnly };

  // Takes what the wait needs, if it is there now; otherwise a queued call ends it; otherwise queues the waiter unless it only
  // wants to look.
  static Begin begin(Waiter& waiter, Patience patience);
  // Gives the wait up. False: a signal was faster, the wait has succeeded, and kDone is about to come.
  static bool cancel(Waiter& waiter);
  // For the thread of a wait that has succeeded: until kDone has come.
  static void await_done(const Waiter& waiter);

  static void signal(Waitable& object);
  static void clear_signal(Waitable& object);
  static bool add_signals(Waitable& object, uint32_t count, uint32_t most, uint32_t& before);

  // Ends the alertable wait of the queue's thread, if it is in one. A place that is queued already keeps its call. False, and nothing
  // is done: the thread is ending.
  static bool queue_call(CallQueue& calls, QueuedCall& place, const Call& call);
  // Takes the call back, if it is not made yet.
  static void cancel_call(CallQueue& calls, QueuedCall& place);
  // The oldest call, whose place is free from then on.
  static std::optional<Call> next_call(CallQueue& calls);
  // No more calls from now on; the rest is forgotten.
  static void close(CallQueue& calls);

  static void lock_for_fork();
  static void unlock_after_fork();
  static void reset_in_child();

 private:
  static bool possible(const Waiter& waiter, uint32_t& index);
  static void take_for(Waiter& waiter);
  static void take(Waitable& object, Waiter& waiter);
  static void enqueue(Waiter& waiter);
  static void dequeue(Waiter& waiter);
  static void settle(Waitable& object);
  static Waiter* serve(Waitable& object);
};

}  // namespace windsock::kernel32
