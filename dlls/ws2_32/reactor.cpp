#include "dlls/ws2_32/reactor.h"

#include <array>

#include "dlls/common/host_child.h"
#include "dlls/common/host_epoll.h"

namespace windsock {

namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kLookEvery = kMillisecond;
constexpr int64_t kIdleEvery = 100 * kMillisecond;  // between looks at what is watched anyhow, and before the thread's end
constexpr uint64_t kWakeToken = 0;

}  // namespace

Reactor& Reactor::instance() {
  static auto* reactor = new Reactor;
  return *reactor;
}

bool Reactor::take_up(IoDriver& driver) {
  std::lock_guard lock(mutex_);
  if (driver.care.taken.load(std::memory_order_seq_cst)) return true;
  if (!running_ && !start()) return false;
  driver.care.taken.store(true, std::memory_order_seq_cst);
  if (driver.port()) services::retain_port(driver.port());
  driver.care.next = arrivals_;
  arrivals_ = &driver;
  host::add_to_wake_counter(wake_.get());
  return true;
}

void Reactor::look_again() {
  std::lock_guard lock(mutex_);
  if (running_) host::add_to_wake_counter(wake_.get());
}

// Under mutex_.
bool Reactor::start() {
  auto set = host::create_ready_set();
  auto wake = host::create_wake_counter();
  if (!set || !wake || !host::add_to_ready_set(set.value().get(), wake.value().get(), host::kReadyIn, host::Trigger::kEdge, kWakeToken)) return false;
  set_ = std::move(set).take();
  wake_ = std::move(wake).take();
  running_ = services::start_background_thread(run);
  if (!running_) {
    set_.reset();
    wake_.reset();
  }
  return running_;
}

void* Reactor::run(void*) {
  instance().look_after();
  return nullptr;
}

// Takes over what has arrived. False: there is nothing, and the thread has ended.
bool Reactor::fetch_arrivals(bool may_end) {
  std::lock_guard lock(mutex_);
  while (IoDriver* arrived = arrivals_) {
    arrivals_ = arrived->care.next;
    arrived->care.next = cared_;
    cared_ = arrived;
  }
  if (cared_ || !may_end) return true;
  running_ = false;
  set_.reset();
  wake_.reset();
  return false;
}

void Reactor::look_after() {
  bool quiet = false;
  while (fetch_arrivals(quiet)) {
    bool all_watched = true;
    for (IoDriver** link = &cared_; IoDriver* driver = *link;) {
      Look look = look_at(*driver, quiet);
      all_watched &= look != Look::kBusy;
      if (look != Look::kNoCare) {
        link = &driver->care.next;
      } else {
        *link = driver->care.next;
        let_go(*driver);
      }
    }
    std::array<host::ReadyEvent, 16> events;
    auto told = host::wait_for_ready(set_.get(), events, host::now_nanoseconds() + (all_watched ? kIdleEvery : kLookEvery));
    quiet = told && told.value() == 0 && all_watched;
    if (!told) continue;
    for (const host::ReadyEvent& event : std::span(events).first(told.value()))
      if (event.token != kWakeToken) serve(*reinterpret_cast<IoDriver*>(event.token));
  }
}

Reactor::Look Reactor::look_at(IoDriver& driver, bool quiet) {
  uint32_t times_led = driver.times_led();
  bool same = times_led == driver.care.times_led;
  driver.care.times_led = times_led;
  if (driver.has_leader()) {
    driver.watch_in(set_.get(), false);
    return same ? Look::kNoCare : Look::kBusy;
  }
  if (!driver.has_operations() && quiet) return Look::kNoCare;
  return driver.watch_in(set_.get(), same) ? Look::kWatched : Look::kBusy;
}

// It is out of the list already. From `taken` on another thread may put it into care again.
void Reactor::let_go(IoDriver& driver) {
  driver.watch_in(set_.get(), false);
  services::Port* port = driver.port();
  driver.care.taken.store(false, std::memory_order_seq_cst);
  // Who has left it meanwhile has seen it in care.
  if (driver.has_operations() && !driver.has_leader()) (void)take_care(driver);  // it cannot fail: the thread is this one
  if (port) services::release_port(port);
}

void Reactor::serve(IoDriver& driver) {
  if (!driver.try_lead()) return;
  driver.serve(0);
  driver.leave();
  driver.care.times_led = driver.times_led();
}

void Reactor::reset_in_child() {
  running_ = false;
  arrivals_ = cared_ = nullptr;
  set_.reset();
  wake_.reset();
}

}  // namespace windsock
