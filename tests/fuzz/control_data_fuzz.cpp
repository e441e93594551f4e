// Any bytes as control data: of a program that sends, and of a host that delivers into any room; and as ICMP messages.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <vector>

#include "dlls/ws2_32/translate_control.h"
#include "dlls/ws2_32/translate_icmp.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

// Every length that stands in it leads to the next, and the end is met.
void check_whole(std::span<const std::byte> control) {
  ControlReader reader(control);
  for (ControlItem item; reader.next(item);) FUZZ_CHECK(item.data.size() <= control.size());
  FUZZ_CHECK(!reader.is_malformed());
}

void as_programs(SocketKind kind, std::span<const std::byte> control) {
  HostControl host;
  if (!control_to_host(control, kind, host)) return;
  FUZZ_CHECK(host.size <= host.bytes.size());
  for (auto bare : {host.bare_ecn4, host.bare_ecn6}) {
    if (!bare) continue;
    FUZZ_CHECK(*bare + sizeof(int) <= host.size);
    host.complete_ecn(*bare, 0xff);
  }
  check_whole(host.span());
}

void as_hosts(uint32_t wanted, size_t room, std::span<const std::byte> control) {
  std::vector<std::byte> into(room);
  ReceivedControl told = control_from_host(control, wanted, into);
  FUZZ_CHECK(told.size <= room);
  check_whole(std::span(into).first(told.size));
  // With room for everything nothing is cut.
  std::vector<std::byte> large(control.size() * 8 + 64);
  ReceivedControl all = control_from_host(control, wanted, large);
  FUZZ_CHECK(!(all.flags & MSG_CTRUNC));
  FUZZ_CHECK((told.flags & ~static_cast<DWORD>(MSG_CTRUNC)) == all.flags);
  FUZZ_CHECK(told.size <= all.size);
}

void as_messages(std::span<const std::byte> bytes) {
  EchoIds ids;
  echo_to_host(bytes, ids);
  std::vector<std::byte> reply(bytes.begin(), bytes.end());
  echo_from_host(reply, ids);
  // What was sent is what comes back: the identifier is the one that is there.
  FUZZ_CHECK(reply.size() < 8 || (reply[4] == bytes[4] && reply[5] == bytes[5]));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr SocketKind kKinds[] = {{AF_INET, SOCK_DGRAM, IPPROTO_UDP}, {AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
                                   {AF_INET, SOCK_RAW, IPPROTO_ICMP}, {AF_INET6, SOCK_RAW, IPPROTO_ICMPV6}};
  fuzz::Input input(data, size);
  SocketKind kind = kKinds[input.byte() % 4];
  uint32_t wanted = input.number() | uint32_t{input.number()} << 16;
  size_t room = input.byte();
  auto rest = std::as_bytes(input.rest());
  as_programs(kind, rest);
  as_hosts(wanted, room, rest);
  as_messages(rest);
  return 0;
}
