// FdChannel: one end of a connection of the protocol. Packets go out and come in whole, with their descriptors.
#pragma once

#include <span>

#include "dlls/common/host_socket.h"
#include "dlls/common/wire.h"

namespace windsock {

// A packet that has arrived: its fds are owned from the first moment, whatever the bytes say.
struct Arrival {
  wire::Packet packet;
  FdList fds;
  bool truncated = false;      // more bytes than a packet may have: a bad peer
  bool fds_truncated = false;  // no free descriptor here: the fds of the packet are lost, unless this was a peek
  bool closed() const { return packet.size == 0; }
};

class FdChannel {
 public:
  FdChannel() = default;
  explicit FdChannel(UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  bool is_open() const { return socket_.is_open(); }
  void close() { socket_.reset(); }
  UniqueFd take() { return std::move(socket_); }

  // Repeats after EINTR. EAGAIN: the queue is full. ETOOMANYREFS: this user has too many fds in flight.
  host::Result<void> send(const wire::Packet& packet, std::span<const int> fds = {});
  // May report EINTR when it waits; EAGAIN when it does not and nothing is there.
  host::Result<Arrival> receive(host::Take take, host::Blocking wait);

 private:
  UniqueFd socket_;
};

}  // namespace windsock
