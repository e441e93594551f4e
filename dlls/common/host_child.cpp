#include "dlls/common/host_child.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

extern char** environ;

namespace windsock::host {

namespace {

constexpr int kFirstFreeFd = 3;
constexpr int kExecFailedStatus = 127;

// What the child needs beside the request, made ready before the clone.
struct ChildPlan {
  const ChildRequest& request;
  std::span<const int> kept;  // the inherited descriptors and the gate, ascending
  int gate = -1;
  uint64_t fd_limit = 0;
  int* exec_error = nullptr;  // in memory shared with the parent
};

// The child below uses syscall() for everything: libc's wrappers may be interposed (the sanitizers do) and take locks that
// another thread of the parent held at the clone.
template <typename... Arguments>
long raw(long number, Arguments... arguments) {
  return ::syscall(number, arguments...);
}

[[noreturn]] void leave(int status) {
  for (;;) raw(SYS_exit_group, status);
}

void close_between(unsigned first, unsigned last, uint64_t fd_limit) {
  if (first > last || raw(SYS_close_range, first, last, 0) == 0) return;
  // Kernels before 5.9.
  for (uint64_t fd = first; fd <= last && fd < fd_limit; ++fd) raw(SYS_close, static_cast<int>(fd));
}

void reset_signals() {
  // All zero bytes are SIG_DFL without flags, in the kernel's own layout too; its handler stands first.
  struct {
    void* handler;
    unsigned char rest[56];
  } action;
  for (int number = 1; number < _NSIG; ++number) {
    action = {};
    if (raw(SYS_rt_sigaction, number, nullptr, &action, 8) != 0 || action.handler == reinterpret_cast<void*>(SIG_IGN)) continue;
    action = {};
    raw(SYS_rt_sigaction, number, &action, nullptr, 8);
  }
}

bool place_standard_fds(const int (&wanted)[3]) {
  // Copies first: one stream's source may be another stream's place.
  int copies[3] = {-1, -1, -1};
  for (int i = 0; i < 3; ++i) {
    if (wanted[i] < 0) continue;
    copies[i] = static_cast<int>(raw(SYS_fcntl, wanted[i], F_DUPFD_CLOEXEC, kFirstFreeFd));
    if (copies[i] < 0) return false;
  }
  for (int i = 0; i < 3; ++i)
    if (copies[i] >= 0 && raw(SYS_dup3, copies[i], i, 0) < 0) return false;
  return true;
}

// Runs in the new process. Returns only when it failed, with errno.
void become_program(const ChildPlan& plan) {
  reset_signals();
  if (!place_standard_fds(plan.request.standard_fds)) return;
  unsigned next = kFirstFreeFd;
  for (int fd : plan.kept) {
    close_between(next, static_cast<unsigned>(fd) - 1, plan.fd_limit);
    next = static_cast<unsigned>(fd) + 1;
  }
  close_between(next, ~0u, plan.fd_limit);
  // One that another thread has closed since the list was made is not there to be passed on: no failure.
  for (int fd : plan.request.inherited) raw(SYS_fcntl, fd, F_SETFD, 0);
  if (plan.request.directory != nullptr && raw(SYS_chdir, plan.request.directory) < 0) return;

  // A program starts with nothing blocked, whichever thread made it; from here on signals act on the child by default.
  uint64_t none = 0;
  raw(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
  if (plan.gate >= 0) {
    char byte;
    long got;
    do got = raw(SYS_read, plan.gate, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1) leave(kExecFailedStatus);
  }
  raw(SYS_execve, plan.request.path, plan.request.arguments, plan.request.environment);
}

class SharedInt {
 public:
  SharedInt() : address_(::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  SharedInt(const SharedInt&) = delete;
  SharedInt& operator=(const SharedInt&) = delete;
  ~SharedInt() {
    if (ok()) ::munmap(address_, sizeof(int));
  }
  bool ok() const { return address_ != MAP_FAILED; }
  int* get() const { return static_cast<int*>(address_); }

 private:
  void* address_;
};

// Linux 6.13 and later tell by ioctl what a pidfd leads to; 6.15 and later, how a reaped process ended.
struct PidfdInfo {
  uint64_t mask;
  uint64_t cgroup;
  uint32_t ids[11];
  int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64, "the first version of struct pidfd_info");
constexpr unsigned long kPidfdGetInfo = _IOWR(0xff, 11, PidfdInfo);
constexpr uint64_t kPidfdInfoExit = 1 << 3;

ChildEnd decode_status(int status) {
  if (WIFEXITED(status)) return {EndKind::kExited, WEXITSTATUS(status)};
  return {EndKind::kKilled, WTERMSIG(status)};
}

}  // namespace

Result<Child> spawn_child(const ChildRequest& request) {
  Child child;
  std::vector<int> kept(request.inherited.begin(), request.inherited.end());
  if (request.suspended) {
    child.gate = WS_TRY(create_pipe());
    int reader = child.gate.read_end.get();
    kept.insert(std::upper_bound(kept.begin(), kept.end(), reader), reader);
  }
  SharedInt exec_error;
  if (!exec_error.ok()) return last_failure();
  ChildPlan plan{request, kept, child.gate.read_end.get(), WS_TRY(fd_limit()), exec_error.get()};

  // With everything blocked no handler of the program runs in the half-made process. CLONE_VFORK holds this thread until the
  // child has become its program or failed, without a pipe that a concurrent fork() would keep open.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  int pidfd = -1;
  unsigned long flags = CLONE_PIDFD | (request.suspended ? 0UL : CLONE_VFORK) | SIGCHLD;
  long pid = ::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr);
  if (pid == 0) {
    become_program(plan);
    *plan.exec_error = errno;
    leave(kExecFailedStatus);
  }
  int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return failure(error);
  child.pid = static_cast<int>(pid);
  child.pidfd = UniqueFd::adopt(pidfd);
  if (!request.suspended && *exec_error.get() != 0) {
    // It is past its last instruction of ours; waiting for it is short.
    siginfo_t info;
    while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED) < 0 && errno == EINTR) {
    }
    return failure(*exec_error.get());
  }
  return child;
}

Result<std::vector<int>> inheritable_fds() {
  std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) return last_failure();
  std::vector<int> fds;
  while (const dirent* entry = ::readdir(directory.get())) {
    int fd = std::atoi(entry->d_name);  // "." and ".." give 0
    if (fd < kFirstFreeFd) continue;
    int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC)) fds.push_back(fd);
  }
  std::sort(fds.begin(), fds.end());
  return fds;
}

ChildEnd collect_child(int pidfd) {
  siginfo_t info{};
  int result;
  do result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG);
  while (result < 0 && errno == EINTR);
  if (result == 0) {
    if (info.si_pid == 0) return {};
    return {info.si_code == CLD_EXITED ? EndKind::kExited : EndKind::kKilled, info.si_status};
  }
  if (!process_ended(pidfd)) return {};
  PidfdInfo details{};
  details.mask = kPidfdInfoExit;
  if (::ioctl(pidfd, kPidfdGetInfo, &details) == 0 && (details.mask & kPidfdInfoExit)) return decode_status(details.exit_code);
  return {EndKind::kUnknown, 0};
}

FileKind inspect_file(const char* path) {
  struct stat status;
  if (::stat(path, &status) < 0) return errno == EACCES ? FileKind::kNoProgram : FileKind::kMissing;
  if (S_ISDIR(status.st_mode)) return FileKind::kDirectory;
  return S_ISREG(status.st_mode) && ::access(path, X_OK) == 0 ? FileKind::kProgram : FileKind::kNoProgram;
}

Result<std::string> current_directory() {
  std::unique_ptr<char, void (*)(void*)> path(::getcwd(nullptr, 0), ::free);
  if (!path) return last_failure();
  return std::string(path.get());
}

Result<std::string> own_program() {
  std::string path(256, '\0');
  for (;;) {
    ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
    if (length < 0) return last_failure();
    if (static_cast<size_t>(length) < path.size()) {
      path.resize(static_cast<size_t>(length));
      return path;
    }
    path.resize(path.size() * 2);
  }
}

const char* environment_variable(const char* name) { return ::getenv(name); }
char* const* environment() { return environ; }
void remove_environment_variable(const char* name) { ::unsetenv(name); }

Result<void> signal_process(int pidfd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) < 0) return last_failure();
  return {};
}

Result<void> kill_process(int pidfd) { return signal_process(pidfd, SIGKILL); }

Result<UniqueFd> create_wake_counter() {
  int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return last_failure();
  return UniqueFd::adopt(fd);
}

void add_to_wake_counter(int fd) {
  uint64_t one = 1;
  write_all(fd, &one, sizeof one);
}

}  // namespace windsock::host
