// Who is blocked where, and how closesocket wakes them. (Linux's close() wakes nobody.)
//
// Each thread that may block has a place: the fd it is in a call on, or the poll array it waits with. Entering and leaving cost a
// store each; no lock, no system call, so that a blocking recv is a plain recv at the host. The closer marks the descriptor
// first, then looks through the places and interrupts the threads it finds by a real-time signal whose handler does nothing:
// the host call returns EINTR. It repeats the signal until they have left, which covers the thread that was between its entry and
// the system call. A thread that masks our signal has it unblocked when it takes its place; one that masks it later and does
// not leave is freed by a shutdown() of the socket, when nobody shares it and it has no duplicate here.
//
// Threads in poll() pin no descriptors (that would cost two locked instructions each): they publish their array. Order that makes
// it right: the poller publishes, then looks whether g_closings changed since it validated its sockets; the closer marks, raises
// g_closings, then looks through the places. One of the two always sees the other. The same order guards the array itself: a closer
// raises `watchers` before it looks for an array, the poller withdraws its array before it looks for watchers, and waits for those.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "dlls/common/host.h"
#include "dlls/ws2_32/descriptor.h"

namespace windsock::blocking {

// A thread's place. Never freed: a finished thread's is used again.
struct Place {
  std::atomic<int> fd{-1};
  std::atomic<const host::PollEntry*> entries{nullptr};
  size_t count = 0;                       // of entries
  std::atomic<uint32_t> watchers{0};      // closers that look at entries or wait for the next departure
  std::atomic<uint32_t> departures{0};    // how often a poll was left while a closer watched
  std::mutex mutex;                       // held by a closer while it reads entries
  std::atomic<int> thread{0};             // 0: free
  Place* next = nullptr;
};

extern thread_local constinit Place* t_place;
// Makes the calling thread's place and lets it receive the wake signal.
Place& take_place();
inline Place& place() { return t_place ? *t_place : take_place(); }

// The signal that interrupts blocked calls; 0: none was free.
int wake_signal();

// Raised by each closer after it has marked its descriptor.
[[gnu::visibility("hidden")]] extern std::atomic<uint64_t> g_closings;

// The calling thread is in host calls on `fd` while this lives. The caller holds a pin.
class Scope {
 public:
  explicit Scope(int fd) : place_(place()), before_(place_.fd.load(std::memory_order_relaxed)) {
    place_.fd.store(fd, std::memory_order_release);
  }
  ~Scope() { place_.fd.store(before_, std::memory_order_release); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Place& place_;
  int before_;
};

// The calling thread waits with these entries while this lives, and waited with none before.
class PlainPollScope {
 public:
  [[gnu::always_inline]] PlainPollScope(Place& place, const host::PollEntry* entries, size_t count) : place_(place) {
    place.count = count;
    place.entries.store(entries, std::memory_order_seq_cst);
  }
  [[gnu::always_inline]] ~PlainPollScope() {
    place_.entries.store(nullptr, std::memory_order_seq_cst);
    if (place_.watchers.load(std::memory_order_seq_cst) != 0) [[unlikely]] left_while_watched(place_);
  }
  PlainPollScope(const PlainPollScope&) = delete;
  PlainPollScope& operator=(const PlainPollScope&) = delete;

  static void left_while_watched(Place& place);

 private:
  Place& place_;
};

// A signal handler of the program may poll inside a poll.
inline bool is_in_poll(const Place& place) { return place.entries.load(std::memory_order_relaxed) != nullptr; }

// The same for any thread: an outer array is away meanwhile. What closers marked by then is found when the interrupted poll
// begins again, since the host does not restart it.
class PollScope {
 public:
  PollScope(const host::PollEntry* entries, size_t count);
  ~PollScope();
  PollScope(const PollScope&) = delete;
  PollScope& operator=(const PollScope&) = delete;

 private:
  Place& place_;
  const host::PollEntry* outer_entries_;
  size_t outer_count_;
};

// Interrupts all who are in calls on a descriptor that was just marked closing, until only its presence is left, or until
// they prove deaf to signals.
void evict(Descriptor& descriptor);

// In a forked child there is only the calling thread.
void after_fork_in_child();

}  // namespace windsock::blocking
