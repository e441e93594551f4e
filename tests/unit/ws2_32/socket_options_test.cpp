#include "dlls/ws2_32/socket_options.h"

#include <mswsock.h>

#include <cstring>

#include "dlls/ws2_32/option_table.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class SocketOptions : public ws2_32_test::Started {
 protected:
  static int set(SOCKET s, int level, int name, DWORD value, int length = sizeof(DWORD)) {
    return setsockopt(s, level, name, reinterpret_cast<char*>(&value), length) == 0 ? 0 : WSAGetLastError();
  }
  // The value, or minus the error.
  static int64_t get(SOCKET s, int level, int name) {
    DWORD value = 0xeeeeeeee;
    int length = sizeof value;
    if (getsockopt(s, level, name, reinterpret_cast<char*>(&value), &length) != 0) return -WSAGetLastError();
    EXPECT_EQ(length, static_cast<int>(sizeof value));
    return value;
  }

  SOCKET tcp_ = INVALID_SOCKET, tcp6_ = INVALID_SOCKET, udp_ = INVALID_SOCKET;
  void SetUp() override {
    Started::SetUp();
    tcp_ = make(AF_INET, SOCK_STREAM);
    tcp6_ = make(AF_INET6, SOCK_STREAM);
    udp_ = make(AF_INET, SOCK_DGRAM);
  }
};

struct ReadWrite {
  const char* what;
  char socket;  // t, 6, u
  int level;
  int name;
  int64_t initial;  // -1: depends on the host
  DWORD value;
};

TEST_F(SocketOptions, read_back_what_was_set) {
  const ReadWrite cases[] = {
      {"SO_BROADCAST", 'u', SOL_SOCKET, SO_BROADCAST, 0, 1},
      {"SO_KEEPALIVE", 't', SOL_SOCKET, SO_KEEPALIVE, 0, 1},
      {"SO_OOBINLINE", 't', SOL_SOCKET, SO_OOBINLINE, 0, 1},
      {"SO_DEBUG", 't', SOL_SOCKET, SO_DEBUG, 0, 1},
      {"SO_DONTROUTE", 'u', SOL_SOCKET, SO_DONTROUTE, 0, 1},
      {"SO_REUSEADDR", 't', SOL_SOCKET, SO_REUSEADDR, 0, 1},
      {"SO_EXCLUSIVEADDRUSE", 'u', SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 0, 1},
      {"SO_CONDITIONAL_ACCEPT", 't', SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 0, 1},
      {"SO_RANDOMIZE_PORT", 't', SOL_SOCKET, SO_RANDOMIZE_PORT, 0, 1},
      {"SO_PORT_SCALABILITY", 't', SOL_SOCKET, SO_PORT_SCALABILITY, 0, 1},
      {"SO_REUSE_UNICASTPORT", 't', SOL_SOCKET, SO_REUSE_UNICASTPORT, 0, 1},
      {"SO_GROUP_PRIORITY", 't', SOL_SOCKET, SO_GROUP_PRIORITY, 0, 77},
      {"SO_RCVBUF", 't', SOL_SOCKET, SO_RCVBUF, -1, 8000},
      {"SO_SNDBUF", 'u', SOL_SOCKET, SO_SNDBUF, -1, 8001},
      {"SO_SNDBUF of 0", 't', SOL_SOCKET, SO_SNDBUF, -1, 0},
      {"SO_RCVBUF beyond the host's limit", 't', SOL_SOCKET, SO_RCVBUF, -1, 64 << 20},
      {"SO_RCVTIMEO", 't', SOL_SOCKET, SO_RCVTIMEO, 0, 1501},
      {"SO_SNDTIMEO", 'u', SOL_SOCKET, SO_SNDTIMEO, 0, 1},
      {"SO_SNDTIMEO for ever", 't', SOL_SOCKET, SO_SNDTIMEO, 0, 0xffffffff},
      {"TCP_NODELAY", 't', IPPROTO_TCP, TCP_NODELAY, 0, 1},
      {"TCP_NODELAY on IPv6", '6', IPPROTO_TCP, TCP_NODELAY, 0, 1},
      {"TCP_KEEPIDLE", 't', IPPROTO_TCP, TCP_KEEPIDLE, -1, 33},
      {"TCP_KEEPINTVL", 't', IPPROTO_TCP, TCP_KEEPINTVL, -1, 34},
      {"TCP_KEEPCNT", 't', IPPROTO_TCP, TCP_KEEPCNT, -1, 7},
      {"TCP_MAXRT", 't', IPPROTO_TCP, TCP_MAXRT, 0, 9},
      {"TCP_MAXRT for ever", 't', IPPROTO_TCP, TCP_MAXRT, 0, 0xffffffff},
      {"TCP_MAXRTMS", 't', IPPROTO_TCP, TCP_MAXRTMS, 0, 900},
      {"IP_TTL", 'u', IPPROTO_IP, IP_TTL, -1, 9},
      {"IP_TOS", 'u', IPPROTO_IP, IP_TOS, 0, 16},
      {"IP_MULTICAST_TTL", 'u', IPPROTO_IP, IP_MULTICAST_TTL, 1, 3},
      {"IP_MULTICAST_LOOP", 'u', IPPROTO_IP, IP_MULTICAST_LOOP, 1, 0},
      {"IP_DONTFRAGMENT", 'u', IPPROTO_IP, IP_DONTFRAGMENT, 0, 1},
      {"IP_MTU_DISCOVER", 'u', IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_NOT_SET, IP_PMTUDISC_PROBE},
      {"IP_PROTECTION_LEVEL", 't', IPPROTO_IP, IP_PROTECTION_LEVEL, PROTECTION_LEVEL_UNRESTRICTED, PROTECTION_LEVEL_RESTRICTED},
      {"IPV6_V6ONLY", '6', IPPROTO_IPV6, IPV6_V6ONLY, 1, 0},
      {"IPV6_UNICAST_HOPS", '6', IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1, 9},
      {"IPV6_MTU_DISCOVER", '6', IPPROTO_IPV6, IPV6_MTU_DISCOVER, IP_PMTUDISC_NOT_SET, IP_PMTUDISC_DO},
      {"IPV6_PROTECTION_LEVEL", '6', IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, PROTECTION_LEVEL_UNRESTRICTED, 20},
      {"UDP_NOCHECKSUM", 'u', IPPROTO_UDP, UDP_NOCHECKSUM, 0, 1},
      {"UDP_SEND_MSG_SIZE", 'u', IPPROTO_UDP, UDP_SEND_MSG_SIZE, 0, 1200},
  };
  for (const ReadWrite& one : cases) {
    SOCKET s = make(one.socket == '6' ? AF_INET6 : AF_INET, one.socket == 'u' ? SOCK_DGRAM : SOCK_STREAM);
    int64_t before = get(s, one.level, one.name);
    EXPECT_GE(before, 0) << one.what;
    EXPECT_EQ(before, one.initial >= 0 ? one.initial : before) << one.what;
    EXPECT_EQ(set(s, one.level, one.name, one.value), 0) << one.what;
    EXPECT_EQ(get(s, one.level, one.name), one.value) << one.what;
    EXPECT_EQ(closesocket(s), 0);
  }
}

TEST_F(SocketOptions, take_and_give_booleans_of_one_byte) {
  struct Guarded {
    char value = 0x55, behind = 0x66;
  } buffer;
  for (int name : {SO_KEEPALIVE, SO_REUSEADDR, SO_DEBUG}) {
    char on = 2;
    ASSERT_EQ(setsockopt(tcp_, SOL_SOCKET, name, &on, 1), 0) << name;
    EXPECT_EQ(get(tcp_, SOL_SOCKET, name), 1) << "any value but 0 is TRUE";
    int length = 1;
    ASSERT_EQ(getsockopt(tcp_, SOL_SOCKET, name, &buffer.value, &length), 0) << name;
    EXPECT_EQ(length, 1);
    EXPECT_EQ(buffer.value, 1);
    EXPECT_EQ(buffer.behind, 0x66);
  }
  unsigned char ttl = 200;
  ASSERT_EQ(setsockopt(udp_, IPPROTO_IP, IP_MULTICAST_TTL, reinterpret_cast<char*>(&ttl), 1), 0);
  EXPECT_EQ(get(udp_, IPPROTO_IP, IP_MULTICAST_TTL), 200);
}

TEST_F(SocketOptions, refuse_bad_pointers_and_lengths) {
  DWORD value = 1;
  auto* bytes = reinterpret_cast<char*>(&value);
  for (int name : {SO_KEEPALIVE, SO_RCVTIMEO, SO_RCVBUF, SO_LINGER, SO_DONTLINGER}) {
    int length = sizeof value;
    EXPECT_EQ(getsockopt(tcp_, SOL_SOCKET, name, nullptr, &length), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
    EXPECT_EQ(getsockopt(tcp_, SOL_SOCKET, name, bytes, nullptr), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
    EXPECT_EQ(setsockopt(tcp_, SOL_SOCKET, name, nullptr, sizeof value), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
    EXPECT_EQ(setsockopt(tcp_, SOL_SOCKET, name, bytes, 0), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
    length = 0;
    EXPECT_EQ(getsockopt(tcp_, SOL_SOCKET, name, bytes, &length), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
  }
  for (int name : {SO_RCVTIMEO, SO_RCVBUF, SO_LINGER}) {
    int length = 3;
    EXPECT_EQ(getsockopt(tcp_, SOL_SOCKET, name, bytes, &length), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
    EXPECT_EQ(setsockopt(tcp_, SOL_SOCKET, name, bytes, 3), SOCKET_ERROR) << name;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << name;
  }
}

struct Refused {
  const char* what;
  char socket;
  int level;
  int name;
  int code;
};

TEST_F(SocketOptions, belong_to_kinds_of_sockets) {
  const Refused cases[] = {
      {"unknown option", 't', SOL_SOCKET, 0x4242, WSAENOPROTOOPT},
      {"SO_RCVLOWAT", 't', SOL_SOCKET, SO_RCVLOWAT, WSAEINVAL},
      {"unknown level", 't', 0x1234, 1, WSAEINVAL},
      {"the host's SOL_SOCKET", 't', 1, 2, WSAEINVAL},
      {"broadcast of a stream", 't', SOL_SOCKET, SO_BROADCAST, WSAENOPROTOOPT},
      {"keep-alive of datagrams", 'u', SOL_SOCKET, SO_KEEPALIVE, WSAENOPROTOOPT},
      {"linger of datagrams", 'u', SOL_SOCKET, SO_DONTLINGER, WSAENOPROTOOPT},
      {"message size of a stream", 't', SOL_SOCKET, SO_MAX_MSG_SIZE, WSAENOPROTOOPT},
      {"TCP level of datagrams", 'u', IPPROTO_TCP, TCP_NODELAY, WSAEINVAL},
      {"UDP level of a stream", 't', IPPROTO_UDP, UDP_NOCHECKSUM, WSAEINVAL},
      {"IPv6 level of IPv4", 't', IPPROTO_IPV6, IPV6_V6ONLY, WSAEINVAL},
      {"raw option of datagrams", 'u', IPPROTO_IP, IP_HDRINCL, WSAENOPROTOOPT},
  };
  for (const Refused& one : cases) {
    SOCKET s = one.socket == 'u' ? udp_ : tcp_;
    EXPECT_EQ(get(s, one.level, one.name), -one.code) << one.what;
    EXPECT_EQ(set(s, one.level, one.name, 1), one.code) << one.what;
  }
  for (int name : {SO_TYPE, SO_ERROR, SO_ACCEPTCONN, SO_GROUP_ID}) EXPECT_EQ(set(tcp_, SOL_SOCKET, name, 1), WSAENOPROTOOPT) << name;
  EXPECT_EQ(get(INVALID_SOCKET, SOL_SOCKET, SO_TYPE), -WSAENOTSOCK);
}

TEST_F(SocketOptions, tell_what_the_socket_is) {
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
  EXPECT_EQ(get(udp_, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
  EXPECT_EQ(get(udp_, SOL_SOCKET, SO_MAX_MSG_SIZE), 0xffbb);
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_GROUP_ID), 0);
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_ERROR), 0);

  WSAPROTOCOL_INFOW wide;
  int length = sizeof wide;
  ASSERT_EQ(getsockopt(tcp6_, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&wide), &length), 0);
  EXPECT_EQ(length, static_cast<int>(sizeof wide));
  EXPECT_EQ(wide.iAddressFamily, AF_INET6);
  WSAPROTOCOL_INFOA narrow;
  length = sizeof narrow;
  ASSERT_EQ(getsockopt(udp_, SOL_SOCKET, SO_PROTOCOL_INFOA, reinterpret_cast<char*>(&narrow), &length), 0);
  EXPECT_EQ(length, static_cast<int>(sizeof narrow));
  EXPECT_STREQ(narrow.szProtocol, "MSAFD Tcpip [UDP/IP]");
  length = sizeof narrow - 1;
  EXPECT_EQ(getsockopt(udp_, SOL_SOCKET, SO_PROTOCOL_INFOA, reinterpret_cast<char*>(&narrow), &length), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
}

TEST_F(SocketOptions, tell_addresses_of_both_ends) {
  Pair pair = connected();
  struct {
    CSADDR_INFO info;
    SOCKADDR_STORAGE addresses[2];
  } state;
  auto* bytes = reinterpret_cast<char*>(&state);
  int length = sizeof state;
  ASSERT_EQ(getsockopt(pair.client, SOL_SOCKET, SO_BSP_STATE, bytes, &length), 0) << WSAGetLastError();
  sockaddr_in local{}, peer{};
  int size = sizeof local;
  ASSERT_EQ(getsockname(pair.client, reinterpret_cast<sockaddr*>(&local), &size), 0);
  ASSERT_EQ(getpeername(pair.client, reinterpret_cast<sockaddr*>(&peer), &size), 0);
  EXPECT_EQ(state.info.iSocketType, SOCK_STREAM);
  EXPECT_EQ(state.info.iProtocol, IPPROTO_TCP);
  ASSERT_EQ(state.info.LocalAddr.iSockaddrLength, size);
  ASSERT_EQ(state.info.RemoteAddr.iSockaddrLength, size);
  EXPECT_EQ(memcmp(state.info.LocalAddr.lpSockaddr, &local, sizeof local), 0);
  EXPECT_EQ(memcmp(state.info.RemoteAddr.lpSockaddr, &peer, sizeof peer), 0);
  for (int room : {0, static_cast<int>(sizeof(CSADDR_INFO)), static_cast<int>(sizeof(CSADDR_INFO)) + 16}) {
    length = room;
    EXPECT_EQ(getsockopt(pair.client, SOL_SOCKET, SO_BSP_STATE, bytes, &length), SOCKET_ERROR) << room;
    EXPECT_EQ(WSAGetLastError(), WSAEFAULT) << room;
  }
}

TEST_F(SocketOptions, forbid_sharing_and_exclusion_together) {
  EXPECT_EQ(set(tcp_, SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT_EQ(set(tcp_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), WSAEINVAL);
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE), 0);
  EXPECT_EQ(set(udp_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
  EXPECT_EQ(set(udp_, SOL_SOCKET, SO_REUSEADDR, 1), WSAEINVAL);
  EXPECT_EQ(set(udp_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 0), 0);
  EXPECT_EQ(set(udp_, SOL_SOCKET, SO_REUSEADDR, 1), 0);
}

TEST_F(SocketOptions, show_only_what_the_program_asked_for_on_a_listener) {
  sockaddr_in any{};
  any.sin_family = AF_INET;
  ASSERT_EQ(bind(tcp_, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  EXPECT_EQ(set(tcp_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), WSAEINVAL) << "too late after bind";
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_ACCEPTCONN), 0);
  ASSERT_EQ(listen(tcp_, 1), 0);
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_ACCEPTCONN), 1);
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_REUSEADDR), 0);
  EXPECT_EQ(set(tcp_, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1), WSAEINVAL) << "too late after listen";
}

TEST_F(SocketOptions, see_linger_from_both_sides) {
  LINGER linger{1, 7}, seen{};
  int length = sizeof seen;
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_DONTLINGER), 1);
  ASSERT_EQ(setsockopt(tcp_, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&linger), sizeof linger), 0);
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_DONTLINGER), 0);
  ASSERT_EQ(getsockopt(tcp_, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&seen), &length), 0);
  EXPECT_EQ(length, static_cast<int>(sizeof seen));
  EXPECT_EQ(seen.l_onoff, 1);
  EXPECT_EQ(seen.l_linger, 7);
  EXPECT_EQ(set(tcp_, SOL_SOCKET, SO_DONTLINGER, 1), 0);
  ASSERT_EQ(getsockopt(tcp_, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&seen), &length), 0);
  EXPECT_EQ(seen.l_onoff, 0);
}

TEST_F(SocketOptions, limit_keep_alive_to_what_the_host_has) {
  EXPECT_EQ(set(tcp_, IPPROTO_TCP, TCP_KEEPCNT, 256), WSAEINVAL);
  EXPECT_EQ(set(tcp_, IPPROTO_TCP, TCP_KEEPCNT, 255), 0);
  EXPECT_EQ(get(tcp_, IPPROTO_TCP, TCP_KEEPCNT), 127);
  EXPECT_EQ(set(tcp_, IPPROTO_TCP, TCP_KEEPIDLE, 7200 * 10), 0);
  EXPECT_EQ(get(tcp_, IPPROTO_TCP, TCP_KEEPIDLE), 32767);
  EXPECT_EQ(set(tcp_, IPPROTO_TCP, TCP_KEEPINTVL, 0), WSAEINVAL);
}

TEST_F(SocketOptions, tell_how_long_a_connection_lasts) {
  EXPECT_EQ(get(tcp_, SOL_SOCKET, SO_CONNECT_TIME), 0xffffffff);
  Pair pair = connected();
  EXPECT_LT(get(pair.server, SOL_SOCKET, SO_CONNECT_TIME), 60);
  EXPECT_GE(get(pair.server, SOL_SOCKET, SO_CONNECT_TIME), 0);
}

TEST_F(SocketOptions, join_groups_in_windows_layout) {
  sockaddr_in any{};
  any.sin_family = AF_INET;
  ASSERT_EQ(bind(udp_, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  ip_mreq group{};
  group.imr_multiaddr.s_addr = htonl(0xe0000142);
  group.imr_interface.s_addr = htonl(1);  // 0.0.0.1: the interface of index 1, which is the loopback
  auto* bytes = reinterpret_cast<char*>(&group);
  EXPECT_EQ(setsockopt(udp_, IPPROTO_IP, IP_ADD_MEMBERSHIP, bytes, sizeof group), 0) << WSAGetLastError();
  EXPECT_EQ(setsockopt(udp_, IPPROTO_IP, IP_DROP_MEMBERSHIP, bytes, sizeof group), 0) << WSAGetLastError();
  EXPECT_EQ(setsockopt(udp_, IPPROTO_IP, IP_DROP_MEMBERSHIP, bytes, sizeof group), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
  EXPECT_EQ(setsockopt(udp_, IPPROTO_IP, IP_ADD_MEMBERSHIP, bytes, sizeof group - 1), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);

  // The host has source and interface the other way round: a mix-up would make it look for an interface 10.9.8.7.
  ip_mreq_source source{};
  source.imr_multiaddr = group.imr_multiaddr;
  source.imr_sourceaddr.s_addr = htonl(0x0a090807);
  source.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(setsockopt(udp_, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, reinterpret_cast<char*>(&source), sizeof source), 0)
      << WSAGetLastError();
}

TEST_F(SocketOptions, keep_open_type_per_thread) {
  EXPECT_EQ(get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE), 0);
  EXPECT_EQ(set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, SO_SYNCHRONOUS_NONALERT), 0);
  EXPECT_EQ(get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE), SO_SYNCHRONOUS_NONALERT);
  EXPECT_EQ(set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, 0), 0);
}

TEST(OptionNames, of_winsock1_are_others_at_the_ip_level_only) {
  EXPECT_EQ(option_name_from_winsock1(IPPROTO_IP, 2), IP_MULTICAST_IF);
  EXPECT_EQ(option_name_from_winsock1(IPPROTO_IP, 5), IP_ADD_MEMBERSHIP);
  EXPECT_EQ(option_name_from_winsock1(IPPROTO_IP, 7), IP_TTL);
  EXPECT_EQ(option_name_from_winsock1(IPPROTO_IP, 9), IP_DONTFRAGMENT);
  EXPECT_EQ(option_name_from_winsock1(IPPROTO_IP, 1), IP_OPTIONS);
  EXPECT_EQ(option_name_from_winsock1(IPPROTO_IP, 10), 10);
  EXPECT_EQ(option_name_from_winsock1(SOL_SOCKET, 4), SO_REUSEADDR);
}

TEST(OptionTable, finds_nothing_that_is_not_there) {
  int found = 0;
  for (int level : {SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP, 1, 7}) {
    for (int name = -0x200; name < 0x8000; ++name) {
      const Option* option = find_option(level, name);
      if (!option) continue;
      ++found;
      EXPECT_EQ(option->level, level);
      EXPECT_EQ(option->name, name);
      EXPECT_NE(option->sockets, 0) << level << ", " << name;
      EXPECT_TRUE(option->readable || option->writable) << level << ", " << name;
    }
  }
  EXPECT_GT(found, 60);
}

}  // namespace
}  // namespace windsock
