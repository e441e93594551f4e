#include "dlls/ws2_32/process.h"

#include <winsock2.h>

#include <mutex>

#include "dlls/common/host.h"
#include "dlls/ws2_32/duplication.h"
#include "dlls/ws2_32/inheritance.h"
#include "dlls/ws2_32/message_query.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock::process {

std::atomic<int> g_startup_count{0};
constinit thread_local int g_in_callback = 0;

namespace {

std::mutex g_mutex;
uint16_t g_version = 0;

constexpr int kHighestMajor = 2, kHighestMinor = 2;

// As min() over versions: 1.1 stays 1.1, 1.7 is 1.1, 2.0 to 2.2 stay, everything above is 2.2.
uint16_t negotiate(uint16_t asked) {
  int major = LOBYTE(asked), minor = HIBYTE(asked);
  if (major == 1) return MAKEWORD(1, minor == 0 ? 0 : 1);
  if (major == kHighestMajor) return MAKEWORD(kHighestMajor, minor < kHighestMinor ? minor : kHighestMinor);
  return MAKEWORD(kHighestMajor, kHighestMinor);
}

}  // namespace

WsaResult<uint16_t> start(uint16_t version_asked) {
  if (LOBYTE(version_asked) == 0) return wsa_failure(WSAVERNOTSUPPORTED);
  std::lock_guard lock(g_mutex);
  uint16_t negotiated = negotiate(version_asked);
  if (g_startup_count.load() == 0) {
    g_version = negotiated;
    // Our own calls raise none. A host library that writes to a SOCKET's descriptor may, and Windows knows no such signal.
    host::disarm_broken_pipe_signal();
    take_inheritance();
  }
  g_startup_count.fetch_add(1);
  return negotiated;
}

WsaResult<void> stop() {
  std::lock_guard lock(g_mutex);
  int count = g_startup_count.load();
  if (count == 0) return wsa_failure(WSANOTINITIALISED);
  g_startup_count.store(count - 1);
  if (count == 1) {
    message_query::forget_all();
    SocketTable::instance().close_all();
    drop_own_tickets();
  }
  return {};
}

uint16_t version() {
  std::lock_guard lock(g_mutex);
  return g_version;
}

}  // namespace windsock::process
