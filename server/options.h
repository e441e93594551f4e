// Options of windsockd, from its command line.
#pragma once

#include <cstddef>
#include <optional>

namespace windsock::server {

struct Options {
  unsigned idle_seconds = 10;   // 0: stays for ever
  unsigned lame_seconds = 30;
  unsigned hello_seconds = 10;
  size_t max_tickets = 0;       // 0: as many as the descriptors allow
  size_t max_tickets_per_client = 0;
  int ready_fd = -1;
  bool foreground = false;
  bool quiet = false;
};

// Nothing: windsockd has to exit at once with `exit_code` (--help, a mistake); all has been said.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace windsock::server
