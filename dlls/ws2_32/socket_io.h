// SocketIo: the operations under way on one descriptor of a socket, in the order of their calls.
//
// There is a lane each for receiving (and accepting), sending (and connecting), urgent data, and what does not wait for the socket itself. A call tries at once when nobody is
// before it; otherwise it waits in its lane, and the first of the lane is tried again when the host says that the descriptor is ready.
// All tries of a lane happen under its lock, ends are told under it: transfers and their ends keep the order of the calls.
//
// "Maybe ready": the host is watched by edges (host_epoll.h), so after it has said "would block", or a stream has given less than was
// asked for, there is no need to ask it again before it tells of a change. That saves the system call that would find nothing.
//
// A duplicate has lanes of its own. closesocket ends what is in them; a fork's child starts without any.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "dlls/common/lock.h"
#include "dlls/ws2_32/operation.h"

namespace windsock {

class IoDriver;

class SocketIo {
 public:
  enum class Lane : uint8_t { kReceive, kSend, kUrgent, kBeside };

  // Of a pinned socket; made by its first operation.
  static SocketIo& of(SocketRef& socket);
  static SocketIo* if_any(const Descriptor& descriptor) { return descriptor.io.load(std::memory_order_seq_cst); }
  ~SocketIo();

  // The end, if it came at once; it has been told, and may be the warning WSAEMSGSIZE. WSA_IO_PENDING: under way. Another error: it has failed,
  // and nobody else is told.
  WsaResult<OperationEnd> begin(SocketRef& socket, Lane lane, std::unique_ptr<Operation> operation);

  // The same for one that has begun elsewhere; it is told of here.
  void take_over(SocketRef& socket, Lane lane, std::unique_ptr<Operation> operation);

  // What the host has told (host::kReady…) in a leader's look (IoDriver::looks).
  void ready(SocketRef& socket, uint32_t events, uint32_t look);
  // A descriptor of the lane kBeside is ready.
  void ready_beside(SocketRef& socket);

  // Whether operations are under way that cannot end now. Those that can have ended.
  bool is_busy(SocketRef& socket, Lane lane);
  // The place of a call that is not overlapped (turn.h), while it is one: the others stand before it and behind it.
  struct PlaceInLane {
    SocketRef* socket = nullptr;  // none: no place
    Lane lane;
    WSAOVERLAPPED structure;
  };
  // Returns when the place is the first one of its lane. WSAETIMEDOUT: the deadline came before. WSAEINTR: the socket was closed. WSAENOBUFS.
  WsaResult<void> take_place(SocketRef& socket, Lane lane, PlaceInLane& place, int64_t deadline);
  void leave_place(PlaceInLane& place);

  // Ends those that `which` chooses by WSA_OPERATION_ABORTED; whether there were any.
  bool cancel(const std::function<bool(const Operation&)>& which, Operation::Telling telling = Operation::Telling::kLater);
  // Likewise everything in the lanes to receive; the caller may be in the other one.
  void cancel_receives();
  // The socket as an object to wait for: signalled from the end of an operation, or the close, to the beginning of the next. False: the
  // deadline (host::now_nanoseconds) came first.
  bool await_signal(SocketRef& socket, int64_t deadline);
  void signal();
  // The descriptor leads to another socket of the host from now on, which is watched as the former one was.
  static host::Result<void> replace(SocketRef& socket, UniqueFd with);

  // Network events are selected on the descriptor, or no more: what the host tells is passed on to the selection (event_selection.h).
  // As often left as attended; leave() may be called with the selection's lock held. WSAENOBUFS: there is nobody to tell.
  WsaResult<void> attend(SocketRef& socket);
  void leave();

  // The descriptor is about to be closed, or has been by somebody else.
  void stop_watching(int fd);

  static void lock_for_fork();
  static void unlock_after_fork();
  // The forking thread is another one in the child.
  static void reset_in_child();

 private:
  struct Queue {
    Operation* first = nullptr;  // owned, as those behind it
    Operation* last = nullptr;
    Lock mutex;
    bool maybe_ready = true;
    bool ends_short = false;  // an end, an error or an urgent mark: a short read does not mean that there is no more
  };

  template <typename Try>
  bool try_all(Queue& queue, Operation::Telling telling, Try attempt);
  bool cancel_in(Queue& queue, const std::function<bool(const Operation&)>& which, Operation::Telling telling);
  WsaResult<void> find_driver(SocketRef& socket, const Operation& operation);
  void tell(std::unique_ptr<Operation> operation, const OperationEnd& end, Operation::Telling telling);
  uint32_t* signal_word() { return reinterpret_cast<uint32_t*>(&signalled_); }
  Queue& queue_of(Lane lane) { return queues_[static_cast<size_t>(lane)]; }
  void push(Queue& queue, std::unique_ptr<Operation> operation);
  std::unique_ptr<Operation> pop(Queue& queue);
  bool remove(Queue& queue, const WSAOVERLAPPED& structure);
  static void tell_first(Queue& queue);
  bool advance(SocketRef& socket, Queue& queue, uint32_t events);
  WsaResult<void> watch(SocketRef& socket);
  WsaResult<void> follow_association(SocketRef& socket);

  std::array<Queue, 4> queues_;
  std::atomic<uint32_t> signalled_{0}, waiters_{0};
  uint32_t attended_ = 0;                   // how often; under the mutex of all registrations
  std::atomic<bool> lost_{false};           // driver_ does not watch it, for want of memory; changed under the mutex of all registrations
  std::atomic<IoDriver*> driver_{nullptr};  // who watches the descriptor; changed under the mutex of all registrations
};

// There may be tens of thousands (docs/performance.md).
static_assert(sizeof(SocketIo) <= 120);

// The calling thread as one that begins operations: its end cancels those that tell no port.
int operating_thread();
void end_operating_thread();

}  // namespace windsock
