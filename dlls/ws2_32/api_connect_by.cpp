// Connections to a name, or to one of several addresses.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaconnectbynamew
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaconnectbylist
#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/ws2_32/address_lists.h"
#include "dlls/ws2_32/connect_by.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_address.h"

using namespace windsock;

namespace {

// A buffer for an address of the connection, or none.
struct Place {
  sockaddr* address;
  DWORD* length;
};

// Checked before the call takes effect, so that a bad one loses nothing.
WsaResult<void> check_place(const Place& place, int family) {
  if (!place.address) return {};
  if (!can_be_memory(place.address) || !can_be_memory(place.length)) return wsa_failure(WSAEFAULT);
  if (*place.length < static_cast<DWORD>(max_address_length(family))) return wsa_failure(WSAEFAULT);
  return {};
}

void fill_place(const Place& place, const host::Address& address) {
  if (!place.address) return;
  int length = static_cast<int>(*place.length);
  if (address_from_host(address, place.address, &length)) *place.length = static_cast<DWORD>(length);
}

struct Request {
  Place local, remote;
  const timeval* timeout;
  const void* reserved;
};

// What both calls check first; the moment when they give up.
WsaResult<ConnectDeadline> check_request(SocketRef& socket, const Request& request) {
  if (request.reserved) return wsa_failure(WSAEINVAL);
  if (!null_or_memory(request.timeout)) return wsa_failure(WSAEFAULT);
  WS_TRY(check_place(request.local, socket.socket().kind().family));
  WS_TRY(check_place(request.remote, socket.socket().kind().family));
  WS_TRY(check_can_connect(socket));
  return connect_deadline(request.timeout);
}

WsaResult<BOOL> connect_and_tell(SocketRef& socket, const std::vector<host::Address>& addresses, ConnectDeadline deadline,
                                 const Request& request) {
  host::Address remote = WS_TRY(connect_to_one_of(socket, addresses, deadline));
  fill_place(request.remote, remote);
  if (request.local.address) fill_place(request.local, WS_TRY(local_name(socket)));
  return TRUE;
}

template <typename Character>
WsaResult<BOOL> connect_by_name(SOCKET s, const Character* node, const Character* service, const Request& request) {
  ConnectDeadline deadline;
  {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    if (!node || !service) return wsa_failure(WSAEINVAL);
    if (!can_be_memory(node) || !can_be_memory(service)) return wsa_failure(WSAEFAULT);
    deadline = WS_TRY(check_request(socket, request));
  }
  NamedAddresses found = WS_TRY(addresses_to_connect(s, text_to_utf8(node).c_str(), text_to_utf8(service).c_str()));
  return connect_and_tell(found.socket, found.addresses, deadline, request);
}

WsaResult<BOOL> connect_by_list(SOCKET s, const SOCKET_ADDRESS_LIST* list, const Request& request) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (!list) return wsa_failure(WSAEINVAL);
  if (!can_be_memory(list)) return wsa_failure(WSAEFAULT);
  if (list->iAddressCount <= 0) return wsa_failure(WSAEINVAL);
  ConnectDeadline deadline = WS_TRY(check_request(socket, request));
  if (was_bound(socket)) return wsa_failure(WSAEINVAL);
  // Entries of families that the socket cannot reach count as attempts that failed.
  std::vector<host::Address> addresses;
  WsaError unusable{};
  for (int i = 0; i < list->iAddressCount; ++i) {
    const SOCKET_ADDRESS& entry = list->Address[i];
    auto address = reachable_address(socket, entry.lpSockaddr, entry.iSockaddrLength);
    if (address)
      addresses.push_back(address.value());
    else
      unusable = address.error();
  }
  if (addresses.empty()) return Failure{unusable};
  return connect_and_tell(socket, addresses, deadline, request);
}

}  // namespace

BOOL PASCAL WSAConnectByNameA(SOCKET s, LPCSTR nodename, LPCSTR servicename, LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                              LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress, const struct timeval* timeout,
                              LPWSAOVERLAPPED Reserved) {
  Request request{{LocalAddress, LocalAddressLength}, {RemoteAddress, RemoteAddressLength}, timeout, Reserved};
  return entry::call(
      "WSAConnectByNameA", BOOL{FALSE}, [&]() -> WsaResult<BOOL> { return connect_by_name(s, nodename, servicename, request); }, s,
      trace::Text{nodename}, trace::Text{servicename}, LocalAddressLength, LocalAddress, RemoteAddressLength, RemoteAddress, timeout,
      Reserved);
}

BOOL PASCAL WSAConnectByNameW(SOCKET s, LPWSTR nodename, LPWSTR servicename, LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                              LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress, const struct timeval* timeout,
                              LPWSAOVERLAPPED Reserved) {
  Request request{{LocalAddress, LocalAddressLength}, {RemoteAddress, RemoteAddressLength}, timeout, Reserved};
  return entry::call(
      "WSAConnectByNameW", BOOL{FALSE},
      [&]() -> WsaResult<BOOL> { return connect_by_name<WCHAR>(s, nodename, servicename, request); }, s, nodename, servicename,
      LocalAddressLength, LocalAddress, RemoteAddressLength, RemoteAddress, timeout, Reserved);
}

BOOL PASCAL WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST SocketAddress, LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                             LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress, const struct timeval* timeout,
                             LPWSAOVERLAPPED Reserved) {
  Request request{{LocalAddress, LocalAddressLength}, {RemoteAddress, RemoteAddressLength}, timeout, Reserved};
  return entry::call(
      "WSAConnectByList", BOOL{FALSE}, [&]() -> WsaResult<BOOL> { return connect_by_list(s, SocketAddress, request); }, s, SocketAddress,
      LocalAddressLength, LocalAddress, RemoteAddressLength, RemoteAddress, timeout, Reserved);
}
