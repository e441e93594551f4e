#include "dlls/ws2_32/io_driver.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include "dlls/common/debug.h"
#include "dlls/common/host_child.h"
#include "dlls/ws2_32/reactor.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock {

namespace {

constexpr uint64_t kWakeToken = ~uint64_t{0};     // of no socket
constexpr uint64_t kBeside = uint64_t{1} << 63;   // beside a socket's token: a descriptor of an operation
constexpr uint64_t kOfHost = uint64_t{1} << 62;   // beside a token of the host's
constexpr size_t kEventsAtOnce = 16;
constexpr uint32_t kEvents = host::kReadyIn | host::kReadyPri | host::kReadyOut | host::kReadyReadHangUp;

std::mutex& list_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}
constinit IoDriver* all_drivers = nullptr;
constinit std::atomic<IoDriver*> common_driver{nullptr};
constinit std::atomic<void (*)(uint64_t token)> tell_host{nullptr};

}  // namespace

constinit std::atomic<uint32_t> IoDriver::looks_{0};

IoDriver::IoDriver(services::Port* port) : port_(port) {
  std::lock_guard lock(list_mutex());
  next_ = all_drivers;
  if (next_) next_->previous_ = this;
  all_drivers = this;
}

IoDriver::~IoDriver() {
  std::lock_guard lock(list_mutex());
  (previous_ ? previous_->next_ : all_drivers) = next_;
  if (next_) next_->previous_ = previous_;
}

services::IoSource* IoDriver::make(services::Port* port) { return new (std::nothrow) IoDriver(port); }

IoDriver* IoDriver::common_if_any() { return common_driver.load(std::memory_order_acquire); }

IoDriver* IoDriver::of(services::Port* port) {
  if (port) return static_cast<IoDriver*>(services::source_of_port(port, make));
  if (IoDriver* there = common_if_any()) return there;
  auto* made = new (std::nothrow) IoDriver(nullptr);
  IoDriver* none = nullptr;
  if (made && !common_driver.compare_exchange_strong(none, made, std::memory_order_acq_rel)) delete made;
  return common_if_any();
}

bool IoDriver::is_of(const UnderlyingSocket& socket) const { return socket.port() == port_; }

// ---- descriptors ------------------------------------------------------------------------------------------------------------

host::Result<void> IoDriver::open() {
  if (set_.is_open()) return {};
  UniqueFd set = WS_TRY(host::create_ready_set()), wake = WS_TRY(host::create_wake_counter());
  WS_TRY(host::add_to_ready_set(set.get(), wake.get(), host::kReadyIn, host::Trigger::kEdge, kWakeToken));
  set_ = std::move(set);
  wake_ = std::move(wake);
  if (care.taken.load(std::memory_order_seq_cst)) Reactor::instance().look_again();
  return {};
}

bool IoDriver::watch_in(int reactor_set, bool on) {
  std::lock_guard lock(mutex_);
  if (!set_.is_open()) return on;
  if (in_reactor_ == on) return on;
  if (on) {
    auto token = reinterpret_cast<uintptr_t>(this);
    in_reactor_ = host::add_to_ready_set(reactor_set, set_.get(), host::kReadyIn, host::Trigger::kLevel, token).ok();
  } else {
    host::remove_from_ready_set(reactor_set, set_.get());
    in_reactor_ = false;
  }
  return in_reactor_;
}

host::Result<void> IoDriver::watch(int fd, uint64_t token) {
  std::lock_guard lock(mutex_);
  WS_TRY(open());
  auto added = host::add_to_ready_set(set_.get(), fd, kEvents, host::Trigger::kEdge, token);
  if (added) {
    ++watched_;
    unused_.store(false, std::memory_order_seq_cst);
  } else {
    close_if_unused();
  }
  return added;
}

bool IoDriver::watch_for_host(int fd, uint64_t token) { return watch(fd, token | kOfHost).ok(); }
void IoDriver::tell_readiness_for_host(void (*ready)(uint64_t token)) { tell_host.store(ready, std::memory_order_release); }

void IoDriver::unwatch(int fd) {
  std::lock_guard lock(mutex_);
  host::remove_from_ready_set(set_.get(), fd);
  if (--watched_ == 0) {
    unused_.store(true, std::memory_order_seq_cst);
    close_if_unused();
  }
}

host::Result<void> IoDriver::watch_beside(int fd, uint64_t socket_token) {
  std::lock_guard lock(mutex_);
  return host::add_to_ready_set(set_.get(), fd, host::kReadyIn, host::Trigger::kEdge, socket_token | kBeside);
}

void IoDriver::unwatch_beside(int fd) {
  std::lock_guard lock(mutex_);
  host::remove_from_ready_set(set_.get(), fd);
}

void IoDriver::pause_watching(int fd) {
  std::lock_guard lock(mutex_);
  host::remove_from_ready_set(set_.get(), fd);
}

host::Result<void> IoDriver::resume_watching(int fd, uint64_t token) {
  std::lock_guard lock(mutex_);
  auto added = host::add_to_ready_set(set_.get(), fd, kEvents, host::Trigger::kEdge, token);
  if (!added) WS_WARN(kSocket, "no memory to watch host descriptor %d again: what is under way on it waits for the next call", fd);
  return added;
}

// Under mutex_. A leader that is at work does it when it leaves.
void IoDriver::close_if_unused() {
  uint32_t nobody = kNobody;
  if (watched_ != 0 || !leader_.compare_exchange_strong(nobody, kClosing, std::memory_order_seq_cst)) return;
  set_.reset();
  wake_.reset();
  in_reactor_ = false;
  leader_.store(kNobody, std::memory_order_seq_cst);
}

// ---- the lead -----------------------------------------------------------------------------------------------------------------

bool IoDriver::try_lead() {
  uint32_t nobody = kNobody;
  if (leader_.load(std::memory_order_relaxed) != kNobody || unused_.load(std::memory_order_relaxed)) return false;
  if (!leader_.compare_exchange_strong(nobody, kLed, std::memory_order_seq_cst)) return false;
  if (unused_.load(std::memory_order_seq_cst)) {
    leave();
    return false;
  }
  times_led_.store(times_led() + 1, std::memory_order_relaxed);  // the leader's to change
  return true;
}

void IoDriver::leave() {
  leader_.store(kNobody, std::memory_order_seq_cst);
  if (unused_.load(std::memory_order_seq_cst)) [[unlikely]] {
    std::lock_guard lock(mutex_);
    close_if_unused();
  }
  if (has_operations() && !Reactor::instance().take_care(*this)) [[unlikely]]
    WS_WARN(kThread, "no thread and no descriptors for operations that nobody waits for: they go on when somebody waits");
}

void IoDriver::serve(int64_t deadline) {
  std::array<host::ReadyEvent, kEventsAtOnce> events;
  const uint32_t look = looks_.fetch_add(1, std::memory_order_seq_cst) + 1;
  auto count = host::wait_for_ready(set_.get(), events, deadline);
  if (!count) return;  // a signal
  for (const host::ReadyEvent& event : std::span(events).first(count.value())) {
    if (event.token == kWakeToken) continue;  // an edge: the counter need not be read
    if (event.token & kOfHost) [[unlikely]] {
      tell_host.load(std::memory_order_acquire)(event.token & ~kOfHost);
      continue;
    }
    SocketRef socket = SocketTable::instance().find_token(event.token & ~kBeside);
    SocketIo* io = socket ? SocketIo::if_any(socket.descriptor()) : nullptr;
    if (!io) continue;
    if (event.token & kBeside) [[unlikely]]
      io->ready_beside(socket);
    else
      io->ready(socket, event.events, look);
  }
}

void IoDriver::wake_leader() {
  std::lock_guard lock(mutex_);
  if (wake_.is_open()) host::add_to_wake_counter(wake_.get());
}

// ---- what is under way ----------------------------------------------------------------------------------------------------------

bool IoDriver::began(uint32_t count) {
  operations_.fetch_add(count, std::memory_order_seq_cst);
  if (count == 0 || has_leader() || Reactor::instance().take_care(*this)) [[likely]] return true;
  ended(count);
  return false;
}

void IoDriver::ended(uint32_t count) { operations_.fetch_sub(count, std::memory_order_seq_cst); }

// ---- fork -----------------------------------------------------------------------------------------------------------------------

void IoDriver::lock_for_fork() {
  list_mutex().lock();
  for (IoDriver* one = all_drivers; one; one = one->next_) one->mutex_.lock();
}

void IoDriver::unlock_after_fork() {
  for (IoDriver* one = all_drivers; one; one = one->next_) one->mutex_.unlock();
  list_mutex().unlock();
}

// The sets are common with the parent, whose they are: the child gives its descriptors of them back. Its sockets are not watched.
void IoDriver::reset_in_child() {
  for (IoDriver* one = all_drivers; one; one = one->next_) {
    one->set_.reset();
    one->wake_.reset();
    one->in_reactor_ = false;
    one->watched_ = 0;
    one->unused_.store(true);
    one->leader_.store(kNobody);
    one->operations_.store(0);
    one->care.taken.store(false);
  }
}

}  // namespace windsock
