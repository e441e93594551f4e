// Datagrams with control data: what WSASendMsg sends and WSARecvMsg tells. What they refuse: message_error_test.cpp.
#include "tests/regress/message.h"

#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

FOR_BOTH_FAMILIES(MessageTest);

TEST_P(MessageTest, ThereAndBack) {
  Message out("hello", &target_), in;
  ASSERT_RETURNS(0, send_message(out));
  EXPECT_EQ(5u, sent_);
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ("hello", std::string(in.data.data(), count));
  EXPECT_EQ(target_.length, in.message.namelen);
  in.sender.length = in.message.namelen;
  EXPECT_TRUE(in.sender == local_name(here()));
  EXPECT_EQ(0u, in.message.dwFlags);
  EXPECT_EQ(0u, in.message.Control.len) << "nothing was asked for";
}

TEST_P(MessageTest, TheExtensionFunctionOfSendingIsTheExport) {
  auto send = extension<LPFN_WSASENDMSG>(here(), WSAID_WSASENDMSG);
  ASSERT_NE(nullptr, send);
  Message out("x", &target_);
  EXPECT_RETURNS(0, send(here(), &out.message, 0, &sent_, nullptr, nullptr));
  EXPECT_EQ(1u, sent_);
}

TEST_P(MessageTest, AConnectedSocketNeedsNoName) {
  ASSERT_RETURNS(0, connect(here(), target_.address(), target_.length));
  Message out("hello", nullptr);
  EXPECT_RETURNS(0, send_message(out));
}

TEST_P(MessageTest, WithoutAPeerANameIsNeeded) {
  Message out("hello", nullptr);
  EXPECT_FAILS_WITH_ONE_OF(send_message(out), no_destination());
}

TEST_P(MessageTest, GathersAndScatters) {
  Message out("hello", &target_), in(3);
  char more[] = "world";
  WSABUF parts[] = {out.buffer, {5, more}};
  out.message.lpBuffers = parts;
  out.message.dwBufferCount = 2;
  ASSERT_RETURNS(0, send_message(out));
  EXPECT_EQ(10u, sent_);
  char rest[16];
  WSABUF rooms[] = {in.buffer, {sizeof rest, rest}};
  in.message.lpBuffers = rooms;
  in.message.dwBufferCount = 2;
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(10u, count);
  EXPECT_EQ("helloworld", std::string(in.data.data(), 3) + std::string(rest, 7));
}

// ---- what tells of the destination -----------------------------------------------------------------------------------------
TEST_P(MessageTest, PacketInfoTellsDestinationAndInterface) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_PKTINFO, IPV6_PKTINFO), 1));
  ASSERT_TRUE(arrived("hello"));
  Message in;
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(1, in.items());
  if (family() == AF_INET6) {
    auto info = in.find<IN6_PKTINFO>(IPPROTO_IPV6, IPV6_PKTINFO);
    ASSERT_TRUE(info);
    EXPECT_EQ(0, memcmp(&info->ipi6_addr, &reinterpret_cast<sockaddr_in6*>(target_.address())->sin6_addr, sizeof info->ipi6_addr));
    EXPECT_NE(0u, info->ipi6_ifindex);
  } else {
    auto info = in.find<IN_PKTINFO>(IPPROTO_IP, IP_PKTINFO);
    ASSERT_TRUE(info);
    EXPECT_EQ(htonl(INADDR_LOOPBACK), info->ipi_addr.s_addr);
    EXPECT_NE(0u, info->ipi_ifindex);
  }
}

TEST_P(MessageTest, PacketInfoChoosesTheSource) {
  if (family() == AF_INET6) GTEST_SKIP() << "loopback has one IPv6 address";
  // The sender is bound to no address.
  here_ = make_socket(AF_INET, SOCK_DGRAM);
  Endpoint any = any_address(AF_INET);
  ASSERT_RETURNS(0, bind(here(), any.address(), any.length));
  Message out("hello", &target_), in;
  IN_PKTINFO info{};
  info.ipi_addr.s_addr = htonl(INADDR_LOOPBACK + 8);
  out.add(IPPROTO_IP, IP_PKTINFO, info);
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(htonl(INADDR_LOOPBACK + 8), reinterpret_cast<sockaddr_in*>(in.sender.address())->sin_addr.s_addr);
}

TEST_P(MessageTest, AnOptionThatIsOffAgainDeliversNothing) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_PKTINFO, IPV6_PKTINFO), 1));
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_PKTINFO, IPV6_PKTINFO), 0));
  EXPECT_EQ(0, get_option(there(), ip(), of_family(IP_PKTINFO, IPV6_PKTINFO)));
  ASSERT_TRUE(arrived("hello"));
  Message in;
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(0, in.items());
}

TEST_P(MessageTest, TheInterfaceAlone) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_RECVIF, IPV6_RECVIF), 1));
  ASSERT_TRUE(set_option(there(), ip(), IP_ORIGINAL_ARRIVAL_IF, 1));
  ASSERT_TRUE(arrived("hello"));
  Message in;
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(2, in.items());
  auto interface = in.find<DWORD>(ip(), of_family(IP_RECVIF, IPV6_RECVIF));
  ASSERT_TRUE(interface);
  EXPECT_NE(0u, *interface);
  EXPECT_EQ(interface, in.find<DWORD>(ip(), IP_ORIGINAL_ARRIVAL_IF));
}

TEST_P(MessageTest, AMulticastIsToldFromTheRest) {
  if (family() == AF_INET6) GTEST_SKIP() << "loopback carries no IPv6 groups everywhere";
  there_ = make_socket(AF_INET, SOCK_DGRAM);
  Endpoint any = any_address(AF_INET);
  ASSERT_RETURNS(0, bind(there(), any.address(), any.length));
  ip_mreq group{};
  group.imr_multiaddr.s_addr = htonl(0xefff0101);
  group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
  if (setsockopt(there(), IPPROTO_IP, IP_ADD_MEMBERSHIP, bytes_of(&group), sizeof group) != 0)
    GTEST_SKIP() << "no groups on loopback: " << error_name(WSAGetLastError());
  ASSERT_RETURNS(0, setsockopt(here(), IPPROTO_IP, IP_MULTICAST_IF, bytes_of(&group.imr_interface), sizeof group.imr_interface));
  // The first receive is what the library learns from that destinations matter.
  Message none;
  DWORD count = 0;
  ASSERT_TRUE(set_nonblocking(there()));
  ASSERT_FAILS_WITH(receive(none, &count), WSAEWOULDBLOCK);
  Endpoint to = local_name(there());
  reinterpret_cast<sockaddr_in*>(to.address())->sin_addr.s_addr = group.imr_multiaddr.s_addr;
  Message out("hello", &to), in;
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(static_cast<DWORD>(MSG_MCAST), in.message.dwFlags);
}

TEST_P(MessageTest, ABroadcastIsToldFromTheRest) {
  if (family() == AF_INET6) GTEST_SKIP() << "IPv6 has no broadcast";
  there_ = make_socket(AF_INET, SOCK_DGRAM);
  Endpoint any = any_address(AF_INET);
  ASSERT_RETURNS(0, bind(there(), any.address(), any.length));
  Message none, in;
  DWORD count = 0;
  ASSERT_TRUE(set_nonblocking(there()));
  ASSERT_FAILS_WITH(receive(none, &count), WSAEWOULDBLOCK);
  ASSERT_TRUE(set_option(here(), SOL_SOCKET, SO_BROADCAST, 1));
  Endpoint to = local_name(there());
  reinterpret_cast<sockaddr_in*>(to.address())->sin_addr.s_addr = htonl(0x7fffffff);  // of loopback's own network
  Message out("hello", &to);
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(static_cast<DWORD>(MSG_BCAST), in.message.dwFlags);
}

// ---- what the header says --------------------------------------------------------------------------------------------------
TEST_P(MessageTest, HopLimitIsSentAndTold) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_RECVTTL, IPV6_HOPLIMIT), 1));
  Message out("hello", &target_), in;
  out.add(ip(), of_family(IP_TTL, IPV6_HOPLIMIT), INT{33});
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  // Before Windows 10 1809 the type was that of the option.
  auto told = in.find<INT>(ip(), of_family(IP_TTL, IPV6_HOPLIMIT));
  if (!told) told = in.find<INT>(ip(), of_family(IP_RECVTTL, IPV6_HOPLIMIT));
  EXPECT_EQ(33, told.value_or(-1));
}

TEST_P(MessageTest, TheTrafficClassIsSentAndTold) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_RECVTOS, IPV6_RECVTCLASS), 1));
  Message out("hello", &target_), in;
  out.add(ip(), of_family(IP_TOS, IPV6_TCLASS), INT{0x20});
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_EQ(0x20, in.find<INT>(ip(), of_family(IP_TOS, IPV6_TCLASS)).value_or(-1));
}

TEST_P(MessageTest, EcnIsSentAndTold) {
  ASSERT_TRUE(set_option(there(), ip(), IP_ECN, 1));  // IP_RECVECN, IPV6_RECVECN
  for (INT ecn : {1, 2}) {
    Message out("hello", &target_), in;
    out.add(ip(), of_family(IP_ECN, IPV6_ECN), ecn);
    ASSERT_RETURNS(0, send_message(out));
    ASSERT_TRUE(wait_for(there(), Readiness::kRead));
    DWORD count = 0;
    ASSERT_RETURNS(0, receive(in, &count));
    EXPECT_EQ(ecn, in.find<INT>(ip(), of_family(IP_ECN, IPV6_ECN)).value_or(-1));
    EXPECT_EQ(1, in.items());
  }
}

// "Your application isn't allowed to specify the Congestion Encountered code point": winsock-ecn.
TEST_P(MessageTest, CongestionIsNotForSendersToTell) {
  Message out("hello", &target_);
  out.add(ip(), of_family(IP_ECN, IPV6_ECN), INT{3});
  EXPECT_FAILS_WITH(send_message(out), WSAEINVAL);
}

// ---- many datagrams at once ------------------------------------------------------------------------------------------------
TEST_P(MessageTest, ASendIsCutIntoSegments) {
  Message out("aaabbbcc", &target_);
  out.add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, DWORD{3});
  ASSERT_RETURNS(0, send_message(out));
  EXPECT_EQ(8u, sent_);
  for (const char* part : {"aaa", "bbb", "cc"}) {
    ASSERT_TRUE(wait_for(there(), Readiness::kRead));
    Message in;
    DWORD count = 0;
    ASSERT_RETURNS(0, receive(in, &count));
    ASSERT_EQ(part, std::string(in.data.data(), count)) << "there may be no other to wait for";
  }
}

TEST_P(MessageTest, SegmentsThatArriveTogetherTellTheirSize) {
  DWORD most = 65535;
  ASSERT_RETURNS(0, setsockopt(there(), IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, bytes_of(&most), sizeof most));
  Message out("aaabbbcc", &target_), in;
  out.add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, DWORD{3});
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
#ifdef _WIN32  // whether they are coalesced is the system's choice; Linux does it on loopback
  if (count == 3) GTEST_SKIP() << "the system did not coalesce";
#endif
  EXPECT_EQ("aaabbbcc", std::string(in.data.data(), count));
  EXPECT_EQ(3u, in.find<DWORD>(IPPROTO_UDP, UDP_COALESCED_INFO).value_or(0));
}

// ---- what does not fit -----------------------------------------------------------------------------------------------------
TEST_P(MessageTest, ALongDatagramIsCut) {
  ASSERT_TRUE(arrived("hello"));
  Message in(3);
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAEMSGSIZE);
  EXPECT_EQ(3u, count);
  EXPECT_EQ("hel", std::string(in.data.data(), 3));
  EXPECT_EQ(static_cast<DWORD>(MSG_TRUNC), in.message.dwFlags & (MSG_TRUNC | MSG_CTRUNC));
}

TEST_P(MessageTest, ControlDataWithoutRoomIsCut) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_PKTINFO, IPV6_PKTINFO), 1));
  for (size_t room : {size_t{0}, size_t{4}, sizeof(WSACMSGHDR)}) {
    ASSERT_TRUE(arrived("hello"));
    Message in(16, room);
    if (room == 0) in.message.Control.buf = nullptr;
    DWORD count = 0;
    EXPECT_FAILS_WITH(receive(in, &count), WSAEMSGSIZE) << room;
    EXPECT_EQ(static_cast<DWORD>(MSG_CTRUNC), in.message.dwFlags & (MSG_TRUNC | MSG_CTRUNC)) << room;
    EXPECT_EQ("hello", std::string(in.data.data(), 5)) << "the data is there all the same";
  }
}

// ---- both families through one socket --------------------------------------------------------------------------------------
class DualMessageTest : public WinsockTest {
 protected:
  void SetUp() override {
    WinsockTest::SetUp();
    dual_ = make_socket(AF_INET6, SOCK_DGRAM);
    if (!dual_.valid()) GTEST_SKIP() << "no IPv6";
    ASSERT_TRUE(set_option(dual_.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0));
    Endpoint any = any_address(AF_INET6);
    ASSERT_RETURNS(0, bind(dual_.get(), any.address(), any.length));
    four_ = bound_socket(AF_INET, SOCK_DGRAM);
    ASSERT_TRUE(four_.valid());
    receive_ = receive_function(dual_.get());
    ASSERT_NE(nullptr, receive_);
  }
  void TearDown() override {
    dual_ = Socket();
    four_ = Socket();
    WinsockTest::TearDown();
  }
  static Endpoint mapped(const Endpoint& four) {
    Endpoint made = any_address(AF_INET6, four.port());
    auto* bytes = reinterpret_cast<sockaddr_in6*>(made.address())->sin6_addr.s6_addr;
    bytes[10] = bytes[11] = 0xff;
    memcpy(bytes + 12, &reinterpret_cast<const sockaddr_in&>(four.storage).sin_addr, 4);
    return made;
  }
  int receive(Message& in) {
    Endpoint to = loopback(AF_INET, local_name(dual_.get()).port());
    if (sendto(four_.get(), "hello", 5, 0, to.address(), to.length) != 5 || !wait_for(dual_.get(), Readiness::kRead)) return SOCKET_ERROR;
    DWORD count = 0;
    return receive_(dual_.get(), &in.message, &count, nullptr, nullptr);
  }

  Socket dual_, four_;
  LPFN_WSARECVMSG receive_ = nullptr;
};

// "When sending to an IPv4 destination address or an IPv4-mapped IPv6 destination address, one of the control data objects … should
// contain an in_pktinfo structure": the page of WSASendMsg.
TEST_F(DualMessageTest, TheSourceOfAnIpv4DatagramIsChosenByIpv4sInfo) {
  Endpoint to = mapped(local_name(four_.get()));
  Message out("hello", &to);
  IN_PKTINFO info{};
  info.ipi_addr.s_addr = htonl(INADDR_LOOPBACK + 8);
  out.add(IPPROTO_IP, IP_PKTINFO, info);
  DWORD sent = 0;
  ASSERT_RETURNS(0, WSASendMsg(dual_.get(), &out.message, 0, &sent, nullptr, nullptr));
  ASSERT_TRUE(wait_for(four_.get(), Readiness::kRead));
  char data[8];
  Endpoint from;
  from.length = sizeof from.storage;
  ASSERT_RETURNS(5, recvfrom(four_.get(), data, sizeof data, 0, from.address(), &from.length));
  EXPECT_EQ(htonl(INADDR_LOOPBACK + 8), reinterpret_cast<sockaddr_in*>(from.address())->sin_addr.s_addr);
}

// "the IP_PKTINFO socket option must be set to true on the socket": the page of WSARecvMsg. What IPV6_PKTINFO alone tells of
// datagrams of IPv4 is left open there.
TEST_F(DualMessageTest, AnIpv4DatagramIsToldOfByIpv4sInfo) {
  ASSERT_TRUE(set_option(dual_.get(), IPPROTO_IP, IP_PKTINFO, 1));
  Message in;
  ASSERT_RETURNS(0, receive(in));
  auto info = in.find<IN_PKTINFO>(IPPROTO_IP, IP_PKTINFO);
  ASSERT_TRUE(info);
  EXPECT_EQ(htonl(INADDR_LOOPBACK), info->ipi_addr.s_addr);
  EXPECT_NE(0u, info->ipi_ifindex);
}

TEST_F(DualMessageTest, BothOptionsDoNotHideIpv4sInfo) {
  ASSERT_TRUE(set_option(dual_.get(), IPPROTO_IP, IP_PKTINFO, 1));
  ASSERT_TRUE(set_option(dual_.get(), IPPROTO_IPV6, IPV6_PKTINFO, 1));
  Message in;
  ASSERT_RETURNS(0, receive(in));
  EXPECT_TRUE(in.find<IN_PKTINFO>(IPPROTO_IP, IP_PKTINFO));
}

}  // namespace
}  // namespace regress
