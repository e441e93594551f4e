// select: which set says what, and how the sets are read. The program's own FD_SETSIZE, as the documentation allows.
#define FD_SETSIZE 4096
#include <winsock2.h>
#include <ws2tcpip.h>

#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

// The helpers in tests/support were compiled with the default FD_SETSIZE and pass no fd_set to this file.
static_assert(sizeof(fd_set) > 4096 * sizeof(SOCKET), "this file's own FD_SETSIZE is in force");

struct Sets {
  fd_set read, write, except;
  Sets() {
    FD_ZERO(&read);
    FD_ZERO(&write);
    FD_ZERO(&except);
  }
  explicit Sets(SOCKET s) : Sets() { add(s); }
  void add(SOCKET s) {
    FD_SET(s, &read);
    FD_SET(s, &write);
    FD_SET(s, &except);
  }
  int wait(int milliseconds, int ignored = 0) {
    timeval timeout{milliseconds / 1000, milliseconds % 1000 * 1000};
    return select(ignored, &read, &write, &except, &timeout);
  }
};

class SelectTest : public FamilyTest {};
FOR_BOTH_FAMILIES(SelectTest);

TEST_P(SelectTest, NoSetAtAll) {
  timeval none{};
  EXPECT_FAILS_WITH(select(0, nullptr, nullptr, nullptr, &none), WSAEINVAL);
  EXPECT_FAILS_WITH(select(0, nullptr, nullptr, nullptr, nullptr), WSAEINVAL);
}

TEST_P(SelectTest, OnlyEmptySets) {
  Sets sets;
  EXPECT_FAILS_WITH(sets.wait(0), WSAEINVAL);
  EXPECT_FAILS_WITH(select(0, &sets.read, nullptr, nullptr, nullptr), WSAEINVAL);
}

TEST_P(SelectTest, ANegativeTimeIsInvalid) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  for (const timeval& wrong : {timeval{-1, 0}, timeval{0, -1}}) {
    Sets sets(socket.get());
    timeval timeout = wrong;
    EXPECT_FAILS_WITH(select(0, &sets.read, nullptr, nullptr, &timeout), WSAEINVAL);
  }
}

TEST_P(SelectTest, SomethingThatIsNoSocket) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  Socket closed = bound_socket(family(), SOCK_DGRAM);
  const SOCKET value = closed.get();
  ASSERT_EQ(0, closed.close());
  Sets sets(socket.get());
  FD_SET(value, &sets.read);
  EXPECT_FAILS_WITH(sets.wait(0), WSAENOTSOCK);
}

TEST_P(SelectTest, TimesOutWithEmptySets) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  for (const int milliseconds : {0, 30}) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(socket.get(), &set);
    const auto start = std::chrono::steady_clock::now();
    timeval timeout{0, milliseconds * 1000};
    EXPECT_RETURNS(0, select(0, &set, nullptr, nullptr, &timeout));
    EXPECT_GE(std::chrono::steady_clock::now() - start + std::chrono::milliseconds(2), std::chrono::milliseconds(milliseconds));
    EXPECT_EQ(0u, set.fd_count);
    EXPECT_EQ(milliseconds * 1000, timeout.tv_usec) << "the time is the caller's";
  }
}

TEST_P(SelectTest, TheFirstArgumentIsIgnored) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  for (const int ignored : {-5, 0, 1, 0x7fffffff}) {
    Sets sets(pair.client.get());
    EXPECT_RETURNS(1, sets.wait(kDeadlineMs, ignored));
    EXPECT_TRUE(FD_ISSET(pair.client.get(), &sets.write));
  }
}

TEST_P(SelectTest, ADatagramSocketIsWritable) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  Sets sets(socket.get());
  EXPECT_RETURNS(1, sets.wait(0));
  EXPECT_EQ(0u, sets.read.fd_count);
  EXPECT_EQ(1u, sets.write.fd_count);
  EXPECT_EQ(0u, sets.except.fd_count);
}

TEST_P(SelectTest, AFreshStreamIsNothing) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  Sets sets(socket.get());
  EXPECT_RETURNS(0, sets.wait(0));
  const Socket bound = bound_socket(family(), SOCK_STREAM);
  Sets more(bound.get());
  EXPECT_RETURNS(0, more.wait(0));
}

TEST_P(SelectTest, AListenerIsReadableWhenSomebodyWaits) {
  const Socket server = listener(family());
  Sets before(server.get());
  EXPECT_RETURNS(0, before.wait(0));
  const Socket client = connect_to(server.get(), family());
  Sets after(server.get());
  EXPECT_RETURNS(1, after.wait(kDeadlineMs));
  EXPECT_TRUE(FD_ISSET(server.get(), &after.read));
}

TEST_P(SelectTest, DataMakesReadable) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  Sets before(pair.server.get());
  EXPECT_RETURNS(1, before.wait(0));
  EXPECT_FALSE(FD_ISSET(pair.server.get(), &before.read));
  ASSERT_TRUE(send_all(pair.client.get(), "x"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  Sets after(pair.server.get());
  EXPECT_RETURNS(2, after.wait(0)) << "the result counts a socket once for each set";
  EXPECT_TRUE(FD_ISSET(pair.server.get(), &after.read));
  EXPECT_TRUE(FD_ISSET(pair.server.get(), &after.write));
}

TEST_P(SelectTest, TheEndMakesReadable) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(0, pair.client.close());
  EXPECT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
}

TEST_P(SelectTest, AResetMakesReadable) {
  Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_linger(pair.client.get(), 1, 0));
  ASSERT_EQ(0, pair.client.close());
  EXPECT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
}

TEST_P(SelectTest, FullBuffersAreNotWritable) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_nonblocking(pair.client.get()));
  fill_send_buffer(pair.client.get());
  EXPECT_FALSE(wait_for(pair.client.get(), Readiness::kWrite, 0));
}

TEST_P(SelectTest, AFailedConnectIsOnlyInTheExceptSet) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  const Endpoint nobody = refusing_endpoint(family());
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  Sets sets(socket.get());
  ASSERT_RETURNS(1, sets.wait(kDeadlineMs));
  EXPECT_FALSE(FD_ISSET(socket.get(), &sets.read));
  EXPECT_FALSE(FD_ISSET(socket.get(), &sets.write));
  EXPECT_TRUE(FD_ISSET(socket.get(), &sets.except));
}

TEST_P(SelectTest, APendingConnectIsNothing) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  const Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), busy.endpoint().address(), busy.endpoint().length), WSAEWOULDBLOCK);
  Sets sets(socket.get());
  EXPECT_RETURNS(0, sets.wait(0));
}

TEST_P(SelectTest, ASuccessfulConnectIsInTheWriteSet) {
  const Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  const Socket socket = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_nonblocking(socket.get()));
  ASSERT_FAILS_WITH(connect(socket.get(), endpoint.address(), endpoint.length), WSAEWOULDBLOCK);
  Sets sets(socket.get());
  ASSERT_RETURNS(1, sets.wait(kDeadlineMs));
  EXPECT_TRUE(FD_ISSET(socket.get(), &sets.write));
}

TEST_P(SelectTest, UrgentDataIsInTheExceptSetAlone) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(1, send(pair.client.get(), "!", 1, MSG_OOB));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kExcept));
  fd_set read, except;
  FD_ZERO(&read);
  FD_ZERO(&except);
  FD_SET(pair.server.get(), &read);
  FD_SET(pair.server.get(), &except);
  timeval none{};
  EXPECT_RETURNS(1, select(0, &read, nullptr, &except, &none));
  EXPECT_EQ(0u, read.fd_count);
  EXPECT_EQ(1u, except.fd_count);
}

TEST_P(SelectTest, InlineUrgentDataIsInTheReadSetAlone) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(set_option(pair.server.get(), SOL_SOCKET, SO_OOBINLINE, 1));
  ASSERT_EQ(1, send(pair.client.get(), "!", 1, MSG_OOB));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  EXPECT_FALSE(wait_for(pair.server.get(), Readiness::kExcept, 0));
}

// ---- the sets as arrays ----------------------------------------------------------------------------------------------

TEST_P(SelectTest, OnlyTheReadyStayInTheirOrder) {
  std::vector<Pair> pairs(10);
  fd_set set;
  FD_ZERO(&set);
  for (Pair& pair : pairs) {
    pair = udp_pair(family());
    ASSERT_TRUE(pair.valid());
    FD_SET(pair.server.get(), &set);
  }
  for (const size_t i : {7, 2, 5}) {
    ASSERT_EQ(1, send(pairs[i].client.get(), "x", 1, 0));
    ASSERT_TRUE(wait_for(pairs[i].server.get(), Readiness::kRead));
  }
  timeval none{};
  ASSERT_RETURNS(3, select(0, &set, nullptr, nullptr, &none));
  EXPECT_EQ(3u, set.fd_count);
  for (size_t i = 0; i < pairs.size(); ++i)
    EXPECT_EQ(i == 7 || i == 2 || i == 5, FD_ISSET(pairs[i].server.get(), &set) != 0) << i;
}

TEST_P(SelectTest, MoreThan1024Sockets) {
  constexpr size_t kSockets = 1500;
  ASSERT_TRUE(allow_descriptors(2500));
  std::vector<Socket> sockets(kSockets);
  fd_set set;
  FD_ZERO(&set);
  for (Socket& socket : sockets) {
    socket = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(socket.valid()) << error_name(WSAGetLastError());
    FD_SET(socket.get(), &set);
  }
  ASSERT_EQ(kSockets, set.fd_count);
  for (const size_t ready : {size_t{0}, size_t{63}, size_t{64}, size_t{1023}, size_t{1024}, kSockets - 1}) {
    const Endpoint endpoint = local_name(sockets[ready].get());
    ASSERT_EQ(1, sendto(sockets[1].get(), "x", 1, 0, endpoint.address(), endpoint.length));
    ASSERT_TRUE(wait_for(sockets[ready].get(), Readiness::kRead));
    fd_set wanted = set;
    timeval timeout{30, 0};
    ASSERT_RETURNS(1, select(0, &wanted, nullptr, nullptr, &timeout)) << ready;
    EXPECT_EQ(sockets[ready].get(), wanted.fd_array[0]);
    char byte;
    ASSERT_EQ(1, recv(sockets[ready].get(), &byte, 1, 0));
  }
}

TEST_P(SelectTest, AllOfManyAreReady) {
  constexpr size_t kSockets = 1100;
  ASSERT_TRUE(allow_descriptors(2500));
  std::vector<Socket> sockets(kSockets);
  fd_set set;
  FD_ZERO(&set);
  for (Socket& socket : sockets) {
    socket = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(socket.valid());
    FD_SET(socket.get(), &set);
  }
  timeval none{};
  EXPECT_RETURNS(static_cast<int>(kSockets), select(0, nullptr, &set, nullptr, &none));
  EXPECT_EQ(kSockets, set.fd_count);
}

TEST_P(SelectTest, OnlyTheCountedEntriesAreRead) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(socket.get(), &set);
  for (u_int i = 1; i < FD_SETSIZE; ++i) set.fd_array[i] = INVALID_SOCKET;
  timeval none{};
  EXPECT_RETURNS(1, select(0, nullptr, &set, nullptr, &none));
}

TEST_P(SelectTest, TheMacrosKeepASetOfDistinctSockets) {
  fd_set set;
  FD_ZERO(&set);
  for (const SOCKET s : {5, 6, 5, 7, 6}) FD_SET(s, &set);
  EXPECT_EQ(3u, set.fd_count);
  FD_CLR(6, &set);
  EXPECT_EQ(2u, set.fd_count);
  EXPECT_TRUE(FD_ISSET(5, &set));
  EXPECT_FALSE(FD_ISSET(6, &set));
  EXPECT_TRUE(FD_ISSET(7, &set));
  FD_CLR(99, &set);
  EXPECT_EQ(2u, set.fd_count);
  for (SOCKET s = 100; set.fd_count < FD_SETSIZE; ++s) FD_SET(s, &set);
  FD_SET(1000000, &set);
  EXPECT_EQ(static_cast<u_int>(FD_SETSIZE), set.fd_count) << "a full set takes no more";
  EXPECT_FALSE(FD_ISSET(1000000, &set));
}

TEST_P(SelectTest, PointerFaults) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  Sets sets(socket.get());
  timeval none{};
  EXPECT_FAILS_WITH(select(0, reinterpret_cast<fd_set*>(unmapped_address()), nullptr, nullptr, &none), WSAEFAULT);
  EXPECT_FAILS_WITH(select(0, &sets.read, nullptr, nullptr, reinterpret_cast<timeval*>(unmapped_address())), WSAEFAULT);
}

}  // namespace
}  // namespace regress
