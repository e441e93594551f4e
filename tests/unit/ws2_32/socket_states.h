// Sockets of every kind in every state, for tests that go over the rows of a table.
#pragma once

#include <afunix.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dlls/ws2_32/socket_sets.h"
#include "tests/unit/ws2_32/support.h"

namespace ws2_32_test {

struct Kind {
  const char* text;
  int family, type, protocol;
  uint8_t set;  // SocketSet
};

// Without raw sockets, which only root may have.
inline constexpr Kind kKinds[] = {
    {"tcp4", AF_INET, SOCK_STREAM, IPPROTO_TCP, windsock::kTcp4}, {"tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, windsock::kTcp6},
    {"udp4", AF_INET, SOCK_DGRAM, IPPROTO_UDP, windsock::kUdp4},  {"udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, windsock::kUdp6},
    {"local", AF_UNIX, SOCK_STREAM, 0, windsock::kLocal},
};
inline constexpr Kind kRawKinds[] = {
    {"raw4", AF_INET, SOCK_RAW, IPPROTO_ICMP, windsock::kRaw4},
    {"raw6", AF_INET6, SOCK_RAW, 253, windsock::kRaw6},  // for experiments: ICMPv6 has no IPV6_CHECKSUM
};

// The kinds that this user may have sockets of.
inline std::vector<Kind> possible_kinds() {
  std::vector<Kind> kinds(std::begin(kKinds), std::end(kKinds));
  for (const Kind& kind : kRawKinds) {
    SOCKET s = socket(kind.family, kind.type, kind.protocol);
    if (s == INVALID_SOCKET) continue;
    closesocket(s);
    kinds.push_back(kind);
  }
  return kinds;
}

// One socket in one state, with what is needed for that.
class SocketIn {
 public:
  SocketIn(const Kind& kind, windsock::SocketStates state) : kind_(kind), socket_(make()) {
    if (state == windsock::kUnbound || socket_ == INVALID_SOCKET) return;
    if (kind.family == AF_UNIX || kind.type == SOCK_RAW) {
      possible_ = false;
      return;
    }
    bind_to_loopback(socket_);
    if (state == windsock::kListening) {
      possible_ = kind.type == SOCK_STREAM && listen(socket_, 1) == 0;
    } else if (state == windsock::kConnected) {
      other_ = make();
      bind_to_loopback(other_);
      if (kind.type == SOCK_STREAM) {
        EXPECT_EQ(listen(other_, 1), 0);
      }
      SOCKADDR_STORAGE name;
      int length = sizeof name;
      EXPECT_EQ(getsockname(other_, reinterpret_cast<sockaddr*>(&name), &length), 0);
      EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&name), length), 0) << WSAGetLastError();
    }
  }
  ~SocketIn() {
    if (socket_ != INVALID_SOCKET) closesocket(socket_);
    if (other_ != INVALID_SOCKET) closesocket(other_);
  }
  SocketIn(const SocketIn&) = delete;
  SocketIn& operator=(const SocketIn&) = delete;

  SOCKET get() const { return socket_; }
  // False: sockets of this kind are never in the state, or not without more than a test may touch.
  bool possible() const { return possible_ && socket_ != INVALID_SOCKET; }

 private:
  SOCKET make() const { return socket(kind_.family, kind_.type, kind_.protocol); }
  void bind_to_loopback(SOCKET s) const {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool is_six = kind_.family == AF_INET6;
    auto* name = is_six ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
    EXPECT_EQ(bind(s, name, is_six ? sizeof six : sizeof four), 0) << WSAGetLastError();
  }

  Kind kind_;
  SOCKET socket_ = INVALID_SOCKET;
  SOCKET other_ = INVALID_SOCKET;
  bool possible_ = true;
};

inline constexpr windsock::SocketStates kStates[] = {windsock::kUnbound, windsock::kBound, windsock::kListening, windsock::kConnected};

}  // namespace ws2_32_test
