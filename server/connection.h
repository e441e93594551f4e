// Connection: one client's socket in the loop.
//
// One packet is read a turn, so that a client that floods does not keep the others waiting and no call is spent on finding the queue
// empty; and writing never blocks.
// While a message waits for room nothing more is read from that client. So what one that does not read can pin here is one reply, with
// a descriptor that stays charged to its offerer, and what comes without its asking: for each shared socket that it holds a Cancelled
// and a Taken at most, since to be cancelled again it would first have to take again (registration_table.h).
#pragma once

#include <deque>
#include <list>

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

  const Peer& peer() const { return peer_; }
  // A message beside the replies. A connection that turns out to have ended is found so by its loop.
  void send(wire::Packet packet);

  // Its place in the owner's list.
  std::list<Connection>::iterator self;

 private:
  enum class State { kGoesOn, kEnded };

  void on_readable();
  void on_writable();
  State serve_one();
  State offend(const char* offence);
  State flush();
  State wait_for_room(host::Errno error);

  FdChannel channel_;
  RequestHandlers& handlers_;
  Closer& closer_;
  ConnectionOwner& owner_;
  Peer& peer_;
  std::deque<Reply> unsent_;
  int send_attempts_ = 0;
  // Last: the watches go before the socket is closed.
  Watch readable_;
  Watch writable_;
  Watch retry_;
  Watch hello_deadline_;
};

}  // namespace windsock::server
