// Datagrams that nobody receives: a later receive fails with WSAECONNRESET, once for each, unless SIO_UDP_CONNRESET says no.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

class UnreachableTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    socket_ = bound_socket(family(), SOCK_DGRAM);
    peer_ = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(socket_.valid() && peer_.valid());
    // Where nothing is told, a receive would wait for ever.
    ASSERT_TRUE(set_option(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, 5000));
    Socket gone = bound_socket(family(), SOCK_DGRAM);
    nobody_ = local_name(gone.get());
  }
  void TearDown() override {
    socket_ = Socket();
    peer_ = Socket();
    FamilyTest::TearDown();
  }
  void send_to_nobody() { ASSERT_EQ(1, sendto(socket_.get(), "x", 1, 0, nobody_.address(), nobody_.length)); }
  // From the peer, so that a receive has something to find.
  void send_from_peer() {
    const Endpoint here = local_name(socket_.get());
    ASSERT_EQ(2, sendto(peer_.get(), "ok", 2, 0, here.address(), here.length));
  }
  int receive() {
    char bytes[8];
    return recv(socket_.get(), bytes, sizeof bytes, 0);
  }
  template <class Flag>
  int set_reset(Flag flag) {
    DWORD returned = 0;
    return WSAIoctl(socket_.get(), SIO_UDP_CONNRESET, &flag, sizeof flag, nullptr, 0, &returned, nullptr, nullptr);
  }

  Socket socket_, peer_;
  Endpoint nobody_;
};
FOR_BOTH_FAMILIES(UnreachableTest);

TEST_P(UnreachableTest, AReceiveTellsOnce) {
  send_to_nobody();
  EXPECT_FAILS_WITH(receive(), WSAECONNRESET);
  send_from_peer();
  EXPECT_RETURNS(2, receive());
}

TEST_P(UnreachableTest, OnceForEachDatagram) {
  send_to_nobody();
  EXPECT_FAILS_WITH(receive(), WSAECONNRESET);
  send_to_nobody();
  EXPECT_FAILS_WITH(receive(), WSAECONNRESET);
  send_from_peer();
  EXPECT_RETURNS(2, receive());
}

TEST_P(UnreachableTest, ASendDoesNotFailForAnEarlierOne) {
  send_to_nobody();
  send_to_nobody();
  const Endpoint there = local_name(peer_.get());
  EXPECT_RETURNS(1, sendto(socket_.get(), "y", 1, 0, there.address(), there.length));
  EXPECT_FAILS_WITH(receive(), WSAECONNRESET) << "nor is the error lost by it";
}

TEST_P(UnreachableTest, AConnectedSocketIsToldToo) {
  ASSERT_RETURNS(0, connect(socket_.get(), nobody_.address(), nobody_.length));
  ASSERT_RETURNS(1, send(socket_.get(), "x", 1, 0));
  EXPECT_FAILS_WITH(receive(), WSAECONNRESET);
}

TEST_P(UnreachableTest, TheControlTurnsItOff) {
  const BOOL off = FALSE;
  ASSERT_RETURNS(0, set_reset(off));
  send_to_nobody();
  send_from_peer();
  EXPECT_RETURNS(2, receive());
}

// As .NET programs pass it.
TEST_P(UnreachableTest, TheControlTakesOneByte) {
  const char off = 0;
  ASSERT_RETURNS(0, set_reset(off));
  send_to_nobody();
  send_from_peer();
  EXPECT_RETURNS(2, receive());
}

TEST_P(UnreachableTest, TheControlTurnsItOffAfterwards) {
  send_to_nobody();
  const BOOL off = FALSE;
  ASSERT_RETURNS(0, set_reset(off));
  send_from_peer();
  EXPECT_RETURNS(2, receive());
}

TEST_P(UnreachableTest, SelectFindsIt) {
  send_to_nobody();
  EXPECT_TRUE(wait_for(socket_.get(), Readiness::kRead));
  EXPECT_FAILS_WITH(receive(), WSAECONNRESET);
  EXPECT_FALSE(wait_for(socket_.get(), Readiness::kRead, 0)) << "it was told";
}

}  // namespace
}  // namespace regress
