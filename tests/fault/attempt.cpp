#include "tests/fault/attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

// ThreadSanitizer, without the second that it gives threads at the end of each process: there are thousands, which have ended theirs.
extern "C" [[gnu::visibility("default")]] const char* __tsan_default_options();
const char* __tsan_default_options() { return "atexit_sleep_ms=0"; }

namespace windsock::fault {

namespace {

constexpr unsigned kHangSeconds = 60;
constexpr unsigned kMostOccurrences = 60;  // what is made more often is a wait, and one is as another
constexpr unsigned kPatience = 3;
constexpr size_t kAtOnce = 16;

struct Report {
  Fired fired;
  char verdict[256] = "";
};

// Runs `body` in a fork; the report comes by a pipe.
class Child {
 public:
  explicit Child(const std::function<void(Report&)>& body) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) abort();
    fflush(stdout);
    pid_ = fork();
    if (pid_ < 0) abort();
    if (pid_ == 0) {
      close(ends[0]);
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS}) signal(fatal, SIG_DFL);  // CMocka's would go on with the next test
      alarm(kHangSeconds);
      Report report;
      body(report);
      bool told = write_all(ends[1], &report, sizeof report);
      _exit(told ? 0 : 1);
    }
    close(ends[1]);
    answers_ = ends[0];
  }

  // False: the child died; `status` says how. Once.
  bool report(Report& report, int& status) {
    bool told = read_all(answers_, &report, sizeof report);
    close(answers_);
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return told && status == 0;
  }

 private:
  pid_t pid_;
  int answers_;
};

std::string death(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "hung";
  return "died, status " + std::to_string(status);
}

}  // namespace

bool read_all(int fd, void* data, size_t size) {
  auto* next = static_cast<char*>(data);
  while (size > 0) {
    ssize_t got = read(fd, next, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    next += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool write_all(int fd, const void* data, size_t size) {
  auto* next = static_cast<const char*>(data);
  while (size > 0) {
    ssize_t done = write(fd, next, size);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    next += done;
    size -= static_cast<size_t>(done);
  }
  return true;
}

namespace {

class Sweep {
 public:
  Sweep(const char* operation, const Attempt& attempt, std::span<const int> impossible)
      : operation_(operation), attempt_(attempt), impossible_(impossible) {}

  Tally run() {
    (void)run_some({Fault{}});
    for (unsigned count : made_) tally_.calls += count;
    for (std::vector<Fault> next = next_faults(); !next.empty(); next = next_faults()) {
      for (unsigned patience = kPatience; patience > 0 && !next.empty(); --patience) next = run_some(next);
      // Nobody comes to these, with any error.
      for (const Fault& fault : next)
        if (unreached_errors(next, fault) == possible_errors(fault.host_call)) made_[fault.host_call] = tried_[fault.host_call];
    }
    return tally_;
  }

 private:
  // Each host call's next occurrence, with all errors.
  std::vector<Fault> next_faults() {
    std::vector<Fault> faults;
    for (size_t call = 0; call < host_calls().size(); ++call) {
      if (tried_[call] >= std::min(made_[call], kMostOccurrences)) continue;
      ++tried_[call];
      for (int error : host_calls()[call].errors)
        if (!is_impossible(error)) faults.push_back({call, tried_[call], error});
    }
    return faults;
  }

  // Those that did not come to their call.
  std::vector<Fault> run_some(const std::vector<Fault>& faults) {
    std::vector<Fault> unreached;
    std::vector<Child> running;
    for (size_t started = 0, ended = 0; ended < faults.size(); ++ended) {
      for (; started < faults.size() && started < ended + kAtOnce; ++started) {
        running.emplace_back([this, &fault = faults[started]](Report& told) {
          std::string verdict = attempt_(fault, told.fired);
          snprintf(told.verdict, sizeof told.verdict, "%s", verdict.c_str());
        });
      }
      if (!judge(faults[ended], running[ended])) unreached.push_back(faults[ended]);
    }
    return unreached;
  }

  bool judge(const Fault& fault, Child& child) {
    Report report;
    int status = 0;
    bool lived = child.report(report, status);
    ++tally_.attempts;
    std::string verdict = lived ? report.verdict : death(status);
    if (!verdict.empty()) {
      ++tally_.failures;
      printf("%s, %s no. %u fails with %s%s: %s\n", operation_, fault.occurrence ? host_calls()[fault.host_call].name : "nothing,",
             fault.occurrence, error_name(fault.error), lived && !report.fired.fired ? " (or was not made)" : "", verdict.c_str());
    }
    for (size_t call = 0; call < host_calls().size(); ++call) made_[call] = std::max(made_[call], report.fired.calls[call]);
    return !lived || report.fired.fired;
  }

  bool is_impossible(int error) const { return std::find(impossible_.begin(), impossible_.end(), error) != impossible_.end(); }
  long possible_errors(size_t call) const {
    auto errors = host_calls()[call].errors;
    return std::count_if(errors.begin(), errors.end(), [this](int error) { return !is_impossible(error); });
  }
  static long unreached_errors(const std::vector<Fault>& faults, const Fault& like) {
    return std::count_if(faults.begin(), faults.end(), [&](const Fault& one) { return one.host_call == like.host_call; });
  }

  const char* operation_;
  const Attempt& attempt_;
  std::span<const int> impossible_;
  Tally tally_;
  std::array<unsigned, kMostHostCalls> made_{};   // the most in one attempt
  std::array<unsigned, kMostHostCalls> tried_{};  // occurrences
};

}  // namespace

Tally run_all(const char* operation, const Attempt& attempt, std::span<const int> impossible) {
  return Sweep(operation, attempt, impossible).run();
}

std::string in_child(const std::function<std::string()>& body) {
  Child child([&](Report& told) { snprintf(told.verdict, sizeof told.verdict, "%s", body().c_str()); });
  Report report;
  int status = 0;
  return child.report(report, status) ? report.verdict : death(status);
}

int open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (!folder) abort();
  int count = -1;  // the folder itself
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

FullTable::FullTable() {
  constexpr rlim_t kLimit = 128;
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) abort();
  former_ = limit.rlim_cur;
  limit.rlim_cur = kLimit;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) abort();
  for (int fd = dup(0); fd >= 0; fd = dup(0)) taken_.push_back(fd);
  if (errno != EMFILE || taken_.empty()) abort();
}

FullTable::~FullTable() {
  free(static_cast<int>(taken_.size()));
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) abort();
  limit.rlim_cur = former_;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void FullTable::free(int count) {
  for (; count > 0 && !taken_.empty(); --count) {
    close(taken_.back());
    taken_.pop_back();
  }
}

Partner::Partner(const std::function<void(int commands, int answers)>& body) {
  int to[2], from[2];
  if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0) abort();
  fflush(stdout);
  pid_ = fork();
  if (pid_ < 0) abort();
  if (pid_ == 0) {
    close(to[1]);
    close(from[0]);
    alarm(kHangSeconds);
    body(to[0], from[1]);
    _exit(0);
  }
  close(to[0]);
  close(from[1]);
  commands_ = to[1];
  answers_ = from[0];
}

Partner::~Partner() {
  close(commands_);
  close(answers_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Partner::tell(const void* data, size_t size) const { return write_all(commands_, data, size); }
bool Partner::hear(void* data, size_t size) const { return read_all(answers_, data, size); }

std::string choose_new_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "windsock-fault-XXXXXX").string();
  if (!mkdtemp(pattern.data())) abort();
  setenv("WINDSOCK_DIR", pattern.c_str(), 1);
  return pattern;
}

void remove_directory(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::string choose_server_program() {
  const char* build = getenv("WINDSOCK_BUILDDIR");
  std::string program = std::string(build ? build : ".") + "/windsockd";
  setenv("WINDSOCK_SERVER", program.c_str(), 1);
  return program;
}

PrivateServer::PrivateServer(unsigned max_descriptors) : directory_(choose_new_directory()) {
  std::string program = choose_server_program();
  int ready[2];
  if (pipe(ready) < 0) abort();
  fflush(stdout);
  pid_ = fork();
  if (pid_ < 0) abort();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (max_descriptors) {
      rlimit limit{max_descriptors, max_descriptors};
      if (setrlimit(RLIMIT_NOFILE, &limit) < 0) _exit(126);
    }
    dup2(ready[1], 3);
    for (int fd = 4; fd < 64; ++fd) close(fd);
    execl(program.c_str(), program.c_str(), "--ready-fd=3", "--idle-seconds=0", nullptr);
    _exit(127);
  }
  close(ready[1]);
  char byte;
  bool is_ready = read_all(ready[0], &byte, 1);
  close(ready[0]);
  if (!is_ready) {
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

void PrivateServer::allow_descriptors(bool allowed) const {
  rlimit limit;
  if (prlimit(pid_, RLIMIT_NOFILE, nullptr, &limit) < 0) abort();
  limit.rlim_cur = allowed ? limit.rlim_max : 3;
  if (prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr) < 0) abort();
}

void PrivateServer::stop_for_a_while(bool stopped) const {
  if (kill(pid_, stopped ? SIGSTOP : SIGCONT) < 0) abort();
}

PrivateServer::~PrivateServer() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  remove_directory(directory_);
}

}  // namespace windsock::fault
