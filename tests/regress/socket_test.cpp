// socket, WSASocket, bind, listen, getsockname: a socket's life before there is a peer; and what is no socket at all.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <cstring>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

// Documented, and absent from some sets of headers.
#ifndef SOMAXCONN_HINT
#define SOMAXCONN_HINT(backlog) (-(backlog))
#endif

namespace regress {
namespace {

// ---- which sockets there are -----------------------------------------------------------------------------------------

struct Kind {
  const char* name;
  int family, type, protocol;
  int type_made;  // what SO_TYPE must say
};

const Kind kKinds[] = {
    {"StreamV4", AF_INET, SOCK_STREAM, 0, SOCK_STREAM},
    {"TcpV4", AF_INET, SOCK_STREAM, IPPROTO_TCP, SOCK_STREAM},
    {"DatagramV4", AF_INET, SOCK_DGRAM, 0, SOCK_DGRAM},
    {"UdpV4", AF_INET, SOCK_DGRAM, IPPROTO_UDP, SOCK_DGRAM},
    {"StreamV6", AF_INET6, SOCK_STREAM, 0, SOCK_STREAM},
    {"TcpV6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, SOCK_STREAM},
    {"DatagramV6", AF_INET6, SOCK_DGRAM, 0, SOCK_DGRAM},
    {"UdpV6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, SOCK_DGRAM},
    // What getaddrinfo answers without hints goes straight into socket().
    {"AnyTypeV4", AF_INET, 0, 0, SOCK_STREAM},
    {"AnyTypeV6", AF_INET6, 0, 0, SOCK_STREAM},
};

class SocketKindTest : public StartedTest<::testing::TestWithParam<Kind>> {};

TEST_P(SocketKindTest, IsMadeBySocket) {
  const Kind& kind = GetParam();
  Socket made(socket(kind.family, kind.type, kind.protocol));
  ASSERT_TRUE(made.valid()) << error_name(WSAGetLastError());
  EXPECT_EQ(kind.type_made, get_option(made.get(), SOL_SOCKET, SO_TYPE));
  EXPECT_EQ(0, made.close());
}

TEST_P(SocketKindTest, IsMadeByBothWsaSockets) {
  const Kind& kind = GetParam();
  Socket narrow(WSASocketA(kind.family, kind.type, kind.protocol, nullptr, 0, WSA_FLAG_OVERLAPPED));
  Socket wide(WSASocketW(kind.family, kind.type, kind.protocol, nullptr, 0, 0));
  ASSERT_TRUE(narrow.valid()) << error_name(WSAGetLastError());
  ASSERT_TRUE(wide.valid()) << error_name(WSAGetLastError());
  EXPECT_EQ(kind.type_made, get_option(narrow.get(), SOL_SOCKET, SO_TYPE));
  EXPECT_EQ(kind.type_made, get_option(wide.get(), SOL_SOCKET, SO_TYPE));
}

TEST_P(SocketKindTest, TellsItsProtocolInfoAndIsMadeFromIt) {
  const Kind& kind = GetParam();
  const Socket first(socket(kind.family, kind.type, kind.protocol));
  ASSERT_TRUE(first.valid());
  WSAPROTOCOL_INFOW info{};
  int length = sizeof info;
  ASSERT_RETURNS(0, getsockopt(first.get(), SOL_SOCKET, SO_PROTOCOL_INFOW, bytes_of(&info), &length));
  EXPECT_EQ(static_cast<int>(sizeof info), length);
  EXPECT_EQ(kind.family, info.iAddressFamily);
  EXPECT_EQ(kind.type_made, info.iSocketType);
  EXPECT_EQ(kind.type_made == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP, info.iProtocol);
  const Socket second(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0));
  ASSERT_TRUE(second.valid()) << error_name(WSAGetLastError());
  EXPECT_NE(first.get(), second.get());
  EXPECT_EQ(kind.type_made, get_option(second.get(), SOL_SOCKET, SO_TYPE));
}

INSTANTIATE_TEST_SUITE_P(Kind, SocketKindTest, ::testing::ValuesIn(kKinds),
                         [](const auto& info) { return std::string(info.param.name); });

class SocketTest : public WinsockTest {};

TEST_F(SocketTest, UnknownFamily) { EXPECT_FAILS_WITH(socket(12345, SOCK_STREAM, 0), WSAEAFNOSUPPORT); }

TEST_F(SocketTest, UnknownType) { EXPECT_FAILS_WITH(socket(AF_INET, 77, 0), WSAESOCKTNOSUPPORT); }

TEST_F(SocketTest, UnknownProtocol) { EXPECT_FAILS_WITH(socket(AF_INET, SOCK_STREAM, 250), WSAEPROTONOSUPPORT); }

TEST_F(SocketTest, ProtocolOfAnotherType) {
  EXPECT_FAILS_WITH_ONE_OF(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), wrong_protocol_for_type());
  EXPECT_FAILS_WITH_ONE_OF(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP), wrong_protocol_for_type());
}

TEST_F(SocketTest, WsaSocketGivesTheSameErrors) {
  EXPECT_FAILS_WITH(WSASocketW(12345, SOCK_STREAM, 0, nullptr, 0, 0), WSAEAFNOSUPPORT);
  EXPECT_FAILS_WITH(WSASocketA(AF_INET, 77, 0, nullptr, 0, 0), WSAESOCKTNOSUPPORT);
}

TEST_F(SocketTest, WsaSocketRefusesUnknownFlags) {
  EXPECT_FAILS_WITH(WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0x40000000), WSAEINVAL);
}

TEST_F(SocketTest, RawSocketsAreAMatterOfPermission) {
  const Outcome outcome = outcome_of([] { return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); });
  if (outcome.failed()) {
    EXPECT_EQ(WSAEACCES, outcome.error) << error_name(outcome.error);
    return;
  }
  const Socket raw(static_cast<SOCKET>(outcome.result));
  EXPECT_EQ(SOCK_RAW, get_option(raw.get(), SOL_SOCKET, SO_TYPE));
}

TEST_F(SocketTest, IsNotConfusedWithAnotherOne) {
  const Socket first = make_socket(AF_INET, SOCK_STREAM);
  const Socket second = make_socket(AF_INET, SOCK_DGRAM);
  EXPECT_NE(first.get(), second.get());
  EXPECT_EQ(SOCK_STREAM, get_option(first.get(), SOL_SOCKET, SO_TYPE));
  EXPECT_EQ(SOCK_DGRAM, get_option(second.get(), SOL_SOCKET, SO_TYPE));
}

TEST_F(SocketTest, ClosesOnce) {
  Socket made = make_socket(AF_INET, SOCK_STREAM);
  const SOCKET value = made.get();
  EXPECT_EQ(0, made.close());
  EXPECT_FAILS_WITH(closesocket(value), WSAENOTSOCK);
}

// ---- not a socket ----------------------------------------------------------------------------------------------------

struct SocketCall {
  const char* name;
  Outcome (*call)(SOCKET);
};

#define ON_SOCKET(function, expression) \
  { #function, [](SOCKET s) { return outcome_of([s] { return expression; }); } }

char g_bytes[sizeof(sockaddr_storage)];
int g_length;
DWORD g_count, g_flags;
u_long g_long;
u_short g_short;
WSABUF g_buffer = {1, g_bytes};
WSAPROTOCOL_INFOA g_info_a;
WSAPROTOCOL_INFOW g_info_w;
Endpoint g_address;

int select_reading(SOCKET s) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(s, &set);
  timeval none{};
  return select(0, &set, nullptr, nullptr, &none);
}

const SocketCall kSocketCalls[] = {
    ON_SOCKET(closesocket, closesocket(s)),
    ON_SOCKET(bind, bind(s, g_address.address(), g_address.length)),
    ON_SOCKET(listen, listen(s, 1)),
    ON_SOCKET(accept, accept(s, nullptr, nullptr)),
    ON_SOCKET(WSAAccept, WSAAccept(s, nullptr, nullptr, nullptr, 0)),
    ON_SOCKET(connect, connect(s, g_address.address(), g_address.length)),
    ON_SOCKET(WSAConnect, WSAConnect(s, g_address.address(), g_address.length, nullptr, nullptr, nullptr, nullptr)),
    ON_SOCKET(shutdown, shutdown(s, SD_BOTH)),
    ON_SOCKET(getsockname, getsockname(s, reinterpret_cast<sockaddr*>(g_bytes), &g_length)),
    ON_SOCKET(getpeername, getpeername(s, reinterpret_cast<sockaddr*>(g_bytes), &g_length)),
    ON_SOCKET(send, send(s, g_bytes, 1, 0)),
    ON_SOCKET(sendto, sendto(s, g_bytes, 1, 0, g_address.address(), g_address.length)),
    ON_SOCKET(recv, recv(s, g_bytes, 1, 0)),
    ON_SOCKET(recvfrom, recvfrom(s, g_bytes, 1, 0, nullptr, nullptr)),
    ON_SOCKET(WSASend, WSASend(s, &g_buffer, 1, &g_count, 0, nullptr, nullptr)),
    ON_SOCKET(WSASendTo, WSASendTo(s, &g_buffer, 1, &g_count, 0, g_address.address(), g_address.length, nullptr, nullptr)),
    ON_SOCKET(WSARecv, WSARecv(s, &g_buffer, 1, &g_count, &g_flags, nullptr, nullptr)),
    ON_SOCKET(WSARecvFrom, WSARecvFrom(s, &g_buffer, 1, &g_count, &g_flags, nullptr, nullptr, nullptr, nullptr)),
    ON_SOCKET(select, select_reading(s)),
    ON_SOCKET(ioctlsocket, ioctlsocket(s, FIONBIO, &g_long)),
    ON_SOCKET(getsockopt, getsockopt(s, SOL_SOCKET, SO_TYPE, g_bytes, &g_length)),
    ON_SOCKET(setsockopt, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, g_bytes, 4)),
    ON_SOCKET(WSAHtonl, WSAHtonl(s, 1, &g_long)),
    ON_SOCKET(WSAHtons, WSAHtons(s, 1, &g_short)),
    ON_SOCKET(WSANtohl, WSANtohl(s, 1, &g_long)),
    ON_SOCKET(WSANtohs, WSANtohs(s, 1, &g_short)),
    ON_SOCKET(WSADuplicateSocketA, WSADuplicateSocketA(s, GetCurrentProcessId(), &g_info_a)),
    ON_SOCKET(WSADuplicateSocketW, WSADuplicateSocketW(s, GetCurrentProcessId(), &g_info_w)),
};

#undef ON_SOCKET

class NotASocketTest : public StartedTest<::testing::TestWithParam<SocketCall>> {
 protected:
  void SetUp() override {
    StartedTest::SetUp();
    g_address = loopback(AF_INET, 9);
    g_length = sizeof g_bytes;
    g_flags = 0;
    g_long = 0;
  }
};

TEST_P(NotASocketTest, TheInvalidSocket) {
  EXPECT_TRUE(failed_with(GetParam().call(INVALID_SOCKET), {WSAENOTSOCK}));
}

TEST_P(NotASocketTest, Zero) { EXPECT_TRUE(failed_with(GetParam().call(0), {WSAENOTSOCK})); }

TEST_P(NotASocketTest, AClosedSocket) {
  Socket made = make_socket(AF_INET, SOCK_STREAM);
  const SOCKET value = made.get();
  ASSERT_EQ(0, made.close());
  EXPECT_TRUE(failed_with(GetParam().call(value), {WSAENOTSOCK}));
}

TEST_P(NotASocketTest, AnEvent) {
  HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  ASSERT_NE(nullptr, event);
  EXPECT_TRUE(failed_with(GetParam().call(reinterpret_cast<SOCKET>(event)), {WSAENOTSOCK}));
  EXPECT_EQ(WAIT_TIMEOUT, WaitForSingleObject(event, 0)) << "the event did not survive";
  EXPECT_TRUE(CloseHandle(event));
}

INSTANTIATE_TEST_SUITE_P(Call, NotASocketTest, ::testing::ValuesIn(kSocketCalls),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- bind ------------------------------------------------------------------------------------------------------------

class BindTest : public FamilyTest {
 protected:
  Socket stream_;
  void SetUp() override {
    FamilyTest::SetUp();
    stream_ = make_socket(family(), SOCK_STREAM);
    ASSERT_TRUE(stream_.valid());
  }
  void TearDown() override {
    stream_ = Socket();
    FamilyTest::TearDown();
  }
};
FOR_BOTH_FAMILIES(BindTest);

TEST_P(BindTest, GivesAPortWhenAskedForNone) {
  const Endpoint wanted = loopback(family());
  ASSERT_RETURNS(0, bind(stream_.get(), wanted.address(), wanted.length));
  const Endpoint bound = local_name(stream_.get());
  EXPECT_EQ(family(), bound.storage.ss_family);
  EXPECT_EQ(wanted.length, bound.length);
  EXPECT_NE(0, bound.port());
}

TEST_P(BindTest, AcceptsALongerLength) {
  const Endpoint wanted = loopback(family());
  EXPECT_RETURNS(0, bind(stream_.get(), wanted.address(), sizeof wanted.storage));
}

TEST_P(BindTest, ShortLengthIsAFault) {
  const Endpoint wanted = loopback(family());
  for (const int length : {0, 1, wanted.length - 1 - (family() == AF_INET6 ? 4 : 0)})
    EXPECT_FAILS_WITH(bind(stream_.get(), wanted.address(), length), WSAEFAULT);
}

TEST_P(BindTest, NullNameIsAFault) { EXPECT_FAILS_WITH(bind(stream_.get(), nullptr, sizeof(sockaddr_in6)), WSAEFAULT); }

TEST_P(BindTest, AnotherFamilysAddress) {
  const Endpoint other = loopback(family() == AF_INET ? AF_INET6 : AF_INET);
  EXPECT_FAILS_WITH_ONE_OF(bind(stream_.get(), other.address(), sizeof other.storage), wrong_family());
}

TEST_P(BindTest, Twice) {
  const Endpoint wanted = loopback(family());
  ASSERT_RETURNS(0, bind(stream_.get(), wanted.address(), wanted.length));
  EXPECT_FAILS_WITH(bind(stream_.get(), wanted.address(), wanted.length), WSAEINVAL);
}

TEST_P(BindTest, AddressInUse) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const Socket first = bound_socket(family(), type);
    const Socket second = make_socket(family(), type);
    const Endpoint taken = local_name(first.get());
    EXPECT_FAILS_WITH(bind(second.get(), taken.address(), taken.length), WSAEADDRINUSE);
  }
}

TEST_P(BindTest, AddressInUseByAListener) {
  const Socket first = listener(family());
  const Endpoint taken = local_name(first.get());
  EXPECT_FAILS_WITH(bind(stream_.get(), taken.address(), taken.length), WSAEADDRINUSE);
}

TEST_P(BindTest, AServerTakesItsPortAgainAtOnce) {
  Socket server = listener(family());
  const Endpoint port = local_name(server.get());
  Socket client = connect_to(server.get(), family());
  Socket accepted(accept(server.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  // The side that ends first keeps the port in TIME_WAIT.
  ASSERT_EQ(0, accepted.close());
  EXPECT_EQ("", receive_to_end(client.get()));
  ASSERT_EQ(0, client.close());
  ASSERT_EQ(0, server.close());
  ASSERT_RETURNS(0, bind(stream_.get(), port.address(), port.length));
  EXPECT_RETURNS(0, listen(stream_.get(), 1));
}

TEST_P(BindTest, AForeignAddress) {
  // Addresses set aside for documentation: no machine has them.
  Endpoint foreign = loopback(family());
  if (family() == AF_INET)
    reinterpret_cast<sockaddr_in&>(foreign.storage).sin_addr.s_addr = htonl(0xc0000201);
  else
    std::memcpy(&reinterpret_cast<sockaddr_in6&>(foreign.storage).sin6_addr, "\x20\x01\x0d\xb8", 4);
  EXPECT_FAILS_WITH(bind(stream_.get(), foreign.address(), foreign.length), WSAEADDRNOTAVAIL);
}

// ---- names -----------------------------------------------------------------------------------------------------------

class NameOfSocketTest : public FamilyTest {};
FOR_BOTH_FAMILIES(NameOfSocketTest);

TEST_P(NameOfSocketTest, UnboundHasNone) {
  const Socket stream = make_socket(family(), SOCK_STREAM);
  sockaddr_storage name;
  int length = sizeof name;
  EXPECT_FAILS_WITH(getsockname(stream.get(), reinterpret_cast<sockaddr*>(&name), &length), WSAEINVAL);
}

TEST_P(NameOfSocketTest, UnconnectedHasNoPeer) {
  const Socket stream = bound_socket(family(), SOCK_STREAM);
  sockaddr_storage name;
  int length = sizeof name;
  EXPECT_FAILS_WITH(getpeername(stream.get(), reinterpret_cast<sockaddr*>(&name), &length), WSAENOTCONN);
}

TEST_P(NameOfSocketTest, EachEndKnowsTheOther) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_TRUE(local_name(pair.client.get()) == peer_name(pair.server.get()));
  EXPECT_TRUE(local_name(pair.server.get()) == peer_name(pair.client.get()));
}

TEST_P(NameOfSocketTest, NullAndShortBuffersAreFaults) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  sockaddr_storage name;
  sockaddr* const address = reinterpret_cast<sockaddr*>(&name);
  int length = sizeof name;
  EXPECT_FAILS_WITH(getsockname(pair.client.get(), nullptr, &length), WSAEFAULT);
  EXPECT_FAILS_WITH(getsockname(pair.client.get(), address, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(getpeername(pair.client.get(), nullptr, &length), WSAEFAULT);
  EXPECT_FAILS_WITH(getpeername(pair.client.get(), address, nullptr), WSAEFAULT);
  length = 4;
  EXPECT_FAILS_WITH(getsockname(pair.client.get(), address, &length), WSAEFAULT);
  length = 4;
  EXPECT_FAILS_WITH(getpeername(pair.client.get(), address, &length), WSAEFAULT);
}

// ---- listen ----------------------------------------------------------------------------------------------------------

class ListenTest : public FamilyTest {
 protected:
  // How many connections a listener holds that nobody accepts from, counted up to `wanted`.
  int connections_held(int backlog, int wanted) {
    const Socket server = listener(family(), backlog);
    if (!server.valid()) return -1;
    const Endpoint endpoint = local_name(server.get());
    std::vector<Socket> clients;
    for (int held = 0; held < wanted; ++held) {
      Socket client = make_socket(family(), SOCK_STREAM);
      if (!set_nonblocking(client.get())) return -1;
      if (connect(client.get(), endpoint.address(), endpoint.length) != 0 && WSAGetLastError() != WSAEWOULDBLOCK) return held;
      if (!wait_for(client.get(), Readiness::kWrite, 1000)) return held;
      clients.push_back(std::move(client));
    }
    return wanted;
  }
};
FOR_BOTH_FAMILIES(ListenTest);

TEST_P(ListenTest, Unbound) {
  const Socket stream = make_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(listen(stream.get(), 1), WSAEINVAL);
}

TEST_P(ListenTest, Datagram) {
  const Socket datagram = bound_socket(family(), SOCK_DGRAM);
  EXPECT_FAILS_WITH(listen(datagram.get(), 1), WSAEOPNOTSUPP);
}

TEST_P(ListenTest, Connected) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_FAILS_WITH(listen(pair.client.get(), 1), WSAEISCONN);
}

TEST_P(ListenTest, TwiceIsAllowed) {
  const Socket server = listener(family(), 1);
  EXPECT_RETURNS(0, listen(server.get(), 5));
  const Socket client = connect_to(server.get(), family());
  EXPECT_TRUE(client.valid());
}

TEST_P(ListenTest, IsSeenInTheOption) {
  const Socket stream = bound_socket(family(), SOCK_STREAM);
  EXPECT_EQ(0, get_option(stream.get(), SOL_SOCKET, SO_ACCEPTCONN));
  ASSERT_EQ(0, listen(stream.get(), 1));
  EXPECT_EQ(1, get_option(stream.get(), SOL_SOCKET, SO_ACCEPTCONN));
}

TEST_P(ListenTest, TheSystemsMaximumHoldsHundreds) {
  ASSERT_TRUE(allow_descriptors(2000));
  EXPECT_EQ(150, connections_held(SOMAXCONN, 150));
}

TEST_P(ListenTest, AHintHoldsAtLeastTwoHundred) {
  ASSERT_TRUE(allow_descriptors(2000));
  EXPECT_EQ(200, connections_held(SOMAXCONN_HINT(5), 200));
}

}  // namespace
}  // namespace regress
