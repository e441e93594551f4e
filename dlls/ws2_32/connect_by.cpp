#include "dlls/ws2_32/connect_by.h"

#include <ws2tcpip.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/resolver.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock {
namespace {

bool is_internet_stream(const UnderlyingSocket& socket) {
  return socket.kind().type == SOCK_STREAM && (socket.kind().family == AF_INET || socket.kind().family == AF_INET6);
}

WsaResult<bool> is_dual_stack(SocketRef& socket) {
  if (socket.socket().kind().family != AF_INET6) return false;
  return WS_TRY_HOST(host::get_option<int>(socket.fd(), host::kIpprotoIpv6, host::kIpv6V6only)) == 0;
}

sockaddr_in6 mapped(const sockaddr_in& from) {
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = from.sin_port;
  to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
  memcpy(&to.sin6_addr.s6_addr[12], &from.sin_addr, sizeof from.sin_addr);
  return to;
}

// The host socket does not block while this lives.
class NonblockingScope {
 public:
  explicit NonblockingScope(int fd) : fd_(fd) {}
  NonblockingScope(const NonblockingScope&) = delete;
  NonblockingScope& operator=(const NonblockingScope&) = delete;
  ~NonblockingScope() {
    if (changed_) (void)host::set_nonblocking(fd_, false);
  }
  WsaResult<void> begin() {
    if (WS_TRY_HOST(host::get_nonblocking(fd_))) return {};
    WS_TRY_HOST(host::set_nonblocking(fd_, true));
    changed_ = true;
    return {};
  }

 private:
  int fd_;
  bool changed_ = false;
};

// The local address that the program chose, if it did.
WsaResult<std::optional<host::Address>> chosen_address(SocketRef& socket) {
  if (!was_bound(socket)) return std::optional<host::Address>{};
  return std::optional<host::Address>{WS_TRY_HOST(host::local_address(socket.fd()))};
}

// Takes a connect back, so that the next one begins anew. The host has given a port away that it had chosen itself.
void take_back(SocketRef& socket, const std::optional<host::Address>& local) {
  host::Address nobody;
  nobody.length = sizeof(sockaddr_in);
  (void)host::connect(socket.fd(), nobody);
  socket.socket().forget(Seen::kConnecting);
  if (local) (void)host::bind(socket.fd(), *local);
}

bool is_mapped(const host::Address& address) {
  static constexpr unsigned char kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return address.family() == host::kAfInet6 && memcmp(address.bytes.data() + offsetof(sockaddr_in6, sin6_addr), kPrefix, sizeof kPrefix) == 0;
}

WsaResult<void> attempt(SocketRef& socket, const host::Address& address, ConnectDeadline deadline) {
  if (is_wildcard(address) || port_of(address) == 0) return wsa_failure(WSAEADDRNOTAVAIL);
  blocking::Scope scope(socket.fd());
  auto begun = host::connect(socket.fd(), address);
  if (begun) return {};
  if (static_cast<int>(begun.error()) != EINPROGRESS && static_cast<int>(begun.error()) != EINTR)
    return wsa_failure_from_host(begun.error());
  WS_TRY(wait_until(socket, host::kPollOut, deadline));
  auto error = static_cast<host::Errno>(WS_TRY_HOST(host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoError)));
  if (error != host::Errno::kNone) return wsa_failure_from_host(error);
  return {};
}

bool has_passed(ConnectDeadline deadline) { return deadline && host::now_nanoseconds() >= *deadline; }

// Whether a connect that the program began earlier goes on.
WsaResult<bool> is_connecting(SocketRef& socket) {
  if (!socket.socket().has_seen(Seen::kConnecting)) return false;
  return WS_TRY_HOST(host::ready_now(socket.fd(), host::kPollOut)) == 0;
}

// The state of a socket that is to be found again, whatever becomes of its number meanwhile.
using Held = std::unique_ptr<UnderlyingSocket, void (*)(UnderlyingSocket*)>;
Held hold(UnderlyingSocket& socket) {
  socket.retain();
  return Held(&socket, [](UnderlyingSocket* held) { held->release(); });
}

}  // namespace

WsaResult<ConnectDeadline> connect_deadline(const timeval* timeout) {
  if (!timeout) return ConnectDeadline{};
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return wsa_failure(WSAEINVAL);
  constexpr int64_t kForEver = int64_t{1} << 32;  // seconds
  if (timeout->tv_sec >= kForEver) return ConnectDeadline{};
  return ConnectDeadline{host::now_nanoseconds() + static_cast<int64_t>(timeout->tv_sec) * 1'000'000'000 + static_cast<int64_t>(timeout->tv_usec) * 1'000};
}

WsaResult<void> check_can_connect(SocketRef& socket) {
  if (!is_internet_stream(socket.socket()) || is_listening(socket)) return wsa_failure(WSAEINVAL);
  if (host::peer_address(socket.fd())) return wsa_failure(WSAEISCONN);
  if (WS_TRY(is_connecting(socket))) return wsa_failure(WSAEALREADY);
  return {};
}

bool was_bound(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  return underlying.has_seen(Seen::kBound) || (underlying.has_seen(Seen::kForeign) && is_bound(socket));
}

WsaResult<host::Address> reachable_address(SocketRef& socket, const sockaddr* name, int length) {
  int family = socket.socket().kind().family;
  bool is_v4 = can_be_memory(name) && length >= static_cast<int>(sizeof(sockaddr_in)) && name->sa_family == AF_INET;
  if (!is_v4 || family == AF_INET || !WS_TRY(is_dual_stack(socket))) return address_to_host(name, length, family);
  sockaddr_in v4;
  memcpy(&v4, name, sizeof v4);
  sockaddr_in6 v6 = mapped(v4);
  return address_to_host(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, family);
}

WsaResult<NamedAddresses> addresses_to_connect(SOCKET s, const char* node, const char* service) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  Held held(nullptr, nullptr);
  {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    hints.ai_family = WS_TRY(is_dual_stack(socket)) ? AF_UNSPEC : socket.socket().kind().family;
    held = hold(socket.socket());
  }
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(WS_TRY(resolve_addresses(node, service, &hints)), free_addresses);
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (&socket.socket() != held.get()) return wsa_failure(WSAENOTSOCK);
  std::vector<host::Address> addresses;
  for (const addrinfo* one = found.get(); one; one = one->ai_next)
    addresses.push_back(WS_TRY(reachable_address(socket, one->ai_addr, static_cast<int>(one->ai_addrlen))));
  return NamedAddresses{std::move(socket), std::move(addresses)};
}

WsaResult<host::Address> connect_to_one_of(SocketRef& socket, std::vector<host::Address> addresses, ConnectDeadline deadline) {
  // A host socket that has tried an IPv4 address reaches IPv6 ones no more (measured).
  std::stable_partition(addresses.begin(), addresses.end(), [](const host::Address& address) { return !is_mapped(address); });
  UnderlyingSocket& underlying = socket.socket();
  const auto local = WS_TRY(chosen_address(socket));
  NonblockingScope scope(socket.fd());
  WS_TRY(scope.begin());
  if (underlying.has_seen(Seen::kConnecting)) take_back(socket, local);  // it failed, and nobody has asked for it
  WsaResult<host::Address> outcome = wsa_failure(WSAEHOSTUNREACH);
  bool first = true;
  for (const host::Address& address : addresses) {
    if (!std::exchange(first, false) && has_passed(deadline)) return wsa_failure(WSAETIMEDOUT);
    auto connected = attempt(socket, address, deadline);
    if (connected) {
      underlying.forget_loss();
      underlying.saw(Seen::kConnected);
      underlying.saw(Seen::kBound);
      return address;
    }
    take_back(socket, local);
    if (socket.closing()) return wsa_failure(WSAEINTR);
    outcome = Failure{connected.error()};
  }
  return outcome;
}

}  // namespace windsock
