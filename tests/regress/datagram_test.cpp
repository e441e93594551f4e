// Datagrams: addresses, default destinations, and messages longer than the buffer.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <string>

#include "tests/regress/datagram_pair.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/agent.h"

namespace regress {
namespace {

class DatagramTest : public DatagramPairTest {
 protected:
  // Nothing more can be received.
  ::testing::AssertionResult nothing_left() {
    if (!set_nonblocking(there())) return ::testing::AssertionFailure();
    char byte;
    const ::testing::AssertionResult result = failed_with(outcome_of([&] { return recv(there(), &byte, 1, 0); }), {WSAEWOULDBLOCK});
    set_nonblocking(there(), false);
    return result;
  }
};
FOR_BOTH_FAMILIES(DatagramTest);

TEST_P(DatagramTest, TellsWhoSent) {
  ASSERT_TRUE(arrived("hello"));
  char buffer[16];
  Endpoint sender;
  sender.length = sizeof sender.storage;
  ASSERT_RETURNS(5, recvfrom(there(), buffer, sizeof buffer, 0, sender.address(), &sender.length));
  EXPECT_EQ("hello", std::string(buffer, 5));
  EXPECT_EQ(target_.length, sender.length);
  EXPECT_TRUE(sender == local_name(here()));
}

TEST_P(DatagramTest, TheSenderIsOptional) {
  ASSERT_TRUE(arrived("hello"));
  char buffer[16];
  EXPECT_RETURNS(5, recvfrom(there(), buffer, sizeof buffer, 0, nullptr, nullptr));
}

TEST_P(DatagramTest, WsaCallsDoTheSame) {
  char left[] = "left", right[] = "right";
  WSABUF out[] = {{4, left}, {5, right}};
  DWORD count = 0, flags = 0;
  ASSERT_RETURNS(0, WSASendTo(here(), out, 2, &count, 0, target_.address(), target_.length, nullptr, nullptr));
  EXPECT_EQ(9u, count);
  char a[6], b[6];
  WSABUF in[] = {{6, a}, {6, b}};
  Endpoint sender;
  sender.length = sizeof sender.storage;
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  ASSERT_RETURNS(0, WSARecvFrom(there(), in, 2, &count, &flags, sender.address(), &sender.length, nullptr, nullptr));
  EXPECT_EQ(9u, count);
  EXPECT_EQ("leftright", std::string(a, 6) + std::string(b, 3));
  EXPECT_TRUE(sender == local_name(here()));
}

TEST_P(DatagramTest, MessagesKeepTheirBounds) {
  ASSERT_TRUE(arrived("one"));
  ASSERT_TRUE(arrived("three"));
  char buffer[16];
  EXPECT_EQ(3, recv(there(), buffer, sizeof buffer, 0));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  EXPECT_EQ(5, recv(there(), buffer, sizeof buffer, 0));
}

TEST_P(DatagramTest, AnEmptyMessageIsAMessage) {
  ASSERT_TRUE(arrived(""));
  char byte;
  EXPECT_RETURNS(0, recv(there(), &byte, 1, 0));
  EXPECT_TRUE(nothing_left());
}

// ---- a message longer than the buffer --------------------------------------------------------------------------------

TEST_P(DatagramTest, RecvTooSmallGivesTheFirstPartAndDropsTheRest) {
  ASSERT_TRUE(arrived("0123456789"));
  char buffer[5] = "....";
  EXPECT_FAILS_WITH(recv(there(), buffer, 4, 0), WSAEMSGSIZE);
  EXPECT_EQ("0123", std::string(buffer, 4));
  EXPECT_TRUE(nothing_left());
}

TEST_P(DatagramTest, RecvFromTooSmallStillTellsTheSender) {
  ASSERT_TRUE(arrived("0123456789"));
  char buffer[5] = "....";
  Endpoint sender;
  sender.length = sizeof sender.storage;
  EXPECT_FAILS_WITH(recvfrom(there(), buffer, 4, 0, sender.address(), &sender.length), WSAEMSGSIZE);
  EXPECT_EQ("0123", std::string(buffer, 4));
  EXPECT_TRUE(sender == local_name(here()));
  EXPECT_TRUE(nothing_left());
}

TEST_P(DatagramTest, WsaRecvTooSmallFillsAllBuffers) {
  ASSERT_TRUE(arrived("0123456789"));
  char a[3] = "..", b[3] = "..";
  WSABUF in[] = {{2, a}, {2, b}};
  DWORD count = 0, flags = 0;
  EXPECT_FAILS_WITH(WSARecv(there(), in, 2, &count, &flags, nullptr, nullptr), WSAEMSGSIZE);
  EXPECT_EQ("0123", std::string(a, 2) + std::string(b, 2));
  EXPECT_TRUE(nothing_left());
}

TEST_P(DatagramTest, WsaRecvFromTooSmall) {
  ASSERT_TRUE(arrived("0123456789"));
  char a[5] = "....";
  WSABUF in = {4, a};
  DWORD count = 0, flags = 0;
  EXPECT_FAILS_WITH(WSARecvFrom(there(), &in, 1, &count, &flags, nullptr, nullptr, nullptr, nullptr), WSAEMSGSIZE);
  EXPECT_EQ("0123", std::string(a, 4));
  EXPECT_TRUE(nothing_left());
}

TEST_P(DatagramTest, PeekTooSmallKeepsTheMessage) {
  ASSERT_TRUE(arrived("0123456789"));
  char buffer[16] = "....";
  EXPECT_FAILS_WITH(recv(there(), buffer, 4, MSG_PEEK), WSAEMSGSIZE);
  EXPECT_EQ("0123", std::string(buffer, 4));
  EXPECT_EQ(10, recv(there(), buffer, sizeof buffer, 0));
}

TEST_P(DatagramTest, ExactlyFittingIsNoError) {
  ASSERT_TRUE(arrived("0123"));
  char buffer[4];
  EXPECT_RETURNS(4, recv(there(), buffer, 4, 0));
}

TEST_P(DatagramTest, SendingTooMuch) {
  const std::string data(70000, 'x');
  EXPECT_FAILS_WITH(sendto(here(), data.data(), static_cast<int>(data.size()), 0, target_.address(), target_.length), WSAEMSGSIZE);
}

// ---- bound, unbound, connected ---------------------------------------------------------------------------------------

TEST_P(DatagramTest, ReceivingUnboundIsInvalid) {
  const Socket unbound = make_socket(family(), SOCK_DGRAM);
  ASSERT_TRUE(set_nonblocking(unbound.get()));  // so that a provider that gets it wrong does not wait for ever
  char byte;
  WSABUF in = {1, &byte};
  DWORD count = 0, flags = 0;
  EXPECT_FAILS_WITH(recvfrom(unbound.get(), &byte, 1, 0, nullptr, nullptr), WSAEINVAL);
  EXPECT_FAILS_WITH(recv(unbound.get(), &byte, 1, 0), WSAEINVAL);
  EXPECT_FAILS_WITH(WSARecvFrom(unbound.get(), &in, 1, &count, &flags, nullptr, nullptr, nullptr, nullptr), WSAEINVAL);
}

TEST_P(DatagramTest, SendingBindsAnUnboundSocket) {
  const Socket unbound = make_socket(family(), SOCK_DGRAM);
  ASSERT_RETURNS(2, sendto(unbound.get(), "hi", 2, 0, target_.address(), target_.length));
  EXPECT_NE(0, local_name(unbound.get()).port());
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  char buffer[8];
  Endpoint sender;
  sender.length = sizeof sender.storage;
  ASSERT_EQ(2, recvfrom(there(), buffer, sizeof buffer, 0, sender.address(), &sender.length));
  EXPECT_EQ(local_name(unbound.get()).port(), sender.port());
}

TEST_P(DatagramTest, SendingNowhere) {
  EXPECT_FAILS_WITH_ONE_OF(send(here(), "x", 1, 0), no_destination());
  EXPECT_FAILS_WITH_ONE_OF(sendto(here(), "x", 1, 0, nullptr, 0), no_destination());
}

TEST_P(DatagramTest, AShortAddressIsAFault) {
  EXPECT_FAILS_WITH(sendto(here(), "x", 1, 0, target_.address(), 4), WSAEFAULT);
  char byte;
  ASSERT_TRUE(arrived("x"));
  sockaddr_storage name;
  int length = 4;
  EXPECT_FAILS_WITH(recvfrom(there(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&name), &length), WSAEFAULT);
}

TEST_P(DatagramTest, ConnectedSocketsSendToTheirPeerAndHearOnlyIt) {
  const Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  const Endpoint server = local_name(pair.server.get());
  ASSERT_EQ(8, sendto(here(), "stranger", 8, 0, server.address(), server.length));
  ASSERT_RETURNS(4, send(pair.client.get(), "peer", 4, 0));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  char buffer[16];
  EXPECT_EQ(4, recv(pair.server.get(), buffer, sizeof buffer, 0));
  EXPECT_TRUE(peer_name(pair.server.get()) == local_name(pair.client.get()));
}

TEST_P(DatagramTest, ConnectingAgainChangesThePeer) {
  ASSERT_RETURNS(0, connect(here(), target_.address(), target_.length));
  const Socket other = bound_socket(family(), SOCK_DGRAM);
  const Endpoint second = local_name(other.get());
  ASSERT_RETURNS(0, connect(here(), second.address(), second.length));
  ASSERT_RETURNS(1, send(here(), "x", 1, 0));
  EXPECT_TRUE(wait_for(other.get(), Readiness::kRead));
  EXPECT_TRUE(nothing_left());
}

TEST_P(DatagramTest, ConnectingToTheZeroAddressTakesThePeerAway) {
  ASSERT_RETURNS(0, connect(here(), target_.address(), target_.length));
  const Endpoint nobody = any_address(family());
  ASSERT_RETURNS(0, connect(here(), nobody.address(), nobody.length));
  sockaddr_storage name;
  int length = sizeof name;
  EXPECT_FAILS_WITH(getpeername(here(), reinterpret_cast<sockaddr*>(&name), &length), WSAENOTCONN);
  EXPECT_FAILS_WITH_ONE_OF(send(here(), "x", 1, 0), no_destination());
}

TEST_P(DatagramTest, NeitherListensNorAccepts) {
  EXPECT_FAILS_WITH(accept(here(), nullptr, nullptr), WSAEOPNOTSUPP);
}

TEST_P(DatagramTest, HasNoUrgentData) {
  EXPECT_FAILS_WITH(sendto(here(), "x", 1, MSG_OOB, target_.address(), target_.length), WSAEOPNOTSUPP);
  char byte;
  ASSERT_TRUE(set_nonblocking(there()));
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, MSG_OOB), WSAEOPNOTSUPP);
}

TEST_P(DatagramTest, NonBlockingWithoutData) { EXPECT_TRUE(nothing_left()); }

TEST_P(DatagramTest, DataPointerFaults) {
  EXPECT_FAILS_WITH(sendto(here(), unmapped_address(), 4, 0, target_.address(), target_.length), WSAEFAULT);
  ASSERT_TRUE(arrived("x"));
  EXPECT_FAILS_WITH(recvfrom(there(), unmapped_address(), 4, 0, nullptr, nullptr), WSAEFAULT);
}

TEST_P(DatagramTest, HowMuchWaits) {
  u_long available = 99;
  ASSERT_RETURNS(0, ioctlsocket(there(), FIONREAD, &available));
  EXPECT_EQ(0u, available);
  ASSERT_TRUE(arrived("12345"));
  ASSERT_RETURNS(0, ioctlsocket(there(), FIONREAD, &available));
  EXPECT_EQ(5u, available);
}

// ---- raw sockets: an echo request to ourselves, where the user may ------------------------------------------------------

class RawTest : public WinsockTest {};

TEST_F(RawTest, SeesTheEchoRequestThatItSent) {
  const Outcome made = outcome_of([] { return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); });
  if (made.failed() && made.error == WSAEACCES) GTEST_SKIP() << "raw sockets need a privilege here";
  ASSERT_FALSE(made.failed()) << describe(made);
  const Socket raw(static_cast<SOCKET>(made.result));
  const Endpoint self = loopback(AF_INET);
  ASSERT_RETURNS(0, bind(raw.get(), self.address(), self.length));
  // Type 8, code 0, checksum, identifier, sequence number, payload.
  unsigned char request[] = {8, 0, 0, 0, 0x57, 0x53, 0, 1, 'w', 'i', 'n', 's', 'o', 'c', 'k', '!'};
  unsigned long sum = 0;
  for (size_t i = 0; i < sizeof request; i += 2) sum += static_cast<unsigned long>(request[i] << 8 | request[i + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  request[2] = static_cast<unsigned char>(~sum >> 8);
  request[3] = static_cast<unsigned char>(~sum);
  ASSERT_RETURNS(static_cast<int>(sizeof request),
                 sendto(raw.get(), bytes_of(static_cast<const void*>(request)), sizeof request, 0, self.address(), self.length));
  constexpr int kMostStrangers = 100;  // a raw socket sees everybody's messages
  bool seen = false;
  for (int i = 0; i < kMostStrangers && !seen; ++i) {
    ASSERT_TRUE(wait_for(raw.get(), Readiness::kRead));
    char packet[1500];
    const int length = recv(raw.get(), packet, sizeof packet, 0);
    ASSERT_GT(length, 0) << error_name(WSAGetLastError());
    const int header = (packet[0] & 0xf) * 4;  // the IP header comes first
    seen = length == header + static_cast<int>(sizeof request) && std::memcmp(packet + header + 4, request + 4, 12) == 0;
  }
  EXPECT_TRUE(seen);
}

TEST_F(RawTest, IsHandedToAnotherProcess) {
  const Outcome made = outcome_of([] { return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); });
  if (made.failed() && made.error == WSAEACCES) GTEST_SKIP() << "raw sockets need a privilege here";
  ASSERT_FALSE(made.failed()) << describe(made);
  const Socket raw(static_cast<SOCKET>(made.result));
  Agent agent;
  ASSERT_TRUE(agent.start());
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(raw.get(), agent.pid(), &info));
  EXPECT_EQ(SOCK_RAW, info.iSocketType);
  const Outcome claimed = agent.claim(info);
  ASSERT_FALSE(claimed.failed()) << describe(claimed);
  EXPECT_EQ(SOCK_RAW, agent.get_option(static_cast<SOCKET>(claimed.result), SOL_SOCKET, SO_TYPE).result);
  EXPECT_TRUE(agent.finish());
}

class BroadcastTest : public WinsockTest {};

TEST_F(BroadcastTest, NeedsTheOption) {
  const Socket socket = make_socket(AF_INET, SOCK_DGRAM);
  sockaddr_in everybody{};
  everybody.sin_family = AF_INET;
  everybody.sin_port = htons(9);
  everybody.sin_addr.s_addr = INADDR_BROADCAST;
  EXPECT_FAILS_WITH(sendto(socket.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&everybody), sizeof everybody), WSAEACCES);
}

}  // namespace
}  // namespace regress
