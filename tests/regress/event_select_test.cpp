// WSAEventSelect and WSAEnumNetworkEvents.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaenumnetworkevents
#include <windows.h>

#include <thread>

#include "tests/regress/selected_events.h"

using namespace regress;

namespace {

class EventSelectTest : public FamilyTest {};
FOR_BOTH_FAMILIES(EventSelectTest);
class EventSelectArgumentsTest : public WinsockTest {};

constexpr long kStream = FD_READ | FD_WRITE | FD_OOB | FD_CONNECT | FD_CLOSE;

// ---- arguments ----------------------------------------------------------------------------------------------------------------

TEST_F(EventSelectArgumentsTest, AreChecked) {
  SelectedEvents events;
  Socket socket = make_socket(AF_INET, SOCK_STREAM);
  EXPECT_FAILS_WITH(WSAEventSelect(INVALID_SOCKET, events.event(), FD_READ), WSAENOTSOCK);
  EXPECT_FAILS_WITH(WSAEventSelect(socket.get(), nullptr, FD_READ), WSAEINVAL);
  WSANETWORKEVENTS record{};
  EXPECT_FAILS_WITH(WSAEnumNetworkEvents(INVALID_SOCKET, nullptr, &record), WSAENOTSOCK);
  EXPECT_FAILS_WITH(WSAEnumNetworkEvents(socket.get(), nullptr, nullptr), WSAEFAULT);
}

TEST_F(EventSelectArgumentsTest, MayBeAnyEventThatThereIs) {
  SelectedEvents events;
  Socket socket = make_socket(AF_INET, SOCK_STREAM);
  EXPECT_RETURNS(0, events.select(socket.get(), FD_QOS | FD_GROUP_QOS));
  EXPECT_RETURNS(0, events.select(socket.get(), FD_ALL_EVENTS));
  EXPECT_FALSE(events.is_set());
  for (const long unknown : {1L << FD_MAX_EVENTS, FD_READ | 1L << FD_MAX_EVENTS, 0x40000000L})
    EXPECT_FAILS_WITH(events.select(socket.get(), unknown), WSAEINVAL) << unknown;
}

TEST_F(EventSelectArgumentsTest, OfAnotherHandleAreRefused) {
  WSAEVENT closed = WSACreateEvent();
  WSACloseEvent(closed);
  Socket socket = make_socket(AF_INET, SOCK_STREAM);
  EXPECT_EQ(SOCKET_ERROR, WSAEventSelect(socket.get(), closed, FD_READ));
}

TEST_F(EventSelectArgumentsTest, NothingIsRecordedWithoutASelection) {
  Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  WSANETWORKEVENTS record{-1, {}};
  EXPECT_RETURNS(0, WSAEnumNetworkEvents(pair.server.get(), nullptr, &record));
  EXPECT_EQ("", event_names(record));
}

// ---- the mode -----------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, MakesTheSocketNonBlocking) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  char byte;
  EXPECT_FAILS_WITH(recv(pair.server.get(), &byte, 1, 0), WSAEWOULDBLOCK);
  u_long blocking = 0;
  EXPECT_FAILS_WITH(ioctlsocket(pair.server.get(), FIONBIO, &blocking), WSAEINVAL);
  u_long nonblocking = 1;
  EXPECT_RETURNS(0, ioctlsocket(pair.server.get(), FIONBIO, &nonblocking));
  ASSERT_RETURNS(0, WSAEventSelect(pair.server.get(), nullptr, 0));
  EXPECT_FAILS_WITH(recv(pair.server.get(), &byte, 1, 0), WSAEWOULDBLOCK) << "still not blocking";
  EXPECT_RETURNS(0, ioctlsocket(pair.server.get(), FIONBIO, &blocking));
}

TEST_P(EventSelectTest, WithNoEventsMakesItNonBlockingToo) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, WSAEventSelect(pair.server.get(), nullptr, 0));
  char byte;
  EXPECT_FAILS_WITH(recv(pair.server.get(), &byte, 1, 0), WSAEWOULDBLOCK);
}

// ---- FD_READ ------------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, TellsOfDataOnceUntilItIsReceived) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  EXPECT_FALSE(events.is_set());
  ASSERT_TRUE(send_all(pair.client.get(), "one"));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  ASSERT_TRUE(send_all(pair.client.get(), "two"));
  ASSERT_TRUE(eventually([&] {
    u_long waiting = 0;
    return ioctlsocket(pair.server.get(), FIONREAD, &waiting) == 0 && waiting == 6;
  }));
  EXPECT_FALSE(events.is_set()) << "no receive since it was told";
  EXPECT_EQ("", events.take(pair.server.get()));
  EXPECT_EQ("onetwo", receive_exactly(pair.server.get(), 6));
  EXPECT_FALSE(events.is_set());
  ASSERT_TRUE(send_all(pair.client.get(), "three"));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
}

TEST_P(EventSelectTest, TellsAgainWhenAReceiveLeavesSome) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "abcdef"));
  ASSERT_TRUE(eventually([&] {
    u_long waiting = 0;
    return ioctlsocket(pair.server.get(), FIONREAD, &waiting) == 0 && waiting == 6;
  }));
  char part[3];
  for (int rest : {4, 2}) {
    EXPECT_EQ("FD_READ", events.next(pair.server.get())) << rest;
    EXPECT_RETURNS(2, recv(pair.server.get(), part, 2, 0));
  }
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  EXPECT_RETURNS(2, recv(pair.server.get(), part, 2, 0)) << "with no room left for more";
  EXPECT_FALSE(events.is_set());
  EXPECT_FAILS_WITH(recv(pair.server.get(), part, 2, 0), WSAEWOULDBLOCK);
  EXPECT_EQ("", events.take(pair.server.get()));
}

TEST_P(EventSelectTest, TellsAgainAfterALookAtTheData) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  char room[8];
  EXPECT_RETURNS(1, recv(pair.server.get(), room, sizeof room, MSG_PEEK));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
}

TEST_P(EventSelectTest, TellsOfDataThatIsThereAlready) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  EXPECT_EQ("FD_READ", events.next(pair.server.get())) << "a new selection forgets what was told";
}

// The sequence of the page: an event that is set, and a receive that finds nothing.
TEST_P(EventSelectTest, MayBeSetWhenTheDataIsGone) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(events.wait());
  char room[8];
  EXPECT_RETURNS(1, recv(pair.server.get(), room, sizeof room, 0));
  EXPECT_TRUE(events.is_set());
  EXPECT_EQ("FD_READ", events.take(pair.server.get()));
  EXPECT_FAILS_WITH(recv(pair.server.get(), room, sizeof room, 0), WSAEWOULDBLOCK);
  EXPECT_FALSE(events.is_set());
}

TEST_P(EventSelectTest, TellsOfEachDatagramThatIsLeft) {
  Pair pair = udp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "one"));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  ASSERT_TRUE(send_all(pair.client.get(), "two"));
  char room[8];
  EXPECT_RETURNS(3, recv(pair.server.get(), room, sizeof room, 0));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  EXPECT_RETURNS(3, recv(pair.server.get(), room, sizeof room, 0));
  EXPECT_FALSE(events.is_set());
}

// ---- FD_WRITE -----------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, TellsOfRoomOnce) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.client.get(), FD_WRITE));
  EXPECT_EQ("FD_WRITE", events.next(pair.client.get()));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_EQ("x", receive_exactly(pair.server.get(), 1));
  EXPECT_FALSE(events.is_set());
  EXPECT_EQ("", events.take(pair.client.get()));
}

TEST_P(EventSelectTest, TellsOfRoomAfterASendThatFoundNone) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.client.get(), FD_WRITE));
  EXPECT_EQ("FD_WRITE", events.next(pair.client.get()));
  for (int turn = 0; turn < 3; ++turn) {
    const size_t sent = fill_send_buffer(pair.client.get());
    ASSERT_GT(sent, 0u);
    (void)events.take(pair.client.get());  // some room may have come while it was being filled
    EXPECT_FALSE(events.is_set());
    EXPECT_EQ(sent, receive_exactly(pair.server.get(), sent).size());
    EXPECT_EQ("FD_WRITE", events.next(pair.client.get()));
    EXPECT_FALSE(events.is_set());
  }
}

TEST_P(EventSelectTest, TellsADatagramSocketThatItMaySend) {
  Socket socket = bound_socket(family(), SOCK_DGRAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_READ | FD_WRITE));
  EXPECT_EQ("FD_WRITE", events.next(socket.get()));
}

TEST_P(EventSelectTest, TellsNothingOfAStreamWithoutAConnection) {
  Socket socket = make_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), kStream | FD_ACCEPT));
  EXPECT_FALSE(events.is_set());
  EXPECT_EQ("", events.take(socket.get()));
}

// ---- FD_CONNECT ---------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, TellsOfTheConnectionAndThatThereIsRoom) {
  Socket listening = listener(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), kStream));
  Endpoint to = local_name(listening.get());
  EXPECT_FAILS_WITH(connect(socket.get(), to.address(), to.length), WSAEWOULDBLOCK);
  EXPECT_EQ("FD_WRITE FD_CONNECT", events.until(socket.get(), "FD_CONNECT"));
  EXPECT_FALSE(events.is_set());
  Socket accepted(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_TRUE(send_all(accepted.get(), "x"));
  EXPECT_EQ("FD_READ", events.next(socket.get()));
}

TEST_P(EventSelectTest, TellsWhyAConnectFailed) {
  Endpoint nobody = refusing_endpoint(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), kStream));
  EXPECT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  EXPECT_EQ("FD_CONNECT:WSAECONNREFUSED", events.next(socket.get()));
  EXPECT_FALSE(events.is_set());

  // The next attempt is told of, too.
  Socket listening = listener(family());
  Endpoint to = local_name(listening.get());
  EXPECT_FAILS_WITH(connect(socket.get(), to.address(), to.length), WSAEWOULDBLOCK);
  EXPECT_EQ("FD_WRITE FD_CONNECT", events.until(socket.get(), "FD_CONNECT"));
}

TEST_P(EventSelectTest, TellsOfAConnectionThatIsThereAlready) {
  Socket listening = listener(family());
  Socket socket = connect_to(listening.get(), family());
  ASSERT_TRUE(socket.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(socket.get(), FD_CONNECT));
  EXPECT_EQ("FD_CONNECT", events.next(socket.get()));
}

// ---- FD_ACCEPT ----------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, TellsOfConnectionsUntilAllAreAccepted) {
  Socket listening = listener(family());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(listening.get(), FD_ACCEPT));
  EXPECT_FALSE(events.is_set());
  Socket one = connect_to(listening.get(), family()), two = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
  EXPECT_FALSE(events.is_set());
  Socket first(accept(listening.get(), nullptr, nullptr));
  EXPECT_TRUE(first.valid());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
  Socket second(accept(listening.get(), nullptr, nullptr));
  EXPECT_TRUE(second.valid());
  EXPECT_FALSE(events.is_set());
  EXPECT_FAILS_WITH(accept(listening.get(), nullptr, nullptr), WSAEWOULDBLOCK);
}

TEST_P(EventSelectTest, TellsOfAConnectionThatCameBeforeTheSelection) {
  Socket listening = listener(family());
  Socket one = connect_to(listening.get(), family());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(listening.get(), FD_ACCEPT));
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
}

int CALLBACK defer(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP*, DWORD_PTR) { return CF_DEFER; }

TEST_P(EventSelectTest, DoesNotTellAgainOfADeferredConnection) {
  Socket listening = listener(family());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(listening.get(), FD_ACCEPT));
  Socket one = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
  EXPECT_FAILS_WITH(WSAAccept(listening.get(), nullptr, nullptr, defer, 0), WSATRY_AGAIN);
  EXPECT_FALSE(events.is_set());
  Socket accepted(accept(listening.get(), nullptr, nullptr));
  EXPECT_TRUE(accepted.valid());
  EXPECT_FALSE(events.is_set());
}

TEST_P(EventSelectTest, IsInheritedByTheAcceptedSocket) {
  Socket listening = listener(family());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(listening.get(), FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE));
  Socket client = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
  Socket accepted(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ("FD_WRITE", events.next(accepted.get()));
  ASSERT_TRUE(send_all(client.get(), "x"));
  EXPECT_EQ("FD_READ", events.next(accepted.get()));
  u_long blocking = 0;
  EXPECT_FAILS_WITH(ioctlsocket(accepted.get(), FIONBIO, &blocking), WSAEINVAL);

  // What is selected on one is its own from then on.
  SelectedEvents own;
  ASSERT_RETURNS(0, own.select(accepted.get(), FD_READ));
  EXPECT_EQ("FD_READ", own.next(accepted.get()));
  EXPECT_FALSE(events.is_set());
  Socket another = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
}

// ---- FD_CLOSE -----------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, TellsOfTheEndAfterTheLastByte) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_TRUE(send_all(pair.client.get(), "abcd"));
  ASSERT_RETURNS(0, shutdown(pair.client.get(), SD_SEND));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  char part[2];
  EXPECT_RETURNS(2, recv(pair.server.get(), part, 2, 0));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  EXPECT_RETURNS(2, recv(pair.server.get(), part, 2, 0));
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
  EXPECT_RETURNS(0, recv(pair.server.get(), part, 2, 0));
  EXPECT_FALSE(events.is_set()) << "told once";
}

TEST_P(EventSelectTest, TellsOfAnEndThatCameBeforeTheSelection) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  pair.client.close();
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
}

TEST_P(EventSelectTest, TellsOfAReset) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_TRUE(set_linger(pair.client.get(), 1, 0));
  pair.client.close();
  EXPECT_EQ("FD_CLOSE:WSAECONNRESET", events.next(pair.server.get()));
  char byte;
  EXPECT_FAILS_WITH(recv(pair.server.get(), &byte, 1, 0), WSAECONNRESET);
}

TEST_P(EventSelectTest, TellsNothingOfAShutdownOfItsOwn) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_RETURNS(0, shutdown(pair.server.get(), SD_SEND));
  EXPECT_FALSE(events.is_set());
  ASSERT_RETURNS(0, shutdown(pair.client.get(), SD_SEND));
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
}

// ---- FD_OOB -------------------------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, TellsOfUrgentData) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_OOB));
  EXPECT_RETURNS(1, send(pair.client.get(), "!", 1, MSG_OOB));
  EXPECT_EQ("FD_OOB", events.next(pair.server.get()));
  char byte;
  EXPECT_RETURNS(1, recv(pair.server.get(), &byte, 1, MSG_OOB));
  EXPECT_FALSE(events.is_set());
  EXPECT_RETURNS(1, send(pair.client.get(), "?", 1, MSG_OOB));
  EXPECT_EQ("FD_OOB", events.next(pair.server.get()));
}

TEST_P(EventSelectTest, TellsOfInlineUrgentDataAsOfOther) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_option(pair.server.get(), SOL_SOCKET, SO_OOBINLINE, 1));
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_OOB));
  EXPECT_RETURNS(1, send(pair.client.get(), "!", 1, MSG_OOB));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
}

// ---- the record and the event -------------------------------------------------------------------------------------------------

TEST_P(EventSelectTest, FillsTheErrorsOfWhatHappenedAlone) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(events.wait());
  WSANETWORKEVENTS record;
  for (int& code : record.iErrorCode) code = 77;
  ASSERT_RETURNS(0, WSAEnumNetworkEvents(pair.server.get(), nullptr, &record));
  EXPECT_EQ(FD_READ, record.lNetworkEvents);
  for (int i = 0; i < FD_MAX_EVENTS; ++i) EXPECT_EQ(i == FD_READ_BIT ? 0 : 77, record.iErrorCode[i]) << i;
  EXPECT_TRUE(events.is_set()) << "without the event it stays set";
}

TEST_P(EventSelectTest, KeepsTheRecordWhenTheEventIsWrong) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(events.wait());
  WSANETWORKEVENTS record{};
  EXPECT_EQ(SOCKET_ERROR, WSAEnumNetworkEvents(pair.server.get(), reinterpret_cast<HANDLE>(0x7ffffff0), &record));
  EXPECT_TRUE(events.is_set());
  EXPECT_EQ("FD_READ", events.take(pair.server.get()));
}

TEST_P(EventSelectTest, ReplacesTheFormerSelection) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents first, second;
  ASSERT_RETURNS(0, first.select(pair.server.get(), FD_READ));
  ASSERT_RETURNS(0, second.select(pair.server.get(), FD_WRITE));
  EXPECT_EQ("FD_WRITE", second.next(pair.server.get()));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_FALSE(first.is_set());
  EXPECT_FALSE(second.is_set());
  EXPECT_EQ("", second.take(pair.server.get()));
}

TEST_P(EventSelectTest, ForgetsTheRecordWithTheSelection) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(events.wait());
  ASSERT_RETURNS(0, WSAEventSelect(pair.server.get(), nullptr, 0));
  EXPECT_EQ("", events.take(pair.server.get()));
}

TEST_P(EventSelectTest, EndsWithTheSocket) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  EXPECT_EQ(0, pair.server.close());
  pair.client.close();
  EXPECT_FALSE(events.is_set());
}

TEST_P(EventSelectTest, LivesOnWhenItsEventIsClosed) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  {
    SelectedEvents events;
    ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  }
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  SelectedEvents again;
  ASSERT_RETURNS(0, again.select(pair.server.get(), FD_READ));
  EXPECT_EQ("FD_READ", again.next(pair.server.get()));
}

// A thread waits before anything happens, another one works with the socket.
TEST_P(EventSelectTest, WakesAThreadThatWaits) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  std::string told;
  std::thread waits([&] { told = events.until(pair.server.get(), "FD_CLOSE"); });
  std::string received;
  ASSERT_TRUE(send_all(pair.client.get(), "hello"));
  EXPECT_EQ("hello", receive_exactly(pair.server.get(), 5));
  pair.client.close();
  waits.join();
  EXPECT_NE(std::string::npos, told.find("FD_CLOSE")) << told;
}

// Many sockets and one event, many events and one wait.
TEST_P(EventSelectTest, MayShareOneEventAmongSockets) {
  Pair one = tcp_pair(family()), two = tcp_pair(family());
  ASSERT_TRUE(one.valid() && two.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(one.server.get(), FD_READ));
  ASSERT_RETURNS(0, events.select(two.server.get(), FD_READ));
  ASSERT_TRUE(send_all(two.client.get(), "x"));
  ASSERT_TRUE(events.wait());
  EXPECT_EQ("", events.take(one.server.get()));
  EXPECT_EQ("FD_READ", events.take(two.server.get()));
}

TEST_P(EventSelectTest, IsSeenThroughASelect) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
}

}  // namespace
