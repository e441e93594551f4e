// What needs a network of its own: interfaces that come and go, a router, multicast over a real link. tests/system/network_test makes
// that network in a namespace and runs this program in it:
//
//   this host   near 10.77.0.1, fd77::1  <- veth ->  router far 10.77.0.2, which forwards and has no other way
//
// Through the public API alone, but for the ip command that changes addresses.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mstcpip.h>
#include <mswsock.h>
#include <windows.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/selected_events.h"
#include "tests/support/blocked_call.h"

namespace {

using namespace test_support;
using regress::bytes_of;

class NetworkTest : public regress::WinsockTest {
 protected:
  static Endpoint address(int family, const char* text, unsigned short port) {
    Endpoint endpoint = any_address(family, port);
    void* place = family == AF_INET ? static_cast<void*>(&reinterpret_cast<sockaddr_in&>(endpoint.storage).sin_addr)
                                    : static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(endpoint.storage).sin6_addr);
    EXPECT_EQ(1, inet_pton(family, text, place)) << text;
    return endpoint;
  }
  static void run(const char* command) { ASSERT_EQ(0, std::system(command)) << command; }
  static int set_flag(SOCKET s, DWORD code, BOOL on) {
    DWORD returned = 0;
    return WSAIoctl(s, code, &on, sizeof on, nullptr, 0, &returned, nullptr, nullptr);
  }
};

TEST_F(NetworkTest, AnEndedTimeToLiveIsToldToThoseWhoAsked) {
  const Endpoint wildcard = any_address(AF_INET), beyond = address(AF_INET, "10.78.0.9", 4000);
  const Socket asking = make_socket(AF_INET, SOCK_DGRAM);
  ASSERT_RETURNS(0, bind(asking.get(), wildcard.address(), wildcard.length));
  ASSERT_TRUE(set_option(asking.get(), IPPROTO_IP, IP_TTL, 1));
  ASSERT_RETURNS(0, set_flag(asking.get(), SIO_UDP_NETRESET, TRUE));
  ASSERT_EQ(1, sendto(asking.get(), "x", 1, 0, beyond.address(), beyond.length)) << error_name(WSAGetLastError());
  ASSERT_TRUE(set_option(asking.get(), SOL_SOCKET, SO_RCVTIMEO, kDeadlineMs));
  char byte;
  EXPECT_FAILS_WITH(recv(asking.get(), &byte, 1, 0), WSAENETRESET);
}

TEST_F(NetworkTest, NobodyElseIsTold) {
  const Socket socket = make_socket(AF_INET, SOCK_DGRAM);
  const Endpoint wildcard = any_address(AF_INET), beyond = address(AF_INET, "10.78.0.9", 4000);
  ASSERT_RETURNS(0, bind(socket.get(), wildcard.address(), wildcard.length));
  ASSERT_TRUE(set_option(socket.get(), IPPROTO_IP, IP_TTL, 1));
  ASSERT_EQ(1, sendto(socket.get(), "x", 1, 0, beyond.address(), beyond.length));
  // The answer of the port that nobody has comes later than that of the router, and is the one that counts.
  ASSERT_TRUE(set_option(socket.get(), IPPROTO_IP, IP_TTL, 64));
  const Endpoint closed = address(AF_INET, "10.77.0.2", 4000);
  ASSERT_EQ(1, sendto(socket.get(), "x", 1, 0, closed.address(), closed.length));
  ASSERT_TRUE(set_option(socket.get(), SOL_SOCKET, SO_RCVTIMEO, kDeadlineMs));
  char byte;
  EXPECT_FAILS_WITH(recv(socket.get(), &byte, 1, 0), WSAECONNRESET);
}

TEST_F(NetworkTest, AddressesAreThoseOfTheLink) {
  for (const int family : {AF_INET, AF_INET6}) {
    const Socket socket = make_socket(family, SOCK_DGRAM);
    struct {
      SOCKET_ADDRESS_LIST list;
      char room[1024];
    } answer{};
    DWORD returned = 0;
    ASSERT_RETURNS(0, WSAIoctl(socket.get(), SIO_ADDRESS_LIST_QUERY, nullptr, 0, &answer, sizeof answer, &returned, nullptr, nullptr));
    ASSERT_GE(answer.list.iAddressCount, 1);
    const Endpoint expected = address(family, family == AF_INET ? "10.77.0.1" : "fd77::1", 0);
    const SOCKET_ADDRESS& first = answer.list.Address[0];
    EXPECT_EQ(0, std::memcmp(first.lpSockaddr, expected.address(), family == AF_INET ? 8 : 24));

    Endpoint way = expected;
    const Endpoint target = address(family, family == AF_INET ? "10.77.0.2" : "fd77::2", 0);
    ASSERT_RETURNS(0, WSAIoctl(socket.get(), SIO_ROUTING_INTERFACE_QUERY, const_cast<sockaddr*>(target.address()),
                               static_cast<DWORD>(target.length), &way.storage, sizeof way.storage, &returned, nullptr, nullptr));
    EXPECT_TRUE(way == expected);
    const Endpoint nowhere = address(family, family == AF_INET ? "192.0.2.77" : "2001:db8::77", 0);
    EXPECT_FAILS_WITH(WSAIoctl(socket.get(), SIO_ROUTING_INTERFACE_QUERY, const_cast<sockaddr*>(nowhere.address()),
                               static_cast<DWORD>(nowhere.length), &way.storage, sizeof way.storage, &returned, nullptr, nullptr),
                      WSAENETUNREACH);
  }
}

TEST_F(NetworkTest, TheWayToAnAddressOfALinkIsThatLinks) {
  const Socket socket = make_socket(AF_INET6, SOCK_DGRAM);
  Endpoint target = address(AF_INET6, "fe80::77", 0), way;
  auto& six = reinterpret_cast<sockaddr_in6&>(target.storage);
  const auto near = static_cast<ULONG>(std::atoi(std::getenv("NEAR_INDEX")));
  six.sin6_scope_id = near;
  DWORD returned = 0;
  // The link makes up its own address in its own time.
  ASSERT_TRUE(eventually([&] {
    return WSAIoctl(socket.get(), SIO_ROUTING_INTERFACE_QUERY, target.address(), static_cast<DWORD>(target.length), &way.storage, sizeof way.storage,
                    &returned, nullptr, nullptr) == 0 &&
           IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6&>(way.storage).sin6_addr);
  })) << error_name(WSAGetLastError());
  EXPECT_EQ(near, reinterpret_cast<const sockaddr_in6&>(way.storage).sin6_scope_id);
}

TEST_F(NetworkTest, NobodySeesAWholeNetwork) {
  const Socket raw(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
  ASSERT_TRUE(raw.valid()) << error_name(WSAGetLastError());
  const Endpoint here = address(AF_INET, "10.77.0.1", 0);
  DWORD on = RCVALL_ON, returned = 0;
  EXPECT_FAILS_WITH(WSAIoctl(raw.get(), SIO_RCVALL, &on, sizeof on, nullptr, 0, &returned, nullptr, nullptr), WSAEINVAL) << "not bound";
  ASSERT_RETURNS(0, bind(raw.get(), here.address(), here.length));
  EXPECT_FAILS_WITH(WSAIoctl(raw.get(), SIO_RCVALL, &on, sizeof on, nullptr, 0, &returned, nullptr, nullptr), WSAEACCES);
}

TEST_F(NetworkTest, AChangeOfAddressesEndsTheWait) {
  const Socket socket = make_socket(AF_INET, SOCK_DGRAM);
  const SOCKET s = socket.get();
  BlockedCall call([s] {
    DWORD returned = 0;
    return WSAIoctl(s, SIO_ADDRESS_LIST_CHANGE, nullptr, 0, nullptr, 0, &returned, nullptr, nullptr);
  });
  ASSERT_TRUE(call.wait_until_blocked());
  run("ip addr add 10.79.0.1/24 dev near && ip addr del 10.79.0.1/24 dev near");
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(0, outcome->result) << describe(*outcome);
}

// Each question has one answer, which is told as a network event.
TEST_F(NetworkTest, AChangeIsToldOnceForEachQuestion) {
  const struct {
    DWORD code;
    long event;
    const char* name;
    const char* change;
  } rows[] = {
      {SIO_ADDRESS_LIST_CHANGE, FD_ADDRESS_LIST_CHANGE, "FD_ADDRESS_LIST_CHANGE",
       "ip addr add 10.79.0.1/24 dev near && ip addr del 10.79.0.1/24 dev near"},
      {SIO_ROUTING_INTERFACE_CHANGE, FD_ROUTING_INTERFACE_CHANGE, "FD_ROUTING_INTERFACE_CHANGE",
       "ip route add 10.80.0.0/24 via 10.77.0.2 && ip route del 10.80.0.0/24"},
  };
  Endpoint somewhere = address(AF_INET, "10.80.0.9", 0);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const Socket socket = make_socket(AF_INET, SOCK_DGRAM);
    const auto ask = [&] {
      DWORD returned = 0;
      const bool routes = row.code == SIO_ROUTING_INTERFACE_CHANGE;
      return WSAIoctl(socket.get(), row.code, routes ? somewhere.address() : nullptr, routes ? static_cast<DWORD>(somewhere.length) : 0, nullptr, 0,
                      &returned, nullptr, nullptr);
    };
    regress::SelectedEvents events;
    ASSERT_RETURNS(0, events.select(socket.get(), row.event | FD_READ));
    run(row.change);
    EXPECT_FALSE(events.is_set()) << "nobody has asked";
    for (int turn = 0; turn < 2; ++turn) {
      EXPECT_FAILS_WITH(ask(), WSAEWOULDBLOCK);
      EXPECT_FAILS_WITH(ask(), WSAEWOULDBLOCK) << "two questions are one";
      EXPECT_FALSE(events.is_set());
      EXPECT_FALSE(CancelIoEx(reinterpret_cast<HANDLE>(socket.get()), nullptr)) << "it is no operation of the program's";
      run(row.change);
      EXPECT_EQ(row.name, events.next(socket.get()));
      run(row.change);
      EXPECT_FALSE(events.is_set()) << "told, and not asked again";
      EXPECT_EQ("", events.take(socket.get()));
    }
    // Asked before, changed before: told to who selects it then.
    ASSERT_RETURNS(0, WSAEventSelect(socket.get(), nullptr, 0));
    EXPECT_FAILS_WITH(ask(), WSAEWOULDBLOCK);
    run(row.change);
    ASSERT_RETURNS(0, events.select(socket.get(), row.event));
    EXPECT_EQ(row.name, events.next(socket.get()));
  }
}

// A connection whose peer answers no more, because the link that it goes by is down. Each way to hear of its end gives the same code, again
// and again, whichever comes first. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-recv: "terminated due to a time-out
// or other failure", which is also what FD_CLOSE has for it.
class LostConnectionTest : public NetworkTest {
 protected:
  // With data on the way that are never acknowledged, on addresses that have a route without the link, and on some that have none.
  void SetUp() override {
    NetworkTest::SetUp();
    for (const char* const name : {"10.77.0.1", "127.0.0.1"}) {
      const Endpoint any_port = address(AF_INET, name, 0);
      const Socket listening = make_socket(AF_INET, SOCK_STREAM);
      ASSERT_RETURNS(0, bind(listening.get(), any_port.address(), any_port.length));
      ASSERT_RETURNS(0, listen(listening.get(), 1));
      Connection made{name, make_socket(AF_INET, SOCK_STREAM), {}};
      const Endpoint to = local_name(listening.get());
      ASSERT_RETURNS(0, connect(made.here.get(), to.address(), to.length));
      made.there = Socket(accept(listening.get(), nullptr, nullptr));
      ASSERT_TRUE(made.there.valid());
      ASSERT_TRUE(set_option(made.here.get(), IPPROTO_TCP, TCP_MAXRT, 1));
      ASSERT_TRUE(set_option(made.here.get(), SOL_SOCKET, SO_RCVTIMEO, kDeadlineMs));
      connections_.push_back(std::move(made));
    }
  }
  void TearDown() override {
    connections_.clear();
    run("ip link set lo up");
    NetworkTest::TearDown();
  }
  void lose() {
    run("ip link set lo down");
    for (const Connection& one : connections_) ASSERT_TRUE(send_all(one.here.get(), "x"));
  }
  static void expect_lost(SOCKET s) {
    char byte;
    for (int turn = 0; turn < 2; ++turn) {
      EXPECT_FAILS_WITH(recv(s, &byte, 1, 0), WSAECONNABORTED) << turn;
      EXPECT_FAILS_WITH(send(s, "x", 1, 0), WSAECONNABORTED) << turn;
      const regress::SelectedEvents events;
      EXPECT_EQ(0, WSAEventSelect(s, events.event(), FD_READ | FD_WRITE | FD_CLOSE));
      EXPECT_EQ("FD_CLOSE:WSAECONNABORTED", events.next(s)) << turn;
    }
  }

  struct Connection {
    const char* name;
    Socket here, there;
  };
  std::vector<Connection> connections_;
};

TEST_F(LostConnectionTest, IsToldByAnEvent) {
  regress::SelectedEvents events[2];
  for (size_t i = 0; i < connections_.size(); ++i) ASSERT_RETURNS(0, events[i].select(connections_[i].here.get(), FD_READ | FD_CLOSE));
  lose();
  for (size_t i = 0; i < connections_.size(); ++i) {
    SCOPED_TRACE(connections_[i].name);
    const SOCKET s = connections_[i].here.get();
    EXPECT_EQ("FD_CLOSE:WSAECONNABORTED", events[i].next(s));
    EXPECT_EQ(WSAECONNABORTED, get_option(s, SOL_SOCKET, SO_ERROR));
    EXPECT_EQ(0, get_option(s, SOL_SOCKET, SO_ERROR)) << "which is told once";
    expect_lost(s);
  }
}

TEST_F(LostConnectionTest, IsMetByAReceive) {
  lose();
  for (const Connection& one : connections_) {
    SCOPED_TRACE(one.name);
    expect_lost(one.here.get());
  }
}

TEST_F(LostConnectionTest, IsMetByASend) {
  lose();
  for (const Connection& one : connections_) {
    SCOPED_TRACE(one.name);
    ASSERT_TRUE(wait_for(one.here.get(), Readiness::kRead));
    EXPECT_FAILS_WITH(send(one.here.get(), "x", 1, 0), WSAECONNABORTED);
    expect_lost(one.here.get());
  }
}

TEST_F(LostConnectionTest, IsTheErrorOfTheSocket) {
  lose();
  for (const Connection& one : connections_) {
    SCOPED_TRACE(one.name);
    ASSERT_TRUE(wait_for(one.here.get(), Readiness::kRead));
    EXPECT_EQ(WSAECONNABORTED, get_option(one.here.get(), SOL_SOCKET, SO_ERROR));
    expect_lost(one.here.get());
  }
}

// Datagrams to addresses that nobody has wait until the host gives up looking for them, and there is no room for more meanwhile.
TEST_F(NetworkTest, RoomForDatagramsIsToldOfAfterNone) {
  std::string data(1000, 'd');
  WSABUF buffer{static_cast<ULONG>(data.size()), data.data()};
  const struct {
    const char* name;
    const char* nobody;
    std::function<int(SOCKET, Endpoint&)> send;
  } rows[] = {
      {"sendto", "10.77.0.71", [&](SOCKET s, Endpoint& to) { return sendto(s, data.data(), static_cast<int>(data.size()), 0, to.address(), to.length); }},
      {"WSASendTo", "10.77.0.72",
       [&](SOCKET s, Endpoint& to) {
         DWORD count = 0;
         return WSASendTo(s, &buffer, 1, &count, 0, to.address(), to.length, nullptr, nullptr);
       }},
      {"WSASendMsg", "10.77.0.73",
       [&](SOCKET s, Endpoint& to) {
         WSAMSG message{to.address(), to.length, &buffer, 1, {0, nullptr}, 0};
         DWORD count = 0;
         return WSASendMsg(s, &message, 0, &count, nullptr, nullptr);
       }},
  };
  constexpr int kMost = 1000;
  std::vector<Socket> sockets;
  std::list<regress::SelectedEvents> events;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    sockets.push_back(make_socket(AF_INET, SOCK_DGRAM));
    const SOCKET s = sockets.back().get();
    ASSERT_TRUE(set_option(s, SOL_SOCKET, SO_SNDBUF, 4096));
    ASSERT_RETURNS(0, events.emplace_back().select(s, FD_WRITE));
    EXPECT_EQ("FD_WRITE", events.back().next(s));
    Endpoint to = address(AF_INET, row.nobody, 4000);
    int sent = 0;
    while (row.send(s, to) != SOCKET_ERROR && sent < kMost) ++sent;
    ASSERT_LT(sent, kMost);
    EXPECT_EQ(WSAEWOULDBLOCK, WSAGetLastError());
    EXPECT_FALSE(events.back().is_set());
  }
  auto each = events.begin();
  for (const Socket& socket : sockets) EXPECT_EQ("FD_WRITE", (each++)->next(socket.get()));
}

// From the router's side of the link comes nothing; what this host sends to all comes back to itself.
TEST_F(NetworkTest, BroadcastsAreReceivedByThoseWhoWantThem) {
  const Socket receiver = make_socket(AF_INET, SOCK_DGRAM), sender = make_socket(AF_INET, SOCK_DGRAM);
  const Endpoint wildcard = any_address(AF_INET);
  ASSERT_RETURNS(0, bind(receiver.get(), wildcard.address(), wildcard.length));
  ASSERT_TRUE(set_option(sender.get(), SOL_SOCKET, SO_BROADCAST, 1));
  const DWORD by = htonl(static_cast<DWORD>(std::atoi(std::getenv("NEAR_INDEX"))));
  ASSERT_RETURNS(0, setsockopt(sender.get(), IPPROTO_IP, IP_UNICAST_IF, bytes_of(&by), sizeof by));
  const unsigned short port = local_name(receiver.get()).port();
  for (const char* const all : {"10.77.0.255", "255.255.255.255"}) {
    const Endpoint everybody = address(AF_INET, all, port), self = address(AF_INET, "10.77.0.1", port);
    char bytes[8];
    ASSERT_TRUE(set_option(receiver.get(), IPPROTO_IP, IP_RECEIVE_BROADCAST, 0));
    ASSERT_EQ(3, sendto(sender.get(), "all", 3, 0, everybody.address(), everybody.length)) << error_name(WSAGetLastError());
    ASSERT_EQ(4, sendto(sender.get(), "self", 4, 0, self.address(), self.length));
    ASSERT_TRUE(wait_for(receiver.get(), Readiness::kRead));
    EXPECT_EQ(4, recv(receiver.get(), bytes, sizeof bytes, 0)) << all;
    ASSERT_TRUE(set_option(receiver.get(), IPPROTO_IP, IP_RECEIVE_BROADCAST, 1));
    ASSERT_EQ(3, sendto(sender.get(), "all", 3, 0, everybody.address(), everybody.length));
    ASSERT_TRUE(wait_for(receiver.get(), Readiness::kRead));
    EXPECT_EQ(3, recv(receiver.get(), bytes, sizeof bytes, 0)) << all;
  }
}

TEST_F(NetworkTest, MulticastOfBothFamiliesOverALink) {
  for (const int family : {AF_INET, AF_INET6}) {
    const int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    const Socket receiver = make_socket(family, SOCK_DGRAM), sender = make_socket(family, SOCK_DGRAM);
    const Endpoint wildcard = any_address(family);
    ASSERT_RETURNS(0, bind(receiver.get(), wildcard.address(), wildcard.length));
    const Endpoint group = address(family, family == AF_INET ? "232.1.2.3" : "ff15::1:2:3", local_name(receiver.get()).port());
    GROUP_REQ join{};
    join.gr_interface = static_cast<ULONG>(std::atoi(std::getenv("NEAR_INDEX")));
    std::memcpy(&join.gr_group, &group.storage, sizeof group.storage);
    ASSERT_RETURNS(0, setsockopt(receiver.get(), level, MCAST_JOIN_GROUP, bytes_of(&join), sizeof join));
    // By index, in the byte order that each family has.
    const DWORD index = family == AF_INET ? htonl(join.gr_interface) : join.gr_interface;
    const int name = family == AF_INET ? IP_MULTICAST_IF : IPV6_MULTICAST_IF;
    ASSERT_RETURNS(0, setsockopt(sender.get(), level, name, bytes_of(&index), sizeof index));
    ASSERT_EQ(5, sendto(sender.get(), "hello", 5, 0, group.address(), group.length)) << error_name(WSAGetLastError());
    char bytes[8];
    ASSERT_TRUE(wait_for(receiver.get(), Readiness::kRead));
    EXPECT_EQ(5, recv(receiver.get(), bytes, sizeof bytes, 0));
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::thread([] {}).join();  // a sanitizer may start a thread of its own with the first one
  return RUN_ALL_TESTS();
}
