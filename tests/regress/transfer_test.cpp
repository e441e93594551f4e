// send and recv in all their forms, on streams.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <numeric>
#include <thread>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

class StreamTest : public ConnectionTest {
 protected:
  // What is sent has arrived: it can be looked at without waiting.
  bool arrived(const std::string& data) {
    if (!send_all(here(), data)) return false;
    return eventually([&] {
      u_long available = 0;
      return ioctlsocket(there(), FIONREAD, &available) == 0 && available >= data.size();
    });
  }
};
FOR_BOTH_FAMILIES(StreamTest);

TEST_P(StreamTest, CarriesBytesBothWays) {
  char buffer[16];
  EXPECT_EQ(4, send(here(), "ping", 4, 0));
  ASSERT_EQ(4, recv(there(), buffer, sizeof buffer, 0));
  EXPECT_EQ("ping", std::string(buffer, 4));
  EXPECT_EQ(4, send(there(), "pong", 4, 0));
  ASSERT_EQ(4, recv(here(), buffer, sizeof buffer, 0));
  EXPECT_EQ("pong", std::string(buffer, 4));
}

TEST_P(StreamTest, ABlockingSendTakesEverything) {
  std::string data(8 << 20, '\0');
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 2654435761u >> 24);
  BlockedCall sending([&] { return send(here(), data.data(), static_cast<int>(data.size()), 0); });
  EXPECT_EQ(data, receive_exactly(there(), data.size()));
  const std::optional<Outcome> sent = sending.outcome();
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(static_cast<long long>(data.size()), sent->result) << describe(*sent);
}

TEST_P(StreamTest, AShortReadLeavesTheRest) {
  char buffer[16];
  ASSERT_TRUE(arrived("0123456789"));
  ASSERT_EQ(3, recv(there(), buffer, 3, 0));
  EXPECT_EQ("012", std::string(buffer, 3));
  ASSERT_EQ(7, recv(there(), buffer, sizeof buffer, 0));
  EXPECT_EQ("3456789", std::string(buffer, 7));
}

TEST_P(StreamTest, PeekLeavesAll) {
  char buffer[16];
  ASSERT_TRUE(arrived("peek"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(2, recv(there(), buffer, 2, MSG_PEEK));
    EXPECT_EQ("pe", std::string(buffer, 2));
  }
  ASSERT_EQ(4, recv(there(), buffer, sizeof buffer, 0));
  EXPECT_EQ("peek", std::string(buffer, 4));
}

TEST_P(StreamTest, WaitAllWaitsForAll) {
  char buffer[6] = {};
  ASSERT_TRUE(arrived("abc"));
  BlockedCall receiving([&] { return recv(there(), buffer, sizeof buffer, MSG_WAITALL); });
  ASSERT_TRUE(receiving.wait_until_blocked());
  ASSERT_TRUE(send_all(here(), "def"));
  const std::optional<Outcome> received = receiving.outcome();
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(6, received->result) << describe(*received);
  EXPECT_EQ("abcdef", std::string(buffer, 6));
}

TEST_P(StreamTest, WaitAllEndsWithTheConnection) {
  char buffer[6];
  ASSERT_TRUE(arrived("abc"));
  ASSERT_EQ(0, shutdown(here(), SD_SEND));
  EXPECT_EQ(3, recv(there(), buffer, sizeof buffer, MSG_WAITALL));
}

TEST_P(StreamTest, WaitAllIsForBlockingSocketsAndGoesWithNoOtherFlag) {
  char buffer[6];
  WSABUF in = {sizeof buffer, buffer};
  DWORD count = 0;
  ASSERT_TRUE(arrived("abc"));
  EXPECT_FAILS_WITH(recv(there(), buffer, 3, MSG_WAITALL | MSG_PEEK), WSAEOPNOTSUPP);
  EXPECT_FAILS_WITH(recv(there(), buffer, 3, MSG_WAITALL | MSG_OOB), WSAEOPNOTSUPP);
  ASSERT_TRUE(set_nonblocking(there()));
  EXPECT_FAILS_WITH(recv(there(), buffer, 3, MSG_WAITALL), WSAEOPNOTSUPP);
  DWORD flags = MSG_WAITALL;
  EXPECT_FAILS_WITH(WSARecv(there(), &in, 1, &count, &flags, nullptr, nullptr), WSAEOPNOTSUPP);
  EXPECT_EQ("abc", receive_exactly(there(), 3)) << "nothing was lost";
}

TEST_P(StreamTest, ZeroBytes) {
  char byte = 'x';
  EXPECT_RETURNS(0, send(here(), &byte, 0, 0));
  EXPECT_RETURNS(0, send(here(), nullptr, 0, 0));
  ASSERT_TRUE(arrived("y"));
  EXPECT_RETURNS(0, recv(there(), &byte, 0, 0));
  EXPECT_EQ(1, recv(there(), &byte, 1, 0));
  EXPECT_EQ('y', byte);
}

TEST_P(StreamTest, GathersAndScatters) {
  char first[] = "scat", second[] = "", third[] = "ter";
  WSABUF out[] = {{4, first}, {0, second}, {3, third}};
  DWORD count = 0;
  ASSERT_RETURNS(0, WSASend(here(), out, 3, &count, 0, nullptr, nullptr));
  EXPECT_EQ(7u, count);
  char a[2], b[3], c[10];
  WSABUF in[] = {{2, a}, {3, b}, {10, c}};
  DWORD flags = 0;
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  ASSERT_TRUE(eventually([&] {
    u_long available = 0;
    return ioctlsocket(there(), FIONREAD, &available) == 0 && available == 7;
  }));
  ASSERT_RETURNS(0, WSARecv(there(), in, 3, &count, &flags, nullptr, nullptr));
  EXPECT_EQ(7u, count);
  EXPECT_EQ(0u, flags);
  EXPECT_EQ("scatter", std::string(a, 2) + std::string(b, 3) + std::string(c, 2));
}

TEST_P(StreamTest, GathersManyBuffers) {
  constexpr size_t kBuffers = 600;
  std::string letters(kBuffers, ' ');
  std::iota(letters.begin(), letters.end(), '\0');
  std::vector<WSABUF> buffers;
  for (char& letter : letters) buffers.push_back({1, &letter});
  DWORD count = 0;
  ASSERT_RETURNS(0, WSASend(here(), buffers.data(), kBuffers, &count, 0, nullptr, nullptr));
  EXPECT_EQ(kBuffers, count);
  EXPECT_EQ(letters, receive_exactly(there(), kBuffers));
}

TEST_P(StreamTest, WsaRecvTakesFlagsInAndGivesFlagsOut) {
  ASSERT_TRUE(arrived("flags"));
  char buffer[8];
  WSABUF in = {sizeof buffer, buffer};
  DWORD count = 0, flags = MSG_PEEK;
  ASSERT_RETURNS(0, WSARecv(there(), &in, 1, &count, &flags, nullptr, nullptr));
  EXPECT_EQ(5u, count);
  flags = 0;
  ASSERT_RETURNS(0, WSARecv(there(), &in, 1, &count, &flags, nullptr, nullptr));
  EXPECT_EQ(5u, count);
  EXPECT_EQ(0u, flags & MSG_PARTIAL);
}

TEST_P(StreamTest, SendToIgnoresTheAddress) {
  const Endpoint elsewhere = loopback(family(), 9);
  EXPECT_EQ(2, sendto(here(), "to", 2, 0, elsewhere.address(), elsewhere.length));
  EXPECT_EQ("to", receive_exactly(there(), 2));
}

TEST_P(StreamTest, RecvFromReceives) {
  ASSERT_TRUE(arrived("from"));
  char buffer[8];
  EXPECT_EQ(4, recvfrom(there(), buffer, sizeof buffer, 0, nullptr, nullptr));
}

TEST_P(StreamTest, NonBlockingWithoutData) {
  ASSERT_TRUE(set_nonblocking(there()));
  char byte;
  WSABUF in = {1, &byte};
  DWORD count, flags = 0;
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, 0), WSAEWOULDBLOCK);
  EXPECT_FAILS_WITH(recvfrom(there(), &byte, 1, 0, nullptr, nullptr), WSAEWOULDBLOCK);
  EXPECT_FAILS_WITH(WSARecv(there(), &in, 1, &count, &flags, nullptr, nullptr), WSAEWOULDBLOCK);
}

TEST_P(StreamTest, NonBlockingWithFullBuffers) {
  ASSERT_TRUE(set_nonblocking(here()));
  const size_t filled = fill_send_buffer(here());
  EXPECT_GT(filled, 0u);
  char byte = 'x';
  WSABUF out = {1, &byte};
  DWORD count = 0;
  EXPECT_FAILS_WITH(send(here(), &byte, 1, 0), WSAEWOULDBLOCK);
  EXPECT_FAILS_WITH(WSASend(here(), &out, 1, &count, 0, nullptr, nullptr), WSAEWOULDBLOCK);
  ASSERT_EQ(filled, receive_exactly(there(), filled).size());
  EXPECT_TRUE(wait_for(here(), Readiness::kWrite));
  EXPECT_EQ(1, send(here(), &byte, 1, 0));
}

TEST_P(StreamTest, NonBlockingCanBeTakenBack) {
  ASSERT_TRUE(set_nonblocking(there()));
  ASSERT_TRUE(set_nonblocking(there(), false));
  char byte = 0;
  BlockedCall receiving([&] { return recv(there(), &byte, 1, 0); });
  ASSERT_TRUE(receiving.wait_until_blocked());
  ASSERT_TRUE(send_all(here(), "b"));
  const std::optional<Outcome> received = receiving.outcome();
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(1, received->result);
}

TEST_P(StreamTest, DataPointerFaults) {
  char byte;
  ASSERT_TRUE(arrived("x"));
  EXPECT_FAILS_WITH(send(here(), nullptr, 4, 0), WSAEFAULT);
  EXPECT_FAILS_WITH(send(here(), unmapped_address(), 4, 0), WSAEFAULT);
  EXPECT_FAILS_WITH(recv(there(), nullptr, 4, 0), WSAEFAULT);
  EXPECT_FAILS_WITH(recv(there(), unmapped_address(), 4, 0), WSAEFAULT);
  EXPECT_EQ(1, recv(there(), &byte, 1, 0)) << "the fault took the data away";
}

TEST_P(StreamTest, BufferArrayFaults) {
  char byte = 'x';
  WSABUF good = {1, &byte};
  WSABUF bad = {4, unmapped_address()};
  DWORD count = 0, flags = 0;
  ASSERT_TRUE(arrived("x"));
  EXPECT_FAILS_WITH(WSASend(here(), nullptr, 1, &count, 0, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSASend(here(), &bad, 1, &count, 0, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSASend(here(), &good, 1, nullptr, 0, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSARecv(there(), nullptr, 1, &count, &flags, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSARecv(there(), &bad, 1, &count, &flags, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSARecv(there(), &good, 1, nullptr, &flags, nullptr, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSARecv(there(), &good, 1, &count, nullptr, nullptr, nullptr), WSAEFAULT);
}

TEST_P(StreamTest, UnknownFlags) {
  char byte = 'x';
  EXPECT_FAILS_WITH_ONE_OF(send(here(), &byte, 1, 0x4000000), unknown_flag());
  EXPECT_FAILS_WITH_ONE_OF(recv(there(), &byte, 1, 0x4000000), unknown_flag());
}

// ---- the end of a connection -----------------------------------------------------------------------------------------

TEST_P(StreamTest, ShutdownSendEndsTheOtherSidesReading) {
  ASSERT_TRUE(send_all(here(), "last words"));
  ASSERT_EQ(0, shutdown(here(), SD_SEND));
  EXPECT_EQ("last words", receive_to_end(there()));
  char byte;
  EXPECT_RETURNS(0, recv(there(), &byte, 1, 0));
  EXPECT_FAILS_WITH(send(here(), "x", 1, 0), WSAESHUTDOWN);
  // The other direction stays open.
  ASSERT_TRUE(send_all(there(), "reply"));
  EXPECT_EQ("reply", receive_exactly(here(), 5));
}

TEST_P(StreamTest, ShutdownReceiveRefusesReading) {
  ASSERT_EQ(0, shutdown(there(), SD_RECEIVE));
  char byte;
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, 0), WSAESHUTDOWN);
  EXPECT_EQ(1, send(there(), "x", 1, 0));
}

TEST_P(StreamTest, ShutdownBothRefusesBoth) {
  ASSERT_EQ(0, shutdown(there(), SD_BOTH));
  char byte;
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, 0), WSAESHUTDOWN);
  EXPECT_FAILS_WITH(send(there(), "x", 1, 0), WSAESHUTDOWN);
}

TEST_P(StreamTest, ShutdownTakesOnlyThreeValues) {
  EXPECT_FAILS_WITH(shutdown(there(), 3), WSAEINVAL);
  EXPECT_FAILS_WITH(shutdown(there(), -1), WSAEINVAL);
}

TEST_P(StreamTest, AResetIsSeenByReadAndWrite) {
  ASSERT_TRUE(set_linger(here(), 1, 0));
  ASSERT_EQ(0, pair_.client.close());
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  char byte;
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, 0), WSAECONNRESET);
  EXPECT_FAILS_WITH_ONE_OF(send(there(), "x", 1, 0), connection_lost());
}

TEST_P(StreamTest, WritingToAClosedPeerEndsInAnErrorNotASignal) {
  ASSERT_EQ(0, pair_.client.close());
  // The first sends may be taken; the reset that they cause fails a later one.
  Outcome sent{};
  EXPECT_TRUE(eventually([&] {
    sent = outcome_of([&] { return send(there(), "x", 1, 0); });
    return sent.failed();
  }));
  EXPECT_TRUE(failed_with(sent, connection_lost()));
}

// ---- urgent data -----------------------------------------------------------------------------------------------------

TEST_P(StreamTest, UrgentByteTravelsBesideTheStream) {
  ASSERT_TRUE(send_all(here(), "ab"));
  ASSERT_EQ(1, send(here(), "!", 1, MSG_OOB));
  ASSERT_TRUE(send_all(here(), "cd"));
  ASSERT_TRUE(wait_for(there(), Readiness::kExcept));
  char byte = 0;
  ASSERT_RETURNS(1, recv(there(), &byte, 1, MSG_OOB));
  EXPECT_EQ('!', byte);
  EXPECT_EQ("abcd", receive_exactly(there(), 4));
}

TEST_P(StreamTest, NoUrgentData) {
  ASSERT_TRUE(set_nonblocking(there()));
  char byte;
  EXPECT_FAILS_WITH_ONE_OF(recv(there(), &byte, 1, MSG_OOB), no_urgent_data());
}

TEST_P(StreamTest, TheMarkTellsWhereTheUrgentByteWas) {
  u_long at_mark = 0;
  ASSERT_RETURNS(0, ioctlsocket(there(), SIOCATMARK, &at_mark));
  EXPECT_NE(0u, at_mark) << "no urgent data waits";
  ASSERT_TRUE(set_option(there(), SOL_SOCKET, SO_OOBINLINE, 1));
  ASSERT_TRUE(send_all(here(), "ab"));
  ASSERT_EQ(1, send(here(), "!", 1, MSG_OOB));
  ASSERT_TRUE(eventually([&] {
    u_long available = 0;
    return ioctlsocket(there(), FIONREAD, &available) == 0 && available >= 3;
  }));
  ASSERT_RETURNS(0, ioctlsocket(there(), SIOCATMARK, &at_mark));
  EXPECT_EQ(0u, at_mark) << "ordinary data comes first";
  EXPECT_EQ("ab!", receive_exactly(there(), 3));
  ASSERT_RETURNS(0, ioctlsocket(there(), SIOCATMARK, &at_mark));
  EXPECT_NE(0u, at_mark) << "all urgent data has been read";
}

TEST_P(StreamTest, InlineUrgentByteIsPartOfTheStream) {
  ASSERT_TRUE(set_option(there(), SOL_SOCKET, SO_OOBINLINE, 1));
  ASSERT_TRUE(send_all(here(), "ab"));
  ASSERT_EQ(1, send(here(), "!", 1, MSG_OOB));
  ASSERT_TRUE(send_all(here(), "cd"));
  EXPECT_EQ("ab!cd", receive_exactly(there(), 5));
  char byte;
  ASSERT_TRUE(set_nonblocking(there()));
  EXPECT_FAILS_WITH(recv(there(), &byte, 1, MSG_OOB), WSAEINVAL);
}

// ---- no connection ---------------------------------------------------------------------------------------------------

class UnconnectedStreamTest : public FamilyTest {};
FOR_BOTH_FAMILIES(UnconnectedStreamTest);

TEST_P(UnconnectedStreamTest, TransfersNothing) {
  const Socket stream = make_socket(family(), SOCK_STREAM);
  char byte = 'x';
  WSABUF buffer = {1, &byte};
  DWORD count = 0, flags = 0;
  EXPECT_FAILS_WITH(send(stream.get(), &byte, 1, 0), WSAENOTCONN);
  EXPECT_FAILS_WITH(recv(stream.get(), &byte, 1, 0), WSAENOTCONN);
  EXPECT_FAILS_WITH(WSASend(stream.get(), &buffer, 1, &count, 0, nullptr, nullptr), WSAENOTCONN);
  EXPECT_FAILS_WITH(WSARecv(stream.get(), &buffer, 1, &count, &flags, nullptr, nullptr), WSAENOTCONN);
  for (const int how : {SD_RECEIVE, SD_SEND, SD_BOTH}) EXPECT_FAILS_WITH(shutdown(stream.get(), how), WSAENOTCONN);
}

TEST_P(UnconnectedStreamTest, AListenerTransfersNothing) {
  const Socket server = listener(family());
  char byte = 'x';
  ASSERT_TRUE(set_nonblocking(server.get()));  // so that a provider that gets it wrong does not wait for ever
  EXPECT_FAILS_WITH(send(server.get(), &byte, 1, 0), WSAENOTCONN);
  EXPECT_FAILS_WITH(recv(server.get(), &byte, 1, 0), WSAENOTCONN);
}

}  // namespace
}  // namespace regress
