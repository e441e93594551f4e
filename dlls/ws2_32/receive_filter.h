// What a datagram socket does not want to receive: rules that Windows has and the host has no options for.
//
//   IP_IFLIST             nothing but from the interfaces of a list
//   IP_RECEIVE_BROADCAST  no broadcasts
//   IP_MULTICAST_LOOP     no multicast that this machine sent. On Windows it is the receiver that says so; the host's own option of
//                         this name acts on the sender and stays on
//
// The host lets a socket look at each packet by a small program (classic BPF). The program is also where the rules are kept: it is read
// back from the host before a change, so whoever shares the socket sees the same rules and nothing has to be told to anybody.
//
// encode and decode are pure and each other's inverse. https://learn.microsoft.com/windows/win32/winsock/ipproto-ip-socket-options
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

struct ReceiveFilter {
  bool by_interface = false;
  std::vector<uint32_t> interfaces;  // indices, in the order they were added
  bool no_broadcast = false;
  bool no_own_multicast = false;

  bool lets_all_through() const { return !by_interface && !no_broadcast && !no_own_multicast; }
  bool operator==(const ReceiveFilter&) const = default;
};

inline constexpr size_t kMaxFilteredInterfaces = 200;  // a jump of the program reaches over so many

std::vector<host::FilterStep> encode_filter(const ReceiveFilter& filter);
// Nothing: not one of ours.
std::optional<ReceiveFilter> decode_filter(const std::vector<host::FilterStep>& program);

// Of a socket. WSAENOBUFS: the list is too long.
WsaResult<ReceiveFilter> get_receive_filter(SocketRef& socket);
WsaResult<void> set_receive_filter(SocketRef& socket, const ReceiveFilter& filter);

}  // namespace windsock
