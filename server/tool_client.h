// ToolClient: the little client of the windsock command. One connection, one request at a time, never starts a windsockd.
//
// The library has a client of its own (dlls/ws2_32); the two folders meet in dlls/common only.
#pragma once

#include <string>

#include "dlls/common/fd_channel.h"

namespace windsock::tool {

class ToolClient {
 public:
  // ENOENT, ECONNREFUSED: no windsockd is running. EPROTO: it speaks another version. ETIMEDOUT: it does not answer.
  static host::Result<ToolClient> connect();

  // The answer to a request; EREMOTEIO with refusal() when windsockd refused it, ECONNRESET when it has gone.
  template <typename Answer, typename Request>
  host::Result<Arrival> ask(const Request& request) {
    return exchange(wire::encode(next_serial(), request), Answer::kType, Answer::kFds);
  }
  wire::Status refusal() const { return refusal_; }
  const wire::Welcome& welcome() const { return welcome_; }
  // Until windsockd closes the connection; false when it has not after a while.
  bool wait_for_end();

  ToolClient() = default;

 private:
  uint32_t next_serial() { return ++serial_; }
  host::Result<Arrival> exchange(const wire::Packet& request, wire::Type answer, size_t fds);
  host::Result<Arrival> receive();

  FdChannel channel_;
  wire::Welcome welcome_;
  wire::Status refusal_ = wire::Status::kNone;
  uint32_t serial_ = 0;
};

bool means_not_running(host::Errno error);
// What to tell the user about a failed connect() or ask().
std::string explain(host::Errno error, const ToolClient* client);

// The status report of the running windsockd.
host::Result<std::string> fetch_status(ToolClient& client);

}  // namespace windsock::tool
