#include "dlls/ws2_32/socket_table.h"

#include <winsock2.h>

#include <new>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/translate_kind.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

constinit SocketTable SocketTable::instance_;

namespace {

constexpr int64_t kTakeoverWait = 100 * 1000000;  // nanoseconds

// Whether closing may block. SO_LINGER of a socket that others have, too, is asked for.
bool may_linger(const UnderlyingSocket& underlying, int fd) {
  if (underlying.has_seen(Seen::kLingers)) return true;
  if (!underlying.has_seen(Seen::kForeign) || !underlying.is_stream()) return false;
  auto linger = host::get_option<host::Linger>(fd, host::kSolSocket, host::kSoLinger);
  return linger && linger.value().on && linger.value().seconds > 0;
}

// The last reference of a closing descriptor is gone: give everything back. The slot stays "closing" until the host fd is
// closed, because the host may give the number out again at once.
void finish_closing(Descriptor& descriptor, uint64_t state) {
  UnderlyingSocket* underlying = std::exchange(descriptor.underlying, nullptr);
  const int fd = descriptor.fd;
  if (SocketIo* io = descriptor.io.exchange(nullptr, std::memory_order_acq_rel)) [[unlikely]] {
    io->stop_watching(fd);
    delete io;
  }
  UniqueFd lingering;
  if (!(state & Descriptor::kAbandoned)) {
    // A lingering close blocks after the number is free already. It is done on a second descriptor, so that the slot is not
    // seen closing meanwhile by the number's next owner.
    if (may_linger(*underlying, fd)) {
      if (auto second = host::duplicate(fd)) lingering = std::move(second).take();
    }
    // The host orders what was done so far before what the number's next owner does; this says so to the language, too.
    descriptor.state.fetch_or(0, std::memory_order_acq_rel);
    host::close(fd);
  }
  descriptor.state.compare_exchange_strong(state, (state & Descriptor::kGenerations) + Descriptor::kGenerationOne,
                                           std::memory_order_release);
  underlying->release();
}

}  // namespace

void SocketRef::left_while_closing(Descriptor& descriptor, uint64_t now) {
  if ((now & Descriptor::kReferences) == 0) return finish_closing(descriptor, now);
  host::wake_futex(&descriptor.state);
}

Descriptor* SocketTable::make(int fd) {
  if (Descriptor* slot = look(fd)) return slot;
  if (fd < 0 || fd >= kMaxFd) return nullptr;
  auto& entry = pages_[static_cast<unsigned>(fd) / kPageSize];
  Page* made = new (std::nothrow) Page;
  if (!made) return nullptr;
  Page* none = nullptr;
  if (!entry.compare_exchange_strong(none, made, std::memory_order_acq_rel)) delete made;
  return look(fd);
}

// Marks a present slot closing and ends its operations; false when somebody else was first or it is not present.
bool SocketTable::begin_closing(Descriptor& slot, uint64_t extra) {
  uint64_t state = slot.state.load(std::memory_order_relaxed);
  while ((state & (Descriptor::kPresent | Descriptor::kClosing)) == Descriptor::kPresent) {
    uint64_t closing = (state & ~Descriptor::kPresent) | Descriptor::kClosing | extra;
    if (!slot.state.compare_exchange_weak(state, closing, std::memory_order_seq_cst)) continue;
    // None can begin from now on.
    if (SocketIo* io = SocketIo::if_any(slot)) [[unlikely]] {
      io->cancel([](const Operation&) { return true; });
      io->signal();
    }
    EventSelection::closing(slot);
    return true;
  }
  return false;
}

// Makes room where the host gave a number out that the table still has in use: the fd was closed behind our back, or its closer
// is about to finish. False: calls are still blocked on the old one.
bool SocketTable::clear_for_insert(Descriptor& slot) {
  if (begin_closing(slot, Descriptor::kAbandoned)) {
    WS_WARN(kSocket, "host descriptor %d was closed by other means than closesocket; its socket is dropped", slot.fd);
    blocking::evict(slot);
    SocketRef dropped(&slot);  // the presence
  }
  int64_t deadline = host::now_nanoseconds() + kTakeoverWait;
  for (;;) {
    uint64_t state = slot.state.load(std::memory_order_acquire);
    if (!(state & Descriptor::kClosing)) return true;
    bool closed_by_closer = (state & Descriptor::kReferences) == 0 && !(state & Descriptor::kAbandoned);
    if (closed_by_closer) return true;  // only the closer's last step is missing; it yields to us
    if (host::now_nanoseconds() > deadline) return false;
    host::wait_futex(&slot.state, static_cast<uint32_t>(state & Descriptor::kReferences), 1000000);
  }
}

WsaResult<Descriptor*> SocketTable::make_room(UniqueFd& fd) {
  Descriptor* slot = make(fd.get());
  if (slot && !clear_for_insert(*slot)) {
    // Calls on the number's former socket cannot be woken: live under another number.
    fd = WS_TRY_HOST(host::duplicate(fd.get()));
    slot = make(fd.get());
    if (slot && !clear_for_insert(*slot)) slot = nullptr;
  }
  if (!slot) return wsa_failure(fd.get() >= kMaxFd ? WSAEMFILE : WSAENOBUFS);
  return slot;
}

uintptr_t SocketTable::insert_at(Descriptor& room, UniqueFd fd, UnderlyingSocket* underlying, bool inheritable) {
  uint64_t generation = room.state.load(std::memory_order_acquire) & Descriptor::kGenerations;
  room.underlying = underlying;
  room.fd = fd.get();
  room.inheritable.store(inheritable, std::memory_order_relaxed);
  room.state.store((generation + Descriptor::kGenerationOne) | Descriptor::kPresent | Descriptor::kOne, std::memory_order_release);
  has_unidentified_.store(true, std::memory_order_release);
  return services::socket_from_fd(fd.release());
}

WsaResult<uintptr_t> SocketTable::insert(UniqueFd fd, UnderlyingSocket* underlying, bool inheritable) {
  auto room = make_room(fd);
  if (!room) {
    underlying->release();
    return Failure{room.error()};
  }
  return insert_at(*room.value(), std::move(fd), underlying, inheritable);
}

WsaResult<void> SocketTable::close(uintptr_t socket) {
  Descriptor* slot = look(to_fd(socket));
  if (!slot || !begin_closing(*slot, 0)) {
    // A socket made elsewhere that was never used here may be closed here too.
    SocketRef adopted = WS_TRY(adopt(to_fd(socket)));
    slot = &adopted.descriptor();
    if (!begin_closing(*slot, 0)) return wsa_failure(WSAENOTSOCK);
  }
  blocking::evict(*slot);
  SocketRef presence(slot);
  return {};
}

void SocketTable::close_all() {
  for_each([&](SocketRef& socket) {
    int fd = socket.socket().has_seen(Seen::kEndpoint) ? socket.fd() : -1;
    SocketIo* io = fd >= 0 ? SocketIo::if_any(socket.descriptor()) : nullptr;
    if (io) io->cancel([](const Operation&) { return true; }, Operation::Telling::kQuietly);
    socket = SocketRef();  // or close() would wait for this pin
    if (fd >= 0) (void)close(services::socket_from_fd(fd));
  });
}

void SocketTable::mark_internal(int fd) {
  if (Descriptor* slot = make(fd)) slot->state.fetch_or(Descriptor::kInternal, std::memory_order_relaxed);
}

void SocketTable::unmark_internal(int fd) {
  if (Descriptor* slot = look(fd)) slot->state.fetch_and(~Descriptor::kInternal, std::memory_order_relaxed);
}

// Sockets whose identity never mattered get it now, so that an adopted fd finds the object it is a duplicate of. Only when there
// are new ones since: a program that has thousands adopted walks through the table once, not thousands of times.
void SocketTable::identify_all() {
  if (!has_unidentified_.exchange(false, std::memory_order_acq_rel)) return;
  for_each([](SocketRef& socket) { (void)UnderlyingSocketRegistry::instance().identify(socket.socket(), socket.fd()); });
}

// Streams and datagrams have one protocol each here: whatever else the host may run underneath, it is that to a program.
int SocketTable::protocol_of(int fd, int domain, int type) {
  if (domain == host::kAfUnix) return 0;
  if (type == host::kSockStream) return host::kIpprotoTcp;
  if (type == host::kSockDgram) return host::kIpprotoUdp;
  auto protocol = host::get_option<int>(fd, host::kSolSocket, host::kSoProtocol);
  return protocol ? protocol.value() : 0;
}

WsaResult<SocketRef> SocketTable::adopt(int fd) {
  constexpr auto not_a_socket = [] { return wsa_failure(WSAENOTSOCK); };
  if (fd < 0 || fd >= kMaxFd || !services::may_adopt(fd)) return not_a_socket();
  if (Descriptor* slot = look(fd); slot && (slot->state.load() & (Descriptor::kClosing | Descriptor::kInternal))) return not_a_socket();

  auto domain = host::get_option<int>(fd, host::kSolSocket, host::kSoDomain);
  auto type = host::get_option<int>(fd, host::kSolSocket, host::kSoType);
  if (!domain || !type) return not_a_socket();
  auto kind = kind_from_host(domain.value(), type.value(), protocol_of(fd, domain.value(), type.value()));
  if (!kind) return not_a_socket();

  std::lock_guard lock(mutex_);
  Descriptor* slot = make(fd);
  if (!slot) return wsa_failure(WSAENOBUFS);
  uint64_t state = slot->state.load(std::memory_order_acquire);
  if (state & (Descriptor::kClosing | Descriptor::kInternal)) return not_a_socket();
  if (!(state & Descriptor::kPresent)) {
    identify_all();
    UnderlyingSocket* underlying =
        WS_TRY_HOST(UnderlyingSocketRegistry::instance().find_or_create(fd, *kind, static_cast<uint32_t>(Seen::kForeign)));
    slot->underlying = underlying;
    slot->fd = fd;
    slot->inheritable.store(true, std::memory_order_relaxed);
    // Two: the presence, and the pin that is returned.
    slot->state.store((state & Descriptor::kGenerations) + Descriptor::kGenerationOne + Descriptor::kPresent + 2 * Descriptor::kOne,
                      std::memory_order_release);
    WS_TRACE(kSocket, "host descriptor %d is a socket made elsewhere: adopted", fd);
    return SocketRef(slot);
  }
  if (SocketRef pinned = pin(*slot)) return pinned;
  return not_a_socket();
}

void SocketTable::after_fork_in_child() {
  for (auto& entry : pages_) {
    Page* page = entry.load();
    if (!page) continue;
    for (Descriptor& slot : *page) {
      if (slot.underlying) slot.underlying->forget_selection();
      slot.io.store(nullptr);  // the parent's operations; its other threads may have been in the midst of them
      uint64_t state = slot.state.load();
      if (state & Descriptor::kPresent)
        slot.state.store((state & ~Descriptor::kReferences) | Descriptor::kOne);
      else if ((state & Descriptor::kClosing) && (state & Descriptor::kReferences))
        finish_closing(slot, slot.state.exchange(state & ~Descriptor::kReferences) & ~Descriptor::kReferences);
    }
  }
}

}  // namespace windsock
