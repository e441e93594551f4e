// Connection: one client's socket in the loop.
//
// One packet is read a turn, so that a client that floods does not keep the others waiting and no call is spent on finding the queue
// empty; and writing never blocks.
// The queue of replies is one deep by construction: while a reply waits for room nothing more is read from that client, and
// each request has one reply at most. So what a client that does not read can pin here is one reply with one descriptor, which
// stays charged to its offerer.
#pragma once

#include <list>
#include <memory>

#include "dlls/common/fd_channel.h"
#include "server/closer.h"
#include "server/event_loop.h"
#include "server/request_handlers.h"

namespace windsock::server {

class Connection;

class ConnectionOwner {
 public:
  // The connection is to be destroyed; it touches nothing of itself afterwards.
  virtual void connection_ended(Connection& connection) = 0;
  // Something was served: the time to look whether windsockd is still needed.
  virtual void connection_served() = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection {
 public:
  Connection(EventLoop& loop, UniqueFd socket, int pid, std::chrono::milliseconds hello_limit, RequestHandlers& handlers, Closer& closer,
             ConnectionOwner& owner);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Its place in the owner's list.
  std::list<Connection>::iterator self;

 private:
  enum class State { kGoesOn, kEnded };

  void on_readable();
  void on_writable();
  State serve_one();
  State offend(const char* offence);
  State flush();

  FdChannel channel_;
  RequestHandlers& handlers_;
  Closer& closer_;
  ConnectionOwner& owner_;
  Peer& peer_;
  std::unique_ptr<Reply> unsent_;
  int send_attempts_ = 0;
  // Last: the watches go before the socket is closed.
  Watch readable_;
  Watch writable_;
  Watch retry_;
  Watch hello_deadline_;
};

}  // namespace windsock::server
