// Takes samples of rows on command: one side of the benchmark in Wine, which bench_in_wine plays against the others.
//
// Natively it is the host's side; as a Windows program it is Winsock's, on whichever ws2_32 it finds. So the sides are processes here,
// and each waits for its next command while another one is measured. Commands and answers are lines:
//
//     rows                         the rows that have a goal in Wine, a line each, and an empty line
//     prepare ROW ARGUMENT         ok
//     sample OPERATIONS BATCHES    seconds, filling not included
//     finish                       ok
//
// What fails is answered by "error" and the reason.
//
// With the argument --gs-base the native program's threads have a base of the segment GS, as each of Wine's has: the kernel switches it with
// the thread, which costs microseconds where the processor, or the virtual machine, has no instruction for it.
#include <chrono>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#ifdef __linux__
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "tests/bench/goals.h"
#include "tests/bench/host_sockets.h"
#include "tests/bench/side.h"

namespace bench {

#ifdef _WIN32
[[noreturn]] static void refuse() { fail("the host's own calls are not for Windows programs", 0); }
int make_host_udp_socket() { refuse(); }
void read_exactly(int, long) { refuse(); }
int parent_process() { refuse(); }
double processor_seconds(std::thread&) { refuse(); }
const std::vector<int>& idle_connections(int) { refuse(); }
#endif

namespace {

const Side& own_side() {
#ifdef _WIN32
  return windsock_side();
#else
  return host_side();
#endif
}

void set_gs_base() {
#if defined(__linux__) && defined(__x86_64__)
  static char somewhere;
  require(syscall(SYS_arch_prctl, ARCH_SET_GS, &somewhere) == 0, "arch_prctl");  // threads inherit it
#endif
}

class Worker {
 public:
  // The answer to a command.
  std::string execute(std::istringstream command) {
    std::string verb;
    command >> verb;
    if (verb == "rows") return rows();
    if (verb == "prepare") return prepare(command);
    if (verb == "sample") return sample(command);
    if (verb == "finish") return finish();
    return "error no such command";
  }

 private:
  static std::string rows() {
    std::ostringstream answer;
    for (const ClockRow& row : kClockRows) {
      if (row.goal_in_wine == 0) continue;
      answer << row.row << '\t' << row.argument << '\t' << row.batch << '\t' << row.goal_in_wine << '\t' << row.title << '\n';
    }
    return answer.str();
  }

  std::string prepare(std::istringstream& command) {
    std::string name;
    int argument = 0;
    command >> name >> argument;
    row_ = &find_row(own_side(), name.c_str());
    state_ = row_->prepare(argument);
    return "ok";
  }

  std::string sample(std::istringstream& command) {
    using Clock = std::chrono::steady_clock;
    long operations = 0, batches = 0;
    command >> operations >> batches;
    Clock::duration spent{};
    for (long i = 0; i < batches; ++i) {
      row_->fill(state_, operations);
      const Clock::time_point started_at = Clock::now();
      row_->run(state_, operations);
      spent += Clock::now() - started_at;
    }
    std::ostringstream answer;
    answer << std::chrono::duration<double>(spent).count();
    return answer.str();
  }

  std::string finish() {
    row_->finish(state_);
    return "ok";
  }

  const RowCode* row_ = nullptr;
  void* state_ = nullptr;
};

void work() {
  own_side().start();
  Worker worker;
  for (std::string line; std::getline(std::cin, line);) {
    std::string answer;
    try {
      answer = worker.execute(std::istringstream(line));
    } catch (const std::exception& failure) {
      answer = std::string("error ") + failure.what();
    }
    std::cout << answer << std::endl;
  }
  own_side().stop();
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--gs-base") bench::set_gs_base();
  bench::work();
  return 0;
}
