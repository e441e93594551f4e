// The Windows-only state of an underlying socket, and where it lives once the socket is shared between processes.
//
// What the kernel shares with the open file description (options, peer, queues) is left to the kernel. The rest is these
// values. While one process alone has the socket they are plain memory in it; from the first offer on they are a slot in a
// memfd that windsockd alone writes and every client maps read-only: reading needs no trip, changing goes through windsockd.
//
// Layout: SharedState is one array of slots; it is part of the protocol (docs/protocol.md), so fields are only ever appended.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace windsock {

enum class StateField : uint8_t {
  kNonblocking,        // the Windows mode of a listener, whose host fd is always non-blocking
  kRcvTimeo,           // SO_RCVTIMEO and SO_SNDTIMEO as the program set them (the host rounds)
  kSndTimeo,
  kReuseAddr,          // SO_REUSEADDR as the program set it
  kExclusiveAddrUse,
  kConditionalAccept,
  kRandomizePort,
  kPortScalability,
  kReuseUnicastPort,
  kReuseMulticastPort,
  kGroupPriority,
  kUseLoopback,
  kDebug,
  kDontRoute,
  kProtectionLevel,    // IP_PROTECTION_LEVEL, IPV6_PROTECTION_LEVEL
  kOffloadPreference,
  kSndBuf,             // SO_SNDBUF and SO_RCVBUF as the program set them, plus 1 (the host doubles its value)
  kRcvBuf,
  kSwitches,           // what is on or off and lives here alone: bits of Switch
  kControlData,        // which control data was asked for: bits of ControlData
  kUserMtu,            // IP_USER_MTU, IPV6_USER_MTU; 0: no limit
  kCoalescedSize,      // UDP_RECV_MAX_COALESCED_SIZE as the program set it
  kMulticastIf,        // IP_MULTICAST_IF: the index of the interface; 0: the host chooses
  kPauseAccept,
  kExpedited1122,
  kDelayFinAck,
  kCompletion,         // bits of Completion
  kSelectedEvents,     // of a shared socket: the network events that are selected on it, in whichever process; set by windsockd alone
};
// Room for more: the layout is fixed.
inline constexpr size_t kStateFieldCount = 32;

// Bits of StateField::kSwitches. Each is off at first: what is on by default is kept by its opposite.
enum class Switch : uint32_t {
  kTcpTimestamps = 1,          // TCP_TIMESTAMPS
  kFailConnectOnIcmp = 2,      // TCP_FAIL_CONNECT_ON_ICMP_ERROR
  kNoConnectionReset = 4,      // SIO_UDP_CONNRESET set to FALSE
  kNetworkReset = 8,           // SIO_UDP_NETRESET
  kLoopbackFastPath = 16,      // SIO_LOOPBACK_FAST_PATH
  kCircularQueueing = 32,      // SIO_ENABLE_CIRCULAR_QUEUEING
};

// Bits of StateField::kControlData: the options that have WSARecvMsg deliver control data. Several Windows options ask for what
// is one option of the host (the address and the interface of IP_PKTINFO; all of the TOS byte), so what was asked for is kept here.
enum class ControlData : uint32_t {
  kPacketInfo4 = 1,            // IP_PKTINFO
  kReceivingInterface4 = 2,    // IP_RECVIF
  kDestination4 = 4,           // IP_RECVDSTADDR
  kOriginalInterface4 = 8,     // IP_ORIGINAL_ARRIVAL_IF
  kTos4 = 16,                  // IP_RECVTOS
  kEcn4 = 32,                  // IP_RECVECN
  kTtl4 = 64,                  // IP_RECVTTL
  kErrors4 = 128,              // IP_RECVERR
  kPacketInfo6 = 1 << 16,      // IPV6_PKTINFO
  kReceivingInterface6 = 2 << 16,
  kDestination6 = 4 << 16,
  kOriginalInterface6 = 8 << 16,
  kTrafficClass6 = 16 << 16,   // IPV6_RECVTCLASS
  kEcn6 = 32 << 16,            // IPV6_RECVECN
  kHopLimit6 = 64 << 16,       // IPV6_HOPLIMIT
  kErrors6 = 128 << 16,        // IPV6_RECVERR
  kRoutingHeader6 = 256 << 16, // IPV6_RECVRTHDR
};

// Bits of StateField::kCompletion: what completion ports have to do with the socket, whichever process has the port.
enum class Completion : uint32_t {
  kSkipsSuccess = 1,           // the bits of SetFileCompletionNotificationModes
  kSkipsEvent = 2,
  kAssociated = 256,           // it has a port
  kNotOverlapped = 512,        // made without WSA_FLAG_OVERLAPPED
};

using StateValues = std::array<std::atomic<uint32_t>, kStateFieldCount>;
using StateSnapshot = std::array<uint32_t, kStateFieldCount>;

inline StateSnapshot snapshot(const StateValues& values) {
  StateSnapshot copy;
  for (size_t i = 0; i < kStateFieldCount; ++i) copy[i] = values[i].load(std::memory_order_relaxed);
  return copy;
}

struct SharedSlot {
  std::atomic<uint32_t> generation;  // raised when the slot gets another socket; 0: never used
  std::atomic<uint32_t> epoch;       // of the registration for network events: raised when another one takes its place, or it is dropped
  std::atomic<uint64_t> cookie;      // SO_COOKIE of the socket, read by windsockd itself
  std::array<uint32_t, 4> reserved;
  StateValues values;
};
static_assert(sizeof(SharedSlot) == 160);
static_assert(std::atomic<uint32_t>::is_always_lock_free && std::atomic<uint64_t>::is_always_lock_free);

inline constexpr uint32_t kSlotCount = 65536;
inline constexpr uint32_t kNoSlot = ~0u;
inline constexpr size_t kSharedStateSize = kSlotCount * sizeof(SharedSlot);

// Names a slot for one socket: after the slot was given to another, the generation no longer fits.
struct SlotId {
  uint32_t index = kNoSlot;
  uint32_t generation = 0;
  bool is_set() const { return index != kNoSlot; }
  bool operator==(const SlotId&) const = default;
};

}  // namespace windsock
