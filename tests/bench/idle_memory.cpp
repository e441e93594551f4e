// Part of make bench: what a socket with a completion port and a receive under way costs a process beside what the program itself keeps for it.
//
// Many connections on which nothing comes are there already, as the host's; the program's own structures are touched before. Then they
// get to know the port and begin to receive; counted is by how much more malloc has given out then, and the kernel to the process. The
// numbers repeat to a few bytes.
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/bench/goals.h"
#include "tests/bench/host_sockets.h"
#include "tests/bench/processes.h"
#include "tests/bench/side.h"

namespace bench {
namespace {

double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

double resident() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    double kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  fail("RssAnon", 0);
}

int run() {
  const int count = static_cast<int>(idle_connections(kIdleConnections).size());
  windsock_side().start();
  const RowCode& code = find_row(windsock_side(), "idle-receive");
  void* state = code.prepare(kIdleConnections);
  const double allocated_before = allocated(), resident_before = resident();
  code.run(state, count);
  const double by_malloc = (allocated() - allocated_before) / count, by_kernel = (resident() - resident_before) / count;
  const bool met = std::max(by_malloc, by_kernel) <= kIdleSocketGoal;
  std::printf("%d idle sockets with a receive under way, bytes each: malloc %.0f, resident %.0f, goal %d: %s\n", count, by_malloc,
              by_kernel, kIdleSocketGoal, met ? "yes" : "NO");
  code.finish(state);
  windsock_side().stop();
  return 0;
}

}  // namespace
}  // namespace bench

int main() { return bench::run_main(bench::run); }
