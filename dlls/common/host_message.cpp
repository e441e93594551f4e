#include "dlls/common/host_message.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace windsock::host {

static_assert(kMsgCtrunc == MSG_CTRUNC && kMsgErrQueue == MSG_ERRQUEUE);
static_assert(kIpv6PacketInfo == IPV6_PKTINFO && kIpv6HopLimit == IPV6_HOPLIMIT && kIpv6RoutingHeader == IPV6_RTHDR);
static_assert(sizeof(ControlHeader) == sizeof(cmsghdr) && offsetof(ControlHeader, level) == offsetof(cmsghdr, cmsg_level) &&
              offsetof(ControlHeader, type) == offsetof(cmsghdr, cmsg_type) && CMSG_LEN(0) == sizeof(ControlHeader) &&
              CMSG_SPACE(1) == sizeof(ControlHeader) + sizeof(size_t));
static_assert(sizeof(PacketInfo) == sizeof(in_pktinfo) && offsetof(PacketInfo, local) == offsetof(in_pktinfo, ipi_spec_dst) &&
              offsetof(PacketInfo, destination) == offsetof(in_pktinfo, ipi_addr));
static_assert(sizeof(PacketInfo6) == sizeof(in6_pktinfo) && offsetof(PacketInfo6, interface_index) == offsetof(in6_pktinfo, ipi6_ifindex));
static_assert(sizeof(ExtendedError) == sizeof(sock_extended_err) && offsetof(ExtendedError, origin) == offsetof(sock_extended_err, ee_origin) &&
              offsetof(ExtendedError, info) == offsetof(sock_extended_err, ee_info));
static_assert(kOriginLocal == SO_EE_ORIGIN_LOCAL && kOriginIcmp == SO_EE_ORIGIN_ICMP && kOriginIcmp6 == SO_EE_ORIGIN_ICMP6);

Result<size_t> send_message(int fd, std::span<const Buffer> buffers, const Address* to, std::span<const std::byte> control, int flags) {
  msghdr message{};
  message.msg_iov = reinterpret_cast<iovec*>(const_cast<Buffer*>(buffers.data()));
  message.msg_iovlen = buffers.size();
  if (to) {
    message.msg_name = const_cast<unsigned char*>(to->bytes.data());
    message.msg_namelen = to->length;
  }
  if (!control.empty()) {
    message.msg_control = const_cast<std::byte*>(control.data());
    message.msg_controllen = control.size();
  }
  ssize_t sent = ::sendmsg(fd, &message, flags | MSG_NOSIGNAL);
  if (sent < 0) return last_failure();
  return static_cast<size_t>(sent);
}

Result<ReceivedMessage> receive_message(int fd, std::span<const Buffer> buffers, Address* from, std::span<std::byte> control, int flags) {
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
  return ReceivedMessage{static_cast<size_t>(size), message.msg_controllen, message.msg_flags};
}

}  // namespace windsock::host
