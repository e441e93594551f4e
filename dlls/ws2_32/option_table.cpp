#include "dlls/ws2_32/option_table.h"

#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <iterator>
#include <type_traits>

#include "dlls/ws2_32/option_functions.h"

namespace windsock {
namespace {

using enum OptionValue;
namespace f = option_functions;

constexpr uint8_t kTcp = kTcp4 | kTcp6, kUdp = kUdp4 | kUdp6, kRaw = kRaw4 | kRaw6;
constexpr uint8_t kStreams = kTcp | kLocal, kDatagrams = kUdp | kRaw, kInternet = kTcp | kDatagrams, kAll = kInternet | kLocal;
constexpr uint8_t kSix = kTcp6 | kUdp6 | kRaw6;

// ---- the shapes of a row -----------------------------------------------------------------------------------------------------
constexpr Option host_option(int level, int name, uint8_t sockets, OptionValue value, int host_level, int host_name) {
  return {.level = level, .name = name, .sockets = sockets, .plain_readers = sockets, .plain_writers = sockets, .value = value,
          .host_level = host_level, .host_name = host_name};
}
constexpr Option state_option(int level, int name, uint8_t sockets, OptionValue value, StateField field, uint32_t if_unset = 0) {
  return {.level = level, .name = name, .sockets = sockets, .value = value, .home = OptionHome::kState, .field = field,
          .state_default = if_unset};
}
// Whether there is a function, by its type: to compare its address is no constant expression under gcc's sanitizers.
template <typename Function>
constexpr bool kGiven = !std::is_null_pointer_v<Function>;

template <typename Get, typename Set>
constexpr Option number_option(int level, int name, uint8_t sockets, OptionValue value, Get get, Set set) {
  return {.level = level, .name = name, .sockets = sockets, .value = value, .home = OptionHome::kNumber, .readable = kGiven<Get>,
          .writable = kGiven<Set>, .get_number = get, .set_number = set};
}
template <typename Get, typename Set>
constexpr Option bytes_option(int level, int name, uint8_t sockets, Get get, Set set) {
  return {.level = level, .name = name, .sockets = sockets, .value = kBytes, .home = OptionHome::kBytes, .readable = kGiven<Get>,
          .writable = kGiven<Set>, .get_bytes = get, .set_bytes = set};
}
constexpr Option read_only(Option option) {
  option.writable = false;
  option.plain_writers = 0;
  return option;
}

// The documentation of SOL_SOCKET: broadcast is for datagrams; keep-alive, linger and urgent data are for streams.
// The values whose rows say kState have no effect on the host: Linux does already what they ask for (random ports), or they only
// advise.
constexpr Option kOptions[] = {
    {.level = -1},  // where the cells of the hash lead that have no option

    // ---- SOL_SOCKET
    read_only(host_option(SOL_SOCKET, SO_ACCEPTCONN, kStreams, kBoolean, host::kSolSocket, host::kSoAcceptConn)),
    host_option(SOL_SOCKET, SO_BROADCAST, kDatagrams, kBoolean, host::kSolSocket, host::kSoBroadcast),
    bytes_option(SOL_SOCKET, SO_BSP_STATE, kAll, f::get_bsp_state, nullptr),
    number_option(SOL_SOCKET, SO_CONDITIONAL_ACCEPT, kStreams, kBoolean, f::get_conditional_accept, f::set_conditional_accept),
    number_option(SOL_SOCKET, SO_CONNECT_TIME, kTcp, kInteger, f::get_connect_time, nullptr),
    state_option(SOL_SOCKET, SO_DEBUG, kAll, kBoolean, StateField::kDebug),
    number_option(SOL_SOCKET, SO_DONTLINGER, kStreams, kBoolean, f::get_dont_linger, f::set_dont_linger),
    state_option(SOL_SOCKET, SO_DONTROUTE, kTcp4 | kUdp4 | kRaw4, kBoolean, StateField::kDontRoute),
    number_option(SOL_SOCKET, SO_ERROR, kAll, kInteger, f::get_error, nullptr),
    number_option(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, kAll, kBoolean, f::get_exclusive_address, f::set_exclusive_address),
    number_option(SOL_SOCKET, SO_GROUP_ID, kAll, kInteger, f::get_group_id, nullptr),
    state_option(SOL_SOCKET, SO_GROUP_PRIORITY, kAll, kInteger, StateField::kGroupPriority),
    host_option(SOL_SOCKET, SO_KEEPALIVE, kStreams, kBoolean, host::kSolSocket, host::kSoKeepAlive),
    bytes_option(SOL_SOCKET, SO_LINGER, kStreams, f::get_linger, f::set_linger),
    number_option(SOL_SOCKET, SO_MAX_MSG_SIZE, kDatagrams, kInteger, f::get_max_message_size, nullptr),
    host_option(SOL_SOCKET, SO_OOBINLINE, kTcp, kBoolean, host::kSolSocket, host::kSoOobInline),
    state_option(SOL_SOCKET, SO_PORT_SCALABILITY, kInternet, kBoolean, StateField::kPortScalability),
    bytes_option(SOL_SOCKET, SO_PROTOCOL_INFOA, kAll, f::get_protocol_info_a, nullptr),
    bytes_option(SOL_SOCKET, SO_PROTOCOL_INFOW, kAll, f::get_protocol_info_w, nullptr),
    state_option(SOL_SOCKET, SO_RANDOMIZE_PORT, kInternet, kBoolean, StateField::kRandomizePort),
    number_option(SOL_SOCKET, SO_RCVBUF, kAll, kInteger, f::get_receive_buffer, f::set_receive_buffer),
    number_option(SOL_SOCKET, SO_RCVTIMEO, kAll, kInteger, f::get_receive_timeout, f::set_receive_timeout),
    number_option(SOL_SOCKET, SO_REUSEADDR, kAll, kBoolean, f::get_reuse_address, f::set_reuse_address),
    state_option(SOL_SOCKET, SO_REUSE_MULTICASTPORT, kUdp, kBoolean, StateField::kReuseMulticastPort),
    state_option(SOL_SOCKET, SO_REUSE_UNICASTPORT, kInternet, kBoolean, StateField::kReuseUnicastPort),
    number_option(SOL_SOCKET, SO_SNDBUF, kAll, kInteger, f::get_send_buffer, f::set_send_buffer),
    number_option(SOL_SOCKET, SO_SNDTIMEO, kAll, kInteger, f::get_send_timeout, f::set_send_timeout),
    number_option(SOL_SOCKET, SO_TYPE, kAll, kInteger, f::get_type, nullptr),
    state_option(SOL_SOCKET, SO_USELOOPBACK, kInternet, kBoolean, StateField::kUseLoopback),

    // ---- IPPROTO_TCP
    number_option(IPPROTO_TCP, TCP_KEEPCNT, kTcp, kInteger, f::get_keep_alive_count, f::set_keep_alive_count),
    number_option(IPPROTO_TCP, TCP_KEEPIDLE, kTcp, kInteger, f::get_keep_alive_idle, f::set_keep_alive_idle),
    number_option(IPPROTO_TCP, TCP_KEEPINTVL, kTcp, kInteger, f::get_keep_alive_interval, f::set_keep_alive_interval),
    number_option(IPPROTO_TCP, TCP_MAXRT, kTcp, kInteger, f::get_max_retransmit_seconds, f::set_max_retransmit_seconds),
    number_option(IPPROTO_TCP, TCP_MAXRTMS, kTcp, kInteger, f::get_max_retransmit_milliseconds, f::set_max_retransmit_milliseconds),
    host_option(IPPROTO_TCP, TCP_NODELAY, kTcp, kBoolean, host::kIpprotoTcp, host::kTcpNodelay),
    state_option(IPPROTO_TCP, TCP_OFFLOAD_PREFERENCE, kTcp, kInteger, StateField::kOffloadPreference),

    // ---- IPPROTO_IP; an IPv6 socket that speaks IPv4 too has them as well
    bytes_option(IPPROTO_IP, IP_ADD_MEMBERSHIP, kDatagrams, nullptr, f::add_membership),
    bytes_option(IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, kDatagrams, nullptr, f::add_source_membership),
    bytes_option(IPPROTO_IP, IP_BLOCK_SOURCE, kDatagrams, nullptr, f::block_source),
    number_option(IPPROTO_IP, IP_DONTFRAGMENT, kInternet, kBoolean, f::get_dont_fragment, f::set_dont_fragment),
    bytes_option(IPPROTO_IP, IP_DROP_MEMBERSHIP, kDatagrams, nullptr, f::drop_membership),
    bytes_option(IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, kDatagrams, nullptr, f::drop_source_membership),
    host_option(IPPROTO_IP, IP_HDRINCL, kRaw4, kBoolean, host::kIpprotoIp, host::kIpHeaderIncluded),
    read_only(host_option(IPPROTO_IP, IP_MTU, kInternet, kInteger, host::kIpprotoIp, host::kIpMtu)),
    number_option(IPPROTO_IP, IP_MTU_DISCOVER, kInternet, kInteger, f::get_mtu_discover, f::set_mtu_discover),
    number_option(IPPROTO_IP, IP_MULTICAST_IF, kDatagrams, kInteger, f::get_multicast_interface, f::set_multicast_interface),
    host_option(IPPROTO_IP, IP_MULTICAST_LOOP, kDatagrams, kBoolean, host::kIpprotoIp, host::kIpMulticastLoop),
    host_option(IPPROTO_IP, IP_MULTICAST_TTL, kDatagrams, kByteInteger, host::kIpprotoIp, host::kIpMulticastTtl),
    number_option(IPPROTO_IP, IP_PROTECTION_LEVEL, kInternet, kInteger, f::get_protection_level, f::set_protection_level),
    host_option(IPPROTO_IP, IP_TOS, kInternet, kByteInteger, host::kIpprotoIp, host::kIpTos),
    host_option(IPPROTO_IP, IP_TTL, kInternet, kByteInteger, host::kIpprotoIp, host::kIpTtl),
    bytes_option(IPPROTO_IP, IP_UNBLOCK_SOURCE, kDatagrams, nullptr, f::unblock_source),
    host_option(IPPROTO_IP, IP_UNICAST_IF, kInternet, kInteger, host::kIpprotoIp, host::kIpUnicastIf),

    // ---- IPPROTO_IPV6
    bytes_option(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, kUdp6 | kRaw6, nullptr, f::add_membership6),
    host_option(IPPROTO_IPV6, IPV6_DONTFRAG, kUdp6 | kRaw6, kBoolean, host::kIpprotoIpv6, host::kIpv6DontFragment),
    bytes_option(IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, kUdp6 | kRaw6, nullptr, f::drop_membership6),
    host_option(IPPROTO_IPV6, IPV6_HDRINCL, kRaw6, kBoolean, host::kIpprotoIpv6, host::kIpv6HeaderIncluded),
    read_only(host_option(IPPROTO_IPV6, IPV6_MTU, kSix, kInteger, host::kIpprotoIpv6, host::kIpv6Mtu)),
    number_option(IPPROTO_IPV6, IPV6_MTU_DISCOVER, kSix, kInteger, f::get_mtu_discover6, f::set_mtu_discover6),
    host_option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kUdp6 | kRaw6, kInteger, host::kIpprotoIpv6, host::kIpv6MulticastHops),
    host_option(IPPROTO_IPV6, IPV6_MULTICAST_IF, kUdp6 | kRaw6, kInteger, host::kIpprotoIpv6, host::kIpv6MulticastIf),
    host_option(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, kUdp6 | kRaw6, kBoolean, host::kIpprotoIpv6, host::kIpv6MulticastLoop),
    number_option(IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, kSix, kInteger, f::get_protection_level, f::set_protection_level),
    host_option(IPPROTO_IPV6, IPV6_TCLASS, kSix, kInteger, host::kIpprotoIpv6, host::kIpv6TrafficClass),
    host_option(IPPROTO_IPV6, IPV6_UNICAST_HOPS, kSix, kInteger, host::kIpprotoIpv6, host::kIpv6UnicastHops),
    number_option(IPPROTO_IPV6, IPV6_UNICAST_IF, kSix, kInteger, f::get_unicast_interface6, f::set_unicast_interface6),
    host_option(IPPROTO_IPV6, IPV6_V6ONLY, kSix, kBoolean, host::kIpprotoIpv6, host::kIpv6V6only),

    // ---- IPPROTO_UDP
    host_option(IPPROTO_UDP, UDP_NOCHECKSUM, kUdp, kBoolean, host::kSolSocket, host::kSoNoCheck),
    host_option(IPPROTO_UDP, UDP_SEND_MSG_SIZE, kUdp, kInteger, host::kIpprotoUdp, host::kUdpSegment),
};

// ---- the perfect hash ------------------------------------------------------------------------------------------------------------
static_assert(std::size(kOptions) <= 256);

struct HashTable {
  uint32_t multiplier = 0;  // 0: none was found
  std::array<uint8_t, size_t{1} << option_hash::kBits> cells{};
};

constexpr bool fill(HashTable& table, uint32_t multiplier) {
  table = {};
  for (size_t i = 1; i < std::size(kOptions); ++i) {
    uint8_t& cell = table.cells[option_hash::cell(kOptions[i].level, kOptions[i].name, multiplier)];
    if (cell) return false;
    cell = static_cast<uint8_t>(i);
  }
  table.multiplier = multiplier;
  return true;
}

constexpr HashTable make_table() {
  HashTable table;
  uint32_t multiplier = 0x9e3779b1;
  for (int i = 0; i < 2000 && !fill(table, multiplier); ++i) multiplier = (multiplier * 1664525 + 1013904223) | 1;
  return table;
}

constexpr HashTable kTable = make_table();
static_assert(kTable.multiplier != 0, "an option stands in the table twice, or the hash needs more bits");

}  // namespace

constinit const uint32_t option_hash::g_multiplier = kTable.multiplier;
constinit const std::array<uint8_t, size_t{1} << option_hash::kBits> option_hash::g_cells = kTable.cells;
constinit const Option* const option_hash::g_rows = kOptions;

bool is_option_level(int level) {
  return level == SOL_SOCKET || level == IPPROTO_TCP || level == IPPROTO_IP || level == IPPROTO_IPV6 || level == IPPROTO_UDP;
}

}  // namespace windsock
