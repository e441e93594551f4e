// WSAStartup, WSACleanup, the last error, and what may be called before WSAStartup.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "tests/regress/fixture.h"
#include "tests/support/agent.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

struct Negotiation {
  const char* name;
  WORD requested;
  WORD used;
};

const Negotiation kNegotiations[] = {
    {"Asks1_0", MAKEWORD(1, 0), MAKEWORD(1, 0)}, {"Asks1_1", MAKEWORD(1, 1), MAKEWORD(1, 1)},
    {"Asks2_0", MAKEWORD(2, 0), MAKEWORD(2, 0)}, {"Asks2_1", MAKEWORD(2, 1), MAKEWORD(2, 1)},
    {"Asks2_2", MAKEWORD(2, 2), MAKEWORD(2, 2)}, {"Asks2_3", MAKEWORD(2, 3), MAKEWORD(2, 2)},
    {"Asks3_0", MAKEWORD(3, 0), MAKEWORD(2, 2)}, {"Asks255_255", MAKEWORD(255, 255), MAKEWORD(2, 2)},
};

class NegotiationTest : public NotStartedTest, public ::testing::WithParamInterface<Negotiation> {};

TEST_P(NegotiationTest, UsesTheLowerOfBothVersions) {
  WSADATA data{};
  ASSERT_EQ(0, WSAStartup(GetParam().requested, &data));
  EXPECT_EQ(GetParam().used, data.wVersion);
  EXPECT_EQ(MAKEWORD(2, 2), data.wHighVersion);
  EXPECT_EQ(0, WSACleanup());
}

INSTANTIATE_TEST_SUITE_P(Version, NegotiationTest, ::testing::ValuesIn(kNegotiations),
                         [](const auto& info) { return std::string(info.param.name); });

class StartupTest : public NotStartedTest {};

TEST_F(StartupTest, VersionZeroIsRefusedWithTheErrorAsResult) {
  WSADATA data{};
  EXPECT_EQ(WSAVERNOTSUPPORTED, WSAStartup(MAKEWORD(0, 0), &data));
  EXPECT_EQ(WSAVERNOTSUPPORTED, WSAStartup(MAKEWORD(0, 9), &data));
}

TEST_F(StartupTest, NullDataIsAFault) { EXPECT_EQ(WSAEFAULT, WSAStartup(kVersion, nullptr)); }

TEST_F(StartupTest, LimitsAreZeroForVersion2) {
  WSADATA data;
  data.iMaxSockets = 1;
  data.iMaxUdpDg = 1;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  EXPECT_EQ(0, data.iMaxSockets);
  EXPECT_EQ(0, data.iMaxUdpDg);
  EXPECT_EQ(0, WSACleanup());
}

TEST_F(StartupTest, DescribesItselfInTerminatedStrings) {
  WSADATA data;
  std::fill_n(data.szDescription, sizeof data.szDescription, 'x');
  std::fill_n(data.szSystemStatus, sizeof data.szSystemStatus, 'x');
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  EXPECT_LT(strnlen(data.szDescription, sizeof data.szDescription), sizeof data.szDescription);
  EXPECT_LT(strnlen(data.szSystemStatus, sizeof data.szSystemStatus), sizeof data.szSystemStatus);
  EXPECT_NE('\0', data.szDescription[0]);
  EXPECT_EQ(0, WSACleanup());
}

TEST_F(StartupTest, CleanupWithoutStartupFails) { EXPECT_FAILS_WITH(WSACleanup(), WSANOTINITIALISED); }

TEST_F(StartupTest, EverySuccessNeedsOneCleanup) {
  WSADATA data;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(0, WSAStartup(kVersion, &data));
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(0, WSACleanup());
    const Socket socket = make_socket(AF_INET, SOCK_STREAM);
    EXPECT_TRUE(socket.valid()) << "after " << i + 1 << " of 3 cleanups";
  }
  ASSERT_EQ(0, WSACleanup());
  EXPECT_FAILS_WITH(socket(AF_INET, SOCK_STREAM, 0), WSANOTINITIALISED);
}

TEST_F(StartupTest, AFailedStartupDoesNotCount) {
  WSADATA data;
  EXPECT_EQ(WSAVERNOTSUPPORTED, WSAStartup(MAKEWORD(0, 1), &data));
  EXPECT_FAILS_WITH(WSACleanup(), WSANOTINITIALISED);
}

TEST_F(StartupTest, CanBeStartedAgainAfterTheLastCleanup) {
  WSADATA data;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(0, WSAStartup(kVersion, &data));
    EXPECT_TRUE(tcp_pair().valid());
    ASSERT_EQ(0, WSACleanup());
  }
}

TEST_F(StartupTest, CountsTheWholeProcessNotTheThread) {
  WSADATA data;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  std::thread([] {
    EXPECT_TRUE(make_socket(AF_INET, SOCK_STREAM).valid());
    EXPECT_EQ(0, WSACleanup());
  }).join();
  EXPECT_FAILS_WITH(socket(AF_INET, SOCK_STREAM, 0), WSANOTINITIALISED);
}

TEST_F(StartupTest, TheLastCleanupEndsOpenConnections) {
  WSADATA data;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  Agent agent;
  ASSERT_TRUE(agent.start());
  Socket server = listener(AF_INET);
  const Outcome far_end = agent.connect_to_port(AF_INET, local_name(server.get()).port());
  ASSERT_FALSE(far_end.failed()) << describe(far_end);
  SOCKET accepted = accept(server.get(), nullptr, nullptr);
  ASSERT_NE(INVALID_SOCKET, accepted);
  const SOCKET listening = server.release();
  ASSERT_EQ(0, WSACleanup());

  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  char byte;
  EXPECT_FAILS_WITH(recv(accepted, &byte, 1, 0), WSAENOTSOCK);
  EXPECT_FAILS_WITH(closesocket(listening), WSAENOTSOCK);
  EXPECT_TRUE(agent.finish()) << "the control connection did not end";
  EXPECT_EQ(0, WSACleanup());
}

TEST_F(StartupTest, TheLastCleanupWakesBlockedCalls) {
  WSADATA data;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  pair.client.release();
  const SOCKET s = pair.server.release();
  char byte;
  BlockedCall call([&byte, s] { return recv(s, &byte, 1, 0); });
  ASSERT_TRUE(call.wait_until_blocked());
  ASSERT_EQ(0, WSACleanup());
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value()) << "the call was not woken";
  // The other end may be closed first, which is an end of file.
  EXPECT_LE(outcome->result, 0) << describe(*outcome);
}

class LastErrorTest : public NotStartedTest {};

TEST_F(LastErrorTest, IsTheLastErrorOfWin32) {
  WSASetLastError(WSAEMSGSIZE);
  EXPECT_EQ(static_cast<DWORD>(WSAEMSGSIZE), GetLastError());
  SetLastError(WSAENOTCONN);
  EXPECT_EQ(WSAENOTCONN, WSAGetLastError());
}

// Two threads take turns. Starting and joining a thread may itself touch the last error, so neither happens between setting
// and reading.
class TwoThreads {
 public:
  void wait_for_turn(int turn) {
    eventually([this, turn] { return turn_ == turn; });
  }
  void pass_to(int turn) { turn_ = turn; }

 private:
  std::atomic<int> turn_{0};
};

TEST_F(LastErrorTest, IsOneOfEachThread) {
  TwoThreads threads;
  int seen_by_other = -1;
  std::thread other([&] {
    threads.wait_for_turn(1);
    WSASetLastError(WSAEINTR);
    threads.pass_to(2);
    threads.wait_for_turn(3);
    seen_by_other = WSAGetLastError();
  });
  WSASetLastError(WSAEFAULT);
  threads.pass_to(1);
  threads.wait_for_turn(2);
  const int seen_here = WSAGetLastError();
  WSASetLastError(WSAEISCONN);
  threads.pass_to(3);
  other.join();
  EXPECT_EQ(WSAEFAULT, seen_here);
  EXPECT_EQ(WSAEINTR, seen_by_other);
}

TEST_F(LastErrorTest, KeepsWhateverValueIsSet) {
  for (const int value : {0, 1, 42, 10061, -1, 0x7fffffff}) {
    WSASetLastError(value);
    EXPECT_EQ(value, WSAGetLastError());
  }
}

TEST_F(LastErrorTest, AFailureInOneThreadIsNotSeenInAnother) {
  WSADATA data;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  TwoThreads threads;
  Outcome failure{};
  std::thread other([&] {
    threads.wait_for_turn(1);
    failure = outcome_of([] { return socket(AF_INET, 77, 0); });
    threads.pass_to(2);
  });
  EXPECT_FAILS_WITH(closesocket(INVALID_SOCKET), WSAENOTSOCK);
  threads.pass_to(1);
  threads.wait_for_turn(2);
  const int seen_here = WSAGetLastError();
  other.join();
  EXPECT_EQ(WSAENOTSOCK, seen_here);
  EXPECT_TRUE(failed_with(failure, {WSAESOCKTNOSUPPORT}));
  EXPECT_EQ(0, WSACleanup());
}

// ---- before WSAStartup -----------------------------------------------------------------------------------------------

sockaddr_in some_address() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct EarlyCall {
  const char* name;
  Outcome (*call)();
};

#define EARLY(function, expression) \
  { #function, [] { return outcome_of([] { return expression; }); } }

sockaddr_in g_address = some_address();
char g_bytes[64];
int g_length = sizeof g_bytes;
DWORD g_count;
DWORD g_flags;
u_long g_long;
u_short g_short;
WSABUF g_buffer = {sizeof g_bytes, g_bytes};
WSAPROTOCOL_INFOA g_info_a;
WSAPROTOCOL_INFOW g_info_w;
fd_set g_set;
timeval g_no_time{};
WSAPOLLFD g_poll = {INVALID_SOCKET, POLLIN, 0};
addrinfo* g_found;

sockaddr* address() { return reinterpret_cast<sockaddr*>(&g_address); }

// getaddrinfo's error is its result.
Outcome early_getaddrinfo() {
  const int error = getaddrinfo("127.0.0.1", nullptr, nullptr, &g_found);
  if (error == 0) freeaddrinfo(g_found);
  return {error == 0 ? 0 : -1, error};
}

Outcome early_wsapoll() {
  g_poll = {INVALID_SOCKET - 1, POLLIN, 0};
  return outcome_of([] { return WSAPoll(&g_poll, 1, 0); });
}

const EarlyCall kNeedStartup[] = {
    EARLY(socket, socket(AF_INET, SOCK_STREAM, 0)),
    EARLY(WSASocketA, WSASocketA(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0)),
    EARLY(WSASocketW, WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0)),
    EARLY(closesocket, closesocket(INVALID_SOCKET)),
    EARLY(bind, bind(INVALID_SOCKET, address(), sizeof g_address)),
    EARLY(listen, listen(INVALID_SOCKET, 1)),
    EARLY(accept, accept(INVALID_SOCKET, nullptr, nullptr)),
    EARLY(WSAAccept, WSAAccept(INVALID_SOCKET, nullptr, nullptr, nullptr, 0)),
    EARLY(connect, connect(INVALID_SOCKET, address(), sizeof g_address)),
    EARLY(WSAConnect, WSAConnect(INVALID_SOCKET, address(), sizeof g_address, nullptr, nullptr, nullptr, nullptr)),
    EARLY(shutdown, shutdown(INVALID_SOCKET, SD_BOTH)),
    EARLY(getsockname, getsockname(INVALID_SOCKET, address(), &g_length)),
    EARLY(getpeername, getpeername(INVALID_SOCKET, address(), &g_length)),
    EARLY(send, send(INVALID_SOCKET, g_bytes, 1, 0)),
    EARLY(sendto, sendto(INVALID_SOCKET, g_bytes, 1, 0, address(), sizeof g_address)),
    EARLY(recv, recv(INVALID_SOCKET, g_bytes, 1, 0)),
    EARLY(recvfrom, recvfrom(INVALID_SOCKET, g_bytes, 1, 0, nullptr, nullptr)),
    EARLY(WSASend, WSASend(INVALID_SOCKET, &g_buffer, 1, &g_count, 0, nullptr, nullptr)),
    EARLY(WSASendTo, WSASendTo(INVALID_SOCKET, &g_buffer, 1, &g_count, 0, address(), sizeof g_address, nullptr, nullptr)),
    EARLY(WSARecv, WSARecv(INVALID_SOCKET, &g_buffer, 1, &g_count, &g_flags, nullptr, nullptr)),
    EARLY(WSARecvFrom, WSARecvFrom(INVALID_SOCKET, &g_buffer, 1, &g_count, &g_flags, nullptr, nullptr, nullptr, nullptr)),
    EARLY(select, select(0, &g_set, nullptr, nullptr, &g_no_time)),
    {"WSAPoll", early_wsapoll},
    EARLY(ioctlsocket, ioctlsocket(INVALID_SOCKET, FIONBIO, &g_long)),
    EARLY(getsockopt, getsockopt(INVALID_SOCKET, SOL_SOCKET, SO_TYPE, g_bytes, &g_length)),
    EARLY(setsockopt, setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_KEEPALIVE, g_bytes, 4)),
    EARLY(WSAHtonl, WSAHtonl(INVALID_SOCKET, 1, &g_long)),
    EARLY(WSAHtons, WSAHtons(INVALID_SOCKET, 1, &g_short)),
    EARLY(WSANtohl, WSANtohl(INVALID_SOCKET, 1, &g_long)),
    EARLY(WSANtohs, WSANtohs(INVALID_SOCKET, 1, &g_short)),
    EARLY(gethostname, gethostname(g_bytes, sizeof g_bytes)),
    {"getaddrinfo", early_getaddrinfo},
    EARLY(WSADuplicateSocketA, WSADuplicateSocketA(INVALID_SOCKET, 0, &g_info_a)),
    EARLY(WSADuplicateSocketW, WSADuplicateSocketW(INVALID_SOCKET, 0, &g_info_w)),
};

#undef EARLY

class BeforeStartupTest : public NotStartedTest, public ::testing::WithParamInterface<EarlyCall> {};

// The check comes before all others: every call here is also wrong in some other way.
TEST_P(BeforeStartupTest, FailsWithNotInitialised) {
  FD_ZERO(&g_set);
  FD_SET(INVALID_SOCKET, &g_set);
  EXPECT_TRUE(failed_with(GetParam().call(), {WSANOTINITIALISED}));
}

INSTANTIATE_TEST_SUITE_P(Call, BeforeStartupTest, ::testing::ValuesIn(kNeedStartup),
                         [](const auto& info) { return std::string(info.param.name); });

class ExemptBeforeStartupTest : public NotStartedTest {};

TEST_F(ExemptBeforeStartupTest, ByteOrder) {
  WSASetLastError(0);
  EXPECT_EQ(0x1234u, ntohs(htons(0x1234)));
  EXPECT_EQ(0x12345678u, ntohl(htonl(0x12345678)));
  EXPECT_EQ(0, WSAGetLastError());
}

TEST_F(ExemptBeforeStartupTest, InetAddr) {
  WSASetLastError(0);
  EXPECT_EQ(htonl(0x7f000001), inet_addr("127.0.0.1"));
  EXPECT_EQ(0, WSAGetLastError());
}

TEST_F(ExemptBeforeStartupTest, LastError) {
  WSASetLastError(WSAEISCONN);
  EXPECT_EQ(WSAEISCONN, WSAGetLastError());
}

TEST_F(ExemptBeforeStartupTest, FdIsSet) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(7, &set);
  EXPECT_TRUE(FD_ISSET(7, &set));
  EXPECT_FALSE(FD_ISSET(8, &set));
}

TEST_F(ExemptBeforeStartupTest, FreeingAnAddressList) {
  WSADATA data;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  addrinfo* found = nullptr;
  ASSERT_EQ(0, getaddrinfo("127.0.0.1", "80", nullptr, &found));
  ASSERT_EQ(0, WSACleanup());
  WSASetLastError(0);
  freeaddrinfo(found);
  freeaddrinfo(nullptr);
  EXPECT_EQ(0, WSAGetLastError());
}

}  // namespace
}  // namespace regress
