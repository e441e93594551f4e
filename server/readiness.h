// Readiness: how whoever started windsockd learns that it serves, and how it is doing.
//
// A client that starts windsockd passes a pipe (--ready-fd) and reads one newline; a service manager is told by sd_notify. Both
// mean: from now on a connection is answered.
#pragma once

#include <string>

#include "dlls/common/unique_fd.h"

namespace windsock::server {

// A client's standard error may be a pipe that somebody reads to its end, so windsockd must not keep it: started by a client it
// speaks there until it is ready, and not afterwards.
enum class AfterReady { kSpeak, kBeSilent };

class Readiness {
 public:
  explicit Readiness(UniqueFd ready_fd, AfterReady after_ready = AfterReady::kSpeak)
      : ready_fd_(std::move(ready_fd)), after_ready_(after_ready) {}
  void ready();
  void status(const std::string& text);
  void stopping();

 private:
  UniqueFd ready_fd_;
  AfterReady after_ready_;
  std::string last_;
};

// The listening socket that the service manager passed, or an unset one.
UniqueFd activated_socket();

}  // namespace windsock::server
