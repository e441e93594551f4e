// CompletionPort: a queue of packets, each the end of an operation, and the threads that take them.
//
// Packets leave first in, first out; sleeping threads are served last in, first out, and no more of them than the port's limit run at a time.
// A packet is handed to the thread that waits for it, under the port's lock: who comes later cannot snatch it.
//
// A port whose sockets have operations under way has a source of ends (services::IoSource). Whoever waits does the work: one of the
// waiting threads, the leader, waits in the source instead of on its word, brings the operations forward, and finds the packets that
// it has posted itself in the queue. So one thread that serves a port needs no other, and no call of the host beyond those for the data.
// What it brings forward it takes before the sleepers, though they may have come later: to wake one of them would cost a call of the host for each
// packet. A leader that goes off with a packet leaves the lead to the latest sleeper, if another one may run.
//
// A thread that has a packet counts as running until it comes back to this port, or another one, ends, or sleeps in a wait of
// kernel32's (BlockedThread). Sleeping elsewhere in the host does not show.
//
// A port is closed with its last handle; those who use it (sockets) may refer to it longer. fork(): in the child nobody waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "dlls/common/lock.h"
#include "dlls/kernel32/dispatcher.h"
#include "dlls/kernel32/ref.h"
#include "dlls/kernel32/wait.h"
#include "dlls/kernel32/waitable.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock::kernel32 {

class CompletionPort final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kPort;
  using Packet = services::CompletionPacket;

  // At most `limit` threads run; 0: as many as there are processors. Null when memory is short.
  static Ref<CompletionPort> create(uint32_t limit);

  // The core's word for a port, which it has references to.
  services::Port* as_services() { return reinterpret_cast<services::Port*>(this); }
  static CompletionPort& from_services(services::Port* port) { return *reinterpret_cast<CompletionPort*>(port); }

  // Of a closed port the packet is lost, and released.
  void post(Packet* packet);

  enum class End : uint8_t { kTaken, kTimedOut, kClosed, kCalled, kOutOfMemory };
  struct Removal {
    End end;
    Packet* packets = nullptr;  // a list, the caller's to read and release
  };
  // Waits for a packet, and takes up to `most` of those that are there. kCalled: calls were queued to the thread, and are made.
  Removal remove(uint32_t most, uint32_t milliseconds, Alertable alertable);

  services::IoSource* source(services::IoSource* (*make)(services::Port* port));

  static void lock_for_fork();
  static void unlock_after_fork();
  static void reset_in_child();

 private:
  friend class BlockedThread;
  struct Sleeper;
  struct Wake;

  explicit CompletionPort(uint32_t limit);
  ~CompletionPort() override;

  void last_handle_closed() override;

  // Under the lock; settle() lets go of it to wake others.
  void enqueue(Packet* packet);
  Packet* dequeue(uint32_t most);
  bool may_take() const { return first_packet_ != nullptr && running_ < limit_; }
  void push(Sleeper& sleeper);
  Sleeper& pop();
  void forget(Sleeper& sleeper);
  Wake next_wake();
  void settle(std::unique_lock<Lock>& lock) {
    if (sleepers_ != nullptr || has_leader_) wake_some(lock);
  }
  void wake_some(std::unique_lock<Lock>& lock);
  Removal take(uint32_t most);
  Removal wait(std::unique_lock<Lock>& lock, uint32_t most, uint32_t milliseconds, CallQueue* calls);
  End await(std::unique_lock<Lock>& lock, Sleeper& self, uint32_t milliseconds, CallQueue* calls);
  bool sleep(std::unique_lock<Lock>& lock, Sleeper& self, int64_t deadline, CallQueue* calls);

  void count_out();
  void count_in();
  static void leave_membership();
  void make_member();

  const uint32_t limit_;
  Lock lock_;
  std::atomic<services::IoSource*> source_{nullptr};
  // Under the lock:
  Packet* first_packet_ = nullptr;
  Packet* last_packet_ = nullptr;
  Sleeper* sleepers_ = nullptr;  // the latest first
  uint32_t running_ = 0;
  bool has_leader_ = false;   // one of the waiting threads, or one that is waking up to it
  bool leader_told_ = false;  // to look at the queue
  bool closed_ = false;
  // All ports; under the list's lock.
  CompletionPort* next_ = nullptr;
  CompletionPort* previous_ = nullptr;
};

// While it lives the calling thread does not count as running: it sleeps.
class BlockedThread {
 public:
  BlockedThread() {
    if (CompletionPort* port = running_for()) leave(*port);
  }
  ~BlockedThread() {
    if (port_ != nullptr) come_back();
  }
  BlockedThread(const BlockedThread&) = delete;
  BlockedThread& operator=(const BlockedThread&) = delete;

 private:
  static CompletionPort* running_for();
  void leave(CompletionPort& port);
  void come_back();

  CompletionPort* port_ = nullptr;
};

}  // namespace windsock::kernel32
