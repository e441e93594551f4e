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
};
// Room for more: the layout is fixed.
inline constexpr size_t kStateFieldCount = 32;

using StateValues = std::array<std::atomic<uint32_t>, kStateFieldCount>;
using StateSnapshot = std::array<uint32_t, kStateFieldCount>;

inline StateSnapshot snapshot(const StateValues& values) {
  StateSnapshot copy;
  for (size_t i = 0; i < kStateFieldCount; ++i) copy[i] = values[i].load(std::memory_order_relaxed);
  return copy;
}

struct SharedSlot {
  std::atomic<uint32_t> generation;  // raised when the slot gets another socket; 0: never used
  std::atomic<uint32_t> epoch;       // raised with each change of the owner of the event registration
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
