// closesocket: what it does to calls that wait on the socket, and to the connection.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <memory>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

// ---- waking what is blocked ------------------------------------------------------------------------------------------

class CloseWakesTest : public FamilyTest {
 protected:
  // Closes the socket on which `call` is blocked; the call must end with one of the errors, and the socket must be gone.
  void expect_woken(Socket& socket, std::function<long long()> call, const ErrorSet& errors = closed_while_blocked()) {
    BlockedCall blocked(std::move(call));
    ASSERT_TRUE(blocked.wait_until_blocked());
    const SOCKET value = socket.get();
    EXPECT_RETURNS(0, socket.close());
    EXPECT_TRUE(woken_with(blocked, errors));
    EXPECT_FAILS_WITH(closesocket(value), WSAENOTSOCK);
  }
};
FOR_BOTH_FAMILIES(CloseWakesTest);

TEST_P(CloseWakesTest, Recv) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  const SOCKET s = pair.server.get();
  char byte;
  expect_woken(pair.server, [&byte, s] { return recv(s, &byte, 1, 0); });
  EXPECT_EQ("", receive_to_end(pair.client.get())) << "the peer must see the end of the connection";
}

TEST_P(CloseWakesTest, RecvWaitingForAll) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  const SOCKET s = pair.server.get();
  char bytes[8];
  expect_woken(pair.server, [&bytes, s] { return recv(s, bytes, sizeof bytes, MSG_WAITALL); });
}

TEST_P(CloseWakesTest, WsaRecv) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  const SOCKET s = pair.server.get();
  char byte;
  WSABUF buffer = {1, &byte};
  DWORD count = 0, flags = 0;
  expect_woken(pair.server, [&, s] { return WSARecv(s, &buffer, 1, &count, &flags, nullptr, nullptr); });
}

TEST_P(CloseWakesTest, RecvFrom) {
  Socket socket = bound_socket(family(), SOCK_DGRAM);
  const SOCKET s = socket.get();
  char byte;
  expect_woken(socket, [&byte, s] { return recvfrom(s, &byte, 1, 0, nullptr, nullptr); });
}

TEST_P(CloseWakesTest, WsaRecvFrom) {
  Socket socket = bound_socket(family(), SOCK_DGRAM);
  const SOCKET s = socket.get();
  char byte;
  WSABUF buffer = {1, &byte};
  DWORD count = 0, flags = 0;
  expect_woken(socket, [&, s] { return WSARecvFrom(s, &buffer, 1, &count, &flags, nullptr, nullptr, nullptr, nullptr); });
}

TEST_P(CloseWakesTest, RecvWithTimeout) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  const SOCKET s = pair.server.get();
  ASSERT_TRUE(set_option(s, SOL_SOCKET, SO_RCVTIMEO, 10 * kDeadlineMs));
  char byte;
  expect_woken(pair.server, [&byte, s] { return recv(s, &byte, 1, 0); });
}

TEST_P(CloseWakesTest, Accept) {
  Socket socket = listener(family());
  const SOCKET s = socket.get();
  expect_woken(socket, [s]() -> long long { return accept(s, nullptr, nullptr) == INVALID_SOCKET ? -1 : 0; });
}

TEST_P(CloseWakesTest, WsaAccept) {
  Socket socket = listener(family());
  const SOCKET s = socket.get();
  expect_woken(socket, [s]() -> long long { return WSAAccept(s, nullptr, nullptr, nullptr, 0) == INVALID_SOCKET ? -1 : 0; });
}

TEST_P(CloseWakesTest, Connect) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  Socket socket = make_socket(family(), SOCK_STREAM);
  const SOCKET s = socket.get();
  expect_woken(socket, [&busy, s] { return connect(s, busy.endpoint().address(), busy.endpoint().length); });
}

TEST_P(CloseWakesTest, Send) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_nonblocking(pair.client.get()));
  fill_send_buffer(pair.client.get());
  ASSERT_TRUE(set_nonblocking(pair.client.get(), false));
  const SOCKET s = pair.client.get();
  const std::string more(1 << 20, 'm');
  BlockedCall sending([&more, s] { return send(s, more.data(), static_cast<int>(more.size()), 0); });
  ASSERT_TRUE(sending.wait_until_blocked());
  ASSERT_TRUE(set_linger(s, 1, 0));  // what is queued need not be delivered
  EXPECT_RETURNS(0, pair.client.close());
  const std::optional<Outcome> outcome = sending.outcome();
  ASSERT_TRUE(outcome.has_value()) << "the blocked send was not woken";
  // A send that has already passed a part on may say so.
  if (outcome->failed())
    EXPECT_TRUE(failed_with(*outcome, closed_while_blocked()));
  else
    EXPECT_LT(outcome->result, static_cast<long long>(more.size()));
}

TEST_P(CloseWakesTest, EveryCallOnTheSocket) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  const SOCKET s = pair.server.get();
  constexpr int kThreads = 8;
  std::vector<std::unique_ptr<BlockedCall>> calls;
  char bytes[kThreads];
  for (char& byte : bytes) calls.push_back(std::make_unique<BlockedCall>([&byte, s] { return recv(s, &byte, 1, 0); }));
  for (const auto& call : calls) ASSERT_TRUE(call->wait_until_blocked());
  EXPECT_RETURNS(0, pair.server.close());
  for (const auto& call : calls) EXPECT_TRUE(woken_with(*call, closed_while_blocked()));
}

TEST_P(CloseWakesTest, NoCallOnAnotherSocket) {
  Pair first = tcp_pair(family());
  Pair second = tcp_pair(family());
  ASSERT_TRUE(first.valid() && second.valid());
  const SOCKET s = second.server.get();
  char byte = 0;
  BlockedCall call([&byte, s] { return recv(s, &byte, 1, 0); });
  ASSERT_TRUE(call.wait_until_blocked());
  ASSERT_EQ(0, first.server.close());
  EXPECT_FALSE(call.returned());
  ASSERT_TRUE(send_all(second.client.get(), "x"));
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(1, outcome->result) << describe(*outcome);
  EXPECT_EQ('x', byte);
}

// The thread may be anywhere between its first look at the socket and the wait, and in every eighth round it is in the wait: no
// round may hang or give another error.
TEST_P(CloseWakesTest, InEveryMomentOfTheCall) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    Pair pair = tcp_pair(family());
    ASSERT_TRUE(pair.valid());
    ASSERT_TRUE(set_linger(pair.client.get(), 1, 0));  // rounds must not fill the port range with TIME_WAIT
    const SOCKET s = pair.server.get();
    char byte;
    BlockedCall call([&byte, s] { return recv(s, &byte, 1, 0); });
    if (round % 8 == 0) {
      ASSERT_TRUE(call.wait_until_blocked());
    }
    ASSERT_RETURNS(0, pair.server.close());
    ASSERT_TRUE(woken_with(call, closed_while_blocked())) << "round " << round;
  }
}

TEST_P(CloseWakesTest, SelectOver64Sockets) {
  std::vector<Socket> sockets(64);
  for (Socket& socket : sockets) {
    socket = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(socket.valid());
  }
  fd_set set;
  FD_ZERO(&set);
  for (const Socket& socket : sockets) FD_SET(socket.get(), &set);
  expect_woken(sockets[37], [&set] { return select(0, &set, nullptr, nullptr, nullptr); }, closed_while_selected());
}

TEST_P(CloseWakesTest, WsaPollOver64Sockets) {
  std::vector<Socket> sockets(64);
  std::vector<WSAPOLLFD> polled;
  for (Socket& socket : sockets) {
    socket = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(socket.valid());
    polled.push_back({socket.get(), POLLRDNORM, 0});
  }
  BlockedCall call([&polled] { return WSAPoll(polled.data(), static_cast<ULONG>(polled.size()), -1); });
  ASSERT_TRUE(call.wait_until_blocked());
  EXPECT_RETURNS(0, sockets[37].close());
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value()) << "the poll was not woken";
  EXPECT_EQ(1, outcome->result) << describe(*outcome);
  EXPECT_EQ(POLLNVAL, polled[37].revents);
  EXPECT_EQ(0, polled[36].revents);
}

// ---- the connection --------------------------------------------------------------------------------------------------

class CloseTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    pair_ = tcp_pair(family());
    ASSERT_TRUE(pair_.valid());
  }
  void TearDown() override {
    pair_ = Pair();
    FamilyTest::TearDown();
  }
  Pair pair_;
};
FOR_BOTH_FAMILIES(CloseTest);

TEST_P(CloseTest, DeliversWhatWasSentAndThenTheEnd) {
  ASSERT_TRUE(send_all(pair_.client.get(), "the last words"));
  ASSERT_RETURNS(0, pair_.client.close());
  char bytes[32];
  ASSERT_TRUE(wait_for(pair_.server.get(), Readiness::kRead));
  EXPECT_EQ("the last words", receive_exactly(pair_.server.get(), 14));
  EXPECT_RETURNS(0, recv(pair_.server.get(), bytes, sizeof bytes, 0));
}

TEST_P(CloseTest, DeliversInTheBackground) {
  ASSERT_TRUE(set_option(pair_.client.get(), SOL_SOCKET, SO_SNDBUF, 1 << 20));
  ASSERT_TRUE(set_nonblocking(pair_.client.get()));
  const size_t sent = fill_send_buffer(pair_.client.get());
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_EQ(sent, receive_to_end(pair_.server.get()).size());
}

TEST_P(CloseTest, UnreadDataResetsThePeer) {
  ASSERT_TRUE(send_all(pair_.client.get(), "never read"));
  ASSERT_TRUE(wait_for(pair_.server.get(), Readiness::kRead));
  ASSERT_RETURNS(0, pair_.server.close());
  ASSERT_TRUE(wait_for(pair_.client.get(), Readiness::kRead));
  char byte;
  EXPECT_FAILS_WITH(recv(pair_.client.get(), &byte, 1, 0), WSAECONNRESET);
}

TEST_P(CloseTest, LingerZeroResetsThePeer) {
  ASSERT_TRUE(set_linger(pair_.client.get(), 1, 0));
  ASSERT_RETURNS(0, pair_.client.close());
  ASSERT_TRUE(wait_for(pair_.server.get(), Readiness::kRead));
  char byte;
  EXPECT_FAILS_WITH(recv(pair_.server.get(), &byte, 1, 0), WSAECONNRESET);
}

TEST_P(CloseTest, LingerWaitsUntilTheDataIsTaken) {
  const SOCKET s = pair_.client.get();
  ASSERT_TRUE(set_nonblocking(s));
  const size_t sent = fill_send_buffer(s);
  ASSERT_TRUE(set_nonblocking(s, false));
  ASSERT_TRUE(set_linger(s, 1, 60));
  const SOCKET closing = pair_.client.release();
  BlockedCall close([closing] { return closesocket(closing); });
  EXPECT_TRUE(close.wait_until_blocked());
  EXPECT_EQ(sent, receive_to_end(pair_.server.get()).size());
  const std::optional<Outcome> outcome = close.outcome();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(0, outcome->result) << describe(*outcome);
}

TEST_P(CloseTest, LingerWithNothingToSendDoesNotWait) {
  ASSERT_TRUE(set_linger(pair_.client.get(), 1, 60));
  EXPECT_RETURNS(0, pair_.client.close());
  EXPECT_EQ("", receive_to_end(pair_.server.get()));
}

TEST_P(CloseTest, NonBlockingLingerWithUnsentDataWouldBlock) {
  const SOCKET s = pair_.client.get();
  ASSERT_TRUE(set_nonblocking(s));
  const size_t sent = fill_send_buffer(s);
  ASSERT_TRUE(set_linger(s, 1, 5));
  const Outcome first = outcome_of([s] { return closesocket(s); });
  if (!first.failed()) pair_.client.release();
  ASSERT_TRUE(failed_with(first, {WSAEWOULDBLOCK}));
  // The socket is still open and all of its data is delivered.
  EXPECT_EQ(SOCK_STREAM, get_option(s, SOL_SOCKET, SO_TYPE));
  EXPECT_EQ(sent, receive_exactly(pair_.server.get(), sent).size());
  ASSERT_TRUE(wait_for(s, Readiness::kWrite));
  // Once the data is out the same call succeeds.
  Outcome closed{};
  EXPECT_TRUE(eventually([&] {
    closed = outcome_of([&] { return closesocket(s); });
    return !closed.failed() || closed.error != WSAEWOULDBLOCK;
  }));
  EXPECT_EQ(0, closed.result) << describe(closed);
  pair_.client.release();
  EXPECT_EQ("", receive_to_end(pair_.server.get()));
}

TEST_P(CloseTest, NonBlockingLingerZeroDoesNotWait) {
  ASSERT_TRUE(set_nonblocking(pair_.client.get()));
  fill_send_buffer(pair_.client.get());
  ASSERT_TRUE(set_linger(pair_.client.get(), 1, 0));
  EXPECT_RETURNS(0, pair_.client.close());
}

TEST_P(CloseTest, WithoutLingerANonBlockingSocketClosesAtOnce) {
  ASSERT_TRUE(set_nonblocking(pair_.client.get()));
  const size_t sent = fill_send_buffer(pair_.client.get());
  EXPECT_RETURNS(0, pair_.client.close());
  EXPECT_EQ(sent, receive_to_end(pair_.server.get()).size());
}

TEST_P(CloseTest, AListenerTakesItsWaitingConnectionsWithIt) {
  Socket server = listener(family());
  const Socket client = connect_to(server.get(), family());
  ASSERT_TRUE(client.valid());
  ASSERT_TRUE(wait_for(server.get(), Readiness::kRead));
  ASSERT_RETURNS(0, server.close());
  ASSERT_TRUE(wait_for(client.get(), Readiness::kRead));
  char byte;
  EXPECT_FAILS_WITH_ONE_OF(recv(client.get(), &byte, 1, 0), connection_lost());
}

}  // namespace
}  // namespace regress
