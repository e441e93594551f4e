// WSASendMsg and WSARecvMsg: flags, the queue of errors, and what is refused.
#include "tests/regress/message.h"

#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

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
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_RECVERR, IPV6_RECVERR), 1));
  Message in;
  in.message.dwFlags = MSG_ERRQUEUE;
  DWORD count = 0;
  EXPECT_FAILS_WITH(receive(in, &count), WSAEWOULDBLOCK);
}

TEST_P(MessageTest, TheErrorQueueTellsOfAnIcmpError) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_RECVERR, IPV6_RECVERR), 1));
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

}  // namespace
}  // namespace regress
