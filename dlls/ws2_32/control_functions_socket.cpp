// The controls that belong to no protocol (control_functions.h).
#include <mstcpip.h>
#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/ws2_32/control_functions.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/extension_functions.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/port_reservations.h"
#include "dlls/ws2_32/socket_controls.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock::control_functions {
namespace {

using Number = uint32_t;  // u_long

}  // namespace

WsaResult<void> set_mode(ControlCall& call) {
  const bool nonblocking = call.input<Number>() != 0;
  if (!nonblocking && EventSelection::is_selected(call.socket)) return wsa_failure(WSAEINVAL);
  return set_socket_nonblocking(call.socket, nonblocking);
}

WsaResult<void> count_readable(ControlCall& call) {
  return call.answer(static_cast<Number>(WS_TRY_HOST(host::bytes_readable(call.socket.fd()))));
}

// TRUE: no urgent data is waiting. The host's call of this name asks another question (is it the very next byte?), so the host is
// asked whether urgent data is there.
WsaResult<void> no_urgent_data(ControlCall& call) {
  const short ready = WS_TRY_HOST(host::ready_now(call.socket.fd(), host::kPollPri));
  return call.answer(Number{!(ready & host::kPollPri)});
}

// There are no layered providers: every socket is of the base provider.
WsaResult<void> base_handle(ControlCall& call) {
  return call.answer(static_cast<SOCKET>(services::socket_from_fd(call.socket.fd())));
}

// The peer is who connected or listened, whoever has its end now.
WsaResult<void> peer_process(ControlCall& call) {
  return call.answer(static_cast<Number>(WS_TRY_HOST(host::peer_credentials(call.socket.fd())).pid));
}

WsaResult<void> extension_function(ControlCall& call) {
  return call.answer(WS_TRY(find_extension_function(call.input<GUID>(), call.socket.socket().kind())));
}

// The one table that is asked for so, that of registered I/O, is not there yet.
WsaResult<void> extension_table(ControlCall& call) {
  constexpr GUID kRegisteredIo = WSAID_MULTIPLE_RIO;
  GUID asked = call.input<GUID>();
  return wsa_failure(memcmp(&asked, &kRegisteredIo, sizeof asked) == 0 ? WSAEOPNOTSUPP : WSAEINVAL);
}

// The host spreads what arrives over its processors by itself and does not tell per socket.
WsaResult<void> receive_side_scaling(ControlCall& call) { return call.answer(RSS_SCALABILITY_INFO{FALSE}); }

// The page: a raw socket, bound to an interface, of an administrator. The host gives no such view to its raw sockets, whoever asks.
WsaResult<void> receive_all(ControlCall& call) {
  if (call.socket.socket().kind().type != SOCK_RAW || !is_bound(call.socket)) return wsa_failure(WSAEINVAL);
  auto mode = call.input<DWORD>();
  if (mode > RCVALL_MAX) return wsa_failure(WSAEINVAL);
  return mode == RCVALL_OFF ? WsaResult<void>{} : WsaResult<void>(wsa_failure(WSAEACCES));
}

// What asks for another version of Windows: all of them are one here.
WsaResult<void> accept_silently(ControlCall& call) {
  auto mode = call.input<WSA_COMPATIBILITY_MODE>();
  return number_of(mode.BehaviorId) <= WsaBehaviorAutoTuning ? WsaResult<void>{} : WsaResult<void>(wsa_failure(WSAEINVAL));
}

// ---- ports set aside ---------------------------------------------------------------------------------------------------------
WsaResult<void> acquire_ports(ControlCall& call) {
  auto range = call.input<INET_PORT_RANGE>();
  auto granted = WS_TRY(PortReservations::instance().acquire(call.socket, __builtin_bswap16(range.StartPort), range.NumberOfPorts));
  INET_PORT_RESERVATION_INSTANCE instance{};
  instance.Reservation = {__builtin_bswap16(granted.first), range.NumberOfPorts};
  instance.Token.Token = granted.token;
  return call.answer(instance);
}

WsaResult<void> release_ports(ControlCall& call) {
  return PortReservations::instance().release(call.input<INET_PORT_RESERVATION_TOKEN>().Token);
}

WsaResult<void> associate_ports(ControlCall& call) {
  return PortReservations::instance().associate(call.socket, call.input<INET_PORT_RESERVATION_TOKEN>().Token);
}

}  // namespace windsock::control_functions
