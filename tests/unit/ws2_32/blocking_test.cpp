// closesocket beside a thread that cannot be interrupted, because it masks every signal since its last call.
#include "dlls/ws2_32/blocking.h"

#include <csignal>
#include <vector>

#include "dlls/ws2_32/socket_table.h"
#include "tests/support/blocked_call.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using test_support::BlockedCall;

void mask_all_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

class DeafThread : public ws2_32_test::Started {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Started::SetUp());
    pair_ = connected();
    ASSERT_EQ(send(pair_.client, "1", 1, 0), 1);
  }

  // Receives what is there, by which the thread has its place, and then waits for more, deaf.
  BlockedCall receive_twice() {
    return BlockedCall([s = pair_.server]() -> long long {
      char byte;
      if (recv(s, &byte, 1, 0) != 1) return SOCKET_ERROR;
      mask_all_signals();
      return recv(s, &byte, 1, 0);
    });
  }
  UnderlyingSocket& underlying() { return std::move(SocketTable::instance().find(pair_.server)).take().socket(); }
  bool is_closed() {
    char byte;
    return recv(pair_.server, &byte, 1, 0) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK;
  }
  // The client meets the end of the connection.
  bool peer_sees_the_end() {
    char byte;
    return recv(pair_.client, &byte, 1, 0) == 0;
  }

  Pair pair_;
};

TEST_F(DeafThread, is_freed_by_the_end_of_the_connection) {
  BlockedCall call = receive_twice();
  ASSERT_TRUE(call.wait_until_blocked());
  EXPECT_EQ(closesocket(pair_.server), 0);
  EXPECT_TRUE(woken_with(call, {WSAEINTR}));
  EXPECT_TRUE(peer_sees_the_end());
}

// Masking everything before its first call does not make a thread deaf.
TEST_F(DeafThread, is_none_that_masked_all_before_its_first_call) {
  SharedSlot slot{};
  underlying().share_as(SlotId{0, 1}, &slot);  // so that ending the connection cannot be what wakes it
  char byte;
  ASSERT_EQ(recv(pair_.server, &byte, 1, 0), 1);
  BlockedCall call([s = pair_.server]() -> long long {
    mask_all_signals();
    char data;
    return recv(s, &data, 1, 0);
  });
  ASSERT_TRUE(call.wait_until_blocked());
  EXPECT_EQ(closesocket(pair_.server), 0);
  EXPECT_TRUE(woken_with(call, {WSAEINTR}));
}

TEST_F(DeafThread, in_select_is_freed_too) {
  std::vector<SOCKET> sockets;
  for (int i = 0; i < 63; ++i) sockets.push_back(make(AF_INET, SOCK_DGRAM));
  sockets.push_back(pair_.server);
  BlockedCall call([sockets]() -> long long {
    char byte;
    if (recv(sockets.back(), &byte, 1, 0) != 1) return SOCKET_ERROR;
    mask_all_signals();
    fd_set set;
    FD_ZERO(&set);
    for (SOCKET s : sockets) FD_SET(s, &set);
    return select(0, &set, nullptr, nullptr, nullptr);
  });
  ASSERT_TRUE(call.wait_until_blocked());
  EXPECT_EQ(closesocket(pair_.server), 0);
  EXPECT_TRUE(woken_with(call, {WSAENOTSOCK, WSAEINTR}));
}

// Another process has the socket too: its connection must not end. The last to leave closes.
TEST_F(DeafThread, of_a_shared_socket_stays_until_its_call_ends) {
  SharedSlot slot{};
  underlying().share_as(SlotId{0, 1}, &slot);
  BlockedCall call = receive_twice();
  ASSERT_TRUE(call.wait_until_blocked());
  EXPECT_EQ(closesocket(pair_.server), 0);
  EXPECT_FALSE(call.returned());
  EXPECT_TRUE(is_closed());
  ASSERT_EQ(send(pair_.client, "2", 1, 0), 1) << "the connection is whole";
  EXPECT_TRUE(call.outcome().has_value());
  EXPECT_TRUE(peer_sees_the_end()) << "closed by the last to leave";
}

// The same when it is this process that has another descriptor.
TEST_F(DeafThread, leaves_the_connection_to_a_duplicate) {
  WSAPROTOCOL_INFOW info;
  ASSERT_EQ(WSADuplicateSocketW(pair_.server, static_cast<DWORD>(host::process_id()), &info), 0);
  SOCKET duplicate = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
  ASSERT_NE(duplicate, INVALID_SOCKET);
  BlockedCall call = receive_twice();
  ASSERT_TRUE(call.wait_until_blocked());
  EXPECT_EQ(closesocket(pair_.server), 0);
  EXPECT_TRUE(is_closed());
  ASSERT_EQ(send(pair_.client, "23", 2, 0), 2);
  EXPECT_TRUE(call.outcome().has_value());
  char byte = 0;
  EXPECT_EQ(recv(duplicate, &byte, 1, 0), 1);
  EXPECT_EQ(byte, '3');
  EXPECT_EQ(send(duplicate, "4", 1, 0), 1);
  EXPECT_EQ(recv(pair_.client, &byte, 1, 0), 1);
  EXPECT_EQ(byte, '4');
}

}  // namespace
}  // namespace windsock
