// WSAPoll.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

constexpr SHORT kEverything = POLLRDNORM | POLLRDBAND | POLLWRNORM;

// Polls one socket; the result is its revents, or -1.
int poll_one(SOCKET socket, SHORT events, int milliseconds = 0) {
  WSAPOLLFD polled = {socket, events, 0x7fff};
  const int count = WSAPoll(&polled, 1, milliseconds);
  if (count < 0) return -1;
  EXPECT_EQ(polled.revents != 0 ? 1 : 0, count);
  return polled.revents;
}

class PollTest : public FamilyTest {};
FOR_BOTH_FAMILIES(PollTest);

TEST_P(PollTest, AnEmptyArrayIsInvalid) {
  WSAPOLLFD polled = {};
  EXPECT_FAILS_WITH(WSAPoll(&polled, 0, 0), WSAEINVAL);
}

TEST_P(PollTest, ANullArrayIsAFault) { EXPECT_FAILS_WITH(WSAPoll(nullptr, 1, 0), WSAEFAULT); }

TEST_P(PollTest, WhatTheProviderCannotTellIsInvalid) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  for (const int events : {POLLPRI, POLLWRBAND, POLLERR, POLLHUP, POLLNVAL}) {
    WSAPOLLFD polled = {socket.get(), static_cast<SHORT>(events | POLLRDNORM), 0};
    EXPECT_FAILS_WITH(WSAPoll(&polled, 1, 0), WSAEINVAL);
  }
}

TEST_P(PollTest, NegativeSocketsAreSkipped) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  WSAPOLLFD polled[] = {
      {INVALID_SOCKET, POLLRDNORM, 0x7fff}, {socket.get(), POLLWRNORM, 0}, {static_cast<SOCKET>(-7), POLLWRNORM, 0x7fff}};
  EXPECT_RETURNS(1, WSAPoll(polled, 3, 0));
  EXPECT_EQ(0, polled[0].revents);
  EXPECT_EQ(POLLWRNORM, polled[1].revents);
  EXPECT_EQ(0, polled[2].revents);
}

TEST_P(PollTest, WithoutAnyValidSocketInvalid) {
  Socket closed = bound_socket(family(), SOCK_DGRAM);
  const SOCKET value = closed.get();
  ASSERT_EQ(0, closed.close());
  WSAPOLLFD polled[] = {{INVALID_SOCKET, POLLRDNORM, 0}, {value, POLLRDNORM, 0}};
  EXPECT_FAILS_WITH_ONE_OF(WSAPoll(polled, 2, 0), no_socket_to_poll());
}

TEST_P(PollTest, AnInvalidSocketAmongValidOnesIsMarked) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  Socket closed = bound_socket(family(), SOCK_DGRAM);
  const SOCKET value = closed.get();
  ASSERT_EQ(0, closed.close());
  WSAPOLLFD polled[] = {{socket.get(), POLLRDNORM, 0}, {value, POLLRDNORM, 0}};
  EXPECT_RETURNS(1, WSAPoll(polled, 2, 5000));
  EXPECT_EQ(0, polled[0].revents);
  EXPECT_EQ(POLLNVAL, polled[1].revents);
}

TEST_P(PollTest, TimesOut) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  for (const int milliseconds : {0, 30}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(0, poll_one(socket.get(), POLLRDNORM, milliseconds));
    EXPECT_GE(std::chrono::steady_clock::now() - start + std::chrono::milliseconds(2), std::chrono::milliseconds(milliseconds));
  }
}

TEST_P(PollTest, Datagrams) {
  const Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(POLLWRNORM, poll_one(pair.server.get(), kEverything));
  ASSERT_EQ(1, send(pair.client.get(), "x", 1, 0));
  EXPECT_EQ(POLLRDNORM, poll_one(pair.server.get(), POLLRDNORM, kDeadlineMs));
  EXPECT_EQ(POLLRDNORM | POLLWRNORM, poll_one(pair.server.get(), kEverything));
}

TEST_P(PollTest, Connections) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(POLLWRNORM, poll_one(pair.server.get(), kEverything));
  EXPECT_EQ(0, poll_one(pair.server.get(), POLLRDNORM));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_EQ(POLLRDNORM, poll_one(pair.server.get(), POLLIN, kDeadlineMs));
}

TEST_P(PollTest, FullBuffersAreNotWritable) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_nonblocking(pair.client.get()));
  fill_send_buffer(pair.client.get());
  EXPECT_EQ(0, poll_one(pair.client.get(), POLLWRNORM));
}

TEST_P(PollTest, AListenerWithSomebodyWaiting) {
  const Socket server = listener(family());
  EXPECT_EQ(0, poll_one(server.get(), POLLRDNORM));
  const Socket client = connect_to(server.get(), family());
  EXPECT_EQ(POLLRDNORM, poll_one(server.get(), POLLRDNORM, kDeadlineMs));
}

TEST_P(PollTest, UrgentData) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(1, send(pair.client.get(), "!", 1, MSG_OOB));
  EXPECT_EQ(POLLRDBAND, poll_one(pair.server.get(), POLLIN, kDeadlineMs));
}

TEST_P(PollTest, AHangUpIsAlwaysReported) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(0, pair.client.close());
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_NE(0, poll_one(pair.server.get(), POLLRDNORM, kDeadlineMs) & POLLHUP);
  EXPECT_NE(0, poll_one(pair.server.get(), POLLWRNORM) & POLLHUP) << "although only writing was asked about";
}

TEST_P(PollTest, AResetIsAnErrorAndAHangUp) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_linger(pair.client.get(), 1, 0));
  ASSERT_EQ(0, pair.client.close());
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_EQ(POLLERR | POLLHUP, poll_one(pair.server.get(), POLLRDNORM, kDeadlineMs) & (POLLERR | POLLHUP));
}

TEST_P(PollTest, AFailedConnectIsReported) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  const Endpoint nobody = refusing_endpoint(family());
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(socket.get(), Readiness::kExcept));
  EXPECT_EQ(POLLHUP | POLLERR | POLLWRNORM, poll_one(socket.get(), POLLWRNORM, kDeadlineMs));
}

TEST_P(PollTest, ASuccessfulConnectIsWritable) {
  const Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  const Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), endpoint.address(), endpoint.length), WSAEWOULDBLOCK);
  EXPECT_EQ(POLLWRNORM, poll_one(socket.get(), POLLWRNORM, kDeadlineMs));
}

TEST_P(PollTest, CountsSocketsNotEvents) {
  constexpr size_t kSockets = 1100;
  ASSERT_TRUE(allow_descriptors(2500));
  std::vector<Socket> sockets(kSockets);
  std::vector<WSAPOLLFD> polled;
  for (Socket& socket : sockets) {
    socket = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(socket.valid());
    polled.push_back({socket.get(), POLLRDNORM, 0});
  }
  const Endpoint last = local_name(sockets.back().get());
  ASSERT_EQ(1, sendto(sockets[0].get(), "x", 1, 0, last.address(), last.length));
  EXPECT_RETURNS(1, WSAPoll(polled.data(), kSockets, kDeadlineMs));
  EXPECT_EQ(POLLRDNORM, polled.back().revents);
  for (WSAPOLLFD& entry : polled) entry.events = POLLRDNORM | POLLWRNORM;
  EXPECT_RETURNS(static_cast<int>(kSockets), WSAPoll(polled.data(), kSockets, 0));
}

}  // namespace
}  // namespace regress
