// WSASendDisconnect and WSARecvDisconnect: shutdown, with data that TCP has not.
#include <winsock2.h>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

class DisconnectTest : public FamilyTest {};
FOR_BOTH_FAMILIES(DisconnectTest);

TEST_P(DisconnectTest, SendingEnds) {
  Pair pair = tcp_pair(GetParam());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, WSASendDisconnect(pair.client.get(), nullptr));
  EXPECT_FAILS_WITH(send(pair.client.get(), "x", 1, 0), WSAESHUTDOWN);
  EXPECT_EQ("", receive_to_end(pair.server.get()));
  EXPECT_TRUE(send_all(pair.server.get(), "x")) << "the other way is open";
  EXPECT_EQ("x", receive_exactly(pair.client.get(), 1));
}

TEST_P(DisconnectTest, ReceivingEnds) {
  Pair pair = tcp_pair(GetParam());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, WSARecvDisconnect(pair.client.get(), nullptr));
  char byte;
  EXPECT_FAILS_WITH(recv(pair.client.get(), &byte, 1, 0), WSAESHUTDOWN);
  EXPECT_RETURNS(1, send(pair.client.get(), "x", 1, 0));
}

TEST_P(DisconnectTest, ThereIsNoDisconnectData) {
  Pair pair = tcp_pair(GetParam());
  ASSERT_TRUE(pair.valid());
  char data[] = "bye";
  WSABUF buffer{3, data};
  EXPECT_FAILS_WITH(WSASendDisconnect(pair.client.get(), &buffer), WSAENOPROTOOPT);
  EXPECT_FAILS_WITH(WSARecvDisconnect(pair.client.get(), &buffer), WSAENOPROTOOPT);
  EXPECT_TRUE(send_all(pair.client.get(), "x")) << "and nothing has happened";
}

TEST_P(DisconnectTest, Unconnected) {
  Socket stream = make_socket(GetParam(), SOCK_STREAM);
  EXPECT_FAILS_WITH(WSASendDisconnect(stream.get(), nullptr), WSAENOTCONN);
  EXPECT_FAILS_WITH(WSARecvDisconnect(stream.get(), nullptr), WSAENOTCONN);
  EXPECT_FAILS_WITH(WSASendDisconnect(INVALID_SOCKET, nullptr), WSAENOTSOCK);
  EXPECT_FAILS_WITH(WSARecvDisconnect(INVALID_SOCKET, nullptr), WSAENOTSOCK);
}

TEST_P(DisconnectTest, DatagramsNeedNoPeer) {
  Socket here = bound_socket(GetParam(), SOCK_DGRAM), there = bound_socket(GetParam(), SOCK_DGRAM);
  ASSERT_TRUE(here.valid() && there.valid());
  Endpoint to = local_name(there.get());
  ASSERT_RETURNS(0, WSARecvDisconnect(there.get(), nullptr));
  char byte;
  EXPECT_FAILS_WITH(recv(there.get(), &byte, 1, 0), WSAESHUTDOWN);
  // "For UDP, incoming datagrams are accepted and queued. In no case will an ICMP error packet be generated."
  ASSERT_RETURNS(1, sendto(here.get(), "x", 1, 0, to.address(), to.length));
  ASSERT_TRUE(set_nonblocking(here.get()));
  EXPECT_FAILS_WITH(recv(here.get(), &byte, 1, 0), WSAEWOULDBLOCK);
  ASSERT_RETURNS(0, WSASendDisconnect(here.get(), nullptr));
  EXPECT_FAILS_WITH(sendto(here.get(), "x", 1, 0, to.address(), to.length), WSAESHUTDOWN);
}

// "if there is still data queued on the socket waiting to be received, or data arrives subsequently, the connection is reset"; here
// that is when the socket is closed.
TEST_P(DisconnectTest, DataThatNobodyReceivesResetsTheConnection) {
  Pair pair = tcp_pair(GetParam());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  ASSERT_RETURNS(0, WSARecvDisconnect(pair.server.get(), nullptr));
  pair.server = Socket();
  char byte;
  EXPECT_FAILS_WITH(recv(pair.client.get(), &byte, 1, 0), WSAECONNRESET);
}

}  // namespace
}  // namespace regress
