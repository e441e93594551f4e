// The calls of host_socket.h about connections' statistics, queued errors, interfaces and routes: what the kernel tells in
// structures of its own.
#include <ifaddrs.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "dlls/common/host_socket.h"

namespace windsock::host {

Result<TcpStatistics> tcp_statistics(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;  // an older host fills less
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return last_failure();
  // By the host's numbers of states, from 1 on.
  static constexpr TcpState kStates[] = {TcpState::kEstablished, TcpState::kSynSent,  TcpState::kSynReceived, TcpState::kFinWait1,
                                         TcpState::kFinWait2,    TcpState::kTimeWait, TcpState::kClosed,      TcpState::kCloseWait,
                                         TcpState::kLastAck,     TcpState::kListen,   TcpState::kClosing,     TcpState::kSynReceived};
  TcpStatistics told;
  size_t state = static_cast<size_t>(info.tcpi_state) - 1;
  if (state < std::size(kStates)) told.state = kStates[state];
  // Of a listener the host counts its queue in the same places.
  if (told.state == TcpState::kListen) return told;
  told.timestamps = info.tcpi_options & TCPI_OPT_TIMESTAMPS;
  told.segment_size = info.tcpi_snd_mss;
  told.round_trip_us = info.tcpi_rtt;
  told.least_round_trip_us = info.tcpi_min_rtt;
  told.segments_in_flight = info.tcpi_unacked;
  told.congestion_window_segments = info.tcpi_snd_cwnd;
  told.send_window = info.tcpi_snd_wnd;
  told.receive_window = info.tcpi_rcv_space;
  told.receive_space = info.tcpi_rcv_space;
  told.bytes_sent = info.tcpi_bytes_sent;
  told.bytes_received = info.tcpi_bytes_received;
  told.bytes_retransmitted = static_cast<uint32_t>(info.tcpi_bytes_retrans);
  told.segments_reordered = info.tcpi_reord_seen;
  told.duplicates_seen = info.tcpi_dsack_dups;
  told.timeouts = info.tcpi_backoff;
  told.retransmits = info.tcpi_total_retrans;
  told.limited_by_receiver_us = info.tcpi_rwnd_limited;
  told.limited_by_buffer_us = info.tcpi_sndbuf_limited;
  told.busy_us = info.tcpi_busy_time;
  told.silent_milliseconds = info.tcpi_last_data_sent > info.tcpi_last_data_recv ? info.tcpi_last_data_sent : info.tcpi_last_data_recv;
  return told;
}

Result<QueuedError> take_queued_error(int fd) {
  alignas(cmsghdr) char control[512];
  msghdr message{};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size;
  do {
    size = ::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return last_failure();
  QueuedError taken;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    bool is_error = (head->cmsg_level == SOL_IP && head->cmsg_type == IP_RECVERR) ||
                    (head->cmsg_level == SOL_IPV6 && head->cmsg_type == IPV6_RECVERR);
    if (!is_error || head->cmsg_len < CMSG_LEN(sizeof(sock_extended_err))) continue;
    sock_extended_err error;
    memcpy(&error, CMSG_DATA(head), sizeof error);
    taken.origin = error.ee_origin == SO_EE_ORIGIN_ICMP    ? ErrorOrigin::kIcmp
                   : error.ee_origin == SO_EE_ORIGIN_ICMP6 ? ErrorOrigin::kIcmp6
                   : error.ee_origin == SO_EE_ORIGIN_LOCAL ? ErrorOrigin::kLocal
                                                           : ErrorOrigin::kOther;
    taken.type = error.ee_type;
    taken.code = error.ee_code;
    taken.error = static_cast<Errno>(error.ee_errno);
  }
  return taken;
}

static_assert(sizeof(FilterStep) == sizeof(sock_filter) && offsetof(FilterStep, constant) == offsetof(sock_filter, k));

Result<std::vector<FilterStep>> get_filter(int fd) {
  // Here the length counts steps; none has no room for any and learns how many there are.
  socklen_t steps = 0;
  if (::getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, nullptr, &steps) < 0) return last_failure();
  std::vector<FilterStep> program(steps);
  if (steps != 0 && ::getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, program.data(), &steps) < 0) return last_failure();
  return program;
}

Result<void> set_filter(int fd, const std::vector<FilterStep>& program) {
  if (program.empty()) {
    auto detached = set_option(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
    if (!detached && detached.error() != static_cast<Errno>(ENOENT)) return detached;
    return {};
  }
  // The host does not write to it.
  auto* steps = reinterpret_cast<sock_filter*>(const_cast<FilterStep*>(program.data()));
  return set_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{static_cast<unsigned short>(program.size()), steps});
}

namespace {

Address address_of(const sockaddr* from) {
  Address address;
  if (!from || (from->sa_family != AF_INET && from->sa_family != AF_INET6)) return address;
  address.length = from->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  memcpy(address.bytes.data(), from, address.length);
  return address;
}


}  // namespace

Result<std::vector<InterfaceAddress>> interface_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) < 0) return last_failure();
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owned(first, ::freeifaddrs);
  std::vector<InterfaceAddress> found;
  for (const ifaddrs* one = first; one; one = one->ifa_next) {
    InterfaceAddress entry;
    entry.address = address_of(one->ifa_addr);
    if (entry.address.length == 0) continue;
    entry.index = ::if_nametoindex(one->ifa_name);
    entry.up = one->ifa_flags & IFF_UP;
    entry.loopback = one->ifa_flags & IFF_LOOPBACK;
    entry.broadcasts = one->ifa_flags & IFF_BROADCAST;
    entry.point_to_point = one->ifa_flags & IFF_POINTOPOINT;
    entry.multicasts = one->ifa_flags & IFF_MULTICAST;
    entry.netmask = address_of(one->ifa_netmask);
    // The other end of a point-to-point interface stands in the same place.
    if (entry.broadcasts || entry.point_to_point) entry.broadcast = address_of(one->ifa_ifu.ifu_broadaddr);
    found.push_back(entry);
  }
  return found;
}

// The host decides on a route when a datagram socket is connected; nothing is sent.
namespace {

// A question about one route.
struct RouteQuestion {
  nlmsghdr head;
  rtmsg route;
  rtattr interface_attribute;
  uint32_t interface;  // 0: any
  rtattr destination_attribute;
  unsigned char destination[16];  // 4 of an IPv4 address
};
static_assert(offsetof(RouteQuestion, interface_attribute) == NLMSG_SPACE(sizeof(rtmsg)) &&
              offsetof(RouteQuestion, destination_attribute) == offsetof(RouteQuestion, interface_attribute) + RTA_SPACE(sizeof(uint32_t)) &&
              offsetof(RouteQuestion, destination) == offsetof(RouteQuestion, destination_attribute) + RTA_LENGTH(0));

// Where the bytes of an internet address stand in its structure.
size_t offset_of_address(int family) { return family == AF_INET ? offsetof(sockaddr_in, sin_addr) : offsetof(sockaddr_in6, sin6_addr); }
size_t size_of_address(int family) { return family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr); }

Result<void> ask_for_route(int fd, const Address& destination) {
  const int family = destination.family();
  const size_t size = size_of_address(family);
  RouteQuestion question{};
  question.head.nlmsg_len = static_cast<uint32_t>(offsetof(RouteQuestion, destination) + size);
  question.head.nlmsg_type = RTM_GETROUTE;
  question.head.nlmsg_flags = NLM_F_REQUEST;
  question.route.rtm_family = static_cast<unsigned char>(family);
  question.route.rtm_dst_len = static_cast<unsigned char>(size * 8);
  question.interface_attribute.rta_type = RTA_OIF;
  question.interface_attribute.rta_len = RTA_LENGTH(sizeof question.interface);
  // An address of a link says of which.
  if (family == AF_INET6) question.interface = reinterpret_cast<const sockaddr_in6&>(destination.bytes).sin6_scope_id;
  question.destination_attribute.rta_type = RTA_DST;
  question.destination_attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
  memcpy(question.destination, destination.bytes.data() + offset_of_address(family), size);
  WS_TRY(send(fd, &question, question.head.nlmsg_len, 0));
  return {};
}

Result<Address> source_in_route(const nlmsghdr& head, size_t size) {
  if (size < sizeof head || head.nlmsg_len > size) return failure(EPROTO);
  if (head.nlmsg_type == NLMSG_ERROR) {
    if (head.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) return failure(EPROTO);
    return failure(-static_cast<const nlmsgerr*>(NLMSG_DATA(&head))->error);
  }
  if (head.nlmsg_type != RTM_NEWROUTE || head.nlmsg_len < NLMSG_LENGTH(sizeof(rtmsg))) return failure(EPROTO);
  const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(&head));
  if (route->rtm_family != AF_INET && route->rtm_family != AF_INET6) return failure(EPROTO);
  Address source;
  const auto family = static_cast<sa_family_t>(route->rtm_family);
  source.length = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  memcpy(source.bytes.data(), &family, sizeof family);
  uint32_t interface = 0;
  bool found = false;
  auto left = static_cast<unsigned>(RTM_PAYLOAD(&head));
  for (const rtattr* one = RTM_RTA(route); RTA_OK(one, left); one = RTA_NEXT(one, left)) {
    if (one->rta_type == RTA_PREFSRC && RTA_PAYLOAD(one) == size_of_address(family)) {
      memcpy(source.bytes.data() + offset_of_address(family), RTA_DATA(one), RTA_PAYLOAD(one));
      found = true;
    }
    if (one->rta_type == RTA_OIF && RTA_PAYLOAD(one) == sizeof interface) memcpy(&interface, RTA_DATA(one), sizeof interface);
  }
  if (!found) return failure(ENETUNREACH);
  if (family == AF_INET6) {
    auto& six = reinterpret_cast<sockaddr_in6&>(source.bytes);
    if (IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr)) six.sin6_scope_id = interface;
  }
  return source;
}

}  // namespace

Result<Address> source_address_to(const Address& destination) {
  if (destination.family() != AF_INET && destination.family() != AF_INET6) return failure(EAFNOSUPPORT);
  UniqueFd fd = WS_TRY(create_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, Blocking::kYes));
  WS_TRY(ask_for_route(fd.get(), destination));
  alignas(nlmsghdr) unsigned char answer[4096];
  for (;;) {
    auto size = receive(fd.get(), answer, sizeof answer, 0);
    if (size) return source_in_route(reinterpret_cast<const nlmsghdr&>(answer), size.value());
    if (static_cast<int>(size.error()) != EINTR) return Failure{size.error()};
  }
}

Result<UniqueFd> watch_network(NetworkChange change, int family) {
  UniqueFd fd = WS_TRY(create_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, Blocking::kNo));
  sockaddr_nl name{};
  name.nl_family = AF_NETLINK;
  if (change == NetworkChange::kAddresses) {
    name.nl_groups = family == AF_INET6 ? RTMGRP_IPV6_IFADDR : RTMGRP_IPV4_IFADDR;
  } else {
    name.nl_groups = family == AF_INET6 ? RTMGRP_IPV6_ROUTE : RTMGRP_IPV4_ROUTE;
  }
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) < 0) return last_failure();
  return fd;
}

}  // namespace windsock::host
