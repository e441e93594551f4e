// Surroundings for tests without a daemon: they write down what they are asked for.
#pragma once

#include <map>
#include <optional>

#include "server/request_handlers.h"

namespace windsock::server {

class FakeSurroundings final : public Surroundings {
 public:
  void watch_target(int pid, int pidfd) override { watched[pid] = pidfd; }
  void unwatch_target(int pid) override { watched.erase(pid); }
  void close_later(UniqueFd) override { ++closed; }
  size_t closing() const override { return still_closing; }
  void stop(StopMode mode) override { stopped = mode; }

  std::map<int, int> watched;
  size_t closed = 0;
  size_t still_closing = 0;
  std::optional<StopMode> stopped;
};

}  // namespace windsock::server
