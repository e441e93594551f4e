// Children, clock and folders; see processes.h.
#include "tests/bench/processes.h"

#include "tests/bench/side.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace bench {
namespace {

int start(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const pid_t pid = fork();
  require(pid >= 0, "fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // nobody outlives a benchmark that was interrupted
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  return pid;
}

}  // namespace

double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  require(!values.empty(), "values for a median");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void pin_to_one_cpu() {
  cpu_set_t allowed;
  require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &allowed)) {
    --last;
  }
  CPU_ZERO(&allowed);
  CPU_SET(last, &allowed);
  require(sched_setaffinity(0, sizeof allowed, &allowed) == 0, "sched_setaffinity");
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, AtEnd at_end)
    : ChildProcess(std::filesystem::read_symlink("/proc/self/exe").string(), arguments, at_end) {}

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments, AtEnd at_end)
    : pid_(start(program, arguments)), at_end_(at_end) {}

int ChildProcess::wait() {
  if (pid_ < 0) {
    return -1;
  }
  if (at_end_ == AtEnd::kTerminate) {
    kill(pid_, SIGTERM);
  }
  int status = 0;
  require(waitpid(pid_, &status, 0) == pid_, "waitpid");
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Its end is for the child alone; it is inherited, so it has no close-on-exec.
std::pair<int, ChildProcess> start_with_channel(std::vector<std::string> arguments) {
  int ends[2];
  require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  const int inherited = dup(ends[1]);
  require(inherited >= 0, "dup");
  arguments.push_back(std::to_string(inherited));
  ChildProcess child(arguments);
  close(ends[1]);
  close(inherited);
  return {ends[0], std::move(child)};
}

TemporaryFolder::TemporaryFolder() {
  const char* parent = std::getenv("TMPDIR");
  path_ = std::string(parent != nullptr && *parent != '\0' ? parent : "/tmp") + "/windsock-bench-XXXXXX";
  require(mkdtemp(path_.data()) != nullptr, "mkdtemp");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bench
