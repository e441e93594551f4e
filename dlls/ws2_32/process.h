// The process as Winsock sees it: WSAStartup's count, and the thread's place in it.
#pragma once

#include <atomic>
#include <cstdint>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock::process {

// How often WSAStartup succeeded more than WSACleanup. A plain load on every call's way.
[[gnu::visibility("hidden")]] extern std::atomic<int> g_startup_count;
// Zero for nearly every thread. Counts the callbacks of blocking calls that the thread runs (a WSAAccept condition, a blocking hook):
// other calls give WSAEINPROGRESS meanwhile. kHasHook is set beside while the thread has a hook of Winsock 1.1.
extern constinit thread_local int g_in_callback;
inline constexpr int kHasHook = 1 << 16;

inline bool is_started() { return g_startup_count.load(std::memory_order_relaxed) > 0; }
inline bool in_callback() { return (g_in_callback & (kHasHook - 1)) != 0; }
inline bool is_plain_call() { return g_in_callback == 0; }
inline void set_has_hook(bool has) { g_in_callback = has ? g_in_callback | kHasHook : g_in_callback & ~kHasHook; }

// Counts one more start with the version asked for (MAKEWORD order) and returns the version negotiated: at most 2.2.
// WSAVERNOTSUPPORTED for 0.x.
WsaResult<uint16_t> start(uint16_t version_asked);
// Counts one less; at the last all sockets of the process are closed. WSANOTINITIALISED.
WsaResult<void> stop();
// The version that the first start negotiated.
uint16_t version();

}  // namespace windsock::process
