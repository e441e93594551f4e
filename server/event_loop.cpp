#include "server/event_loop.h"

#include <event2/event.h>

#include <new>
#include <utility>

namespace windsock::server {

EventLoop::EventLoop() : base_(event_base_new()) {
  if (!base_) throw std::bad_alloc();
}

EventLoop::~EventLoop() { event_base_free(base_); }

void EventLoop::run() { event_base_dispatch(base_); }
void EventLoop::stop() { event_base_loopexit(base_, nullptr); }

struct Watch::Registration : std::enable_shared_from_this<Watch::Registration> {
  ~Registration() {
    if (handle) event_free(handle);
  }
  event* handle = nullptr;
  Callback callback;
};

Watch::Watch() = default;
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&& other) noexcept {
  Watch old(std::move(*this));
  registration_ = std::move(other.registration_);
  return *this;
}
Watch::Watch(std::shared_ptr<Registration> registration) : registration_(std::move(registration)) {}

// A callback that destroys its Watch still runs in a Registration kept by fire(): the event must be out of the loop by now.
Watch::~Watch() {
  if (registration_) event_del(registration_->handle);
}

void Watch::fire(int, short, void* registration) {
  auto keep = static_cast<Registration*>(registration)->shared_from_this();
  keep->callback();
}

Watch Watch::create(EventLoop& loop, int fd, short what, Callback callback) {
  auto registration = std::make_shared<Registration>();
  registration->callback = std::move(callback);
  registration->handle = event_new(loop.base(), fd, what, fire, registration.get());
  if (!registration->handle) throw std::bad_alloc();
  return Watch(std::move(registration));
}

Watch Watch::readable(EventLoop& loop, int fd, Callback callback) { return create(loop, fd, EV_READ | EV_PERSIST, std::move(callback)); }
Watch Watch::writable(EventLoop& loop, int fd, Callback callback) { return create(loop, fd, EV_WRITE | EV_PERSIST, std::move(callback)); }
Watch Watch::signal(EventLoop& loop, int number, Callback callback) {
  return create(loop, number, EV_SIGNAL | EV_PERSIST, std::move(callback));
}
Watch Watch::timer(EventLoop& loop, Callback callback) { return create(loop, -1, 0, std::move(callback)); }

void Watch::enable() { event_add(registration_->handle, nullptr); }

void Watch::enable_after(std::chrono::milliseconds delay) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(delay);
  timeval interval{static_cast<time_t>(seconds.count()), static_cast<suseconds_t>((delay - seconds).count() * 1000)};
  event_add(registration_->handle, &interval);
}

void Watch::disable() { event_del(registration_->handle); }

bool Watch::is_enabled() const {
  return registration_ && event_pending(registration_->handle, EV_READ | EV_WRITE | EV_SIGNAL | EV_TIMEOUT, nullptr);
}

}  // namespace windsock::server
