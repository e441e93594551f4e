// The options that are more than a number of the host or a value of the socket's state: functions for rows of the option table.
// option_functions_socket.cpp has those of SOL_SOCKET, option_functions_ip.cpp those of the protocols.
#pragma once

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// Changes a Windows-only value; one that is there already costs no trip to windsockd.
WsaResult<void> set_state(SocketRef& socket, StateField field, uint32_t value);

namespace option_functions {

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
WsaResult<void> set_conditional_accept(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_conditional_accept(SocketRef& socket);

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

// ---- the protocols -------------------------------------------------------------------------------------------------------
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

WsaResult<uint32_t> get_dont_fragment(SocketRef& socket);
WsaResult<void> set_dont_fragment(SocketRef& socket, uint32_t on);
WsaResult<uint32_t> get_mtu_discover(SocketRef& socket);
WsaResult<void> set_mtu_discover(SocketRef& socket, uint32_t mode);
WsaResult<uint32_t> get_mtu_discover6(SocketRef& socket);
WsaResult<void> set_mtu_discover6(SocketRef& socket, uint32_t mode);
WsaResult<uint32_t> get_protection_level(SocketRef& socket);
WsaResult<void> set_protection_level(SocketRef& socket, uint32_t level);
WsaResult<uint32_t> get_unicast_interface6(SocketRef& socket);
WsaResult<void> set_unicast_interface6(SocketRef& socket, uint32_t index);
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

}  // namespace option_functions
}  // namespace windsock
