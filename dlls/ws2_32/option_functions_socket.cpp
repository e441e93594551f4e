// The functions of SOL_SOCKET options (option_functions.h).
//
// Where a value lives both in the Windows-only state and at the host, the state is changed first: it alone may fail (a shared
// socket without windsockd), and then nothing has changed.
#include <mswsock.h>
#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dlls/ws2_32/binding.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/option_functions.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock::option_functions {
namespace {

constexpr uint32_t kNeverConnected = 0xffffffff;

UnderlyingSocket& underlying(SocketRef& socket) { return socket.socket(); }

// What the host keeps too, but rounded or limited. The state remembers what the program set; without windsockd the host's value
// of a shared socket is good enough.
WsaResult<void> remember(SocketRef& socket, StateField field, uint32_t value) {
  auto set = set_state(socket, field, value);
  if (!set && set.error() != static_cast<WsaError>(WSAENETDOWN)) return set;
  return {};
}

// ---- timeouts: the host rounds them up to its clock's ticks ------------------------------------------------------------------------------
constexpr int64_t kTick = 10;  // milliseconds; the slowest clock that Linux is built with

WsaResult<uint32_t> get_timeout(SocketRef& socket, StateField field, int host_name) {
  int64_t kept = underlying(socket).get_current(field);
  if (!underlying(socket).has_seen(Seen::kForeign)) return static_cast<uint32_t>(kept);
  host::Interval interval = WS_TRY_HOST(host::get_option<host::Interval>(socket.fd(), host::kSolSocket, host_name));
  int64_t milliseconds = interval.seconds * 1000 + (interval.microseconds + 999) / 1000;
  bool is_kept = milliseconds >= kept && milliseconds - kept <= kTick && (kept != 0) == (milliseconds != 0);
  return static_cast<uint32_t>(is_kept ? kept : std::min<int64_t>(milliseconds, 0xffffffff));
}

WsaResult<void> set_timeout(SocketRef& socket, StateField field, Seen sight, int host_name, uint32_t milliseconds) {
  host::Interval interval{milliseconds / 1000, milliseconds % 1000 * 1000};
  if (milliseconds != 0) underlying(socket).saw(sight);
  WS_TRY_HOST(host::set_option(socket.fd(), host::kSolSocket, host_name, interval));
  return remember(socket, field, milliseconds);
}

// ---- buffer sizes: the host doubles what it is given, for its own needs, and limits it ------------------------------------------------
WsaResult<uint32_t> get_buffer(SocketRef& socket, StateField field, int host_name) {
  if (uint32_t kept = underlying(socket).get_current(field)) return kept - 1;
  return static_cast<uint32_t>(WS_TRY_HOST(host::get_option<int>(socket.fd(), host::kSolSocket, host_name)));
}

WsaResult<void> set_buffer(SocketRef& socket, StateField field, int host_name, uint32_t size) {
  size = std::min<uint32_t>(size, INT32_MAX);
  WS_TRY_HOST(host::set_option(socket.fd(), host::kSolSocket, host_name, static_cast<int>(size)));
  return remember(socket, field, size + 1);
}

WsaResult<int> get_structure(char* value, int room, const void* structure, size_t size) {
  if (room < static_cast<int>(size)) return wsa_failure(WSAEFAULT);
  memcpy(value, structure, size);
  return static_cast<int>(size);
}

}  // namespace

WsaResult<uint32_t> get_type(SocketRef& socket) { return static_cast<uint32_t>(underlying(socket).kind().type); }

WsaResult<uint32_t> get_error(SocketRef& socket) {
  // The error of a connection that ConnectEx makes is ConnectEx's end.
  if (underlying(socket).has_seen(Seen::kAwaitsConnection)) return 0u;
  note_events(socket);  // what the host forgets by this is told before
  int error = WS_TRY_HOST(host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoError));
  if (error == 0) {
    EventSelection* selection = underlying(socket).selection();
    return selection ? static_cast<uint32_t>(selection->take_told_error()) : 0u;
  }
  // Of a connection that was never there it is why: a connect that has failed is reported by this.
  const bool had_connection = underlying(socket).has_seen(Seen::kConnected) || error == ECONNRESET;
  underlying(socket).forget(Seen::kConnecting);
  const auto code = static_cast<host::Errno>(error);
  const auto loss = had_connection ? connection_loss(socket, code) : std::nullopt;
  return static_cast<uint32_t>(loss ? *loss : wsa_error_from_host(code));
}

WsaResult<uint32_t> get_max_message_size(SocketRef& socket) {
  const ProtocolRow* row = find_protocol(underlying(socket).kind());
  return row ? row->max_message : 0u;
}

WsaResult<uint32_t> get_group_id(SocketRef&) { return 0u; }

// The host does not keep when a connection was made. It keeps since when nothing was sent and since when nothing was received,
// both counted from the beginning of the connection: so this is exact while one direction has been silent, which is what servers
// ask for (who connects and says nothing?), and too little afterwards.
WsaResult<uint32_t> get_connect_time(SocketRef& socket) {
  host::TcpSummary tcp = WS_TRY_HOST(host::summarise_tcp(socket.fd()));
  return tcp.connected ? tcp.silent_milliseconds / 1000 : kNeverConnected;
}

// ---- who may share a port: what the program asked for is kept in the state, and binding.h tells what it means at the host ------------------
WsaResult<void> set_reuse_address(SocketRef& socket, uint32_t on) {
  UnderlyingSocket& state = underlying(socket);
  if (on && state.get_current(StateField::kExclusiveAddrUse)) return wsa_failure(WSAEINVAL);
  WS_TRY(set_state(socket, StateField::kReuseAddr, on));
  if (state.kind().family == AF_UNIX) return {};
  return share_port(socket, on != 0);
}

WsaResult<uint32_t> get_reuse_address(SocketRef& socket) { return underlying(socket).get(StateField::kReuseAddr); }

WsaResult<void> set_exclusive_address(SocketRef& socket, uint32_t on) {
  if (on && underlying(socket).get_current(StateField::kReuseAddr)) return wsa_failure(WSAEINVAL);
  return set_state(socket, StateField::kExclusiveAddrUse, on);
}

WsaResult<uint32_t> get_exclusive_address(SocketRef& socket) { return underlying(socket).get(StateField::kExclusiveAddrUse); }

// ---- what only needs remembering ---------------------------------------------------------------------------------------------------------
// The host has one compartment: 1, the primary one. 0 asks for the process's own.
WsaResult<uint32_t> get_compartment(SocketRef&) { return 1u; }
WsaResult<void> set_compartment(SocketRef&, uint32_t compartment) {
  if (compartment > 1) return wsa_failure(WSAEINVAL);
  return {};
}

// Ports that are reused are random already: the documentation lets the one exclude the other.
WsaResult<uint32_t> get_randomize_port(SocketRef& socket) { return underlying(socket).get_current(StateField::kRandomizePort); }
WsaResult<void> set_randomize_port(SocketRef& socket, uint32_t on) {
  if (on && underlying(socket).get_current(StateField::kReuseUnicastPort)) return wsa_failure(WSAEINVAL);
  return set_state(socket, StateField::kRandomizePort, on);
}

// ---- accepting ---------------------------------------------------------------------------------------------------------------------------
// The host goes on completing connections while a listener is paused; those that come then are reset when the program accepts
// (accept_connection) or ends the pause.
WsaResult<uint32_t> get_pause_accept(SocketRef& socket) { return underlying(socket).get_current(StateField::kPauseAccept); }
WsaResult<void> set_pause_accept(SocketRef& socket, uint32_t on) {
  bool paused = WS_TRY(get_pause_accept(socket)) != 0;
  if (is_listening(socket)) {
    // What waits when the pause begins came before it and stays good.
    if (on && !paused) drain_listener(socket, defer_connection);
    if (!on && paused) drain_listener(socket, [](SocketRef&, Accepted connection) { reject_connection(std::move(connection)); });
  }
  return set_state(socket, StateField::kPauseAccept, on);
}

// What accept() gives has the properties of its listener from the beginning, and a connected socket its names: programs say so because
// AcceptEx leaves it to them.
WsaResult<void> update_accept_context(SocketRef& socket, const char* value, int length) {
  SOCKET listener;
  if (length < static_cast<int>(sizeof listener)) return wsa_failure(WSAEFAULT);
  memcpy(&listener, value, sizeof listener);
  SocketRef pinned = WS_TRY(SocketTable::instance().find(listener));
  if (!is_listening(pinned)) return wsa_failure(WSAEINVAL);
  update_context(socket, pinned);
  return {};
}
WsaResult<void> update_connect_context(SocketRef& socket, const char*, int) {
  underlying(socket).forget(Seen::kNeedsContext);
  return {};
}

// ---- timeouts and buffers --------------------------------------------------------------------------------------------------------------
WsaResult<uint32_t> get_receive_timeout(SocketRef& socket) {
  return get_timeout(socket, StateField::kRcvTimeo, host::kSoRcvTimeo);
}
WsaResult<void> set_receive_timeout(SocketRef& socket, uint32_t milliseconds) {
  return set_timeout(socket, StateField::kRcvTimeo, Seen::kReceiveTimeout, host::kSoRcvTimeo, milliseconds);
}
WsaResult<uint32_t> get_send_timeout(SocketRef& socket) { return get_timeout(socket, StateField::kSndTimeo, host::kSoSndTimeo); }
WsaResult<void> set_send_timeout(SocketRef& socket, uint32_t milliseconds) {
  return set_timeout(socket, StateField::kSndTimeo, Seen::kSendTimeout, host::kSoSndTimeo, milliseconds);
}
WsaResult<uint32_t> get_receive_buffer(SocketRef& socket) { return get_buffer(socket, StateField::kRcvBuf, host::kSoRcvBuf); }
WsaResult<void> set_receive_buffer(SocketRef& socket, uint32_t size) {
  return set_buffer(socket, StateField::kRcvBuf, host::kSoRcvBuf, size);
}
WsaResult<uint32_t> get_send_buffer(SocketRef& socket) { return get_buffer(socket, StateField::kSndBuf, host::kSoSndBuf); }
WsaResult<void> set_send_buffer(SocketRef& socket, uint32_t size) {
  return set_buffer(socket, StateField::kSndBuf, host::kSoSndBuf, size);
}

// ---- linger ------------------------------------------------------------------------------------------------------------------------------
namespace {

WsaResult<host::Linger> host_linger(SocketRef& socket) {
  return wsa_result(host::get_option<host::Linger>(socket.fd(), host::kSolSocket, host::kSoLinger));
}

WsaResult<void> set_host_linger(SocketRef& socket, host::Linger linger) {
  // Without a time to wait a close resets, and does not block.
  if (linger.on && linger.seconds != 0) underlying(socket).saw(Seen::kLingers);
  return wsa_result(host::set_option(socket.fd(), host::kSolSocket, host::kSoLinger, linger));
}

}  // namespace

WsaResult<uint32_t> get_dont_linger(SocketRef& socket) { return WS_TRY(host_linger(socket)).on ? 0u : 1u; }

WsaResult<void> set_dont_linger(SocketRef& socket, uint32_t on) {
  host::Linger linger = WS_TRY(host_linger(socket));
  linger.on = !on;
  return set_host_linger(socket, linger);
}

WsaResult<int> get_linger(SocketRef& socket, char* value, int room) {
  host::Linger linger = WS_TRY(host_linger(socket));
  LINGER windows{static_cast<u_short>(linger.on != 0), static_cast<u_short>(linger.seconds)};
  return get_structure(value, room, &windows, sizeof windows);
}

WsaResult<void> set_linger(SocketRef& socket, const char* value, int length) {
  LINGER windows;
  if (length < static_cast<int>(sizeof windows)) return wsa_failure(WSAEFAULT);
  memcpy(&windows, value, sizeof windows);
  return set_host_linger(socket, {windows.l_onoff != 0, windows.l_linger});
}

// ---- what the socket is ----------------------------------------------------------------------------------------------------------------------
WsaResult<int> get_protocol_info_w(SocketRef& socket, char* value, int room) {
  WSAPROTOCOL_INFOW info;
  if (!protocol_info(underlying(socket).kind(), info)) return wsa_failure(WSAENOPROTOOPT);
  return get_structure(value, room, &info, sizeof info);
}

WsaResult<int> get_protocol_info_a(SocketRef& socket, char* value, int room) {
  WSAPROTOCOL_INFOW info;
  if (!protocol_info(underlying(socket).kind(), info)) return wsa_failure(WSAENOPROTOOPT);
  WSAPROTOCOL_INFOA narrow = narrow_protocol_info(info);
  return get_structure(value, room, &narrow, sizeof narrow);
}

namespace {

// Puts an address behind the structure that points to it, and tells how much room it took. One that is not there takes none.
WsaResult<int> append_address(host::Result<host::Address> address, char* place, int room, SOCKET_ADDRESS& pointer) {
  pointer = {};
  if (!address) return 0;
  int length = room;
  auto* destination = reinterpret_cast<SOCKADDR*>(place);
  WS_TRY(address_from_host(address.value(), destination, &length));
  pointer = {destination, length};
  constexpr int kAlign = alignof(SOCKADDR_STORAGE);
  return (length + kAlign - 1) / kAlign * kAlign;
}

}  // namespace

WsaResult<int> get_bsp_state(SocketRef& socket, char* value, int room) {
  CSADDR_INFO info{};
  int used = sizeof info;
  if (room < used) return wsa_failure(WSAEFAULT);
  used += WS_TRY(append_address(host::local_address(socket.fd()), value + used, room - used, info.LocalAddr));
  if (used > room) return wsa_failure(WSAEFAULT);
  used += WS_TRY(append_address(host::peer_address(socket.fd()), value + used, room - used, info.RemoteAddr));
  info.iSocketType = underlying(socket).kind().type;
  info.iProtocol = underlying(socket).kind().protocol;
  memcpy(value, &info, sizeof info);
  return std::min(used, room);
}

}  // namespace windsock::option_functions
