// Host errors to Winsock codes, by errno.def: an array indexed by the errno value. A value that is not in it is a gap in our
// knowledge, not in the program, so it is told to whoever reads the log and answered with WSASYSCALLFAILURE.
#include <winsock2.h>

#include <array>
#include <cerrno>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {
namespace {

constexpr size_t kErrnoLimit = 160;

constexpr auto kCodes = [] {
  std::array<uint16_t, kErrnoLimit> codes{};
#define HOST_ERROR(host, wsa) codes[host] = wsa;
#include "dlls/ws2_32/errno.def"
#undef HOST_ERROR
  return codes;
}();

// A second row for the same errno value would silently win over the first.
constexpr size_t kRows = 0
#define HOST_ERROR(host, wsa) +1
#include "dlls/ws2_32/errno.def"
#undef HOST_ERROR
    ;
constexpr size_t kMapped = [] {
  size_t mapped = 0;
  for (uint16_t code : kCodes) mapped += code != 0;
  return mapped;
}();
static_assert(kRows == kMapped, "errno.def names an error twice");

}  // namespace

WsaError wsa_error_from_host(host::Errno error) {
  auto number = static_cast<size_t>(error);
  if (number < kErrnoLimit && kCodes[number]) [[likely]] return static_cast<WsaError>(kCodes[number]);
  WS_WARN(kApi, "no Winsock code is known for the host's error %d", static_cast<int>(error));
  return static_cast<WsaError>(WSASYSCALLFAILURE);
}

}  // namespace windsock
