// The functions of the options about what a socket receives (option_functions.h): parts of one filter, see receive_filter.h.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>

#include "dlls/ws2_32/option_functions.h"
#include "dlls/ws2_32/receive_filter.h"

namespace windsock::option_functions {
namespace {

WsaResult<void> change(SocketRef& socket, bool ReceiveFilter::*what, bool on) {
  ReceiveFilter filter = WS_TRY(get_receive_filter(socket));
  if (filter.*what == on) return {};
  filter.*what = on;
  return set_receive_filter(socket, filter);
}

// The list is there while the rule is on.
WsaResult<ReceiveFilter> filter_with_list(SocketRef& socket) {
  ReceiveFilter filter = WS_TRY(get_receive_filter(socket));
  if (!filter.by_interface) return wsa_failure(WSAEINVAL);
  return filter;
}

}  // namespace

WsaResult<uint32_t> get_receive_broadcast(SocketRef& socket) { return WS_TRY(get_receive_filter(socket)).no_broadcast ? 0u : 1u; }
WsaResult<void> set_receive_broadcast(SocketRef& socket, uint32_t on) { return change(socket, &ReceiveFilter::no_broadcast, !on); }

WsaResult<uint32_t> get_multicast_loop(SocketRef& socket) { return WS_TRY(get_receive_filter(socket)).no_own_multicast ? 0u : 1u; }
WsaResult<void> set_multicast_loop(SocketRef& socket, uint32_t on) { return change(socket, &ReceiveFilter::no_own_multicast, !on); }

WsaResult<uint32_t> get_interface_list_state(SocketRef& socket) { return WS_TRY(get_receive_filter(socket)).by_interface ? 1u : 0u; }
WsaResult<void> set_interface_list_state(SocketRef& socket, uint32_t on) {
  ReceiveFilter filter = WS_TRY(get_receive_filter(socket));
  if (filter.by_interface == (on != 0)) return {};
  filter.by_interface = on != 0;
  filter.interfaces.clear();  // it starts empty
  return set_receive_filter(socket, filter);
}

WsaResult<void> add_interface(SocketRef& socket, uint32_t index) {
  ReceiveFilter filter = WS_TRY(filter_with_list(socket));
  auto& list = filter.interfaces;
  if (std::find(list.begin(), list.end(), index) != list.end()) return {};
  list.push_back(index);
  return set_receive_filter(socket, filter);
}

WsaResult<void> remove_interface(SocketRef& socket, uint32_t index) {
  ReceiveFilter filter = WS_TRY(filter_with_list(socket));
  if (std::erase(filter.interfaces, index) == 0) return wsa_failure(WSAEINVAL);
  return set_receive_filter(socket, filter);
}

WsaResult<int> get_interfaces(SocketRef& socket, char* value, int room) {
  ReceiveFilter filter = WS_TRY(filter_with_list(socket));
  size_t size = filter.interfaces.size() * sizeof(uint32_t);
  if (room < static_cast<int>(size)) return wsa_failure(WSAEFAULT);
  if (size != 0) memcpy(value, filter.interfaces.data(), size);
  return static_cast<int>(size);
}

}  // namespace windsock::option_functions
