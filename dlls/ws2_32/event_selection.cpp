#include "dlls/ws2_32/event_selection.h"

#include <winsock2.h>

#include <utility>

#include "dlls/common/debug.h"
#include "dlls/common/host_epoll.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/network_conditions.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/socket_controls.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock {

namespace {

constexpr uint32_t kUnusual = host::kReadyErr | host::kReadyHup | host::kReadyReadHangUp | host::kReadyPri;

}  // namespace

// That the descriptor is attended for a selection, which takes that over when it is made.
class EventSelection::Attendance {
 public:
  Attendance() = default;
  ~Attendance() {
    if (io_) io_->leave();
  }
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

  WsaResult<void> begin(SocketRef& socket) {
    SocketIo& io = SocketIo::of(socket);
    WS_TRY(io.attend(socket));
    io_ = &io;
    return {};
  }
  void is_taken_over() { io_ = nullptr; }

 private:
  SocketIo* io_ = nullptr;
};

WsaResult<void> EventSelection::select(SocketRef& socket, std::shared_ptr<EventTarget> target, uint32_t events) {
  WS_TRY(set_socket_nonblocking(socket, true));
  UnderlyingSocket& underlying = socket.socket();
  EventSelection* selection = target ? &underlying.make_selection() : underlying.selection();
  Attendance attendance;
  if (target) WS_TRY(attendance.begin(socket));
  for (;;) {
    ServerClient& server = ServerClient::instance();
    std::optional<ServerClient::EventsTaken> taken;
    if (underlying.is_shared()) taken = WS_TRY(server.take_events(underlying, events));
    if (!selection) return {};
    switch (selection->replace(socket, target, events, taken ? std::optional(taken->epoch) : std::nullopt, attendance)) {
      case Replaced::kYes:
        if (taken && events == 0)
          server.drop_events(underlying.slot(), taken->epoch);  // who heeds windsockd for this process may not be needed any more
        else if (taken && !server.keep_reading(taken->connection))
          keep(underlying);
        return {};
      case Replaced::kClosing:
        if (taken) server.drop_events(underlying.slot(), taken->epoch);
        return wsa_failure(WSAENOTSOCK);
      case Replaced::kOtherwiseShared:
        break;
    }
  }
}

// With the epoch that windsockd has given for it, or none for a socket that is not shared.
EventSelection::Replaced EventSelection::replace(SocketRef& socket, std::shared_ptr<EventTarget>& target, uint32_t events,
                                                 std::optional<uint32_t> epoch, Attendance& attendance) {
  UnderlyingSocket& underlying = socket.socket();
  Ended former, at_once;
  std::lock_guard lock(mutex_);
  // Whoever shares it looks for a selection afterwards, under the lock.
  if (underlying.is_shared() != epoch.has_value()) return Replaced::kOtherwiseShared;
  // Whoever closes it has marked it before it ends the selection.
  if (socket.closing()) return Replaced::kClosing;
  // Somebody has taken it since: it is as if this selection had been there, and cancelled. Another thread of this process may have been
  // that, whose own is there already.
  const bool is_cancelled = epoch.value_or(0) != underlying.epoch();
  if (!is_cancelled || !is_current(underlying)) former = end(underlying);
  if (is_cancelled) return Replaced::kYes;
  epoch_ = epoch.value_or(0);
  if (!target) return Replaced::kYes;
  target_ = std::move(target);
  descriptor_ = SocketTable::token_of(socket.descriptor());
  latch_.select(events);
  called_in_look_ = IoDriver::looks();
  has_ends_ = has_told_reset_ = false;
  underlying.saw(Seen::kSelected);
  attendance.is_taken_over();
  at_once = note(socket, readiness_now(socket));
  return Replaced::kYes;
}

// With the lock held.
EventSelection::Ended EventSelection::end(UnderlyingSocket& socket) {
  Ended ended;
  if (!target_) return ended;
  ended.target = std::move(target_);
  ended.socket = SocketTable::instance().find_token(std::exchange(descriptor_, 0));
  if (ended.socket) SocketIo::of(ended.socket).leave();
  latch_.select(0);
  socket.forget(Seen::kSelected);
  return ended;
}

bool EventSelection::is_selected(const SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  if (EventSelection* selection = of(socket)) {
    std::lock_guard lock(selection->mutex_);
    if (selection->target_ && selection->is_current(underlying)) return true;
  }
  return underlying.get_current(StateField::kSelectedEvents) != 0;
}

void EventSelection::keep(UnderlyingSocket& socket) {
  EventSelection* selection = socket.selection();
  if (!selection) return;
  uint32_t events, epoch;
  {
    std::lock_guard lock(selection->mutex_);
    if (!selection->target_) return;
    events = selection->latch_.selected();
    epoch = selection->epoch_;
  }
  if (ServerClient::instance().keep_events(socket, events, epoch)) return;
  Ended ended;
  std::lock_guard lock(selection->mutex_);
  if (selection->epoch_ == epoch) ended = selection->end(socket);
}

void EventSelection::cancelled(UnderlyingSocket& socket) {
  EventSelection* selection = socket.selection();
  if (!selection) return;
  Ended ended;
  std::lock_guard lock(selection->mutex_);
  if (!selection->is_current(socket)) ended = selection->end(socket);
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
  Ended ended;
  std::unique_lock<std::mutex> lock;
  if (selection) lock = std::unique_lock(selection->mutex_);
  if (event && !services::reset_event(event)) return wsa_failure(WSAEINVAL);
  if (selection && !selection->is_current(socket.socket())) ended = selection->end(socket.socket());
  return selection ? selection->latch_.take() : NetworkEvents{};
}

void EventSelection::closing(Descriptor& descriptor) {
  UnderlyingSocket& underlying = *descriptor.underlying;
  EventSelection* selection = underlying.has_seen(Seen::kSelected) ? underlying.selection() : nullptr;
  if (!selection) return;
  Ended ended;
  uint32_t epoch;
  {
    std::lock_guard lock(selection->mutex_);
    if (selection->descriptor_ != SocketTable::token_of(descriptor)) return;
    ended = selection->end(underlying);
    epoch = selection->epoch_;
  }
  if (underlying.is_shared()) ServerClient::instance().drop_events(underlying.slot(), epoch);
}

// With the lock held, and a target. What is left if the selection is no longer this process's.
EventSelection::Ended EventSelection::note(SocketRef& socket, uint32_t host_events) {
  has_ends_ |= (host_events & kUnusual) != 0;
  NetworkEvents now = network_conditions(socket, host_events, latch_.selected());
  for (uint32_t left = changed_; left != 0; left &= left - 1) now.add(left & -left);
  const bool is_reset = now.error_of(now.events & FD_CLOSE) != WsaError::kNone;
  if (is_reset && !has_told_reset_) [[unlikely]] now.anew = FD_CLOSE;
  if (!is_current(socket.socket())) [[unlikely]] return end(socket.socket());
  const uint32_t told = latch_.note(now);
  if (told == 0) return {};
  if (told & FD_CLOSE) has_told_reset_ |= is_reset;
  for (WsaError error : {now.error_of(told & FD_CONNECT), now.error_of(told & FD_CLOSE)})
    if (error != WsaError::kNone) [[unlikely]] told_error_.store(error, std::memory_order_relaxed);
  target_->tell(SocketTable::socket_of_token(descriptor_), latch_);
  return {};
}

// With the lock held, when the call has ended.
void EventSelection::enable(Enabling call) {
  latch_.enable(call);
  called_in_look_ = IoDriver::looks();
}

void EventSelection::ready(SocketRef& socket, std::optional<Found> found) {
  Ended ended;
  std::lock_guard lock(mutex_);
  changes_.fetch_add(1, std::memory_order_acq_rel);
  if (!target_) return;
  // An end may be that of a state that is over meanwhile: a stream that is not connected yet has hung up, too.
  const bool is_sure = found && !(found->host_events & kUnusual) && static_cast<int32_t>(found->look - called_in_look_) > 0;
  ended = note(socket, is_sure ? found->host_events : readiness_now(socket));
}

void EventSelection::called(SocketRef& socket, Enabling call) {
  Ended ended;
  std::lock_guard lock(mutex_);
  if (!target_) return;
  enable(call);
  ended = note(socket, readiness_now(socket));
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
  Ended ended;
  std::lock_guard lock(mutex_);
  changed_ |= event;
  awaited_ &= ~event;
  if (target_) ended = note(socket, readiness_now(socket));
}

void EventSelection::awaits_no_more(uint32_t event) {
  std::lock_guard lock(mutex_);
  awaited_ &= ~event;
}

void EventSelection::received(SocketRef& socket, uint32_t changes_before, Left left) {
  Ended ended;
  std::lock_guard lock(mutex_);
  if (!target_) return;
  enable(Enabling::kReceive);
  bool none_left = left == Left::kNothing && !has_ends_ && changes_.load(std::memory_order_relaxed) == changes_before;
  if (!none_left) ended = note(socket, readiness_now(socket));
}

}  // namespace windsock
