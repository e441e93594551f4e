// Listener: the place where clients find windsockd, and the proof that it is the only one there.
//
// A lock file in the runtime directory is held (flock) for the life of the process: whoever holds it serves the directory, and
// only under it is the socket's name removed or made. A name alone would prove nothing: it outlives a killed server.
// A windsockd that finds the lock held and somebody answering at the socket has nothing to do. If nobody answers, the holder is
// just starting or just leaving; both take moments, and are waited for.
//
// Under systemd the socket comes from outside (socket activation) and its name is not ours to remove.
#pragma once

#include <optional>

#include "dlls/common/host_socket.h"
#include "dlls/common/runtime_directory.h"

namespace windsock::server {

class Listener {
 public:
  // Nothing: another windsockd serves this directory. `activated` is a listening socket from the service manager, or unset.
  static host::Result<std::optional<Listener>> open(RuntimeDirectory directory, UniqueFd activated);

  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = default;
  ~Listener() { close(); }

  int fd() const { return socket_.get(); }
  bool is_open() const { return socket_.is_open(); }
  const std::string& path() const { return directory_.path; }
  // EAGAIN: nobody is waiting. EPERM: somebody of another user was, and was sent away.
  struct Accepted {
    UniqueFd socket;
    int pid = -1;
  };
  host::Result<Accepted> accept();
  // Removes the name, stops listening, gives the directory free, in this order: the next windsockd finds all gone or all there.
  void close();

 private:
  Listener() = default;
  RuntimeDirectory directory_;
  UniqueFd lock_;
  UniqueFd socket_;
  bool owns_name_ = false;
};

}  // namespace windsock::server
