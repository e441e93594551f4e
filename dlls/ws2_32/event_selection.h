// EventSelection: the network events that a program has selected on a socket, and who is told of them (WSAEventSelect, WSAAsyncSelect).
//
// There is one at most for an underlying socket, through whichever descriptor it was made; a new one takes the place of the former. The
// latch (event_latch.h) decides what is told. It is asked when the host tells of a change, and after each call of the program
// that enables an event; the host is asked then for what is true now, unless it is known: when a receive has taken all there was, and the
// host has told of nothing new since it began, there is nothing. What a leader's look has found (io_driver.h) is over when a call has ended
// since the look began.
//
// A socket that is shared has one selection among all processes: windsockd keeps whose it is, and raises the epoch in the shared slot when
// it becomes another's. So a selection looks at the epoch immediately before it tells, and ends when it is not its own any more. While
// windsockd is asked for it no lock is held here.
//
// The thread that waits for the event serves the socket itself: a selection counts as an operation under way (io_driver.h).
//
// Threads: everything under the selection's own lock, telling too, so that WSAEnumNetworkEvents takes the record and resets the event in
// one step. Lanes of SocketIo may be locked before it, never after; who watches the descriptor may change under it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/event_latch.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock {

// Who is told.
class EventTarget {
 public:
  virtual ~EventTarget() = default;
  // Something is recorded that is selected on this SOCKET. With the selection's lock held.
  virtual void tell(uintptr_t socket, EventLatch& latch) = 0;
};

class EventSelection {
 public:
  // The selection of a socket; null: nothing is selected in this process.
  static EventSelection* of(const SocketRef& socket) {
    return socket.socket().has_seen(Seen::kSelected) ? socket.socket().selection() : nullptr;
  }

  // Takes the place of any former selection; no events, and no target: none is left. The socket is non-blocking from then on.
  static WsaResult<void> select(SocketRef& socket, std::shared_ptr<EventTarget> target, uint32_t events);
  // Whether events are selected on it, in this process or another one.
  static bool is_selected(const SocketRef& socket);
  // The socket has become shared, or windsockd is another one: this process's selection goes on, unless somebody has taken it.
  static void keep(UnderlyingSocket& socket);
  // windsockd has told that another one has taken it: nothing is told when this returns.
  static void cancelled(UnderlyingSocket& socket);
  // What the listener has selected is selected on its connection, too.
  static void inherit(SocketRef& listener, SocketRef& connection);
  // The record, which is empty afterwards; an event object (or null) is reset in the same step. WSAEINVAL: it is none.
  static WsaResult<NetworkEvents> take_record(SocketRef& socket, services::Handle event);
  // The descriptor is being closed: a selection that was made through it ends.
  static void closing(Descriptor& descriptor);

  // What the host has told (host::kReady…) in a leader's look (IoDriver::looks); nothing, if that may be over.
  struct Found {
    uint32_t host_events;
    uint32_t look;
  };
  void ready(SocketRef& socket, std::optional<Found> found);
  // The program has made a call that enables events.
  void called(SocketRef& socket, Enabling call);
  // The socket is about to get a connection, whose events are told anew.
  void connecting();

  // A change of addresses or routes (the FD_ bit) has been asked for; whether somebody has to wait for it now (change_query.h).
  bool asked(uint32_t event);
  void changed(SocketRef& socket, uint32_t event);
  void awaits_no_more(uint32_t event);

  // SO_ERROR: what an event has told of the socket, or a transfer has met before its connect was known to have failed, by which the host has
  // forgotten it.
  void keep_error(WsaError error) { told_error_.store(error, std::memory_order_relaxed); }
  WsaError told_error() const { return told_error_.load(std::memory_order_relaxed); }
  WsaError take_told_error() { return told_error_.exchange(WsaError::kNone, std::memory_order_relaxed); }

  // A receive: begun with the value of changes(), and ended.
  enum class Left : uint8_t { kNothing, kUnknown };
  uint32_t changes() const { return changes_.load(std::memory_order_acquire); }
  void received(SocketRef& socket, uint32_t changes_before, Left left);

 private:
  // What a selection that has ended leaves, to go without the lock.
  struct Ended {
    SocketRef socket;
    std::shared_ptr<EventTarget> target;
  };
  class Attendance;
  enum class Replaced : uint8_t { kYes, kClosing, kOtherwiseShared };
  Replaced replace(SocketRef& socket, std::shared_ptr<EventTarget>& target, uint32_t events, std::optional<uint32_t> epoch,
                   Attendance& attendance);
  bool is_current(const UnderlyingSocket& socket) const { return epoch_ == socket.epoch(); }
  Ended end(UnderlyingSocket& socket);
  Ended note(SocketRef& socket, uint32_t host_events);
  void enable(Enabling call);

  std::mutex mutex_;
  EventLatch latch_;
  std::shared_ptr<EventTarget> target_;
  uint64_t descriptor_ = 0;   // through which it was made: a token of the socket table
  uint32_t epoch_ = 0;        // for which it was made
  bool has_ends_ = false;     // an end, an error or urgent data was told of: a short receive does not mean that nothing is left
  bool has_told_reset_ = false;
  uint32_t called_in_look_ = 0;  // the leaders' last look when the last call ended: what that look has found may be over
  std::atomic<uint32_t> changes_{0};
  uint32_t awaited_ = 0;      // FD_ bits of changes that somebody waits for
  uint32_t changed_ = 0;      // of those that came since they were asked for
  std::atomic<WsaError> told_error_{};
};

// After a receive of the program's, around whose host calls it stands.
class ReceiveScope {
 public:
  explicit ReceiveScope(SocketRef& socket) : socket_(socket), selection_(EventSelection::of(socket)) {
    if (selection_) [[unlikely]] changes_ = selection_->changes();
  }
  ~ReceiveScope() {
    if (selection_) [[unlikely]] selection_->received(socket_, changes_, left_);
  }
  ReceiveScope(const ReceiveScope&) = delete;
  ReceiveScope& operator=(const ReceiveScope&) = delete;
  void took_all() { left_ = EventSelection::Left::kNothing; }

 private:
  SocketRef& socket_;
  EventSelection* const selection_;
  uint32_t changes_ = 0;
  EventSelection::Left left_ = EventSelection::Left::kUnknown;
};

// Something may have become true that the host does not tell of.
inline void note_events(SocketRef& socket) {
  if (EventSelection* selection = EventSelection::of(socket)) [[unlikely]] selection->ready(socket, std::nullopt);
}

// Before the host makes a connection; note_events() after it.
inline void expect_connection(SocketRef& socket) {
  if (EventSelection* selection = EventSelection::of(socket)) [[unlikely]] selection->connecting();
}

// After another call that enables events.
inline void enable_events(SocketRef& socket, Enabling call) {
  if (EventSelection* selection = EventSelection::of(socket)) [[unlikely]] selection->called(socket, call);
}

}  // namespace windsock
