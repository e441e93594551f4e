#include "dlls/ws2_32/socket_io.h"

#include "dlls/common/debug.h"
#include "dlls/common/host_epoll.h"
#include "dlls/common/host_futex.h"
#include "dlls/common/telling_lock.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock {

namespace {

constexpr uint32_t kAnyEnd = host::kReadyErr | host::kReadyHup | host::kReadyReadHangUp;
// What the host tells of the socket, by lane.
constexpr std::array<uint32_t, 4> kEventsOf = {
    host::kReadyIn | host::kReadyPri | kAnyEnd,
    host::kReadyOut | host::kReadyErr | host::kReadyHup,
    host::kReadyPri | kAnyEnd,
    0,
};

// Who watches a descriptor changes seldom: one lock for all.
std::mutex& registration_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

constinit thread_local int t_operating_thread = 0;  // once it has begun an operation

struct ThreadEnd {
  ~ThreadEnd() { end_operating_thread(); }
};

// Stands in a lane for a call that is not overlapped, which waits for its structure to say so, and does all the rest.
constexpr uint32_t kIsFirst = 0;
class PlaceHolder final : public Operation {
 public:
  explicit PlaceHolder(WSAOVERLAPPED& structure) : Operation(structure), structure_(structure) { set_status(structure, kStatusPending); }
  std::optional<OperationEnd> attempt(SocketRef&) override { return std::nullopt; }
  void is_first() override { tell_status(structure_, kIsFirst); }

 private:
  WSAOVERLAPPED& structure_;
};

}  // namespace

int operating_thread() {
  if (t_operating_thread == 0) [[unlikely]] {
    t_operating_thread = host::thread_id();
    if (!services::kTellsThreadEnds) thread_local ThreadEnd end;
  }
  return t_operating_thread;
}

void end_operating_thread() {
  const int thread = std::exchange(t_operating_thread, 0);
  if (thread == 0) return;
  SocketTable::instance().for_each([thread](SocketRef& socket) {
    if (SocketIo* io = SocketIo::if_any(socket.descriptor()))
      io->cancel([thread](const Operation& operation) { return operation.thread() == thread && !operation.has_port(); });
  });
}

SocketIo& SocketIo::of(SocketRef& socket) {
  Descriptor& descriptor = socket.descriptor();
  if (SocketIo* there = if_any(descriptor)) [[likely]] return *there;
  auto made = std::make_unique<SocketIo>();
  SocketIo* none = nullptr;
  if (!descriptor.io.compare_exchange_strong(none, made.get(), std::memory_order_seq_cst)) return *none;
  socket.socket().saw(Seen::kHasLanes);
  return *made.release();
}

SocketIo::~SocketIo() {
  for (Queue& queue : queues_)
    while (queue.first) pop(queue);
}

void SocketIo::push(Queue& queue, std::unique_ptr<Operation> operation) {
  Operation* added = operation.release();
  added->set_behind(nullptr);
  if (queue.last)
    queue.last->set_behind(added);
  else
    queue.first = added;
  queue.last = added;
}

std::unique_ptr<Operation> SocketIo::pop(Queue& queue) {
  std::unique_ptr<Operation> operation(queue.first);
  queue.first = operation->behind();
  if (!queue.first) queue.last = nullptr;
  return operation;
}

// Whether it was there.
bool SocketIo::remove(Queue& queue, const WSAOVERLAPPED& structure) {
  bool found = false;
  Operation* last = queue.last;
  for (bool more = last != nullptr; more;) {
    std::unique_ptr<Operation> operation = pop(queue);
    more = operation.get() != last;
    if (operation->overlapped() == &structure)
      found = true;
    else
      push(queue, std::move(operation));
  }
  return found;
}

// Once one before it has gone.
void SocketIo::tell_first(Queue& queue) {
  if (queue.first) [[unlikely]] queue.first->is_first();
}

// Somebody is to try it when the host is ready: it counts as under way from then on, and may be put into its lane. Under the lane's lock.
WsaResult<void> SocketIo::find_driver(SocketRef& socket, const Operation& operation) {
  WS_TRY(watch(socket));
  IoDriver* driver = driver_.load(std::memory_order_relaxed);
  int beside = operation.watched_beside();
  if (beside >= 0 && !driver->watch_beside(beside, SocketTable::token_of(socket.descriptor()))) return wsa_failure(WSAENOBUFS);
  if (!driver->began(1)) return wsa_failure(WSAENOBUFS);
  return {};
}

void SocketIo::tell(std::unique_ptr<Operation> operation, const OperationEnd& end, Operation::Telling telling) {
  const bool signals = operation->signals_socket();
  Operation::tell(std::move(operation), end, telling);
  if (signals) signal();
}

void SocketIo::signal() {
  signalled_.store(1, std::memory_order_seq_cst);
  if (waiters_.load(std::memory_order_seq_cst) != 0) [[unlikely]] host::futex_wake(signal_word(), INT32_MAX);
}

bool SocketIo::await_signal(SocketRef& socket, int64_t deadline) {
  waiters_.fetch_add(1, std::memory_order_seq_cst);
  // Whoever closes it signals after it has marked it.
  while (signalled_.load(std::memory_order_seq_cst) == 0 && !socket.closing()) {
    host::futex_sleep(signal_word(), 0, deadline);
    if (deadline != host::kNoDeadline && host::now_nanoseconds() >= deadline) break;
  }
  waiters_.fetch_sub(1, std::memory_order_relaxed);
  return signalled_.load(std::memory_order_seq_cst) != 0;
}

WsaResult<OperationEnd> SocketIo::begin(SocketRef& socket, Lane lane, std::unique_ptr<Operation> operation) {
  auto followed = follow_association(socket);
  Queue& queue = queue_of(lane);
  std::lock_guard lock(queue.mutex);
  signalled_.store(0, std::memory_order_relaxed);
  bool has_driver = false;
  auto leave_driver = [&] {
    if (has_driver) driver_.load(std::memory_order_relaxed)->ended(1);
  };
  auto fail = [&](WsaError error) {
    leave_driver();
    operation->fail_at_once(error);
    signal();
    return Failure{error};
  };
  if (!followed) return fail(followed.error());
  // Whoever closes it has marked it before looking through the lanes.
  if (socket.descriptor().state.load(std::memory_order_seq_cst) & Descriptor::kClosing) return fail(static_cast<WsaError>(WSAENOTSOCK));
  if (operation->begins_for_good()) {
    if (auto found = find_driver(socket, *operation); !found) return fail(found.error());
    has_driver = true;
  }
  if (!queue.first && queue.maybe_ready && operation->may_end_at_once(socket)) {
    if (auto end = operation->attempt(socket)) {
      bool later = !end->is_told() && operation->fails_later();
      if (!end->is_told() && !later) return fail(end->error);
      if (end->drained && !queue.ends_short && driver_.load(std::memory_order_relaxed)) queue.maybe_ready = false;
      leave_driver();
      OperationEnd copy = *end;
      tell(std::move(operation), copy, later ? Operation::Telling::kLater : Operation::Telling::kAtOnce);
      if (later) return wsa_failure(WSA_IO_PENDING);
      return copy;
    }
    if (SocketRef onward = operation->goes_on_with()) {
      leave_driver();
      SocketIo::of(onward).take_over(onward, Lane::kReceive, std::move(operation));
      return wsa_failure(WSA_IO_PENDING);
    }
  }
  // If the host has become ready since, it is about to say so.
  if (!queue.first) queue.maybe_ready = false;
  if (!has_driver) {
    if (auto found = find_driver(socket, *operation); !found) return fail(found.error());
  }
  push(queue, std::move(operation));
  return wsa_failure(WSA_IO_PENDING);
}

void SocketIo::take_over(SocketRef& socket, Lane lane, std::unique_ptr<Operation> operation) {
  operation->hold_port();
  auto ready = follow_association(socket);
  Queue& queue = queue_of(lane);
  std::lock_guard lock(queue.mutex);
  if (socket.descriptor().state.load(std::memory_order_seq_cst) & Descriptor::kClosing) ready = wsa_failure(WSA_OPERATION_ABORTED);
  // To who begins to watch a descriptor the host tells what it is ready for; otherwise it may have told already, since the last attempt.
  const bool may_be_told = driver_.load(std::memory_order_acquire) != nullptr;
  if (ready) ready = find_driver(socket, *operation);
  if (!ready) return tell(std::move(operation), {.error = ready.error()}, Operation::Telling::kLater);
  if (!queue.first && queue.maybe_ready && may_be_told) {
    if (auto end = operation->attempt(socket)) {
      if (end->drained && !queue.ends_short) queue.maybe_ready = false;
      driver_.load(std::memory_order_relaxed)->ended(1);
      return tell(std::move(operation), *end, Operation::Telling::kLater);
    }
    queue.maybe_ready = false;
  }
  push(queue, std::move(operation));
}

void SocketIo::ready(SocketRef& socket, uint32_t events, uint32_t look) {
  bool tried = false;
  for (size_t lane = 0; lane < queues_.size(); ++lane)
    if (events & kEventsOf[lane]) tried |= advance(socket, queues_[lane], events);
  if (EventSelection* selection = EventSelection::of(socket)) [[unlikely]]
    selection->ready(socket, tried ? std::nullopt : std::optional(EventSelection::Found{events, look}));
}

// Tells the ends of those of a lane for which `attempt` has one, and whether there were any.
template <typename Try>
bool SocketIo::try_all(Queue& queue, Operation::Telling telling, Try attempt) {
  bool any = false;
  std::lock_guard lock(queue.mutex);
  Operation* last = queue.last;
  for (bool more = last != nullptr; more;) {
    std::unique_ptr<Operation> operation = pop(queue);
    more = operation.get() != last;
    std::optional<OperationEnd> end = attempt(*operation);
    if (!end) {
      push(queue, std::move(operation));
      continue;
    }
    any = true;
    driver_.load(std::memory_order_relaxed)->ended(1);
    tell(std::move(operation), *end, telling);
  }
  if (any) tell_first(queue);
  return any;
}

// Any of them may be meant.
void SocketIo::ready_beside(SocketRef& socket) {
  (void)try_all(queue_of(Lane::kBeside), Operation::Telling::kLater, [&](Operation& operation) {
    return socket.closing() ? std::nullopt : operation.attempt(socket);
  });
}

// Whether an operation was tried.
bool SocketIo::advance(SocketRef& socket, Queue& queue, uint32_t events) {
  std::lock_guard lock(queue.mutex);
  queue.maybe_ready = true;
  if (events & (kAnyEnd | host::kReadyPri)) queue.ends_short = true;
  const bool any = queue.first;
  while (queue.first && queue.maybe_ready && !socket.closing()) {
    auto end = queue.first->attempt(socket);
    SocketRef onward = end ? SocketRef() : queue.first->goes_on_with();
    if (!end && !onward) {
      queue.maybe_ready = false;
      break;
    }
    if (end && end->drained && !queue.ends_short) queue.maybe_ready = false;
    driver_.load(std::memory_order_relaxed)->ended(1);
    if (end) {
      tell(pop(queue), *end, Operation::Telling::kLater);
    } else {
      SocketIo::of(onward).take_over(onward, Lane::kReceive, pop(queue));
    }
    tell_first(queue);
  }
  return any;
}

bool SocketIo::is_busy(SocketRef& socket, Lane lane) {
  Queue& queue = queue_of(lane);
  auto has_any = [&] {
    std::lock_guard lock(queue.mutex);
    return queue.first != nullptr;
  };
  return has_any() && (advance(socket, queue, 0), has_any());
}

WsaResult<void> SocketIo::take_place(SocketRef& socket, Lane lane, PlaceInLane& place, int64_t deadline) {
  Queue& queue = queue_of(lane);
  {
    std::lock_guard lock(queue.mutex);
    if (socket.descriptor().state.load(std::memory_order_seq_cst) & Descriptor::kClosing) return wsa_failure(WSAEINTR);
    if (!queue.first) return {};
    auto holder = std::make_unique<PlaceHolder>(place.structure);
    WS_TRY(find_driver(socket, *holder));
    push(queue, std::move(holder));
  }
  (void)await_end(place.structure, deadline);
  std::lock_guard lock(queue.mutex);
  if (status_of(place.structure) == kIsFirst) {
    place.socket = &socket;
    place.lane = lane;
    return {};
  }
  if (!remove(queue, place.structure)) return wsa_failure(WSAEINTR);
  driver_.load(std::memory_order_relaxed)->ended(1);
  return wsa_failure(WSAETIMEDOUT);
}

void SocketIo::leave_place(PlaceInLane& place) {
  SocketRef& socket = *std::exchange(place.socket, nullptr);
  Queue& queue = queue_of(place.lane);
  {
    std::lock_guard lock(queue.mutex);
    if (!remove(queue, place.structure)) return;  // whoever closed the socket has ended it
    driver_.load(std::memory_order_relaxed)->ended(1);
    tell_first(queue);
    if (!queue.first) {
      queue.maybe_ready = true;
      return;
    }
  }
  (void)advance(socket, queue, 0);
}

bool SocketIo::cancel_in(Queue& queue, const std::function<bool(const Operation&)>& which, Operation::Telling telling) {
  return try_all(queue, telling, [&](const Operation& operation) {
    return which(operation) ? std::optional(OperationEnd{.error = static_cast<WsaError>(WSA_OPERATION_ABORTED)}) : std::nullopt;
  });
}

bool SocketIo::cancel(const std::function<bool(const Operation&)>& which, Operation::Telling telling) {
  bool any = false;
  for (Queue& queue : queues_) any |= cancel_in(queue, which, telling);
  return any;
}

void SocketIo::cancel_receives() {
  for (Lane lane : {Lane::kReceive, Lane::kUrgent})
    (void)cancel_in(queue_of(lane), [](const Operation&) { return true; }, Operation::Telling::kLater);
}

// Has somebody watch the descriptor. From then on a change of its readiness is told of, beginning with what it is now.
WsaResult<void> SocketIo::watch(SocketRef& socket) {
  if (driver_.load(std::memory_order_acquire) && !lost_.load(std::memory_order_relaxed)) [[likely]] return {};
  std::lock_guard lock(registration_mutex());
  const uint64_t token = SocketTable::token_of(socket.descriptor());
  if (IoDriver* driver = driver_.load(std::memory_order_relaxed)) {
    if (lost_.load(std::memory_order_relaxed) && !driver->resume_watching(socket.fd(), token)) return wsa_failure(WSAENOBUFS);
    lost_.store(false, std::memory_order_relaxed);
    return {};
  }
  IoDriver* driver = IoDriver::of(socket.socket());
  if (!driver || !driver->watch(socket.fd(), token)) return wsa_failure(WSAENOBUFS);
  driver_.store(driver, std::memory_order_release);
  return {};
}

WsaResult<void> SocketIo::attend(SocketRef& socket) {
  WS_TRY(follow_association(socket));
  WS_TRY(watch(socket));
  std::lock_guard lock(registration_mutex());
  IoDriver* driver = driver_.load(std::memory_order_relaxed);
  if (!driver) return wsa_failure(WSAENOTSOCK);  // it has been closed meanwhile
  if (!driver->began(1)) return wsa_failure(WSAENOBUFS);
  ++attended_;
  return {};
}

void SocketIo::leave() {
  std::lock_guard lock(registration_mutex());
  if (attended_ == 0) return;
  --attended_;
  driver_.load(std::memory_order_relaxed)->ended(1);
}

// A socket that was watched before it got its port is watched by the port's own driver from its next operation on. WSAENOBUFS: all is as it
// was.
WsaResult<void> SocketIo::follow_association(SocketRef& socket) {
  IoDriver* before = driver_.load(std::memory_order_acquire);
  if (!before || before->is_of(socket.socket())) [[likely]] return {};
  std::scoped_lock lanes(queues_[0].mutex, queues_[1].mutex, queues_[2].mutex, queues_[3].mutex);
  std::lock_guard lock(registration_mutex());
  before = driver_.load(std::memory_order_relaxed);
  IoDriver* now = IoDriver::of(socket.socket());
  if (!before || before == now) return {};
  const uint64_t token = SocketTable::token_of(socket.descriptor());
  if (!now || !now->watch(socket.fd(), token)) return wsa_failure(WSAENOBUFS);
  uint32_t moved = attended_;
  for (const Queue& queue : queues_)
    for (const Operation* one = queue.first; one; one = one->behind()) ++moved;
  const Operation* const beside = queue_of(Lane::kBeside).first;
  bool done = true;
  for (const Operation* one = beside; one && done; one = one->behind()) done = now->watch_beside(one->watched_beside(), token).ok();
  done = done && now->began(moved);
  IoDriver* const left = done ? before : now;
  for (const Operation* one = beside; one; one = one->behind()) left->unwatch_beside(one->watched_beside());
  left->unwatch(socket.fd());
  if (!done) return wsa_failure(WSAENOBUFS);
  before->ended(moved);
  lost_.store(false, std::memory_order_relaxed);
  driver_.store(now, std::memory_order_release);
  return {};
}

host::Result<void> SocketIo::replace(SocketRef& socket, UniqueFd with) {
  std::lock_guard lock(registration_mutex());
  SocketIo* io = if_any(socket.descriptor());
  IoDriver* driver = io ? io->driver_.load(std::memory_order_relaxed) : nullptr;
  if (driver) driver->pause_watching(socket.fd());
  auto replaced = host::replace(socket.fd(), std::move(with));
  if (driver) io->lost_.store(!driver->resume_watching(socket.fd(), SocketTable::token_of(socket.descriptor())), std::memory_order_relaxed);
  return replaced;
}

void SocketIo::lock_for_fork() { registration_mutex().lock(); }
void SocketIo::unlock_after_fork() { registration_mutex().unlock(); }
void SocketIo::reset_in_child() {
  t_operating_thread = 0;
  TellingLock::reset_in_child();
}

void SocketIo::stop_watching(int fd) {
  std::lock_guard lock(registration_mutex());
  IoDriver* driver = driver_.exchange(nullptr, std::memory_order_acq_rel);
  if (!driver) return;
  driver->ended(std::exchange(attended_, 0));
  driver->unwatch(fd);
}

}  // namespace windsock
