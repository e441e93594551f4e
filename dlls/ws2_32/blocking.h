// Who is blocked where, and how closesocket wakes them. (Linux's close() wakes nobody.)
//
// Each thread that may block has a place: the fd it is in a call on, or the poll array it waits with. Entering and leaving cost a
// store each; no lock, no system call, so that a blocking recv is a plain recv at the host. The closer marks the descriptor
// first, then looks through the places and interrupts the threads it finds by a real-time signal whose handler does nothing:
// the host call returns EINTR. It repeats the signal until they have left, which covers the thread that was between its entry and
// the system call. A thread that masks our signal has it unblocked when it takes its place; one that masks it later and does
// not leave is freed by a shutdown() of the socket, when nobody shares it.
//
// Threads in poll() pin no descriptors (that would cost two locked instructions each): they publish their array. Order that makes
// it right: the poller publishes, then looks whether g_closings changed since it validated its sockets; the closer marks, raises
// g_closings, then looks through the places. One of the two always sees the other.
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
  size_t count = 0;                       // of entries; under mutex once published
  std::atomic<uint32_t> departures{0};    // how often a poll was left
  std::atomic<bool> awaited{false};       // a closer waits for the next departure
  std::mutex mutex;                       // held by a closer while it reads entries, and to unpublish
  std::atomic<int> thread{0};             // 0: free
  Place* next = nullptr;
};

extern thread_local constinit Place* t_place;
// Makes the calling thread's place and lets it receive the wake signal.
Place& take_place();
inline Place& place() { return t_place ? *t_place : take_place(); }

// Raised by each closer after it has marked its descriptor.
extern std::atomic<uint64_t> g_closings;

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

// The calling thread waits with these entries while this lives.
class PollScope {
 public:
  PollScope(const host::PollEntry* entries, size_t count);
  ~PollScope();
  PollScope(const PollScope&) = delete;
  PollScope& operator=(const PollScope&) = delete;

 private:
  Place& place_;
  const host::PollEntry* outer_entries_;  // a signal handler of the program may poll inside a poll
  size_t outer_count_;
};

// Interrupts all who are in calls on a descriptor that was just marked closing, until only its presence is left, or until
// they prove deaf to signals.
void evict(Descriptor& descriptor);

// In a forked child there is only the calling thread.
void after_fork_in_child();

}  // namespace windsock::blocking
