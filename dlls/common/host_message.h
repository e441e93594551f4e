// The control data of messages (host_socket.h sends and receives them): a row of headers, each with its data behind it, at multiples
// of the word. Its layout and numbers stand here, so that the files that translate it meet no header of the host.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dlls/common/host_socket.h"

namespace windsock::host {

// ---- numbers (checked against the host's headers in host_message.cpp) ---------------------------------------------------
inline constexpr int kMsgCtrunc = 0x8, kMsgErrQueue = 0x2000;
// Types of control data; those of IPv4 and of UDP are the names of the options (kIpTos, kIpTtl, kIpPacketInfo, kUdpSegment …).
inline constexpr int kIpv6PacketInfo = 50, kIpv6HopLimit = 52, kIpv6RoutingHeader = 57;

// Laid out as the host's cmsghdr. `length` counts the header and the data, not the padding behind.
struct ControlHeader {
  size_t length = 0;
  int32_t level = 0;
  int32_t type = 0;
};
// Laid out as the host's in_pktinfo and in6_pktinfo; addresses in network byte order. Received: the interface, the address of
// this machine that answers, the destination in the header. Sent: the interface, the source.
struct PacketInfo {
  int32_t interface_index = 0;
  uint32_t local = 0;
  uint32_t destination = 0;
};
struct PacketInfo6 {
  std::array<unsigned char, 16> address{};
  uint32_t interface_index = 0;
};
// Laid out as the host's sock_extended_err, behind which stands the address of who reported it.
struct ExtendedError {
  uint32_t error = 0;
  uint8_t origin = 0;
  uint8_t type = 0;
  uint8_t code = 0;
  uint8_t pad = 0;
  uint32_t info = 0;
  uint32_t data = 0;
};
inline constexpr uint8_t kOriginIcmp = 2, kOriginIcmp6 = 3;

}  // namespace windsock::host
