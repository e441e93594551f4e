// Daemon: windsockd running. It wires the listener, the connections and the request handlers to the loop, and decides when to leave.
//
// It leaves when nobody has needed it for the idle time; on SIGTERM, SIGINT or a Stop request, when the parked sockets have been
// claimed, their targets have ended, or the lame time is over; on a second signal at once. While it waits ("lame duck") it takes
// no offers but keeps listening and keeps the directory: a successor could not serve the claims of what is parked here. Shared
// slots do not keep it: the clients declare them to the next windsockd.
//
// Threads: the loop's; and the closer's, which see descriptors only.
#pragma once

#include <list>
#include <unordered_map>

#include "server/closer.h"
#include "server/connection.h"
#include "server/event_loop.h"
#include "server/listener.h"
#include "server/options.h"
#include "server/readiness.h"
#include "server/request_handlers.h"

namespace windsock::server {

class Daemon final : private ConnectionOwner, private Surroundings {
 public:
  Daemon(const Options& options, Listener listener, SharedMemory memory, RequestHandlers::Settings settings, Readiness readiness);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();

  // Serves until it is time to leave.
  void run();

 private:
  // Surroundings
  void watch_target(int pid, int pidfd) override;
  void unwatch_target(int pid) override;
  void close_later(UniqueFd fd) override;
  size_t closing() const override;
  void stop(StopMode mode) override;
  void send(Peer& peer, wire::Packet packet) override;
  void call_back_at(int64_t time) override;
  // ConnectionOwner
  void connection_ended(Connection& connection) override;
  void connection_served() override;

  void on_signal();
  void on_listener();
  bool accept_one();
  void on_idle();
  void become_lame(bool limited);
  // Looks whether it is time to leave, or to begin the idle time.
  void review();
  void leave(const char* why);

  Options options_;
  EventLoop loop_;
  Closer closer_;
  Listener listener_;
  SharedMemory memory_;
  Readiness readiness_;
  std::unordered_map<int, Watch> targets_;  // before the handlers, whose table speaks to them at its end
  RequestHandlers handlers_;
  std::list<Connection> connections_;
  std::unordered_map<const Peer*, Connection*> connection_of_;
  bool leaving_now_ = false;
  Watch acceptable_;
  Watch accept_again_;
  Watch idle_;
  Watch lame_;
  Watch overdue_;
  Watch terminate_;
  Watch interrupt_;
};

}  // namespace windsock::server
