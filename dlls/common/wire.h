// The protocol between the library and windsockd: one message is one SOCK_SEQPACKET packet, with its descriptors beside it.
//
// A packet is a head (type, serial) and the message's fields in the order of wire.def, little-endian, nothing between them.
// decode() trusts nothing: a packet that is too short, too long, or of another type is refused whole. A reply carries the
// serial of its request. Pure functions; the socket work is in fd_channel.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dlls/common/shared_state.h"

namespace windsock::wire {

inline constexpr uint16_t kMajor = 1;
inline constexpr uint16_t kMinor = 1;
inline constexpr uint16_t kMinorOfRegistrations = 1;  // the first that knows them
inline constexpr size_t kMaxPacket = 4096;
inline constexpr size_t kMaxText = 255;
inline constexpr size_t kMaxSlots = 256;

// Why a request failed. The library turns these into Winsock errors (dlls/ws2_32/server_client.cpp).
enum class Status : uint32_t {
  kNone = 0,
  kInvalid = 1,     // no such ticket, not for you, altered, no such process, not a socket that can be shared
  kQuota = 2,       // a limit of windsockd is reached
  kNoDescriptor = 3,  // windsockd has no descriptor left
  kVersion = 4,     // another major version
  kLeaving = 5,     // windsockd is going away and takes nothing new
  kInternal = 6,
  kNoTarget = 7,    // windsockd does not know that target, or no longer: offer with its pidfd
};

using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using Ticket = std::array<std::byte, 16>;
// In hexadecimal digits, for people: all of it, and the begin, by which a log tells tickets apart without giving them away.
std::string ticket_text(const Ticket& ticket);
std::string ticket_prefix(const Ticket& ticket);
using Text = std::string;
using SlotList = std::vector<SlotId>;
using windsock::SlotId;
using windsock::StateSnapshot;

enum class Type : uint16_t {
#define MESSAGE(name, number, fds) k##name = number,
#define FIELD(type, name)
#define END
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END
};

#define MESSAGE(name, number, fds)                \
  struct name {                                   \
    static constexpr Type kType = Type::k##name;  \
    static constexpr size_t kFds = fds;
#define FIELD(type, name) type name{};
#define END \
  }         \
  ;
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END

struct Head {
  Type type{};
  uint32_t serial = 0;
};
inline constexpr size_t kHeadSize = 6;

// Room for the longest, but only what is used is ever copied, and nothing is cleared: packets are a few dozen bytes.
struct Packet {
  Packet() {}
  Packet(const Packet& other) { *this = other; }
  Packet& operator=(const Packet& other) {
    size = std::min(other.size, kMaxPacket);
    std::copy_n(other.bytes.data(), size, bytes.data());
    return *this;
  }

  std::array<std::byte, kMaxPacket> bytes;
  size_t size = 0;
  std::span<const std::byte> span() const { return {bytes.data(), size}; }
};

// The name of a message for logs, or "?".
const char* type_name(Type type);

std::optional<Head> decode_head(std::span<const std::byte> packet);

// Fails to compile for anything that is not in wire.def. A text or list that is too long is cut to what the protocol allows.
template <typename Message>
Packet encode(uint32_t serial, const Message& message);

// Nothing when the packet is not exactly one well-formed Message.
template <typename Message>
std::optional<Message> decode(std::span<const std::byte> packet);

}  // namespace windsock::wire
