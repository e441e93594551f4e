// The functions of the options of TCP and UDP (option_functions.h).
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "dlls/ws2_32/option_functions.h"

namespace windsock::option_functions {

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

// ---- urgent data: two options that are each other's opposite. The host has the BSD style, which both call the default; the choice of
// the other is made once and stays --------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_expedited(SocketRef& socket) { return socket.socket().get_current(StateField::kExpedited1122); }
WsaResult<void> set_expedited(SocketRef& socket, uint32_t on) {
  if (!on && WS_TRY(get_expedited(socket))) return wsa_failure(WSAEINVAL);
  return set_state(socket, StateField::kExpedited1122, on);
}
WsaResult<uint32_t> get_bsd_urgent(SocketRef& socket) { return WS_TRY(get_expedited(socket)) ? 0u : 1u; }
WsaResult<void> set_bsd_urgent(SocketRef& socket, uint32_t on) { return set_expedited(socket, !on); }

// ---- fast open: the host's value is how many connections may be half open by it --------------------------------------------------------------
WsaResult<uint32_t> get_fast_open(SocketRef& socket) { return get_host(socket, host::kIpprotoTcp, host::kTcpFastopen); }
WsaResult<void> set_fast_open(SocketRef& socket, uint32_t on) {
  constexpr uint32_t kHalfOpen = 256;
  return set_host(socket, host::kIpprotoTcp, host::kTcpFastopen, on ? kHalfOpen : 0);
}

// ---- congestion: Windows has no documented form for the value; here it is the algorithm's name ----------------------------------------------
namespace {
constexpr size_t kMaxAlgorithmName = 16;
}

WsaResult<int> get_congestion_algorithm(SocketRef& socket, char* value, int room) {
  char name[kMaxAlgorithmName + 1] = {};
  WS_TRY_HOST(host::get_option(socket.fd(), host::kIpprotoTcp, host::kTcpCongestion, name, kMaxAlgorithmName));
  int size = static_cast<int>(strlen(name)) + 1;
  if (room < size) return wsa_failure(WSAEFAULT);
  memcpy(value, name, static_cast<size_t>(size));
  return size;
}
WsaResult<void> set_congestion_algorithm(SocketRef& socket, const char* value, int length) {
  if (length < 1) return wsa_failure(WSAEFAULT);
  auto size = static_cast<uint32_t>(strnlen(value, static_cast<size_t>(length)));
  if (size == 0 || size >= kMaxAlgorithmName) return wsa_failure(WSAEINVAL);
  auto set = host::set_option(socket.fd(), host::kIpprotoTcp, host::kTcpCongestion, value, size);
  if (!set && static_cast<int>(set.error()) == ENOENT) return wsa_failure(WSAEINVAL);
  return wsa_result(set);
}

// The host lets every connect fail at such an error, and keeps nothing of it: an empty answer means that there was none.
WsaResult<int> get_icmp_error(SocketRef& socket, char*, int) {
  if (!socket.socket().is_on(Switch::kFailConnectOnIcmp)) return wsa_failure(WSAEINVAL);
  return 0;
}

// ---- UDP -------------------------------------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_checksum_coverage(SocketRef& socket) {
  return WS_TRY(get_host(socket, host::kSolSocket, host::kSoNoCheck)) ? 0u : 1u;
}
WsaResult<void> set_checksum_coverage(SocketRef& socket, uint32_t on) {
  return set_host(socket, host::kSolSocket, host::kSoNoCheck, !on);
}

// The host knows no limit but the largest datagram: it coalesces only for a program that has room for that, for another would lose
// what does not fit.
WsaResult<uint32_t> get_coalesced_size(SocketRef& socket) { return socket.socket().get_current(StateField::kCoalescedSize); }
WsaResult<void> set_coalesced_size(SocketRef& socket, uint32_t size) {
  constexpr uint32_t kLargest = 65535 - 20 - 8;  // in an IPv4 packet
  WS_TRY(set_state(socket, StateField::kCoalescedSize, size));
  auto set = set_host(socket, host::kIpprotoUdp, host::kUdpCoalesce, size >= kLargest);
  if (!set && set.error() == static_cast<WsaError>(WSAENOPROTOOPT)) return {};  // a host that cannot: nothing is coalesced
  return set;
}

}  // namespace windsock::option_functions
