// What the tests of the core have in common.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include "dlls/ws2_32/wsa_error.h"

namespace ws2_32_test {

// The code of a result: 0 is success.
template <typename T>
int code_of(const windsock::WsaResult<T>& result) {
  return static_cast<int>(result.error());
}

// Winsock, started for the time of a test.
class Started : public testing::Test {
 protected:
  void SetUp() override {
    WSADATA data;
    ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  }
  void TearDown() override { EXPECT_EQ(WSACleanup(), 0); }

  // Closed by WSACleanup at the latest.
  static SOCKET make(int family, int type) {
    SOCKET s = socket(family, type, 0);
    EXPECT_NE(s, INVALID_SOCKET) << WSAGetLastError();
    return s;
  }

  // A connected pair of TCP sockets.
  struct Pair {
    SOCKET client = INVALID_SOCKET;
    SOCKET server = INVALID_SOCKET;
  };
  static Pair connected() {
    Pair pair;
    SOCKET listener = make(AF_INET, SOCK_STREAM);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener, name, length), 0);
    EXPECT_EQ(listen(listener, 1), 0);
    EXPECT_EQ(getsockname(listener, name, &length), 0);
    pair.client = make(AF_INET, SOCK_STREAM);
    EXPECT_EQ(connect(pair.client, name, length), 0);
    pair.server = accept(listener, nullptr, nullptr);
    EXPECT_NE(pair.server, INVALID_SOCKET);
    EXPECT_EQ(closesocket(listener), 0);
    return pair;
  }
};

}  // namespace ws2_32_test
