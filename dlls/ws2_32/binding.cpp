#include "dlls/ws2_32/binding.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cerrno>
#include <cstring>

#include "dlls/ws2_32/port_reservations.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/translate_address.h"

namespace windsock {
namespace {

constexpr int kOn = 1;
constexpr int kOff = 0;

bool is_internet(const UnderlyingSocket& socket) { return socket.kind().family != AF_UNIX; }
bool is_tcp(const UnderlyingSocket& socket) { return socket.is_stream() && is_internet(socket); }
bool is_in_use(const host::Result<void>& bound) { return !bound && static_cast<int>(bound.error()) == EADDRINUSE; }

// Windows lets a server have its port again while old connections are in TIME_WAIT; the host wants SO_REUSEADDR for that. It is
// on for the one call, and again from listen on (listen_socket), so that two sockets that are only bound never meet with it on:
// a port that is really in use is still refused (measured).
host::Result<void> bind_over_old_connections(int fd, const host::Address& address) {
  WS_TRY(host::set_option(fd, host::kSolSocket, host::kSoReuseAddr, kOn));
  auto bound = host::bind(fd, address);
  (void)host::set_option(fd, host::kSolSocket, host::kSoReuseAddr, kOff);
  return bound;
}

// Whether the wildcard has the port: then an address that nobody has (of those set aside for documentation) cannot have it either.
// Asked of the host only after it has refused.
bool wildcard_has_port(const UnderlyingSocket& socket, const host::Address& address) {
  if (is_wildcard(address)) return false;
  bool six = address.family() == host::kAfInet6;
  constexpr unsigned char kNobody4[] = {198, 51, 100, 254}, kNobody6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe};
  host::Address other = address;
  if (six) {
    memcpy(other.bytes.data() + offsetof(sockaddr_in6, sin6_addr), kNobody6, sizeof kNobody6);
  } else {
    memcpy(other.bytes.data() + offsetof(sockaddr_in, sin_addr), kNobody4, sizeof kNobody4);
  }
  auto probe = host::create_socket(address.family(), socket.kind().type, 0, host::Blocking::kNo);
  if (!probe) return false;
  int fd = probe.value().get();
  if (six) (void)host::set_option(fd, host::kIpprotoIpv6, host::kIpv6V6only, kOn);
  (void)host::set_option(fd, six ? host::kIpprotoIpv6 : host::kIpprotoIp, six ? host::kIpv6FreeBind : host::kIpFreeBind, kOn);
  return is_in_use(host::bind(fd, other));
}

WsaError refusal(const UnderlyingSocket& socket, const host::Address& address) {
  bool asked_to_share = socket.get_current(StateField::kReuseAddr) != 0;
  bool access = is_internet(socket) && (asked_to_share || wildcard_has_port(socket, address));
  return static_cast<WsaError>(access ? WSAEACCES : WSAEADDRINUSE);
}

bool is_missing_folder(const UnderlyingSocket& socket, const host::Result<void>& bound) {
  int error = static_cast<int>(bound.error());
  return socket.kind().family == AF_UNIX && (error == ENOENT || error == ENOTDIR);
}

}  // namespace

WsaResult<void> bind_socket(SocketRef& socket, const host::Address& address) {
  // The host would choose a name of its own for a local socket that is given none.
  if (is_bound(socket) || is_unnamed(address)) return wsa_failure(WSAEINVAL);
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kReservesPorts)) {
    WS_TRY(PortReservations::instance().bind(socket, address));
    underlying.saw(Seen::kBound);
    return {};
  }
  auto bound = host::bind(socket.fd(), address);
  if (is_in_use(bound) && is_tcp(underlying)) bound = bind_over_old_connections(socket.fd(), address);
  if (is_in_use(bound)) return Failure{refusal(underlying, address)};
  if (is_missing_folder(underlying, bound)) return wsa_failure(WSAEADDRNOTAVAIL);
  WS_TRY_HOST(bound);
  underlying.saw(Seen::kBound);
  return {};
}

WsaResult<void> share_port(SocketRef& socket, bool on) {
  int name = is_tcp(socket.socket()) ? host::kSoReusePort : host::kSoReuseAddr;
  return wsa_result(host::set_option(socket.fd(), host::kSolSocket, name, on ? kOn : kOff));
}

}  // namespace windsock
