// The controls about addresses and routes (control_functions.h).
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "dlls/ws2_32/address_order.h"
#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/change_query.h"
#include "dlls/ws2_32/control_functions.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/translate_address.h"

namespace windsock::control_functions {
namespace {

int family_of(const ControlCall& call) { return call.socket.socket().kind().family; }

// An address of the machine in Windows' form, where the field may have another one's room.
template <typename Place>
void put_address(const host::Address& address, Place& place) {
  int room = sizeof place;
  if (address.length != 0) (void)address_from_host(address, reinterpret_cast<sockaddr*>(&place), &room);
}

ULONG flags_of(const host::InterfaceAddress& one) {
  return (one.up ? IFF_UP : 0u) | (one.broadcasts ? IFF_BROADCAST : 0u) | (one.loopback ? IFF_LOOPBACK : 0u) |
         (one.point_to_point ? IFF_POINTTOPOINT : 0u) | (one.multicasts ? IFF_MULTICAST : 0u);
}

// The answer has as many bytes; without room for them the program learns how many.
WsaResult<void> needs_room(ControlCall& call, size_t size) {
  call.returned = size;
  if (!can_be_memory(call.out) || call.out_size < size) return wsa_failure(WSAEFAULT);
  return {};
}

bool is_link_local(const host::Address& address) {
  const unsigned char* bytes = address.bytes.data();
  if (address.family() == host::kAfInet) {
    const unsigned char* four = bytes + offsetof(sockaddr_in, sin_addr);
    return four[0] == 127 || (four[0] == 169 && four[1] == 254);
  }
  const unsigned char* six = bytes + offsetof(sockaddr_in6, sin6_addr);
  return (six[0] == 0xfe && (six[1] & 0xc0) == 0x80) || memcmp(six, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/ws2ipdef/ns-ws2ipdef-interface_info
WsaResult<void> interface_list(ControlCall& call) {
  std::vector<INTERFACE_INFO> list;
  for (const host::InterfaceAddress& one : WS_TRY_HOST(host::interface_addresses())) {
    if (one.address.family() != host::kAfInet) continue;
    INTERFACE_INFO info{};
    info.iiFlags = flags_of(one);
    put_address(one.address, info.iiAddress.AddressIn);
    put_address(one.broadcast, info.iiBroadcastAddress.AddressIn);
    put_address(one.netmask, info.iiNetmask.AddressIn);
    list.push_back(info);
  }
  size_t size = list.size() * sizeof(INTERFACE_INFO);
  if (auto room = needs_room(call, size); !room) {
    call.returned = 0;  // this page promises no size
    return room;
  }
  memcpy(call.out, list.data(), size);
  return {};
}

// Without what is local to a link on a loopback interface. https://learn.microsoft.com/windows/win32/winsock/sio-address-list-query
WsaResult<void> address_list(ControlCall& call) {
  std::vector<host::Address> addresses;
  int host_family = family_of(call) == AF_INET6 ? host::kAfInet6 : host::kAfInet;
  for (const host::InterfaceAddress& one : WS_TRY_HOST(host::interface_addresses())) {
    if (one.address.family() != host_family || !one.up || (one.loopback && is_link_local(one.address))) continue;
    addresses.push_back(one.address);
  }
  size_t each = family_of(call) == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  // One entry is part of the structure, even if the list is empty. The addresses stand behind the entries.
  size_t head = std::max(sizeof(SOCKET_ADDRESS_LIST), SIZEOF_SOCKET_ADDRESS_LIST(addresses.size()));
  WS_TRY(needs_room(call, head + addresses.size() * each));
  auto* place = static_cast<char*>(call.out) + head;
  std::vector<SOCKET_ADDRESS> entries;
  for (const host::Address& address : addresses) {
    int room = static_cast<int>(each);
    WS_TRY(address_from_host(address, reinterpret_cast<sockaddr*>(place), &room));
    entries.push_back({reinterpret_cast<sockaddr*>(place), static_cast<INT>(each)});
    place += each;
  }
  auto count = static_cast<INT>(entries.size());
  memset(call.out, 0, head);
  memcpy(call.out, &count, sizeof count);
  if (!entries.empty())
    memcpy(static_cast<char*>(call.out) + offsetof(SOCKET_ADDRESS_LIST, Address), entries.data(), entries.size() * sizeof entries[0]);
  return {};
}

namespace {

constexpr unsigned char kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Ip6 ip6_of(const host::Address& address) {
  Ip6 six{};
  if (address.family() == host::kAfInet6) {
    memcpy(six.data(), address.bytes.data() + offsetof(sockaddr_in6, sin6_addr), six.size());
  } else {
    memcpy(six.data(), kMappedPrefix, sizeof kMappedPrefix);
    memcpy(six.data() + sizeof kMappedPrefix, address.bytes.data() + offsetof(sockaddr_in, sin_addr), 4);
  }
  return six;
}

// Of a mapped address the IPv4 address itself, since that is what the host has routes for.
host::Address without_mapping(const host::Address& address) {
  const unsigned char* six = address.bytes.data() + offsetof(sockaddr_in6, sin6_addr);
  if (address.family() != host::kAfInet6 || memcmp(six, kMappedPrefix, sizeof kMappedPrefix) != 0) return address;
  host::Address four;
  four.length = sizeof(sockaddr_in);
  four.bytes[0] = host::kAfInet;
  memcpy(four.bytes.data() + offsetof(sockaddr_in, sin_addr), six + sizeof kMappedPrefix, 4);
  return four;
}

// One address of a list that a program gave.
WsaResult<host::Address> listed_address(const SOCKET_ADDRESS& entry) {
  if (!can_be_memory(entry.lpSockaddr)) return wsa_failure(WSAEFAULT);
  if (entry.iSockaddrLength < static_cast<INT>(sizeof(ADDRESS_FAMILY))) return wsa_failure(WSAEINVAL);
  int family = entry.lpSockaddr->sa_family;
  if (family != AF_INET && family != AF_INET6) return wsa_failure(WSAEINVAL);
  auto address = address_to_host(entry.lpSockaddr, entry.iSockaddrLength, family);
  if (!address) return wsa_failure(WSAEINVAL);
  return address;
}

}  // namespace

// The entries of the list in the order in which to try them; they point to the same addresses as before.
WsaResult<void> sort_addresses(ControlCall& call) {
  auto count = call.input<INT>();
  if (count < 0) return wsa_failure(WSAEINVAL);
  auto entries_count = static_cast<size_t>(count);
  size_t size = SIZEOF_SOCKET_ADDRESS_LIST(entries_count);
  if (call.in_size < size) return wsa_failure(WSAEINVAL);
  WS_TRY(needs_room(call, size));
  std::vector<SOCKET_ADDRESS> entries(entries_count);
  if (!entries.empty())
    memcpy(entries.data(), static_cast<const char*>(call.in) + offsetof(SOCKET_ADDRESS_LIST, Address), entries_count * sizeof entries[0]);
  std::vector<Candidate> candidates;
  for (const SOCKET_ADDRESS& entry : entries) {
    host::Address destination = WS_TRY(listed_address(entry));
    Candidate& candidate = candidates.emplace_back(Candidate{ip6_of(destination), {}});
    if (auto source = host::source_address_to(without_mapping(destination))) candidate.source = ip6_of(source.value());
  }
  std::vector<SOCKET_ADDRESS> sorted;
  for (size_t place : order_of(candidates)) sorted.push_back(entries[place]);
  memcpy(call.out, &count, sizeof count);
  if (!sorted.empty())
    memcpy(static_cast<char*>(call.out) + offsetof(SOCKET_ADDRESS_LIST, Address), sorted.data(), sorted.size() * sizeof sorted[0]);
  return {};
}

WsaResult<void> broadcast_address(ControlCall& call) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = INADDR_BROADCAST;
  return call.answer(address);
}

// https://learn.microsoft.com/windows/win32/winsock/sio-routing-interface-query
WsaResult<void> routing_interface(ControlCall& call) {
  host::Address destination =
      WS_TRY(address_to_host(static_cast<const sockaddr*>(call.in), static_cast<int>(call.in_size), family_of(call)));
  WS_TRY(needs_room(call, family_of(call) == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)));
  auto source = host::source_address_to(destination);
  // The host has other words for "no interface leads there".
  if (!source) return wsa_failure(host::is_want_of_room(source.error()) ? WSAENOBUFS : WSAENETUNREACH);
  int room = static_cast<int>(call.out_size);
  return address_from_host(source.value(), static_cast<sockaddr*>(call.out), &room);
}

// ---- waiting for a change: a non-blocking socket is told by a network event -------------------------------------------------
namespace {

WsaResult<void> await_change(ControlCall& call, host::NetworkChange change) {
  int host_family = family_of(call) == AF_INET6 ? host::kAfInet6 : host::kAfInet;
  if (!call.until && WS_TRY(is_nonblocking(call.socket))) {
    WS_TRY(query_change(call.socket, change, host_family));
    return wsa_failure(WSAEWOULDBLOCK);
  }
  UniqueFd watch = WS_TRY_HOST(host::watch_network(change, host_family));
  if (call.until) {
    *call.until = std::move(watch);
    return {};
  }
  blocking::Scope scope(call.socket.fd());
  for (;;) {
    if (call.socket.closing()) return wsa_failure(WSAEINTR);
    host::PollEntry entry{watch.get(), host::kPollIn, 0};
    auto ready = host::poll(&entry, 1, -1);
    if (ready) return {};
    if (static_cast<int>(ready.error()) != EINTR) return wsa_failure_from_host(ready.error());
  }
}

}  // namespace

WsaResult<void> await_address_change(ControlCall& call) { return await_change(call, host::NetworkChange::kAddresses); }

WsaResult<void> await_route_change(ControlCall& call) {
  WS_TRY(address_to_host(static_cast<const sockaddr*>(call.in), static_cast<int>(call.in_size), family_of(call)));
  return await_change(call, host::NetworkChange::kRoutes);
}

}  // namespace windsock::control_functions
