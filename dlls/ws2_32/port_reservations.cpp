#include "dlls/ws2_32/port_reservations.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cerrno>

#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/translate_kind.h"

namespace windsock {
namespace {

constexpr int kAttempts = 64;  // at a block anywhere

void set_port(host::Address& address, uint16_t port) {
  address.bytes[2] = static_cast<unsigned char>(port >> 8);
  address.bytes[3] = static_cast<unsigned char>(port);
}

// A socket that holds a port for every address. Of IPv6 it holds that of IPv4 too.
host::Result<UniqueFd> hold(SocketKind kind, uint16_t port) {
  HostKind host_kind = kind_to_host(kind);
  UniqueFd fd = WS_TRY(host::create_socket(host_kind.family, host_kind.type, host_kind.protocol, host::Blocking::kNo));
  host::Address any;
  any.bytes[0] = static_cast<unsigned char>(host_kind.family);
  any.length = host_kind.family == host::kAfInet6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  set_port(any, port);
  WS_TRY(host::bind(fd.get(), any));
  SocketTable::instance().mark_internal(fd.get());
  return fd;
}

void let_go(UniqueFd& holder) {
  if (holder.is_open()) SocketTable::instance().unmark_internal(holder.get());
  holder = UniqueFd();
}

using Holders = std::map<uint16_t, UniqueFd>;

// All of a block, or none.
host::Result<void> hold_block(SocketKind kind, uint16_t first, uint16_t count, Holders& holders) {
  for (uint32_t port = first; port < uint32_t{first} + count; ++port) {
    auto held = hold(kind, static_cast<uint16_t>(port));
    if (held) {
      holders[static_cast<uint16_t>(port)] = std::move(held).take();
      continue;
    }
    for (auto& [number, holder] : holders) let_go(holder);
    holders.clear();
    return Failure{held.error()};
  }
  return {};
}

}  // namespace

PortReservations& PortReservations::instance() {
  static auto* reservations = new PortReservations;
  return *reservations;
}

WsaResult<PortReservations::Granted> PortReservations::acquire(SocketRef& owner, uint16_t first, uint16_t count) {
  constexpr uint32_t kPorts = 65536;
  if (count == 0 || uint32_t{first} + count > kPorts) return wsa_failure(WSAEINVAL);
  SocketKind kind = owner.socket().kind();
  Holders holders;
  host::Result<void> held{};
  if (first != 0) {
    held = hold_block(kind, first, count, holders);
  } else {
    for (int attempt = 0; attempt < kAttempts && holders.empty(); ++attempt) {
      UniqueFd chosen = WS_TRY_HOST(hold(kind, 0));
      uint16_t port = port_of(WS_TRY_HOST(host::local_address(chosen.get())));
      let_go(chosen);
      if (uint32_t{port} + count > kPorts) continue;
      held = hold_block(kind, port, count, holders);
      if (!held && static_cast<int>(held.error()) != EADDRINUSE) break;
    }
  }
  WS_TRY_HOST(held);
  if (holders.empty()) return wsa_failure(WSAEADDRINUSE);

  std::lock_guard lock(mutex_);
  Granted granted{next_token_++, holders.begin()->first};
  reservations_.emplace(granted.token, Reservation{&owner.socket(), kind, granted.first, std::move(holders)});
  owner.socket().saw(Seen::kReservesPorts);
  return granted;
}

void PortReservations::end(Reservations::iterator reservation) {
  for (auto& [port, holder] : reservation->second.holders) let_go(holder);
  reservations_.erase(reservation);
}

WsaResult<void> PortReservations::release(uint64_t token) {
  std::lock_guard lock(mutex_);
  auto found = reservations_.find(token);
  if (found == reservations_.end()) return wsa_failure(WSAEINVAL);
  end(found);
  return {};
}

WsaResult<void> PortReservations::associate(SocketRef& socket, uint64_t token) {
  std::lock_guard lock(mutex_);
  auto found = reservations_.find(token);
  if (found == reservations_.end() || !(found->second.kind == socket.socket().kind())) return wsa_failure(WSAEINVAL);
  associations_[&socket.socket()] = token;
  socket.socket().saw(Seen::kReservesPorts);
  return {};
}

WsaResult<void> PortReservations::bind(SocketRef& socket, const host::Address& address) {
  std::lock_guard lock(mutex_);
  auto association = associations_.find(&socket.socket());
  auto reservation = association == associations_.end() ? reservations_.end() : reservations_.find(association->second);
  // Not associated after all, or the reservation has ended: like any socket.
  if (reservation == reservations_.end()) return wsa_result(host::bind(socket.fd(), address));
  uint16_t wanted = port_of(address);
  for (auto& [port, holder] : reservation->second.holders) {
    if (wanted != 0 && wanted != port) continue;
    host::Address place = address;
    set_port(place, port);
    let_go(holder);
    auto bound = host::bind(socket.fd(), place);
    if (bound) return {};
    // Nobody else's yet, perhaps: it is held again.
    if (auto again = hold(reservation->second.kind, port)) holder = std::move(again).take();
    if (static_cast<int>(bound.error()) != EADDRINUSE) return wsa_failure_from_host(bound.error());
  }
  return wsa_failure(WSAEADDRINUSE);
}

void PortReservations::forget(const UnderlyingSocket& socket) {
  std::lock_guard lock(mutex_);
  associations_.erase(&socket);
  for (auto one = reservations_.begin(); one != reservations_.end();) {
    auto next = std::next(one);
    if (one->second.owner == &socket) end(one);
    one = next;
  }
}

}  // namespace windsock
