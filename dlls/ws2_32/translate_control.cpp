#include "dlls/ws2_32/translate_control.h"

#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>

namespace windsock {
namespace {

constexpr size_t kHeader = sizeof(host::ControlHeader);
static_assert(sizeof(WSACMSGHDR) == kHeader && offsetof(WSACMSGHDR, cmsg_level) == offsetof(host::ControlHeader, level) &&
              offsetof(WSACMSGHDR, cmsg_type) == offsetof(host::ControlHeader, type));
static_assert(WSA_CMSG_LEN(0) == kHeader && WSA_CMSG_SPACE(1) == kHeader + sizeof(SIZE_T));

constexpr size_t aligned(size_t size) { return (size + sizeof(SIZE_T) - 1) & ~(sizeof(SIZE_T) - 1); }

template <typename T>
T read(std::span<const std::byte> data) {
  T value{};
  memcpy(&value, data.data(), std::min(sizeof value, data.size()));
  return value;
}

constexpr int kEcnBits = 3, kCongestionExperienced = 3;

// ---- what a program may send -------------------------------------------------------------------------------------------------
struct Sending {
  ControlWriter writer;
  HostControl& host;
  bool ok = true;

  template <typename T>
  void put(int level, int type, const T& value) {
    ok = writer.put(level, type, value) && ok;
  }
};

using ToHost = bool (*)(Sending& sending, std::span<const std::byte> data);  // false: out of range

bool packet_info4_to_host(Sending& sending, std::span<const std::byte> data) {
  auto info = read<IN_PKTINFO>(data);
  sending.put(host::kIpprotoIp, host::kIpPacketInfo,
              host::PacketInfo{static_cast<int32_t>(info.ipi_ifindex), info.ipi_addr.s_addr, 0});
  return true;
}

bool packet_info6_to_host(Sending& sending, std::span<const std::byte> data) {
  static_assert(sizeof(IN6_PKTINFO) == sizeof(host::PacketInfo6) &&
                offsetof(IN6_PKTINFO, ipi6_ifindex) == offsetof(host::PacketInfo6, interface_index));
  sending.put(host::kIpprotoIpv6, host::kIpv6PacketInfo, read<host::PacketInfo6>(data));
  return true;
}

template <int level, int type, int least, int most>
bool number_to_host(Sending& sending, std::span<const std::byte> data) {
  int value = read<int>(data);
  if (value < least || value > most) return false;
  sending.put(level, type, value);
  return true;
}

// A sender must not claim that a router was congested.
template <int level, int type, std::optional<size_t> HostControl::*bare>
bool ecn_to_host(Sending& sending, std::span<const std::byte> data) {
  int value = read<int>(data);
  if (value < 0 || value >= kCongestionExperienced) return false;
  sending.host.*bare = sending.writer.size() + kHeader;
  sending.put(level, type, value);
  return true;
}

bool segment_size_to_host(Sending& sending, std::span<const std::byte> data) {
  auto size = read<DWORD>(data);
  if (size > 0xffff) return false;
  sending.put(host::kIpprotoUdp, host::kUdpSegment, static_cast<uint16_t>(size));
  return true;
}

bool routing_header_to_host(Sending& sending, std::span<const std::byte> data) {
  sending.ok = sending.writer.put(host::kIpprotoIpv6, host::kIpv6RoutingHeader, data) && sending.ok;
  return true;
}

struct SendRow {
  int level;
  int type;
  size_t size;  // the least
  ToHost to_host;
};
constexpr SendRow kSendRows[] = {
    {IPPROTO_IP, IP_PKTINFO, sizeof(IN_PKTINFO), packet_info4_to_host},
    {IPPROTO_IP, IP_TOS, sizeof(INT), number_to_host<host::kIpprotoIp, host::kIpTos, 0, 255>},
    {IPPROTO_IP, IP_ECN, sizeof(INT), ecn_to_host<host::kIpprotoIp, host::kIpTos, &HostControl::bare_ecn4>},
    {IPPROTO_IP, IP_TTL, sizeof(INT), number_to_host<host::kIpprotoIp, host::kIpTtl, 1, 255>},
    {IPPROTO_IP, IP_HOPLIMIT, sizeof(INT), number_to_host<host::kIpprotoIp, host::kIpTtl, 1, 255>},
    {IPPROTO_IPV6, IPV6_PKTINFO, sizeof(IN6_PKTINFO), packet_info6_to_host},
    {IPPROTO_IPV6, IPV6_TCLASS, sizeof(INT), number_to_host<host::kIpprotoIpv6, host::kIpv6TrafficClass, 0, 255>},
    {IPPROTO_IPV6, IPV6_ECN, sizeof(INT), ecn_to_host<host::kIpprotoIpv6, host::kIpv6TrafficClass, &HostControl::bare_ecn6>},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(INT), number_to_host<host::kIpprotoIpv6, host::kIpv6HopLimit, 0, 255>},
    {IPPROTO_IPV6, IPV6_RTHDR, 8, routing_header_to_host},
    {IPPROTO_UDP, UDP_SEND_MSG_SIZE, sizeof(DWORD), segment_size_to_host},
};

// An IPv6 socket may speak IPv4 too.
bool fits(int level, SocketKind kind) {
  switch (level) {
    case IPPROTO_IP: return kind.family == AF_INET || kind.family == AF_INET6;
    case IPPROTO_IPV6: return kind.family == AF_INET6;
    default: return kind.type == SOCK_DGRAM;
  }
}

const SendRow* find_send_row(const ControlItem& item) {
  for (const SendRow& row : kSendRows)
    if (row.level == item.level && row.type == item.type) return &row;
  return nullptr;
}

// An ECN beside a whole traffic class: both are one byte of the header, and the host takes the last that it is given.
void merge_ecn(HostControl& host, std::optional<size_t>& bare, int level, int type) {
  if (!bare) return;
  auto given = read<int>(host.span().subspan(*bare));
  int all = -1;
  ControlReader reader(host.span());
  for (ControlItem item; reader.next(item);) {
    bool is_bare = item.data.data() == host.bytes.data() + *bare;
    if (item.level == level && item.type == type && !is_bare) all = read<int>(item.data);
  }
  if (all < 0) return;
  int merged = (all & ~kEcnBits) | given;
  ControlReader again(host.span());
  for (ControlItem item; again.next(item);)
    if (item.level == level && item.type == type) memcpy(const_cast<std::byte*>(item.data.data()), &merged, sizeof merged);
  bare.reset();
}

// ---- what the host delivers --------------------------------------------------------------------------------------------------
struct Receiving {
  ControlWriter writer;
  uint32_t wanted;
  DWORD flags = 0;

  template <typename T>
  void put_if(ControlData bit, int level, int type, const T& value) {
    if (wanted & static_cast<uint32_t>(bit)) writer.put(level, type, value);
  }
};

using FromHost = void (*)(Receiving& receiving, std::span<const std::byte> data);

bool is_multicast4(uint32_t address) { return (address & 0xff) >= 224 && (address & 0xff) < 240; }

void packet_info4_from_host(Receiving& receiving, std::span<const std::byte> data) {
  auto info = read<host::PacketInfo>(data);
  auto index = static_cast<ULONG>(info.interface_index);
  IN_ADDR destination;
  destination.s_addr = info.destination;
  if (is_multicast4(info.destination)) {
    receiving.flags |= MSG_MCAST;
  } else if (info.destination == INADDR_BROADCAST || (info.local != 0 && info.local != info.destination)) {
    receiving.flags |= MSG_BCAST;
  }
  receiving.put_if(ControlData::kPacketInfo4, IPPROTO_IP, IP_PKTINFO, IN_PKTINFO{destination, index});
  receiving.put_if(ControlData::kReceivingInterface4, IPPROTO_IP, IP_RECVIF, index);
  receiving.put_if(ControlData::kDestination4, IPPROTO_IP, IP_RECVDSTADDR, destination);
  receiving.put_if(ControlData::kOriginalInterface4, IPPROTO_IP, IP_ORIGINAL_ARRIVAL_IF, index);
}

void packet_info6_from_host(Receiving& receiving, std::span<const std::byte> data) {
  auto info = read<IN6_PKTINFO>(data);
  // IPv4 on an IPv6 socket: told of as IPv4, if the program asked for that.
  constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  bool is_ipv4 = memcmp(&info.ipi6_addr, kMapped, sizeof kMapped) == 0;
  if (is_ipv4 && (receiving.wanted & static_cast<uint32_t>(ControlData::kPacketInfo4))) return;
  if (info.ipi6_addr.u.Byte[0] == 0xff) receiving.flags |= MSG_MCAST;
  receiving.put_if(ControlData::kPacketInfo6, IPPROTO_IPV6, IPV6_PKTINFO, info);
  receiving.put_if(ControlData::kReceivingInterface6, IPPROTO_IPV6, IPV6_RECVIF, info.ipi6_ifindex);
  receiving.put_if(ControlData::kDestination6, IPPROTO_IPV6, IPV6_RECVDSTADDR, info.ipi6_addr);
  receiving.put_if(ControlData::kOriginalInterface6, IPPROTO_IPV6, IP_ORIGINAL_ARRIVAL_IF, info.ipi6_ifindex);
}

// The host gives one byte.
void tos_from_host(Receiving& receiving, std::span<const std::byte> data) {
  INT tos = read<uint8_t>(data);
  receiving.put_if(ControlData::kTos4, IPPROTO_IP, IP_TOS, tos);
  receiving.put_if(ControlData::kEcn4, IPPROTO_IP, IP_ECN, INT{tos & kEcnBits});
}

void traffic_class_from_host(Receiving& receiving, std::span<const std::byte> data) {
  INT value = read<int>(data);
  receiving.put_if(ControlData::kTrafficClass6, IPPROTO_IPV6, IPV6_TCLASS, value);
  receiving.put_if(ControlData::kEcn6, IPPROTO_IPV6, IPV6_ECN, INT{value & kEcnBits});
}

template <ControlData bit, int level, int type>
void number_from_host(Receiving& receiving, std::span<const std::byte> data) {
  receiving.put_if(bit, level, type, INT{read<int>(data)});
}

// The host tells only when it was asked to coalesce.
void coalesced_from_host(Receiving& receiving, std::span<const std::byte> data) {
  receiving.writer.put(IPPROTO_UDP, UDP_COALESCED_INFO, static_cast<DWORD>(read<int>(data)));
}

void routing_header_from_host(Receiving& receiving, std::span<const std::byte> data) {
  if (receiving.wanted & static_cast<uint32_t>(ControlData::kRoutingHeader6)) receiving.writer.put(IPPROTO_IPV6, IPV6_RTHDR, data);
}

template <ControlData bit, int level, int type>
void error_from_host(Receiving& receiving, std::span<const std::byte> data) {
  auto error = read<host::ExtendedError>(data);
  IN_RECVERR told{};
  told.protocol = error.origin == host::kOriginIcmp ? IPPROTO_ICMP : error.origin == host::kOriginIcmp6 ? IPPROTO_ICMPV6 : IPPROTO{};
  told.info = error.info;
  told.type = error.type;
  told.code = error.code;
  receiving.put_if(bit, level, type, told);
}

struct ReceiveRow {
  int host_level;
  int host_type;
  size_t size;  // the least
  FromHost from_host;
};
constexpr ReceiveRow kReceiveRows[] = {
    {host::kIpprotoIp, host::kIpPacketInfo, sizeof(host::PacketInfo), packet_info4_from_host},
    {host::kIpprotoIp, host::kIpTos, 1, tos_from_host},
    {host::kIpprotoIp, host::kIpTtl, sizeof(int), number_from_host<ControlData::kTtl4, IPPROTO_IP, IP_TTL>},
    {host::kIpprotoIp, host::kIpRecvErr, sizeof(host::ExtendedError), error_from_host<ControlData::kErrors4, IPPROTO_IP, IP_RECVERR>},
    {host::kIpprotoIpv6, host::kIpv6PacketInfo, sizeof(host::PacketInfo6), packet_info6_from_host},
    {host::kIpprotoIpv6, host::kIpv6TrafficClass, sizeof(int), traffic_class_from_host},
    {host::kIpprotoIpv6, host::kIpv6HopLimit, sizeof(int), number_from_host<ControlData::kHopLimit6, IPPROTO_IPV6, IPV6_HOPLIMIT>},
    {host::kIpprotoIpv6, host::kIpv6RoutingHeader, 8, routing_header_from_host},
    {host::kIpprotoIpv6, host::kIpv6RecvErr, sizeof(host::ExtendedError), error_from_host<ControlData::kErrors6, IPPROTO_IPV6, IPV6_RECVERR>},
    {host::kIpprotoUdp, host::kUdpCoalesce, sizeof(int), coalesced_from_host},
};

}  // namespace

bool ControlReader::next(ControlItem& item) {
  if (rest_.size() < kHeader) return false;
  auto header = read<host::ControlHeader>(rest_);
  if (header.length < kHeader || header.length > rest_.size()) {
    malformed_ = true;
    return false;
  }
  item = {header.level, header.type, rest_.subspan(kHeader, header.length - kHeader)};
  rest_ = rest_.subspan(std::min(aligned(header.length), rest_.size()));
  return true;
}

bool ControlWriter::put(int level, int type, std::span<const std::byte> data) {
  size_t length = kHeader + data.size();
  std::span<std::byte> left = room_.subspan(size_);
  if (left.size() < length) {
    truncated_ = true;
    return false;
  }
  host::ControlHeader header{length, level, type};
  memcpy(left.data(), &header, kHeader);
  if (!data.empty()) memcpy(left.data() + kHeader, data.data(), data.size());
  // The padding behind the last one need not be there.
  size_t space = std::min(aligned(length), left.size());
  memset(left.data() + length, 0, space - length);
  size_ += space;
  return true;
}

void HostControl::complete_ecn(size_t at, uint32_t traffic_class) {
  int value;
  memcpy(&value, bytes.data() + at, sizeof value);
  value |= static_cast<int>(traffic_class & 0xff & ~static_cast<uint32_t>(kEcnBits));
  memcpy(bytes.data() + at, &value, sizeof value);
}

WsaResult<void> control_to_host(std::span<const std::byte> control, SocketKind kind, HostControl& host) {
  host.size = 0;
  host.bare_ecn4.reset();
  host.bare_ecn6.reset();
  Sending sending{ControlWriter(host.bytes), host};
  ControlReader reader(control);
  for (ControlItem item; reader.next(item);) {
    const SendRow* row = find_send_row(item);
    if (!row || !fits(row->level, kind) || item.data.size() < row->size || !row->to_host(sending, item.data) || !sending.ok)
      return wsa_failure(WSAEINVAL);
  }
  if (reader.is_malformed()) return wsa_failure(WSAEINVAL);
  host.size = sending.writer.size();
  merge_ecn(host, host.bare_ecn4, host::kIpprotoIp, host::kIpTos);
  merge_ecn(host, host.bare_ecn6, host::kIpprotoIpv6, host::kIpv6TrafficClass);
  return {};
}

ReceivedControl control_from_host(std::span<const std::byte> host, uint32_t wanted, std::span<std::byte> control) {
  Receiving receiving{ControlWriter(control), wanted};
  ControlReader reader(host);
  for (ControlItem item; reader.next(item);) {
    for (const ReceiveRow& row : kReceiveRows) {
      if (row.host_level != item.level || row.host_type != item.type || item.data.size() < row.size) continue;
      row.from_host(receiving, item.data);
      break;
    }
  }
  DWORD flags = receiving.flags | (receiving.writer.is_truncated() ? MSG_CTRUNC : 0);
  return {receiving.writer.size(), flags};
}

}  // namespace windsock
