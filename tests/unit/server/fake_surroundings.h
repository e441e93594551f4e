// Surroundings for tests without a daemon: they write down what they are asked for.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "server/request_handlers.h"

namespace windsock::server {

class FakeSurroundings final : public Surroundings {
 public:
  void watch_target(int pid, int pidfd) override { watched[pid] = pidfd; }
  void unwatch_target(int pid) override { watched.erase(pid); }
  void close_later(UniqueFd) override { ++closed; }
  size_t closing() const override { return still_closing; }
  void stop(StopMode mode) override { stopped = mode; }
  void send(Peer& peer, wire::Packet packet) override { sent.push_back({&peer, packet}); }
  void call_back_at(int64_t time) override { called_back_at = time; }

  std::map<int, int> watched;
  size_t closed = 0;
  size_t still_closing = 0;
  std::optional<StopMode> stopped;
  struct Sent {
    Peer* to;
    wire::Packet packet;
  };
  std::vector<Sent> sent;
  std::optional<int64_t> called_back_at;
};

}  // namespace windsock::server
