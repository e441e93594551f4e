#include "dlls/ws2_32/socket_io.h"

#include "dlls/common/debug.h"
#include "dlls/common/host_epoll.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock {

namespace {

constexpr uint32_t kAnyEnd = host::kReadyErr | host::kReadyHup | host::kReadyReadHangUp;
// What the host tells, by lane.
constexpr std::array<uint32_t, 3> kEventsOf = {
    host::kReadyIn | host::kReadyPri | kAnyEnd,
    host::kReadyOut | host::kReadyErr | host::kReadyHup,
    host::kReadyPri | kAnyEnd,
};

// Who watches a descriptor changes seldom: one lock for all.
std::mutex& registration_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

OperationEnd aborted() { return {.error = static_cast<WsaError>(WSA_OPERATION_ABORTED)}; }

struct ThreadEnd {
  int thread = host::thread_id();
  ~ThreadEnd() {
    SocketTable::instance().for_each([this](SocketRef& socket) {
      if (SocketIo* io = SocketIo::if_any(socket.descriptor()))
        io->cancel([this](const Operation& operation) { return operation.thread() == thread && !operation.has_port(); });
    });
  }
};

}  // namespace

int operating_thread() {
  thread_local ThreadEnd end;
  return end.thread;
}

SocketIo& SocketIo::of(SocketRef& socket) {
  Descriptor& descriptor = socket.descriptor();
  if (SocketIo* there = if_any(descriptor)) [[likely]] return *there;
  auto made = std::make_unique<SocketIo>();
  SocketIo* none = nullptr;
  return descriptor.io.compare_exchange_strong(none, made.get(), std::memory_order_seq_cst) ? *made.release() : *none;
}

SocketIo::~SocketIo() {
  // From the front, or the chain would be destroyed by recursion.
  for (Queue& queue : queues_)
    while (queue.first) pop(queue);
}

void SocketIo::push(Queue& queue, std::unique_ptr<Operation> operation) {
  Operation* added = operation.get();
  (queue.last ? queue.last->behind : queue.first) = std::move(operation);
  queue.last = added;
  ++queue.count;
}

std::unique_ptr<Operation> SocketIo::pop(Queue& queue) {
  std::unique_ptr<Operation> operation = std::move(queue.first);
  queue.first = std::move(operation->behind);
  if (!queue.first) queue.last = nullptr;
  --queue.count;
  return operation;
}

WsaResult<OperationEnd> SocketIo::begin(SocketRef& socket, Lane lane, std::unique_ptr<Operation> operation) {
  follow_association(socket);
  Queue& queue = queues_[static_cast<size_t>(lane)];
  std::lock_guard lock(queue.mutex);
  // Whoever closes it has marked it before looking through the lanes.
  if (socket.descriptor().state.load(std::memory_order_seq_cst) & Descriptor::kClosing) return wsa_failure(WSAENOTSOCK);
  auto fail = [&](WsaError error) {
    operation->fail_at_once(error);
    return Failure{error};
  };
  if (!queue.first && queue.maybe_ready) {
    if (auto end = operation->attempt(socket)) {
      if (!end->is_told()) return fail(end->error);
      if (end->drained && !queue.ends_short && driver_.load(std::memory_order_relaxed)) queue.maybe_ready = false;
      OperationEnd copy = *end;
      Operation::tell(std::move(operation), copy, true);
      return copy;
    }
  }
  if (auto watched = watch(socket); !watched) return fail(watched.error());
  // Not ready, if it was asked; if the host has become so since, it is about to say it.
  if (!queue.first) queue.maybe_ready = false;
  push(queue, std::move(operation));
  driver_.load(std::memory_order_relaxed)->began(1);
  return wsa_failure(WSA_IO_PENDING);
}

void SocketIo::ready(SocketRef& socket, uint32_t events) {
  for (size_t lane = 0; lane < queues_.size(); ++lane)
    if (events & kEventsOf[lane]) advance(socket, queues_[lane], events);
}

void SocketIo::advance(SocketRef& socket, Queue& queue, uint32_t events) {
  std::lock_guard lock(queue.mutex);
  queue.maybe_ready = true;
  if (events & (kAnyEnd | host::kReadyPri)) queue.ends_short = true;
  while (queue.first && !socket.closing()) {
    auto end = queue.first->attempt(socket);
    if (!end) {
      queue.maybe_ready = false;
      return;
    }
    if (end->drained && !queue.ends_short) queue.maybe_ready = false;
    driver_.load(std::memory_order_relaxed)->ended(1);
    Operation::tell(pop(queue), *end, false);
    if (!queue.maybe_ready) return;
  }
}

bool SocketIo::cancel(const std::function<bool(const Operation&)>& which) {
  bool any = false;
  for (Queue& queue : queues_) {
    std::lock_guard lock(queue.mutex);
    for (uint32_t left = queue.count; left > 0; --left) {
      std::unique_ptr<Operation> operation = pop(queue);
      if (which(*operation)) {
        any = true;
        driver_.load(std::memory_order_relaxed)->ended(1);
        Operation::tell(std::move(operation), aborted(), false);
      } else {
        push(queue, std::move(operation));
      }
    }
  }
  return any;
}

// Has somebody watch the descriptor. From then on a change of its readiness is told of, beginning with what it is now.
WsaResult<void> SocketIo::watch(SocketRef& socket) {
  if (driver_.load(std::memory_order_acquire)) [[likely]] return {};
  std::lock_guard lock(registration_mutex());
  if (driver_.load(std::memory_order_relaxed)) return {};
  IoDriver* driver = IoDriver::of(socket.socket());
  if (!driver) return wsa_failure(WSAENOBUFS);
  WS_TRY_HOST(driver->watch(socket.fd(), SocketTable::token_of(socket.descriptor())));
  driver_.store(driver, std::memory_order_release);
  return {};
}

// A socket that was watched before it got its port is watched by the port's own driver from its next operation on.
void SocketIo::follow_association(SocketRef& socket) {
  IoDriver* before = driver_.load(std::memory_order_acquire);
  if (!before || before->is_of(socket.socket())) [[likely]] return;
  std::scoped_lock lanes(queues_[0].mutex, queues_[1].mutex, queues_[2].mutex);
  std::lock_guard lock(registration_mutex());
  before = driver_.load(std::memory_order_relaxed);
  IoDriver* now = IoDriver::of(socket.socket());
  if (before == now) return;
  uint32_t moved = queues_[0].count + queues_[1].count + queues_[2].count;
  before->unwatch(socket.fd());
  before->ended(moved);
  driver_.store(nullptr, std::memory_order_release);
  if (now && now->watch(socket.fd(), SocketTable::token_of(socket.descriptor()))) {
    now->began(moved);
    driver_.store(now, std::memory_order_release);
    return;
  }
  for (Queue& queue : queues_) abandon(queue, static_cast<WsaError>(WSAENOBUFS));
}

void SocketIo::abandon(Queue& queue, WsaError error) {
  while (queue.first) Operation::tell(pop(queue), {.error = error}, false);
  queue.maybe_ready = true;
}

void SocketIo::lock_for_fork() { registration_mutex().lock(); }
void SocketIo::unlock_after_fork() { registration_mutex().unlock(); }

void SocketIo::stop_watching(int fd) {
  std::lock_guard lock(registration_mutex());
  if (IoDriver* driver = driver_.exchange(nullptr, std::memory_order_acq_rel)) driver->unwatch(fd);
}

}  // namespace windsock
