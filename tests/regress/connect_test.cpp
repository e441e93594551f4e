// connect and WSAConnect: refusals, the non-blocking sequence, and using a socket again after a failure.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

class ConnectTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    stream_ = make_socket(family(), SOCK_STREAM);
    ASSERT_TRUE(stream_.valid());
  }
  void TearDown() override {
    stream_ = Socket();
    FamilyTest::TearDown();
  }
  SOCKET stream() const { return stream_.get(); }
  int connect_it(const Endpoint& endpoint) { return connect(stream(), endpoint.address(), endpoint.length); }

  Socket stream_;
};
FOR_BOTH_FAMILIES(ConnectTest);

TEST_P(ConnectTest, Refused) { EXPECT_FAILS_WITH(connect_it(refusing_endpoint(family())), WSAECONNREFUSED); }

TEST_P(ConnectTest, RefusedByWsaConnect) {
  const Endpoint nobody = refusing_endpoint(family());
  EXPECT_FAILS_WITH(WSAConnect(stream(), nobody.address(), nobody.length, nullptr, nullptr, nullptr, nullptr), WSAECONNREFUSED);
}

TEST_P(ConnectTest, WsaConnectConnects) {
  const Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  ASSERT_RETURNS(0, WSAConnect(stream(), endpoint.address(), endpoint.length, nullptr, nullptr, nullptr, nullptr));
  EXPECT_TRUE(peer_name(stream()) == endpoint);
}

TEST_P(ConnectTest, BindsAnUnboundSocket) {
  const Socket server = listener(family());
  ASSERT_RETURNS(0, connect_it(local_name(server.get())));
  EXPECT_NE(0, local_name(stream()).port());
}

TEST_P(ConnectTest, NullAndShortNamesAreFaults) {
  const Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  EXPECT_FAILS_WITH(connect(stream(), nullptr, endpoint.length), WSAEFAULT);
  EXPECT_FAILS_WITH(connect(stream(), endpoint.address(), 4), WSAEFAULT);
  EXPECT_FAILS_WITH(connect(stream(), endpoint.address(), 0), WSAEFAULT);
}

TEST_P(ConnectTest, AnotherFamilysAddress) {
  const Endpoint other = loopback(family() == AF_INET ? AF_INET6 : AF_INET, 9);
  EXPECT_FAILS_WITH_ONE_OF(connect(stream(), other.address(), sizeof other.storage), wrong_family());
}

TEST_P(ConnectTest, TheWildcardIsNoTarget) {
  EXPECT_FAILS_WITH(connect_it(any_address(family(), 9)), WSAEADDRNOTAVAIL);
}

TEST_P(ConnectTest, PortZeroIsNoTarget) { EXPECT_FAILS_WITH(connect_it(loopback(family(), 0)), WSAEADDRNOTAVAIL); }

TEST_P(ConnectTest, AlreadyConnected) {
  const Socket server = listener(family());
  ASSERT_RETURNS(0, connect_it(local_name(server.get())));
  EXPECT_FAILS_WITH(connect_it(local_name(server.get())), WSAEISCONN);
}

TEST_P(ConnectTest, AListenerCannotConnect) {
  const Socket first = listener(family());
  const Socket second = listener(family());
  const Endpoint endpoint = local_name(first.get());
  EXPECT_FAILS_WITH(connect(second.get(), endpoint.address(), endpoint.length), WSAEINVAL);
}

TEST_P(ConnectTest, WorksAgainAfterARefusal) {
  const Socket server = listener(family());
  EXPECT_FAILS_WITH(connect_it(refusing_endpoint(family())), WSAECONNREFUSED);
  EXPECT_RETURNS(0, connect_it(local_name(server.get())));
}

// The option is for sends.
TEST_P(ConnectTest, ASendTimeoutDoesNotEndIt) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  ASSERT_TRUE(set_option(stream(), SOL_SOCKET, SO_SNDTIMEO, 20));
  const SOCKET s = stream();
  BlockedCall call([&busy, s] { return connect(s, busy.endpoint().address(), busy.endpoint().length); });
  ASSERT_TRUE(call.wait_until_blocked());
  const Socket quiet = bound_socket(family(), SOCK_DGRAM);
  EXPECT_FALSE(wait_for(quiet.get(), Readiness::kRead, 300));  // many times that long
  EXPECT_FALSE(call.returned());
  EXPECT_RETURNS(0, stream_.close());
  EXPECT_TRUE(call.outcome().has_value());
}

// ---- non-blocking ----------------------------------------------------------------------------------------------------

TEST_P(ConnectTest, NonBlockingSucceedsThroughTheWriteSet) {
  const Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  ASSERT_TRUE(set_nonblocking(stream()));
  EXPECT_FAILS_WITH(connect_it(endpoint), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(stream(), Readiness::kWrite));
  EXPECT_EQ(0, get_option(stream(), SOL_SOCKET, SO_ERROR));
  EXPECT_FAILS_WITH(connect_it(endpoint), WSAEISCONN);
  EXPECT_TRUE(peer_name(stream()) == endpoint);
}

TEST_P(ConnectTest, NonBlockingFailsThroughTheExceptSet) {
  ASSERT_TRUE(set_nonblocking(stream()));
  EXPECT_FAILS_WITH(connect_it(refusing_endpoint(family())), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(stream(), Readiness::kExcept));
  EXPECT_FALSE(wait_for(stream(), Readiness::kWrite, 0)) << "only success shows in the write set";
  EXPECT_EQ(WSAECONNREFUSED, get_option(stream(), SOL_SOCKET, SO_ERROR));
}

TEST_P(ConnectTest, WhileUnderWay) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  ASSERT_TRUE(set_nonblocking(stream()));
  EXPECT_FAILS_WITH(connect_it(busy.endpoint()), WSAEWOULDBLOCK);
  EXPECT_FAILS_WITH_ONE_OF(connect_it(busy.endpoint()), connect_under_way());
  char byte = 'x';
  EXPECT_FAILS_WITH(send(stream(), &byte, 1, 0), WSAENOTCONN);
  EXPECT_FAILS_WITH(recv(stream(), &byte, 1, 0), WSAENOTCONN);
  sockaddr_storage name;
  int length = sizeof name;
  EXPECT_FAILS_WITH(getpeername(stream(), reinterpret_cast<sockaddr*>(&name), &length), WSAENOTCONN);
}

TEST_P(ConnectTest, NonBlockingWorksAgainAfterARefusal) {
  const Socket server = listener(family());
  ASSERT_TRUE(set_nonblocking(stream()));
  EXPECT_FAILS_WITH(connect_it(refusing_endpoint(family())), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(stream(), Readiness::kExcept));
  EXPECT_FAILS_WITH(connect_it(local_name(server.get())), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(stream(), Readiness::kWrite));
  ASSERT_TRUE(wait_for(server.get(), Readiness::kRead));
  const Socket accepted(accept(server.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_TRUE(send_all(stream(), "again"));
  EXPECT_EQ("again", receive_exactly(accepted.get(), 5));
}

}  // namespace
}  // namespace regress
