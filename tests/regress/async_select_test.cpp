// WSAAsyncSelect: network events told by messages. What is told, and when again, is that of WSAEventSelect (event_select_test.cpp).
// https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsaasyncselect
#include <atomic>
#include <thread>

#include "tests/regress/selected_events.h"
#include "tests/regress/test_window.h"

using namespace regress;

namespace {

class AsyncSelectTest : public FamilyTest {
 protected:
  // Of the next message, which is about this socket: the event, with its error.
  std::string next(SOCKET socket) const {
    MSG message{};
    if (!window_.next(message)) return "nothing";
    if (message.message != kSocketMessage) return "another message";
    if (message.hwnd != window_.get()) return "another window";
    if (message.wParam != socket) return "another socket";
    WSANETWORKEVENTS record{};
    record.lNetworkEvents = WSAGETSELECTEVENT(message.lParam);
    for (int& error : record.iErrorCode) error = WSAGETSELECTERROR(message.lParam);
    return event_names(record);
  }
  bool is_quiet() const {
    MSG message{};
    return !window_.next(message, 0);
  }
  int select(SOCKET socket, long events) const { return WSAAsyncSelect(socket, window_.get(), kSocketMessage, events); }

  const WindowClass class_;
  TestWindow window_;
};
FOR_BOTH_FAMILIES(AsyncSelectTest);

TEST_P(AsyncSelectTest, ChecksItsArguments) {
  Socket socket = make_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(select(INVALID_SOCKET, FD_READ), WSAENOTSOCK);
  EXPECT_FAILS_WITH(WSAAsyncSelect(socket.get(), reinterpret_cast<HWND>(0x7ffe), kSocketMessage, FD_READ), WSAEINVAL);
  EXPECT_FAILS_WITH(WSAAsyncSelect(socket.get(), nullptr, kSocketMessage, FD_READ), WSAEINVAL);
}

TEST_P(AsyncSelectTest, MayBeOfAnyEventThatThereIs) {
  Socket socket = make_socket(family(), SOCK_STREAM);
  EXPECT_RETURNS(0, select(socket.get(), FD_QOS | FD_GROUP_QOS));
  EXPECT_RETURNS(0, select(socket.get(), FD_ALL_EVENTS));
  EXPECT_TRUE(is_quiet());
  for (const long unknown : {1L << FD_MAX_EVENTS, FD_READ | 1L << FD_MAX_EVENTS, 0x40000000L})
    EXPECT_FAILS_WITH(select(socket.get(), unknown), WSAEINVAL) << unknown;
}

TEST_P(AsyncSelectTest, MakesTheSocketNonBlocking) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ));
  char byte;
  EXPECT_FAILS_WITH(recv(pair.server.get(), &byte, 1, 0), WSAEWOULDBLOCK);
  u_long blocking = 0;
  EXPECT_FAILS_WITH(ioctlsocket(pair.server.get(), FIONBIO, &blocking), WSAEINVAL);
  ASSERT_RETURNS(0, WSAAsyncSelect(pair.server.get(), window_.get(), 0, 0));
  EXPECT_RETURNS(0, ioctlsocket(pair.server.get(), FIONBIO, &blocking));
}

TEST_P(AsyncSelectTest, PostsAMessageForEachEvent) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ | FD_WRITE | FD_CLOSE));
  EXPECT_EQ("FD_WRITE", next(pair.server.get()));
  ASSERT_TRUE(send_all(pair.client.get(), "abcd"));
  EXPECT_EQ("FD_READ", next(pair.server.get()));
  EXPECT_TRUE(is_quiet());
  char part[2];
  EXPECT_RETURNS(2, recv(pair.server.get(), part, 2, 0));
  EXPECT_EQ("FD_READ", next(pair.server.get())) << "some is left";
  EXPECT_RETURNS(2, recv(pair.server.get(), part, 2, 0));
  EXPECT_TRUE(is_quiet());
  pair.client.close();
  EXPECT_EQ("FD_CLOSE", next(pair.server.get()));
}

TEST_P(AsyncSelectTest, TellsOfAConnectionBeforeItsRoom) {
  Socket listening = listener(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_RETURNS(0, select(socket.get(), FD_CONNECT | FD_WRITE));
  Endpoint to = local_name(listening.get());
  EXPECT_FAILS_WITH(connect(socket.get(), to.address(), to.length), WSAEWOULDBLOCK);
  EXPECT_EQ("FD_CONNECT", next(socket.get()));
  EXPECT_EQ("FD_WRITE", next(socket.get()));
}

TEST_P(AsyncSelectTest, TellsWhyAConnectFailed) {
  Endpoint nobody = refusing_endpoint(family());
  Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_RETURNS(0, select(socket.get(), FD_CONNECT | FD_WRITE));
  EXPECT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  EXPECT_EQ("FD_CONNECT:WSAECONNREFUSED", next(socket.get()));
}

TEST_P(AsyncSelectTest, TellsOfAReset) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_TRUE(set_linger(pair.client.get(), 1, 0));
  pair.client.close();
  EXPECT_EQ("FD_CLOSE:WSAECONNRESET", next(pair.server.get()));
}

TEST_P(AsyncSelectTest, IsInheritedByTheAcceptedSocket) {
  Socket listening = listener(family());
  ASSERT_RETURNS(0, select(listening.get(), FD_ACCEPT | FD_READ));
  Socket client = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", next(listening.get()));
  Socket accepted(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_TRUE(send_all(client.get(), "x"));
  EXPECT_EQ("FD_READ", next(accepted.get()));
}

TEST_P(AsyncSelectTest, ReplacesAndIsReplacedByAnEvent) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ));
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  EXPECT_TRUE(is_quiet());
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ));
  EXPECT_EQ("FD_READ", next(pair.server.get()));
  EXPECT_FALSE(events.is_set());
  EXPECT_EQ("", events.take(pair.server.get())) << "messages are not recorded";
}

TEST_P(AsyncSelectTest, PostsNothingMoreOnceCancelledOrClosed) {
  Pair pair = tcp_pair(family()), other = tcp_pair(family());
  ASSERT_TRUE(pair.valid() && other.valid());
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_RETURNS(0, select(other.server.get(), FD_READ | FD_CLOSE));
  ASSERT_RETURNS(0, WSAAsyncSelect(pair.server.get(), window_.get(), 0, 0));
  EXPECT_EQ(0, other.server.close());
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_TRUE(is_quiet());
}

TEST_P(AsyncSelectTest, OutlivesItsWindow) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  TestWindow another;
  ASSERT_RETURNS(0, WSAAsyncSelect(pair.server.get(), another.get(), kSocketMessage, FD_READ));
  another.close();
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ));
  EXPECT_EQ("FD_READ", next(pair.server.get()));
}

// The window's thread waits; another one has the socket.
TEST_P(AsyncSelectTest, WakesTheThreadOfTheWindow) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  constexpr int kTurns = 50;
  ASSERT_RETURNS(0, select(pair.server.get(), FD_READ | FD_CLOSE));
  std::thread peer([&] {
    for (int i = 0; i < kTurns; ++i) {
      EXPECT_TRUE(send_all(pair.client.get(), "x"));
      EXPECT_EQ("y", receive_exactly(pair.client.get(), 1));
    }
    pair.client.close();
  });
  std::string told;
  int received = 0;
  while ((told = next(pair.server.get())) == "FD_READ") {
    char byte;
    if (recv(pair.server.get(), &byte, 1, 0) != 1) continue;
    ++received;
    EXPECT_RETURNS(1, send(pair.server.get(), "y", 1, 0));
  }
  peer.join();
  EXPECT_EQ("FD_CLOSE", told);
  EXPECT_EQ(kTurns, received);
}

// ---- a program's own way to post ------------------------------------------------------------------------------------------------

std::atomic<HWND> posted_to{nullptr};
std::atomic<LPARAM> posted{0};

BOOL CALLBACK post(HWND window, UINT, WPARAM, LPARAM what) {
  posted_to = window;
  posted = what;
  return TRUE;
}

TEST_P(AsyncSelectTest, PostsByTheRoutineOfTheProgram) {
  // Not every import library has it.
  using SetPostRoutine = int(WSAAPI*)(BOOL(CALLBACK*)(HWND, UINT, WPARAM, LPARAM));
  void* found = reinterpret_cast<void*>(GetProcAddress(GetModuleHandleA("ws2_32"), "WSApSetPostRoutine"));
  auto WSApSetPostRoutine = reinterpret_cast<SetPostRoutine>(found);
  ASSERT_NE(nullptr, WSApSetPostRoutine);
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_RETURNS(0, WSApSetPostRoutine(post));
  int number = 0;
  auto* window = reinterpret_cast<HWND>(&number);  // whatever the routine knows by it
  EXPECT_RETURNS(0, WSAAsyncSelect(pair.server.get(), window, kSocketMessage, FD_READ));
  posted = 0;
  EXPECT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_TRUE(eventually([] { return posted == WSAMAKESELECTREPLY(FD_READ, 0); }));
  EXPECT_EQ(window, posted_to);
  EXPECT_RETURNS(0, WSAAsyncSelect(pair.server.get(), window, 0, 0));
  EXPECT_RETURNS(0, WSApSetPostRoutine(nullptr));
}

// ---- look-ups -------------------------------------------------------------------------------------------------------------------

class AsyncLookUpTest : public WinsockTest {
 protected:
  // Of the query: the error, and the size of the answer.
  int end(HANDLE query, int* size = nullptr) const {
    MSG message{};
    if (!query) return WSAGetLastError();
    if (!window_.next(message)) return -1;
    EXPECT_EQ(reinterpret_cast<WPARAM>(query), message.wParam);
    if (size) *size = WSAGETASYNCBUFLEN(message.lParam);
    return WSAGETASYNCERROR(message.lParam);
  }
  HWND window() const { return window_.get(); }
  const WindowClass class_;
  TestWindow window_;
  alignas(16) char buffer_[MAXGETHOSTSTRUCT];
};

TEST_F(AsyncLookUpTest, FindsAHostByName) {
  int size = 0;
  ASSERT_EQ(0, end(WSAAsyncGetHostByName(window(), kSocketMessage, "localhost", buffer_, sizeof buffer_), &size));
  const auto* found = reinterpret_cast<const hostent*>(buffer_);
  EXPECT_GT(size, static_cast<int>(sizeof *found));
  EXPECT_EQ(AF_INET, found->h_addrtype);
  ASSERT_EQ(static_cast<short>(sizeof(in_addr)), found->h_length);
  ASSERT_NE(nullptr, found->h_addr_list[0]);
  EXPECT_EQ(127, static_cast<unsigned char>(found->h_addr_list[0][0]));
  EXPECT_GE(found->h_addr_list[0], buffer_);
  EXPECT_LT(found->h_addr_list[0], buffer_ + sizeof buffer_);
}

TEST_F(AsyncLookUpTest, FindsAHostByAddress) {
  in_addr address{};
  address.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(0, end(WSAAsyncGetHostByAddr(window(), kSocketMessage, bytes_of(&address), sizeof address, AF_INET, buffer_, sizeof buffer_)));
  EXPECT_NE(nullptr, reinterpret_cast<const hostent*>(buffer_)->h_name);
}

TEST_F(AsyncLookUpTest, FindsServicesAndProtocols) {
  ASSERT_EQ(0, end(WSAAsyncGetServByName(window(), kSocketMessage, "http", "tcp", buffer_, sizeof buffer_)));
  EXPECT_EQ(htons(80), static_cast<u_short>(reinterpret_cast<const servent*>(buffer_)->s_port));
  EXPECT_STREQ("tcp", reinterpret_cast<const servent*>(buffer_)->s_proto);
  ASSERT_EQ(0, end(WSAAsyncGetServByPort(window(), kSocketMessage, htons(80), nullptr, buffer_, sizeof buffer_)));
  EXPECT_STREQ("http", reinterpret_cast<const servent*>(buffer_)->s_name);
  ASSERT_EQ(0, end(WSAAsyncGetProtoByName(window(), kSocketMessage, "tcp", buffer_, sizeof buffer_)));
  EXPECT_EQ(IPPROTO_TCP, reinterpret_cast<const protoent*>(buffer_)->p_proto);
  ASSERT_EQ(0, end(WSAAsyncGetProtoByNumber(window(), kSocketMessage, IPPROTO_UDP, buffer_, sizeof buffer_)));
  EXPECT_STREQ("udp", reinterpret_cast<const protoent*>(buffer_)->p_name);
}

TEST_F(AsyncLookUpTest, TellsWhatIsNotThere) {
  EXPECT_EQ(WSANO_DATA, end(WSAAsyncGetServByName(window(), kSocketMessage, "no-such-service", nullptr, buffer_, sizeof buffer_)));
  EXPECT_EQ(WSANO_DATA, end(WSAAsyncGetProtoByNumber(window(), kSocketMessage, 253, buffer_, sizeof buffer_)));
}

TEST_F(AsyncLookUpTest, TellsHowMuchRoomItNeeds) {
  int needed = 0, used = 0;
  char small[8] = "-------";
  ASSERT_EQ(WSAENOBUFS, end(WSAAsyncGetProtoByName(window(), kSocketMessage, "tcp", small, sizeof small), &needed));
  EXPECT_STREQ("-------", small);
  ASSERT_LE(needed, static_cast<int>(sizeof buffer_));
  ASSERT_EQ(0, end(WSAAsyncGetProtoByName(window(), kSocketMessage, "tcp", buffer_, needed), &used));
  EXPECT_EQ(needed, used);
}

TEST_F(AsyncLookUpTest, IsCancelledOrHasEnded) {
  EXPECT_FAILS_WITH(WSACancelAsyncRequest(nullptr), WSAEINVAL);
  HANDLE query = WSAAsyncGetProtoByName(window(), kSocketMessage, "tcp", buffer_, sizeof buffer_);
  ASSERT_EQ(0, end(query));
  EXPECT_FAILS_WITH(WSACancelAsyncRequest(query), WSAEALREADY);

  // Another is cancelled in time, or not: either it says so or a message comes.
  query = WSAAsyncGetHostByName(window(), kSocketMessage, "localhost", buffer_, sizeof buffer_);
  ASSERT_NE(nullptr, query);
  if (WSACancelAsyncRequest(query) == 0) {
    // What was begun later ends, and nothing came of the cancelled one.
    EXPECT_EQ(0, end(WSAAsyncGetProtoByName(window(), kSocketMessage, "tcp", buffer_, sizeof buffer_)));
  } else {
    EXPECT_EQ(WSAEALREADY, WSAGetLastError());
    EXPECT_EQ(0, end(query));
  }
}

TEST_F(AsyncLookUpTest, ChecksItsArguments) {
  EXPECT_EQ(nullptr, WSAAsyncGetProtoByName(window(), kSocketMessage, nullptr, buffer_, sizeof buffer_));
  EXPECT_EQ(WSAEFAULT, WSAGetLastError());
}

}  // namespace
