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
  if (target) WS_TRY(SocketIo::of(socket).prepare_to_attend(socket));
  if (!selection->replace(socket, std::move(target), events)) return wsa_failure(WSAENOTSOCK);
  return {};
}

// False: the descriptor is being closed.
bool EventSelection::replace(SocketRef& socket, std::shared_ptr<EventTarget> target, uint32_t events) {
  const uint64_t descriptor = target ? SocketTable::token_of(socket.descriptor()) : 0;
  SocketRef former;  // goes without the lock
  std::lock_guard lock(mutex_);
  // Whoever closes it has marked it before it ends the selection.
  if (socket.closing()) return false;
  target_.swap(target);  // likewise
  if (uint64_t before = std::exchange(descriptor_, descriptor); before != 0 && before != descriptor) {
    former = SocketTable::instance().find_token(before);
    if (former) SocketIo::of(former).leave();
  }
  latch_.select(events);
  has_ends_ = has_told_reset_ = false;
  if (target_) {
    SocketIo::of(socket).attend();
    socket.socket().saw(Seen::kSelected);
    note(socket, readiness_now(socket));
  } else {
    socket.socket().forget(Seen::kSelected);
  }
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
  NetworkEvents now = network_conditions(socket, host_events, latch_.selected());
  for (uint32_t left = changed_; left != 0; left &= left - 1) now.add(left & -left);
  const bool is_reset = now.error_of(now.events & FD_CLOSE) != WsaError::kNone;
  if (is_reset && !has_told_reset_) [[unlikely]] now.anew = FD_CLOSE;
  const uint32_t told = latch_.note(now);
  if (told == 0) return;
  if (told & FD_CLOSE) has_told_reset_ |= is_reset;
  for (WsaError error : {now.error_of(told & FD_CONNECT), now.error_of(told & FD_CLOSE)})
    if (error != WsaError::kNone) [[unlikely]] told_error_.store(error, std::memory_order_relaxed);
  target_->tell(SocketTable::socket_of_token(descriptor_), told, latch_);
}

void EventSelection::ready(SocketRef& socket, std::optional<uint32_t> host_events) {
  std::lock_guard lock(mutex_);
  changes_.fetch_add(1, std::memory_order_acq_rel);
  if (!target_) return;
  // An end may be that of a state that is over meanwhile: a stream that is not connected yet has hung up, too.
  const bool is_sure = host_events && !(*host_events & kUnusual);
  note(socket, is_sure ? *host_events : readiness_now(socket));
}

void EventSelection::called(SocketRef& socket, Enabling call) {
  std::lock_guard lock(mutex_);
  if (!target_) return;
  latch_.enable(call);
  note(socket, readiness_now(socket));
}

void EventSelection::connecting() {
  std::lock_guard lock(mutex_);
  latch_.enable(Enabling::kConnect);
  has_ends_ = has_told_reset_ = false;
  told_error_.store(WsaError::kNone, std::memory_order_relaxed);
}

bool EventSelection::asked(uint32_t event) {
  std::lock_guard lock(mutex_);
  latch_.enable(event == FD_ADDRESS_LIST_CHANGE ? Enabling::kAddressQuery : Enabling::kRouteQuery);
  changed_ &= ~event;
  return !(std::exchange(awaited_, awaited_ | event) & event);
}

void EventSelection::changed(SocketRef& socket, uint32_t event) {
  std::lock_guard lock(mutex_);
  changed_ |= event;
  awaited_ &= ~event;
  if (target_) note(socket, readiness_now(socket));
}

void EventSelection::awaits_no_more(uint32_t event) {
  std::lock_guard lock(mutex_);
  awaited_ &= ~event;
}

void EventSelection::received(SocketRef& socket, uint32_t changes_before, Left left) {
  std::lock_guard lock(mutex_);
  if (!target_) return;
  latch_.enable(Enabling::kReceive);
  bool none_left = left == Left::kNothing && !has_ends_ && changes_.load(std::memory_order_relaxed) == changes_before;
  if (!none_left) note(socket, readiness_now(socket));
}

}  // namespace windsock
