// WSAIoctl: the I/O controls of the page "Winsock IOCTLs". What holds for all (buffers, kinds of sockets) is in
// tests/unit/ws2_32/control_rows_test.cpp; here is what each does.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mstcpip.h>
#include <mswsock.h>

#include <cstring>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

#ifndef SIO_SET_COMPATIBILITY_MODE
#define SIO_SET_COMPATIBILITY_MODE _WSAIOW(IOC_VENDOR, 300)
#endif
#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif
#ifndef SIO_IDEAL_SEND_BACKLOG_QUERY
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG)
#endif

namespace regress {
namespace {

// One control without overlapping.
int control(SOCKET s, DWORD code, const void* in, size_t in_size, void* out, size_t out_size, DWORD* returned) {
  return WSAIoctl(s, code, const_cast<void*>(in), static_cast<DWORD>(in_size), out, static_cast<DWORD>(out_size), returned, nullptr, nullptr);
}
int set(SOCKET s, DWORD code, const void* in, size_t in_size) {
  DWORD returned = 0;
  return control(s, code, in, in_size, nullptr, 0, &returned);
}
template <class Value>
int get(SOCKET s, DWORD code, Value* out) {
  DWORD returned = 0;
  return control(s, code, nullptr, 0, out, sizeof *out, &returned);
}

class IoControlTest : public FamilyTest {};
FOR_BOTH_FAMILIES(IoControlTest);

TEST_P(IoControlTest, KeepAliveValues) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  tcp_keepalive values{1, 30000, 2000};
  ASSERT_RETURNS(0, set(socket.get(), SIO_KEEPALIVE_VALS, &values, sizeof values));
  EXPECT_EQ(1, get_option(socket.get(), SOL_SOCKET, SO_KEEPALIVE));
  values.onoff = 0;
  ASSERT_RETURNS(0, set(socket.get(), SIO_KEEPALIVE_VALS, &values, sizeof values));
  EXPECT_EQ(0, get_option(socket.get(), SOL_SOCKET, SO_KEEPALIVE));
}

TEST_P(IoControlTest, KeepAliveValuesAreForStreams) {
  const Socket stream = make_socket(family(), SOCK_STREAM), datagram = make_socket(family(), SOCK_DGRAM);
  tcp_keepalive values{1, 30000, 2000};
  EXPECT_FAILS_WITH(set(datagram.get(), SIO_KEEPALIVE_VALS, &values, sizeof values), WSAENOPROTOOPT);
  EXPECT_FAILS_WITH(set(stream.get(), SIO_KEEPALIVE_VALS, &values, sizeof values - 1), WSAEFAULT);
  EXPECT_FAILS_WITH(set(stream.get(), SIO_KEEPALIVE_VALS, nullptr, sizeof values), WSAEFAULT);
}

TEST_P(IoControlTest, ThereIsNoProviderAboveTheBaseProvider) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  SOCKET base = INVALID_SOCKET;
  ASSERT_RETURNS(0, get(socket.get(), SIO_BASE_HANDLE, &base));
  EXPECT_EQ(socket.get(), base);
  DWORD returned = 0;
  EXPECT_FAILS_WITH(control(socket.get(), SIO_BASE_HANDLE, nullptr, 0, &base, sizeof base - 1, &returned), WSAEFAULT);
  EXPECT_FAILS_WITH(control(socket.get(), SIO_BASE_HANDLE, nullptr, 0, nullptr, sizeof base, &returned), WSAEFAULT);
}

// A list for `s`, asked for its size first.
std::vector<char> address_list(SOCKET s) {
  DWORD needed = 0;
  EXPECT_FAILS_WITH(control(s, SIO_ADDRESS_LIST_QUERY, nullptr, 0, nullptr, 0, &needed), WSAEFAULT);
  EXPECT_GE(needed, sizeof(INT));
  std::vector<char> room(needed + 64);
  DWORD returned = 0;
  EXPECT_RETURNS(0, control(s, SIO_ADDRESS_LIST_QUERY, nullptr, 0, room.data(), room.size(), &returned));
  EXPECT_EQ(needed, returned);
  return room;
}

TEST_P(IoControlTest, AddressesToBindTo) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  const std::vector<char> room = address_list(socket.get());
  const auto& list = *reinterpret_cast<const SOCKET_ADDRESS_LIST*>(room.data());
  for (INT i = 0; i < list.iAddressCount; ++i) {
    const SOCKET_ADDRESS& one = list.Address[i];
    ASSERT_EQ(family(), one.lpSockaddr->sa_family);
    const Socket bound = make_socket(family(), SOCK_DGRAM);
    EXPECT_RETURNS(0, bind(bound.get(), one.lpSockaddr, one.iSockaddrLength));
    if (family() == AF_INET) {
      EXPECT_NE(127u, ntohl(reinterpret_cast<const sockaddr_in*>(one.lpSockaddr)->sin_addr.s_addr) >> 24) << "loopback is left out";
    }
  }
}

TEST_P(IoControlTest, SortedAddressesAreTheSameInAnotherOrder) {
  const Socket socket = make_socket(AF_INET6, SOCK_DGRAM);
  // The second is nobody's network: if at all, it is reached from another scope.
  Endpoint addresses[2] = {loopback(AF_INET6), loopback(AF_INET6)};
  inet_pton(AF_INET6, "2001:db8:dead::1", &reinterpret_cast<sockaddr_in6&>(addresses[0].storage).sin6_addr);
  struct {
    SOCKET_ADDRESS_LIST list;
    SOCKET_ADDRESS more;
  } in{}, out{};
  in.list.iAddressCount = 2;
  in.list.Address[0] = {addresses[0].address(), addresses[0].length};
  (&in.list.Address[0])[1] = {addresses[1].address(), addresses[1].length};
  const size_t size = offsetof(SOCKET_ADDRESS_LIST, Address) + 2 * sizeof(SOCKET_ADDRESS);
  DWORD returned = 0;
  ASSERT_RETURNS(0, control(socket.get(), SIO_ADDRESS_LIST_SORT, &in, size, &out, size, &returned));
  EXPECT_EQ(2, out.list.iAddressCount);
  const auto* first = reinterpret_cast<const sockaddr_in6*>(out.list.Address[0].lpSockaddr);
  EXPECT_EQ(0, std::memcmp(&first->sin6_addr, &in6addr_loopback, sizeof in6addr_loopback)) << "the loopback address comes first";
  EXPECT_FAILS_WITH(control(socket.get(), SIO_ADDRESS_LIST_SORT, &in, size, &out, size - 1, &returned), WSAEFAULT);
}

TEST_P(IoControlTest, TheInterfaceThatLeadsSomewhere) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  const Endpoint target = loopback(family(), 80);
  Endpoint way;
  DWORD returned = 0;
  ASSERT_RETURNS(0, control(socket.get(), SIO_ROUTING_INTERFACE_QUERY, target.address(), static_cast<size_t>(target.length),
                            &way.storage, sizeof way.storage, &returned));
  way.length = target.length;
  way.set_port(80);
  EXPECT_TRUE(way == target) << "to the loopback address from the loopback address";
  EXPECT_FAILS_WITH(control(socket.get(), SIO_ROUTING_INTERFACE_QUERY, target.address(), static_cast<size_t>(target.length), &way.storage,
                            8, &returned),
                    WSAEFAULT);
  EXPECT_EQ(static_cast<DWORD>(target.length), returned) << "what is needed";
  EXPECT_FAILS_WITH(
      control(socket.get(), SIO_ROUTING_INTERFACE_QUERY, nullptr, 0, &way.storage, sizeof way.storage, &returned), WSAEFAULT);
}

TEST_P(IoControlTest, ChangesWouldBlock) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  ASSERT_TRUE(set_nonblocking(socket.get()));
  EXPECT_FAILS_WITH(set(socket.get(), SIO_ADDRESS_LIST_CHANGE, nullptr, 0), WSAEWOULDBLOCK);
  const Endpoint anywhere = any_address(family());
  EXPECT_FAILS_WITH(set(socket.get(), SIO_ROUTING_INTERFACE_CHANGE, anywhere.address(), static_cast<size_t>(anywhere.length)),
                    WSAEWOULDBLOCK);
}

TEST_P(IoControlTest, ClosingEndsTheWaitForAChange) {
  Socket socket = make_socket(family(), SOCK_DGRAM);
  const SOCKET s = socket.get();
  BlockedCall call([s] { return set(s, SIO_ADDRESS_LIST_CHANGE, nullptr, 0); });
  ASSERT_TRUE(call.wait_until_blocked());
  ASSERT_EQ(0, socket.close());
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome->failed()) << describe(*outcome);
}

TEST_P(IoControlTest, TheBroadcastAddressIsOfIpv4) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  sockaddr_in address{};
  if (family() == AF_INET6) {
    EXPECT_FAILS_WITH(get(socket.get(), SIO_GET_BROADCAST_ADDRESS, &address), WSAENOPROTOOPT);
  } else {
    ASSERT_RETURNS(0, get(socket.get(), SIO_GET_BROADCAST_ADDRESS, &address));
    EXPECT_EQ(AF_INET, address.sin_family);
    EXPECT_EQ(INADDR_BROADCAST, address.sin_addr.s_addr);
  }
}

TEST_P(IoControlTest, InterfacesOfIpv4) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  INTERFACE_INFO list[64];
  DWORD returned = 0;
  if (family() == AF_INET6) {
    EXPECT_FAILS_WITH(control(socket.get(), SIO_GET_INTERFACE_LIST, nullptr, 0, list, sizeof list, &returned), WSAEINVAL);
    return;
  }
  EXPECT_FAILS_WITH(control(socket.get(), SIO_GET_INTERFACE_LIST, nullptr, 0, list, sizeof list[0] - 1, &returned), WSAEFAULT);
  ASSERT_RETURNS(0, control(socket.get(), SIO_GET_INTERFACE_LIST, nullptr, 0, list, sizeof list, &returned));
  ASSERT_EQ(0u, returned % sizeof list[0]);
  bool loopback_seen = false;
  for (DWORD i = 0; i < returned / sizeof list[0]; ++i) {
    EXPECT_EQ(AF_INET, list[i].iiAddress.Address.sa_family);
    if (!(list[i].iiFlags & IFF_LOOPBACK)) continue;
    loopback_seen = true;
    EXPECT_TRUE(list[i].iiFlags & IFF_UP);
    EXPECT_EQ(htonl(INADDR_LOOPBACK), list[i].iiAddress.AddressIn.sin_addr.s_addr);
    EXPECT_EQ(htonl(0xff000000), list[i].iiNetmask.AddressIn.sin_addr.s_addr);
  }
  EXPECT_TRUE(loopback_seen);
}

TEST_P(IoControlTest, WhatAConnectionHasSeen) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "12345"));
  ASSERT_EQ("12345", receive_exactly(pair.server.get(), 5));
  const DWORD version = 0;
  TCP_INFO_v0 info{};
  DWORD returned = 0;
  ASSERT_RETURNS(0, control(pair.server.get(), SIO_TCP_INFO, &version, sizeof version, &info, sizeof info, &returned));
  EXPECT_EQ(sizeof info, returned);
  EXPECT_EQ(TCPSTATE_ESTABLISHED, info.State);
  EXPECT_EQ(5u, info.BytesIn);
  EXPECT_GT(info.Mss, 500u);
  EXPECT_GT(info.Cwnd, 0u);
  const DWORD unknown = 77;
  EXPECT_FAILS_WITH(control(pair.server.get(), SIO_TCP_INFO, &unknown, sizeof unknown, &info, sizeof info, &returned), WSAEINVAL);
  EXPECT_FAILS_WITH(control(pair.server.get(), SIO_TCP_INFO, &version, sizeof version, &info, sizeof info - 1, &returned), WSAEFAULT);
  const Socket datagram = make_socket(family(), SOCK_DGRAM);
  EXPECT_FAILS_WITH(control(datagram.get(), SIO_TCP_INFO, &version, sizeof version, &info, sizeof info, &returned), WSAEOPNOTSUPP);
}

TEST_P(IoControlTest, HowMuchToKeepUnderWay) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ULONG backlog = 0;
  ASSERT_RETURNS(0, get(pair.client.get(), SIO_IDEAL_SEND_BACKLOG_QUERY, &backlog));
  EXPECT_GE(backlog, 64u * 1024);
  const Socket unconnected = make_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(get(unconnected.get(), SIO_IDEAL_SEND_BACKLOG_QUERY, &backlog), WSAENOTCONN);
}

TEST_P(IoControlTest, FunctionsThatNobodyKnows) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  const GUID unknown = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
  void* function = nullptr;
  DWORD returned = 0;
  EXPECT_FAILS_WITH(
      control(socket.get(), SIO_GET_EXTENSION_FUNCTION_POINTER, &unknown, sizeof unknown, &function, sizeof function, &returned), WSAEINVAL);
  EXPECT_FAILS_WITH(
      control(socket.get(), SIO_GET_EXTENSION_FUNCTION_POINTER, &unknown, sizeof unknown - 1, &function, sizeof function, &returned), WSAEFAULT);
}

TEST_P(IoControlTest, WhatNoProviderOfTcpSupports) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  char buffer[512] = {};
  DWORD returned = 0;
  const DWORD codes[] = {SIO_FLUSH, SIO_ASSOCIATE_HANDLE, SIO_TRANSLATE_HANDLE, SIO_GET_QOS, SIO_SET_QOS, SIO_GET_GROUP_QOS};
  for (const DWORD code : codes)
    EXPECT_FAILS_WITH(control(socket.get(), code, buffer, sizeof buffer, buffer, sizeof buffer, &returned), WSAENOPROTOOPT) << code;
}

TEST_P(IoControlTest, EverythingOfANetworkIsForRawSockets) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  const DWORD on = 1;
  EXPECT_FAILS_WITH(set(socket.get(), SIO_RCVALL, &on, sizeof on), WSAEINVAL);
}

TEST_P(IoControlTest, OneBehaviourIsCompatibleAndUnknownOnesAreInvalid) {
  const Socket socket = make_socket(family(), SOCK_STREAM);
  struct {
    DWORD behaviour, version;
  } mode = {2, 0x0600};  // WsaBehaviorAutoTuning, as of Windows Vista
  EXPECT_RETURNS(0, set(socket.get(), SIO_SET_COMPATIBILITY_MODE, &mode, sizeof mode));
  for (const DWORD unknown : {DWORD{3}, DWORD{0x520000}, ~DWORD{0}}) {
    mode.behaviour = unknown;
    EXPECT_FAILS_WITH(set(socket.get(), SIO_SET_COMPATIBILITY_MODE, &mode, sizeof mode), WSAEINVAL);
  }
}

TEST_P(IoControlTest, MulticastThroughControls) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  const int level = family() == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
  const int hops = family() == AF_INET ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS;
  const int loop = family() == AF_INET ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP;
  const int scope = 7;
  ASSERT_RETURNS(0, set(socket.get(), SIO_MULTICAST_SCOPE, &scope, sizeof scope));
  EXPECT_EQ(7, get_option(socket.get(), level, hops));
  const BOOL off = FALSE;
  ASSERT_RETURNS(0, set(socket.get(), SIO_MULTIPOINT_LOOPBACK, &off, sizeof off));
  EXPECT_EQ(0, get_option(socket.get(), level, loop));
}

// ---- ports set aside -----------------------------------------------------------------------------------------------------

class ReservationTest : public StartedTest<::testing::TestWithParam<int>> {
 protected:
  // A reservation of `count` ports on the socket; the ports in the order of the machine.
  static bool acquire(SOCKET s, USHORT count, USHORT* first, ULONG64* token) {
    INET_PORT_RANGE range{0, count};
    struct {
      INET_PORT_RANGE range;
      ULONG64 token;
    } granted{};  // INET_PORT_RESERVATION_INSTANCE, whose members have no names everywhere
    DWORD returned = 0;
    if (control(s, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof range, &granted, sizeof granted, &returned) != 0) return false;
    *first = ntohs(granted.range.StartPort);
    *token = granted.token;
    return granted.range.NumberOfPorts == count;
  }
  static int bind_to(SOCKET s, unsigned short port) {
    const Endpoint place = any_address(AF_INET, port);
    return bind(s, place.address(), place.length);
  }
};

TEST_P(ReservationTest, IsForThoseWhoAreAssociatedAlone) {
  Socket owner = make_socket(AF_INET, GetParam());
  USHORT first = 0;
  ULONG64 token = 0;
  ASSERT_TRUE(acquire(owner.get(), 2, &first, &token)) << error_name(WSAGetLastError());
  Socket stranger = make_socket(AF_INET, GetParam());
  EXPECT_FAILS_WITH(bind_to(stranger.get(), first), WSAEADDRINUSE);
  for (int i = 0; i < 2; ++i) {
    Socket member = make_socket(AF_INET, GetParam());
    ASSERT_RETURNS(0, set(member.get(), SIO_ASSOCIATE_PORT_RESERVATION, &token, sizeof token));
    ASSERT_RETURNS(0, bind_to(member.get(), 0));
    const unsigned short port = local_name(member.get()).port();
    EXPECT_TRUE(port == first || port == first + 1) << port;
    EXPECT_FAILS_WITH(set(member.get(), SIO_ASSOCIATE_PORT_RESERVATION, &token, sizeof token), WSAEINVAL) << "bound already";
  }
  ASSERT_EQ(0, owner.close());
  EXPECT_RETURNS(0, bind_to(stranger.get(), static_cast<unsigned short>(first + 1))) << "it ends with the socket it was acquired on";
}

TEST_P(ReservationTest, IsReleased) {
  const Socket owner = make_socket(AF_INET, GetParam());
  USHORT first = 0;
  ULONG64 token = 0;
  ASSERT_TRUE(acquire(owner.get(), 1, &first, &token));
  ASSERT_RETURNS(0, set(owner.get(), SIO_RELEASE_PORT_RESERVATION, &token, sizeof token));
  EXPECT_FAILS_WITH(set(owner.get(), SIO_RELEASE_PORT_RESERVATION, &token, sizeof token), WSAEINVAL);
  const Socket stranger = make_socket(AF_INET, GetParam());
  EXPECT_RETURNS(0, bind_to(stranger.get(), first));
  EXPECT_FAILS_WITH(set(owner.get(), SIO_ASSOCIATE_PORT_RESERVATION, &token, sizeof token), WSAEINVAL);
}

INSTANTIATE_TEST_SUITE_P(Type, ReservationTest, ::testing::Values(SOCK_STREAM, SOCK_DGRAM),
                         [](const auto& info) { return std::string(info.param == SOCK_STREAM ? "tcp" : "udp"); });

}  // namespace
}  // namespace regress
