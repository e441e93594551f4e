// The exact gate for memory: what a socket with a completion port and a receive under way costs a process beside what the program itself keeps
// for it.
//
//     idle_memory [--full]
//
// Many connections on which nothing comes are there already, as the host's; the program's own structures are touched before. Then they
// get to know the port and begin to receive; counted is by how much more malloc has given out after the second half of them than after the
// first, whatever there is once, and the kernel to the process. The former repeats to the byte and has to meet the goal; the latter is
// told, for it comes in pages.
#include <malloc.h>

#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

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

// Soft limits are for programs that use select.
void allow_many_descriptors() {
  rlimit limit;
  require(getrlimit(RLIMIT_NOFILE, &limit) == 0, "RLIMIT_NOFILE");
  limit.rlim_cur = limit.rlim_max;
  require(setrlimit(RLIMIT_NOFILE, &limit) == 0, "RLIMIT_NOFILE");
}

int run(int connections, int goal) {
#ifdef BENCH_SANITIZED
  std::printf("skipped: sanitizers have an allocator of their own\n");
  return kExitSkipped;
#endif
  allow_many_descriptors();
  const int count = static_cast<int>(idle_connections(connections).size());
  if (count < connections) return kExitSkipped;  // it has been said why
  windsock_side().start();
  const RowCode& code = find_row(windsock_side(), "idle-receive");
  void* state = code.prepare(connections);
  code.run(state, count - count / 2);
  const double allocated_before = allocated(), resident_before = resident();
  code.run(state, count / 2);
  const double by_malloc = (allocated() - allocated_before) / (count / 2), by_kernel = (resident() - resident_before) / (count / 2);
  const bool met = by_malloc <= goal;
  std::printf("%d idle sockets with a receive under way, bytes each: malloc %.1f, goal %d: %s; resident %.0f\n", count, by_malloc,
              goal, met ? "yes" : "NO", by_kernel);
  code.finish(state);
  windsock_side().stop();
  return met ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  const bool full = argc > 1 && std::string_view(argv[1]) == "--full";
  return run_main([&] { return full ? run(kIdleConnections, kIdleSocketGoal) : run(kGateConnections, kGateSocketGoal); });
}
