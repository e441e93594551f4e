// The functions of the rows of the control table. control_functions_socket.cpp has those that belong to no protocol,
// control_functions_transport.cpp those of TCP, UDP and multicast, control_functions_address.cpp those about addresses and routes.
#pragma once

#include "dlls/ws2_32/control_table.h"

namespace windsock::control_functions {

// ---- any socket ----------------------------------------------------------------------------------------------------------
WsaResult<void> set_mode(ControlCall& call);
WsaResult<void> count_readable(ControlCall& call);
WsaResult<void> no_urgent_data(ControlCall& call);
WsaResult<void> base_handle(ControlCall& call);
WsaResult<void> peer_process(ControlCall& call);
WsaResult<void> extension_function(ControlCall& call);
WsaResult<void> extension_table(ControlCall& call);
WsaResult<void> receive_side_scaling(ControlCall& call);
WsaResult<void> receive_all(ControlCall& call);
WsaResult<void> accept_silently(ControlCall& call);
WsaResult<void> acquire_ports(ControlCall& call);
WsaResult<void> release_ports(ControlCall& call);
WsaResult<void> associate_ports(ControlCall& call);

// ---- TCP, UDP, multicast -------------------------------------------------------------------------------------------------
WsaResult<void> keep_alive(ControlCall& call);
WsaResult<void> tcp_info(ControlCall& call);
WsaResult<void> initial_timeout(ControlCall& call);
WsaResult<void> loopback_fast_path(ControlCall& call);
WsaResult<void> ideal_backlog(ControlCall& call);
WsaResult<void> await_backlog_change(ControlCall& call);
WsaResult<void> connection_reset(ControlCall& call);
WsaResult<void> network_reset(ControlCall& call);
WsaResult<void> circular_queueing(ControlCall& call);
WsaResult<void> cpu_affinity(ControlCall& call);
WsaResult<void> multipoint_loopback(ControlCall& call);
WsaResult<void> multicast_scope(ControlCall& call);
WsaResult<void> set_multicast_filter(ControlCall& call);
WsaResult<void> get_multicast_filter(ControlCall& call);

// ---- addresses and routes ------------------------------------------------------------------------------------------------
WsaResult<void> interface_list(ControlCall& call);
WsaResult<void> address_list(ControlCall& call);
WsaResult<void> sort_addresses(ControlCall& call);
WsaResult<void> broadcast_address(ControlCall& call);
WsaResult<void> routing_interface(ControlCall& call);
WsaResult<void> await_address_change(ControlCall& call);
WsaResult<void> await_route_change(ControlCall& call);

}  // namespace windsock::control_functions
