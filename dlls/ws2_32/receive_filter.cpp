#include "dlls/ws2_32/receive_filter.h"

#include <winsock2.h>

namespace windsock {
namespace {

using host::FilterStep;

// The instructions that are used, by their numbers.
constexpr uint16_t kLoadConstant = 0x00, kLoadWord = 0x20, kAnd = 0x54, kJumpIfEqual = 0x15, kReturn = 0x06;
// Where a word is loaded from: what the host knows of the packet, and its IPv4 header.
constexpr uint32_t kProtocol = 0xfffff000, kPacketType = 0xfffff004, kInterface = 0xfffff008, kDestination4 = 0xfff00000 + 16;
constexpr uint32_t kIpv4 = 0x0800, kBroadcastPacket = 1, kLoopedPacket = 5, kLoopbackInterface = 1;
constexpr uint32_t kMulticast = 0xe0000000, kMulticastMask = 0xf0000000;
constexpr uint32_t kDrop = 0, kKeep = 0xffffffff;

// The program begins with a constant that does nothing but say that it is ours, and how it goes on.
constexpr uint32_t kMark = 0x57530000, kMarkMask = 0xffff0000;
constexpr uint32_t kByInterface = 0x100, kNoBroadcast = 0x200, kNoOwnMulticast = 0x400, kCountMask = 0xff;

}  // namespace

std::vector<FilterStep> encode_filter(const ReceiveFilter& filter) {
  auto count = static_cast<uint32_t>(filter.interfaces.size());
  std::vector<FilterStep> program = {{kLoadConstant, 0, 0, kMark | (filter.by_interface ? kByInterface : 0) |
                                                               (filter.no_broadcast ? kNoBroadcast : 0) |
                                                               (filter.no_own_multicast ? kNoOwnMulticast : 0) | count}};
  if (filter.by_interface) {
    program.push_back({kLoadWord, 0, 0, kInterface});
    for (uint32_t left = count; uint32_t index : filter.interfaces)
      program.push_back({kJumpIfEqual, static_cast<uint8_t>(left--), 0, index});  // over the rest of the list and its end
    program.push_back({kReturn, 0, 0, kDrop});
  }
  if (filter.no_broadcast) {
    // A packet of this machine that comes back from its own interface is no "broadcast packet" but a looped one.
    const FilterStep steps[] = {
        {kLoadWord, 0, 0, kProtocol},
        {kJumpIfEqual, 0, 8, kIpv4},
        {kLoadWord, 0, 0, kDestination4},
        {kJumpIfEqual, 5, 0, INADDR_BROADCAST},
        {kAnd, 0, 0, kMulticastMask},
        {kJumpIfEqual, 4, 0, kMulticast},
        {kLoadWord, 0, 0, kPacketType},
        {kJumpIfEqual, 1, 0, kBroadcastPacket},
        {kJumpIfEqual, 0, 1, kLoopedPacket},
        {kReturn, 0, 0, kDrop},
    };
    program.insert(program.end(), std::begin(steps), std::end(steps));
  }
  if (filter.no_own_multicast) {
    const FilterStep steps[] = {
        {kLoadWord, 0, 0, kProtocol},
        {kJumpIfEqual, 0, 8, kIpv4},
        {kLoadWord, 0, 0, kDestination4},
        {kAnd, 0, 0, kMulticastMask},
        {kJumpIfEqual, 0, 5, kMulticast},
        {kLoadWord, 0, 0, kPacketType},
        {kJumpIfEqual, 2, 0, kLoopedPacket},
        {kLoadWord, 0, 0, kInterface},
        {kJumpIfEqual, 0, 1, kLoopbackInterface},
        {kReturn, 0, 0, kDrop},
    };
    program.insert(program.end(), std::begin(steps), std::end(steps));
  }
  program.push_back({kReturn, 0, 0, kKeep});
  return program;
}

std::optional<ReceiveFilter> decode_filter(const std::vector<FilterStep>& program) {
  if (program.empty()) return ReceiveFilter{};
  uint32_t head = program[0].constant;
  if (program[0].code != kLoadConstant || (head & kMarkMask) != kMark) return std::nullopt;
  ReceiveFilter filter;
  filter.by_interface = head & kByInterface;
  filter.no_broadcast = head & kNoBroadcast;
  filter.no_own_multicast = head & kNoOwnMulticast;
  size_t count = head & kCountMask;
  if (program.size() < 2 + count) return std::nullopt;
  for (size_t i = 0; i < count; ++i) filter.interfaces.push_back(program[2 + i].constant);
  // Only what encode makes is ours.
  if (encode_filter(filter) != program) return std::nullopt;
  return filter;
}

WsaResult<ReceiveFilter> get_receive_filter(SocketRef& socket) {
  // A filter that a host library attached stays its own: to Windows' rules there is none.
  return decode_filter(WS_TRY_HOST(host::get_filter(socket.fd()))).value_or(ReceiveFilter{});
}

WsaResult<void> set_receive_filter(SocketRef& socket, const ReceiveFilter& filter) {
  if (filter.interfaces.size() > kMaxFilteredInterfaces) return wsa_failure(WSAENOBUFS);
  if (filter.lets_all_through()) return wsa_result(host::set_filter(socket.fd(), {}));
  return wsa_result(host::set_filter(socket.fd(), encode_filter(filter)));
}

}  // namespace windsock
