#include "server/options.h"

#include <CLI/CLI.hpp>

#include "server/status_report.h"

namespace windsock::server {

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App app{"windsockd hands sockets from one process to another for Windsock. Clients start it by themselves; see windsockd(8)."};
  app.set_version_flag("--version", std::string("windsockd ") + kVersionText);
  app.add_flag("--foreground", options.foreground, "say on standard error what happens (windsockd never goes to the background itself)");
  app.add_option("--idle-seconds", options.idle_seconds, "leave after so long without a client or ticket; 0: never")->capture_default_str();
  app.add_option("--lame-seconds", options.lame_seconds, "after SIGTERM, how long parked sockets may still be claimed")->capture_default_str();
  app.add_option("--hello-seconds", options.hello_seconds, "how long a client may stay silent after connecting")->capture_default_str();
  app.add_option("--max-tickets", options.max_tickets, "most parked sockets; 0: as many as the descriptors allow")->capture_default_str();
  app.add_option("--max-tickets-per-client", options.max_tickets_per_client, "most parked sockets of one process; 0: no limit of its own")
      ->capture_default_str();
  app.add_option("--ready-fd", options.ready_fd, "write a newline to this descriptor when connections are answered, and close it")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--quiet", options.quiet, "let go of standard error when connections are answered")->excludes("--foreground");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  return options;
}

}  // namespace windsock::server
