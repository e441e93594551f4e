// The functions of the protocols' options (option_functions.h). All of them are the host's, in another form.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>

#include "dlls/ws2_32/option_functions.h"

namespace windsock::option_functions {
namespace {

WsaResult<uint32_t> get_host(SocketRef& socket, int level, int name) {
  return static_cast<uint32_t>(WS_TRY_HOST(host::get_option<int>(socket.fd(), level, name)));
}
WsaResult<void> set_host(SocketRef& socket, int level, int name, uint32_t value) {
  return wsa_result(host::set_option(socket.fd(), level, name, value));
}

template <typename T>
WsaResult<T> read_structure(const char* value, int length) {
  T structure;
  if (length < static_cast<int>(sizeof structure)) return wsa_failure(WSAEFAULT);
  memcpy(&structure, value, sizeof structure);
  return structure;
}

}  // namespace

// ---- TCP: the host allows less of each than Windows; more is cut to what there is ---------------------------------------------------
WsaResult<void> set_keep_alive_idle(SocketRef& socket, uint32_t seconds) {
  return set_host(socket, host::kIpprotoTcp, host::kTcpKeepIdle, std::min(seconds, host::kMaxKeepAliveSeconds));
}
WsaResult<uint32_t> get_keep_alive_idle(SocketRef& socket) { return get_host(socket, host::kIpprotoTcp, host::kTcpKeepIdle); }

WsaResult<void> set_keep_alive_interval(SocketRef& socket, uint32_t seconds) {
  return set_host(socket, host::kIpprotoTcp, host::kTcpKeepIntvl, std::min(seconds, host::kMaxKeepAliveSeconds));
}
WsaResult<uint32_t> get_keep_alive_interval(SocketRef& socket) { return get_host(socket, host::kIpprotoTcp, host::kTcpKeepIntvl); }

WsaResult<void> set_keep_alive_count(SocketRef& socket, uint32_t count) {
  if (count > 255) return wsa_failure(WSAEINVAL);
  return set_host(socket, host::kIpprotoTcp, host::kTcpKeepCnt, std::min(count, host::kMaxKeepAliveProbes));
}
WsaResult<uint32_t> get_keep_alive_count(SocketRef& socket) { return get_host(socket, host::kIpprotoTcp, host::kTcpKeepCnt); }

// How long unacknowledged data is sent again. -1 is for ever, which the host has no value for: its longest, 24 days, stands for it.
namespace {
constexpr uint32_t kForEver = 0xffffffff;
constexpr uint32_t kLongest = INT32_MAX;
}  // namespace

WsaResult<uint32_t> get_max_retransmit_milliseconds(SocketRef& socket) {
  uint32_t milliseconds = WS_TRY(get_host(socket, host::kIpprotoTcp, host::kTcpUserTimeout));
  return milliseconds == kLongest ? kForEver : milliseconds;
}
WsaResult<void> set_max_retransmit_milliseconds(SocketRef& socket, uint32_t milliseconds) {
  return set_host(socket, host::kIpprotoTcp, host::kTcpUserTimeout, std::min(milliseconds, kLongest));
}
WsaResult<uint32_t> get_max_retransmit_seconds(SocketRef& socket) {
  uint32_t milliseconds = WS_TRY(get_max_retransmit_milliseconds(socket));
  return milliseconds == kForEver ? kForEver : milliseconds / 1000;
}
WsaResult<void> set_max_retransmit_seconds(SocketRef& socket, uint32_t seconds) {
  return set_max_retransmit_milliseconds(socket, seconds > kLongest / 1000 ? kLongest : seconds * 1000);
}

// ---- fragments ---------------------------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_dont_fragment(SocketRef& socket) {
  uint32_t mode = WS_TRY(get_host(socket, host::kIpprotoIp, host::kIpMtuDiscover));
  return mode == host::kMtuDo || mode == host::kMtuProbe ? 1u : 0u;
}
WsaResult<void> set_dont_fragment(SocketRef& socket, uint32_t on) {
  return set_host(socket, host::kIpprotoIp, host::kIpMtuDiscover, on ? host::kMtuDo : host::kMtuDont);
}

namespace {

// The host's modes by Windows' numbers.
constexpr uint32_t kMtuModes[] = {host::kMtuWant, host::kMtuDo, host::kMtuDont, host::kMtuProbe};
static_assert(IP_PMTUDISC_NOT_SET == 0 && IP_PMTUDISC_DO == 1 && IP_PMTUDISC_DONT == 2 && IP_PMTUDISC_PROBE == 3);

WsaResult<uint32_t> get_mtu_mode(SocketRef& socket, int level, int name) {
  uint32_t mode = WS_TRY(get_host(socket, level, name));
  const uint32_t* found = std::find(std::begin(kMtuModes), std::end(kMtuModes), mode);
  return found == std::end(kMtuModes) ? static_cast<uint32_t>(IP_PMTUDISC_NOT_SET) : static_cast<uint32_t>(found - kMtuModes);
}
WsaResult<void> set_mtu_mode(SocketRef& socket, int level, int name, uint32_t mode) {
  if (mode >= std::size(kMtuModes)) return wsa_failure(WSAEINVAL);
  return set_host(socket, level, name, kMtuModes[mode]);
}

}  // namespace

WsaResult<uint32_t> get_mtu_discover(SocketRef& socket) { return get_mtu_mode(socket, host::kIpprotoIp, host::kIpMtuDiscover); }
WsaResult<void> set_mtu_discover(SocketRef& socket, uint32_t mode) {
  return set_mtu_mode(socket, host::kIpprotoIp, host::kIpMtuDiscover, mode);
}
WsaResult<uint32_t> get_mtu_discover6(SocketRef& socket) { return get_mtu_mode(socket, host::kIpprotoIpv6, host::kIpv6MtuDiscover); }
WsaResult<void> set_mtu_discover6(SocketRef& socket, uint32_t mode) {
  return set_mtu_mode(socket, host::kIpprotoIpv6, host::kIpv6MtuDiscover, mode);
}

// ---- protection level: for Teredo and the edge firewall of Windows; kept, and without effect ------------------------------------------------
WsaResult<uint32_t> get_protection_level(SocketRef& socket) {
  uint32_t level = socket.socket().get(StateField::kProtectionLevel);
  return level ? level : static_cast<uint32_t>(PROTECTION_LEVEL_UNRESTRICTED);
}
WsaResult<void> set_protection_level(SocketRef& socket, uint32_t level) {
  if (level == PROTECTION_LEVEL_DEFAULT) level = PROTECTION_LEVEL_UNRESTRICTED;
  if (level != PROTECTION_LEVEL_UNRESTRICTED && level != PROTECTION_LEVEL_EDGERESTRICTED && level != PROTECTION_LEVEL_RESTRICTED)
    return wsa_failure(WSAEINVAL);
  return set_state(socket, StateField::kProtectionLevel, level);
}

// ---- interfaces and groups -----------------------------------------------------------------------------------------------------------------
// Windows has the index in the byte order of the machine, the host in that of the network.
WsaResult<uint32_t> get_unicast_interface6(SocketRef& socket) {
  return __builtin_bswap32(WS_TRY(get_host(socket, host::kIpprotoIpv6, host::kIpv6UnicastIf)));
}
WsaResult<void> set_unicast_interface6(SocketRef& socket, uint32_t index) {
  return set_host(socket, host::kIpprotoIpv6, host::kIpv6UnicastIf, __builtin_bswap32(index));
}

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

WsaResult<void> change_source(SocketRef& socket, int host_name, const char* value, int length) {
  ip_mreq_source request = WS_TRY(read_structure<ip_mreq_source>(value, length));
  host::SourceMembership membership{request.imr_multiaddr.s_addr, request.imr_interface.s_addr, request.imr_sourceaddr.s_addr};
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIp, host_name, membership));
}

WsaResult<void> change_membership6(SocketRef& socket, int host_name, const char* value, int length) {
  static_assert(sizeof(ipv6_mreq) == 20);
  ipv6_mreq request = WS_TRY(read_structure<ipv6_mreq>(value, length));
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIpv6, host_name, request));
}

}  // namespace

WsaResult<uint32_t> get_multicast_interface(SocketRef& socket) { return get_host(socket, host::kIpprotoIp, host::kIpMulticastIf); }
WsaResult<void> set_multicast_interface(SocketRef& socket, uint32_t interface) {
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIp, host::kIpMulticastIf, on_interface(0, interface)));
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

}  // namespace windsock::option_functions
