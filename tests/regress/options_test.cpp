// getsockopt, setsockopt and ioctlsocket: defaults, forms of a value, timeouts.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <chrono>
#include <climits>
#include <cstring>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

// ---- options that are a BOOL -----------------------------------------------------------------------------------------

struct BooleanOption {
  const char* name;
  int level, option;
  int type;  // of the socket it is tried on
  int initial;
};

const BooleanOption kBooleans[] = {
    {"KeepAlive", SOL_SOCKET, SO_KEEPALIVE, SOCK_STREAM, 0},
    {"ReuseAddress", SOL_SOCKET, SO_REUSEADDR, SOCK_STREAM, 0},
    {"ExclusiveAddressUse", SOL_SOCKET, SO_EXCLUSIVEADDRUSE, SOCK_STREAM, 0},
    {"OutOfBandInline", SOL_SOCKET, SO_OOBINLINE, SOCK_STREAM, 0},
    {"DontLinger", SOL_SOCKET, SO_DONTLINGER, SOCK_STREAM, 1},
    {"Broadcast", SOL_SOCKET, SO_BROADCAST, SOCK_DGRAM, 0},
    {"NoDelay", IPPROTO_TCP, TCP_NODELAY, SOCK_STREAM, 0},
};

class BooleanOptionTest : public StartedTest<::testing::TestWithParam<BooleanOption>> {
 protected:
  void SetUp() override {
    StartedTest::SetUp();
    socket_ = make_socket(AF_INET, GetParam().type);
    ASSERT_TRUE(socket_.valid());
  }
  void TearDown() override {
    socket_ = Socket();
    StartedTest::TearDown();
  }
  int get(void* value, int* length) { return getsockopt(socket_.get(), GetParam().level, GetParam().option, bytes_of(value), length); }
  int set(const void* value, int length) {
    return setsockopt(socket_.get(), GetParam().level, GetParam().option, bytes_of(value), length);
  }
  int value() {
    int result = 0, length = sizeof result;
    return get(&result, &length) == 0 ? result : INT_MIN;
  }

  Socket socket_;
};

TEST_P(BooleanOptionTest, HasItsDefault) { EXPECT_EQ(GetParam().initial, value()); }

TEST_P(BooleanOptionTest, IsSetAndReadAsDword) {
  for (const DWORD wanted : {1, 0, 1}) {
    ASSERT_RETURNS(0, set(&wanted, sizeof wanted));
    DWORD seen = 0;
    int length = sizeof seen;
    ASSERT_RETURNS(0, get(&seen, &length));
    EXPECT_EQ(wanted, seen);
    // Some providers give a BOOL as one byte for some options, and say so.
    EXPECT_TRUE(length == 4 || length == 1) << length;
  }
}

TEST_P(BooleanOptionTest, AnyValueButZeroIsTrue) {
  const DWORD odd = 0x300;
  ASSERT_RETURNS(0, set(&odd, sizeof odd));
  EXPECT_EQ(1, value());
}

TEST_P(BooleanOptionTest, IsSetAndReadAsOneByte) {
  for (const unsigned char wanted : {1, 0, 1}) {
    ASSERT_RETURNS(0, set(&wanted, 1));
    unsigned char seen[4] = {7, 7, 7, 7};
    int length = 1;
    ASSERT_RETURNS(0, get(seen, &length));
    EXPECT_EQ(wanted, seen[0]);
    EXPECT_EQ(1, length);
    EXPECT_EQ(7, seen[1]) << "written past the length";
  }
}

TEST_P(BooleanOptionTest, NullAndEmptyAreFaults) {
  DWORD seen;
  int length = sizeof seen;
  EXPECT_FAILS_WITH(get(nullptr, &length), WSAEFAULT);
  EXPECT_FAILS_WITH(get(&seen, nullptr), WSAEFAULT);
  length = 0;
  EXPECT_FAILS_WITH(get(&seen, &length), WSAEFAULT);
  EXPECT_FAILS_WITH(set(nullptr, 4), WSAEFAULT);
  EXPECT_FAILS_WITH(set(&seen, 0), WSAEFAULT);
}

INSTANTIATE_TEST_SUITE_P(Option, BooleanOptionTest, ::testing::ValuesIn(kBooleans),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- options with a number -------------------------------------------------------------------------------------------

struct NumberOption {
  const char* name;
  int option;
  int initial;  // -1: any
  int other;    // a value that is taken and read back as it is
};

const NumberOption kNumbers[] = {
    {"ReceiveTimeout", SO_RCVTIMEO, 0, 1234},
    {"SendTimeout", SO_SNDTIMEO, 0, 4321},
    {"ReceiveBuffer", SO_RCVBUF, -1, 32768},
    {"SendBuffer", SO_SNDBUF, -1, 16384},
};

class NumberOptionTest : public StartedTest<::testing::TestWithParam<NumberOption>> {};

TEST_P(NumberOptionTest, IsReadBackAsItWasSet) {
  const NumberOption& option = GetParam();
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const Socket socket = make_socket(AF_INET, type);
    if (option.initial >= 0) {
      EXPECT_EQ(option.initial, get_option(socket.get(), SOL_SOCKET, option.option));
    } else {
      EXPECT_GT(get_option(socket.get(), SOL_SOCKET, option.option), 0);
    }
    ASSERT_TRUE(set_option(socket.get(), SOL_SOCKET, option.option, option.other)) << error_name(WSAGetLastError());
    EXPECT_EQ(option.other, get_option(socket.get(), SOL_SOCKET, option.option));
  }
}

TEST_P(NumberOptionTest, ShortAndNullAreFaults) {
  const Socket socket = make_socket(AF_INET, SOCK_STREAM);
  DWORD value = 1;
  int length = 2;
  const int option = GetParam().option;
  EXPECT_FAILS_WITH(getsockopt(socket.get(), SOL_SOCKET, option, bytes_of(&value), &length), WSAEFAULT);
  EXPECT_FAILS_WITH(setsockopt(socket.get(), SOL_SOCKET, option, bytes_of(&value), 2), WSAEFAULT);
  EXPECT_FAILS_WITH(setsockopt(socket.get(), SOL_SOCKET, option, nullptr, 4), WSAEFAULT);
}

INSTANTIATE_TEST_SUITE_P(Option, NumberOptionTest, ::testing::ValuesIn(kNumbers),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- the others ------------------------------------------------------------------------------------------------------

class OptionTest : public FamilyTest {};
FOR_BOTH_FAMILIES(OptionTest);

TEST_P(OptionTest, UnknownNameAndLevel) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  DWORD value = 0;
  int length = sizeof value;
  EXPECT_FAILS_WITH(getsockopt(socket.get(), SOL_SOCKET, 0x6789, bytes_of(&value), &length), WSAENOPROTOOPT);
  EXPECT_FAILS_WITH(setsockopt(socket.get(), SOL_SOCKET, 0x6789, bytes_of(&value), length), WSAENOPROTOOPT);
  EXPECT_FAILS_WITH_ONE_OF(getsockopt(socket.get(), 0x4444, 1, bytes_of(&value), &length), unknown_option());
  EXPECT_FAILS_WITH_ONE_OF(setsockopt(socket.get(), 0x4444, 1, bytes_of(&value), length), unknown_option());
}

TEST_P(OptionTest, WhatIsOnlyRead) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  const DWORD value = 1;
  for (const int option : {SO_TYPE, SO_ACCEPTCONN, SO_MAX_MSG_SIZE})
    EXPECT_FAILS_WITH(setsockopt(socket.get(), SOL_SOCKET, option, bytes_of(&value), sizeof value), WSAENOPROTOOPT) << option;
}

TEST_P(OptionTest, TypeOfTheSocket) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const Socket socket = make_socket(family(), type);
    EXPECT_EQ(type, get_option(socket.get(), SOL_SOCKET, SO_TYPE));
  }
}

TEST_P(OptionTest, LingerAndDontLingerAreOne) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  linger value{1, 1};
  int length = sizeof value;
  ASSERT_RETURNS(0, getsockopt(socket.get(), SOL_SOCKET, SO_LINGER, bytes_of(&value), &length));
  EXPECT_EQ(4, length);
  EXPECT_EQ(0, value.l_onoff);
  ASSERT_TRUE(set_linger(socket.get(), 1, 12));
  EXPECT_EQ(0, get_option(socket.get(), SOL_SOCKET, SO_DONTLINGER));
  ASSERT_RETURNS(0, getsockopt(socket.get(), SOL_SOCKET, SO_LINGER, bytes_of(&value), &length));
  EXPECT_NE(0, value.l_onoff);
  EXPECT_EQ(12, value.l_linger);
  ASSERT_TRUE(set_option(socket.get(), SOL_SOCKET, SO_DONTLINGER, 1));
  ASSERT_RETURNS(0, getsockopt(socket.get(), SOL_SOCKET, SO_LINGER, bytes_of(&value), &length));
  EXPECT_EQ(0, value.l_onoff);
}

TEST_P(OptionTest, LingerNeedsItsWholeStructure) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  linger value{1, 1};
  int length = 2;
  EXPECT_FAILS_WITH(setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, bytes_of(&value), 2), WSAEFAULT);
  EXPECT_FAILS_WITH(getsockopt(socket.get(), SOL_SOCKET, SO_LINGER, bytes_of(&value), &length), WSAEFAULT);
}

TEST_P(OptionTest, ErrorIsTakenByReading) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  EXPECT_EQ(0, get_option(socket.get(), SOL_SOCKET, SO_ERROR));
  const Endpoint nobody = refusing_endpoint(family());
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(socket.get(), Readiness::kExcept));
  EXPECT_EQ(WSAECONNREFUSED, get_option(socket.get(), SOL_SOCKET, SO_ERROR));
}

TEST_P(OptionTest, TheLargestMessage) {
  const Socket datagram = make_socket(family(), SOCK_DGRAM);
  const int most = get_option(datagram.get(), SOL_SOCKET, SO_MAX_MSG_SIZE);
  EXPECT_GE(most, 65467);
  EXPECT_LE(most, 65535);
}

TEST_P(OptionTest, ReuseAndExclusiveExcludeEachOther) {
  const DWORD on = 1;
  const Socket first = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_option(first.get(), SOL_SOCKET, SO_REUSEADDR, 1));
  EXPECT_FAILS_WITH(setsockopt(first.get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, bytes_of(&on), sizeof on), WSAEINVAL);
  const Socket second = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_option(second.get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1));
  EXPECT_FAILS_WITH(setsockopt(second.get(), SOL_SOCKET, SO_REUSEADDR, bytes_of(&on), sizeof on), WSAEINVAL);
}

class V6OnlyTest : public WinsockTest {
 protected:
  // Whether a v4 client reaches a v6 listener on the wildcard address.
  static bool v4_reaches(SOCKET server) {
    const Endpoint endpoint = loopback(AF_INET, local_name(server).port());
    const Socket client = make_socket(AF_INET, SOCK_STREAM);
    return connect(client.get(), endpoint.address(), endpoint.length) == 0;
  }
  static Socket v6_listener(int v6_only) {
    Socket server = make_socket(AF_INET6, SOCK_STREAM);
    const Endpoint any = any_address(AF_INET6);
    if (v6_only >= 0 && !set_option(server.get(), IPPROTO_IPV6, IPV6_V6ONLY, v6_only)) return {};
    if (bind(server.get(), any.address(), any.length) != 0 || listen(server.get(), 4) != 0) return {};
    return server;
  }
};

TEST_F(V6OnlyTest, IsOnByDefault) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const Socket socket = make_socket(AF_INET6, type);
    EXPECT_EQ(1, get_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY));
  }
}

TEST_F(V6OnlyTest, ByDefaultV4DoesNotReach) {
  const Socket server = v6_listener(-1);
  ASSERT_TRUE(server.valid());
  EXPECT_FALSE(v4_reaches(server.get()));
}

TEST_F(V6OnlyTest, SwitchedOffBothFamiliesReach) {
  const Socket server = v6_listener(0);
  ASSERT_TRUE(server.valid());
  EXPECT_EQ(0, get_option(server.get(), IPPROTO_IPV6, IPV6_V6ONLY));
  ASSERT_TRUE(v4_reaches(server.get()));
  Endpoint peer;
  peer.length = sizeof peer.storage;
  const Socket accepted(accept(server.get(), peer.address(), &peer.length));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ(AF_INET6, peer.storage.ss_family);
  const unsigned char* const bytes = reinterpret_cast<const sockaddr_in6&>(peer.storage).sin6_addr.s6_addr;
  EXPECT_EQ(0, std::memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x01", 16)) << "a mapped v4 address";
}

TEST_F(V6OnlyTest, BothFamiliesMayHaveTheSamePort) {
  const Socket six = v6_listener(-1);
  ASSERT_TRUE(six.valid());
  const Socket four = make_socket(AF_INET, SOCK_STREAM);
  const Endpoint same = any_address(AF_INET, local_name(six.get()).port());
  EXPECT_RETURNS(0, bind(four.get(), same.address(), same.length));
}

// ---- timeouts --------------------------------------------------------------------------------------------------------

class TimeoutTest : public FamilyTest {
 protected:
  // Runs the call and expects WSAETIMEDOUT after at least this time, taken from the option as milliseconds.
  template <class Call>
  void expect_timeout(int milliseconds, Call call) {
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = outcome_of(call);
    const auto taken = std::chrono::steady_clock::now() - start;
    EXPECT_TRUE(failed_with(outcome, {WSAETIMEDOUT}));
    EXPECT_GE(taken + std::chrono::milliseconds(5), std::chrono::milliseconds(milliseconds));
    EXPECT_LT(taken, std::chrono::seconds(25));
  }
};
FOR_BOTH_FAMILIES(TimeoutTest);

TEST_P(TimeoutTest, ReceiveOnAStream) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_option(pair.server.get(), SOL_SOCKET, SO_RCVTIMEO, 120));
  char byte;
  expect_timeout(120, [&] { return recv(pair.server.get(), &byte, 1, 0); });
}

TEST_P(TimeoutTest, ReceiveOfADatagram) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  ASSERT_TRUE(set_option(socket.get(), SOL_SOCKET, SO_RCVTIMEO, 120));
  char byte;
  WSABUF buffer = {1, &byte};
  DWORD count = 0, flags = 0;
  expect_timeout(120, [&] { return recvfrom(socket.get(), &byte, 1, 0, nullptr, nullptr); });
  expect_timeout(120, [&] { return WSARecvFrom(socket.get(), &buffer, 1, &count, &flags, nullptr, nullptr, nullptr, nullptr); });
}

TEST_P(TimeoutTest, SendWithFullBuffers) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_nonblocking(pair.client.get()));
  fill_send_buffer(pair.client.get());
  ASSERT_TRUE(set_nonblocking(pair.client.get(), false));
  ASSERT_TRUE(set_option(pair.client.get(), SOL_SOCKET, SO_SNDTIMEO, 120));
  char byte = 'x';
  expect_timeout(120, [&] { return send(pair.client.get(), &byte, 1, 0); });
}

TEST_P(TimeoutTest, DataInTimeIsReceived) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_option(pair.server.get(), SOL_SOCKET, SO_RCVTIMEO, kDeadlineMs));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  char byte;
  EXPECT_RETURNS(1, recv(pair.server.get(), &byte, 1, 0));
}

TEST_P(TimeoutTest, ZeroMeansNever) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_option(pair.server.get(), SOL_SOCKET, SO_RCVTIMEO, 5));
  ASSERT_TRUE(set_option(pair.server.get(), SOL_SOCKET, SO_RCVTIMEO, 0));
  const SOCKET s = pair.server.get();
  char byte = 0;
  BlockedCall call([&byte, s] { return recv(s, &byte, 1, 0); });
  ASSERT_TRUE(call.wait_until_blocked());
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(1, outcome->result) << describe(*outcome);
}

// ---- ioctlsocket -----------------------------------------------------------------------------------------------------

class IoctlTest : public FamilyTest {};
FOR_BOTH_FAMILIES(IoctlTest);

TEST_P(IoctlTest, HowMuchCanBeRead) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  u_long available = 77;
  ASSERT_RETURNS(0, ioctlsocket(pair.server.get(), FIONREAD, &available));
  EXPECT_EQ(0u, available);
  ASSERT_TRUE(send_all(pair.client.get(), "12345"));
  EXPECT_TRUE(eventually([&] { return ioctlsocket(pair.server.get(), FIONREAD, &available) == 0 && available == 5; }));
}

TEST_P(IoctlTest, NullIsAFault) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(ioctlsocket(socket.get(), FIONBIO, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(ioctlsocket(socket.get(), FIONREAD, nullptr), WSAEFAULT);
}

TEST_P(IoctlTest, UnknownCommand) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  u_long value = 0;
  EXPECT_FAILS_WITH_ONE_OF(ioctlsocket(socket.get(), static_cast<LONG>(0x8004fe00u), &value), unknown_ioctl());
}

TEST_P(IoctlTest, AnyValueButZeroIsNonBlocking) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  u_long value = 0x10000;
  ASSERT_RETURNS(0, ioctlsocket(socket.get(), FIONBIO, &value));
  char byte;
  EXPECT_FAILS_WITH(recv(socket.get(), &byte, 1, 0), WSAEWOULDBLOCK);
}

}  // namespace
}  // namespace regress
