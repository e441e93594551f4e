// windsockd: takes a socket from one process and gives it to the one it was meant for. See docs/protocol.md.
//
// It stays in the foreground; whoever wants it elsewhere starts it there (clients do, service managers do).
#include <cstdio>
#include <cstring>

#include "dlls/common/debug.h"
#include "server/daemon.h"
#include "server/status_report.h"

namespace windsock::server {
namespace {

// Kept from what offers may fill: connections, the loop's own descriptors, what one packet brings.
constexpr size_t kReserve = 64;

int complain(const char* what, host::Errno error) {
  fprintf(stderr, "windsockd: %s: %s\n", what, strerror(static_cast<int>(error)));
  return 1;
}

int serve(const Options& options) {
  Readiness readiness(options.ready_fd >= 0 ? UniqueFd::adopt(options.ready_fd) : UniqueFd(),
                      options.quiet ? AfterReady::kBeSilent : AfterReady::kSpeak);
  auto directory = open_runtime_directory();
  if (!directory) return complain(("cannot use " + runtime_directory_path() + " (try: windsock doctor)").c_str(), directory.error());
  auto listener = Listener::open(std::move(directory).take(), activated_socket());
  if (!listener) return complain(("cannot serve " + runtime_directory_path()).c_str(), listener.error());
  if (!listener.value()) {
    if (options.foreground) fprintf(stderr, "windsockd: another windsockd is serving %s\n", runtime_directory_path().c_str());
    readiness.ready();
    return 0;
  }

  auto memory = SharedMemory::create();
  if (!memory) return complain("cannot make the shared state", memory.error());
  auto limit = host::raise_fd_limit();
  if (!limit) return complain("cannot learn how many descriptors are allowed", limit.error());
  RequestHandlers::Settings settings;
  settings.limits = {limit.value(), std::min<size_t>(kReserve, limit.value() / 2), options.max_tickets, options.max_tickets_per_client};
  settings.started = host::now_nanoseconds();
  settings.directory = listener.value()->path();
  if (auto filled = host::random_bytes(&settings.epoch, sizeof settings.epoch); !filled) return complain("no random numbers", filled.error());
  // The directory that windsockd happened to be started in is to stay free for unmounting.
  host::change_directory("/");

  Daemon daemon(options, *std::move(listener).take(), std::move(memory).take(), std::move(settings), std::move(readiness));
  daemon.run();
  return 0;
}

}  // namespace
}  // namespace windsock::server

int main(int argc, char** argv) {
  using namespace windsock;
  int exit_code = 0;
  auto options = server::parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  if (options->foreground) debug::raise(debug::Level::kInfo, debug::Channel::kServer);
  return server::serve(*options);
}
