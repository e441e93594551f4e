#include "dlls/ws2_32/operation.h"

#include <atomic>
#include <new>
#include <utility>

#include "dlls/common/host_futex.h"
#include "dlls/common/nt_status.h"
#include "dlls/common/telling_lock.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/socket_io.h"

namespace windsock {

namespace {

constexpr uintptr_t kNoPacket = 1;  // the low bit of hEvent

std::atomic<uint32_t> g_end_waiters{0};  // threads in await_end()

// The low word, which has all of an NTSTATUS; what a waiting thread sleeps on.
uint32_t* status_word(const WSAOVERLAPPED& overlapped) {
  return reinterpret_cast<uint32_t*>(const_cast<ULONG_PTR*>(&overlapped.Internal));
}

constexpr size_t kRoom = 120;  // what most kinds need
// Without sanitizers, which want to see each operation come and go.
#ifdef WINDSOCK_SANITIZED
constexpr uint32_t kMostSpare = 0;
#else
constexpr uint32_t kMostSpare = 64;
#endif

class SpareRooms {
 public:
  constexpr SpareRooms() = default;
  ~SpareRooms() {
    while (count_ > 0) ::operator delete(take());
    most_ = 0;
  }
  SpareRooms(const SpareRooms&) = delete;
  SpareRooms& operator=(const SpareRooms&) = delete;

  void* take() {
    if (count_ == 0) return ::operator new(kRoom);
    --count_;
    Spare* taken = first_;
    first_ = taken->next;
    return taken;
  }
  void put(void* room) {
    if (count_ >= most_) return ::operator delete(room);
    first_ = new (room) Spare{first_};
    ++count_;
  }

 private:
  struct Spare {
    Spare* next;
  };
  Spare* first_ = nullptr;
  uint32_t count_ = 0;
  uint32_t most_ = kMostSpare;
};
constinit thread_local SpareRooms spare_rooms;

}  // namespace

uint32_t status_of(const WSAOVERLAPPED& overlapped) {
  return std::atomic_ref<uint32_t>(*status_word(overlapped)).load(std::memory_order_seq_cst);
}

void set_status(WSAOVERLAPPED& overlapped, uint32_t nt_status) {
  std::atomic_ref<uint32_t>(*status_word(overlapped)).store(nt_status, std::memory_order_seq_cst);
}

void tell_status(WSAOVERLAPPED& overlapped, uint32_t nt_status) {
  set_status(overlapped, nt_status);
  // Only its address is used now.
  if (g_end_waiters.load(std::memory_order_seq_cst) == 0) [[likely]] return;
  host::futex_wake(status_word(overlapped), INT32_MAX);
  if (IoDriver* common = IoDriver::common_if_any()) common->wake_leader();
}

Operation::~Operation() {
  if (event_) services::drop_event(event_);
  if (routine_) services::drop_routine(routine_);
  if (holds_port_) services::release_port(port_);
}

void* Operation::operator new(size_t size) { return size <= kRoom ? spare_rooms.take() : ::operator new(size); }

void Operation::operator delete(void* room, size_t size) {
  if (size <= kRoom)
    spare_rooms.put(room);
  else
    ::operator delete(room);
}

void Operation::hold_port() {
  if (!port_ || holds_port_) return;
  holds_port_ = true;
  services::retain_port(port_);
}

WsaResult<void> Operation::prepare(const UnderlyingSocket& socket, HowToTell how) {
  auto failed = [] { return wsa_failure(static_cast<int>(services::last_error())); };
  auto event = reinterpret_cast<uintptr_t>(how.overlapped->hEvent);
  PortAssociation association = socket.port_association();
  if (how.routine) {
    if (association.port) return wsa_failure(WSAEINVAL);
    routine_ = services::prepare_routine(how.routine);
    if (!routine_) return failed();
  } else if (event & ~kNoPacket) {
    TellingLock lock(how.overlapped);
    event_ = services::prepare_event(reinterpret_cast<services::Handle>(event & ~kNoPacket));
    if (!event_) return failed();
  }
  if (association.port) {
    port_ = association.port;
    key = association.key;
    skips_success_ = association.skips_success;
    posts_ = !(event & kNoPacket);
  }
  CompletionPacket::overlapped = how.overlapped;
  thread_ = operating_thread();
  as_file_ = how.as_file;
  signals_socket_ = !(socket.get(StateField::kCompletion) & static_cast<uint32_t>(Completion::kSkipsEvent));
  // Nobody else knows of it yet. The upper half of the status stays zero from here on.
  how.overlapped->InternalHigh = 0;
  how.overlapped->Internal = kStatusPending;
  return {};
}

void Operation::fail_at_once(WsaError error) {
  auto* structure = static_cast<WSAOVERLAPPED*>(CompletionPacket::overlapped);
  structure->InternalHigh = 0;
  set_status(*structure, nt_status_from_wsa(static_cast<int>(error)));
}

void Operation::tell(std::unique_ptr<Operation> operation, const OperationEnd& end, Telling telling) {
  Operation& self = *operation;
  self.ending();
  self.status = nt_status_from_wsa(static_cast<int>(end.error));
  self.CompletionPacket::bytes = end.bytes;
  if (!self.uses_offset()) static_cast<WSAOVERLAPPED*>(self.CompletionPacket::overlapped)->Offset = end.flags;
  static_cast<WSAOVERLAPPED*>(self.CompletionPacket::overlapped)->InternalHigh = end.bytes;
  const bool quietly = telling == Telling::kQuietly;
  // From here on the structure is the program's again.
  auto& structure = *static_cast<WSAOVERLAPPED*>(self.CompletionPacket::overlapped);
  if (self.event_ && !quietly) {
    TellingLock lock(&structure);
    tell_status(structure, self.status);
    services::tell_event(std::exchange(self.event_, nullptr));
  } else {
    tell_status(structure, self.status);
  }
  if (self.routine_ && !quietly)
    services::tell_routine(std::exchange(self.routine_, nullptr),
                           self.as_file_ ? routine_error_from_nt_status(self.status) : static_cast<uint32_t>(end.error), end.bytes,
                           self.CompletionPacket::overlapped, end.flags);
  if (!self.port_ || !self.posts_ || (telling == Telling::kAtOnce && self.skips_success_ && end.error == WsaError::kNone)) return;
  // The operation is the packet now: the port gives it back.
  self.release = release_packet;
  services::Port* port = self.port_;
  // Whoever takes the packet may close the port, which is in use until it is posted.
  const bool held = self.holds_port_;
  self.holds_port_ = false;
  services::post_packet(port, static_cast<CompletionPacket*>(operation.release()));
  if (held) services::release_port(port);
}

void Operation::release_packet(services::CompletionPacket* packet) { delete static_cast<Operation*>(packet); }

bool await_end(const WSAOVERLAPPED& overlapped, int64_t deadline) {
  g_end_waiters.fetch_add(1, std::memory_order_seq_cst);
  while (status_of(overlapped) == kStatusPending) {
    IoDriver* common = IoDriver::common_if_any();
    if (common && common->try_lead()) {
      if (status_of(overlapped) == kStatusPending) common->serve(deadline);
      common->leave();
    } else {
      host::futex_sleep(status_word(overlapped), kStatusPending, deadline);
    }
    if (deadline != host::kNoDeadline && host::now_nanoseconds() >= deadline) break;
  }
  g_end_waiters.fetch_sub(1, std::memory_order_seq_cst);
  return status_of(overlapped) != kStatusPending;
}

}  // namespace windsock
