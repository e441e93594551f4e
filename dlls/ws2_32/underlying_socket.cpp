#include "dlls/ws2_32/underlying_socket.h"

#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/port_reservations.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

// One for all sockets: associating is rare, and asks windsockd when the socket is shared, which takes the object's own lock.
std::mutex& association_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

}  // namespace

UnderlyingSocket::UnderlyingSocket(SocketKind kind, uint32_t seen) : seen_(seen), kind_(kind), stream_(kind.type == SOCK_STREAM), less_is_all_(stream_ && kind.family != AF_UNIX) {}

UnderlyingSocket::~UnderlyingSocket() {
  delete selection();
  delete extra();
  if (has_seen(Seen::kReservesPorts)) PortReservations::instance().forget(*this);
  if (services::Port* port = port_.load(std::memory_order_relaxed)) services::release_port(port);
}

UnderlyingSocket* UnderlyingSocket::create(SocketKind kind, uint32_t seen) { return new UnderlyingSocket(kind, seen); }

void UnderlyingSocket::release() {
  if (cookie_.load(std::memory_order_acquire) != 0) return UnderlyingSocketRegistry::instance().release(*this);
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

uint32_t UnderlyingSocket::get(StateField field) const {
  const SharedSlot* slot = slot_values_.load(std::memory_order_acquire);
  const std::atomic<uint32_t>* value = slot ? &slot->values[static_cast<size_t>(field)] : own_value(field);
  return value ? value->load(std::memory_order_relaxed) : 0;
}

// The host calls a reset after the end a broken pipe.
WsaError UnderlyingSocket::lose(host::Errno error) {
  const bool is_reset = static_cast<int>(error) == ECONNRESET || static_cast<int>(error) == EPIPE;
  const auto code = static_cast<WsaError>(is_reset ? WSAECONNRESET : WSAECONNABORTED);
  WsaError first = WsaError::kNone;
  return loss_.compare_exchange_strong(first, code, std::memory_order_relaxed) ? code : first;
}

// The slot is only as fresh as the windsockd that writes it.
uint32_t UnderlyingSocket::get_current(StateField field) const {
  if (is_shared()) [[unlikely]] ServerClient::instance().notice_loss();
  return get(field);
}

WsaResult<void> UnderlyingSocket::set(StateField field, uint32_t value) {
  if (is_shared()) return ServerClient::instance().set_state(*this, field, value);
  if (value != 0 || own_value(field)) make_own_value(field).store(value, std::memory_order_relaxed);
  return {};
}

WsaResult<void> UnderlyingSocket::set_bits(StateField field, uint32_t mask, bool on) {
  if (is_shared()) {
    static auto* mutex = new std::mutex;
    std::lock_guard lock(*mutex);
    uint32_t before = get_current(field), after = on ? before | mask : before & ~mask;
    return before == after ? WsaResult<void>{} : set(field, after);
  }
  std::atomic<uint32_t>& value = make_own_value(field);
  if (on) {
    value.fetch_or(mask, std::memory_order_relaxed);
  } else {
    value.fetch_and(~mask, std::memory_order_relaxed);
  }
  return {};
}

void UnderlyingSocket::initialise(const StateSnapshot& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    auto field = static_cast<StateField>(i);
    if (values[i] != 0 || own_value(field)) make_own_value(field).store(values[i], std::memory_order_relaxed);
  }
}

UnderlyingSocket::Extra& UnderlyingSocket::make_extra() {
  if (Extra* there = extra()) return *there;
  auto made = std::make_unique<Extra>();
  Extra* none = nullptr;
  return extra_.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel) ? *made.release() : *none;
}

const std::atomic<uint32_t>* UnderlyingSocket::own_value(StateField field) const {
  if (field == StateField::kCompletion) return &completion_;
  Extra* there = extra();
  return there ? &there->values[static_cast<size_t>(field)] : nullptr;
}

std::atomic<uint32_t>& UnderlyingSocket::make_own_value(StateField field) {
  return field == StateField::kCompletion ? completion_ : make_extra().values[static_cast<size_t>(field)];
}

StateSnapshot UnderlyingSocket::values() const {
  StateSnapshot copy;
  for (size_t i = 0; i < copy.size(); ++i) copy[i] = get(static_cast<StateField>(i));
  return copy;
}

SlotId UnderlyingSocket::slot() const {
  std::lock_guard lock(mutex_);
  return slot_;
}

bool UnderlyingSocket::share_as(SlotId slot, SharedSlot* mapped) {
  make_extra();  // so that detach() has room for the values
  std::lock_guard lock(mutex_);
  if (slot_ == slot && slot_values_.load(std::memory_order_relaxed) == mapped) return false;
  slot_ = slot;
  slot_values_.store(mapped, std::memory_order_release);
  return true;
}

void UnderlyingSocket::detach() {
  std::lock_guard lock(mutex_);
  if (SharedSlot* slot = slot_values_.load(std::memory_order_relaxed)) initialise(snapshot(slot->values));
  slot_ = SlotId{};
  slot_values_.store(nullptr, std::memory_order_release);
}

WsaResult<void> UnderlyingSocket::associate(services::Port* port, uintptr_t key) {
  constexpr auto kAssociated = static_cast<uint32_t>(Completion::kAssociated);
  std::lock_guard lock(association_mutex());
  if ((get_current(StateField::kCompletion) & kAssociated) || !is_overlapped()) return wsa_failure(WSA_INVALID_PARAMETER);
  WS_TRY(set_bits(StateField::kCompletion, kAssociated, true));
  services::retain_port(port);
  port_key_ = key;
  port_.store(port, std::memory_order_release);
  return {};
}

EventSelection& UnderlyingSocket::make_selection() {
  if (EventSelection* there = selection()) return *there;
  auto made = std::make_unique<EventSelection>();
  EventSelection* none = nullptr;
  return selection_.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel) ? *made.release() : *none;
}

// Left alone: the parent's other threads may have been in the midst of it.
void UnderlyingSocket::forget_selection() {
  forget(Seen::kSelected);
  selection_.store(nullptr, std::memory_order_relaxed);
}

EchoIds& UnderlyingSocket::echo_ids() {
  Extra& extra = make_extra();
  std::lock_guard lock(mutex_);
  if (!extra.echo_ids) extra.echo_ids = std::make_unique<EchoIds>();
  return *extra.echo_ids;
}

void UnderlyingSocket::defer(Deferred connection) {
  std::vector<Deferred>& deferred = make_extra().deferred;
  std::lock_guard lock(mutex_);
  deferred.push_back(std::move(connection));
  deferred_count_.store(static_cast<uint32_t>(deferred.size()), std::memory_order_relaxed);
}

bool UnderlyingSocket::take_deferred(Deferred& connection) {
  if (!extra()) return false;
  std::vector<Deferred>& deferred = extra()->deferred;
  std::lock_guard lock(mutex_);
  if (deferred.empty()) return false;
  connection = std::move(deferred.front());
  deferred.erase(deferred.begin());
  deferred_count_.store(static_cast<uint32_t>(deferred.size()), std::memory_order_relaxed);
  return true;
}

UnderlyingSocketRegistry& UnderlyingSocketRegistry::instance() {
  static auto* registry = new UnderlyingSocketRegistry;
  return *registry;
}

host::Result<uint64_t> UnderlyingSocketRegistry::identify(UnderlyingSocket& socket, int fd) {
  if (uint64_t known = socket.cookie()) return known;
  uint64_t cookie = WS_TRY(host::get_option<uint64_t>(fd, host::kSolSocket, host::kSoCookie));
  identify_as(socket, cookie);
  return cookie;
}

void UnderlyingSocketRegistry::identify_as(UnderlyingSocket& socket, uint64_t cookie) {
  std::lock_guard lock(mutex_);
  if (socket.cookie() != 0) return;
  by_cookie_[cookie] = &socket;
  socket.cookie_.store(cookie, std::memory_order_release);
}

host::Result<UnderlyingSocket*> UnderlyingSocketRegistry::find_or_create(int fd, SocketKind kind, uint32_t seen) {
  return find_or_create_as(WS_TRY(host::get_option<uint64_t>(fd, host::kSolSocket, host::kSoCookie)), kind, seen);
}

UnderlyingSocket* UnderlyingSocketRegistry::find_or_create_as(uint64_t cookie, SocketKind kind, uint32_t seen) {
  std::lock_guard lock(mutex_);
  if (auto found = by_cookie_.find(cookie); found != by_cookie_.end()) {
    found->second->retain();
    return found->second;
  }
  UnderlyingSocket* made = UnderlyingSocket::create(kind, seen);
  try {
    by_cookie_[cookie] = made;
  } catch (...) {
    made->release();
    throw;
  }
  made->cookie_.store(cookie, std::memory_order_release);
  return made;
}

UnderlyingSocket* UnderlyingSocketRegistry::find(uint64_t cookie) {
  std::lock_guard lock(mutex_);
  auto found = by_cookie_.find(cookie);
  if (found == by_cookie_.end()) return nullptr;
  found->second->retain();
  return found->second;
}

std::vector<UnderlyingSocket*> UnderlyingSocketRegistry::shared_and_selected() {
  std::lock_guard lock(mutex_);
  std::vector<UnderlyingSocket*> found;
  for (auto& [cookie, socket] : by_cookie_) {
    if (!socket->is_shared() || !socket->has_seen(Seen::kSelected)) continue;
    found.push_back(socket);
    socket->retain();
  }
  return found;
}

void UnderlyingSocketRegistry::forget_identity(UnderlyingSocket& socket) {
  std::lock_guard lock(mutex_);
  if (uint64_t cookie = socket.cookie_.exchange(0, std::memory_order_acq_rel)) by_cookie_.erase(cookie);
}

void UnderlyingSocketRegistry::release(UnderlyingSocket& socket) {
  {
    // Under the lock: find_or_create must not revive an object whose last reference is going.
    std::lock_guard lock(mutex_);
    if (socket.references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    by_cookie_.erase(socket.cookie());
  }
  if (SlotId slot = socket.slot(); slot.is_set()) ServerClient::instance().release(slot);
  delete &socket;
}

std::vector<SlotId> UnderlyingSocketRegistry::shared_slots() const {
  std::vector<SlotId> slots;
  for (auto& [cookie, socket] : by_cookie_)
    if (socket->is_shared()) slots.push_back(socket->slot());
  return slots;
}

}  // namespace windsock
