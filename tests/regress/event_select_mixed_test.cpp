// Network events beside the other ways to work with a socket: select, SO_ERROR, overlapped calls, the extension functions, ports and duplicates.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include "tests/regress/completion_port.h"
#include "tests/regress/extension.h"
#include "tests/regress/overlapped_call.h"
#include "tests/regress/second_descriptor.h"
#include "tests/regress/selected_events.h"

namespace regress {
namespace {

class EventSelectMixedTest : public FamilyTest {
 protected:
  static bool is_waiting(SOCKET socket, u_long bytes) {
    return eventually([&] {
      u_long waiting = 0;
      return ioctlsocket(socket, FIONREAD, &waiting) == 0 && waiting == bytes;
    });
  }
  static bool is_exceptional(SOCKET socket) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(socket, &set);
    timeval now{};
    return select(0, nullptr, nullptr, &set, &now) == 1;
  }
  static short polled(SOCKET socket, short events) {
    WSAPOLLFD entry{socket, events, 0};
    return WSAPoll(&entry, 1, 0) < 0 ? short{-1} : entry.revents;
  }
};
FOR_BOTH_FAMILIES(EventSelectMixedTest);

// ---- connections that are begun twice, that fail ------------------------------------------------------------------------------

// Programs ask by another connect whether they are connected; that begins nothing.
TEST_P(EventSelectMixedTest, AnotherConnectTellsNothingAgain) {
  Socket listening = listener(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_CONNECT | FD_WRITE | FD_CLOSE));
  const Endpoint to = local_name(listening.get());
  ASSERT_FAILS_WITH(connect(socket.get(), to.address(), to.length), WSAEWOULDBLOCK);
  EXPECT_EQ("FD_WRITE FD_CONNECT", events.until(socket.get(), "FD_CONNECT"));
  EXPECT_FAILS_WITH(connect(socket.get(), to.address(), to.length), WSAEISCONN);
  EXPECT_FALSE(events.is_set());
  EXPECT_EQ("", events.take(socket.get()));
}

TEST_P(EventSelectMixedTest, AFailedConnectIsTheErrorOfTheSocketToo) {
  const Endpoint nobody = refusing_endpoint(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_CONNECT));
  ASSERT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  ASSERT_TRUE(events.wait());
  EXPECT_TRUE(is_exceptional(socket.get()));
  EXPECT_EQ(WSAECONNREFUSED, get_option(socket.get(), SOL_SOCKET, SO_ERROR));
  EXPECT_EQ("FD_CONNECT:WSAECONNREFUSED", events.take(socket.get()));
}

TEST_P(EventSelectMixedTest, AFailedConnectIsToldAlsoToWhoAskedForTheErrorFirst) {
  const Endpoint nobody = refusing_endpoint(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_CONNECT));
  ASSERT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  ASSERT_TRUE(eventually([&] { return get_option(socket.get(), SOL_SOCKET, SO_ERROR) == WSAECONNREFUSED; }));
  EXPECT_EQ("FD_CONNECT:WSAECONNREFUSED", events.next(socket.get()));
}

// As curl does, to have room told of.
TEST_P(EventSelectMixedTest, AFailedConnectIsToldAlsoAfterASend) {
  const Endpoint nobody = refusing_endpoint(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  ASSERT_TRUE(eventually([&] { return is_exceptional(socket.get()); }));
  EXPECT_FAILS_WITH(send(socket.get(), nullptr, 0, 0), WSAENOTCONN);
  EXPECT_TRUE(is_exceptional(socket.get()));
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_WRITE | FD_CONNECT));
  EXPECT_EQ("FD_CONNECT:WSAECONNREFUSED", events.next(socket.get()));
  EXPECT_EQ(WSAECONNREFUSED, get_option(socket.get(), SOL_SOCKET, SO_ERROR));
}

TEST_P(EventSelectMixedTest, ADatagramSocketIsConnectedAtOnce) {
  Socket other = bound_socket(family(), SOCK_DGRAM), socket = make_socket(family(), SOCK_DGRAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_CONNECT));
  EXPECT_FALSE(events.is_set());
  const Endpoint to = local_name(other.get());
  for (int i = 0; i < 2; ++i) {
    ASSERT_RETURNS(0, connect(socket.get(), to.address(), to.length));
    EXPECT_EQ("FD_CONNECT", events.next(socket.get()));
    EXPECT_FALSE(events.is_set());
  }
}

// ---- select and WSAPoll --------------------------------------------------------------------------------------------------------

TEST_P(EventSelectMixedTest, SelectAndPollSeeWhatIsThereAndTakeNothing) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  EXPECT_EQ(0, polled(pair.server.get(), POLLIN));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(events.wait());
  EXPECT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_EQ(POLLRDNORM, polled(pair.server.get(), POLLRDNORM));
  EXPECT_EQ("FD_READ", events.take(pair.server.get()));
  EXPECT_TRUE(wait_for(pair.server.get(), Readiness::kRead)) << "still there";
  EXPECT_FALSE(events.is_set()) << "neither call enables anything";
  EXPECT_EQ("x", receive_exactly(pair.server.get(), 1));
  EXPECT_EQ(0, polled(pair.server.get(), POLLIN));
  pair.client.close();
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
  EXPECT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
}

// ---- urgent data ---------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectMixedTest, TheEndComesAfterWhatFollowsUrgentData) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  EXPECT_RETURNS(1, send(pair.client.get(), "!", 1, MSG_OOB));
  ASSERT_TRUE(send_all(pair.client.get(), "rest"));
  pair.client.close();
  SelectedEvents events;
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  EXPECT_EQ("rest", receive_exactly(pair.server.get(), 4));
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
}

// ---- a reset after the end ------------------------------------------------------------------------------------------------------

// Who has got the end may still be sending, and waiting for room.
TEST_P(EventSelectMixedTest, AResetAfterTheEndIsToldToo) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_RETURNS(0, shutdown(pair.client.get(), SD_SEND));
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
  ASSERT_TRUE(set_linger(pair.client.get(), 1, 0));
  pair.client.close();
  EXPECT_EQ("FD_CLOSE:WSAECONNRESET", events.next(pair.server.get()));
  EXPECT_FALSE(events.is_set());
}

// ---- datagrams that nobody receives --------------------------------------------------------------------------------------------

TEST_P(EventSelectMixedTest, ADatagramThatNobodyReceivesIsSomethingToReceive) {
  for (const int sends : {1, 2}) {
    Socket socket = bound_socket(family(), SOCK_DGRAM), gone = bound_socket(family(), SOCK_DGRAM);
    const Endpoint nobody = local_name(gone.get());
    gone.close();
    SelectedEvents events;
    ASSERT_RETURNS(0, events.select(socket.get(), FD_READ));
    for (int i = 0; i < sends; ++i) ASSERT_RETURNS(1, sendto(socket.get(), "x", 1, 0, nobody.address(), nobody.length));
    EXPECT_EQ("FD_READ", events.next(socket.get()));
    char room[8];
    EXPECT_FAILS_WITH(recv(socket.get(), room, sizeof room, 0), WSAECONNRESET);
  }
}

// The second send meets the error of the first datagram, and keeps it for the next receive.
TEST_P(EventSelectMixedTest, AlsoWhenASendHasMetItsError) {
  Socket socket = bound_socket(family(), SOCK_DGRAM), gone = bound_socket(family(), SOCK_DGRAM);
  const Endpoint nobody = local_name(gone.get());
  gone.close();
  ASSERT_RETURNS(0, connect(socket.get(), nobody.address(), nobody.length));
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_READ));
  for (int i = 0; i < 20; ++i) ASSERT_RETURNS(1, send(socket.get(), "x", 1, 0));
  EXPECT_EQ("FD_READ", events.next(socket.get()));
  char room[8];
  EXPECT_FAILS_WITH(recv(socket.get(), room, sizeof room, 0), WSAECONNRESET);
}

// ---- overlapped calls ----------------------------------------------------------------------------------------------------------

TEST_P(EventSelectMixedTest, APendingReceiveGetsTheDataAndTheRestIsTold) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  OverlappedCall call(4);
  ASSERT_PENDING(call.receive(pair.server.get()));
  ASSERT_TRUE(send_all(pair.client.get(), "four"));
  EXPECT_EQ("four", call.received());
  ASSERT_TRUE(send_all(pair.client.get(), "more"));
  EXPECT_EQ("FD_READ", events.until(pair.server.get(), "FD_READ"));
  EXPECT_EQ("more", receive_exactly(pair.server.get(), 4));
  pair.client.close();
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
}

TEST_P(EventSelectMixedTest, AnOverlappedReceiveThatEndsAtOnceTellsOfTheRest) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "fourmore"));
  ASSERT_TRUE(is_waiting(pair.server.get(), 8));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  OverlappedCall call(4);
  ASSERT_RETURNS(0, call.receive(pair.server.get()));
  EXPECT_EQ("four", call.received());
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
}

TEST_P(EventSelectMixedTest, WorksOnASocketThatHasAPort) {
  for (const bool port_first : {true, false}) {
    Pair pair = tcp_pair(family());
    ASSERT_TRUE(pair.valid());
    Port port;
    SelectedEvents events;
    ASSERT_TRUE(!port_first || port.take(pair.server.get(), 7));
    ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
    ASSERT_TRUE(port_first || port.take(pair.server.get(), 7));
    ASSERT_TRUE(send_all(pair.client.get(), "x"));
    EXPECT_EQ("FD_READ", events.next(pair.server.get())) << port_first;
    EXPECT_EQ("x", receive_exactly(pair.server.get(), 1));
    OverlappedCall call;
    call.overlapped.hEvent = nullptr;
    ASSERT_PENDING(call.receive(pair.server.get()));
    ASSERT_TRUE(send_all(pair.client.get(), "y"));
    const Packet packet = port.next();
    EXPECT_TRUE(packet.success && packet.overlapped == &call.overlapped && packet.bytes == 1) << packet;
    pair.client.close();
    EXPECT_NE(std::string::npos, events.until(pair.server.get(), "FD_CLOSE").find("FD_CLOSE")) << port_first;
    EXPECT_TRUE(port.nothing_told());
  }
}

// ---- the extension functions ---------------------------------------------------------------------------------------------------

TEST_P(EventSelectMixedTest, AConnectExTellsThatThereIsRoom) {
  Socket listening = listener(family());
  Socket socket = bound_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_READ | FD_WRITE | FD_CLOSE));
  auto connect_ex = extension<LPFN_CONNECTEX>(socket.get(), WSAID_CONNECTEX);
  ASSERT_TRUE(connect_ex);
  const Endpoint to = local_name(listening.get());
  OverlappedCall call;
  call.begin(socket.get(), [&] { return connect_ex(socket.get(), to.address(), to.length, nullptr, 0, nullptr, &call.overlapped) != FALSE; });
  ASSERT_RETURNS(0, call.end());
  EXPECT_EQ("FD_WRITE", events.next(socket.get()));
  EXPECT_FALSE(events.is_set());
  Socket accepted(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_TRUE(send_all(accepted.get(), "x"));
  EXPECT_EQ("FD_READ", events.next(socket.get()));
  accepted.close();
  EXPECT_EQ("x", receive_exactly(socket.get(), 1));
  EXPECT_EQ("FD_CLOSE", events.next(socket.get()));
}

// Selected before it is a connection, and after it has been one.
TEST_P(EventSelectMixedTest, ASocketForAcceptExTellsOfEachOfItsConnections) {
  Socket listening = listener(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  auto accept_ex = extension<LPFN_ACCEPTEX>(listening.get(), WSAID_ACCEPTEX);
  auto disconnect_ex = extension<LPFN_DISCONNECTEX>(listening.get(), WSAID_DISCONNECTEX);
  ASSERT_TRUE(accept_ex && disconnect_ex);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_READ | FD_WRITE | FD_CLOSE));
  constexpr DWORD kArea = sizeof(sockaddr_in6) + 16;
  for (int turn = 0; turn < 3; ++turn) {
    SCOPED_TRACE(turn);
    OverlappedCall call(2 * kArea);
    DWORD bytes = 0;
    call.begin(listening.get(), [&] {
      return accept_ex(listening.get(), socket.get(), call.data.data(), 0, kArea, kArea, &bytes, &call.overlapped) != FALSE;
    });
    Socket client = connect_to(listening.get(), family());
    ASSERT_TRUE(client.valid());
    ASSERT_RETURNS(0, call.end());
    EXPECT_EQ("FD_WRITE", events.next(socket.get()));
    ASSERT_TRUE(send_all(client.get(), "x"));
    EXPECT_EQ("FD_READ", events.next(socket.get()));
    EXPECT_EQ("x", receive_exactly(socket.get(), 1));
    client.close();
    EXPECT_EQ("FD_CLOSE", events.next(socket.get()));
    u_long blocking = 0;
    EXPECT_FAILS_WITH(ioctlsocket(socket.get(), FIONBIO, &blocking), WSAEINVAL) << "it is still selected";
    OverlappedCall end;
    end.begin(socket.get(), [&] { return disconnect_ex(socket.get(), &end.overlapped, TF_REUSE_SOCKET, 0) != FALSE; });
    ASSERT_RETURNS(0, end.end());
    EXPECT_FALSE(events.is_set());
  }
}

TEST_P(EventSelectMixedTest, AnAcceptExIsACallToAccept) {
  Socket listening = listener(family());
  auto accept_ex = extension<LPFN_ACCEPTEX>(listening.get(), WSAID_ACCEPTEX);
  ASSERT_TRUE(accept_ex);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(listening.get(), FD_ACCEPT));
  Socket one = connect_to(listening.get(), family()), two = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
  Socket accepted = make_socket(family(), SOCK_STREAM);
  constexpr DWORD kArea = sizeof(sockaddr_in6) + 16;
  OverlappedCall call(2 * kArea);
  DWORD bytes = 0;
  call.begin(listening.get(), [&] {
    return accept_ex(listening.get(), accepted.get(), call.data.data(), 0, kArea, kArea, &bytes, &call.overlapped) != FALSE;
  });
  ASSERT_RETURNS(0, call.end());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get())) << "the other one";
}

// ---- duplicates ----------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectMixedTest, ADuplicateHasTheSameEvents) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  Socket other = second_descriptor(pair.server.get());
  ASSERT_TRUE(other.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "xy"));
  ASSERT_TRUE(is_waiting(pair.server.get(), 2));
  EXPECT_EQ("FD_READ", events.next(other.get())) << "the record is the socket's";
  EXPECT_EQ("x", receive_exactly(other.get(), 1));
  EXPECT_EQ("FD_READ", events.next(pair.server.get())) << "a receive through either enables";
}

// However the second one was made.
TEST_P(EventSelectMixedTest, ASelectionEndsWithTheDescriptorItWasMadeThrough) {
  for (const bool by_handle : {false, true}) {
    SCOPED_TRACE(by_handle ? "DuplicateHandle" : "WSADuplicateSocket");
    Pair pair = tcp_pair(family());
    ASSERT_TRUE(pair.valid());
    Socket other;
    if (by_handle) {
      HANDLE copy = nullptr;
      ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), handle_of(pair.server.get()), GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
      other = Socket(reinterpret_cast<SOCKET>(copy));
    } else {
      other = second_descriptor(pair.server.get());
    }
    ASSERT_TRUE(other.valid());
    SelectedEvents events;
    ASSERT_RETURNS(0, events.select(other.get(), FD_READ));
    u_long blocking = 0;
    EXPECT_FAILS_WITH(ioctlsocket(pair.server.get(), FIONBIO, &blocking), WSAEINVAL);
    EXPECT_EQ(0, other.close());
    EXPECT_RETURNS(0, ioctlsocket(pair.server.get(), FIONBIO, &blocking));
    ASSERT_TRUE(send_all(pair.client.get(), "x"));
    EXPECT_EQ("x", receive_exactly(pair.server.get(), 1));
    EXPECT_FALSE(events.is_set());
  }
}

TEST_P(EventSelectMixedTest, TheLastSelectionCountsThroughWhicheverDescriptor) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  Socket other = second_descriptor(pair.server.get());
  ASSERT_TRUE(other.valid());
  SelectedEvents first, second;
  ASSERT_RETURNS(0, first.select(pair.server.get(), FD_READ));
  ASSERT_RETURNS(0, second.select(other.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_EQ("FD_READ", second.next(other.get()));
  EXPECT_FALSE(first.is_set());
  pair.server.close();
  EXPECT_EQ("x", receive_exactly(other.get(), 1));
  ASSERT_TRUE(send_all(pair.client.get(), "y"));
  EXPECT_EQ("FD_READ", second.next(other.get())) << "the one without the selection was closed";
}

}  // namespace
}  // namespace regress
