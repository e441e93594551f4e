// The functions of the options of IPv4 and IPv6 (option_functions.h). All of them are the host's, in another form.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>

#include "dlls/ws2_32/datagram_errors.h"
#include "dlls/ws2_32/option_functions.h"

namespace windsock::option_functions {

WsaResult<uint32_t> get_host(SocketRef& socket, int level, int name) {
  return static_cast<uint32_t>(WS_TRY_HOST(host::get_option<int>(socket.fd(), level, name)));
}
WsaResult<void> set_host(SocketRef& socket, int level, int name, uint32_t value) {
  return wsa_result(host::set_option(socket.fd(), level, name, value));
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


// ---- the interface that is sent from: the host has it in network byte order, both ways and in both families ------------------------------
WsaResult<uint32_t> get_unicast_interface4(SocketRef& socket) {
  return __builtin_bswap32(WS_TRY(get_host(socket, host::kIpprotoIp, host::kIpUnicastIf)));
}
WsaResult<void> set_unicast_interface4(SocketRef& socket, uint32_t index) {
  return set_host(socket, host::kIpprotoIp, host::kIpUnicastIf, index);
}

// ---- a limit to the size of packets ------------------------------------------------------------------------------------------------------------
// The host has one for IPv6 alone, and none below what IPv6 asks of every network.
WsaResult<uint32_t> get_user_mtu6(SocketRef& socket) {
  uint32_t mtu = socket.socket().get_current(StateField::kUserMtu);
  return mtu ? mtu : static_cast<uint32_t>(IP_UNSPECIFIED_USER_MTU);
}
WsaResult<void> set_user_mtu6(SocketRef& socket, uint32_t mtu) {
  constexpr uint32_t kLeast = 1280, kMost = 65535;
  WS_TRY(set_state(socket, StateField::kUserMtu, mtu));
  uint32_t at_host = mtu > kMost ? 0 : std::max(mtu, kLeast);  // 0: no limit
  return set_host(socket, host::kIpprotoIpv6, host::kIpv6Mtu, at_host);
}

// ---- options in the header of IPv4 -----------------------------------------------------------------------------------------------------------------
namespace {
constexpr int kMaxIpOptions = 40;
}

WsaResult<int> get_ip_options(SocketRef& socket, char* value, int room) {
  char options[kMaxIpOptions];
  int size = static_cast<int>(WS_TRY_HOST(host::get_option(socket.fd(), host::kIpprotoIp, host::kIpOptions, options, sizeof options)));
  if (room < size) return wsa_failure(WSAEFAULT);
  memcpy(value, options, static_cast<size_t>(size));
  return size;
}
WsaResult<void> set_ip_options(SocketRef& socket, const char* value, int length) {
  if (length < 0) return wsa_failure(WSAEFAULT);
  if (length > kMaxIpOptions) return wsa_failure(WSAEINVAL);
  return wsa_result(host::set_option(socket.fd(), host::kIpprotoIp, host::kIpOptions, value, static_cast<uint32_t>(length)));
}

// ---- control data -------------------------------------------------------------------------------------------------------------------------------------
namespace {

template <typename... Bits>
WsaResult<void> switch_host(SocketRef& socket, int level, int name, Bits... bits) {
  // An echo's header is made of what the host tells (echo_socket.h).
  bool wanted = (socket.socket().wants(bits) || ...) || socket.socket().has_seen(Seen::kEcho);
  return set_host(socket, level, name, wanted);
}

}  // namespace

// Where WSARecvMsg was called the host goes on telling of destinations, for MSG_BCAST and MSG_MCAST.
WsaResult<void> want_packet_info4(SocketRef& socket, uint32_t) {
  if (socket.socket().has_seen(Seen::kTellsDestination)) return {};
  return switch_host(socket, host::kIpprotoIp, host::kIpPacketInfo, ControlData::kPacketInfo4, ControlData::kReceivingInterface4,
                     ControlData::kDestination4, ControlData::kOriginalInterface4);
}
WsaResult<void> want_packet_info6(SocketRef& socket, uint32_t) {
  if (socket.socket().has_seen(Seen::kTellsDestination)) return {};
  return switch_host(socket, host::kIpprotoIpv6, host::kIpv6RecvPacketInfo, ControlData::kPacketInfo6,
                     ControlData::kReceivingInterface6, ControlData::kDestination6, ControlData::kOriginalInterface6);
}
WsaResult<void> want_tos4(SocketRef& socket, uint32_t) {
  return switch_host(socket, host::kIpprotoIp, host::kIpRecvTos, ControlData::kTos4, ControlData::kEcn4);
}
WsaResult<void> want_traffic_class6(SocketRef& socket, uint32_t) {
  return switch_host(socket, host::kIpprotoIpv6, host::kIpv6RecvTrafficClass, ControlData::kTrafficClass6, ControlData::kEcn6);
}
WsaResult<void> want_ttl4(SocketRef& socket, uint32_t) {
  return switch_host(socket, host::kIpprotoIp, host::kIpRecvTtl, ControlData::kTtl4);
}
WsaResult<void> want_hop_limit6(SocketRef& socket, uint32_t) {
  return switch_host(socket, host::kIpprotoIpv6, host::kIpv6RecvHopLimit, ControlData::kHopLimit6);
}
// The host keeps errors for the rule of WSAECONNRESET too.
WsaResult<void> want_errors4(SocketRef& socket, uint32_t on) {
  if (!on || socket.socket().has_seen(Seen::kReportsErrors)) ask_for_errors(socket);
  return on ? set_host(socket, host::kIpprotoIp, host::kIpRecvErr, 1) : WsaResult<void>{};
}
WsaResult<void> want_errors6(SocketRef& socket, uint32_t on) {
  if (!on || socket.socket().has_seen(Seen::kReportsErrors)) ask_for_errors(socket);
  return on ? set_host(socket, host::kIpprotoIpv6, host::kIpv6RecvErr, 1) : WsaResult<void>{};
}
WsaResult<void> want_routing_header6(SocketRef& socket, uint32_t) {
  return switch_host(socket, host::kIpprotoIpv6, host::kIpv6RecvRoutingHeader, ControlData::kRoutingHeader6);
}

}  // namespace windsock::option_functions
