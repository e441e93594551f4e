// Datagrams with control data: WSASendMsg, WSARecvMsg.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

// Newer than some Windows headers.
#ifndef IP_ECN
#define IP_ECN 50
#endif
#ifndef IPV6_ECN
#define IPV6_ECN 50
#endif
#ifndef IP_TOS
#define IP_TOS 3
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS 40
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS 39
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 40
#endif
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#endif
#ifndef UDP_COALESCED_INFO
#define UDP_COALESCED_INFO 3
#endif
#ifndef IP_ORIGINAL_ARRIVAL_IF
#define IP_ORIGINAL_ARRIVAL_IF 47
#endif
#ifndef MSG_ERRQUEUE
#define MSG_ERRQUEUE 0x1000
#endif
#ifndef IP_RECVERR
#define IP_RECVERR 75
#endif
#ifndef IPV6_RECVERR
#define IPV6_RECVERR 75
#endif

namespace regress {
namespace {

template <typename Function>
Function extension(SOCKET socket, GUID guid) {
  Function function = nullptr;
  DWORD size = 0;
  if (WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &function, sizeof function, &size, nullptr, nullptr) != 0)
    return nullptr;
  return size == sizeof function ? function : nullptr;
}
LPFN_WSARECVMSG receive_function(SOCKET socket) { return extension<LPFN_WSARECVMSG>(socket, WSAID_WSARECVMSG); }

// A message to be sent or received, with room for everything.
struct Message {
  explicit Message(size_t data_room = 64, size_t control_room = 512) : data(data_room), control(control_room) {
    buffer = {static_cast<ULONG>(data.size()), data.data()};
    sender.length = sizeof sender.storage;
    message.name = sender.address();
    message.namelen = sender.length;
    message.lpBuffers = &buffer;
    message.dwBufferCount = 1;
    message.Control = {static_cast<ULONG>(control_room), control.data()};
  }
  // For sending.
  Message(const std::string& text, Endpoint* to) : Message(text.size(), 512) {
    memcpy(data.data(), text.data(), text.size());
    message.name = to ? to->address() : nullptr;
    message.namelen = to ? to->length : 0;
    message.Control.len = 0;
  }
  template <typename T>
  void add(int level, int type, T value) {
    message.Control.len += static_cast<ULONG>(WSA_CMSG_SPACE(sizeof value));
    WSACMSGHDR* header = reinterpret_cast<WSACMSGHDR*>(control.data() + message.Control.len - WSA_CMSG_SPACE(sizeof value));
    header->cmsg_len = WSA_CMSG_LEN(sizeof value);
    header->cmsg_level = level;
    header->cmsg_type = type;
    memcpy(WSA_CMSG_DATA(header), &value, sizeof value);
  }
  template <typename T>
  std::optional<T> find(int level, int type) {
    for (WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message); header; header = WSA_CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != level || header->cmsg_type != type) continue;
      if (header->cmsg_len != WSA_CMSG_LEN(sizeof(T))) return std::nullopt;
      T value;
      memcpy(&value, WSA_CMSG_DATA(header), sizeof value);
      return value;
    }
    return std::nullopt;
  }
  int items() {
    int count = 0;
    for (WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message); header; header = WSA_CMSG_NXTHDR(&message, header)) ++count;
    return count;
  }

  std::vector<char> data, control;
  WSABUF buffer;
  Endpoint sender;
  WSAMSG message{};
};

class MessageTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    here_ = bound_socket(family(), SOCK_DGRAM);
    there_ = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(here_.valid() && there_.valid()) << error_name(WSAGetLastError());
    target_ = local_name(there_.get());
    receive_ = receive_function(there_.get());
    ASSERT_NE(nullptr, receive_) << error_name(WSAGetLastError());
  }
  void TearDown() override {
    here_ = Socket();
    there_ = Socket();
    FamilyTest::TearDown();
  }
  SOCKET here() const { return here_.get(); }
  SOCKET there() const { return there_.get(); }
  int ip() const { return family() == AF_INET6 ? static_cast<int>(IPPROTO_IPV6) : static_cast<int>(IPPROTO_IP); }
  int of_family(int v4, int v6) const { return family() == AF_INET6 ? v6 : v4; }
  bool arrived(const std::string& text) {
    return sendto(here(), text.data(), static_cast<int>(text.size()), 0, target_.address(), target_.length) ==
               static_cast<int>(text.size()) &&
           wait_for(there(), Readiness::kRead);
  }
  int receive(Message& into, DWORD* count) { return receive_(there(), &into.message, count, nullptr, nullptr); }
  int send_message(Message& from) { return WSASendMsg(here(), &from.message, 0, &sent_, nullptr, nullptr); }

  Socket here_, there_;
  Endpoint target_;
  LPFN_WSARECVMSG receive_ = nullptr;
  DWORD sent_ = 0;
};
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
  if (setsockopt(there(), IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, bytes_of(&most), sizeof most) != 0)
    GTEST_SKIP() << "no coalescing: " << error_name(WSAGetLastError());
  Message out("aaabbbcc", &target_), in;
  out.add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, DWORD{3});
  ASSERT_RETURNS(0, send_message(out));
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  // Whether they are coalesced is the system's choice.
  if (count == 3) GTEST_SKIP() << "the system did not coalesce";
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

// ---- flags -----------------------------------------------------------------------------------------------------------------
TEST_P(MessageTest, APeekLeavesTheMessage) {
  ASSERT_TRUE(arrived("hello"));
  for (DWORD flags : {MSG_PEEK, 0}) {
    Message in;
    in.message.dwFlags = flags;
    DWORD count = 0;
    ASSERT_RETURNS(0, receive(in, &count));
    EXPECT_EQ(5u, count);
  }
}

TEST_P(MessageTest, OtherFlagsAreRefused) {
  ASSERT_TRUE(arrived("hello"));
  ASSERT_TRUE(set_nonblocking(there())) << "who ignores the flag takes the message";
  for (DWORD flags : {MSG_OOB, MSG_WAITALL, MSG_PARTIAL, MSG_DONTROUTE}) {
    Message in;
    in.message.dwFlags = flags;
    DWORD count = 0;
    EXPECT_FAILS_WITH_ONE_OF(receive(in, &count), unknown_flag()) << flags;
  }
  Message out("x", &target_);
  for (DWORD flags : {MSG_PEEK, MSG_OOB, MSG_PARTIAL}) {
    auto call = [&] { return WSASendMsg(here(), &out.message, flags, &sent_, nullptr, nullptr); };
    EXPECT_TRUE(failed_with(outcome_of(call), unknown_flag())) << flags;
  }
  Message in;
  DWORD count = 0;
  EXPECT_RETURNS(0, receive(in, &count)) << "nothing was lost";
}

// The documentation: "the dwFlags member of the WSAMSG structure is ignored on input and not used on output".
TEST_P(MessageTest, SendingIgnoresTheFlagsInTheStructure) {
  Message out("hello", &target_);
  out.message.dwFlags = MSG_PEEK;
  EXPECT_RETURNS(0, send_message(out));
  EXPECT_EQ(static_cast<DWORD>(MSG_PEEK), out.message.dwFlags);
}

TEST_P(MessageTest, AnEmptyErrorQueueDoesNotWait) {
  if (!set_option(there(), ip(), of_family(IP_RECVERR, IPV6_RECVERR), 1)) GTEST_SKIP() << "no error queue";
  Message in;
  in.message.dwFlags = MSG_ERRQUEUE;
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAEWOULDBLOCK);
}

TEST_P(MessageTest, TheErrorQueueTellsOfAnIcmpError) {
  if (!set_option(there(), ip(), of_family(IP_RECVERR, IPV6_RECVERR), 1)) GTEST_SKIP() << "no error queue";
  Endpoint nobody = local_name(here());
  here_ = Socket();
  ASSERT_RETURNS(5, sendto(there(), "hello", 5, 0, nobody.address(), nobody.length));
  // The error is there as soon as a receive tells of it.
  char byte;
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, 0), WSAECONNRESET);
  Message in;
  in.message.dwFlags = MSG_ERRQUEUE;
  DWORD count = 0;
  ASSERT_RETURNS(0, receive(in, &count));
  EXPECT_TRUE(in.message.dwFlags & MSG_ERRQUEUE);
  EXPECT_EQ("hello", std::string(in.data.data(), count)) << "what was sent";
  in.sender.length = in.message.namelen;
  EXPECT_TRUE(in.sender == nobody) << "where to";
  ASSERT_EQ(1, in.items());
  // IN_RECVERR: protocol, info, type, code.
  WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&in.message);
  EXPECT_EQ(of_family(IP_RECVERR, IPV6_RECVERR), header->cmsg_type);
  ASSERT_EQ(WSA_CMSG_LEN(12), header->cmsg_len);
  const unsigned char* error = WSA_CMSG_DATA(header);
  EXPECT_EQ(of_family(IPPROTO_ICMP, IPPROTO_ICMPV6), static_cast<int>(error[0]));
  EXPECT_EQ(of_family(3, 1), static_cast<int>(error[8])) << "destination unreachable";
  EXPECT_EQ(of_family(3, 4), static_cast<int>(error[9])) << "port unreachable";
}

// ---- mistakes --------------------------------------------------------------------------------------------------------------
TEST_P(MessageTest, PointerFaults) {
  ASSERT_TRUE(arrived("hello"));
  ASSERT_TRUE(set_nonblocking(there()));
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive_(there(), nullptr, &count, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSASendMsg(here(), nullptr, 0, &count, nullptr, nullptr), WSAEFAULT);
  struct Mistake {
    const char* what;
    void (*make)(WSAMSG&);
  };
  const Mistake mistakes[] = {
      {"a length without a name", [](WSAMSG& message) { message.name = nullptr, message.namelen = 16; }},
      {"a length without control data", [](WSAMSG& message) { message.Control.buf = nullptr, message.Control.len = 16; }},
      {"no buffers", [](WSAMSG& message) { message.lpBuffers = nullptr; }},
      {"a short name", [](WSAMSG& message) { message.namelen = 4; }},
  };
  for (const Mistake& mistake : mistakes) {
    Message in, out("hello", &target_);
    mistake.make(in.message);
    EXPECT_FAILS_WITH(receive(in, &count), WSAEFAULT) << mistake.what;
    mistake.make(out.message);
    EXPECT_FAILS_WITH(send_message(out), WSAEFAULT) << mistake.what;
  }
  Message in, out("hello", &target_);
  EXPECT_FAILS_WITH(receive(in, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSASendMsg(here(), &out.message, 0, nullptr, nullptr, nullptr), WSAEFAULT);
  EXPECT_RETURNS(0, receive(in, &count)) << "nothing was lost";
}

TEST_P(MessageTest, ControlDataThatIsNone) {
  struct Mistake {
    const char* what;
    void (*make)(Message&);
  };
  const Mistake mistakes[] = {
      {"an unknown type", [](Message& message) { message.add(IPPROTO_IP, 1234, INT{1}); }},
      {"an unknown level", [](Message& message) { message.add(IPPROTO_TCP, IP_TTL, INT{1}); }},
      {"too short", [](Message& message) { message.add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, char{1}); }},
      {"a length beyond the buffer",
       [](Message& message) {
         message.add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, DWORD{1});
         reinterpret_cast<WSACMSGHDR*>(message.control.data())->cmsg_len = 4096;
       }},
      {"a length of nothing",
       [](Message& message) {
         message.add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, DWORD{1});
         reinterpret_cast<WSACMSGHDR*>(message.control.data())->cmsg_len = 0;
       }},
  };
  for (const Mistake& mistake : mistakes) {
    Message out("hello", &target_);
    mistake.make(out);
    EXPECT_FAILS_WITH(send_message(out), WSAEINVAL) << mistake.what;
  }
  EXPECT_FALSE(wait_for(there(), Readiness::kRead, 0)) << "nothing was sent";
}

TEST_P(MessageTest, ReceivingUnboundIsInvalid) {
  there_ = make_socket(family(), SOCK_DGRAM);
  ASSERT_TRUE(set_nonblocking(there()));
  Message in;
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAEINVAL);
}

TEST_P(MessageTest, NothingToReceiveWouldBlock) {
  ASSERT_TRUE(set_nonblocking(there()));
  Message in;
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAEWOULDBLOCK);
}

TEST_P(MessageTest, ATimeoutEndsTheWait) {
  ASSERT_TRUE(set_option(there(), SOL_SOCKET, SO_RCVTIMEO, 20));
  Message in;
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAETIMEDOUT);
}

TEST_P(MessageTest, NothingGoesThroughAnEndThatIsShut) {
  ASSERT_RETURNS(0, shutdown(here(), SD_SEND));
  ASSERT_RETURNS(0, shutdown(there(), SD_RECEIVE));
  Message out("hello", &target_), with_control("hello", &target_), in;
  EXPECT_FAILS_WITH(send_message(out), WSAESHUTDOWN);
  with_control.add(ip(), of_family(IP_TTL, IPV6_HOPLIMIT), INT{33});
  EXPECT_FAILS_WITH(send_message(with_control), WSAESHUTDOWN);
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAESHUTDOWN);
}

TEST_P(MessageTest, NoDatagramIsLongerThanThat) {
  Message out(std::string(65536, 'x'), &target_);
  EXPECT_FAILS_WITH(send_message(out), WSAEMSGSIZE);
  EXPECT_FALSE(wait_for(there(), Readiness::kRead, 0)) << "nothing was sent";
}

TEST_P(MessageTest, ABroadcastNeedsItsOption) {
  if (family() == AF_INET6) GTEST_SKIP() << "IPv6 has no broadcast";
  here_ = make_socket(AF_INET, SOCK_DGRAM);  // bound to loopback it could not leave that
  reinterpret_cast<sockaddr_in*>(target_.address())->sin_addr.s_addr = htonl(0x7fffffff);
  Message out("hello", &target_);
  EXPECT_FAILS_WITH(send_message(out), WSAEACCES);
}

TEST_P(MessageTest, StreamsHaveNoMessages) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  Message out("hello", nullptr);
  Message in;
  DWORD count = 0;
  EXPECT_FAILS_WITH_ONE_OF(WSASendMsg(pair.client.get(), &out.message, 0, &count, nullptr, nullptr), no_messages());
  EXPECT_FAILS_WITH_ONE_OF(receive_(pair.server.get(), &in.message, &count, nullptr, nullptr), no_messages());
}

TEST_P(MessageTest, UnknownExtensionFunctionsAreInvalid) {
  GUID nobodys{1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
  void* function = nullptr;
  DWORD size = 0;
  auto ask = [&](GUID* guid, DWORD guid_size, DWORD room) {
    return WSAIoctl(here(), SIO_GET_EXTENSION_FUNCTION_POINTER, guid, guid_size, &function, room, &size, nullptr, nullptr);
  };
  EXPECT_FAILS_WITH(ask(&nobodys, sizeof nobodys, sizeof function), WSAEINVAL);
  GUID known = WSAID_WSARECVMSG;
  EXPECT_FAILS_WITH(ask(&known, sizeof known, 2), WSAEFAULT);
  EXPECT_FAILS_WITH(ask(nullptr, 0, sizeof function), WSAEFAULT);
  EXPECT_EQ(nullptr, function);
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
