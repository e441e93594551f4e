// UnderlyingSocket: what all descriptors of one socket have in common and the kernel does not keep for us.
//
// The documentation of WSADuplicateSocket: "what is duplicated are the socket descriptors and not the underlying socket, all of
// the state associated with a socket is held in common across all the descriptors". Kernel state is common by itself, since
// duplicates share the open file description. The Windows-only rest is here: StateValues, which are plain memory while this
// process alone has the socket, and a slot of the shared state from the first handoff on (dlls/common/shared_state.h).
//
// Descriptors hold references; the last one frees the object. Identity across descriptors is the kernel's SO_COOKIE: it is asked
// only when a descriptor arrives or leaves by another way than socket() and accept(), so that plain sockets cost nothing.
//
// Threads: reference count, flags and values are atomics. Sharing (share_as, detach) and the deferred connections are under a mutex of the object.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "dlls/common/host_socket.h"
#include "dlls/common/lock.h"
#include "dlls/common/shared_state.h"
#include "dlls/ws2_32/translate_icmp.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock::services {
struct Port;
}

namespace windsock {

class EventSelection;

// Windows' numbers: AF_*, SOCK_*, IPPROTO_*.
struct SocketKind {
  int family = 0;
  int type = 0;
  int protocol = 0;
  bool operator==(const SocketKind&) const = default;
};

// What this process has seen happen to the socket. Hints that save a host call, never the only proof: another process may have
// done the same through its descriptor.
enum class Seen : uint32_t {
  kBound = 1,            // has a local address
  kConnecting = 2,       // a non-blocking connect was begun here and has not been reported finished
  kSendShut = 4,         // shutdown(SD_SEND) or SD_BOTH
  kReceiveShut = 8,      // shutdown(SD_RECEIVE) or SD_BOTH
  kConnected = 32,       // is or was connected
  kForeign = 64,         // made elsewhere, or shared: others may have changed it without our seeing
  kEndpoint = 128,       // a SOCKET of this process by socket(), accept() or a claim: WSACleanup closes it
  kListening = 256,
  kLingers = 512,        // SO_LINGER is or was on, with a time
  kReceiveTimeout = 1024,  // SO_RCVTIMEO, SO_SNDTIMEO are or were set
  kSendTimeout = 2048,
  kReportsErrors = 4096,   // a datagram socket whose host socket queues ICMP errors (datagram_errors.h)
  kReservesPorts = 16384,  // owns reserved ports or is to bind to one (port_reservations.h)
  kErrorWaiting = 8192,    // a send met an ICMP error that the next receive has to tell of
  kTellsDestination = 1 << 16,  // the host tells where each datagram was sent to
  kModeBorrowed = 1 << 18,      // is or was non-blocking at the host for a moment, whatever its Windows mode (host_mode.h)
  kReused = 1 << 19,            // disconnected to be used again: it counts as bound, and AcceptEx takes it
  kNeedsContext = 1 << 20,      // connected by AcceptEx or ConnectEx, whose program has not said SO_UPDATE_…_CONTEXT
  kAwaitsConnection = 1 << 21,  // AcceptEx or ConnectEx is to connect it
  kSelected = 1 << 15,          // a program has selected network events in this process (event_selection.h)
  kHasLanes = 1 << 23,          // overlapped calls were made, or events selected, on a descriptor of it in this process (socket_io.h)
  kOptionsSet = 1 << 22,        // setsockopt was called
  kEcho = 1 << 17,              // a raw ICMP socket that is the host's socket for echoes (echo_socket.h)
};

// The completion port of a socket, and how its ends are told there.
struct PortAssociation {
  services::Port* port = nullptr;
  uintptr_t key = 0;
  bool skips_success = false;  // FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
};

class UnderlyingSocket {
 public:
  // The new object has one reference, which the caller owns.
  static UnderlyingSocket* create(SocketKind kind, uint32_t seen);
  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  // The last reference gives the shared slot back to windsockd and deletes the object.
  void release();

  SocketKind kind() const { return kind_; }
  bool is_stream() const { return stream_; }
  // Whether a receive that got less than it has room for has left nothing. A datagram says nothing of the next; and of an AF_UNIX stream the host
  // gives no more at once than came with descriptors that a peer has sent.
  bool less_is_all() const { return less_is_all_; }

  // Whether nobody but one descriptor has it: no duplicate here or elsewhere, as far as is known, and no ticket.
  bool has_one_owner() const { return !is_shared() && references_.load(std::memory_order_acquire) == 1; }

  // What an accepted connection takes over from its listener.
  uint32_t inherited_sights() const {
    constexpr auto kInherited = static_cast<uint32_t>(Seen::kLingers) | static_cast<uint32_t>(Seen::kReceiveTimeout) |
                                static_cast<uint32_t>(Seen::kSendTimeout) | static_cast<uint32_t>(Seen::kForeign) |
                                static_cast<uint32_t>(Seen::kOptionsSet);
    return seen_.load(std::memory_order_relaxed) & kInherited;
  }
  bool has_seen_any(uint32_t of) const { return seen_.load(std::memory_order_relaxed) & of; }
  bool has_seen(Seen what) const { return seen_.load(std::memory_order_relaxed) & static_cast<uint32_t>(what); }
  void saw(Seen what) { seen_.fetch_or(static_cast<uint32_t>(what), std::memory_order_relaxed); }
  void forget(Seen what) { seen_.fetch_and(~static_cast<uint32_t>(what), std::memory_order_relaxed); }

  // Why the connection is no more, other than by an end: WSAECONNRESET by its peer, WSAECONNABORTED by a time-out or another failure. The host
  // tells its error once, Windows goes on telling. The first that is told of it stays; a new connection begins without.
  WsaError loss() const { return loss_.load(std::memory_order_relaxed); }
  WsaError lose(host::Errno error);
  void forget_loss() { loss_.store(WsaError::kNone, std::memory_order_relaxed); }

  // ---- Windows-only state ------------------------------------------------------------------------------------------
  // As far as this process knows; a plain read.
  uint32_t get(StateField field) const;
  // The same, but when the socket is shared and windsockd was lost, another one is found first.
  uint32_t get_current(StateField field) const;
  // Goes through windsockd when the socket is shared: WSAENETDOWN without one.
  WsaResult<void> set(StateField field, uint32_t value);
  // Some bits of a value, so that threads that change different bits lose nothing. (Two processes that do may: each sets the whole
  // value.)
  WsaResult<void> set_bits(StateField field, uint32_t mask, bool on);
  bool is_on(Switch what) const { return get(StateField::kSwitches) & static_cast<uint32_t>(what); }
  bool is_overlapped() const { return !(get(StateField::kCompletion) & static_cast<uint32_t>(Completion::kNotOverlapped)); }
  bool wants(ControlData what) const { return get(StateField::kControlData) & static_cast<uint32_t>(what); }
  // Fills the values of a socket that nobody else knows yet.
  void initialise(const StateSnapshot& values);
  StateSnapshot values() const;

  // Held while the host's mode is not the socket's (host_mode.h), and by who changes it.
  std::unique_lock<Lock> lock_mode() { return std::unique_lock(mutex_); }
  // It is another socket of the host from now on, of which this has been seen. What a program has selected on it stays.
  void renew(uint32_t seen) {
    forget_loss();
    constexpr auto kKept = static_cast<uint32_t>(Seen::kSelected) | static_cast<uint32_t>(Seen::kHasLanes);
    seen_.store(seen | (seen_.load(std::memory_order_relaxed) & kKept), std::memory_order_relaxed);
  }

  // ---- sharing -----------------------------------------------------------------------------------------------------
  bool is_shared() const { return slot_values_.load(std::memory_order_acquire) != nullptr; }
  SlotId slot() const;
  // Of the registration for network events (event_selection.h); 0 while nobody else has the socket.
  uint32_t epoch() const {
    const SharedSlot* slot = slot_values_.load(std::memory_order_acquire);
    return slot ? slot->epoch.load(std::memory_order_acquire) : 0;
  }
  // From now on the values are those of the slot. This object holds one reference to it at windsockd; false: it did already, the
  // caller has one too many.
  bool share_as(SlotId slot, SharedSlot* mapped);
  // windsockd has gone: the values as last seen become local until they are declared anew.
  void detach();
  uint64_t cookie() const { return cookie_.load(std::memory_order_relaxed); }

  // ---- the completion port ---------------------------------------------------------------------------------------------
  // Once for all its descriptors, in every process; retains the port. WSA_INVALID_PARAMETER: it has one, here or elsewhere, or is not
  // overlapped.
  WsaResult<void> associate(services::Port* port, uintptr_t key);
  services::Port* port() const { return port_.load(std::memory_order_acquire); }
  PortAssociation port_association() const {
    services::Port* port = this->port();
    if (!port) [[likely]] return {};
    return {port, port_key_, (get(StateField::kCompletion) & static_cast<uint32_t>(Completion::kSkipsSuccess)) != 0};
  }

  // ---- network events (event_selection.h) -----------------------------------------------------------------------------------
  // Null until events were selected for the first time; then it stays.
  EventSelection* selection() const { return selection_.load(std::memory_order_acquire); }
  EventSelection& make_selection();
  // In a fork's child: it is the parent's.
  void forget_selection();

  // ---- what echo requests were sent, of a socket for echoes (echo_socket.h) -------------------------------------------------
  EchoIds& echo_ids();

  // ---- connections that a WSAAccept condition deferred; they are accepted before any other -----------------------------------
  struct Deferred {
    UniqueFd fd;
    host::Address peer;
  };
  void defer(Deferred connection);
  bool take_deferred(Deferred& connection);
  bool has_deferred() const { return deferred_count_.load(std::memory_order_relaxed) > 0; }

 private:
  friend class UnderlyingSocketRegistry;
  UnderlyingSocket(SocketKind kind, uint32_t seen);
  ~UnderlyingSocket();

  // What few sockets have: made when the first of it is needed, and then there.
  struct Extra {
    StateValues values{};                   // but for kCompletion
    std::vector<Deferred> deferred;         // under mutex_
    std::unique_ptr<EchoIds> echo_ids;      // made under mutex_, and then there
  };
  Extra* extra() const { return extra_.load(std::memory_order_acquire); }
  Extra& make_extra();
  // Of the values that are not shared; null: it is zero, as all are at first.
  const std::atomic<uint32_t>* own_value(StateField field) const;
  std::atomic<uint32_t>& make_own_value(StateField field);

  std::atomic<uint32_t> references_{1};
  std::atomic<uint32_t> seen_;
  const SocketKind kind_;
  const bool stream_, less_is_all_;
  std::atomic<WsaError> loss_{WsaError::kNone};
  mutable Lock mutex_;
  std::atomic<uint32_t> deferred_count_{0};
  std::atomic<uint32_t> completion_{0};                 // StateField::kCompletion: what has a port has this value, and seldom another
  std::atomic<uint64_t> cookie_{0};                     // 0: not asked yet
  std::atomic<SharedSlot*> slot_values_{nullptr};       // null: the own ones
  SlotId slot_;                                         // under mutex_
  std::atomic<services::Port*> port_{nullptr};          // set once, after the key
  uintptr_t port_key_ = 0;
  std::atomic<EventSelection*> selection_{nullptr};     // owned
  std::atomic<Extra*> extra_{nullptr};                  // owned
};
// There may be tens of thousands (docs/performance.md).
static_assert(sizeof(UnderlyingSocket) <= 104);

}  // namespace windsock
