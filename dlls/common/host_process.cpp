// The part of host.h about processes, threads and signals.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "dlls/common/host.h"

extern char** environ;

namespace windsock::host {

namespace {

// A small file of /proc, whole.
Result<std::string> read_small_file(const char* path) {
  UniqueFd file = WS_TRY(open_read(path));
  std::string text(4096, '\0');
  size_t length = 0;
  while (length < text.size()) {
    size_t got = WS_TRY(read(file.get(), text.data() + length, text.size() - length));
    if (got == 0) break;
    length += got;
  }
  text.resize(length);
  return text;
}

// The numbers after "Name:" in a file of /proc; `index` chooses which.
Result<long> field_of(const std::string& text, std::string_view name, int index) {
  size_t at = text.find(name);
  if (at == std::string::npos) return failure(EINVAL);
  const char* next = text.c_str() + at + name.size();
  long value = 0;
  for (int i = 0; i <= index; ++i) {
    char* end;
    value = std::strtol(next, &end, 10);
    if (end == next) return failure(EINVAL);
    next = end;
  }
  return value;
}

constexpr int kReadyFd = 3;

// Runs in the new process between clone and exec: async-signal-safe calls only.
[[noreturn]] void become_detached_program(const char* path, const char* const* arguments, int ready_fd) {
  // A second fork gives the program to init, so that its end is nobody's business here.
  if (long child = ::syscall(SYS_clone, 0 /* no exit signal, nothing shared */, 0, 0, 0, 0); child != 0) ::_exit(child < 0);
  ::setsid();
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < _NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  // Keep ready_fd as 3 and standard error; everything else of the port stays behind.
  if (ready_fd == kReadyFd)
    ::fcntl(ready_fd, F_SETFD, 0);
  else
    ::dup2(ready_fd, kReadyFd);
  int null = ::open("/dev/null", O_RDWR);
  for (int fd : {0, 1, 2})
    if (null >= 0 && (fd < 2 || ::fcntl(fd, F_GETFD) < 0)) ::dup2(null, fd);
  ::syscall(SYS_close_range, kReadyFd + 1, ~0u, 0);
  ::execve(path, const_cast<char* const*>(arguments), environ);
  ::_exit(127);
}

}  // namespace

Result<UniqueFd> open_process(int pid) {
  long fd = ::syscall(SYS_pidfd_open, pid, 0);
  if (fd < 0) return last_failure();
  return UniqueFd::adopt(static_cast<int>(fd));
}

namespace {

// The kernel's own answer, since Linux 6.13: struct pidfd_info as it was first (linux/pidfd.h may be older than the kernel).
struct PidfdInfo {
  uint64_t mask = kCredentials;
  uint64_t cgroup = 0;
  uint32_t pid = 0, process = 0, parent = 0;
  uint32_t user = 0, group = 0, effective_user = 0, effective_group = 0;
  uint32_t saved_user = 0, saved_group = 0, file_user = 0, file_group = 0;
  int32_t exit_code = 0;

  static constexpr uint64_t kCredentials = 2;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr unsigned long kGetPidfdInfo = _IOWR(0xff, 11, PidfdInfo);

// Only pidfds are asked: the same number may mean anything to another file.
constexpr long kPidFilesystem = 0x50494446;

std::optional<LivingProcess> ask_pidfd(int pidfd) {
  struct statfs filesystem;
  if (::fstatfs(pidfd, &filesystem) < 0 || filesystem.f_type != kPidFilesystem) return std::nullopt;
  PidfdInfo info;
  if (::ioctl(pidfd, kGetPidfdInfo, &info) < 0 || !(info.mask & PidfdInfo::kCredentials)) return std::nullopt;
  return LivingProcess{static_cast<int>(info.process), info.effective_user};
}

}  // namespace

Result<LivingProcess> living_process(int pidfd) {
  if (auto told = ask_pidfd(pidfd)) {
    if (process_ended(pidfd)) return failure(ESRCH);  // nobody has waited for it yet
    return *told;
  }
  // The number is looked up before the pidfd is asked whether the process lives, so that everything learnt in between was learnt
  // of that process.
  int pid = WS_TRY(process_of(pidfd));
  if (pid <= 0) return failure(ESRCH);
  uint32_t owner = WS_TRY(process_owner(pid));
  if (process_ended(pidfd)) return failure(ESRCH);
  return LivingProcess{pid, owner};
}

// Root's, as far as owners go, but no program.
static bool is_kernel_thread(int pid) {
  char path[64];
  char target;
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  return ::readlink(path, &target, sizeof target) < 0 && errno == ENOENT;
}

Result<UniqueFd> open_living_process(int pid) {
  if (pid <= 0) return failure(ESRCH);
  // First the descriptor, then what it leads to: the number may be another process's before, but not while the descriptor lives.
  UniqueFd process = WS_TRY(open_process(pid));
  LivingProcess found = WS_TRY(living_process(process.get()));
  if (found.owner != effective_uid() || is_kernel_thread(found.pid)) return failure(ESRCH);
  return process;
}

Result<int> process_of(int pidfd) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  std::string text = WS_TRY(read_small_file(path));
  return static_cast<int>(WS_TRY(field_of(text, "\nPid:", 0)));
}

bool process_ended(int pidfd) {
  auto ready = ready_now(pidfd, kPollIn);
  return ready && ready.value() != 0;
}

Result<uint32_t> process_owner(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  std::string text = WS_TRY(read_small_file(path));
  return static_cast<uint32_t>(WS_TRY(field_of(text, "\nUid:", 1)));
}

std::string process_name(int pid) {
  char path[64];
  char target[4096];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  ssize_t length = ::readlink(path, target, sizeof target);
  if (length > 0) {
    std::string_view name(target, static_cast<size_t>(length));
    return std::string(name.substr(name.rfind('/') + 1));
  }
  return thread_name(pid);
}

std::string thread_name(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/comm", pid);
  auto text = read_small_file(path);
  if (!text || text.value().empty()) return "?";
  return text.value().substr(0, text.value().find('\n'));
}

Result<void> signal_thread(int thread, int signal) {
  if (::syscall(SYS_tgkill, ::getpid(), thread, signal) < 0) return last_failure();
  return {};
}

Result<int> reserve_wake_signal() {
  for (int signal = SIGRTMAX; signal >= SIGRTMIN; --signal) {
    struct sigaction current;
    if (::sigaction(signal, nullptr, &current) < 0) return last_failure();
    if ((current.sa_flags & SA_SIGINFO) || current.sa_handler != SIG_DFL) continue;
    struct sigaction wake {};
    wake.sa_handler = [](int) {};
    wake.sa_flags = SA_ONSTACK;  // no SA_RESTART: the interrupted call is to return
    ::sigemptyset(&wake.sa_mask);
    if (::sigaction(signal, &wake, nullptr) < 0) return last_failure();
    return signal;
  }
  return failure(EAGAIN);
}

void disarm_broken_pipe_signal() {
  struct sigaction current;
  if (::sigaction(SIGPIPE, nullptr, &current) < 0 || (current.sa_flags & SA_SIGINFO) || current.sa_handler != SIG_DFL) return;
  struct sigaction nothing {};
  nothing.sa_handler = [](int) {};
  nothing.sa_flags = SA_ONSTACK | SA_RESTART;
  ::sigemptyset(&nothing.sa_mask);
  ::sigaction(SIGPIPE, &nothing, nullptr);
}

void unblock_signal(int signal) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

static_assert(sizeof(timer_t) == sizeof(void*));

IntervalSignal::IntervalSignal(int signal, int64_t nanoseconds) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = signal;
#ifdef sigev_notify_thread_id
  event.sigev_notify_thread_id = thread_id();
#else
  event._sigev_un._tid = thread_id();
#endif
  made_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  timespec interval{nanoseconds / 1000000000, nanoseconds % 1000000000};
  itimerspec times{interval, interval};
  if (made_) ::timer_settime(timer_, 0, &times, nullptr);
}

IntervalSignal::~IntervalSignal() {
  if (made_) ::timer_delete(timer_);
}

void wait_futex(const void* word, uint32_t expected, int64_t timeout_nanoseconds) {
  timespec timeout{timeout_nanoseconds / 1000000000, timeout_nanoseconds % 1000000000};
  ::syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &timeout, nullptr, 0);
}

void wake_futex(const void* word) { ::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0); }

std::string directory_of_module(const void* address) {
  Dl_info info;
  if (!::dladdr(address, &info) || !info.dli_fname) return ".";
  std::string_view file = info.dli_fname;
  size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? "." : std::string(file.substr(0, slash));
}

bool is_executable(const char* path) { return ::access(path, X_OK) == 0; }

Result<void> spawn_detached(const char* path, const char* const* arguments, int ready_fd) {
  // Block everything, so that no handler of the port runs in the half-made process.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  long child = ::syscall(SYS_clone, 0 /* exit signal 0: no SIGCHLD */, 0, 0, 0, 0);
  if (child == 0) become_detached_program(path, arguments, ready_fd);
  int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) return failure(error);
  int status = 0;
  long waited;
  do waited = ::waitpid(static_cast<pid_t>(child), &status, __WALL);
  while (waited < 0 && errno == EINTR);
  if (waited == child && status != 0) return failure(EAGAIN);
  return {};
}

Result<Pipe> create_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return last_failure();
  return Pipe{UniqueFd::adopt(ends[0]), UniqueFd::adopt(ends[1])};
}

}  // namespace windsock::host
