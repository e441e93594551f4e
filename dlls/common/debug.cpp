#include "dlls/common/debug.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "dlls/common/host.h"

namespace windsock::debug {

namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"", "err", "warn", "info", "trace"};

constexpr uint8_t kDefault = static_cast<uint8_t>(Level::kWarn);

template <size_t... kChannels>
constexpr LevelTable all_at(uint8_t level, std::index_sequence<kChannels...>) {
  return {((void)kChannels, level)...};
}

// The log file, opened on first use and kept; -1 means standard error.
int log_fd() {
  static const int fd = [] {
    const char* path = getenv("WINDSOCK_DEBUG_FILE");
    if (!path || !*path) return 2;
    auto file = host::open_append(path);
    return file ? std::move(file).take().release() : 2;
  }();
  return fd;
}

// One word: [level][+|-]channel, or a level alone.
bool apply(std::string_view word, LevelTable& levels) {
  size_t sign = word.find_first_of("+-");
  std::string_view level_name = word.substr(0, sign);
  std::string_view channel_name = sign == std::string_view::npos ? "all" : word.substr(sign + 1);
  bool off = sign != std::string_view::npos && word[sign] == '-';

  uint8_t level = static_cast<uint8_t>(Level::kTrace);
  if (!level_name.empty()) {
    auto found = std::find(kLevelNames.begin(), kLevelNames.end(), level_name);
    if (found == kLevelNames.end()) return false;
    level = static_cast<uint8_t>(found - kLevelNames.begin());
  }
  if (off) level = level_name.empty() ? 0 : static_cast<uint8_t>(level - 1);

  bool known = false;
  for (size_t i = 0; i < levels.size(); ++i) {
    if (channel_name != "all" && channel_name != kChannelNames[i]) continue;
    levels[i].store(level, std::memory_order_relaxed);
    known = true;
  }
  return known;
}

// Read once when the library or program is loaded.
const bool g_configured = [] {
  const char* specification = getenv("WINDSOCK_DEBUG");
  if (specification && !configure(specification, g_levels))
    log(Level::kWarn, Channel::kServer, "WINDSOCK_DEBUG=\"%s\" has an unknown level or channel; try WINDSOCK_DEBUG=trace+all",
        specification);
  return true;
}();

}  // namespace

constinit LevelTable g_levels = all_at(kDefault, std::make_index_sequence<static_cast<size_t>(Channel::kCount)>());

bool configure(std::string_view specification, LevelTable& levels) {
  bool all_known = true;
  while (!specification.empty()) {
    size_t comma = specification.find(',');
    std::string_view word = specification.substr(0, comma);
    specification = comma == std::string_view::npos ? std::string_view{} : specification.substr(comma + 1);
    if (!word.empty()) all_known = apply(word, levels) && all_known;
  }
  return all_known;
}

void raise(Level level, Channel channel) {
  auto& current = g_levels[static_cast<size_t>(channel)];
  if (current.load(std::memory_order_relaxed) < static_cast<uint8_t>(level)) current.store(static_cast<uint8_t>(level), std::memory_order_relaxed);
}

void log(Level level, Channel channel, const char* format, ...) {
  int saved = host::get_errno();
  char line[1024];
  int head = snprintf(line, sizeof line, "windsock[%d:%d] %s:%s: ", host::process_id(), host::thread_id(),
                      kLevelNames[static_cast<size_t>(level)].data(), kChannelNames[static_cast<size_t>(channel)].data());
  va_list arguments;
  va_start(arguments, format);
  int body = vsnprintf(line + head, sizeof line - static_cast<size_t>(head) - 1, format, arguments);
  va_end(arguments);
  size_t length = std::min(sizeof line - 2, static_cast<size_t>(head + std::max(body, 0)));
  line[length++] = '\n';
  host::write_all(log_fd(), line, length);
  host::set_errno(saved);
}

}  // namespace windsock::debug
