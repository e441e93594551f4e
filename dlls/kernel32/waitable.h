// Waitable: what a handle leads to and a thread can wait for: events, semaphores, mutexes, timers, threads, processes.
//
// The idea: an object is one word of memory. Bits 1 and up count its signals (only a semaphore has several), bit 0 tells that
// threads stand in its queue. While bit 0 is clear the word changes by compare-and-swap alone: setting an event that nobody
// waits for, and waiting for an event that is set, are a few instructions. Once somebody queues, everything that concerns the
// object happens under the one dispatcher lock (dispatcher.h).
//
// One lock for all objects, and not one in each, because a wait for several objects must look at all and take from all at one
// instant, and a signal must be able to end it at one instant. The lock is held for a walk over at most 64 objects, never
// across a system call, and only by threads that are about to sleep or to wake one.
//
// A signal goes to the longest-waiting thread and is taken from the object on that thread's behalf, before it runs: a thread
// that comes later cannot snatch it, and a timeout that comes first finds itself too late under the lock.
#pragma once

#include <atomic>
#include <cstdint>

#include "dlls/kernel32/ref.h"

namespace windsock::kernel32 {

struct WaitBlock;
class Dispatcher;
class Thread;

enum class ObjectKind : uint8_t { kEvent, kSemaphore, kMutex, kThread, kProcess, kMainThread, kFile, kTimer, kPort, kFileMapping, kSearch,
                                  kNamedPipe };
// What a wait does: leaves the signal (a manual event, a thread that has ended), takes one away (an automatic event, a semaphore),
// or makes the thread that waits the owner (a mutex).
enum class Taking : uint8_t { kLeavesSignal, kTakesOne, kOwns };
// kAbandoned: taken, and its last owner ended without giving it back.
enum class Taken : uint8_t { kNo, kYes, kAbandoned };
// Whether the host tells of the signal through a descriptor, which a waiting thread then polls.
enum class Source : uint8_t { kMemory, kDescriptor };

class Waitable {
 public:
  Waitable(const Waitable&) = delete;
  Waitable& operator=(const Waitable&) = delete;

  void add_reference() { references_.fetch_add(1, std::memory_order_relaxed); }
  // False: the last one has gone, and the object is about to.
  bool try_add_reference() {
    uint32_t count = references_.load(std::memory_order_relaxed);
    while (count != 0)
      if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
    return false;
  }
  void drop_reference() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // By the table of handles.
  void add_handle() { handles_.fetch_add(1, std::memory_order_relaxed); }
  void drop_handle() {
    if (handles_.fetch_sub(1, std::memory_order_acq_rel) == 1) last_handle_closed();
  }

  ObjectKind kind() const { return kind_; }
  Source source() const { return source_; }
  Taking taking() const { return taking_; }
  bool is_signalled() const { return state_.load(std::memory_order_acquire) >= kOneSignal; }

  // A wait by `self` that finds the signal there and nobody queued. kNo says only that the wait has to look under the lock. Who
  // waits is asked of objects with Taking::kOwns alone; null does for others.
  Taken try_take(Thread* self);

  // For objects with Source::kDescriptor: the descriptor to poll for input, and what to do once it is ready.
  virtual int poll_fd() const { return -1; }
  virtual void poll_ready() {}

 protected:
  Waitable(ObjectKind kind, Taking taking, Source source, bool signalled)
      : Waitable(kind, taking, source, signalled ? 1U : 0U) {}
  Waitable(ObjectKind kind, Taking taking, Source source, uint32_t signals)
      : state_(signals * kOneSignal), kind_(kind), taking_(taking), source_(source) {}
  virtual ~Waitable() = default;

  // No thread can come to the object any more; some may wait for it, and others refer to it.
  virtual void last_handle_closed() {}

  // Sets the signal, and ends the waits that this makes possible. Setting it twice is setting it once.
  void signal();
  void clear_signal();
  // The same for objects that count. False, and nothing is done: there would be more than `most`. `before` tells how many there were.
  bool add_signals(uint32_t count, uint32_t most, uint32_t& before);

  // Of objects with Taking::kOwns. `self` waits and has it already, or gets it now; in the latter case the signal has been taken.
  // Both run in the thread itself or, under the dispatcher lock, on its behalf while it sleeps.
  virtual bool belongs_to(const Thread* /*self*/) const { return false; }
  virtual Taken give_to(Thread* /*self*/) { return Taken::kYes; }

 private:
  friend class Dispatcher;

  static constexpr uint32_t kQueued = 1;
  static constexpr uint32_t kOneSignal = 2;

  std::atomic<uint32_t> references_{1};
  std::atomic<uint32_t> handles_{0};
  std::atomic<uint32_t> state_;
  const ObjectKind kind_;
  const Taking taking_;
  const Source source_;
  // The queue, oldest first; under the dispatcher lock.
  WaitBlock* first_waiting_ = nullptr;
  WaitBlock* last_waiting_ = nullptr;
};

}  // namespace windsock::kernel32
