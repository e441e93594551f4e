#include "tests/fault/attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace windsock::fault {

namespace {

constexpr unsigned kHangSeconds = 60;
constexpr unsigned kMostCalls = 300;  // an operation that makes more repeats a failing call without end

struct Report {
  Fired fired;
  char verdict[256] = "";
};

// Forks, runs `body` there, and has its report back. False: the child died; `status` says how.
bool report_of_child(const std::function<void(Report&)>& body, Report& report, int& status) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) abort();
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(kHangSeconds);
    body(report);
    bool told = write_all(ends[1], &report, sizeof report);
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  bool told = read_all(ends[0], &report, sizeof report);
  close(ends[0]);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return told && status == 0;
}

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

Tally run_all(const char* operation, const Attempt& attempt) {
  Tally tally;
  for (unsigned call = 1; call <= kMostCalls; ++call) {
    for (unsigned error = 0;; ++error) {
      Report report;
      int status = 0;
      bool lived = report_of_child(
          [&](Report& told) {
            std::string verdict = attempt(call, error, told.fired);
            snprintf(told.verdict, sizeof told.verdict, "%s", verdict.c_str());
          },
          report, status);
      ++tally.attempts;
      std::string verdict = lived ? report.verdict : death(status);
      if (!verdict.empty()) {
        ++tally.failures;
        printf("%s, host call %u (%s fails with %s): %s\n", operation, call, report.fired.fired ? report.fired.name : "none",
               error_name(report.fired.error), verdict.c_str());
      }
      if (!report.fired.fired) {
        if (!lived && error == 0) break;  // died before it could say which call it was
        tally.calls = call - 1;
        return tally;
      }
      if (error + 1 >= report.fired.errors) break;
    }
  }
  ++tally.failures;
  printf("%s makes more than %u host calls\n", operation, kMostCalls);
  return tally;
}

std::string in_child(const std::function<std::string()>& body) {
  Report report;
  int status = 0;
  bool lived = report_of_child([&](Report& told) { snprintf(told.verdict, sizeof told.verdict, "%s", body().c_str()); }, report, status);
  return lived ? report.verdict : death(status);
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
