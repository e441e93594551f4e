// The functions of the options about multicast groups (option_functions.h).
#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/ws2_32/option_functions.h"
#include "dlls/ws2_32/translate_address.h"

namespace windsock::option_functions {

namespace {

// Where Windows wants an IPv4 address of an interface it takes its index too, as 0.x.x.x.
host::Membership on_interface(uint32_t group, uint32_t interface) {
  uint32_t number = __builtin_bswap32(interface);
  if (number && number < 0x01000000) return {group, 0, static_cast<int32_t>(number)};
  return {group, interface, 0};
}

WsaResult<void> change_membership(SocketRef& socket, int host_name, const char* value, int length) {
  ip_mreq request = WS_TRY(read_structure<ip_mreq>(value, length));
  host::Membership membership = on_interface(request.imr_multiaddr.s_addr, request.imr_interface.s_addr);
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIp, host_name, membership));
}

// The IPv4 address of an address of the machine.
uint32_t address_in(const host::Address& address) {
  uint32_t value;
  memcpy(&value, address.bytes.data() + offsetof(sockaddr_in, sin_addr), sizeof value);
  return value;
}

// The first IPv4 address of an interface, or its index by an address; 0: there is none.
WsaResult<uint32_t> address_of_interface(uint32_t index) {
  for (const host::InterfaceAddress& one : WS_TRY_HOST(host::interface_addresses()))
    if (one.index == index && one.address.family() == host::kAfInet) return address_in(one.address);
  return 0u;
}
WsaResult<uint32_t> index_of_interface(uint32_t address) {
  for (const host::InterfaceAddress& one : WS_TRY_HOST(host::interface_addresses()))
    if (one.address.family() == host::kAfInet && address_in(one.address) == address) return one.index;
  return 0u;
}

WsaResult<void> change_source(SocketRef& socket, int host_name, const char* value, int length) {
  ip_mreq_source request = WS_TRY(read_structure<ip_mreq_source>(value, length));
  // The host's request has no room for an index.
  if (int32_t index = on_interface(0, request.imr_interface.s_addr).interface_index) {
    request.imr_interface.s_addr = WS_TRY(address_of_interface(static_cast<uint32_t>(index)));
    if (request.imr_interface.s_addr == 0) return wsa_failure(WSAEADDRNOTAVAIL);
  }
  host::SourceMembership membership{request.imr_multiaddr.s_addr, request.imr_interface.s_addr, request.imr_sourceaddr.s_addr};
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIp, host_name, membership));
}

WsaResult<void> change_membership6(SocketRef& socket, int host_name, const char* value, int length) {
  static_assert(sizeof(ipv6_mreq) == 20);
  ipv6_mreq request = WS_TRY(read_structure<ipv6_mreq>(value, length));
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIpv6, host_name, request));
}

}  // namespace

// The host does not tell the index again.
WsaResult<uint32_t> get_multicast_interface(SocketRef& socket) { return socket.socket().get_current(StateField::kMulticastIf); }
WsaResult<void> set_multicast_interface(SocketRef& socket, uint32_t interface) {
  host::Membership asked = on_interface(0, interface);
  auto index = static_cast<uint32_t>(asked.interface_index);
  if (asked.interface_address != 0) index = WS_TRY(index_of_interface(asked.interface_address));
  WS_TRY_HOST(host::set_option(socket.fd(), host::kIpprotoIp, host::kIpMulticastIf, asked));
  return set_state(socket, StateField::kMulticastIf, index);
}
WsaResult<void> add_membership(SocketRef& socket, const char* value, int length) {
  return change_membership(socket, host::kIpAddMembership, value, length);
}
WsaResult<void> drop_membership(SocketRef& socket, const char* value, int length) {
  return change_membership(socket, host::kIpDropMembership, value, length);
}
WsaResult<void> add_source_membership(SocketRef& socket, const char* value, int length) {
  return change_source(socket, host::kIpAddSourceMembership, value, length);
}
WsaResult<void> drop_source_membership(SocketRef& socket, const char* value, int length) {
  return change_source(socket, host::kIpDropSourceMembership, value, length);
}
WsaResult<void> block_source(SocketRef& socket, const char* value, int length) {
  return change_source(socket, host::kIpBlockSource, value, length);
}
WsaResult<void> unblock_source(SocketRef& socket, const char* value, int length) {
  return change_source(socket, host::kIpUnblockSource, value, length);
}
WsaResult<void> add_membership6(SocketRef& socket, const char* value, int length) {
  return change_membership6(socket, host::kIpv6JoinGroup, value, length);
}
WsaResult<void> drop_membership6(SocketRef& socket, const char* value, int length) {
  return change_membership6(socket, host::kIpv6LeaveGroup, value, length);
}

// ---- the requests that name groups of either family; laid out as the host's but for the number of a family -------------------------------------
namespace {

// The level of the host that the group belongs to. WSAEINVAL: not of the level that the program named.
WsaResult<int> address_to_host_in_place(SOCKADDR_STORAGE& address, int level) {
  auto host_address = address_to_host(reinterpret_cast<const sockaddr*>(&address), sizeof address, level == IPPROTO_IP ? AF_INET : AF_INET6);
  if (!host_address) return wsa_failure(WSAEINVAL);
  memset(&address, 0, sizeof address);
  memcpy(&address, host_address.value().bytes.data(), host_address.value().length);
  return level == IPPROTO_IP ? host::kIpprotoIp : host::kIpprotoIpv6;
}

int level_of(const SOCKADDR_STORAGE& group) { return group.ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6; }

WsaResult<void> change_group(SocketRef& socket, int host_name, const char* value, int length) {
  static_assert(sizeof(GROUP_REQ) == 136 && offsetof(GROUP_REQ, gr_group) == 8);
  GROUP_REQ request = WS_TRY(read_structure<GROUP_REQ>(value, length));
  int level = WS_TRY(address_to_host_in_place(request.gr_group, level_of(request.gr_group)));
  return wsa_result(host::set_option(socket.fd(), level, host_name, request));
}

WsaResult<void> change_group_source(SocketRef& socket, int host_name, const char* value, int length) {
  static_assert(sizeof(GROUP_SOURCE_REQ) == 264 && offsetof(GROUP_SOURCE_REQ, gsr_source) == 136);
  GROUP_SOURCE_REQ request = WS_TRY(read_structure<GROUP_SOURCE_REQ>(value, length));
  int windows_level = level_of(request.gsr_group);
  int level = WS_TRY(address_to_host_in_place(request.gsr_group, windows_level));
  WS_TRY(address_to_host_in_place(request.gsr_source, windows_level));
  return wsa_result(host::set_option(socket.fd(), level, host_name, request));
}

}  // namespace

WsaResult<void> join_group(SocketRef& socket, const char* value, int length) {
  return change_group(socket, host::kMcastJoinGroup, value, length);
}
WsaResult<void> leave_group(SocketRef& socket, const char* value, int length) {
  return change_group(socket, host::kMcastLeaveGroup, value, length);
}
WsaResult<void> join_source_group(SocketRef& socket, const char* value, int length) {
  return change_group_source(socket, host::kMcastJoinSourceGroup, value, length);
}
WsaResult<void> leave_source_group(SocketRef& socket, const char* value, int length) {
  return change_group_source(socket, host::kMcastLeaveSourceGroup, value, length);
}
WsaResult<void> block_group_source(SocketRef& socket, const char* value, int length) {
  return change_group_source(socket, host::kMcastBlockSource, value, length);
}
WsaResult<void> unblock_group_source(SocketRef& socket, const char* value, int length) {
  return change_group_source(socket, host::kMcastUnblockSource, value, length);
}

}  // namespace windsock::option_functions
