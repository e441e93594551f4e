// Sets of kinds and of states of sockets: by them the tables of options and controls say to whom a row belongs, and when.
#pragma once

#include <winsock2.h>

#include <cstdint>

#include "dlls/ws2_32/underlying_socket.h"

namespace windsock {

// The kinds of socket as a set.
enum SocketSet : uint8_t {
  kTcp4 = 1,
  kTcp6 = 2,
  kUdp4 = 4,
  kUdp6 = 8,
  kRaw4 = 16,
  kRaw6 = 32,
  kLocal = 64,
};
inline uint8_t socket_set_of(SocketKind kind) {
  static_assert(kTcp6 == kTcp4 << 1 && kUdp4 == kTcp4 << 2 && kRaw4 == kTcp4 << 4 && SOCK_STREAM == 1 && SOCK_DGRAM == 2 &&
                SOCK_RAW == 3);
  if (kind.family == AF_UNIX) return kLocal;
  return static_cast<uint8_t>(1 << ((kind.type - SOCK_STREAM) * 2 + (kind.family == AF_INET6)));
}

// The names of common ones.
inline constexpr uint8_t kTcp = kTcp4 | kTcp6, kUdp = kUdp4 | kUdp6, kRaw = kRaw4 | kRaw6;
inline constexpr uint8_t kStreams = kTcp | kLocal, kDatagrams = kUdp | kRaw, kInternet = kTcp | kDatagrams, kAll = kInternet | kLocal;
inline constexpr uint8_t kSix = kTcp6 | kUdp6 | kRaw6, kFour = kTcp4 | kUdp4 | kRaw4, kDatagrams6 = kUdp6 | kRaw6;
// Those that may speak IPv4: an IPv6 socket does, unless it is raw.
inline constexpr uint8_t kIpInternet = kInternet & ~kRaw6, kIpDatagrams = kDatagrams & ~kRaw6;

// The states of a socket, as a set.
enum SocketStates : uint8_t {
  kUnbound = 1,
  kBound = 2,      // and neither of the next
  kListening = 4,
  kConnected = 8,
  kAnyState = 15,
};

}  // namespace windsock
