// IoDriver: the core's IoSource (host_services.h): it watches descriptors and brings their operations forward when they are ready.
//
// There is one for each completion port and one for all sockets that have none. Whoever waits for an end leads it: the thread that
// wants the data gets it by its own system calls, with nobody to hand it over; of several that wait for different ends the leader does it for the others, too.
// What nobody waits for is the reactor's (reactor.h): a
// driver with operations under way and no leader is in its care.
//
// Descriptors: the set and a counter that wakes the leader, there while something is watched.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "dlls/common/host_epoll.h"
#include "dlls/common/unique_fd.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/underlying_socket.h"

namespace windsock {

class IoDriver final : public services::DescriptorSource {
 public:
  // The driver of a socket. Null: no memory.
  static IoDriver* of(const UnderlyingSocket& socket) { return of(socket.port()); }
  static IoDriver* of(services::Port* port);
  bool is_of(const UnderlyingSocket& socket) const;
  // The number of the last look at what is ready: the leaders of all drivers count together.
  static uint32_t looks() { return looks_.load(std::memory_order_acquire); }
  // The one of the sockets without a port; null before their first operation that did not end at once.
  static IoDriver* common_if_any();

  ~IoDriver() override;

  host::Result<void> watch(int fd, uint64_t token);
  bool watch_for_host(int fd, uint64_t token) override;
  static void tell_readiness_for_host(void (*ready)(uint64_t token));
  void unwatch(int fd) override;
  // A descriptor that somebody's operation waits for, of the socket with this token. It is forgotten when it is closed.
  host::Result<void> watch_beside(int fd, uint64_t socket_token);
  void unwatch_beside(int fd);
  // Around a change of what the number leads to.
  void pause_watching(int fd);
  host::Result<void> resume_watching(int fd, uint64_t token);
  // Operations that wait for readiness: so many more, so many less. False: nobody leads, and there is no reactor to be had; they have not
  // begun.
  bool began(uint32_t count) override;
  void ended(uint32_t count) override;

  bool try_lead() override;
  void leave() override;
  void serve(int64_t deadline) override;
  void wake_leader() override;

  // For the reactor.
  bool has_leader() const { return leader_.load(std::memory_order_seq_cst) == kLed; }
  bool has_operations() const { return operations_.load(std::memory_order_seq_cst) != 0; }
  uint32_t times_led() const { return times_led_.load(std::memory_order_relaxed); }
  services::Port* port() const { return port_; }
  // Has the reactor's set tell of this one's, or not; whether it does now. A set without descriptors has nothing to tell.
  bool watch_in(int reactor_set, bool on);
  struct Care {
    std::atomic<bool> taken{false};
    // Of whoever has taken it:
    uint32_t times_led = 0;
    IoDriver* next = nullptr;
  } care;

  static void lock_for_fork();
  static void unlock_after_fork();
  static void reset_in_child();

 private:
  explicit IoDriver(services::Port* port);
  static services::IoSource* make(services::Port* port);

  host::Result<void> open();
  void close_if_unused();

  enum Leader : uint32_t { kNobody, kLed, kClosing };

  services::Port* const port_;
  std::mutex mutex_;  // the descriptors come and go
  UniqueFd set_, wake_;
  uint32_t watched_ = 0;
  bool in_reactor_ = false;
  std::atomic<uint32_t> leader_{kNobody};
  std::atomic<bool> unused_{true};  // nothing is watched
  std::atomic<uint32_t> operations_{0};
  std::atomic<uint32_t> times_led_{0};
  static constinit std::atomic<uint32_t> looks_;
  // All of them, for the child of a fork; under a lock of the list.
  IoDriver* next_ = nullptr;
  IoDriver* previous_ = nullptr;
};

}  // namespace windsock
