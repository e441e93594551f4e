// The options that are more than a number of the host or a value of the socket's state: functions for rows of the option table.
// option_functions_socket.cpp has those of SOL_SOCKET, option_functions_transport.cpp those of TCP and UDP, option_functions_ip.cpp
// those of IPv4 and IPv6, option_functions_multicast.cpp those about groups,
// option_functions_filter.cpp those about what is received.
#pragma once

#include <cstring>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// Changes a Windows-only value; one that is there already costs no trip to windsockd.
WsaResult<void> set_state(SocketRef& socket, StateField field, uint32_t value);

namespace option_functions {

// A number of the host under another name.
WsaResult<uint32_t> get_host(SocketRef& socket, int level, int name);
WsaResult<void> set_host(SocketRef& socket, int level, int name, uint32_t value);
// WSAEFAULT: there are not enough bytes.
template <typename T>
WsaResult<T> read_structure(const char* value, int length) {
  T structure;
  if (length < static_cast<int>(sizeof structure)) return wsa_failure(10014);
  memcpy(&structure, value, sizeof structure);
  return structure;
}

// ---- SOL_SOCKET ----------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_type(SocketRef& socket);
WsaResult<uint32_t> get_error(SocketRef& socket);
WsaResult<uint32_t> get_max_message_size(SocketRef& socket);
WsaResult<uint32_t> get_group_id(SocketRef& socket);
WsaResult<uint32_t> get_connect_time(SocketRef& socket);

WsaResult<void> set_reuse_address(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_reuse_address(SocketRef& socket);
WsaResult<void> set_exclusive_address(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_exclusive_address(SocketRef& socket);
WsaResult<uint32_t> get_compartment(SocketRef& socket);
WsaResult<void> set_compartment(SocketRef& socket, uint32_t compartment);
WsaResult<uint32_t> get_pause_accept(SocketRef& socket);
WsaResult<void> set_pause_accept(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_randomize_port(SocketRef& socket);
WsaResult<void> set_randomize_port(SocketRef& socket, uint32_t on);
WsaResult<void> update_accept_context(SocketRef& socket, const char* value, int length);
WsaResult<void> update_connect_context(SocketRef& socket, const char* value, int length);

WsaResult<uint32_t> get_receive_timeout(SocketRef& socket);
WsaResult<void> set_receive_timeout(SocketRef& socket, uint32_t milliseconds);
WsaResult<uint32_t> get_send_timeout(SocketRef& socket);
WsaResult<void> set_send_timeout(SocketRef& socket, uint32_t milliseconds);
WsaResult<uint32_t> get_receive_buffer(SocketRef& socket);
WsaResult<void> set_receive_buffer(SocketRef& socket, uint32_t size);
WsaResult<uint32_t> get_send_buffer(SocketRef& socket);
WsaResult<void> set_send_buffer(SocketRef& socket, uint32_t size);

WsaResult<uint32_t> get_dont_linger(SocketRef& socket);
WsaResult<void> set_dont_linger(SocketRef& socket, uint32_t on);
WsaResult<int> get_linger(SocketRef& socket, char* value, int room);
WsaResult<void> set_linger(SocketRef& socket, const char* value, int length);
WsaResult<int> get_protocol_info_a(SocketRef& socket, char* value, int room);
WsaResult<int> get_protocol_info_w(SocketRef& socket, char* value, int room);
WsaResult<int> get_bsp_state(SocketRef& socket, char* value, int room);

// ---- TCP and UDP ---------------------------------------------------------------------------------------------------------
WsaResult<void> set_keep_alive_idle(SocketRef& socket, uint32_t seconds);
WsaResult<uint32_t> get_keep_alive_idle(SocketRef& socket);
WsaResult<void> set_keep_alive_interval(SocketRef& socket, uint32_t seconds);
WsaResult<uint32_t> get_keep_alive_interval(SocketRef& socket);
WsaResult<void> set_keep_alive_count(SocketRef& socket, uint32_t count);
WsaResult<uint32_t> get_keep_alive_count(SocketRef& socket);
WsaResult<uint32_t> get_max_retransmit_seconds(SocketRef& socket);
WsaResult<void> set_max_retransmit_seconds(SocketRef& socket, uint32_t seconds);
WsaResult<uint32_t> get_max_retransmit_milliseconds(SocketRef& socket);
WsaResult<void> set_max_retransmit_milliseconds(SocketRef& socket, uint32_t milliseconds);
WsaResult<uint32_t> get_expedited(SocketRef& socket);
WsaResult<void> set_expedited(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_bsd_urgent(SocketRef& socket);
WsaResult<void> set_bsd_urgent(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_fast_open(SocketRef& socket);
WsaResult<void> set_fast_open(SocketRef& socket, uint32_t on);
// A name, as text: "cubic".
WsaResult<int> get_congestion_algorithm(SocketRef& socket, char* value, int room);
WsaResult<void> set_congestion_algorithm(SocketRef& socket, const char* value, int length);
WsaResult<int> get_icmp_error(SocketRef& socket, char* value, int room);
WsaResult<uint32_t> get_checksum_coverage(SocketRef& socket);
WsaResult<void> set_checksum_coverage(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_coalesced_size(SocketRef& socket);
WsaResult<void> set_coalesced_size(SocketRef& socket, uint32_t size);

// ---- IPv4 and IPv6 -------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_dont_fragment(SocketRef& socket);
WsaResult<void> set_dont_fragment(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_mtu_discover(SocketRef& socket);
WsaResult<void> set_mtu_discover(SocketRef& socket, uint32_t mode);
WsaResult<uint32_t> get_mtu_discover6(SocketRef& socket);
WsaResult<void> set_mtu_discover6(SocketRef& socket, uint32_t mode);
WsaResult<uint32_t> get_user_mtu6(SocketRef& socket);
WsaResult<void> set_user_mtu6(SocketRef& socket, uint32_t mtu);
WsaResult<uint32_t> get_protection_level(SocketRef& socket);
WsaResult<void> set_protection_level(SocketRef& socket, uint32_t level);
// Set in network byte order, read in the machine's, as documented; those of IPv6 always in the machine's.
WsaResult<uint32_t> get_unicast_interface4(SocketRef& socket);
WsaResult<void> set_unicast_interface4(SocketRef& socket, uint32_t index);
WsaResult<uint32_t> get_unicast_interface6(SocketRef& socket);
WsaResult<void> set_unicast_interface6(SocketRef& socket, uint32_t index);
WsaResult<int> get_ip_options(SocketRef& socket, char* value, int room);
WsaResult<void> set_ip_options(SocketRef& socket, const char* value, int length);
// After a bit of StateField::kControlData has changed: gives the host's option the value that the bits ask for.
WsaResult<void> want_packet_info4(SocketRef& socket, uint32_t on);
WsaResult<void> want_packet_info6(SocketRef& socket, uint32_t on);
WsaResult<void> want_tos4(SocketRef& socket, uint32_t on);
WsaResult<void> want_traffic_class6(SocketRef& socket, uint32_t on);
WsaResult<void> want_ttl4(SocketRef& socket, uint32_t on);
WsaResult<void> want_hop_limit6(SocketRef& socket, uint32_t on);
WsaResult<void> want_errors4(SocketRef& socket, uint32_t on);
WsaResult<void> want_errors6(SocketRef& socket, uint32_t on);
WsaResult<void> want_routing_header6(SocketRef& socket, uint32_t on);

// ---- what is received ------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_receive_broadcast(SocketRef& socket);
WsaResult<void> set_receive_broadcast(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_multicast_loop(SocketRef& socket);
WsaResult<void> set_multicast_loop(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_interface_list_state(SocketRef& socket);
WsaResult<void> set_interface_list_state(SocketRef& socket, uint32_t on);
// WSAEINVAL: the list is not switched on, or does not have the interface.
WsaResult<void> add_interface(SocketRef& socket, uint32_t index);
WsaResult<void> remove_interface(SocketRef& socket, uint32_t index);
WsaResult<int> get_interfaces(SocketRef& socket, char* value, int room);

// ---- groups --------------------------------------------------------------------------------------------------------------
// Set as an address or, as 0.x.x.x, an index, in network byte order; read as an index in the machine's.
WsaResult<uint32_t> get_multicast_interface(SocketRef& socket);
WsaResult<void> set_multicast_interface(SocketRef& socket, uint32_t interface);
WsaResult<void> add_membership(SocketRef& socket, const char* value, int length);
WsaResult<void> drop_membership(SocketRef& socket, const char* value, int length);
WsaResult<void> add_source_membership(SocketRef& socket, const char* value, int length);
WsaResult<void> drop_source_membership(SocketRef& socket, const char* value, int length);
WsaResult<void> block_source(SocketRef& socket, const char* value, int length);
WsaResult<void> unblock_source(SocketRef& socket, const char* value, int length);
WsaResult<void> add_membership6(SocketRef& socket, const char* value, int length);
WsaResult<void> drop_membership6(SocketRef& socket, const char* value, int length);
// GROUP_REQ and GROUP_SOURCE_REQ, of either family.
WsaResult<void> join_group(SocketRef& socket, const char* value, int length);
WsaResult<void> leave_group(SocketRef& socket, const char* value, int length);
WsaResult<void> join_source_group(SocketRef& socket, const char* value, int length);
WsaResult<void> leave_source_group(SocketRef& socket, const char* value, int length);
WsaResult<void> block_group_source(SocketRef& socket, const char* value, int length);
WsaResult<void> unblock_group_source(SocketRef& socket, const char* value, int length);

}  // namespace option_functions
}  // namespace windsock
