#include "dlls/kernel32/completion_port.h"

#include <algorithm>
#include <new>
#include <utility>

#include "dlls/common/host_futex.h"
#include "dlls/common/host_system.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/thread.h"
#include "dlls/kernel32/time.h"

namespace windsock::kernel32 {

namespace {

// A further value of Waiter::state, on which waiting threads of a port sleep: the port has something for the thread.
constexpr uint32_t kHanded = 2;

constinit std::mutex list_lock;
constinit CompletionPort* all_ports = nullptr;

// Of the calling thread: the port that it has last taken a packet from, with a reference; the same while it counts as running there;
// and the port whose source it leads.
constinit thread_local CompletionPort* member_of = nullptr;
constinit thread_local CompletionPort* running = nullptr;
constinit thread_local CompletionPort* leading = nullptr;

const uint32_t* word_of(const Waiter& waiter) { return reinterpret_cast<const uint32_t*>(&waiter.state); }

void release_all(CompletionPort::Packet* packets) {
  while (packets != nullptr) {
    CompletionPort::Packet* next = packets->next;
    packets->release(packets);
    packets = next;
  }
}

}  // namespace

// A thread that waits. What it gets, it gets under the lock and with its removal from the port's list.
struct CompletionPort::Sleeper {
  Waiter waiter;
  Packet* packet = nullptr;
  bool is_to_lead = false;
  bool listed = false;
  Sleeper* next = nullptr;
};

// What is to be done without the lock: only the address of a thread's word, which may be gone by then, or the leader's source.
struct CompletionPort::Wake {
  const uint32_t* word = nullptr;
  services::IoSource* source = nullptr;

  explicit operator bool() const { return word != nullptr || source != nullptr; }
  void perform() const {
    if (word != nullptr) host::futex_wake(word, 1);
    if (source != nullptr) source->wake_leader();
  }
};

CompletionPort::CompletionPort(uint32_t limit)
    : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, false),
      limit_(limit != 0 ? limit : std::max(host::system_facts().processors, 1U)) {
  std::lock_guard lock(list_lock);
  next_ = all_ports;
  if (all_ports != nullptr) all_ports->previous_ = this;
  all_ports = this;
}

CompletionPort::~CompletionPort() {
  {
    std::lock_guard lock(list_lock);
    (previous_ != nullptr ? previous_->next_ : all_ports) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }
  delete source_.load(std::memory_order_relaxed);
}

Ref<CompletionPort> CompletionPort::create(uint32_t limit) {
  return Ref<CompletionPort>::adopt(new (std::nothrow) CompletionPort(limit));
}

// ---- the queue -----------------------------------------------------------------------------------------------------------

void CompletionPort::enqueue(Packet* packet) {
  packet->next = nullptr;
  (last_packet_ != nullptr ? last_packet_->next : first_packet_) = packet;
  last_packet_ = packet;
}

CompletionPort::Packet* CompletionPort::dequeue(uint32_t most) {
  Packet* first = first_packet_;
  Packet* last = first;
  for (uint32_t count = 1; count < most && last->next != nullptr; ++count) last = last->next;
  first_packet_ = std::exchange(last->next, nullptr);
  if (first_packet_ == nullptr) last_packet_ = nullptr;
  return first;
}

void CompletionPort::post(Packet* packet) {
  std::unique_lock lock(lock_);
  if (closed_) {
    lock.unlock();
    packet->next = nullptr;
    return release_all(packet);
  }
  enqueue(packet);
  // The leader looks at the queue as soon as its source lets it, and takes the first packet itself.
  if (leading != this) settle(lock);
}

// ---- who gets what -----------------------------------------------------------------------------------------------------------

void CompletionPort::push(Sleeper& sleeper) {
  sleeper.waiter.state.store(Waiter::kWaiting, std::memory_order_relaxed);
  sleeper.listed = true;
  sleeper.next = sleepers_;
  sleepers_ = &sleeper;
}

// The latest; it wakes up. By then its word may tell of a queued call, which stays.
CompletionPort::Sleeper& CompletionPort::pop() {
  Sleeper& sleeper = *sleepers_;
  sleepers_ = sleeper.next;
  sleeper.listed = false;
  uint32_t state = Waiter::kWaiting;
  sleeper.waiter.state.compare_exchange_strong(state, kHanded, std::memory_order_release, std::memory_order_relaxed);
  return sleeper;
}

void CompletionPort::forget(Sleeper& sleeper) {
  if (!sleeper.listed) return;
  Sleeper** link = &sleepers_;
  while (*link != &sleeper) link = &(*link)->next;
  *link = sleeper.next;
  sleeper.listed = false;
}

// What the state of the port calls for, as far as a waiting thread has to be woken.
CompletionPort::Wake CompletionPort::next_wake() {
  bool tells_leader = has_leader_ && !leader_told_ && leading != this;
  if (closed_ && sleepers_ != nullptr) return {.word = word_of(pop().waiter)};
  if (may_take() && sleepers_ != nullptr) {
    Packet* packet = dequeue(1);
    ++running_;
    Sleeper& sleeper = *sleepers_;
    sleeper.packet = packet;
    return {.word = word_of(pop().waiter)};
  }
  services::IoSource* source = source_.load(std::memory_order_relaxed);
  if (tells_leader && source != nullptr && (closed_ || may_take())) {
    leader_told_ = true;
    return {.source = source};
  }
  if (source != nullptr && !has_leader_ && sleepers_ != nullptr && running_ < limit_) {
    has_leader_ = true;
    sleepers_->is_to_lead = true;
    return {.word = word_of(pop().waiter)};
  }
  return {};
}

void CompletionPort::wake_some(std::unique_lock<Lock>& lock) {
  while (Wake wake = next_wake()) {
    lock.unlock();
    wake.perform();
    lock.lock();
  }
}

services::IoSource* CompletionPort::source(services::IoSource* (*make)(services::Port* port)) {
  if (services::IoSource* made = source_.load(std::memory_order_acquire)) return made;
  std::unique_lock lock(lock_);
  services::IoSource* made = source_.load(std::memory_order_relaxed);
  if (made == nullptr) {
    made = make(as_services());
    source_.store(made, std::memory_order_release);
    settle(lock);
  }
  return made;
}

void CompletionPort::last_handle_closed() {
  Packet* lost;
  {
    std::unique_lock lock(lock_);
    closed_ = true;
    lost = std::exchange(first_packet_, nullptr);
    last_packet_ = nullptr;
    settle(lock);
  }
  release_all(lost);
  if (member_of == this) leave_membership();
}

// ---- the threads -----------------------------------------------------------------------------------------------------------

// Off the processor until the port or the source has news; true: the deadline is over. `calls`: or a call is queued to the thread, which
// self.waiter.called tells.
bool CompletionPort::sleep(std::unique_lock<Lock>& lock, Sleeper& self, int64_t deadline, CallQueue* calls) {
  services::IoSource* source = leading == this ? source_.load(std::memory_order_relaxed) : nullptr;
  self.waiter.led = source;
  self.waiter.calls = calls;
  if (source != nullptr)
    leader_told_ = false;
  else
    push(self);
  lock.unlock();
  bool over = false;
  if (calls != nullptr && Dispatcher::begin(self.waiter, Dispatcher::Patience::kQueue) == Dispatcher::Begin::kCalled) {
    self.waiter.called = true;
  } else {
    if (source != nullptr) {
      Serving serving(self.waiter);
      source->serve(deadline);
    } else {
      while (self.waiter.state.load(std::memory_order_acquire) == Waiter::kWaiting && !over)
        over = host::futex_sleep(word_of(self.waiter), Waiter::kWaiting, deadline) == host::SleepEnd::kTimedOut;
    }
    // A caller that has found this wait is about to say so, as its last touch.
    if (calls != nullptr && !Dispatcher::cancel(self.waiter)) Dispatcher::await_done(self.waiter);
  }
  lock.lock();
  forget(self);
  return over;
}

// Waits until there is a packet for the thread: the first one of the queue, or one that was handed to it, which then counts as taken.
CompletionPort::End CompletionPort::await(std::unique_lock<Lock>& lock, Sleeper& self, uint32_t milliseconds, CallQueue* calls) {
  int64_t deadline = milliseconds == 0 ? 0 : host::kNoDeadline;
  bool over = false;
  bool knows_deadline = milliseconds == 0;
  for (;;) {
    if (self.packet != nullptr) return End::kTaken;
    if (closed_) return End::kClosed;
    if (may_take()) {
      ++running_;
      self.packet = dequeue(1);
      return End::kTaken;
    }
    if (self.waiter.called) return End::kCalled;
    if (over) return End::kTimedOut;
    services::IoSource* source = source_.load(std::memory_order_relaxed);
    if (leading != this && source != nullptr && (self.is_to_lead || !has_leader_)) {
      has_leader_ = source->try_lead();
      if (has_leader_) leading = this;
      self.is_to_lead = false;
    }
    bool leads = leading == this;
    if (milliseconds == 0 && !leads && calls == nullptr) return End::kTimedOut;
    if (!knows_deadline) deadline = deadline_after(milliseconds);
    knows_deadline = true;
    over = sleep(lock, self, deadline, calls) ||
           (deadline != host::kNoDeadline && leads && host::now_nanoseconds() >= deadline);
  }
}

// What is there already.
CompletionPort::Removal CompletionPort::take(uint32_t most) {
  ++running_;
  return {End::kTaken, dequeue(most)};
}

CompletionPort::Removal CompletionPort::wait(std::unique_lock<Lock>& lock, uint32_t most, uint32_t milliseconds, CallQueue* calls) {
  Sleeper sleeper;
  Removal removal{await(lock, sleeper, milliseconds, calls), sleeper.packet};
  if (removal.packets != nullptr && most > 1 && first_packet_ != nullptr) removal.packets->next = dequeue(most - 1);
  if (leading == this || sleeper.is_to_lead) {
    if (leading == this) source_.load(std::memory_order_relaxed)->leave();
    leading = nullptr;
    has_leader_ = false;
  }
  return removal;
}

CompletionPort::Removal CompletionPort::remove(uint32_t most, uint32_t milliseconds, Alertable alertable) {
  Ref<Thread> self;
  if (alertable == Alertable::kYes) {
    self = Thread::current();
    if (!self) return {End::kOutOfMemory};
  }
  if (member_of != nullptr && member_of != this) leave_membership();
  Removal removal;
  {
    std::unique_lock lock(lock_);
    if (std::exchange(running, nullptr) != nullptr) --running_;
    removal = may_take() ? take(most) : wait(lock, most, milliseconds, self ? &self->calls() : nullptr);
    settle(lock);
  }
  if (removal.end == End::kTaken) {
    make_member();
    running = this;
  }
  if (removal.end == End::kClosed && member_of == this) leave_membership();
  if (removal.end == End::kCalled) self->make_queued_calls();
  return removal;
}

void CompletionPort::make_member() {
  if (member_of == this) return;
  // Its destructor runs at the end of each thread that comes here.
  struct AtThreadEnd {
    ~AtThreadEnd() { leave_membership(); }
  };
  static thread_local AtThreadEnd at_thread_end;
  static_cast<void>(&at_thread_end);
  add_reference();
  member_of = this;
}

void CompletionPort::leave_membership() {
  if (std::exchange(running, nullptr) != nullptr) member_of->count_out();
  if (CompletionPort* port = std::exchange(member_of, nullptr)) port->drop_reference();
}

void CompletionPort::count_out() {
  std::unique_lock lock(lock_);
  --running_;
  settle(lock);
}

// There may be more than the limit now, until some of them come back.
void CompletionPort::count_in() {
  std::lock_guard lock(lock_);
  ++running_;
}

CompletionPort* BlockedThread::running_for() { return running; }

void BlockedThread::leave(CompletionPort& port) {
  port_ = &port;
  running = nullptr;
  port.count_out();
}

void BlockedThread::come_back() {
  port_->count_in();
  running = port_;
}

// ---- fork ---------------------------------------------------------------------------------------------------------------------

void CompletionPort::lock_for_fork() {
  list_lock.lock();
  for (CompletionPort* port = all_ports; port != nullptr; port = port->next_) port->lock_.lock();
}

void CompletionPort::unlock_after_fork() {
  for (CompletionPort* port = all_ports; port != nullptr; port = port->next_) port->lock_.unlock();
  list_lock.unlock();
}

void CompletionPort::reset_in_child() {
  for (CompletionPort* port = all_ports; port != nullptr; port = port->next_) {
    port->sleepers_ = nullptr;
    port->has_leader_ = port->leader_told_ = false;
    port->running_ = running == port ? 1 : 0;
  }
}

}  // namespace windsock::kernel32

// ---- the core's way here ------------------------------------------------------------------------------------------------------

using windsock::kernel32::CompletionPort;
using windsock::services::Port;

void windsock_retain_port(Port* port) { CompletionPort::from_services(port).add_reference(); }
void windsock_release_port(Port* port) { CompletionPort::from_services(port).drop_reference(); }
void windsock_post_packet(Port* port, windsock::services::CompletionPacket* packet) { CompletionPort::from_services(port).post(packet); }
windsock::services::IoSource* windsock_source_of_port(Port* port, windsock::services::IoSource* (*make)(Port* port)) {
  return CompletionPort::from_services(port).source(make);
}
