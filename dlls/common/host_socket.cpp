#include "dlls/common/host_socket.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace windsock::host {

static_assert(kAfUnix == AF_UNIX && kAfInet == AF_INET && kAfInet6 == AF_INET6 && kSockStream == SOCK_STREAM &&
              kSockDgram == SOCK_DGRAM && kSockRaw == SOCK_RAW && kSockSeqpacket == SOCK_SEQPACKET);
static_assert(kIpprotoIcmp == IPPROTO_ICMP && kIpprotoTcp == IPPROTO_TCP && kIpprotoUdp == IPPROTO_UDP && kIpprotoIpv6 == IPPROTO_IPV6);
static_assert(kMsgOob == MSG_OOB && kMsgPeek == MSG_PEEK && kMsgTrunc == MSG_TRUNC &&
              kMsgDontWait == MSG_DONTWAIT && kMsgWaitAll == MSG_WAITALL && kMsgNoSignal == MSG_NOSIGNAL);
static_assert(kShutRead == SHUT_RD && kShutWrite == SHUT_WR && kShutBoth == SHUT_RDWR);
static_assert(kSolSocket == SOL_SOCKET && kSoReuseAddr == SO_REUSEADDR && kSoType == SO_TYPE &&
              kSoError == SO_ERROR && kSoBroadcast == SO_BROADCAST && kSoSndBuf == SO_SNDBUF &&
              kSoRcvBuf == SO_RCVBUF && kSoKeepAlive == SO_KEEPALIVE && kSoOobInline == SO_OOBINLINE && kSoLinger == SO_LINGER &&
              kSoReusePort == SO_REUSEPORT && kSoRcvTimeo == SO_RCVTIMEO &&
              kSoSndTimeo == SO_SNDTIMEO && kSoAcceptConn == SO_ACCEPTCONN && kSoProtocol == SO_PROTOCOL && kSoDomain == SO_DOMAIN &&
              kSoCookie == SO_COOKIE && kSoNoCheck == SO_NO_CHECK && kSoIncomingCpu == SO_INCOMING_CPU);
static_assert(kTcpNodelay == TCP_NODELAY && kTcpKeepIdle == TCP_KEEPIDLE && kTcpKeepIntvl == TCP_KEEPINTVL &&
              kTcpKeepCnt == TCP_KEEPCNT && kTcpUserTimeout == TCP_USER_TIMEOUT && kTcpFastopen == TCP_FASTOPEN &&
              kTcpMaxSegment == TCP_MAXSEG && kTcpSynCount == TCP_SYNCNT && kTcpCongestion == TCP_CONGESTION);
static_assert(kIpv6UnicastHops == IPV6_UNICAST_HOPS && kIpv6MulticastIf == IPV6_MULTICAST_IF && kIpv6MulticastHops == IPV6_MULTICAST_HOPS &&
              kIpv6MulticastLoop == IPV6_MULTICAST_LOOP && kIpv6JoinGroup == IPV6_JOIN_GROUP && kIpv6LeaveGroup == IPV6_LEAVE_GROUP &&
              kIpv6MtuDiscover == IPV6_MTU_DISCOVER && kIpv6Mtu == IPV6_MTU && kIpv6V6only == IPV6_V6ONLY &&
              kIpv6HeaderIncluded == IPV6_HDRINCL && kIpv6DontFragment == IPV6_DONTFRAG && kIpv6TrafficClass == IPV6_TCLASS &&
              kIpv6UnicastIf == IPV6_UNICAST_IF && kIpv6Checksum == IPV6_CHECKSUM && kIpv6FreeBind == IPV6_FREEBIND && kIpv6RecvErr == IPV6_RECVERR &&
              kIpv6RecvPacketInfo == IPV6_RECVPKTINFO && kIpv6RecvHopLimit == IPV6_RECVHOPLIMIT &&
              kIpv6RecvRoutingHeader == IPV6_RECVRTHDR && kIpv6RecvTrafficClass == IPV6_RECVTCLASS);
static_assert(kIpTos == IP_TOS && kIpTtl == IP_TTL && kIpHeaderIncluded == IP_HDRINCL && kIpMtuDiscover == IP_MTU_DISCOVER &&
              kIpMtu == IP_MTU && kIpMulticastIf == IP_MULTICAST_IF && kIpMulticastTtl == IP_MULTICAST_TTL &&
              kIpAddMembership == IP_ADD_MEMBERSHIP && kIpDropMembership == IP_DROP_MEMBERSHIP &&
              kIpUnblockSource == IP_UNBLOCK_SOURCE && kIpBlockSource == IP_BLOCK_SOURCE &&
              kIpAddSourceMembership == IP_ADD_SOURCE_MEMBERSHIP && kIpDropSourceMembership == IP_DROP_SOURCE_MEMBERSHIP &&
              kIpUnicastIf == IP_UNICAST_IF && kIpOptions == IP_OPTIONS && kIpFreeBind == IP_FREEBIND && kIpPacketInfo == IP_PKTINFO && kIpRecvErr == IP_RECVERR &&
              kIpRecvTtl == IP_RECVTTL && kIpRecvTos == IP_RECVTOS && kIpSourceFilter == IP_MSFILTER);
static_assert(kMcastJoinGroup == MCAST_JOIN_GROUP && kMcastBlockSource == MCAST_BLOCK_SOURCE && kMcastUnblockSource == MCAST_UNBLOCK_SOURCE &&
              kMcastLeaveGroup == MCAST_LEAVE_GROUP && kMcastJoinSourceGroup == MCAST_JOIN_SOURCE_GROUP &&
              kMcastLeaveSourceGroup == MCAST_LEAVE_SOURCE_GROUP);
static_assert(kMtuDont == IP_PMTUDISC_DONT && kMtuWant == IP_PMTUDISC_WANT && kMtuDo == IP_PMTUDISC_DO && kMtuProbe == IP_PMTUDISC_PROBE);
static_assert(kUdpSegment == UDP_SEGMENT);  // kUdpCoalesce is UDP_GRO, which older headers of the C library lack
static_assert(sizeof(Address::bytes) == sizeof(sockaddr_storage));
static_assert(sizeof(Buffer) == sizeof(iovec) && offsetof(Buffer, size) == offsetof(iovec, iov_len));
static_assert(sizeof(Linger) == sizeof(linger) && sizeof(Interval) == sizeof(timeval));
static_assert(sizeof(Membership) == sizeof(ip_mreqn) && offsetof(Membership, interface_index) == offsetof(ip_mreqn, imr_ifindex));
static_assert(sizeof(SourceMembership) == sizeof(ip_mreq_source) &&
              offsetof(SourceMembership, source) == offsetof(ip_mreq_source, imr_sourceaddr) &&
              offsetof(SourceMembership, interface_address) == offsetof(ip_mreq_source, imr_interface));

namespace {

Result<void> check(long result) {
  if (result < 0) return last_failure();
  return {};
}

Result<size_t> count(ssize_t result) {
  if (result < 0) return last_failure();
  return static_cast<size_t>(result);
}

const sockaddr* as_sockaddr(const Address& address) { return reinterpret_cast<const sockaddr*>(address.bytes.data()); }
sockaddr* as_sockaddr(Address& address) { return reinterpret_cast<sockaddr*>(address.bytes.data()); }

using AddressCall = int (*)(int, sockaddr*, socklen_t*);
Result<Address> ask_address(AddressCall call, int fd) {
  Address address;
  address.length = sizeof address.bytes;
  if (call(fd, as_sockaddr(address), &address.length) < 0) return last_failure();
  return address;
}

Result<int> ask_ioctl(int fd, unsigned long request) {
  int value = 0;
  if (::ioctl(fd, request, &value) < 0) return last_failure();
  return value;
}

// "/proc/self/fd/N/name": sun_path has room for it whatever the directory is called.
Result<sockaddr_un> unix_address_at(int directory, const char* name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  int length = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, name);
  if (length < 0 || static_cast<size_t>(length) >= sizeof address.sun_path) return failure(ENAMETOOLONG);
  return address;
}

}  // namespace

std::string address_text(const Address& address) {
  char text[INET6_ADDRSTRLEN];
  if (address.family() == kAfInet && address.length >= sizeof(sockaddr_in)) {
    auto* inet = reinterpret_cast<const sockaddr_in*>(as_sockaddr(address));
    return std::string(inet_ntop(AF_INET, &inet->sin_addr, text, sizeof text)) + ":" + std::to_string(ntohs(inet->sin_port));
  }
  if (address.family() == kAfInet6 && address.length >= sizeof(sockaddr_in6)) {
    auto* inet6 = reinterpret_cast<const sockaddr_in6*>(as_sockaddr(address));
    return std::string("[") + inet_ntop(AF_INET6, &inet6->sin6_addr, text, sizeof text) + "]:" + std::to_string(ntohs(inet6->sin6_port));
  }
  constexpr uint32_t kPathOffset = offsetof(sockaddr_un, sun_path);
  if (address.family() != kAfUnix || address.length <= kPathOffset) return "";
  std::string path(reinterpret_cast<const char*>(address.bytes.data()) + kPathOffset, address.length - kPathOffset);
  if (path[0] == '\0') return "@" + path.substr(1);  // an abstract name, which may hold any byte
  return path.c_str();
}

Result<UniqueFd> create_socket(int family, int type, int protocol, Blocking blocking) {
  int fd = ::socket(family, type | SOCK_CLOEXEC | (blocking == Blocking::kNo ? SOCK_NONBLOCK : 0), protocol);
  if (fd < 0) return last_failure();
  return UniqueFd::adopt(fd);
}

Result<void> bind(int fd, const Address& address) { return check(::bind(fd, as_sockaddr(address), address.length)); }
Result<void> listen(int fd, int backlog) { return check(::listen(fd, backlog)); }

Result<UniqueFd> accept(int fd, Address& peer, Blocking blocking) {
  peer.length = sizeof peer.bytes;
  int accepted = ::accept4(fd, as_sockaddr(peer), &peer.length, SOCK_CLOEXEC | (blocking == Blocking::kNo ? SOCK_NONBLOCK : 0));
  if (accepted < 0) return last_failure();
  return UniqueFd::adopt(accepted);
}

Result<void> connect(int fd, const Address& address) { return check(::connect(fd, as_sockaddr(address), address.length)); }
Result<void> shutdown(int fd, int how) { return check(::shutdown(fd, how)); }
Result<void> local_address(int fd, void* address, uint32_t& length) { return check(::getsockname(fd, static_cast<sockaddr*>(address), &length)); }
Result<void> peer_address(int fd, void* address, uint32_t& length) { return check(::getpeername(fd, static_cast<sockaddr*>(address), &length)); }
Result<Address> local_address(int fd) { return ask_address(::getsockname, fd); }
Result<Address> peer_address(int fd) { return ask_address(::getpeername, fd); }

Result<size_t> send(int fd, const void* data, size_t size, int flags) { return count(::send(fd, data, size, flags | MSG_NOSIGNAL)); }
Result<size_t> receive(int fd, void* data, size_t size, int flags) { return count(::recv(fd, data, size, flags)); }

Result<size_t> send_message(int fd, std::span<const Buffer> buffers, const Address* to, int flags, std::span<const std::byte> control) {
  // Without a header to read it is less work for the host.
  if (buffers.size() == 1 && !to && control.empty()) return send(fd, buffers[0].data, buffers[0].size, flags);
  msghdr message{};
  message.msg_iov = reinterpret_cast<iovec*>(const_cast<Buffer*>(buffers.data()));
  message.msg_iovlen = buffers.size();
  if (to) {
    message.msg_name = const_cast<unsigned char*>(to->bytes.data());
    message.msg_namelen = to->length;
  }
  message.msg_control = const_cast<std::byte*>(control.data());
  message.msg_controllen = control.size();
  return count(::sendmsg(fd, &message, flags | MSG_NOSIGNAL));
}

Result<ReceivedMessage> receive_message(int fd, std::span<const Buffer> buffers, Address* from, int flags, std::span<std::byte> control) {
  msghdr message{};
  message.msg_iov = reinterpret_cast<iovec*>(const_cast<Buffer*>(buffers.data()));
  message.msg_iovlen = buffers.size();
  if (from) {
    message.msg_name = from->bytes.data();
    message.msg_namelen = sizeof from->bytes;
  }
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = ::recvmsg(fd, &message, flags);
  if (size < 0) return last_failure();
  if (from) from->length = message.msg_namelen;
  return ReceivedMessage{static_cast<size_t>(size), message.msg_flags, message.msg_controllen};
}

Result<uint32_t> get_option(int fd, int level, int option, void* value, uint32_t size) {
  socklen_t length = size;
  if (::getsockopt(fd, level, option, value, &length) < 0) return last_failure();
  return static_cast<uint32_t>(length);
}

Result<void> set_option(int fd, int level, int option, const void* value, uint32_t size) {
  return check(::setsockopt(fd, level, option, value, size));
}

Result<int> bytes_readable(int fd) { return ask_ioctl(fd, FIONREAD); }
Result<int> bytes_unsent(int fd) { return ask_ioctl(fd, SIOCOUTQ); }

Result<TcpSummary> summarise_tcp(int fd) {
  tcp_info info = WS_TRY(get_option<tcp_info>(fd, IPPROTO_TCP, TCP_INFO));
  TcpSummary summary;
  summary.connected = info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT || info.tcpi_state == TCP_FIN_WAIT1 ||
                      info.tcpi_state == TCP_FIN_WAIT2 || info.tcpi_state == TCP_CLOSING || info.tcpi_state == TCP_LAST_ACK;
  summary.silent_milliseconds = std::max(info.tcpi_last_data_sent, info.tcpi_last_data_recv);
  return summary;
}

Result<Credentials> peer_credentials(int fd) {
  ucred credentials = WS_TRY(get_option<ucred>(fd, SOL_SOCKET, SO_PEERCRED));
  return Credentials{credentials.pid, credentials.uid};
}

Result<void> bind_unix_at(int fd, int directory, const char* name) {
  sockaddr_un address = WS_TRY(unix_address_at(directory, name));
  return check(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
}

Result<void> connect_unix_at(int fd, int directory, const char* name) {
  sockaddr_un address = WS_TRY(unix_address_at(directory, name));
  return check(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
}

Result<void> send_packet(int fd, std::span<const std::byte> data, std::span<const int> fds) {
  iovec part{const_cast<std::byte*>(data.data()), data.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * FdList::kCapacity)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    if (fds.size() > FdList::kCapacity) return failure(EINVAL);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    memcpy(CMSG_DATA(head), fds.data(), sizeof(int) * fds.size());
  }
  return check(::sendmsg(fd, &message, MSG_NOSIGNAL));
}

Result<PacketHead> receive_packet(int fd, std::span<std::byte> data, FdList& fds, Take take, Blocking wait) {
  iovec part{data.data(), data.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * FdList::kCapacity)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = take == Take::kDropFds ? nullptr : control;
  // One less than the list can hold: the kernel may use the padding for one more.
  message.msg_controllen = take == Take::kDropFds ? 0 : CMSG_SPACE(sizeof(int) * (FdList::kCapacity - 1));
  int flags = MSG_CMSG_CLOEXEC | (take == Take::kPeek ? MSG_PEEK : 0) | (wait == Blocking::kNo ? MSG_DONTWAIT : 0);
  ssize_t size = ::recvmsg(fd, &message, flags);
  if (size < 0) return last_failure();
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    size_t arrived = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < arrived; ++i) {
      int one;
      memcpy(&one, CMSG_DATA(head) + i * sizeof(int), sizeof one);
      UniqueFd owned = UniqueFd::adopt(one);
      if (fds.size() < FdList::kCapacity) fds.push(std::move(owned));
    }
  }
  return PacketHead{static_cast<size_t>(size), (message.msg_flags & MSG_TRUNC) != 0, (message.msg_flags & MSG_CTRUNC) != 0};
}

}  // namespace windsock::host
