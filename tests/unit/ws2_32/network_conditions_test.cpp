// What is true of real sockets in their states.
#include "dlls/ws2_32/network_conditions.h"

#include <afunix.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "dlls/ws2_32/socket_table.h"
#include "tests/support/deadline.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

struct Name {
  uint32_t event;
  const char* text;
};
constexpr Name kNames[] = {{FD_READ, "read"}, {FD_WRITE, "write"}, {FD_OOB, "oob"}, {FD_ACCEPT, "accept"}, {FD_CONNECT, "connect"}, {FD_CLOSE, "close"}};

class NetworkConditions : public ws2_32_test::Started {
 protected:
  static std::string of(SOCKET s) {
    SocketRef socket = std::move(SocketTable::instance().find(s)).take();
    NetworkEvents now = network_conditions(socket, readiness_now(socket), FD_ALL_EVENTS);
    std::string text;
    for (const Name& name : kNames) {
      if (!(now.events & name.event)) continue;
      text += (text.empty() ? "" : " ") + std::string(name.text);
      if (WsaError error = now.error_of(name.event); error != WsaError::kNone) text += ":" + std::to_string(static_cast<int>(error));
    }
    return text;
  }
  // The other end's doings take their time.
  static void expect(const std::string& expected, SOCKET s, const char* when) {
    std::string last;
    EXPECT_TRUE(test_support::eventually([&] { return (last = of(s)) == expected; })) << when << ": " << last << " and not " << expected;
  }
  static void set_nonblocking(SOCKET s) {
    u_long on = 1;
    EXPECT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
  }
  static sockaddr_in name_of(SOCKET s) {
    sockaddr_in name{};
    int length = sizeof name;
    EXPECT_EQ(getsockname(s, reinterpret_cast<sockaddr*>(&name), &length), 0);
    return name;
  }
  static SOCKET bound(int type) {
    SOCKET s = make(AF_INET, type);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(s, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    return s;
  }
  static int connect_to(SOCKET s, const sockaddr_in& name) { return connect(s, reinterpret_cast<const sockaddr*>(&name), sizeof name); }
  static void reset_by(SOCKET s) {
    linger hard{1, 0};
    EXPECT_EQ(setsockopt(s, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&hard), sizeof hard), 0);
    EXPECT_EQ(closesocket(s), 0);
  }
};

// Each step happens to a connection of its own, by its other end or by itself, after those before it.
TEST_F(NetworkConditions, of_a_connection) {
  using Step = std::function<void(Pair&)>;
  const Step speak = [](Pair& pair) { EXPECT_EQ(send(pair.client, "abc", 3, 0), 3); };
  const Step shout = [](Pair& pair) { EXPECT_EQ(send(pair.client, "!", 1, MSG_OOB), 1); };
  const Step end = [](Pair& pair) { EXPECT_EQ(shutdown(pair.client, SD_SEND), 0); };
  const Step leave = [](Pair& pair) { EXPECT_EQ(closesocket(pair.client), 0); };
  const Step reset = [](Pair& pair) { reset_by(pair.client); };
  const Step shut_send = [](Pair& pair) { EXPECT_EQ(shutdown(pair.server, SD_SEND), 0); };
  const Step shut_receive = [](Pair& pair) { EXPECT_EQ(shutdown(pair.server, SD_RECEIVE), 0); };
  const Step inline_urgent = [](Pair& pair) {
    BOOL on = TRUE;
    EXPECT_EQ(setsockopt(pair.server, SOL_SOCKET, SO_OOBINLINE, reinterpret_cast<char*>(&on), sizeof on), 0);
  };
  const Step read_all = [](Pair& pair) {
    char data[8];
    EXPECT_EQ(recv(pair.server, data, sizeof data, 0), 3);
  };
  const std::string reset_code = std::to_string(WSAECONNRESET);
  const struct {
    const char* when;
    std::vector<Step> steps;
    std::string is_true;
  } rows[] = {
      {"new", {}, "write connect"},
      {"data", {speak}, "read write connect"},
      {"data and end", {speak, end}, "read write connect"},
      {"data, end, all read", {speak, end, read_all}, "write connect close"},
      {"end", {end}, "write connect close"},
      {"closed", {leave}, "write connect close"},
      {"reset", {reset}, "connect close:" + reset_code},
      {"urgent", {shout}, "write oob connect"},
      {"urgent inline", {inline_urgent, shout}, "read write connect"},
      {"urgent, then data", {shout, speak}, "read write oob connect"},
      {"urgent, data and end", {shout, speak, end}, "read write oob connect"},
      {"send shut", {shut_send}, "connect"},
      {"send shut and end", {shut_send, end}, "connect close"},
      {"receive shut", {shut_receive}, "write connect"},
      {"receive shut, end", {shut_receive, end}, "write connect close"},
      {"data, receive shut, end", {speak, shut_receive, end}, "write connect close"},
  };
  for (const auto& row : rows) {
    Pair pair = connected();
    for (const Step& step : row.steps) step(pair);
    expect(row.is_true, pair.server, row.when);
    EXPECT_EQ(of(pair.server), row.is_true) << row.when << ", asked again";
  }
}

TEST_F(NetworkConditions, of_a_stream_that_is_none_yet) {
  EXPECT_EQ(of(make(AF_INET, SOCK_STREAM)), "");
  SOCKET listener = bound(SOCK_STREAM);
  EXPECT_EQ(of(listener), "");
  EXPECT_EQ(listen(listener, 5), 0);
  EXPECT_EQ(of(listener), "");
  SOCKET client = make(AF_INET, SOCK_STREAM);
  set_nonblocking(client);
  EXPECT_EQ(connect_to(client, name_of(listener)), SOCKET_ERROR);
  expect("write connect", client, "connected later");
  expect("accept", listener, "a connection");
  EXPECT_EQ(closesocket(client), 0);
  EXPECT_EQ(of(listener), "accept") << "it is accepted nevertheless";
}

// The host says so of a stream without a connection; whoever looks then and judges when there is one must not take it for the end of that.
TEST_F(NetworkConditions, a_stream_that_is_none_yet_has_not_hung_up) {
  SOCKET listener = bound(SOCK_STREAM), client = make(AF_INET, SOCK_STREAM);
  EXPECT_EQ(listen(listener, 5), 0);
  SocketRef socket = std::move(SocketTable::instance().find(client)).take();
  const uint32_t before = readiness_now(socket);
  EXPECT_EQ(connect_to(client, name_of(listener)), 0);
  EXPECT_EQ(network_conditions(socket, before, FD_ALL_EVENTS).events & (FD_READ | FD_CLOSE), 0u);
}

TEST_F(NetworkConditions, of_an_attempt_that_has_failed) {
  sockaddr_in nobody = name_of(bound(SOCK_STREAM));  // and not listening
  SOCKET client = make(AF_INET, SOCK_STREAM);
  set_nonblocking(client);
  EXPECT_EQ(connect_to(client, nobody), SOCKET_ERROR);
  expect("connect:" + std::to_string(WSAECONNREFUSED), client, "refused");
  EXPECT_EQ(of(client), "") << "it is taken by that";
}

TEST_F(NetworkConditions, of_datagrams) {
  SOCKET one = bound(SOCK_DGRAM), other = bound(SOCK_DGRAM);
  EXPECT_EQ(of(one), "write");
  EXPECT_EQ(connect_to(one, name_of(other)), 0);
  EXPECT_EQ(of(one), "write connect");
  EXPECT_EQ(connect_to(other, name_of(one)), 0);
  EXPECT_EQ(send(other, "x", 1, 0), 1);
  expect("read write connect", one, "a datagram");
  EXPECT_EQ(shutdown(one, SD_RECEIVE), 0);
  EXPECT_EQ(of(one), "write connect");
}

// A datagram that nobody receives is told of at the next receive: also when it was a send that met the error.
TEST_F(NetworkConditions, of_datagrams_that_nobody_receives) {
  for (int sends : {1, 2}) {
    SOCKET gone = bound(SOCK_DGRAM), one = bound(SOCK_DGRAM);
    EXPECT_EQ(connect_to(one, name_of(gone)), 0);
    EXPECT_EQ(closesocket(gone), 0);
    for (int i = 0; i < sends; ++i) EXPECT_EQ(send(one, "x", 1, 0), 1);
    expect("read write connect", one, "refused");
  }
}

TEST_F(NetworkConditions, of_local_connections) {
  const std::string path = testing::TempDir() + "windsock-conditions-" + std::to_string(getpid());
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof name.sun_path);
  memcpy(name.sun_path, path.c_str(), path.size());
  SOCKET listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&name), sizeof name), 0) << WSAGetLastError();
  ASSERT_EQ(listen(listener, 1), 0);
  EXPECT_EQ(of(client), "");
  ASSERT_EQ(connect(client, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  EXPECT_EQ(of(listener), "accept");
  SOCKET server = accept(listener, nullptr, nullptr);
  EXPECT_EQ(of(server), "write connect");
  EXPECT_EQ(send(client, "x", 1, 0), 1);
  EXPECT_EQ(of(server), "read write connect");
  EXPECT_EQ(closesocket(client), 0);
  EXPECT_EQ(of(server), "read write connect");
  char byte;
  EXPECT_EQ(recv(server, &byte, 1, 0), 1);
  EXPECT_EQ(of(server), "write connect close");
  EXPECT_EQ(unlink(path.c_str()), 0);
}

}  // namespace
}  // namespace windsock
