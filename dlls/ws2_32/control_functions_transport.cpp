// The controls of TCP, UDP and multicast (control_functions.h).
#include <mstcpip.h>
#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <vector>

#include "dlls/ws2_32/control_functions.h"
#include "dlls/ws2_32/datagram_errors.h"
#include "dlls/ws2_32/option_functions.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock::control_functions {
namespace {

namespace options = option_functions;

// A BOOL; programs also give one byte.
bool read_flag(const ControlCall& call) {
  return call.in_size >= sizeof(DWORD) ? call.input<DWORD>() != 0 : call.input<uint8_t>() != 0;
}

WsaResult<void> set_switch(ControlCall& call, Switch what, bool on) {
  return call.socket.socket().set_bits(StateField::kSwitches, static_cast<uint32_t>(what), on);
}

// Milliseconds as whole seconds, of which the host wants one at least.
uint32_t seconds_of(ULONG milliseconds) { return std::max<uint32_t>(1, (milliseconds + 999ull) / 1000); }

ULONG clip(uint64_t number) { return static_cast<ULONG>(std::min<uint64_t>(number, 0xffffffff)); }

}  // namespace

// https://learn.microsoft.com/windows/win32/winsock/sio-keepalive-vals
WsaResult<void> keep_alive(ControlCall& call) {
  auto values = call.input<tcp_keepalive>();
  if (values.onoff) {
    if (values.keepalivetime == 0 || values.keepaliveinterval == 0) return wsa_failure(WSAEINVAL);
    WS_TRY(options::set_keep_alive_idle(call.socket, seconds_of(values.keepalivetime)));
    WS_TRY(options::set_keep_alive_interval(call.socket, seconds_of(values.keepaliveinterval)));
  }
  return options::set_host(call.socket, host::kSolSocket, host::kSoKeepAlive, values.onoff != 0);
}

// https://learn.microsoft.com/windows/win32/api/mstcpip/ns-mstcpip-tcp_info_v1
WsaResult<void> tcp_info(ControlCall& call) {
  auto version = call.input<DWORD>();
  if (version > 1) return wsa_failure(WSAEINVAL);
  if (version == 1 && call.out_size < sizeof(TCP_INFO_v1)) return wsa_failure(WSAEFAULT);
  static_assert(static_cast<int>(host::TcpState::kListen) == TCPSTATE_LISTEN &&
                static_cast<int>(host::TcpState::kEstablished) == TCPSTATE_ESTABLISHED &&
                static_cast<int>(host::TcpState::kClosing) == TCPSTATE_CLOSING &&
                static_cast<int>(host::TcpState::kTimeWait) == TCPSTATE_TIME_WAIT);
  host::TcpStatistics tcp = WS_TRY_HOST(host::tcp_statistics(call.socket.fd()));
  TCP_INFO_v1 info{};
  info.State = static_cast<TCPSTATE>(tcp.state);
  info.Mss = tcp.segment_size;
  info.ConnectionTimeMs = tcp.silent_milliseconds;  // as SO_CONNECT_TIME
  info.TimestampsEnabled = tcp.timestamps;
  info.RttUs = tcp.round_trip_us;
  info.MinRttUs = tcp.least_round_trip_us;
  info.BytesInFlight = clip(uint64_t{tcp.segments_in_flight} * tcp.segment_size);
  info.Cwnd = clip(uint64_t{tcp.congestion_window_segments} * tcp.segment_size);
  info.SndWnd = tcp.send_window;
  info.RcvWnd = tcp.receive_window;
  info.RcvBuf = WS_TRY(options::get_receive_buffer(call.socket));
  info.BytesOut = tcp.bytes_sent;
  info.BytesIn = tcp.bytes_received;
  info.BytesReordered = clip(uint64_t{tcp.segments_reordered} * tcp.segment_size);
  info.BytesRetrans = tcp.bytes_retransmitted;
  info.FastRetrans = tcp.retransmits;
  info.DupAcksIn = tcp.duplicates_seen;
  info.TimeoutEpisodes = tcp.timeouts;
  info.SndLimTimeRwin = clip(tcp.limited_by_receiver_us / 1000);
  info.SndLimTimeSnd = clip(tcp.limited_by_buffer_us / 1000);
  uint64_t other = tcp.busy_us - std::min(tcp.busy_us, tcp.limited_by_receiver_us + tcp.limited_by_buffer_us);
  info.SndLimTimeCwnd = clip(other / 1000);
  if (version == 1) return call.answer(info);
  TCP_INFO_v0 first;
  static_assert(offsetof(TCP_INFO_v1, SynRetrans) == offsetof(TCP_INFO_v0, SynRetrans));
  memcpy(&first, &info, sizeof first);
  return call.answer(first);
}

// The host lets a program choose how often a connect is tried, and its first timeout for all programs alone.
// https://learn.microsoft.com/windows/win32/winsock/sio-tcp-initial-rto
WsaResult<void> initial_timeout(ControlCall& call) {
  auto parameters = call.input<TCP_INITIAL_RTO_PARAMETERS>();
  uint32_t count = parameters.MaxSynRetransmissions;
  constexpr uint32_t kMostTries = 127;
  if (count == TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS || count == TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS) return {};
  if (count == TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS) count = 1;  // the host's least
  return options::set_host(call.socket, host::kIpprotoTcp, host::kTcpSynCount, std::min(count, kMostTries));
}

// The host's loopback is fast for everybody.
WsaResult<void> loopback_fast_path(ControlCall& call) { return set_switch(call, Switch::kLoopbackFastPath, call.input<DWORD>() != 0); }

// How much to keep under way: twice what the congestion window holds, and what Windows begins with at least.
WsaResult<void> ideal_backlog(ControlCall& call) {
  constexpr uint64_t kLeast = 64 * 1024;
  host::TcpStatistics tcp = WS_TRY_HOST(host::tcp_statistics(call.socket.fd()));
  return call.answer(clip(std::max(kLeast, uint64_t{2} * tcp.congestion_window_segments * tcp.segment_size)));
}

// The host tells nobody of such a change; who would have to wait for it is not made to wait for ever.
WsaResult<void> await_backlog_change(ControlCall& call) {
  return wsa_failure(WS_TRY(is_nonblocking(call.socket)) ? WSAEWOULDBLOCK : WSAEOPNOTSUPP);
}

// ---- errors of datagrams (datagram_errors.h) ---------------------------------------------------------------------------------
namespace {

WsaResult<void> set_rule(ControlCall& call, Switch what, bool on) {
  WS_TRY(set_switch(call, what, on));
  ask_for_errors(call.socket);
  return {};
}

}  // namespace

WsaResult<void> connection_reset(ControlCall& call) { return set_rule(call, Switch::kNoConnectionReset, !read_flag(call)); }
WsaResult<void> network_reset(ControlCall& call) { return set_rule(call, Switch::kNetworkReset, read_flag(call)); }

WsaResult<void> circular_queueing(ControlCall& call) { return set_switch(call, Switch::kCircularQueueing, true); }

// Sockets of several processors that are bound to one address: the host chooses among them by the processor that got the packet.
WsaResult<void> cpu_affinity(ControlCall& call) {
  if (call.socket.socket().get_current(StateField::kReuseAddr) || call.socket.socket().get_current(StateField::kReuseMulticastPort))
    return wsa_failure(WSAEINVAL);
  WS_TRY(options::set_host(call.socket, host::kSolSocket, host::kSoIncomingCpu, call.input<USHORT>()));
  return options::set_host(call.socket, host::kSolSocket, host::kSoReusePort, 1);
}

// ---- multicast -----------------------------------------------------------------------------------------------------------------
namespace {
bool is_six(const ControlCall& call) { return call.socket.socket().kind().family == AF_INET6; }
}  // namespace

WsaResult<void> multipoint_loopback(ControlCall& call) {
  uint32_t on = call.input<BOOL>() != 0;
  return is_six(call) ? options::set_host(call.socket, host::kIpprotoIpv6, host::kIpv6MulticastLoop, on)
                      : options::set_multicast_loop(call.socket, on);
}

WsaResult<void> multicast_scope(ControlCall& call) {
  auto scope = call.input<int>();
  if (scope < 0 || scope > 255) return wsa_failure(WSAEINVAL);
  auto hops = static_cast<uint32_t>(scope);
  return is_six(call) ? options::set_host(call.socket, host::kIpprotoIpv6, host::kIpv6MulticastHops, hops)
                      : options::set_host(call.socket, host::kIpprotoIp, host::kIpMulticastTtl, hops);
}

namespace {

// Windows' modes are the host's the other way round.
void turn_mode(IP_MSFILTER& filter) {
  static_assert(MCAST_INCLUDE == 0 && MCAST_EXCLUDE == 1);
  filter.imsf_fmode = static_cast<MULTICAST_MODE_TYPE>(!filter.imsf_fmode);
}

constexpr size_t kMaxSources = 1024;

}  // namespace

// https://learn.microsoft.com/windows/win32/api/ws2ipdef/ns-ws2ipdef-ip_msfilter
WsaResult<void> set_multicast_filter(ControlCall& call) {
  IP_MSFILTER head{};
  memcpy(&head, call.in, IP_MSFILTER_SIZE(0));
  if (head.imsf_numsrc > kMaxSources || number_of(head.imsf_fmode) > MCAST_EXCLUDE) return wsa_failure(WSAEINVAL);
  size_t size = IP_MSFILTER_SIZE(head.imsf_numsrc);
  if (call.in_size < size) return wsa_failure(WSAEFAULT);
  std::vector<char> filter(static_cast<const char*>(call.in), static_cast<const char*>(call.in) + size);
  turn_mode(head);
  memcpy(filter.data(), &head, IP_MSFILTER_SIZE(0));
  return wsa_result(
      host::set_option(call.socket.fd(), host::kIpprotoIp, host::kIpSourceFilter, filter.data(), static_cast<uint32_t>(size)));
}

WsaResult<void> get_multicast_filter(ControlCall& call) {
  std::vector<char> filter(IP_MSFILTER_SIZE(kMaxSources));
  memcpy(filter.data(), call.in, IP_MSFILTER_SIZE(0));
  IP_MSFILTER head{};
  memcpy(&head, call.in, IP_MSFILTER_SIZE(0));
  head.imsf_numsrc = kMaxSources;
  memcpy(filter.data(), &head, IP_MSFILTER_SIZE(0));
  WS_TRY_HOST(host::get_option(call.socket.fd(), host::kIpprotoIp, host::kIpSourceFilter, filter.data(),
                               static_cast<uint32_t>(filter.size())));
  memcpy(&head, filter.data(), IP_MSFILTER_SIZE(0));
  turn_mode(head);
  memcpy(filter.data(), &head, IP_MSFILTER_SIZE(0));
  size_t size = IP_MSFILTER_SIZE(std::min<size_t>(head.imsf_numsrc, kMaxSources));
  call.returned = size;
  if (call.out_size < size) return wsa_failure(WSAEFAULT);
  memcpy(call.out, filter.data(), size);
  return {};
}

}  // namespace windsock::control_functions
