// EventLoop and Watch: libevent behind owners, so that no event outlives what it calls.
//
// A Watch is one registration: an fd, a signal or a time, and what to do then. Plain events and no bufferevents: those know no
// descriptors beside the bytes. Destroying a Watch ends the registration; that must come before its fd is closed, because
// epoll keeps reporting a closed fd for as long as a duplicate lives. A callback may destroy its own Watch.
//
// Threads: all on the one thread that calls run().
#pragma once

#include <chrono>
#include <functional>
#include <memory>

struct event_base;

namespace windsock::server {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();
  // run() returns once the callbacks that are due now have run.
  void stop();
  event_base* base() { return base_; }

 private:
  event_base* base_;
};

class Watch {
 public:
  using Callback = std::function<void()>;

  Watch();
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;
  ~Watch();

  // All are made disabled.
  static Watch readable(EventLoop& loop, int fd, Callback callback);
  static Watch writable(EventLoop& loop, int fd, Callback callback);
  static Watch signal(EventLoop& loop, int number, Callback callback);
  static Watch timer(EventLoop& loop, Callback callback);

  void enable();
  // For timers: calls back once, that much later. A second call moves the time.
  void enable_after(std::chrono::milliseconds delay);
  void disable();
  bool is_enabled() const;

 private:
  struct Registration;
  explicit Watch(std::shared_ptr<Registration> registration);
  static Watch create(EventLoop& loop, int fd, short what, Callback callback);
  static void fire(int fd, short what, void* registration);
  std::shared_ptr<Registration> registration_;
};

}  // namespace windsock::server
