// Readiness: how whoever started windsockd learns that it serves, and how it is doing.
//
// A client that starts windsockd passes a pipe (--ready-fd) and reads one newline; a service manager is told by sd_notify. Both
// mean: from now on a connection is answered.
#pragma once

#include <string>

#include "dlls/common/unique_fd.h"

namespace windsock::server {

class Readiness {
 public:
  explicit Readiness(UniqueFd ready_fd) : ready_fd_(std::move(ready_fd)) {}
  void ready();
  void status(const std::string& text);
  void stopping();

 private:
  UniqueFd ready_fd_;
  std::string last_;
};

// The listening socket that the service manager passed, or an unset one.
UniqueFd activated_socket();

}  // namespace windsock::server
