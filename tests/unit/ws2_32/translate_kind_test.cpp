#include "dlls/ws2_32/translate_kind.h"

#include <array>

#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/translate_protocol_info.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using ws2_32_test::code_of;

struct Resolved {
  int family, type, protocol;
  SocketKind kind;
};

TEST(ResolveKind, fills_in_zeros_as_the_first_provider_that_fits) {
  const Resolved cases[] = {
      {AF_INET, SOCK_STREAM, 0, {AF_INET, SOCK_STREAM, IPPROTO_TCP}},
      {AF_INET, SOCK_STREAM, IPPROTO_TCP, {AF_INET, SOCK_STREAM, IPPROTO_TCP}},
      {AF_INET, SOCK_DGRAM, 0, {AF_INET, SOCK_DGRAM, IPPROTO_UDP}},
      {AF_INET6, SOCK_STREAM, 0, {AF_INET6, SOCK_STREAM, IPPROTO_TCP}},
      {AF_INET6, SOCK_DGRAM, IPPROTO_UDP, {AF_INET6, SOCK_DGRAM, IPPROTO_UDP}},
      // What getaddrinfo without hints leaves to socket().
      {AF_INET, 0, 0, {AF_INET, SOCK_STREAM, IPPROTO_TCP}},
      {AF_INET6, 0, 0, {AF_INET6, SOCK_STREAM, IPPROTO_TCP}},
      {AF_INET, 0, IPPROTO_UDP, {AF_INET, SOCK_DGRAM, IPPROTO_UDP}},
      {AF_INET6, 0, IPPROTO_TCP, {AF_INET6, SOCK_STREAM, IPPROTO_TCP}},
      {AF_UNSPEC, SOCK_STREAM, 0, {AF_INET, SOCK_STREAM, IPPROTO_TCP}},
      {AF_UNSPEC, SOCK_DGRAM, 0, {AF_INET, SOCK_DGRAM, IPPROTO_UDP}},
      {AF_UNSPEC, 0, IPPROTO_UDP, {AF_INET, SOCK_DGRAM, IPPROTO_UDP}},
      {AF_INET, SOCK_RAW, IPPROTO_ICMP, {AF_INET, SOCK_RAW, IPPROTO_ICMP}},
      {AF_UNIX, SOCK_STREAM, 0, {AF_UNIX, SOCK_STREAM, 0}},
      {AF_UNIX, 0, 0, {AF_UNIX, SOCK_STREAM, 0}},
  };
  for (const Resolved& one : cases) {
    auto kind = resolve_kind(one.family, one.type, one.protocol);
    ASSERT_EQ(code_of(kind), 0) << one.family << ", " << one.type << ", " << one.protocol;
    EXPECT_EQ(kind.value(), one.kind) << one.family << ", " << one.type << ", " << one.protocol;
  }
}

struct Refused {
  int family, type, protocol;
  int code;
};

TEST(ResolveKind, says_which_of_the_three_is_wrong) {
  const Refused cases[] = {
      {AF_UNSPEC, 0, 0, WSAEINVAL},
      {12345, SOCK_STREAM, 0, WSAEAFNOSUPPORT},
      {10, SOCK_STREAM, 0, WSAEAFNOSUPPORT},  // the host's number of IPv6
      {-1, SOCK_STREAM, 0, WSAEAFNOSUPPORT},
      {AF_INET, 99, 0, WSAESOCKTNOSUPPORT},
      {AF_INET, SOCK_SEQPACKET, 0, WSAESOCKTNOSUPPORT},
      {AF_UNIX, SOCK_DGRAM, 0, WSAESOCKTNOSUPPORT},
      {AF_INET, SOCK_STREAM, 99, WSAEPROTONOSUPPORT},
      {AF_INET, SOCK_DGRAM, -1, WSAEPROTONOSUPPORT},
      {AF_UNIX, SOCK_STREAM, IPPROTO_TCP, WSAEPROTONOSUPPORT},
      {AF_INET, SOCK_STREAM, IPPROTO_UDP, WSAEPROTOTYPE},
      {AF_INET6, SOCK_DGRAM, IPPROTO_TCP, WSAEPROTOTYPE},
      {AF_INET, SOCK_RAW, 256, WSAEPROTONOSUPPORT},
  };
  for (const Refused& one : cases)
    EXPECT_EQ(code_of(resolve_kind(one.family, one.type, one.protocol)), one.code)
        << one.family << ", " << one.type << ", " << one.protocol;
}

TEST(TranslateKind, finds_the_way_back) {
  for (const ProtocolRow& row : protocol_catalogue()) {
    HostKind host = kind_to_host(row.kind);
    EXPECT_EQ(kind_from_host(host.family, host.type, host.protocol), row.kind);
  }
  EXPECT_EQ(kind_to_host({AF_INET6, SOCK_STREAM, IPPROTO_TCP}).family, 10);
}

TEST(TranslateKind, adopts_only_what_winsock_has) {
  EXPECT_EQ(kind_from_host(host::kAfUnix, host::kSockDgram, 0), std::nullopt);
  EXPECT_EQ(kind_from_host(host::kAfUnix, host::kSockSeqpacket, 0), std::nullopt);
  EXPECT_EQ(kind_from_host(16 /* netlink */, host::kSockRaw, 0), std::nullopt);
  EXPECT_EQ(kind_from_host(AF_INET6, host::kSockStream, host::kIpprotoTcp), std::nullopt) << "23 is no IPv6 at the host";
  EXPECT_EQ(kind_from_host(host::kAfInet, host::kSockStream, 262), (SocketKind{AF_INET, SOCK_STREAM, IPPROTO_TCP}));
}

TEST(ProtocolCatalogue, shows_what_windows_shows) {
  WSAPROTOCOL_INFOW info;
  ASSERT_TRUE(protocol_info({AF_INET, SOCK_STREAM, IPPROTO_TCP}, info));
  EXPECT_EQ(info.dwServiceFlags1, 0x20066u);
  EXPECT_EQ(info.dwProviderFlags, static_cast<DWORD>(PFL_MATCHES_PROTOCOL_ZERO));
  EXPECT_EQ(info.ProviderId.Data1, 0xe70f1aa0u);
  EXPECT_EQ(info.dwCatalogEntryId, 1001u);
  EXPECT_EQ(info.ProtocolChain.ChainLen, 1);
  EXPECT_EQ(info.iVersion, 2);
  EXPECT_EQ(info.iAddressFamily, AF_INET);
  EXPECT_EQ(info.iMaxSockAddr, 16);
  EXPECT_EQ(info.iMinSockAddr, 16);
  EXPECT_EQ(info.iProtocol, IPPROTO_TCP);
  EXPECT_EQ(info.dwMessageSize, 0u);
  EXPECT_EQ(std::u16string(info.szProtocol), u"MSAFD Tcpip [TCP/IP]");

  ASSERT_TRUE(protocol_info({AF_INET6, SOCK_DGRAM, IPPROTO_UDP}, info));
  EXPECT_EQ(info.dwServiceFlags1, 0x20609u);
  EXPECT_EQ(info.iMaxSockAddr, 28);
  EXPECT_EQ(info.dwMessageSize, 0xffbbu);

  ASSERT_TRUE(protocol_info({AF_INET, SOCK_RAW, IPPROTO_ICMP}, info));
  EXPECT_EQ(info.iProtocol, IPPROTO_ICMP);
  EXPECT_EQ(info.iProtocolMaxOffset, 255);
  EXPECT_TRUE(info.dwProviderFlags & PFL_HIDDEN);

  ASSERT_TRUE(protocol_info({AF_UNIX, SOCK_STREAM, 0}, info));
  EXPECT_EQ(info.iMaxSockAddr, 110);
  EXPECT_FALSE(protocol_info({AF_UNIX, SOCK_DGRAM, 0}, info));
}

TEST(ProtocolCatalogue, keeps_all_but_the_name_in_both_forms) {
  WSAPROTOCOL_INFOW wide;
  ASSERT_TRUE(protocol_info({AF_INET, SOCK_STREAM, IPPROTO_TCP}, wide));
  put_ticket(wide, wire::Ticket{std::byte{1}, std::byte{2}});
  WSAPROTOCOL_INFOA narrow = narrow_protocol_info(wide);
  EXPECT_STREQ(narrow.szProtocol, "MSAFD Tcpip [TCP/IP]");
  WSAPROTOCOL_INFOW back = wide_protocol_info(narrow);
  EXPECT_EQ(memcmp(&back, &wide, sizeof wide), 0);

  std::fill(std::begin(wide.szProtocol), std::end(wide.szProtocol), u'\u20ac');
  narrow = narrow_protocol_info(wide);
  EXPECT_EQ(std::string(narrow.szProtocol), std::string(WSAPROTOCOL_LEN, '?'));
}

TEST(ProtocolInfoTicket, rides_in_the_reserved_fields) {
  wire::Ticket ticket;
  for (size_t i = 0; i < ticket.size(); ++i) ticket[i] = static_cast<std::byte>(i * 17);
  WSAPROTOCOL_INFOW info;
  ASSERT_TRUE(protocol_info({AF_INET, SOCK_STREAM, IPPROTO_TCP}, info));
  EXPECT_EQ(get_ticket(info), std::nullopt);
  WSAPROTOCOL_INFOW before = info;
  put_ticket(info, ticket);
  EXPECT_EQ(get_ticket(info), ticket);
  put_ticket(info, wire::Ticket{});
  EXPECT_EQ(get_ticket(info), std::nullopt);
  EXPECT_EQ(memcmp(&info, &before, sizeof info), 0) << "only the reserved fields were touched";
}

TEST(ProtocolInfoTicket, is_there_when_any_bit_is) {
  for (size_t i = 0; i < 16; ++i) {
    wire::Ticket ticket{};
    ticket[i] = std::byte{0x80};
    WSAPROTOCOL_INFOW info{};
    put_ticket(info, ticket);
    EXPECT_EQ(get_ticket(info), ticket) << "byte " << i;
  }
}

}  // namespace
}  // namespace windsock
