#include "dlls/ws2_32/translate_control.h"

#include <ws2tcpip.h>

#include <vector>

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using ws2_32_test::code_of;

constexpr SocketKind kUdp4Kind{AF_INET, SOCK_DGRAM, IPPROTO_UDP}, kUdp6Kind{AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
    kRaw4Kind{AF_INET, SOCK_RAW, IPPROTO_ICMP};

class Control {
 public:
  template <typename T>
  Control& add(int level, int type, const T& value) {
    EXPECT_TRUE(writer_.put(level, type, value));
    return *this;
  }
  std::span<const std::byte> span() const { return std::span(room_).first(writer_.size()); }

 private:
  alignas(8) std::array<std::byte, 512> room_{};
  ControlWriter writer_{room_};
};

template <typename T>
T value_of(std::span<const std::byte> data) {
  T value{};
  EXPECT_GE(data.size(), sizeof value);
  memcpy(&value, data.data(), sizeof value);
  return value;
}

std::vector<ControlItem> items_of(std::span<const std::byte> control) {
  std::vector<ControlItem> items;
  ControlReader reader(control);
  for (ControlItem item; reader.next(item);) items.push_back(item);
  EXPECT_FALSE(reader.is_malformed());
  return items;
}

// ---- numbers: one row per row of the table ---------------------------------------------------------------------------------
struct NumberCase {
  const char* what;
  int level, type;
  int value;
  SocketKind kind;
  int host_level, host_type;  // -1: WSAEINVAL
};

TEST(TranslateControl, sends_numbers_in_their_range) {
  const NumberCase cases[] = {
      {"TTL", IPPROTO_IP, IP_TTL, 33, kUdp4Kind, host::kIpprotoIp, host::kIpTtl},
      {"hop limit of IPv4", IPPROTO_IP, IP_HOPLIMIT, 255, kUdp4Kind, host::kIpprotoIp, host::kIpTtl},
      {"TTL 0", IPPROTO_IP, IP_TTL, 0, kUdp4Kind, -1, 0},
      {"TTL 256", IPPROTO_IP, IP_TTL, 256, kUdp4Kind, -1, 0},
      {"TOS", IPPROTO_IP, IP_TOS, 0xff, kUdp4Kind, host::kIpprotoIp, host::kIpTos},
      {"TOS -1", IPPROTO_IP, IP_TOS, -1, kUdp4Kind, -1, 0},
      {"ECN", IPPROTO_IP, IP_ECN, 2, kUdp4Kind, host::kIpprotoIp, host::kIpTos},
      {"ECN: congestion", IPPROTO_IP, IP_ECN, 3, kUdp4Kind, -1, 0},
      {"IPv4 on a dual-stack socket", IPPROTO_IP, IP_TTL, 1, kUdp6Kind, host::kIpprotoIp, host::kIpTtl},
      {"IPv4 on a raw socket", IPPROTO_IP, IP_TTL, 1, kRaw4Kind, host::kIpprotoIp, host::kIpTtl},
      {"hop limit", IPPROTO_IPV6, IPV6_HOPLIMIT, 9, kUdp6Kind, host::kIpprotoIpv6, host::kIpv6HopLimit},
      {"traffic class", IPPROTO_IPV6, IPV6_TCLASS, 0x20, kUdp6Kind, host::kIpprotoIpv6, host::kIpv6TrafficClass},
      {"ECN of IPv6", IPPROTO_IPV6, IPV6_ECN, 1, kUdp6Kind, host::kIpprotoIpv6, host::kIpv6TrafficClass},
      {"IPv6 on IPv4", IPPROTO_IPV6, IPV6_HOPLIMIT, 9, kUdp4Kind, -1, 0},
      {"segments on a raw socket", IPPROTO_UDP, UDP_SEND_MSG_SIZE, 9, kRaw4Kind, -1, 0},
      {"segments that are too long", IPPROTO_UDP, UDP_SEND_MSG_SIZE, 65536, kUdp4Kind, -1, 0},
      {"an interface is only received", IPPROTO_IP, IP_RECVIF, 1, kUdp4Kind, -1, 0},
      {"hop-by-hop options", IPPROTO_IPV6, IPV6_HOPOPTS, 0, kUdp6Kind, -1, 0},
      {"unknown", IPPROTO_IP, 9999, 1, kUdp4Kind, -1, 0},
  };
  for (const NumberCase& one : cases) {
    HostControl host;
    auto result = control_to_host(Control().add(one.level, one.type, INT{one.value}).span(), one.kind, host);
    EXPECT_EQ(code_of(result), one.host_level < 0 ? WSAEINVAL : 0) << one.what;
    if (!result) continue;
    auto items = items_of(host.span());
    ASSERT_EQ(items.size(), 1u) << one.what;
    EXPECT_EQ(items[0].level, one.host_level) << one.what;
    EXPECT_EQ(items[0].type, one.host_type) << one.what;
    EXPECT_EQ(value_of<int>(items[0].data), one.value) << one.what;
  }
}

TEST(TranslateControl, sends_the_source_where_the_host_looks_for_it) {
  IN_PKTINFO info{};
  info.ipi_addr.s_addr = 0x0100007f;
  info.ipi_ifindex = 7;
  HostControl host;
  ASSERT_EQ(code_of(control_to_host(Control().add(IPPROTO_IP, IP_PKTINFO, info).span(), kUdp4Kind, host)), 0);
  auto sent = find_host_control<host::PacketInfo>(host.span(), host::kIpprotoIp, host::kIpPacketInfo);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->interface_index, 7);
  EXPECT_EQ(sent->local, 0x0100007fu);
  EXPECT_EQ(sent->destination, 0u);

  IN6_PKTINFO info6{};
  info6.ipi6_addr.u.Byte[15] = 1;
  info6.ipi6_ifindex = 8;
  ASSERT_EQ(code_of(control_to_host(Control().add(IPPROTO_IPV6, IPV6_PKTINFO, info6).span(), kUdp6Kind, host)), 0);
  auto sent6 = find_host_control<host::PacketInfo6>(host.span(), host::kIpprotoIpv6, host::kIpv6PacketInfo);
  ASSERT_TRUE(sent6);
  EXPECT_EQ(sent6->address[15], 1);
  EXPECT_EQ(sent6->interface_index, 8u);
}

TEST(TranslateControl, sends_segment_sizes_as_the_host_has_them) {
  HostControl host;
  ASSERT_EQ(code_of(control_to_host(Control().add(IPPROTO_UDP, UDP_SEND_MSG_SIZE, DWORD{1200}).span(), kUdp4Kind, host)), 0);
  EXPECT_EQ(find_host_control<uint16_t>(host.span(), host::kIpprotoUdp, host::kUdpSegment), 1200);
}

// ---- ECN is two bits of a byte that has six more ---------------------------------------------------------------------------
TEST(TranslateControl, an_ecn_alone_is_completed_by_the_sockets_own_class) {
  HostControl host;
  ASSERT_EQ(code_of(control_to_host(Control().add(IPPROTO_IP, IP_ECN, INT{2}).span(), kUdp4Kind, host)), 0);
  ASSERT_TRUE(host.bare_ecn4);
  EXPECT_FALSE(host.bare_ecn6);
  host.complete_ecn(*host.bare_ecn4, 0xb9);
  EXPECT_EQ(find_host_control<int>(host.span(), host::kIpprotoIp, host::kIpTos), 0xba);
}

TEST(TranslateControl, an_ecn_beside_a_class_is_one_with_it) {
  for (bool ecn_first : {false, true}) {
    Control control;
    if (ecn_first) control.add(IPPROTO_IPV6, IPV6_ECN, INT{1});
    control.add(IPPROTO_IPV6, IPV6_TCLASS, INT{0xb8});
    if (!ecn_first) control.add(IPPROTO_IPV6, IPV6_ECN, INT{1});
    HostControl host;
    ASSERT_EQ(code_of(control_to_host(control.span(), kUdp6Kind, host)), 0);
    EXPECT_FALSE(host.bare_ecn6);
    for (const ControlItem& item : items_of(host.span())) EXPECT_EQ(value_of<int>(item.data), 0xb9);
  }
}

// ---- what is no control data -----------------------------------------------------------------------------------------------
TEST(TranslateControl, refuses_headers_that_do_not_fit) {
  HostControl host;
  EXPECT_EQ(code_of(control_to_host({}, kUdp4Kind, host)), 0);
  EXPECT_EQ(host.size, 0u);
  for (SIZE_T length : {SIZE_T{0}, SIZE_T{15}, SIZE_T{25}, SIZE_T{4096}, ~SIZE_T{0}}) {
    Control control;
    control.add(IPPROTO_IP, IP_TTL, INT{1});
    memcpy(const_cast<std::byte*>(control.span().data()), &length, sizeof length);
    EXPECT_EQ(code_of(control_to_host(control.span(), kUdp4Kind, host)), WSAEINVAL) << length;
  }
  // Data that is shorter than its kind needs.
  EXPECT_EQ(code_of(control_to_host(Control().add(IPPROTO_IP, IP_TTL, char{1}).span(), kUdp4Kind, host)), WSAEINVAL);
  EXPECT_EQ(code_of(control_to_host(Control().add(IPPROTO_IP, IP_PKTINFO, INT{1}).span(), kUdp4Kind, host)), WSAEINVAL);
  // Less than a header at the end is nothing, as for WSA_CMSG_NXTHDR.
  Control control;
  control.add(IPPROTO_IP, IP_TTL, INT{1});
  std::vector<std::byte> longer(control.span().begin(), control.span().end());
  longer.resize(longer.size() + 8);
  EXPECT_EQ(code_of(control_to_host(longer, kUdp4Kind, host)), 0);
}

TEST(TranslateControl, refuses_more_than_a_packet_takes) {
  std::vector<std::byte> many(40 * WSA_CMSG_SPACE(sizeof(INT)));
  ControlWriter writer(many);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(writer.put(IPPROTO_IP, IP_TTL, INT{1}));
  HostControl host;
  EXPECT_EQ(code_of(control_to_host(many, kUdp4Kind, host)), WSAEINVAL);
}

TEST(TranslateControl, needs_no_alignment) {
  Control control;
  control.add(IPPROTO_IP, IP_TTL, INT{5});
  std::vector<std::byte> moved(control.span().size() + 1);
  std::copy(control.span().begin(), control.span().end(), moved.begin() + 1);
  HostControl host;
  EXPECT_EQ(code_of(control_to_host(std::span(moved).subspan(1), kUdp4Kind, host)), 0);
}

// ---- receiving -------------------------------------------------------------------------------------------------------------
constexpr uint32_t bit(ControlData data) { return static_cast<uint32_t>(data); }
constexpr uint32_t kEverything = ~0u;

struct Received {
  alignas(8) std::array<std::byte, 512> room{};
  ReceivedControl told;
  std::vector<ControlItem> items;
};
void receive(Received& into, std::span<const std::byte> host, uint32_t wanted, size_t room = 512) {
  into.told = control_from_host(host, wanted, std::span(into.room).first(room));
  into.items = items_of(std::span(into.room).first(into.told.size));
}

TEST(TranslateControl, one_piece_of_the_hosts_may_be_several) {
  Control host;
  host.add(host::kIpprotoIp, host::kIpPacketInfo, host::PacketInfo{3, 0x0100007f, 0x0100007f});
  Received received;
  receive(received, host.span(), 0);
  EXPECT_EQ(received.told.size, 0u);
  EXPECT_EQ(received.told.flags, 0u);

  receive(received, host.span(), bit(ControlData::kPacketInfo4));
  ASSERT_EQ(received.items.size(), 1u);
  EXPECT_EQ(received.items[0].level, IPPROTO_IP);
  EXPECT_EQ(received.items[0].type, IP_PKTINFO);
  auto info = value_of<IN_PKTINFO>(received.items[0].data);
  EXPECT_EQ(info.ipi_addr.s_addr, 0x0100007fu);
  EXPECT_EQ(info.ipi_ifindex, 3u);

  receive(received, host.span(), kEverything);
  std::vector<int> types;
  for (const ControlItem& item : received.items) types.push_back(item.type);
  EXPECT_EQ(types, (std::vector<int>{IP_PKTINFO, IP_RECVIF, IP_RECVDSTADDR, IP_ORIGINAL_ARRIVAL_IF}));
  EXPECT_EQ(value_of<DWORD>(received.items[1].data), 3u);
  EXPECT_EQ(value_of<DWORD>(received.items[2].data), 0x0100007fu);
}

TEST(TranslateControl, the_destination_tells_of_broadcasts_and_groups) {
  struct Case {
    uint32_t local, destination;
    DWORD flags;
  };
  const Case cases[] = {
      {0x0100007f, 0x0100007f, 0},
      {0, 0x0100007f, 0},                          // received before the host was asked
      {0x0100007f, 0xffffff7f, MSG_BCAST},
      {0, 0xffffffff, MSG_BCAST},
      {0x0100007f, 0x010000e0, MSG_MCAST},
      {0x0100007f, 0xffffffef, MSG_MCAST},
      {0x010000f0, 0x010000f0, 0},                 // above the groups
  };
  for (const Case& one : cases) {
    Received received;
    receive(received, Control().add(host::kIpprotoIp, host::kIpPacketInfo, host::PacketInfo{1, one.local, one.destination}).span(), 0);
    EXPECT_EQ(received.told.flags, one.flags) << std::hex << one.destination;
  }
  host::PacketInfo6 info6{};
  info6.address[0] = 0xff;
  Received received;
  receive(received, Control().add(host::kIpprotoIpv6, host::kIpv6PacketInfo, info6).span(), 0);
  EXPECT_EQ(received.told.flags, static_cast<DWORD>(MSG_MCAST));
}

TEST(TranslateControl, ipv4_on_an_ipv6_socket_is_told_as_what_was_asked_for) {
  host::PacketInfo6 mapped{};
  mapped.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
  Control host;
  host.add(host::kIpprotoIpv6, host::kIpv6PacketInfo, mapped);
  host.add(host::kIpprotoIp, host::kIpPacketInfo, host::PacketInfo{3, 0x0100007f, 0x0100007f});
  Received received;
  receive(received, host.span(), bit(ControlData::kPacketInfo4) | bit(ControlData::kPacketInfo6));
  ASSERT_EQ(received.items.size(), 1u);
  EXPECT_EQ(received.items[0].type, IP_PKTINFO);
  receive(received, host.span(), bit(ControlData::kPacketInfo6));
  ASSERT_EQ(received.items.size(), 1u);
  EXPECT_EQ(received.items[0].type, IPV6_PKTINFO);
}

TEST(TranslateControl, numbers_arrive_as_integers) {
  Control host;
  host.add(host::kIpprotoIp, host::kIpTos, uint8_t{0xbb}).add(host::kIpprotoIp, host::kIpTtl, 64);
  host.add(host::kIpprotoIpv6, host::kIpv6TrafficClass, 0x21).add(host::kIpprotoIpv6, host::kIpv6HopLimit, 63);
  host.add(host::kIpprotoUdp, host::kUdpCoalesce, 1200);
  struct Expected {
    int level, type, value;
  };
  const Expected expected[] = {{IPPROTO_IP, IP_TOS, 0xbb},          {IPPROTO_IP, IP_ECN, 3},      {IPPROTO_IP, IP_TTL, 64},
                               {IPPROTO_IPV6, IPV6_TCLASS, 0x21},   {IPPROTO_IPV6, IPV6_ECN, 1},  {IPPROTO_IPV6, IPV6_HOPLIMIT, 63},
                               {IPPROTO_UDP, UDP_COALESCED_INFO, 1200}};
  Received received;
  receive(received, host.span(), kEverything);
  ASSERT_EQ(received.items.size(), std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(received.items[i].level, expected[i].level) << i;
    EXPECT_EQ(received.items[i].type, expected[i].type) << i;
    EXPECT_EQ(received.items[i].data.size(), sizeof(INT)) << i;
    EXPECT_EQ(value_of<INT>(received.items[i].data), expected[i].value) << i;
  }
}

TEST(TranslateControl, errors_are_told_in_windows_form) {
  host::ExtendedError error;
  error.origin = host::kOriginIcmp;
  error.type = 3;
  error.code = 4;
  error.info = 1400;
  Received received;
  receive(received, Control().add(host::kIpprotoIp, host::kIpRecvErr, error).span(), bit(ControlData::kErrors4));
  ASSERT_EQ(received.items.size(), 1u);
  EXPECT_EQ(received.items[0].type, IP_RECVERR);
  auto told = value_of<IN_RECVERR>(received.items[0].data);
  EXPECT_EQ(told.protocol, IPPROTO_ICMP);
  EXPECT_EQ(told.info, 1400u);
  EXPECT_EQ(told.type, 3);
  EXPECT_EQ(told.code, 4);
}

TEST(TranslateControl, what_does_not_fit_is_left_out_whole) {
  Control host;
  host.add(host::kIpprotoIp, host::kIpTtl, 64).add(host::kIpprotoIp, host::kIpPacketInfo, host::PacketInfo{1, 2, 2});
  constexpr uint32_t kBoth = bit(ControlData::kTtl4) | bit(ControlData::kPacketInfo4);
  const size_t one = WSA_CMSG_SPACE(sizeof(INT)), both = one + WSA_CMSG_SPACE(sizeof(IN_PKTINFO));
  for (size_t room = 0; room <= both; ++room) {
    Received received;
    receive(received, host.span(), kBoth, room);
    size_t count = room >= both ? 2 : room >= WSA_CMSG_LEN(sizeof(INT)) ? 1 : 0;
    EXPECT_EQ(received.items.size(), count) << room;
    EXPECT_EQ(received.told.flags, count == 2 ? 0u : static_cast<DWORD>(MSG_CTRUNC)) << room;
    EXPECT_LE(received.told.size, room);
    for (size_t i = room; i < received.room.size(); ++i) ASSERT_EQ(received.room[i], std::byte{0}) << "beyond the buffer";
  }
}

TEST(TranslateControl, unknown_and_short_pieces_of_the_host_are_nothing) {
  Control host;
  host.add(1, 29, int64_t{5}).add(host::kIpprotoIp, host::kIpTtl, char{1}).add(host::kIpprotoIp, host::kIpPacketInfo, INT{1});
  Received received;
  receive(received, host.span(), kEverything);
  EXPECT_TRUE(received.items.empty());
  EXPECT_EQ(received.told.flags, 0u);
}

TEST(TranslateControl, flags_of_a_message) {
  EXPECT_EQ(message_flags_from_host(0), 0u);
  EXPECT_EQ(message_flags_from_host(host::kMsgTrunc), static_cast<DWORD>(MSG_TRUNC));
  EXPECT_EQ(message_flags_from_host(host::kMsgCtrunc), static_cast<DWORD>(MSG_CTRUNC));
  EXPECT_EQ(message_flags_from_host(host::kMsgErrQueue), static_cast<DWORD>(MSG_ERRQUEUE));
}

}  // namespace
}  // namespace windsock
