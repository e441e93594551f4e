// Run-time debug channels, chosen by WINDSOCK_DEBUG.
//
//   WINDSOCK_DEBUG=trace+dup,warn+all      levels err < warn < info < trace; channels as listed below, or "all";
//   WINDSOCK_DEBUG=-all                    "-channel" silences one; a level alone means level+all.
//
// Without the variable errors and warnings are shown, nothing else. A message is one write(2) to standard error (or to the
// file that WINDSOCK_DEBUG_FILE names), so lines of several threads and processes do not mix.
// A switched-off message costs one relaxed load.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace windsock::debug {

enum class Level : uint8_t { kErr = 1, kWarn = 2, kInfo = 3, kTrace = 4 };

// api: every Winsock call with arguments and result. dup: the walk of a handoff. server: windsockd and the connection to it.
// socket: table of descriptors. close: cancelled calls. option, name, event, thread: as they say.
// host: the services of Wine, where that is the host.
enum class Channel : uint8_t { kApi, kDup, kServer, kSocket, kClose, kOption, kName, kEvent, kThread, kHost, kCount };

inline constexpr std::array<std::string_view, static_cast<size_t>(Channel::kCount)> kChannelNames = {
    "api", "dup", "server", "socket", "close", "option", "name", "event", "thread", "host"};

using LevelTable = std::array<std::atomic<uint8_t>, static_cast<size_t>(Channel::kCount)>;
[[gnu::visibility("hidden")]] extern LevelTable g_levels;

inline bool enabled(Level level, Channel channel) {
  return g_levels[static_cast<size_t>(channel)].load(std::memory_order_relaxed) >= static_cast<uint8_t>(level);
}

// Sets the levels from the text of WINDSOCK_DEBUG; unknown words are reported by the return value and change nothing else.
bool configure(std::string_view specification, LevelTable& levels);

// Shows at least messages of this level, whatever was configured.
void raise(Level level, Channel channel);

[[gnu::format(printf, 3, 4)]] void log(Level level, Channel channel, const char* format, ...);

}  // namespace windsock::debug

#define WS_LOG(level, channel, ...)                                                                      \
  do {                                                                                                   \
    if (::windsock::debug::enabled(::windsock::debug::Level::level, ::windsock::debug::Channel::channel)) \
      ::windsock::debug::log(::windsock::debug::Level::level, ::windsock::debug::Channel::channel, __VA_ARGS__); \
  } while (0)
#define WS_ERR(channel, ...) WS_LOG(kErr, channel, __VA_ARGS__)
#define WS_WARN(channel, ...) WS_LOG(kWarn, channel, __VA_ARGS__)
#define WS_INFO(channel, ...) WS_LOG(kInfo, channel, __VA_ARGS__)
#define WS_TRACE(channel, ...) WS_LOG(kTrace, channel, __VA_ARGS__)
