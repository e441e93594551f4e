// The exact gate for system calls: Windsock makes those that the same program makes without it, and no more.
//
// For each row of goals.h the work is done on both sides in a traced child; what 2N operations make more than N is what N
// operations cost, whatever the first one set up. The counts are compared kind by kind, so that a message to windsockd or a
// wake-up of another thread cannot hide behind a call saved elsewhere.
//
// All is done twice: in a process that never met windsockd, and in one that has a connection to it and a socket parked
// there. The data path must not know the difference.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/bench/goals.h"
#include "tests/bench/processes.h"
#include "tests/bench/side.h"
#include "tests/bench/syscall_counter.h"

namespace bench {
namespace {

constexpr long kOperations = 40;

enum class Server { kNone, kConnected };

// Runs N, then 2N operations between marks: intervals 0 and 2 are the work, 1 is the filling.
void run_marked(const Side& side, const ExactRow& row, Server server) {
  side.start();
  long parked = -1;
  if (server == Server::kConnected) {
    char ticket[kTicketRoom];
    parked = side.handoff.make_socket();
    require(side.handoff.offer(parked, getppid(), ticket, sizeof ticket) > 0, "an offer to the tracer");
  }
  const RowCode& code = find_row(side, row.row);
  void* state = code.prepare(row.argument);
  code.fill(state, kOperations);
  code.run(state, kOperations);
  code.fill(state, kOperations);
  mark_interval();
  code.run(state, kOperations);
  mark_interval();
  code.fill(state, 2 * kOperations);
  mark_interval();
  code.run(state, 2 * kOperations);
  end_intervals();
  code.finish(state);
  if (parked >= 0) side.handoff.close(parked);
  side.stop();
}

std::optional<SyscallCounts> cost_of_operations(const Side& side, const ExactRow& row, Server server) {
  const auto intervals = count_syscalls([&] { run_marked(side, row, server); }, row.counted);
  if (!intervals) return std::nullopt;
  require(intervals->size() == 3, "three intervals");
  SyscallCounts cost = (*intervals)[2];
  for (const auto& [number, count] : (*intervals)[0]) cost[number] -= count;
  return cost;
}

// accept and accept4 are one call in two spellings; so are poll and ppoll, select and pselect6, the
// waits of epoll, and the calls that send, and those that receive, with and without a message header.
std::string kind_of(long number) {
  const std::string name = syscall_name(number);
  if (name == "accept4") return "accept";
  if (name == "ppoll") return "poll";
  if (name == "pselect6") return "select";
  if (name == "recvmsg") return "recvfrom";
  if (name == "sendmsg") return "sendto";
  if (name == "epoll_pwait" || name == "epoll_pwait2") return "epoll_wait";
  return name;
}

struct Verdict {
  double ours = 0;
  double raw = 0;
  std::string surplus;  // kinds of which Windsock makes more than it may
};

Verdict compare(const SyscallCounts& ours, const SyscallCounts& raw, const ExactRow& row) {
  Verdict verdict;
  std::map<std::string, long> difference;
  for (const auto& [number, count] : ours) {
    verdict.ours += static_cast<double>(count) / kOperations;
    difference[kind_of(number)] += count;
  }
  for (const auto& [number, count] : raw) {
    verdict.raw += static_cast<double>(count) / kOperations;
    difference[kind_of(number)] -= count;
  }
  // select may be answered by poll, which knows no limit of descriptors.
  if (difference["select"] < 0 && difference["poll"] == -difference["select"]) difference["poll"] = 0;
  if (row.asks == ExactRow::Asks::kServer) difference.erase("futex");
  long allowed = row.extra_count * kOperations + row.spare;
  for (const auto& [kind, count] : difference) {
    if (count <= 0) continue;
    const bool may = row.extra_call.empty() || kind == row.extra_call;
    if (may && count <= allowed) {
      allowed -= count;
    } else {
      verdict.surplus += " +" + std::to_string(count) + "/" + std::to_string(kOperations) + " " + kind;
    }
  }
  return verdict;
}

// How often a row is counted that exceeds what it may: the reactor may be at work when the first interval begins, so that the calling thread
// has to sleep for it once; a call too many that is ours is there each time.
int attempts_of(const ExactRow& row) { return row.counted == Counted::kCallingThread ? 5 : 1; }

// Nothing: this machine does not allow ptrace.
std::optional<Verdict> count_and_compare(const ExactRow& row, Server server) {
  std::optional<Verdict> verdict;
  for (int left = attempts_of(row); left > 0 && (!verdict || !verdict->surplus.empty()); --left) {
    const auto ours = cost_of_operations(windsock_side(), row, server);
    const auto raw = cost_of_operations(host_side(), row, Server::kNone);
    if (!ours || !raw) return std::nullopt;
    verdict = compare(*ours, *raw, row);
  }
  return verdict;
}

int check_all(Server server) {
  std::printf("%s\n%-34s %7s %7s %10s %8s\n", server == Server::kNone ? "without a server" : "connected to windsockd",
              "system calls per operation", "ours", "raw", "difference", "allowed");
  int failures = 0;
  for (const ExactRow& row : kExactRows) {
    if (row.asks == ExactRow::Asks::kServer && server == Server::kNone) continue;
    const auto verdict = count_and_compare(row, server);
    if (!verdict) {
      std::printf("skipped: this machine does not allow ptrace\n");
      return -1;
    }
    std::printf("%-34s %7.2f %7.2f %+10.2f %8d%s%s\n", row.title, verdict->ours, verdict->raw, verdict->ours - verdict->raw,
                row.extra_count, verdict->surplus.empty() ? "" : "  TOO MANY:", verdict->surplus.c_str());
    failures += !verdict->surplus.empty();
  }
  return failures;
}

long total_of(const SyscallCounts& counts) {
  long total = 0;
  for (const auto& [number, count] : counts) total += count;
  return total;
}

// UDP_SEND_MSG_SIZE is there to save calls: it has to.
int check_segmentation() {
  const auto ours = cost_of_operations(windsock_side(), kSegmentedDatagrams, Server::kNone);
  const auto raw = cost_of_operations(host_side(), kPlainDatagrams, Server::kNone);
  if (!ours || !raw) return -1;
  const bool gains = total_of(*ours) * kSegmentationGain <= total_of(*raw);
  std::printf("system calls per 64 KB of datagrams: %.2f segmented, %.2f plain; at least %d times fewer: %s\n",
              static_cast<double>(total_of(*ours)) / kOperations, static_cast<double>(total_of(*raw)) / kOperations, kSegmentationGain,
              gains ? "yes" : "NO");
  return gains ? 0 : 1;
}

int run() {
#ifdef BENCH_SANITIZED
  std::printf("skipped: sanitizers make system calls of their own\n");
  return kExitSkipped;
#endif
  std::setvbuf(stdout, nullptr, _IONBF, 0);  // children are forked in between
  int failures = check_all(Server::kNone);
  if (failures < 0) return kExitSkipped;
  failures += check_segmentation();
  const PrivateServer server;
  failures += check_all(Server::kConnected);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main() { return bench::run_main(bench::run); }
