// Connections that come and go by overlapped calls: AcceptEx, ConnectEx, DisconnectEx. What is sent by such: transmit_test.cpp.
#include "tests/regress/overlapped_call.h"

#include <mswsock.h>

#include <array>
#include <cstring>
#include <deque>
#include <string>

#include "tests/regress/completion_port.h"
#include "tests/regress/extension.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

constexpr int kNotConnected = -1;  // of SO_CONNECT_TIME
int connect_time(SOCKET socket) { return get_option(socket, SOL_SOCKET, SO_CONNECT_TIME); }

class ExtensionTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    listener_ = listener(family());
    ASSERT_TRUE(listener_.valid());
    name_ = local_name(listening());
    accept_ = extension<LPFN_ACCEPTEX>(listening(), WSAID_ACCEPTEX);
    connect_ = extension<LPFN_CONNECTEX>(listening(), WSAID_CONNECTEX);
    disconnect_ = extension<LPFN_DISCONNECTEX>(listening(), WSAID_DISCONNECTEX);
    addresses_ = extension<LPFN_GETACCEPTEXSOCKADDRS>(listening(), WSAID_GETACCEPTEXSOCKADDRS);
    ASSERT_TRUE(accept_ && connect_ && disconnect_ && addresses_);
  }
  void TearDown() override {
    listener_ = Socket();
    FamilyTest::TearDown();
  }
  SOCKET listening() const { return listener_.get(); }
  Socket stream() const { return make_socket(family(), SOCK_STREAM); }
  Socket connected() const { return connect_to(listening(), family()); }
  int address_size() const { return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }
  DWORD area() const { return static_cast<DWORD>(address_size()) + 16; }

  bool update_accepted(SOCKET accepted) const {
    const SOCKET from = listening();
    return setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, bytes_of(&from), sizeof from) == 0;
  }
  static bool update_connected(SOCKET socket) { return setsockopt(socket, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0) == 0; }

  static void expect_not_connected(SOCKET socket) {
    Endpoint peer;
    peer.length = sizeof peer.storage;
    EXPECT_FAILS_WITH(getpeername(socket, peer.address(), &peer.length), WSAENOTCONN);
    EXPECT_FAILS_WITH(shutdown(socket, SD_SEND), WSAENOTCONN);
  }

  int connect(OverlappedCall& call, SOCKET socket, const Endpoint& to, std::string* text = nullptr) const {
    return call.begin(socket, [&] {
      const DWORD size = text ? static_cast<DWORD>(text->size()) : 0;
      return connect_(socket, to.address(), to.length, text ? text->data() : nullptr, size, nullptr, &call.overlapped) != FALSE;
    });
  }
  int disconnect(OverlappedCall& call, SOCKET socket, DWORD flags = 0, DWORD reserved = 0) const {
    return call.begin(socket, [&] { return disconnect_(socket, &call.overlapped, flags, reserved) != FALSE; });
  }

  Socket listener_;
  Endpoint name_;
  LPFN_ACCEPTEX accept_ = nullptr;
  LPFN_CONNECTEX connect_ = nullptr;
  LPFN_DISCONNECTEX disconnect_ = nullptr;
  LPFN_GETACCEPTEXSOCKADDRS addresses_ = nullptr;
};

// A connection that AcceptEx is to accept: the socket, the room for first data, and that for the addresses.
struct Acceptance : OverlappedCall {
  Acceptance(SOCKET from, Socket to, DWORD data_room, DWORD address_room, LPFN_ACCEPTEX function)
      : OverlappedCall(data_room + 2 * address_room),
        accepted(std::move(to)),
        listening(from),
        room(data_room),
        area(address_room),
        accept(function) {}
  int start() { return start(room, area, area); }
  int start(DWORD data_room, DWORD local_room, DWORD remote_room) {
    return begin(listening, [&] {
      return accept(listening, accepted.get(), data.data(), data_room, local_room, remote_room, &at_once, &overlapped) != FALSE;
    });
  }
  // The addresses that it has brought: the local one, the remote one.
  std::array<Endpoint, 2> addresses(LPFN_GETACCEPTEXSOCKADDRS function) {
    sockaddr* address[2] = {};
    int length[2] = {};
    function(data.data(), room, area, area, &address[0], &length[0], &address[1], &length[1]);
    std::array<Endpoint, 2> endpoints;
    for (size_t i = 0; i < 2; ++i) {
      const bool inside = bytes_of(address[i]) >= data.data() + room && bytes_of(address[i]) + length[i] <= data.data() + data.size();
      EXPECT_TRUE(inside);
      if (!inside) return {};
      endpoints[i].length = length[i];
      std::memcpy(&endpoints[i].storage, address[i], static_cast<size_t>(length[i]));
    }
    return endpoints;
  }

  Socket accepted;
  SOCKET listening;
  DWORD room, area;
  LPFN_ACCEPTEX accept;
};

class AcceptExTest : public ExtensionTest {
 protected:
  // Arguments for an Acceptance that begins with nothing but the room for data.
  Acceptance acceptance(DWORD room) const { return Acceptance(listening(), stream(), room, area(), accept_); }
};
FOR_BOTH_FAMILIES(AcceptExTest);

// ---- AcceptEx -------------------------------------------------------------------------------------------------------------
TEST_P(AcceptExTest, AcceptsAConnectionThatComesLater) {
  Acceptance call = acceptance(0);
  ASSERT_PENDING(call.start());
  EXPECT_FALSE(call.told());
  const Socket client = connected();
  ASSERT_TRUE(client.valid());
  ASSERT_EQ(0, call.end()) << error_name(WSAGetLastError());
  ASSERT_TRUE(update_accepted(call.accepted.get()));
  ASSERT_TRUE(send_all(client.get(), "hello"));
  EXPECT_EQ("hello", receive_exactly(call.accepted.get(), 5));
  ASSERT_TRUE(send_all(call.accepted.get(), "world"));
  EXPECT_EQ("world", receive_exactly(client.get(), 5));
}

TEST_P(AcceptExTest, AcceptsAConnectionThatWaits) {
  const Socket client = connected();
  ASSERT_TRUE(client.valid());
  Acceptance call = acceptance(0);
  ASSERT_BEGUN(call.start());
  ASSERT_EQ(0, call.end()) << error_name(WSAGetLastError());
  ASSERT_TRUE(send_all(client.get(), "hello"));
  EXPECT_EQ("hello", receive_exactly(call.accepted.get(), 5));
}

TEST_P(AcceptExTest, ComesBeforeALaterAccept) {
  Acceptance call = acceptance(0);
  ASSERT_PENDING(call.start());
  BlockedCall blocked([s = listening()] { return static_cast<long long>(accept(s, nullptr, nullptr)); });
  EXPECT_TRUE(blocked.wait_until_asleep());
  const Socket first = connected(), second = connected();
  ASSERT_TRUE(first.valid() && second.valid());
  ASSERT_EQ(0, call.end()) << error_name(WSAGetLastError());
  ASSERT_TRUE(update_accepted(call.accepted.get()));
  EXPECT_TRUE(peer_name(call.accepted.get()) == local_name(first.get()));
  const auto outcome = blocked.outcome();
  ASSERT_TRUE(outcome && !outcome->failed());
  const Socket accepted(static_cast<SOCKET>(outcome->result));
  EXPECT_TRUE(peer_name(accepted.get()) == local_name(second.get()));
}

TEST_P(AcceptExTest, TheExportDoesTheSame) {
  Acceptance call(listening(), stream(), 64, area(), AcceptEx);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_TRUE(send_all(client.get(), "hello"));
  EXPECT_EQ("hello", call.received());
  EXPECT_TRUE(call.addresses(GetAcceptExSockaddrs)[1] == local_name(client.get()));
}

TEST_P(AcceptExTest, WaitsForTheFirstDataAndBringsIt) {
  Acceptance call = acceptance(64);
  ASSERT_PENDING(call.start());
  EXPECT_EQ(kNotConnected, connect_time(call.accepted.get()));
  const Socket client = connected();
  ASSERT_TRUE(client.valid());
  EXPECT_TRUE(eventually([&] { return connect_time(call.accepted.get()) >= 0; })) << "the connection is there";
  EXPECT_FALSE(call.told());
  ASSERT_TRUE(send_all(client.get(), "hello"));
  EXPECT_EQ("hello", call.received());
}

TEST_P(AcceptExTest, BringsNoMoreDataThanThereIsRoomFor) {
  Acceptance call = acceptance(4);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_TRUE(send_all(client.get(), "helloworld"));
  ASSERT_EQ("hell", call.received());
  EXPECT_TRUE(call.addresses(addresses_)[1] == local_name(client.get()));
  EXPECT_EQ("oworld", receive_exactly(call.accepted.get(), 6));
}

TEST_P(AcceptExTest, AConnectionThatEndsWithoutDataBringsNone) {
  Acceptance call = acceptance(64);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_RETURNS(0, shutdown(client.get(), SD_SEND));
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
  EXPECT_TRUE(call.addresses(addresses_)[1] == local_name(client.get()));
}

TEST_P(AcceptExTest, BringsTheAddresses) {
  for (const DWORD room : {0u, 16u}) {
    Acceptance call = acceptance(room);
    ASSERT_PENDING(call.start());
    const Socket client = connected();
    ASSERT_TRUE(send_all(client.get(), "hello"));
    ASSERT_EQ(room ? 5 : 0, call.end()) << error_name(WSAGetLastError());
    const auto [local, remote] = call.addresses(addresses_);
    EXPECT_EQ(address_size(), local.length);
    EXPECT_EQ(address_size(), remote.length);
    EXPECT_TRUE(local == name_);
    EXPECT_TRUE(remote == local_name(client.get()));
  }
}

TEST_P(AcceptExTest, NamesAndShutdownComeWithTheContext) {
  Acceptance call = acceptance(0);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_EQ(0, call.end());
  const SOCKET accepted = call.accepted.get();
  ASSERT_TRUE(update_accepted(accepted));
  EXPECT_TRUE(peer_name(accepted) == local_name(client.get()));
  EXPECT_TRUE(local_name(accepted) == name_);
  EXPECT_RETURNS(0, shutdown(accepted, SD_SEND));
  EXPECT_EQ("", receive_to_end(client.get()));
}

// "sAcceptSocket can be passed, but to the following functions only": these are not among them.
TEST_P(AcceptExTest, NamesAndShutdownNeedTheContext) {
  Acceptance call = acceptance(0);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_EQ(0, call.end());
  expect_not_connected(call.accepted.get());
  ASSERT_TRUE(send_all(client.get(), "x"));
  EXPECT_EQ("x", receive_exactly(call.accepted.get(), 1)) << "while it is";
}

TEST_P(AcceptExTest, TheListenersPropertiesComeWithTheContext) {
  ASSERT_TRUE(set_option(listening(), SOL_SOCKET, SO_KEEPALIVE, 1));
  Acceptance call = acceptance(0);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_EQ(0, call.end());
  EXPECT_EQ(0, get_option(call.accepted.get(), SOL_SOCKET, SO_KEEPALIVE));
  ASSERT_TRUE(update_accepted(call.accepted.get()));
  EXPECT_NE(0, get_option(call.accepted.get(), SOL_SOCKET, SO_KEEPALIVE));
}

TEST_P(AcceptExTest, ConnectionsAreAcceptedInTheOrderOfTheCalls) {
  std::deque<Acceptance> calls;
  for (int i = 0; i < 3; ++i) ASSERT_PENDING(calls.emplace_back(listening(), stream(), 0, area(), accept_).start());
  for (Acceptance& call : calls) {
    const Socket client = connected();
    ASSERT_EQ(0, call.end()) << error_name(WSAGetLastError());
    EXPECT_TRUE(call.addresses(addresses_)[1] == local_name(client.get()));
    if (&call != &calls.back()) {
      EXPECT_FALSE(calls.back().told());
    }
  }
}

TEST_P(AcceptExTest, OneThatWaitsForDataHoldsUpNoOther) {
  std::deque<Acceptance> calls;
  for (int i = 0; i < 2; ++i) ASSERT_PENDING(calls.emplace_back(listening(), stream(), 16, area(), accept_).start());
  const Socket silent = connected(), speaking = connected();
  ASSERT_TRUE(silent.valid() && speaking.valid());
  ASSERT_TRUE(send_all(speaking.get(), "hello"));
  EXPECT_EQ("hello", calls[1].received());
  EXPECT_FALSE(calls[0].told());
}

TEST_P(AcceptExTest, ANonBlockingListenerIsNoDifference) {
  ASSERT_TRUE(set_nonblocking(listening()));
  Acceptance call = acceptance(0);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
}

TEST_P(AcceptExTest, ClosingTheListenerAbortsAll) {
  std::deque<Acceptance> calls;
  for (int i = 0; i < 2; ++i) ASSERT_PENDING(calls.emplace_back(listening(), stream(), 0, area(), accept_).start());
  ASSERT_RETURNS(0, listener_.close());
  for (Acceptance& call : calls) EXPECT_FAILS_WITH(call.end_of_closed(), WSA_OPERATION_ABORTED);
}

TEST_P(AcceptExTest, CancellingLeavesTheConnectionToTheNext) {
  Acceptance cancelled = acceptance(0), next = acceptance(0);
  ASSERT_PENDING(cancelled.start());
  EXPECT_TRUE(CancelIoEx(handle_of(listening()), &cancelled.overlapped)) << GetLastError();
  EXPECT_FAILS_WITH(cancelled.end(), WSA_OPERATION_ABORTED);
  const Socket client = connected();
  ASSERT_BEGUN(next.start());
  EXPECT_EQ(0, next.end()) << error_name(WSAGetLastError());
  EXPECT_TRUE(next.addresses(addresses_)[1] == local_name(client.get()));
}

TEST_P(AcceptExTest, TheListenersPortIsTold) {
  const Port port;
  ASSERT_TRUE(port.take(listening(), 1));
  Acceptance call = acceptance(16);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_TRUE(send_all(client.get(), "hello"));
  EXPECT_TRUE(tells(port.next(), call, 1, 5));
  ASSERT_TRUE(port.take(call.accepted.get(), 2)) << "the accepted socket has no port yet";
  OverlappedCall in;
  ASSERT_PENDING(in.receive(call.accepted.get()));
  ASSERT_TRUE(send_all(client.get(), "x"));
  EXPECT_TRUE(tells(port.next(), in, 2, 1));
  Acceptance last = acceptance(0);
  ASSERT_PENDING(last.start());
  ASSERT_RETURNS(0, listener_.close());
  EXPECT_TRUE(fails(port.next(), last, 1, ERROR_OPERATION_ABORTED));
  EXPECT_TRUE(port.nothing_told());
}

// "terminated by closing the accepted socket, which forces the AcceptEx function call to complete with an error"
TEST_P(AcceptExTest, ClosingTheAcceptedSocketEndsAWaitForData) {
  Acceptance call = acceptance(64);
  ASSERT_PENDING(call.start());
  const Socket client = connected();
  ASSERT_TRUE(eventually([&] { return connect_time(call.accepted.get()) >= 0; }));
  ASSERT_RETURNS(0, call.accepted.close());
  EXPECT_EQ(-1, call.end());
}

TEST_P(AcceptExTest, TheAcceptedSocketMustBeNew) {
  const auto refuses = [&](Socket socket) {
    Acceptance call(listening(), std::move(socket), 0, area(), accept_);
    EXPECT_FAILS_WITH(call.start(), WSAEINVAL);
    EXPECT_FALSE(call.told());
  };
  refuses(bound_socket(family(), SOCK_STREAM));
  refuses(listener(family()));
  const Socket other = listener(family());
  refuses(connect_to(other.get(), family()));
}

TEST_P(AcceptExTest, AnAcceptedSocketWaitsForOneConnection) {
  Acceptance first = acceptance(0);
  ASSERT_PENDING(first.start());
  OverlappedCall second(2 * area());
  const auto accept_again = [&] {
    return accept_(listening(), first.accepted.get(), second.data.data(), 0, area(), area(), nullptr, &second.overlapped) != FALSE;
  };
  EXPECT_FAILS_WITH(second.begin(listening(), accept_again), WSAEINVAL);
}

TEST_P(AcceptExTest, OnlyListenersAccept) {
  const Socket fresh = stream(), bound = bound_socket(family(), SOCK_STREAM);
  for (const SOCKET socket : {fresh.get(), bound.get()}) {
    Acceptance call(socket, stream(), 0, area(), accept_);
    EXPECT_FAILS_WITH(call.start(), WSAEINVAL);
  }
  Acceptance nothing(INVALID_SOCKET, stream(), 0, area(), accept_);
  EXPECT_FAILS_WITH(nothing.start(), WSAENOTSOCK);
  Acceptance into_nothing(listening(), Socket(), 0, area(), accept_);
  EXPECT_FAILS_WITH(into_nothing.start(), WSAENOTSOCK);
}

TEST_P(AcceptExTest, NeedsRoomForTheAddresses) {
  Acceptance call = acceptance(0);
  EXPECT_FAILS_WITH_ONE_OF(call.start(0, area() - 1, area()), no_room_for_addresses());
  EXPECT_FAILS_WITH_ONE_OF(call.start(0, area(), area() - 1), no_room_for_addresses());
  EXPECT_FAILS_WITH_ONE_OF(call.start(0, area(), 0), no_room_for_addresses());
  const Socket client = connected();
  ASSERT_BEGUN(call.start());
  EXPECT_EQ(0, call.end()) << "the connection is still there";
}

// ---- ConnectEx ------------------------------------------------------------------------------------------------------------
class ConnectExTest : public ExtensionTest {
 protected:
  Socket bound() const { return bound_socket(family(), SOCK_STREAM); }
  Socket accepted() const { return Socket(accept(listening(), nullptr, nullptr)); }
};
FOR_BOTH_FAMILIES(ConnectExTest);

TEST_P(ConnectExTest, Connects) {
  const Socket client = bound();
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), name_));
  ASSERT_EQ(0, call.end()) << error_name(WSAGetLastError());
  EXPECT_TRUE(call.told());
  ASSERT_TRUE(update_connected(client.get()));
  const Socket server = accepted();
  EXPECT_TRUE(peer_name(client.get()) == name_);
  EXPECT_TRUE(peer_name(server.get()) == local_name(client.get()));
  EXPECT_GE(connect_time(client.get()), 0);
  ASSERT_TRUE(send_all(client.get(), "hello"));
  EXPECT_EQ("hello", receive_exactly(server.get(), 5));
}

TEST_P(ConnectExTest, SendsTheFirstDataWithIt) {
  const Socket client = bound();
  std::string text = "hello";
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), name_, &text));
  const Socket server = accepted();
  EXPECT_EQ(5, call.end()) << error_name(WSAGetLastError());
  EXPECT_EQ("hello", receive_exactly(server.get(), 5));
}

TEST_P(ConnectExTest, SendsALargeBlockWhole) {
  const Socket client = bound();
  std::string text(2 << 20, 'x');
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), name_, &text));
  const Socket server = accepted();
  EXPECT_EQ(text.size(), receive_exactly(server.get(), text.size()).size());
  EXPECT_EQ(2 << 20, call.end()) << error_name(WSAGetLastError());
}

TEST_P(ConnectExTest, ANonBlockingSocketIsNoDifference) {
  const Socket client = bound();
  ASSERT_TRUE(set_nonblocking(client.get()));
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), name_));
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
}

TEST_P(ConnectExTest, ShutdownComesWithTheContext) {
  const Socket client = bound();
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), name_));
  ASSERT_EQ(0, call.end());
  ASSERT_TRUE(update_connected(client.get()));
  const Socket server = accepted();
  EXPECT_RETURNS(0, shutdown(client.get(), SD_SEND));
  EXPECT_EQ("", receive_to_end(server.get()));
}

TEST_P(ConnectExTest, NamesAndShutdownNeedTheContext) {
  const Socket client = bound();
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), name_));
  ASSERT_EQ(0, call.end());
  expect_not_connected(client.get());
  ASSERT_TRUE(send_all(client.get(), "x"));
  EXPECT_EQ("x", receive_exactly(accepted().get(), 1)) << "while it is";
}

TEST_P(ConnectExTest, ARefusalIsToldAndTheSocketMayTryAgain) {
  const Socket client = bound();
  OverlappedCall call;
  ASSERT_BEGUN(connect(call, client.get(), refusing_endpoint(family())));
  EXPECT_FAILS_WITH(call.end(), WSAECONNREFUSED);
  EXPECT_EQ(kNotConnected, connect_time(client.get()));
  ASSERT_BEGUN(connect(call, client.get(), name_));
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
}

TEST_P(ConnectExTest, WhatWasNotBoundIsRefused) {
  const Socket client = stream();
  OverlappedCall call;
  EXPECT_FAILS_WITH(connect(call, client.get(), name_), WSAEINVAL);
  EXPECT_FAILS_WITH(connect(call, listening(), name_), WSAEINVAL) << "a listener";
  EXPECT_FALSE(call.told());
}

TEST_P(ConnectExTest, WhatIsConnectedIsRefused) {
  const Socket client = bound();
  OverlappedCall call, again;
  ASSERT_BEGUN(connect(call, client.get(), name_));
  ASSERT_EQ(0, call.end());
  EXPECT_FAILS_WITH(connect(again, client.get(), name_), WSAEISCONN);
  EXPECT_FALSE(again.told());
}

TEST_P(ConnectExTest, BadArgumentsAreRefused) {
  const Socket client = bound();
  OverlappedCall call;
  EXPECT_FAILS_WITH(connect(call, INVALID_SOCKET, name_), WSAENOTSOCK);
  Endpoint bad = name_;
  bad.length = address_size() - 1;
  EXPECT_FAILS_WITH(connect(call, client.get(), bad), WSAEFAULT);
  EXPECT_FAILS_WITH(connect(call, client.get(), any_address(family(), name_.port())), WSAEADDRNOTAVAIL);
  EXPECT_FALSE(call.told());
  ASSERT_BEGUN(connect(call, client.get(), name_));
  EXPECT_EQ(0, call.end()) << "nothing has happened to the socket";
}

TEST_P(ConnectExTest, CloseAbortsIt) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  Socket client = bound();
  OverlappedCall call;
  ASSERT_PENDING(connect(call, client.get(), busy.endpoint()));
  EXPECT_EQ(kNotConnected, connect_time(client.get()));
  OverlappedCall second;
  EXPECT_FAILS_WITH(connect(second, client.get(), busy.endpoint()), WSAEALREADY);
  ASSERT_RETURNS(0, client.close());
  EXPECT_FAILS_WITH(call.end_of_closed(), WSA_OPERATION_ABORTED);
}

// ---- DisconnectEx ---------------------------------------------------------------------------------------------------------
class DisconnectExTest : public ExtensionTest {};
FOR_BOTH_FAMILIES(DisconnectExTest);

TEST_P(DisconnectExTest, EndsTheConnection) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "last"));
  OverlappedCall call;
  ASSERT_BEGUN(disconnect(call, pair.client.get()));
  EXPECT_EQ("last", receive_to_end(pair.server.get()));
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
  EXPECT_FAILS_WITH_ONE_OF(send(pair.client.get(), "x", 1, 0), (ErrorSet{WSAESHUTDOWN, WSAENOTCONN}));
}

TEST_P(DisconnectExTest, WithoutAStructureItWaits) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_TRUE(disconnect_(pair.client.get(), nullptr, 0, 0)) << error_name(WSAGetLastError());
  EXPECT_EQ("", receive_to_end(pair.server.get()));
}

TEST_P(DisconnectExTest, RefusesWhatIsNotConnectedAndUnknownArguments) {
  const Socket alone = bound_socket(family(), SOCK_STREAM);
  const Pair pair = tcp_pair(family());
  OverlappedCall call;
  EXPECT_FAILS_WITH(disconnect(call, alone.get()), WSAENOTCONN);
  EXPECT_FAILS_WITH(disconnect(call, INVALID_SOCKET), WSAENOTSOCK);
  EXPECT_FAILS_WITH(disconnect(call, pair.client.get(), 0, 1), WSAEINVAL) << "reserved";
  EXPECT_FAILS_WITH(disconnect(call, pair.client.get(), TF_DISCONNECT), WSAEINVAL);
  EXPECT_FALSE(call.told());
  EXPECT_TRUE(send_all(pair.client.get(), "x")) << "and nothing has happened";
}

// Accepts one connection after the other with one socket, which is prepared for the next by this call.
template <class Prepare>
void accept_with_one_socket(SOCKET listening, int family, DWORD area, LPFN_ACCEPTEX accept, Prepare prepare) {
  Socket reused = make_socket(family, SOCK_STREAM);
  for (const char* text : {"first", "second", "third"}) {
    Acceptance call(listening, std::move(reused), 16, area, accept);
    ASSERT_PENDING(call.start()) << text;
    Socket client = connect_to(listening, family);
    ASSERT_TRUE(send_all(client.get(), text));
    ASSERT_EQ(text, call.received());
    ASSERT_RETURNS(0, setsockopt(call.accepted.get(), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, bytes_of(&listening), sizeof listening));
    EXPECT_TRUE(peer_name(call.accepted.get()) == local_name(client.get()));
    // The client ends first, so that nothing of the connection lingers on this side.
    ASSERT_RETURNS(0, client.close());
    EXPECT_EQ("", receive_to_end(call.accepted.get()));
    OverlappedCall ending;
    ASSERT_BEGUN(prepare(ending, call.accepted.get()));
    ASSERT_EQ(0, ending.end()) << error_name(WSAGetLastError());
    EXPECT_FALSE(peer_name(call.accepted.get()).length) << "it has none any more";
    reused = std::move(call.accepted);
  }
}

TEST_P(DisconnectExTest, AnAcceptedSocketAcceptsAgain) {
  accept_with_one_socket(listening(), family(), area(), accept_,
                         [this](OverlappedCall& call, SOCKET socket) { return disconnect(call, socket, TF_REUSE_SOCKET); });
}

TEST_P(DisconnectExTest, TransmitFilePreparesItToo) {
  accept_with_one_socket(listening(), family(), area(), accept_, [](OverlappedCall& call, SOCKET socket) {
    return call.begin(socket, [&] {
      return TransmitFile(socket, nullptr, 0, 0, &call.overlapped, nullptr, TF_DISCONNECT | TF_REUSE_SOCKET) != FALSE;
    });
  });
}

TEST_P(DisconnectExTest, AConnectedSocketConnectsAgainFromWhereItIsBound) {
  const Socket client = bound_socket(family(), SOCK_STREAM);
  const Endpoint bound = local_name(client.get());
  for (int i = 0; i < 2; ++i) {
    const Socket other = listener(family());
    OverlappedCall begin, ending;
    ASSERT_BEGUN(connect(begin, client.get(), local_name(other.get())));
    ASSERT_EQ(0, begin.end()) << error_name(WSAGetLastError());
    ASSERT_TRUE(update_connected(client.get()));
    Socket server(accept(other.get(), nullptr, nullptr));
    EXPECT_TRUE(peer_name(server.get()) == bound);
    ASSERT_RETURNS(0, server.close());
    EXPECT_EQ("", receive_to_end(client.get()));
    ASSERT_BEGUN(disconnect(ending, client.get(), TF_REUSE_SOCKET));
    ASSERT_EQ(0, ending.end()) << error_name(WSAGetLastError());
  }
}

TEST_P(DisconnectExTest, PendingReceivesSeeTheEndOfTheConnection) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  OverlappedCall receiving, ending;
  ASSERT_PENDING(receiving.receive(pair.server.get()));
  ASSERT_BEGUN(disconnect(ending, pair.client.get()));
  EXPECT_EQ(0, receiving.end()) << error_name(WSAGetLastError());
}

}  // namespace
}  // namespace regress
