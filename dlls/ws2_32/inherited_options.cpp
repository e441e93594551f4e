#include "dlls/ws2_32/inherited_options.h"

#include <array>
#include <cstring>

#include "dlls/common/host_socket.h"

namespace windsock {

namespace {

enum class Kind { kPlain, kDoubled };  // kDoubled: the host gives twice what it was given

struct Row {
  int level;
  int name;
  Kind kind = Kind::kPlain;
};

constexpr Row kRows[] = {
    {host::kSolSocket, host::kSoKeepAlive},
    {host::kSolSocket, host::kSoLinger},
    {host::kSolSocket, host::kSoOobInline},
    {host::kSolSocket, host::kSoRcvTimeo},
    {host::kSolSocket, host::kSoSndTimeo},
    {host::kSolSocket, host::kSoRcvBuf, Kind::kDoubled},
    {host::kSolSocket, host::kSoSndBuf, Kind::kDoubled},
    {host::kIpprotoTcp, host::kTcpNodelay},
    {host::kIpprotoTcp, host::kTcpKeepIdle},
    {host::kIpprotoTcp, host::kTcpKeepIntvl},
    {host::kIpprotoTcp, host::kTcpKeepCnt},
    {host::kIpprotoIp, host::kIpTos},
    {host::kIpprotoIp, host::kIpTtl},
    {host::kIpprotoIpv6, host::kIpv6UnicastHops},
    {host::kIpprotoIpv6, host::kIpv6TrafficClass},
};

// Large enough for a linger and an interval.
using Value = std::array<std::byte, 16>;

}  // namespace

void copy_host_options(int from, int to) {
  for (const Row& row : kRows) {
    Value wanted{}, there{};
    auto size = host::get_option(from, row.level, row.name, wanted.data(), sizeof wanted);
    if (!size || !host::get_option(to, row.level, row.name, there.data(), sizeof there) || wanted == there) continue;
    if (row.kind == Kind::kDoubled) {
      int value;
      memcpy(&value, wanted.data(), sizeof value);
      value /= 2;
      memcpy(wanted.data(), &value, sizeof value);
    }
    (void)host::set_option(to, row.level, row.name, wanted.data(), size.value());  // what the host does not take stays as it is
  }
}

}  // namespace windsock
