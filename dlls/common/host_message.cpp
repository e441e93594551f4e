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
static_assert(kOriginIcmp == SO_EE_ORIGIN_ICMP && kOriginIcmp6 == SO_EE_ORIGIN_ICMP6);

}  // namespace windsock::host
