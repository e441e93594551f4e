#include "dlls/kernel32/wait.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <ctime>

#include "dlls/common/host.h"
#include "dlls/common/host_child.h"
#include "dlls/common/host_futex.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/event.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/thread.h"
#include "dlls/kernel32/time.h"

namespace windsock::kernel32 {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// The descriptors of the objects that have one and are not signalled yet. An entry is ignored once its object is signalled.
class PolledObjects {
 public:
  explicit PolledObjects(std::span<Waitable* const> objects) {
    for (Waitable* object : objects) {
      if (object->source() != Source::kDescriptor || object->is_signalled()) continue;
      objects_[count_] = object;
      entries_[count_++] = {object->poll_fd(), host::kPollIn, 0};
    }
  }

  bool empty() const { return count_ == 0; }
  size_t count() const { return count_; }
  void set_wake_fd(int fd) {
    entries_[count_] = {fd, host::kPollIn, 0};
    with_wake_fd_ = true;
  }

  // Waits for a descriptor, until the deadline, and tells its object. True: a signaller has written to the wake descriptor.
  bool poll(int64_t deadline) {
    timespec timeout{};
    if (deadline != host::kNoDeadline) {
      int64_t left = std::max<int64_t>(deadline - host::now_nanoseconds(), 0);
      timeout = {static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
    }
    auto ready = host::poll(entries_.data(), count_ + (with_wake_fd_ ? 1 : 0), deadline == host::kNoDeadline ? nullptr : &timeout);
    if (!ready || ready.value() == 0) return false;
    for (size_t i = 0; i < count_; ++i) {
      if (entries_[i].fd < 0 || entries_[i].revents == 0) continue;
      objects_[i]->poll_ready();
      if (objects_[i]->is_signalled()) entries_[i].fd = -1;
    }
    return with_wake_fd_ && entries_[count_].revents != 0;
  }

 private:
  std::array<host::PollEntry, kMaximumWaitObjects + 1> entries_;
  std::array<Waitable*, kMaximumWaitObjects> objects_;
  size_t count_ = 0;
  bool with_wake_fd_ = false;
};

bool is_done(const Waiter& waiter) { return waiter.state.load(std::memory_order_acquire) == Waiter::kDone; }

host::SleepEnd sleep_on(const Waiter& waiter, int64_t deadline) {
  return host::futex_sleep(reinterpret_cast<const uint32_t*>(&waiter.state), Waiter::kWaiting, deadline);
}

// The lead of the common source of ends, for the time of a wait.
class Lead {
 public:
  Lead() = default;
  Lead(const Lead&) = delete;
  Lead& operator=(const Lead&) = delete;
  ~Lead() {
    if (source_ != nullptr) source_->leave();
  }

  // Null: there is nothing to serve, or somebody else has the lead.
  services::IoSource* take() {
    const services::SocketOperations* operations = socket_operations();
    services::IoSource* source = operations != nullptr ? operations->common_source() : nullptr;
    if (source != nullptr && source->try_lead()) source_ = source;
    return source_;
  }

 private:
  services::IoSource* source_ = nullptr;
};

// Whether operations of sockets are to end this wait.
bool awaits_operations(std::span<Waitable* const> objects, const Thread* alertable) {
  auto is_awaited = [](const Waitable* object) {
    return object->kind() == ObjectKind::kEvent && static_cast<const Event*>(object)->is_awaited();
  };
  return (alertable != nullptr && alertable->awaited_calls.load(std::memory_order_relaxed) != 0) ||
         std::any_of(objects.begin(), objects.end(), is_awaited);
}

// Whether the wait ended by a signal, and not by the deadline.
bool serve_until_done(Waiter& waiter, int64_t deadline) {
  Serving serving(waiter);
  while (!waiter.satisfied.load(std::memory_order_acquire)) {
    waiter.led->serve(deadline);
    bool over = deadline != host::kNoDeadline && host::now_nanoseconds() >= deadline;
    if (over && Dispatcher::cancel(waiter)) return false;
  }
  Dispatcher::await_done(waiter);
  return true;
}

// Whether the wait ended by a signal, and not by the deadline.
bool await_done(Waiter& waiter, PolledObjects* polled, int64_t deadline) {
  while (!is_done(waiter)) {
    bool satisfied = false;
    if (polled != nullptr) {
      satisfied = polled->poll(deadline);
      if (!satisfied && (deadline == host::kNoDeadline || host::now_nanoseconds() < deadline)) continue;
    } else if (sleep_on(waiter, deadline) != host::SleepEnd::kTimedOut) {
      continue;
    }
    if (!satisfied && Dispatcher::cancel(waiter)) return false;
    Dispatcher::await_done(waiter);
  }
  return true;
}

WaitOutcome ended(const Waiter& waiter) {
  if (waiter.called) return {WaitEnd::kCalled, 0};
  return {waiter.abandoned ? WaitEnd::kAbandoned : WaitEnd::kSatisfied, waiter.index};
}

WaitOutcome wait_queued(std::span<Waitable* const> objects, WaitMode mode, uint32_t milliseconds, PolledObjects* polled, Thread* self,
                        Alertable alertable) {
  std::array<WaitBlock, kMaximumWaitObjects> blocks;
  Waiter waiter;
  for (size_t i = 0; i < objects.size(); ++i) blocks[i] = {objects[i], &waiter, nullptr, nullptr};
  waiter.blocks = std::span(blocks).first(objects.size());
  waiter.mode = mode;
  waiter.thread = self;
  if (alertable == Alertable::kYes) waiter.calls = &self->calls();

  bool look_only = milliseconds == 0;
  UniqueFd wake_counter;
  if (polled != nullptr && !look_only) {
    auto made = host::create_wake_counter();
    if (!made) return {WaitEnd::kOutOfDescriptors, 0};
    wake_counter = std::move(made).take();
    waiter.wake_fd = wake_counter.get();
    polled->set_wake_fd(wake_counter.get());
  }
  Lead lead;
  if (polled == nullptr && !look_only && awaits_operations(objects, alertable == Alertable::kYes ? self : nullptr))
    waiter.led = lead.take();
  switch (Dispatcher::begin(waiter, look_only ? Dispatcher::Patience::kLookOnly : Dispatcher::Patience::kQueue)) {
    case Dispatcher::Begin::kSatisfied:
      return ended(waiter);
    case Dispatcher::Begin::kCalled:
      return {WaitEnd::kCalled, 0};
    case Dispatcher::Begin::kNotNow:
      return {WaitEnd::kTimedOut, 0};
    case Dispatcher::Begin::kQueued:
      break;
  }
  int64_t deadline = deadline_after(milliseconds);
  BlockedThread blocked;
  bool done = waiter.led != nullptr ? serve_until_done(waiter, deadline) : await_done(waiter, polled, deadline);
  return done ? ended(waiter) : WaitOutcome{WaitEnd::kTimedOut, 0};
}

WaitOutcome wait_as(Thread* self, std::span<Waitable* const> objects, WaitMode mode, uint32_t milliseconds, Alertable alertable) {
  auto has_descriptor = [](const Waitable* object) { return object->source() == Source::kDescriptor; };
  if (std::any_of(objects.begin(), objects.end(), has_descriptor)) {
    PolledObjects polled(objects);
    // What has happened already counts, in the order of the objects.
    if (!polled.empty()) polled.poll(0);
    return wait_queued(objects, mode, milliseconds, polled.empty() ? nullptr : &polled, self, alertable);
  }
  if (mode == WaitMode::kAny || objects.size() == 1) {
    for (uint32_t i = 0; i < objects.size(); ++i) {
      Taken taken = objects[i]->try_take(self);
      if (taken != Taken::kNo) return {taken == Taken::kYes ? WaitEnd::kSatisfied : WaitEnd::kAbandoned, i};
    }
  }
  return wait_queued(objects, mode, milliseconds, nullptr, self, alertable);
}

}  // namespace

WaitOutcome wait_for(std::span<Waitable* const> objects, WaitMode mode, uint32_t milliseconds, Alertable alertable) {
  assert(objects.size() <= kMaximumWaitObjects);
  auto has_owner = [](const Waitable* object) { return object->taking() == Taking::kOwns; };
  if (alertable == Alertable::kNo && std::none_of(objects.begin(), objects.end(), has_owner))
    return wait_as(nullptr, objects, mode, milliseconds, alertable);
  Ref<Thread> self = Thread::current();
  if (!self) return {WaitEnd::kOutOfMemory, 0};
  WaitOutcome outcome = wait_as(self.get(), objects, mode, milliseconds, alertable);
  if (outcome.end == WaitEnd::kCalled) self->make_queued_calls();
  return outcome;
}

}  // namespace windsock::kernel32
