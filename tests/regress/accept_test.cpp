// accept and WSAAccept, with its condition function.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <cstring>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

class AcceptTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    server_ = listener(family());
    ASSERT_TRUE(server_.valid());
  }
  void TearDown() override {
    server_ = Socket();
    FamilyTest::TearDown();
  }
  SOCKET server() const { return server_.get(); }
  Socket waiting_client() {
    Socket client = connect_to(server(), family());
    if (!client.valid() || !wait_for(server(), Readiness::kRead)) return {};
    return client;
  }

  Socket server_;
};
FOR_BOTH_FAMILIES(AcceptTest);

TEST_P(AcceptTest, TellsThePeer) {
  const Socket client = waiting_client();
  Endpoint peer;
  peer.length = sizeof peer.storage;
  const Socket accepted(accept(server(), peer.address(), &peer.length));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ(local_name(client.get()).length, peer.length);
  EXPECT_TRUE(peer == local_name(client.get()));
  EXPECT_EQ(local_name(server()).port(), local_name(accepted.get()).port());
}

TEST_P(AcceptTest, ThePeerIsOptional) {
  const Socket client = waiting_client();
  const Socket accepted(accept(server(), nullptr, nullptr));
  EXPECT_TRUE(accepted.valid());
}

TEST_P(AcceptTest, AShortAddressIsAFault) {
  const Socket client = waiting_client();
  sockaddr_storage name;
  int length = 4;
  EXPECT_FAILS_WITH(accept(server(), reinterpret_cast<sockaddr*>(&name), &length), WSAEFAULT);
}

TEST_P(AcceptTest, AnAddressWithoutLengthIsAFault) {
  const Socket client = waiting_client();
  sockaddr_storage name;
  EXPECT_FAILS_WITH(accept(server(), reinterpret_cast<sockaddr*>(&name), nullptr), WSAEFAULT);
}

TEST_P(AcceptTest, NotListening) {
  const Socket stream = bound_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(accept(stream.get(), nullptr, nullptr), WSAEINVAL);
  EXPECT_FAILS_WITH(WSAAccept(stream.get(), nullptr, nullptr, nullptr, 0), WSAEINVAL);
}

TEST_P(AcceptTest, NonBlockingAndNobodyThere) {
  ASSERT_TRUE(set_nonblocking(server()));
  EXPECT_FAILS_WITH(accept(server(), nullptr, nullptr), WSAEWOULDBLOCK);
  EXPECT_FAILS_WITH(WSAAccept(server(), nullptr, nullptr, nullptr, 0), WSAEWOULDBLOCK);
}

TEST_P(AcceptTest, TheNewSocketHasTheListenersProperties) {
  ASSERT_TRUE(set_nonblocking(server()));
  ASSERT_TRUE(set_option(server(), SOL_SOCKET, SO_KEEPALIVE, 1));
  ASSERT_TRUE(set_linger(server(), 1, 7));
  const Socket client = waiting_client();
  const Socket accepted(accept(server(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  char byte;
  EXPECT_FAILS_WITH(recv(accepted.get(), &byte, 1, 0), WSAEWOULDBLOCK);
  EXPECT_EQ(1, get_option(accepted.get(), SOL_SOCKET, SO_KEEPALIVE));
  linger lingering{};
  int length = sizeof lingering;
  ASSERT_RETURNS(0, getsockopt(accepted.get(), SOL_SOCKET, SO_LINGER, bytes_of(&lingering), &length));
  EXPECT_EQ(1, lingering.l_onoff);
  EXPECT_EQ(7, lingering.l_linger);
  EXPECT_EQ(0, get_option(accepted.get(), SOL_SOCKET, SO_ACCEPTCONN));
}

TEST_P(AcceptTest, ABlockingListenersSocketBlocks) {
  const Socket client = waiting_client();
  const Socket accepted(accept(server(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_TRUE(send_all(client.get(), "x"));
  char byte;
  // A receive right after the send: it must wait for the data rather than fail.
  EXPECT_RETURNS(1, recv(accepted.get(), &byte, 1, 0));
}

// The option is for receives.
TEST_P(AcceptTest, AReceiveTimeoutDoesNotEndIt) {
  ASSERT_TRUE(set_option(server(), SOL_SOCKET, SO_RCVTIMEO, 20));
  const SOCKET s = server();
  BlockedCall call([s]() -> long long { return static_cast<long long>(accept(s, nullptr, nullptr)); });
  ASSERT_TRUE(call.wait_until_blocked());
  const Socket quiet = bound_socket(family(), SOCK_DGRAM);
  EXPECT_FALSE(wait_for(quiet.get(), Readiness::kRead, 300));  // many times that long
  EXPECT_FALSE(call.returned());
  const Socket client = connect_to(s, family());
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value());
  ASSERT_FALSE(outcome->failed()) << describe(*outcome);
  const Socket accepted(static_cast<SOCKET>(outcome->result));
  EXPECT_TRUE(peer_name(accepted.get()) == local_name(client.get()));
}

TEST_P(AcceptTest, InOrderOfArrival) {
  const Socket first = waiting_client();
  const Socket second = waiting_client();
  const Socket one(accept(server(), nullptr, nullptr));
  const Socket two(accept(server(), nullptr, nullptr));
  EXPECT_TRUE(peer_name(one.get()) == local_name(first.get()));
  EXPECT_TRUE(peer_name(two.get()) == local_name(second.get()));
}

// ---- the condition function ------------------------------------------------------------------------------------------

// What the condition function saw and does. WSAAccept passes it as callback data.
struct Condition {
  int answer = CF_ACCEPT;
  int calls = 0;
  Endpoint caller;
  Endpoint callee;
  bool has_group = false;
  Outcome nested_send{}, nested_socket{}, nested_close{}, nested_select{}, nested_duplicate{};
  SOCKET other = INVALID_SOCKET;
  bool try_calls = false;
};

void copy_address(LPWSABUF from, Endpoint* to) {
  if (from == nullptr || from->buf == nullptr || from->len > sizeof to->storage) return;
  std::memcpy(&to->storage, from->buf, from->len);
  to->length = static_cast<int>(from->len);
}

int CALLBACK decide(LPWSABUF caller, LPWSABUF, LPQOS, LPQOS, LPWSABUF callee, LPWSABUF, GROUP* group, DWORD_PTR data) {
  Condition& condition = *reinterpret_cast<Condition*>(data);
  ++condition.calls;
  copy_address(caller, &condition.caller);
  copy_address(callee, &condition.callee);
  condition.has_group = group != nullptr;
  if (condition.try_calls) {
    const SOCKET other = condition.other;
    condition.nested_send = outcome_of([&] { return send(other, "x", 1, 0); });
    condition.nested_socket = outcome_of([] { return socket(AF_INET, SOCK_STREAM, 0); });
    condition.nested_close = outcome_of([&] { return closesocket(other); });
    condition.nested_duplicate = outcome_of([&] {
      WSAPROTOCOL_INFOW info;
      return WSADuplicateSocketW(other, GetCurrentProcessId(), &info);
    });
    condition.nested_select = outcome_of([&] {
      fd_set set;
      FD_ZERO(&set);
      FD_SET(other, &set);
      timeval none{};
      return select(0, nullptr, &set, nullptr, &none);
    });
  }
  return condition.answer;
}

class ConditionTest : public AcceptTest {
 protected:
  SOCKET accept_if(Condition& condition, Endpoint* peer = nullptr) {
    return WSAAccept(server(), peer != nullptr ? peer->address() : nullptr, peer != nullptr ? &peer->length : nullptr, decide,
                     reinterpret_cast<DWORD_PTR>(&condition));
  }
};
FOR_BOTH_FAMILIES(ConditionTest);

TEST_P(ConditionTest, NoneIsLikeAccept) {
  const Socket client = waiting_client();
  Endpoint peer;
  peer.length = sizeof peer.storage;
  const Socket accepted(WSAAccept(server(), peer.address(), &peer.length, nullptr, 0));
  ASSERT_TRUE(accepted.valid());
  EXPECT_TRUE(peer == local_name(client.get()));
}

TEST_P(ConditionTest, SeesBothAddressesAndAccepts) {
  const Socket client = waiting_client();
  Condition condition;
  Endpoint peer;
  peer.length = sizeof peer.storage;
  const Socket accepted(accept_if(condition, &peer));
  ASSERT_TRUE(accepted.valid()) << error_name(WSAGetLastError());
  EXPECT_EQ(1, condition.calls);
  EXPECT_TRUE(condition.caller == local_name(client.get()));
  EXPECT_TRUE(condition.callee == local_name(server()));
  EXPECT_TRUE(peer == local_name(client.get()));
  ASSERT_TRUE(send_all(client.get(), "in"));
  EXPECT_EQ("in", receive_exactly(accepted.get(), 2));
}

TEST_P(ConditionTest, Rejects) {
  const Socket client = waiting_client();
  Condition condition;
  condition.answer = CF_REJECT;
  EXPECT_FAILS_WITH(accept_if(condition), WSAECONNREFUSED);
  EXPECT_EQ(1, condition.calls);
  // The rejected client learns it, and the next one is served.
  ASSERT_TRUE(wait_for(client.get(), Readiness::kRead));
  char byte;
  const Outcome end = outcome_of([&] { return recv(client.get(), &byte, 1, 0); });
  EXPECT_TRUE(end.result == 0 || failed_with(end, connection_lost())) << describe(end);
  const Socket next = waiting_client();
  condition.answer = CF_ACCEPT;
  const Socket accepted(accept_if(condition));
  EXPECT_TRUE(accepted.valid());
  EXPECT_TRUE(peer_name(accepted.get()) == local_name(next.get()));
}

TEST_P(ConditionTest, DefersAndDecidesLater) {
  const Socket client = waiting_client();
  Condition condition;
  condition.answer = CF_DEFER;
  EXPECT_FAILS_WITH(accept_if(condition), WSATRY_AGAIN);
  EXPECT_FAILS_WITH(accept_if(condition), WSATRY_AGAIN);
  EXPECT_TRUE(wait_for(server(), Readiness::kRead, 0)) << "a deferred connection still waits";
  condition.answer = CF_ACCEPT;
  const Socket accepted(accept_if(condition));
  ASSERT_TRUE(accepted.valid()) << error_name(WSAGetLastError());
  EXPECT_EQ(3, condition.calls);
  EXPECT_TRUE(peer_name(accepted.get()) == local_name(client.get()));
}

TEST_P(ConditionTest, ADeferredConnectionIsTakenByAccept) {
  const Socket client = waiting_client();
  Condition condition;
  condition.answer = CF_DEFER;
  EXPECT_FAILS_WITH(accept_if(condition), WSATRY_AGAIN);
  const Socket accepted(accept(server(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid()) << error_name(WSAGetLastError());
  EXPECT_TRUE(peer_name(accepted.get()) == local_name(client.get()));
}

TEST_P(ConditionTest, AnyOtherAnswerIsInvalid) {
  const Socket client = waiting_client();
  Condition condition;
  condition.answer = 77;
  EXPECT_FAILS_WITH(accept_if(condition), WSAEINVAL);
}

TEST_P(ConditionTest, CallsInsideAreInProgress) {
  const Socket client = waiting_client();
  const Pair other = tcp_pair(family());
  ASSERT_TRUE(other.valid());
  Condition condition;
  condition.try_calls = true;
  condition.other = other.client.get();
  const Socket accepted(accept_if(condition));
  ASSERT_TRUE(accepted.valid());
  EXPECT_TRUE(failed_with(condition.nested_send, {WSAEINPROGRESS}));
  EXPECT_TRUE(failed_with(condition.nested_socket, {WSAEINPROGRESS}));
  EXPECT_TRUE(failed_with(condition.nested_close, {WSAEINPROGRESS}));
  EXPECT_TRUE(failed_with(condition.nested_select, {WSAEINPROGRESS}));
  EXPECT_TRUE(failed_with(condition.nested_duplicate, {WSAEINPROGRESS}));
  // A provider that served the calls has given out a socket.
  if (!condition.nested_socket.failed()) closesocket(static_cast<SOCKET>(condition.nested_socket.result));
  // Afterwards all is as before.
  EXPECT_EQ(1, send(other.client.get(), "x", 1, 0));
}

TEST_P(ConditionTest, IsNotAskedWhenNobodyIsThere) {
  ASSERT_TRUE(set_nonblocking(server()));
  Condition condition;
  EXPECT_FAILS_WITH(accept_if(condition), WSAEWOULDBLOCK);
  EXPECT_EQ(0, condition.calls);
}

}  // namespace
}  // namespace regress
