// The server of a benchmark or gate; see processes.h.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/bench/processes.h"
#include "tests/bench/side.h"

namespace bench {
namespace {

std::string server_program() {
  const char* folder = std::getenv("WINDSOCK_BUILDDIR");
  return std::string(folder != nullptr ? folder : ".") + "/windsockd";
}

// The server says on a pipe that it listens; nothing has to be tried or slept for.
ChildProcess start_and_wait(const std::string& folder) {
  setenv("WINDSOCK_DIR", folder.c_str(), 1);
  int ends[2];
  require(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  const int inherited = dup(ends[1]);
  require(inherited >= 0, "dup");
  ChildProcess server(server_program(), {"--idle-seconds=0", "--lame-seconds=0", "--ready-fd=" + std::to_string(inherited)},
                      ChildProcess::AtEnd::kTerminate);
  close(ends[1]);
  close(inherited);
  char ready = 0;
  require(read(ends[0], &ready, 1) == 1, "windsockd's word that it is ready");
  close(ends[0]);
  return server;
}

}  // namespace

PrivateServer::PrivateServer() : server_(start_and_wait(folder_.path())) {}

}  // namespace bench
