// AF_UNIX: local streams at a path. https://devblogs.microsoft.com/commandline/af_unix-comes-to-windows/ and the page of sockaddr_un.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "tests/regress/fixture.h"
#include "tests/regress/selected_events.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/process_info.h"

// Not in every Windows header.
#if __has_include(<afunix.h>)
#include <afunix.h>
#else
struct sockaddr_un {
  ADDRESS_FAMILY sun_family;
  char sun_path[108];
};
#define SIO_AF_UNIX_GETPEERPID _WSAIOR(IOC_VENDOR, 256)
#endif

namespace regress {
namespace {

constexpr int kPathOffset = offsetof(sockaddr_un, sun_path);

sockaddr_un at(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  memcpy(name.sun_path, path.data(), std::min(path.size(), sizeof name.sun_path));
  return name;
}

class UnixTest : public WinsockTest {
 protected:
  void SetUp() override {
    WinsockTest::SetUp();
    const Outcome made = outcome_of([] { return socket(AF_UNIX, SOCK_STREAM, 0); });
    ASSERT_FALSE(made.failed()) << "no AF_UNIX: " << error_name(made.error);
    closesocket(static_cast<SOCKET>(made.result));
    static int count = 0;
    const std::string file = "windsock-unix-" + std::to_string(GetCurrentProcessId()) + "-" + std::to_string(++count);
    path_ = (std::filesystem::temp_directory_path() / file).string();
    ASSERT_LT(path_.size(), sizeof(sockaddr_un::sun_path) - 20) << "too long a path to temporary files";
    std::remove(path_.c_str());
  }
  void TearDown() override {
    std::remove(path_.c_str());
    WinsockTest::TearDown();
  }
  int bind_at(SOCKET s, const std::string& path) {
    sockaddr_un name = at(path);
    return bind(s, reinterpret_cast<sockaddr*>(&name), sizeof name);
  }
  int connect_at(SOCKET s, const std::string& path) {
    sockaddr_un name = at(path);
    return connect(s, reinterpret_cast<sockaddr*>(&name), sizeof name);
  }
  Socket listening() {
    Socket made = make_socket(AF_UNIX, SOCK_STREAM);
    if (bind_at(made.get(), path_) != 0 || listen(made.get(), 4) != 0) return Socket();
    return made;
  }
  Pair connected() {
    Pair pair;
    Socket from = listening();
    pair.client = make_socket(AF_UNIX, SOCK_STREAM);
    if (!from.valid() || connect_at(pair.client.get(), path_) != 0) return {};
    pair.server = Socket(accept(from.get(), nullptr, nullptr));
    return pair;
  }

  std::string path_;
};

TEST_F(UnixTest, StreamsOnly) {
  EXPECT_FAILS_WITH(socket(AF_UNIX, SOCK_DGRAM, 0), WSAESOCKTNOSUPPORT);
  EXPECT_FAILS_WITH(socket(AF_UNIX, SOCK_SEQPACKET, 0), WSAESOCKTNOSUPPORT);
}

TEST_F(UnixTest, DataGoesBothWays) {
  Pair pair = connected();
  ASSERT_TRUE(pair.valid()) << error_name(WSAGetLastError());
  ASSERT_TRUE(send_all(pair.client.get(), "to the server"));
  EXPECT_EQ("to the server", receive_exactly(pair.server.get(), 13));
  ASSERT_TRUE(send_all(pair.server.get(), "to the client"));
  EXPECT_EQ("to the client", receive_exactly(pair.client.get(), 13));
  ASSERT_RETURNS(0, shutdown(pair.client.get(), SD_SEND));
  EXPECT_EQ("", receive_to_end(pair.server.get()));
}

// ---- names -----------------------------------------------------------------------------------------------------------------
TEST_F(UnixTest, NamesOfBothEnds) {
  Socket server = listening();
  ASSERT_TRUE(server.valid()) << error_name(WSAGetLastError());
  Socket client = make_socket(AF_UNIX, SOCK_STREAM);
  ASSERT_RETURNS(0, connect_at(client.get(), path_));
  sockaddr_un peer{};
  int length = sizeof peer;
  Socket accepted(accept(server.get(), reinterpret_cast<sockaddr*>(&peer), &length));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ(AF_UNIX, peer.sun_family) << "who connects has no name";
  EXPECT_TRUE(length >= kPathOffset && length <= static_cast<int>(sizeof peer)) << length;
  EXPECT_EQ('\0', peer.sun_path[0]);

  auto named = [&](auto ask, SOCKET s) {
    sockaddr_un name{};
    int room = sizeof name;
    EXPECT_RETURNS(0, ask(s, reinterpret_cast<sockaddr*>(&name), &room));
    EXPECT_EQ(AF_UNIX, name.sun_family);
    EXPECT_GE(room, kPathOffset + static_cast<int>(path_.size()));
    EXPECT_LE(room, static_cast<int>(sizeof name));
    return std::string(name.sun_path);
  };
  EXPECT_EQ(path_, named(getsockname, server.get()));
  EXPECT_EQ(path_, named(getsockname, accepted.get()));
  EXPECT_EQ(path_, named(getpeername, client.get()));
}

TEST_F(UnixTest, UnboundItHasNoName) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  sockaddr_un name{};
  int length = sizeof name;
  EXPECT_FAILS_WITH(getsockname(s.get(), reinterpret_cast<sockaddr*>(&name), &length), WSAEINVAL);
  length = sizeof name;
  EXPECT_FAILS_WITH(getpeername(s.get(), reinterpret_cast<sockaddr*>(&name), &length), WSAENOTCONN);
}

TEST_F(UnixTest, ANameWithoutRoomIsAFault) {
  Socket s = listening();
  ASSERT_TRUE(s.valid());
  sockaddr_un name{};
  int length = 4;
  EXPECT_FAILS_WITH(getsockname(s.get(), reinterpret_cast<sockaddr*>(&name), &length), WSAEFAULT);
}

TEST_F(UnixTest, TheLongestPath) {
  // Every byte of sun_path, with no zero behind.
  std::string longest = path_ + std::string(sizeof(sockaddr_un::sun_path) - path_.size(), 'x');
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  ASSERT_RETURNS(0, bind_at(s.get(), longest));
  sockaddr_un name{};
  int length = sizeof name;
  EXPECT_RETURNS(0, getsockname(s.get(), reinterpret_cast<sockaddr*>(&name), &length));
  EXPECT_EQ(static_cast<int>(sizeof name), length);
  EXPECT_EQ(longest, std::string(name.sun_path, sizeof name.sun_path));
  EXPECT_RETURNS(0, listen(s.get(), 1));
  Socket client = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_RETURNS(0, connect_at(client.get(), longest));
  EXPECT_EQ(0, std::remove(longest.c_str()));
}

TEST_F(UnixTest, ALengthThatEndsWithThePath) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  sockaddr_un name = at(path_ + "and more");
  ASSERT_RETURNS(0, bind(s.get(), reinterpret_cast<sockaddr*>(&name), kPathOffset + static_cast<int>(path_.size())));
  sockaddr_un told{};
  int length = sizeof told;
  ASSERT_RETURNS(0, getsockname(s.get(), reinterpret_cast<sockaddr*>(&told), &length));
  EXPECT_EQ(path_, told.sun_path);
}

TEST_F(UnixTest, PathsAreUtf8) {
  std::string path = path_ + "-\xc3\xbc\xe2\x82\xac";
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  ASSERT_RETURNS(0, bind_at(s.get(), path));
  ASSERT_RETURNS(0, listen(s.get(), 1));
  Socket client = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_RETURNS(0, connect_at(client.get(), path));
  EXPECT_EQ(0, std::remove(path.c_str()));
}

// ---- binding ---------------------------------------------------------------------------------------------------------------
TEST_F(UnixTest, AFileThatIsThereIsInUse) {
  {
    Socket first = make_socket(AF_UNIX, SOCK_STREAM);
    ASSERT_RETURNS(0, bind_at(first.get(), path_));
    Socket second = make_socket(AF_UNIX, SOCK_STREAM);
    EXPECT_FAILS_WITH(bind_at(second.get(), path_), WSAEADDRINUSE);
  }
  // The file stays when its socket is gone, until the program deletes it.
  Socket third = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_FAILS_WITH(bind_at(third.get(), path_), WSAEADDRINUSE);
  ASSERT_EQ(0, std::remove(path_.c_str()));
  EXPECT_RETURNS(0, bind_at(third.get(), path_));
}

TEST_F(UnixTest, BindsOnce) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  ASSERT_RETURNS(0, bind_at(s.get(), path_));
  EXPECT_FAILS_WITH(bind_at(s.get(), path_ + "2"), WSAEINVAL);
}

// Linux would choose an abstract name; Windows has no such thing.
TEST_F(UnixTest, NoNameIsNoneToBindTo) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_FAILS_WITH(bind_at(s.get(), ""), WSAEINVAL);
  sockaddr_un name = at("");
  EXPECT_FAILS_WITH_ONE_OF(bind(s.get(), reinterpret_cast<sockaddr*>(&name), kPathOffset), no_unix_name());
  EXPECT_FAILS_WITH_ONE_OF(connect_at(s.get(), ""), no_unix_name());
}

// afunix.h and the announcement have abstract names, a zero and what follows to the end of the structure; Windows' driver does not.
TEST_F(UnixTest, AbstractNamesAreNoFiles) {
  const std::string name = std::string(1, '\0') + std::filesystem::path(path_).filename().string();
  {
    Socket server = make_socket(AF_UNIX, SOCK_STREAM), second = make_socket(AF_UNIX, SOCK_STREAM);
    ASSERT_RETURNS(0, bind_at(server.get(), name));
    EXPECT_FAILS_WITH(bind_at(second.get(), name), WSAEADDRINUSE);
    ASSERT_RETURNS(0, listen(server.get(), 4));
    Socket client = make_socket(AF_UNIX, SOCK_STREAM);
    ASSERT_RETURNS(0, connect_at(client.get(), name));
    sockaddr_un told{}, expected = at(name);
    int length = sizeof told;
    ASSERT_RETURNS(0, getpeername(client.get(), reinterpret_cast<sockaddr*>(&told), &length));
    EXPECT_EQ(static_cast<int>(sizeof told), length);
    EXPECT_EQ(0, memcmp(&expected, &told, sizeof told));
    EXPECT_FALSE(std::filesystem::exists(name.substr(1)));
  }
  Socket again = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_RETURNS(0, bind_at(again.get(), name)) << "it goes with its socket";
}

TEST_F(UnixTest, AFolderThatIsNotThere) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_FAILS_WITH_ONE_OF(bind_at(s.get(), path_ + "/no/such/folder"), no_unix_folder());
  EXPECT_RETURNS(0, bind_at(s.get(), path_)) << "the socket is as it was";
}

TEST_F(UnixTest, AnotherFamilysName) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  Endpoint inet = loopback(AF_INET, 1);
  EXPECT_FAILS_WITH_ONE_OF(bind(s.get(), inet.address(), inet.length), wrong_family());
  EXPECT_FAILS_WITH_ONE_OF(connect(s.get(), inet.address(), inet.length), wrong_family());
}

TEST_F(UnixTest, ListeningNeedsAName) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_FAILS_WITH(listen(s.get(), 1), WSAEINVAL);
}

// ---- connecting ------------------------------------------------------------------------------------------------------------
TEST_F(UnixTest, NobodyThereRefuses) {
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_FAILS_WITH(connect_at(s.get(), path_), WSAECONNREFUSED) << "no file";
  { ASSERT_TRUE(listening().valid()); }
  EXPECT_FAILS_WITH(connect_at(s.get(), path_), WSAECONNREFUSED) << "the file of a socket that is gone";
}

TEST_F(UnixTest, ABoundSocketThatDoesNotListenRefuses) {
  Socket bound = make_socket(AF_UNIX, SOCK_STREAM);
  ASSERT_RETURNS(0, bind_at(bound.get(), path_));
  Socket s = make_socket(AF_UNIX, SOCK_STREAM);
  EXPECT_FAILS_WITH(connect_at(s.get(), path_), WSAECONNREFUSED);
}

TEST_F(UnixTest, ConnectsOnce) {
  Pair pair = connected();
  ASSERT_TRUE(pair.valid());
  EXPECT_FAILS_WITH(connect_at(pair.client.get(), path_), WSAEISCONN);
}

TEST_F(UnixTest, HasNoUrgentData) {
  Pair pair = connected();
  ASSERT_TRUE(pair.valid());
  EXPECT_FAILS_WITH(send(pair.client.get(), "x", 1, MSG_OOB), WSAEOPNOTSUPP);
}

// ---- who is there ----------------------------------------------------------------------------------------------------------
int ask_peer(SOCKET s, ULONG* process, DWORD room = sizeof(ULONG)) {
  DWORD size = 0;
  return WSAIoctl(s, SIO_AF_UNIX_GETPEERPID, nullptr, 0, process, room, &size, nullptr, nullptr);
}

TEST_F(UnixTest, ThePeersProcessIsTold) {
  Pair pair = connected();
  ASSERT_TRUE(pair.valid());
  for (SOCKET s : {pair.client.get(), pair.server.get()}) {
    ULONG process = 0;
    ASSERT_RETURNS(0, ask_peer(s, &process));
    EXPECT_EQ(GetCurrentProcessId(), process);
  }
}

TEST_F(UnixTest, WithoutAPeerThereIsNoProcess) {
  ULONG process = 0;
  Socket fresh = make_socket(AF_UNIX, SOCK_STREAM), server = listening();
  ASSERT_TRUE(server.valid());
  EXPECT_FAILS_WITH(ask_peer(fresh.get(), &process), WSAENOTCONN);
  EXPECT_FAILS_WITH(ask_peer(server.get(), &process), WSAENOTCONN);
  Pair inet = tcp_pair();
  ASSERT_TRUE(inet.valid());
  EXPECT_FAILS_WITH_ONE_OF(ask_peer(inet.client.get(), &process), unknown_ioctl());
  EXPECT_FAILS_WITH(ask_peer(fresh.get(), &process, 2), WSAEFAULT);
  EXPECT_FAILS_WITH(ask_peer(fresh.get(), nullptr), WSAEFAULT);
}

TEST_F(UnixTest, IsHandedOverLikeAnySocket) {
  Pair pair = connected();
  ASSERT_TRUE(pair.valid());
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(pair.server.get(), GetCurrentProcessId(), &info));
  Socket claimed(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0));
  ASSERT_TRUE(claimed.valid()) << error_name(WSAGetLastError());
  pair.server = Socket();
  ASSERT_TRUE(send_all(claimed.get(), "still here"));
  EXPECT_EQ("still here", receive_exactly(pair.client.get(), 10));
}

// ---- network events --------------------------------------------------------------------------------------------------------
TEST_F(UnixTest, NetworkEventsOfBothEnds) {
  Socket server = listening();
  ASSERT_TRUE(server.valid()) << error_name(WSAGetLastError());
  SelectedEvents accepting, one, other;
  ASSERT_RETURNS(0, accepting.select(server.get(), FD_ACCEPT));
  Socket client = make_socket(AF_UNIX, SOCK_STREAM);
  ASSERT_RETURNS(0, one.select(client.get(), FD_READ | FD_WRITE | FD_CONNECT | FD_CLOSE));
  const int connected = connect_at(client.get(), path_);
  EXPECT_TRUE(connected == 0 || WSAGetLastError() == WSAEWOULDBLOCK) << error_name(WSAGetLastError());
  EXPECT_EQ("FD_WRITE FD_CONNECT", one.until(client.get(), "FD_CONNECT"));
  EXPECT_EQ("FD_ACCEPT", accepting.next(server.get()));
  Socket accepted(accept(server.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  EXPECT_FALSE(accepting.is_set());
  ASSERT_RETURNS(0, other.select(accepted.get(), FD_READ | FD_CLOSE));
  ASSERT_TRUE(send_all(client.get(), "to the server"));
  EXPECT_EQ("FD_READ", other.next(accepted.get()));
  EXPECT_EQ("to the server", receive_exactly(accepted.get(), 13));
  ASSERT_TRUE(send_all(accepted.get(), "to the client"));
  EXPECT_EQ("FD_READ", one.next(client.get()));
  EXPECT_EQ("to the client", receive_exactly(client.get(), 13));
  client.close();
  EXPECT_EQ("FD_CLOSE", other.next(accepted.get()));
}

TEST_F(UnixTest, NetworkEventsTellOfTheEndAfterTheLastByte) {
  Pair pair = connected();
  ASSERT_TRUE(pair.valid()) << error_name(WSAGetLastError());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ | FD_CLOSE));
  ASSERT_TRUE(send_all(pair.client.get(), "last"));
  pair.client.close();
  EXPECT_EQ("FD_READ", events.next(pair.server.get()));
  EXPECT_EQ("last", receive_exactly(pair.server.get(), 4));
  EXPECT_EQ("FD_CLOSE", events.next(pair.server.get()));
}

}  // namespace
}  // namespace regress
