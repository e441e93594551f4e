// Options of the protocols whose values have a meaning of their own: interfaces, groups, segmentation, control data, acceptance.
// What holds for every option is made from the option table in tests/unit/ws2_32/option_rows_test.cpp.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <string>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#endif
#ifndef SO_PAUSE_ACCEPT
#define SO_PAUSE_ACCEPT 0x3003
#define SO_RANDOMIZE_PORT 0x3005
#define SO_REUSE_UNICASTPORT 0x3007
#endif
#ifndef TCP_FASTOPEN
#define TCP_FASTOPEN 15
#define TCP_MAXRT 5
#endif

namespace regress {
namespace {

int set(SOCKET s, int level, int name, const void* value, size_t length) {
  return setsockopt(s, level, name, bytes_of(value), static_cast<int>(length));
}

// The index of the loopback interface, as the routes tell it: the one that a socket bound to it sends multicast by.
class InterfaceTest : public WinsockTest {};

TEST_F(InterfaceTest, MulticastInterfaceByAddressAndByIndex) {
  const Socket socket = make_socket(AF_INET, SOCK_DGRAM);
  EXPECT_EQ(0, get_option(socket.get(), IPPROTO_IP, IP_MULTICAST_IF));
  const DWORD address = htonl(INADDR_LOOPBACK);
  ASSERT_RETURNS(0, set(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &address, sizeof address));
  const int index = get_option(socket.get(), IPPROTO_IP, IP_MULTICAST_IF);
  ASSERT_GT(index, 0) << "an index in the order of the machine comes back";
  ASSERT_LT(index, 0x01000000);
  const Socket other = make_socket(AF_INET, SOCK_DGRAM);
  const DWORD by_index = htonl(static_cast<DWORD>(index));
  ASSERT_RETURNS(0, set(other.get(), IPPROTO_IP, IP_MULTICAST_IF, &by_index, sizeof by_index));
  EXPECT_EQ(index, get_option(other.get(), IPPROTO_IP, IP_MULTICAST_IF));
  const DWORD none = 0;
  ASSERT_RETURNS(0, set(other.get(), IPPROTO_IP, IP_MULTICAST_IF, &none, sizeof none));
  EXPECT_EQ(0, get_option(other.get(), IPPROTO_IP, IP_MULTICAST_IF));
  const DWORD nobody = htonl(0xcb007107);  // 203.0.113.7, set aside for documentation
  EXPECT_FAILS_WITH(set(other.get(), IPPROTO_IP, IP_MULTICAST_IF, &nobody, sizeof nobody), WSAEADDRNOTAVAIL);
}

TEST_F(InterfaceTest, UnicastInterfaceInNetworkOrderForIpv4Alone) {
  const Socket four = make_socket(AF_INET, SOCK_DGRAM), six = make_socket(AF_INET6, SOCK_DGRAM);
  const DWORD one = 1, in_network_order = htonl(1);
  ASSERT_RETURNS(0, set(four.get(), IPPROTO_IP, IP_UNICAST_IF, &in_network_order, sizeof in_network_order));
  EXPECT_EQ(1, get_option(four.get(), IPPROTO_IP, IP_UNICAST_IF)) << "it is read in the order of the machine";
  ASSERT_RETURNS(0, set(six.get(), IPPROTO_IPV6, IPV6_UNICAST_IF, &one, sizeof one));
  EXPECT_EQ(1, get_option(six.get(), IPPROTO_IPV6, IPV6_UNICAST_IF));
}

TEST_F(InterfaceTest, MtuOfAPathIsForConnectedSockets) {
  const Socket alone = make_socket(AF_INET, SOCK_DGRAM);
  DWORD mtu = 0;
  int length = sizeof mtu;
  EXPECT_FAILS_WITH(getsockopt(alone.get(), IPPROTO_IP, IP_MTU, bytes_of(&mtu), &length), WSAENOTCONN);
  const Pair pair = udp_pair();
  EXPECT_GE(get_option(pair.client.get(), IPPROTO_IP, IP_MTU), 576);
}

// ---- groups ----------------------------------------------------------------------------------------------------------

// A receiver and a sender on the loopback interface, and a group that the receiver may join. Systems that route no IPv6 multicast
// over their loopback interface let members join all the same: what they receive there is tests/system/network_test's.
class GroupTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    const DWORD address = htonl(INADDR_LOOPBACK), index = 1;
    receiver_ = make_socket(family(), SOCK_DGRAM);
    const Endpoint place = any_address(family());
    ASSERT_RETURNS(0, bind(receiver_.get(), place.address(), place.length));
    sender_ = make_socket(family(), SOCK_DGRAM);
    if (family() == AF_INET) {
      ASSERT_RETURNS(0, set(sender_.get(), IPPROTO_IP, IP_MULTICAST_IF, &address, sizeof address));
    } else {
      ASSERT_RETURNS(0, set(sender_.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index));
    }
    group_ = any_address(family(), local_name(receiver_.get()).port());
    if (family() == AF_INET) {
      reinterpret_cast<sockaddr_in&>(group_.storage).sin_addr.s_addr = htonl(0xe8010203);
    } else {
      inet_pton(AF_INET6, "ff15::1:2:3", &reinterpret_cast<sockaddr_in6&>(group_.storage).sin6_addr);
    }
  }
  void TearDown() override {
    receiver_ = Socket();
    sender_ = Socket();
    FamilyTest::TearDown();
  }
  int level() const { return family() == AF_INET ? IPPROTO_IP : IPPROTO_IPV6; }
  GROUP_REQ request() const {
    GROUP_REQ request{};
    request.gr_interface = 1;  // the loopback interface, natively
    std::memcpy(&request.gr_group, &group_.storage, sizeof group_.storage);
    return request;
  }
  GROUP_SOURCE_REQ source_request(const Endpoint& source) const {
    GROUP_SOURCE_REQ request{};
    request.gsr_interface = 1;
    std::memcpy(&request.gsr_group, &group_.storage, sizeof group_.storage);
    std::memcpy(&request.gsr_source, &source.storage, sizeof source.storage);
    return request;
  }
  bool loopback_carries() const { return family() == AF_INET; }
  bool send_to_group() { return sendto(sender_.get(), "hello", 5, 0, group_.address(), group_.length) == 5; }
  bool receives() {
    char bytes[8];
    return wait_for(receiver_.get(), Readiness::kRead) && recv(receiver_.get(), bytes, sizeof bytes, 0) == 5;
  }

  Socket receiver_, sender_;
  Endpoint group_;
};
FOR_BOTH_FAMILIES(GroupTest);

TEST_P(GroupTest, AMemberReceives) {
  const GROUP_REQ join = request();
  ASSERT_RETURNS(0, set(receiver_.get(), level(), MCAST_JOIN_GROUP, &join, sizeof join));
  if (loopback_carries()) {
    ASSERT_TRUE(send_to_group()) << error_name(WSAGetLastError());
    EXPECT_TRUE(receives());
  }
  EXPECT_RETURNS(0, set(receiver_.get(), level(), MCAST_LEAVE_GROUP, &join, sizeof join));
  EXPECT_FAILS_WITH(set(receiver_.get(), level(), MCAST_LEAVE_GROUP, &join, sizeof join), WSAEADDRNOTAVAIL);
}

TEST_P(GroupTest, AMemberReceivesFromTheSourceItNamed) {
  const GROUP_SOURCE_REQ join = source_request(loopback(family()));
  ASSERT_RETURNS(0, set(receiver_.get(), level(), MCAST_JOIN_SOURCE_GROUP, &join, sizeof join));
  if (loopback_carries()) {
    ASSERT_TRUE(send_to_group()) << error_name(WSAGetLastError());
    EXPECT_TRUE(receives());
  }
  EXPECT_RETURNS(0, set(receiver_.get(), level(), MCAST_LEAVE_SOURCE_GROUP, &join, sizeof join));
}

TEST_P(GroupTest, ABlockedSourceIsNotHeard) {
  const GROUP_REQ join = request();
  const GROUP_SOURCE_REQ block = source_request(loopback(family()));
  ASSERT_RETURNS(0, set(receiver_.get(), level(), MCAST_JOIN_GROUP, &join, sizeof join));
  ASSERT_RETURNS(0, set(receiver_.get(), level(), MCAST_BLOCK_SOURCE, &block, sizeof block));
  if (loopback_carries()) {
    ASSERT_TRUE(send_to_group());
  }
  ASSERT_RETURNS(0, set(receiver_.get(), level(), MCAST_UNBLOCK_SOURCE, &block, sizeof block));
  if (!loopback_carries()) return;
  ASSERT_TRUE(send_to_group());
  EXPECT_TRUE(receives());
  EXPECT_FALSE(wait_for(receiver_.get(), Readiness::kRead, 0)) << "what came from the blocked source was kept";
}

// The receiver decides, not the sender.
class MulticastLoopTest : public GroupTest {};
INSTANTIATE_TEST_SUITE_P(Family, MulticastLoopTest, ::testing::Values(AF_INET), family_name);

TEST_P(MulticastLoopTest, AReceiverNeedNotHearItsOwnMachine) {
  const GROUP_REQ join = request();
  ASSERT_RETURNS(0, set(receiver_.get(), level(), MCAST_JOIN_GROUP, &join, sizeof join));
  ASSERT_TRUE(set_option(sender_.get(), IPPROTO_IP, IP_MULTICAST_LOOP, 0)) << "says nothing about others";
  ASSERT_TRUE(set_option(receiver_.get(), IPPROTO_IP, IP_MULTICAST_LOOP, 0));
  ASSERT_TRUE(send_to_group());
  EXPECT_FALSE(wait_for(receiver_.get(), Readiness::kRead, 0));
  ASSERT_TRUE(set_option(receiver_.get(), IPPROTO_IP, IP_MULTICAST_LOOP, 1));
  ASSERT_TRUE(send_to_group());
  EXPECT_TRUE(receives());
}

TEST_P(GroupTest, RequestsAreWhole) {
  const GROUP_REQ join = request();
  EXPECT_FAILS_WITH(set(receiver_.get(), level(), MCAST_JOIN_GROUP, &join, sizeof join - 1), WSAEFAULT);
  GROUP_REQ no_group{};
  EXPECT_FAILS_WITH_ONE_OF(set(receiver_.get(), level(), MCAST_JOIN_GROUP, &no_group, sizeof no_group),
                           (std::vector<int>{WSAEINVAL, WSAEADDRNOTAVAIL}));
}

// ---- which interfaces are listened to -------------------------------------------------------------------------------------

#ifndef IP_IFLIST
#define IP_IFLIST 28
#define IP_ADD_IFLIST 29
#define IP_DEL_IFLIST 30
#define IP_GET_IFLIST 33
#endif

class InterfaceListTest : public FamilyTest {
 protected:
  int level() const { return family() == AF_INET ? IPPROTO_IP : IPPROTO_IPV6; }
};
FOR_BOTH_FAMILIES(InterfaceListTest);

TEST_P(InterfaceListTest, ReceivesFromThoseInTheListAlone) {
  const Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  const SOCKET s = pair.server.get();
  const auto hears = [&](bool expected) {
    char byte;
    ASSERT_EQ(1, send(pair.client.get(), "x", 1, 0));
    ASSERT_EQ(expected, wait_for(s, Readiness::kRead, expected ? kDeadlineMs : 0));
    if (expected) {
      ASSERT_EQ(1, recv(s, &byte, 1, 0));
    }
  };
  EXPECT_EQ(0, get_option(s, level(), IP_IFLIST));
  const DWORD first = 1, other = 4711;
  EXPECT_FAILS_WITH(set(s, level(), IP_ADD_IFLIST, &first, sizeof first), WSAEINVAL) << "the list is not switched on";
  ASSERT_TRUE(set_option(s, level(), IP_IFLIST, 1));
  hears(false);  // it starts empty
  ASSERT_RETURNS(0, set(s, level(), IP_ADD_IFLIST, &other, sizeof other));
  hears(false);
  ASSERT_RETURNS(0, set(s, level(), IP_ADD_IFLIST, &first, sizeof first));
  hears(true);
  DWORD list[4] = {};
  int length = sizeof list;
  ASSERT_RETURNS(0, getsockopt(s, level(), IP_GET_IFLIST, bytes_of(list), &length));
  EXPECT_EQ(8, length);
  EXPECT_EQ(other, list[0]);
  EXPECT_EQ(first, list[1]);
  ASSERT_RETURNS(0, set(s, level(), IP_DEL_IFLIST, &first, sizeof first));
  hears(false);
  ASSERT_TRUE(set_option(s, level(), IP_IFLIST, 0));
  hears(true);
  EXPECT_FAILS_WITH(getsockopt(s, level(), IP_GET_IFLIST, bytes_of(list), &length), WSAEINVAL);
}

// ---- one send, many datagrams ----------------------------------------------------------------------------------------

class SegmentationTest : public FamilyTest {};
FOR_BOTH_FAMILIES(SegmentationTest);

TEST_P(SegmentationTest, OneSendIsManyDatagrams) {
  const Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(0, get_option(pair.client.get(), IPPROTO_UDP, UDP_SEND_MSG_SIZE));
  ASSERT_TRUE(set_option(pair.client.get(), IPPROTO_UDP, UDP_SEND_MSG_SIZE, 1000));
  const std::string data(3500, 'x');
  ASSERT_EQ(3500, send(pair.client.get(), data.data(), 3500, 0)) << error_name(WSAGetLastError());
  for (const int expected : {1000, 1000, 1000, 500}) {
    char bytes[4096];
    ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
    EXPECT_EQ(expected, recv(pair.server.get(), bytes, sizeof bytes, 0));
  }
}

// Whether anything is coalesced is the system's choice; that nothing is lost is not.
TEST_P(SegmentationTest, CoalescedDatagramsLoseNothing) {
  const Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(0, get_option(pair.server.get(), IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE));
  ASSERT_TRUE(set_option(pair.server.get(), IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, 65535));
  EXPECT_EQ(65535, get_option(pair.server.get(), IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE));
  ASSERT_TRUE(set_option(pair.client.get(), IPPROTO_UDP, UDP_SEND_MSG_SIZE, 1000));
  const std::string data(8000, 'x');
  ASSERT_EQ(8000, send(pair.client.get(), data.data(), 8000, 0)) << error_name(WSAGetLastError());
  int received = 0;
  while (received < 8000) {
    std::string bytes(65535, ' ');
    ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
    const int one = recv(pair.server.get(), &bytes[0], 65535, 0);
    ASSERT_GT(one, 0) << error_name(WSAGetLastError());
    EXPECT_EQ(0, one % 1000) << "datagrams of one size";
    received += one;
  }
  EXPECT_EQ(8000, received);
}

TEST_P(SegmentationTest, ASmallLimitCoalescesNothingLarger) {
  const Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_option(pair.server.get(), IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, 2000));
  ASSERT_TRUE(set_option(pair.client.get(), IPPROTO_UDP, UDP_SEND_MSG_SIZE, 1000));
  const std::string data(8000, 'x');
  ASSERT_EQ(8000, send(pair.client.get(), data.data(), 8000, 0));
  for (int received = 0; received < 8000;) {
    char bytes[2000];
    ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
    const int one = recv(pair.server.get(), bytes, sizeof bytes, 0);
    ASSERT_GT(one, 0) << error_name(WSAGetLastError());
    received += one;
  }
}

// ---- connections -----------------------------------------------------------------------------------------------------

class AcceptanceTest : public FamilyTest {};
FOR_BOTH_FAMILIES(AcceptanceTest);

TEST_P(AcceptanceTest, ContextsAreUpdatedOnConnectionsAlone) {
  const Socket server = listener(family());
  const Socket client = connect_to(server.get(), family());
  const Socket accepted(accept(server.get(), nullptr, nullptr));
  const SOCKET listening = server.get(), wrong = INVALID_SOCKET, stream = client.get();
  EXPECT_RETURNS(0, setsockopt(client.get(), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0));
  EXPECT_RETURNS(0, set(accepted.get(), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &listening, sizeof listening));
  EXPECT_FAILS_WITH(set(accepted.get(), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &wrong, sizeof wrong), WSAENOTSOCK);
  EXPECT_FAILS_WITH(set(accepted.get(), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &stream, sizeof stream), WSAEINVAL);
  EXPECT_FAILS_WITH(set(accepted.get(), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &listening, sizeof listening - 1), WSAEFAULT);
  const Socket alone = make_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(setsockopt(alone.get(), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0), WSAENOTCONN);
  EXPECT_FAILS_WITH(set(alone.get(), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &listening, sizeof listening), WSAENOTCONN);
}

TEST_P(AcceptanceTest, APausedListenerResetsWhoComes) {
  const Socket server = listener(family());
  const Socket before = connect_to(server.get(), family());
  ASSERT_TRUE(before.valid());
  ASSERT_TRUE(wait_for(server.get(), Readiness::kRead));
  ASSERT_TRUE(set_option(server.get(), SOL_SOCKET, SO_PAUSE_ACCEPT, 1));
  EXPECT_EQ(1, get_option(server.get(), SOL_SOCKET, SO_PAUSE_ACCEPT));
  const Socket accepted(accept(server.get(), nullptr, nullptr));
  EXPECT_TRUE(accepted.valid()) << "who waited before the pause is served";
  // Refused, or reset as soon as the server looks at it.
  const Socket during = connect_to(server.get(), family());
  ASSERT_TRUE(set_option(server.get(), SOL_SOCKET, SO_PAUSE_ACCEPT, 0));
  if (during.valid()) {
    char byte;
    EXPECT_FAILS_WITH_ONE_OF(recv(during.get(), &byte, 1, 0), connection_lost());
  }
  const Socket after = connect_to(server.get(), family());
  const Socket served(accept(server.get(), nullptr, nullptr));
  ASSERT_TRUE(after.valid() && served.valid());
  ASSERT_TRUE(send_all(after.get(), "x"));
  EXPECT_EQ("x", receive_exactly(served.get(), 1)) << "the connection after the pause, not the one during it";
}

TEST_P(AcceptanceTest, PortsThatAreReusedAreRandomAlready) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_option(socket.get(), SOL_SOCKET, SO_REUSE_UNICASTPORT, 1));
  EXPECT_FALSE(set_option(socket.get(), SOL_SOCKET, SO_RANDOMIZE_PORT, 1));
}

TEST_P(AcceptanceTest, FastOpenAndRetransmission) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_option(socket.get(), IPPROTO_TCP, TCP_FASTOPEN, 1)) << error_name(WSAGetLastError());
  EXPECT_EQ(1, get_option(socket.get(), IPPROTO_TCP, TCP_FASTOPEN));
  ASSERT_TRUE(set_option(socket.get(), IPPROTO_TCP, TCP_MAXRT, 20));
  EXPECT_EQ(20, get_option(socket.get(), IPPROTO_TCP, TCP_MAXRT));
}

TEST_P(AcceptanceTest, LowWaterMarksAreInvalid) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  DWORD value = 1;
  int length = sizeof value;
  for (const int name : {SO_RCVLOWAT, SO_SNDLOWAT}) {
    EXPECT_FAILS_WITH(getsockopt(socket.get(), SOL_SOCKET, name, bytes_of(&value), &length), WSAEINVAL);
    EXPECT_FAILS_WITH(setsockopt(socket.get(), SOL_SOCKET, name, bytes_of(&value), length), WSAEINVAL);
  }
}

}  // namespace
}  // namespace regress
