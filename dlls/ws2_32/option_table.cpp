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

// ---- the shapes of a row -----------------------------------------------------------------------------------------------------
struct Name {
  int level;
  int name;
  const char* text;
};
#define OPTION(level, name) \
  Name { level, name, #name }

constexpr Option host_option(Name name, uint8_t sockets, OptionValue value, int64_t initial, int host_level, int host_name) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .plain_readers = sockets,
          .plain_writers = sockets, .value = value, .initial = initial, .host_level = host_level, .host_name = host_name};
}
// A stored 0 means `initial`.
constexpr Option state_option(Name name, uint8_t sockets, OptionValue value, StateField field, uint32_t initial = 0) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .value = value, .home = OptionHome::kState,
          .initial = initial, .field = field, .state_default = initial};
}
// `Bit` is a bit of Switch or ControlData, off at first.
constexpr Option switch_option(Name name, uint8_t sockets, Switch bit) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .value = kBoolean, .home = OptionHome::kSwitch,
          .initial = 0, .field = StateField::kSwitches, .mask = static_cast<uint32_t>(bit)};
}
constexpr Option control_data_option(Name name, uint8_t sockets, ControlData bit, Option::SetNumber changed) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .value = kBoolean, .home = OptionHome::kSwitch,
          .initial = 0, .field = StateField::kControlData, .mask = static_cast<uint32_t>(bit), .changed = changed};
}
// Whether there is a function, by its type: to compare its address is no constant expression under gcc's sanitizers.
template <typename Function>
constexpr bool kGiven = !std::is_null_pointer_v<Function>;

template <typename Get, typename Set>
constexpr Option number_option(Name name, uint8_t sockets, OptionValue value, int64_t initial, Get get, Set set) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .value = value, .home = OptionHome::kNumber,
          .readable = kGiven<Get>, .writable = kGiven<Set>, .initial = initial, .get_number = get, .set_number = set};
}
template <typename Get, typename Set>
constexpr Option bytes_option(Name name, uint8_t sockets, Get get, Set set) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .value = kBytes, .home = OptionHome::kBytes,
          .readable = kGiven<Get>, .writable = kGiven<Set>, .get_bytes = get, .set_bytes = set};
}
constexpr Option command_option(Name name, uint8_t sockets, Option::SetBytes set) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .value = kNothing, .home = OptionHome::kBytes,
          .readable = false, .set_bytes = set};
}
constexpr Option missing_option(Name name, uint8_t sockets, uint16_t error = WSAENOPROTOOPT) {
  return {.level = name.level, .name = name.name, .text = name.text, .sockets = sockets, .home = OptionHome::kMissing,
          .state_error = error};
}
constexpr Option read_only(Option option) {
  option.writable = false;
  option.plain_writers = 0;
  return option;
}
constexpr Option set_in(uint8_t states, Option option, uint16_t error = WSAEINVAL) {
  option.set_states = states;
  option.state_error = error;
  option.plain_writers = 0;
  return option;
}
constexpr Option read_in(uint8_t states, Option option, uint16_t error) {
  option.get_states = states;
  option.state_error = error;
  option.plain_readers = 0;
  return option;
}

// The documentation of SOL_SOCKET: broadcast is for datagrams; keep-alive, linger and urgent data are for streams.
// The values whose rows say state_option have no effect on the host: Linux does already what they ask for (random ports), or they
// only advise. docs/differences.md has a line for each that a program could notice.
constexpr Option kOptions[] = {
    {.level = -1},  // where the cells of the hash lead that have no option

    // ---- SOL_SOCKET
    missing_option(OPTION(SOL_SOCKET, PVD_CONFIG), kAll),
    read_only(host_option(OPTION(SOL_SOCKET, SO_ACCEPTCONN), kStreams, kBoolean, 0, host::kSolSocket, host::kSoAcceptConn)),
    host_option(OPTION(SOL_SOCKET, SO_BROADCAST), kDatagrams, kBoolean, 0, host::kSolSocket, host::kSoBroadcast),
    bytes_option(OPTION(SOL_SOCKET, SO_BSP_STATE), kAll, f::get_bsp_state, nullptr),
    number_option(OPTION(SOL_SOCKET, SO_COMPARTMENT_ID), kInternet, kInteger, 1, f::get_compartment, f::set_compartment),
    // Connections may be waiting on a listener already that were taken by the other rule.
    set_in(kUnbound | kBound, state_option(OPTION(SOL_SOCKET, SO_CONDITIONAL_ACCEPT), kStreams, kBoolean, StateField::kConditionalAccept)),
    missing_option(OPTION(SOL_SOCKET, SO_CONNDATA), kAll),
    missing_option(OPTION(SOL_SOCKET, SO_CONNDATALEN), kAll),
    number_option(OPTION(SOL_SOCKET, SO_CONNECT_TIME), kTcp, kInteger, 0xffffffff, f::get_connect_time, nullptr),
    missing_option(OPTION(SOL_SOCKET, SO_CONNOPT), kAll),
    missing_option(OPTION(SOL_SOCKET, SO_CONNOPTLEN), kAll),
    state_option(OPTION(SOL_SOCKET, SO_DEBUG), kAll, kBoolean, StateField::kDebug),
    missing_option(OPTION(SOL_SOCKET, SO_DISCDATA), kAll),
    missing_option(OPTION(SOL_SOCKET, SO_DISCDATALEN), kAll),
    missing_option(OPTION(SOL_SOCKET, SO_DISCOPT), kAll),
    missing_option(OPTION(SOL_SOCKET, SO_DISCOPTLEN), kAll),
    number_option(OPTION(SOL_SOCKET, SO_DONTLINGER), kStreams, kBoolean, 1, f::get_dont_linger, f::set_dont_linger),
    state_option(OPTION(SOL_SOCKET, SO_DONTROUTE), kInternet, kBoolean, StateField::kDontRoute),
    number_option(OPTION(SOL_SOCKET, SO_ERROR), kAll, kInteger, 0, f::get_error, nullptr),
    set_in(kUnbound, number_option(OPTION(SOL_SOCKET, SO_EXCLUSIVEADDRUSE), kAll, kBoolean, 0, f::get_exclusive_address,
                                   f::set_exclusive_address)),
    number_option(OPTION(SOL_SOCKET, SO_GROUP_ID), kAll, kInteger, 0, f::get_group_id, nullptr),
    state_option(OPTION(SOL_SOCKET, SO_GROUP_PRIORITY), kAll, kInteger, StateField::kGroupPriority),
    host_option(OPTION(SOL_SOCKET, SO_KEEPALIVE), kStreams, kBoolean, 0, host::kSolSocket, host::kSoKeepAlive),
    bytes_option(OPTION(SOL_SOCKET, SO_LINGER), kStreams, f::get_linger, f::set_linger),
    number_option(OPTION(SOL_SOCKET, SO_MAXDG), kDatagrams, kInteger, kHostDecides, f::get_max_message_size, nullptr),
    number_option(OPTION(SOL_SOCKET, SO_MAXPATHDG), kDatagrams, kInteger, kHostDecides, f::get_max_message_size, nullptr),
    number_option(OPTION(SOL_SOCKET, SO_MAX_MSG_SIZE), kDatagrams, kInteger, kHostDecides, f::get_max_message_size, nullptr),
    host_option(OPTION(SOL_SOCKET, SO_OOBINLINE), kTcp, kBoolean, 0, host::kSolSocket, host::kSoOobInline),
    number_option(OPTION(SOL_SOCKET, SO_PAUSE_ACCEPT), kTcp, kBoolean, 0, f::get_pause_accept, f::set_pause_accept),
    set_in(kUnbound, state_option(OPTION(SOL_SOCKET, SO_PORT_SCALABILITY), kInternet, kBoolean, StateField::kPortScalability)),
    bytes_option(OPTION(SOL_SOCKET, SO_PROTOCOL_INFOA), kAll, f::get_protocol_info_a, nullptr),
    bytes_option(OPTION(SOL_SOCKET, SO_PROTOCOL_INFOW), kAll, f::get_protocol_info_w, nullptr),
    set_in(kUnbound, number_option(OPTION(SOL_SOCKET, SO_RANDOMIZE_PORT), kInternet, kBoolean, 0, f::get_randomize_port,
                                   f::set_randomize_port)),
    number_option(OPTION(SOL_SOCKET, SO_RCVBUF), kAll, kInteger, kHostDecides, f::get_receive_buffer, f::set_receive_buffer),
    missing_option(OPTION(SOL_SOCKET, SO_RCVLOWAT), kAll, WSAEINVAL),
    number_option(OPTION(SOL_SOCKET, SO_RCVTIMEO), kAll, kInteger, 0, f::get_receive_timeout, f::set_receive_timeout),
    number_option(OPTION(SOL_SOCKET, SO_REUSEADDR), kAll, kBoolean, 0, f::get_reuse_address, f::set_reuse_address),
    state_option(OPTION(SOL_SOCKET, SO_REUSE_MULTICASTPORT), kUdp, kBoolean, StateField::kReuseMulticastPort),
    state_option(OPTION(SOL_SOCKET, SO_REUSE_UNICASTPORT), kInternet, kBoolean, StateField::kReuseUnicastPort),
    number_option(OPTION(SOL_SOCKET, SO_SNDBUF), kAll, kInteger, kHostDecides, f::get_send_buffer, f::set_send_buffer),
    missing_option(OPTION(SOL_SOCKET, SO_SNDLOWAT), kAll, WSAEINVAL),
    number_option(OPTION(SOL_SOCKET, SO_SNDTIMEO), kAll, kInteger, 0, f::get_send_timeout, f::set_send_timeout),
    number_option(OPTION(SOL_SOCKET, SO_TYPE), kAll, kInteger, kHostDecides, f::get_type, nullptr),
    set_in(kConnected, bytes_option(OPTION(SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT), kStreams, nullptr, f::update_accept_context),
           WSAENOTCONN),
    set_in(kConnected, command_option(OPTION(SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT), kStreams, f::update_connect_context), WSAENOTCONN),
    state_option(OPTION(SOL_SOCKET, SO_USELOOPBACK), kInternet, kBoolean, StateField::kUseLoopback),

    // ---- IPPROTO_TCP
    number_option(OPTION(IPPROTO_TCP, TCP_BSDURGENT), kTcp, kBoolean, 1, f::get_bsd_urgent, f::set_bsd_urgent),
    bytes_option(OPTION(IPPROTO_TCP, TCP_CONGESTION_ALGORITHM), kTcp, f::get_congestion_algorithm, f::set_congestion_algorithm),
    state_option(OPTION(IPPROTO_TCP, TCP_DELAY_FIN_ACK), kTcp, kBoolean, StateField::kDelayFinAck),
    number_option(OPTION(IPPROTO_TCP, TCP_EXPEDITED_1122), kTcp, kBoolean, 0, f::get_expedited, f::set_expedited),
    switch_option(OPTION(IPPROTO_TCP, TCP_FAIL_CONNECT_ON_ICMP_ERROR), kTcp, Switch::kFailConnectOnIcmp),
    number_option(OPTION(IPPROTO_TCP, TCP_FASTOPEN), kTcp, kBoolean, 0, f::get_fast_open, f::set_fast_open),
    bytes_option(OPTION(IPPROTO_TCP, TCP_ICMP_ERROR_INFO), kTcp, f::get_icmp_error, nullptr),
    number_option(OPTION(IPPROTO_TCP, TCP_KEEPCNT), kTcp, kInteger, kHostDecides, f::get_keep_alive_count, f::set_keep_alive_count),
    number_option(OPTION(IPPROTO_TCP, TCP_KEEPIDLE), kTcp, kInteger, kHostDecides, f::get_keep_alive_idle, f::set_keep_alive_idle),
    number_option(OPTION(IPPROTO_TCP, TCP_KEEPINTVL), kTcp, kInteger, kHostDecides, f::get_keep_alive_interval,
                  f::set_keep_alive_interval),
    number_option(OPTION(IPPROTO_TCP, TCP_MAXRT), kTcp, kInteger, 0, f::get_max_retransmit_seconds, f::set_max_retransmit_seconds),
    number_option(OPTION(IPPROTO_TCP, TCP_MAXRTMS), kTcp, kInteger, 0, f::get_max_retransmit_milliseconds,
                  f::set_max_retransmit_milliseconds),
    read_only(host_option(OPTION(IPPROTO_TCP, TCP_MAXSEG), kTcp, kInteger, kHostDecides, host::kIpprotoTcp, host::kTcpMaxSegment)),
    host_option(OPTION(IPPROTO_TCP, TCP_NODELAY), kTcp, kBoolean, 0, host::kIpprotoTcp, host::kTcpNodelay),
    state_option(OPTION(IPPROTO_TCP, TCP_OFFLOAD_PREFERENCE), kTcp, kInteger, StateField::kOffloadPreference),
    switch_option(OPTION(IPPROTO_TCP, TCP_TIMESTAMPS), kTcp, Switch::kTcpTimestamps),

    // ---- IPPROTO_IP; an IPv6 socket that speaks IPv4 too has them as well
    number_option(OPTION(IPPROTO_IP, IP_ADD_IFLIST), kIpDatagrams, kInteger, kHostDecides, nullptr, f::add_interface),
    bytes_option(OPTION(IPPROTO_IP, IP_ADD_MEMBERSHIP), kIpDatagrams, nullptr, f::add_membership),
    bytes_option(OPTION(IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP), kIpDatagrams, nullptr, f::add_source_membership),
    bytes_option(OPTION(IPPROTO_IP, IP_BLOCK_SOURCE), kIpDatagrams, nullptr, f::block_source),
    number_option(OPTION(IPPROTO_IP, IP_DEL_IFLIST), kIpDatagrams, kInteger, kHostDecides, nullptr, f::remove_interface),
    number_option(OPTION(IPPROTO_IP, IP_DONTFRAGMENT), kIpInternet, kBoolean, 0, f::get_dont_fragment, f::set_dont_fragment),
    bytes_option(OPTION(IPPROTO_IP, IP_DROP_MEMBERSHIP), kIpDatagrams, nullptr, f::drop_membership),
    bytes_option(OPTION(IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP), kIpDatagrams, nullptr, f::drop_source_membership),
    bytes_option(OPTION(IPPROTO_IP, IP_GET_IFLIST), kIpDatagrams, f::get_interfaces, nullptr),
    host_option(OPTION(IPPROTO_IP, IP_HDRINCL), kRaw4, kBoolean, kHostDecides, host::kIpprotoIp, host::kIpHeaderIncluded),
    number_option(OPTION(IPPROTO_IP, IP_IFLIST), kIpDatagrams, kBoolean, 0, f::get_interface_list_state, f::set_interface_list_state),
    read_in(kConnected, read_only(host_option(OPTION(IPPROTO_IP, IP_MTU), kIpInternet, kInteger, kHostDecides, host::kIpprotoIp,
                                              host::kIpMtu)), WSAENOTCONN),
    number_option(OPTION(IPPROTO_IP, IP_MTU_DISCOVER), kIpInternet, kInteger, IP_PMTUDISC_NOT_SET, f::get_mtu_discover,
                  f::set_mtu_discover),
    number_option(OPTION(IPPROTO_IP, IP_MULTICAST_IF), kIpDatagrams, kInteger, 0, f::get_multicast_interface, f::set_multicast_interface),
    number_option(OPTION(IPPROTO_IP, IP_MULTICAST_LOOP), kIpDatagrams, kBoolean, 1, f::get_multicast_loop, f::set_multicast_loop),
    host_option(OPTION(IPPROTO_IP, IP_MULTICAST_TTL), kIpDatagrams, kByteInteger, 1, host::kIpprotoIp, host::kIpMulticastTtl),
    bytes_option(OPTION(IPPROTO_IP, IP_OPTIONS), kUdp4 | kTcp4 | kRaw4, f::get_ip_options, f::set_ip_options),
    control_data_option(OPTION(IPPROTO_IP, IP_ORIGINAL_ARRIVAL_IF), kIpDatagrams, ControlData::kOriginalInterface4, f::want_packet_info4),
    control_data_option(OPTION(IPPROTO_IP, IP_PKTINFO), kIpDatagrams, ControlData::kPacketInfo4, f::want_packet_info4),
    number_option(OPTION(IPPROTO_IP, IP_PROTECTION_LEVEL), kIpInternet, kInteger, PROTECTION_LEVEL_UNRESTRICTED, f::get_protection_level,
                  f::set_protection_level),
    number_option(OPTION(IPPROTO_IP, IP_RECEIVE_BROADCAST), kIpDatagrams, kBoolean, 1, f::get_receive_broadcast, f::set_receive_broadcast),
    control_data_option(OPTION(IPPROTO_IP, IP_RECVDSTADDR), kIpDatagrams, ControlData::kDestination4, f::want_packet_info4),
    control_data_option(OPTION(IPPROTO_IP, IP_RECVECN), kIpDatagrams, ControlData::kEcn4, f::want_tos4),
    control_data_option(OPTION(IPPROTO_IP, IP_RECVERR), kIpDatagrams, ControlData::kErrors4, f::want_errors4),
    control_data_option(OPTION(IPPROTO_IP, IP_RECVIF), kIpDatagrams, ControlData::kReceivingInterface4, f::want_packet_info4),
    control_data_option(OPTION(IPPROTO_IP, IP_RECVTOS), kIpDatagrams, ControlData::kTos4, f::want_tos4),
    control_data_option(OPTION(IPPROTO_IP, IP_RECVTTL), kIpDatagrams, ControlData::kTtl4, f::want_ttl4),
    host_option(OPTION(IPPROTO_IP, IP_TOS), kIpInternet, kByteInteger, 0, host::kIpprotoIp, host::kIpTos),
    host_option(OPTION(IPPROTO_IP, IP_TTL), kIpInternet, kByteInteger, kHostDecides, host::kIpprotoIp, host::kIpTtl),
    bytes_option(OPTION(IPPROTO_IP, IP_UNBLOCK_SOURCE), kIpDatagrams, nullptr, f::unblock_source),
    number_option(OPTION(IPPROTO_IP, IP_UNICAST_IF), kIpInternet, kInteger, 0, f::get_unicast_interface4, f::set_unicast_interface4),
    state_option(OPTION(IPPROTO_IP, IP_USER_MTU), kIpInternet, kInteger, StateField::kUserMtu, IP_UNSPECIFIED_USER_MTU),
    missing_option(OPTION(IPPROTO_IP, IP_WFP_REDIRECT_CONTEXT), kIpDatagrams),
    missing_option(OPTION(IPPROTO_IP, IP_WFP_REDIRECT_RECORDS), kIpDatagrams),
    bytes_option(OPTION(IPPROTO_IP, MCAST_BLOCK_SOURCE), kIpDatagrams, nullptr, f::block_group_source),
    bytes_option(OPTION(IPPROTO_IP, MCAST_JOIN_GROUP), kIpDatagrams, nullptr, f::join_group),
    bytes_option(OPTION(IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP), kIpDatagrams, nullptr, f::join_source_group),
    bytes_option(OPTION(IPPROTO_IP, MCAST_LEAVE_GROUP), kIpDatagrams, nullptr, f::leave_group),
    bytes_option(OPTION(IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP), kIpDatagrams, nullptr, f::leave_source_group),
    bytes_option(OPTION(IPPROTO_IP, MCAST_UNBLOCK_SOURCE), kIpDatagrams, nullptr, f::unblock_group_source),

    // ---- IPPROTO_IPV6
    number_option(OPTION(IPPROTO_IPV6, IPV6_ADD_IFLIST), kDatagrams6, kInteger, kHostDecides, nullptr, f::add_interface),
    bytes_option(OPTION(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP), kDatagrams6, nullptr, f::add_membership6),
    host_option(OPTION(IPPROTO_IPV6, IPV6_CHECKSUM), kRaw6, kInteger, kHostDecides, host::kIpprotoIpv6, host::kIpv6Checksum),
    number_option(OPTION(IPPROTO_IPV6, IPV6_DEL_IFLIST), kDatagrams6, kInteger, kHostDecides, nullptr, f::remove_interface),
    host_option(OPTION(IPPROTO_IPV6, IPV6_DONTFRAG), kDatagrams6, kBoolean, 0, host::kIpprotoIpv6, host::kIpv6DontFragment),
    bytes_option(OPTION(IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP), kDatagrams6, nullptr, f::drop_membership6),
    bytes_option(OPTION(IPPROTO_IPV6, IPV6_GET_IFLIST), kDatagrams6, f::get_interfaces, nullptr),
    host_option(OPTION(IPPROTO_IPV6, IPV6_HDRINCL), kRaw6, kBoolean, 0, host::kIpprotoIpv6, host::kIpv6HeaderIncluded),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_HOPLIMIT), kDatagrams6, ControlData::kHopLimit6, f::want_hop_limit6),
    number_option(OPTION(IPPROTO_IPV6, IPV6_IFLIST), kDatagrams6, kBoolean, 0, f::get_interface_list_state, f::set_interface_list_state),
    read_in(kConnected, read_only(host_option(OPTION(IPPROTO_IPV6, IPV6_MTU), kSix, kInteger, kHostDecides, host::kIpprotoIpv6,
                                              host::kIpv6Mtu)), WSAENOTCONN),
    number_option(OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER), kSix, kInteger, IP_PMTUDISC_NOT_SET, f::get_mtu_discover6,
                  f::set_mtu_discover6),
    host_option(OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS), kDatagrams6, kInteger, 1, host::kIpprotoIpv6, host::kIpv6MulticastHops),
    host_option(OPTION(IPPROTO_IPV6, IPV6_MULTICAST_IF), kDatagrams6, kInteger, 0, host::kIpprotoIpv6, host::kIpv6MulticastIf),
    host_option(OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP), kDatagrams6, kBoolean, 1, host::kIpprotoIpv6, host::kIpv6MulticastLoop),
    control_data_option(Name{IPPROTO_IPV6, IP_ORIGINAL_ARRIVAL_IF, "IP_ORIGINAL_ARRIVAL_IF of IPv6"}, kDatagrams6,
                        ControlData::kOriginalInterface6, f::want_packet_info6),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_PKTINFO), kDatagrams6, ControlData::kPacketInfo6, f::want_packet_info6),
    number_option(OPTION(IPPROTO_IPV6, IPV6_PROTECTION_LEVEL), kSix, kInteger, PROTECTION_LEVEL_UNRESTRICTED, f::get_protection_level,
                  f::set_protection_level),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_RECVDSTADDR), kDatagrams6, ControlData::kDestination6, f::want_packet_info6),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_RECVECN), kDatagrams6, ControlData::kEcn6, f::want_traffic_class6),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_RECVERR), kDatagrams6, ControlData::kErrors6, f::want_errors6),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_RECVIF), kDatagrams6, ControlData::kReceivingInterface6, f::want_packet_info6),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_RECVRTHDR), kDatagrams6, ControlData::kRoutingHeader6, f::want_routing_header6),
    control_data_option(OPTION(IPPROTO_IPV6, IPV6_RECVTCLASS), kDatagrams6, ControlData::kTrafficClass6, f::want_traffic_class6),
    host_option(OPTION(IPPROTO_IPV6, IPV6_TCLASS), kSix, kInteger, 0, host::kIpprotoIpv6, host::kIpv6TrafficClass),
    host_option(OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS), kSix, kInteger, kHostDecides, host::kIpprotoIpv6, host::kIpv6UnicastHops),
    number_option(OPTION(IPPROTO_IPV6, IPV6_UNICAST_IF), kSix, kInteger, 0, f::get_unicast_interface6, f::set_unicast_interface6),
    number_option(OPTION(IPPROTO_IPV6, IPV6_USER_MTU), kSix, kInteger, IP_UNSPECIFIED_USER_MTU, f::get_user_mtu6, f::set_user_mtu6),
    set_in(kUnbound, host_option(OPTION(IPPROTO_IPV6, IPV6_V6ONLY), kTcp6 | kUdp6, kBoolean, 1, host::kIpprotoIpv6, host::kIpv6V6only)),
    missing_option(OPTION(IPPROTO_IPV6, IPV6_WFP_REDIRECT_CONTEXT), kDatagrams6),
    missing_option(OPTION(IPPROTO_IPV6, IPV6_WFP_REDIRECT_RECORDS), kDatagrams6),
    bytes_option(OPTION(IPPROTO_IPV6, MCAST_BLOCK_SOURCE), kDatagrams6, nullptr, f::block_group_source),
    bytes_option(OPTION(IPPROTO_IPV6, MCAST_JOIN_GROUP), kDatagrams6, nullptr, f::join_group),
    bytes_option(OPTION(IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP), kDatagrams6, nullptr, f::join_source_group),
    bytes_option(OPTION(IPPROTO_IPV6, MCAST_LEAVE_GROUP), kDatagrams6, nullptr, f::leave_group),
    bytes_option(OPTION(IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP), kDatagrams6, nullptr, f::leave_source_group),
    bytes_option(OPTION(IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE), kDatagrams6, nullptr, f::unblock_group_source),

    // ---- IPPROTO_UDP
    number_option(OPTION(IPPROTO_UDP, UDP_CHECKSUM_COVERAGE), kUdp4, kBoolean, 1, f::get_checksum_coverage, f::set_checksum_coverage),
    host_option(OPTION(IPPROTO_UDP, UDP_NOCHECKSUM), kUdp4, kBoolean, 0, host::kSolSocket, host::kSoNoCheck),
    number_option(OPTION(IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE), kUdp, kInteger, 0, f::get_coalesced_size, f::set_coalesced_size),
    host_option(OPTION(IPPROTO_UDP, UDP_SEND_MSG_SIZE), kUdp, kInteger, 0, host::kIpprotoUdp, host::kUdpSegment),
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

std::span<const Option> all_options() { return std::span(kOptions).subspan(1); }

bool is_option_level(int level) {
  return level == SOL_SOCKET || level == IPPROTO_TCP || level == IPPROTO_IP || level == IPPROTO_IPV6 || level == IPPROTO_UDP;
}

}  // namespace windsock
