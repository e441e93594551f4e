// The exact gate for user instructions: what Windsock's own code costs on top of the host's call, counted by callgrind.
//
// The program runs itself once under callgrind and has its counters written out around each piece of work; what 2N
// operations execute more than N is what N operations cost, so neither symbol lookup nor first use counts. It repeats to
// about two instructions per operation on any machine, whatever its load.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/bench/goals.h"
#include "tests/bench/processes.h"
#include "tests/bench/side.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define BENCH_HAS_CALLGRIND 1
#else
#define BENCH_HAS_CALLGRIND 0
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name)
#endif

namespace bench {
namespace {

constexpr long kOperations = 50;

std::string label(const ExactRow& row, const Side& side, long count) {
  return std::string(row.title) + ":" + side.name + ":" + std::to_string(count);
}

void count_run(const ExactRow& row, const Side& side, const RowCode& code, void* state, long count) {
  [[maybe_unused]] const std::string name = label(row, side, count);  // the request keeps the pointer alone
  code.fill(state, count);
  CALLGRIND_ZERO_STATS;
  code.run(state, count);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

// The role under callgrind.
void run_counted() {
  for (const Side* side : {&windsock_side(), &host_side()}) {
    side->start();
    for (const ExactRow& row : kExactRows) {
      if (row.extra_instructions < 0) continue;
      const RowCode& code = find_row(*side, row.row);
      void* state = code.prepare(row.argument);
      code.fill(state, 1);
      code.run(state, 1);
      count_run(row, *side, code, state, kOperations);
      count_run(row, *side, code, state, 2 * kOperations);
      code.finish(state);
    }
    side->stop();
  }
}

// Each dump is a file of its own, with the label in "desc: Trigger: Client Request: LABEL" and the count in "totals: N".
std::map<std::string, long> read_dumps(const std::string& folder) {
  constexpr char kLabel[] = "desc: Trigger: Client Request: ";
  constexpr char kTotals[] = "totals: ";
  std::map<std::string, long> totals;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    std::string found;
    for (std::string line; std::getline(file, line);) {
      if (line.rfind(kLabel, 0) == 0) found = line.substr(sizeof kLabel - 1);
      if (line.rfind(kTotals, 0) == 0 && !found.empty()) totals[found] = std::atol(line.c_str() + sizeof kTotals - 1);
    }
  }
  return totals;
}

double cost_of_operation(const std::map<std::string, long>& totals, const ExactRow& row, const Side& side) {
  const auto once = totals.find(label(row, side, kOperations));
  const auto twice = totals.find(label(row, side, 2 * kOperations));
  require(once != totals.end() && twice != totals.end(), "callgrind's counts");
  return static_cast<double>(twice->second - once->second) / kOperations;
}

std::string find_valgrind() {
  std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string candidate = path.substr(start, end - start) + "/valgrind";
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    start = end + 1;
  }
  return "";
}

// Why this build or machine cannot tell, or null.
const char* reason_to_skip(const std::string& valgrind) {
#ifdef BENCH_SANITIZED
  return "valgrind does not run programs with sanitizers";
#endif
#ifndef __OPTIMIZE__
  return "the goals are for an optimised build";
#endif
  if (!BENCH_HAS_CALLGRIND) return "valgrind/callgrind.h was not there at build time";
  if (valgrind.empty()) return "valgrind is not installed";
  return nullptr;
}

int run() {
  const std::string valgrind = find_valgrind();
  if (const char* reason = reason_to_skip(valgrind)) {
    std::printf("skipped: %s\n", reason);
    return kExitSkipped;
  }
  const TemporaryFolder folder;
  ChildProcess counted(valgrind,
                       {"--tool=callgrind", "--quiet", "--callgrind-out-file=" + folder.path() + "/counts",
                        std::filesystem::read_symlink("/proc/self/exe").string(), "--role=counted"},
                       ChildProcess::AtEnd::kWait);
  require(counted.wait() == 0, "the run under callgrind");
  const auto totals = read_dumps(folder.path());

  std::printf("%-34s %9s %9s %10s %8s\n", "user instructions per operation", "ours", "raw", "difference", "allowed");
  int failures = 0;
  for (const ExactRow& row : kExactRows) {
    if (row.extra_instructions < 0) continue;
    const double ours = cost_of_operation(totals, row, windsock_side());
    const double raw = cost_of_operation(totals, row, host_side());
    const bool too_many = ours - raw > row.extra_instructions;
    std::printf("%-34s %9.0f %9.0f %+10.0f %8d%s\n", row.title, ours, raw, ours - raw, row.extra_instructions,
                too_many ? "  TOO MANY" : "");
    failures += too_many;
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_main([&] {
    if (argc == 2 && std::strcmp(argv[1], "--role=counted") == 0) {
      bench::run_counted();
      return 0;
    }
    return bench::run();
  });
}
