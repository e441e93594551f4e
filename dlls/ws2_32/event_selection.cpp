#include "dlls/ws2_32/event_selection.h"

#include <winsock2.h>

#include <utility>

#include "dlls/common/debug.h"
#include "dlls/common/host_epoll.h"
#include "dlls/ws2_32/network_conditions.h"
#include "dlls/ws2_32/socket_controls.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock {

namespace {

constexpr uint32_t kUnusual = host::kReadyErr | host::kReadyHup | host::kReadyReadHangUp | host::kReadyPri;

}  // namespace

WsaResult<void> EventSelection::select(SocketRef& socket, std::shared_ptr<EventTarget> target, uint32_t events) {
  WS_TRY(set_socket_nonblocking(socket, true));
  EventSelection* selection = target ? &socket.socket().make_selection() : of(socket);
  if (!selection) return {};
  if (target) WS_TRY(SocketIo::of(socket).attend(socket));
  if (!selection->replace(socket, std::move(target), events)) return wsa_failure(WSAENOTSOCK);
  return {};
}

// False: the descriptor is being closed.
bool EventSelection::replace(SocketRef& socket, std::shared_ptr<EventTarget> target, uint32_t events) {
  const uint64_t descriptor = target ? SocketTable::token_of(socket.descriptor()) : 0;
  uint64_t former_descriptor;
  {
    std::lock_guard lock(mutex_);
    // Whoever closes it has marked it before it ends the selection.
    if (socket.closing()) return false;
    target_.swap(target);  // the former one goes without the lock
    former_descriptor = std::exchange(descriptor_, descriptor);
    latch_.select(events);
    has_ends_ = false;
    if (target_) {
      socket.socket().saw(Seen::kSelected);
      note(socket, readiness_now(socket));
    } else {
      socket.socket().forget(Seen::kSelected);
    }
  }
  if (former_descriptor == 0 || former_descriptor == descriptor) return true;
  if (SocketRef other = SocketTable::instance().find_token(former_descriptor)) SocketIo::of(other).leave();
  return true;
}

void EventSelection::inherit(SocketRef& listener, SocketRef& connection) {
  EventSelection* selection = of(listener);
  if (!selection) [[likely]] return;
  std::shared_ptr<EventTarget> target;
  uint32_t events;
  {
    std::lock_guard lock(selection->mutex_);
    target = selection->target_;
    events = selection->latch_.selected();
  }
  if (!target) return;
  if (!select(connection, std::move(target), events))
    WS_WARN(kSocket, "no memory to select on host descriptor %d what its listener selects", connection.fd());
}

WsaResult<NetworkEvents> EventSelection::take_record(SocketRef& socket, services::Handle event) {
  EventSelection* selection = socket.socket().selection();
  std::unique_lock<std::mutex> lock;
  if (selection) lock = std::unique_lock(selection->mutex_);
  if (event && !services::reset_event(event)) return wsa_failure(WSAEINVAL);
  return selection ? selection->latch_.take() : NetworkEvents{};
}

void EventSelection::closing(Descriptor& descriptor) {
  EventSelection* selection = descriptor.underlying->has_seen(Seen::kSelected) ? descriptor.underlying->selection() : nullptr;
  if (!selection) return;
  std::shared_ptr<EventTarget> former;  // goes without the lock
  std::lock_guard lock(selection->mutex_);
  if (selection->descriptor_ != SocketTable::token_of(descriptor)) return;
  former = std::move(selection->target_);
  selection->descriptor_ = 0;
  selection->latch_.select(0);
  descriptor.underlying->forget(Seen::kSelected);
}

// With the lock held, and a target.
void EventSelection::note(SocketRef& socket, uint32_t host_events) {
  has_ends_ |= (host_events & kUnusual) != 0;
  const NetworkEvents now = network_conditions(socket, host_events, latch_.selected());
  if (uint32_t told = latch_.note(now); told != 0) target_->tell(SocketTable::socket_of_token(descriptor_), told, latch_);
}

void EventSelection::ready(SocketRef& socket, std::optional<uint32_t> host_events) {
  std::lock_guard lock(mutex_);
  changes_.fetch_add(1, std::memory_order_acq_rel);
  if (target_) note(socket, host_events ? *host_events : readiness_now(socket));
}

void EventSelection::called(SocketRef& socket, Enabling call) {
  std::lock_guard lock(mutex_);
  if (!target_) return;
  latch_.enable(call);
  note(socket, readiness_now(socket));
}

void EventSelection::received(SocketRef& socket, uint32_t changes_before, Left left) {
  std::lock_guard lock(mutex_);
  if (!target_) return;
  latch_.enable(Enabling::kReceive);
  bool none_left = left == Left::kNothing && !has_ends_ && changes_.load(std::memory_order_relaxed) == changes_before;
  if (!none_left) note(socket, readiness_now(socket));
}

}  // namespace windsock
