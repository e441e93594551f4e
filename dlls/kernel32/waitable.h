// Waitable: what a handle leads to and a thread can wait for: events, threads, processes.
//
// The idea: an object is one word of memory. Bits 1 and up count its signals (an event has at most one), bit 0 tells that
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

enum class ObjectKind : uint8_t { kEvent, kThread, kProcess, kMainThread, kFile };
// Whether a wait takes a signal away (an automatic event) or leaves it (a manual one, a thread that has ended).
enum class Taking : uint8_t { kLeavesSignal, kTakesOne };
// Whether the host tells of the signal through a descriptor, which a waiting thread then polls.
enum class Source : uint8_t { kMemory, kDescriptor };

class Waitable {
 public:
  Waitable(const Waitable&) = delete;
  Waitable& operator=(const Waitable&) = delete;

  void add_reference() { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop_reference() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  ObjectKind kind() const { return kind_; }
  Source source() const { return source_; }
  bool is_signalled() const { return state_.load(std::memory_order_acquire) >= kOneSignal; }

  // A wait that finds the signal there and nobody queued. False says only that the wait has to look under the lock.
  bool try_take();

  // For objects with Source::kDescriptor: the descriptor to poll for input, and what to do once it is ready.
  virtual int poll_fd() const { return -1; }
  virtual void poll_ready() {}

 protected:
  Waitable(ObjectKind kind, Taking taking, Source source, bool signalled)
      : state_(signalled ? kOneSignal : 0), kind_(kind), taking_(taking), source_(source) {}
  virtual ~Waitable() = default;

  // Sets the signal, and ends the waits that this makes possible. Setting it twice is setting it once.
  void signal();
  void clear_signal();

 private:
  friend class Dispatcher;

  static constexpr uint32_t kQueued = 1;
  static constexpr uint32_t kOneSignal = 2;

  std::atomic<uint32_t> references_{1};
  std::atomic<uint32_t> state_;
  const ObjectKind kind_;
  const Taking taking_;
  const Source source_;
  // The queue, oldest first; under the dispatcher lock.
  WaitBlock* first_waiting_ = nullptr;
  WaitBlock* last_waiting_ = nullptr;
};

}  // namespace windsock::kernel32
