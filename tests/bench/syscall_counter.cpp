// The tracer; see syscall_counter.h.
#include "tests/bench/syscall_counter.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <set>

#include "tests/bench/side.h"

// The host's struct ptrace_syscall_info is spelt differently in older libcs; linux/ptrace.h cannot be had beside
// sys/ptrace.h everywhere. What is needed of it are two numbers.
namespace bench {
namespace {

int run_body(const std::function<void()>& body) {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

// A system call without effect, with an argument that nobody else would give.
constexpr long kMark = -0x57534d, kEndMark = kMark - 1;

constexpr int kExitNotTraceable = 77;

struct SyscallInfo {
  unsigned char operation;  // 1: the entry of a call
  unsigned char padding[3];
  unsigned architecture;
  unsigned long long instruction_pointer;
  unsigned long long stack_pointer;
  unsigned long long number;
  unsigned long long arguments[6];
};
constexpr int kGetSyscallInfo = 0x420e;
constexpr unsigned char kEntry = 1;

// Whoever comes back from one of these holds no lock that another thread would wait for.
bool is_wait(long number) {
  const std::string name = syscall_name(number);
  return name.starts_with("epoll_") && name != "epoll_ctl";
}

class Tracer {
 public:
  Tracer(pid_t child, Counted counted) : child_(child), counted_(counted) {}

  std::optional<std::vector<SyscallCounts>> follow() {
    int status = 0;
    require(waitpid(child_, &status, 0) == child_, "waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == kExitNotTraceable) return std::nullopt;
    require(WIFSTOPPED(status), "the child's first stop");
    require(ptrace(PTRACE_SETOPTIONS, child_, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL) == 0,
            "PTRACE_SETOPTIONS");
    known_.insert(child_);
    resume(child_, 0);
    for (;;) {
      const pid_t thread = waitpid(-1, &status, __WALL);
      if (thread < 0 && errno == EINTR) continue;
      require(thread > 0, "waitpid for a traced thread");
      if (WIFSTOPPED(status)) {
        stopped(thread, status);
      } else if (thread == child_) {
        require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the counted code");
        require(!counting_, "the end of the last interval");
        return std::move(intervals_);
      }
    }
  }

 private:
  static void resume(pid_t thread, int signal) {
    // A thread that was killed meanwhile is gone; waitpid tells.
    require(ptrace(PTRACE_SYSCALL, thread, 0, signal) == 0 || errno == ESRCH, "PTRACE_SYSCALL");
  }

  void stopped(pid_t thread, int status) {
    const int signal = WSTOPSIG(status);
    if (signal == (SIGTRAP | 0x80)) {
      if (record(thread))
        resume(thread, 0);
      else
        held_.push_back(thread);
    } else if ((status >> 16) != 0) {
      resume(thread, 0);  // the report of a new thread
    } else if (signal == SIGSTOP && known_.insert(thread).second) {
      resume(thread, 0);  // a new thread's own first stop
    } else {
      resume(thread, signal);
    }
  }

  // False: it is held for now.
  bool record(pid_t thread) {
    SyscallInfo info{};
    require(ptrace(static_cast<__ptrace_request>(kGetSyscallInfo), thread, sizeof info, &info) > 0, "PTRACE_GET_SYSCALL_INFO");
    const bool is_counted = counted_ == Counted::kAllThreads || thread == child_;
    if (info.operation != kEntry) {
      const bool may_go = is_counted || !counting_ || !is_wait(last_call_[thread]) || last_call_[child_] == SYS_futex;
      if (thread == child_) last_call_[thread] = 0;
      return may_go;
    }
    const long number = last_call_[thread] = static_cast<long>(info.number);
    const long argument = static_cast<long>(info.arguments[0]);
    if (thread == child_ && number == SYS_futex) release();
    if (number == SYS_getpgid && argument == kMark) {
      counting_ = true;
      intervals_.emplace_back();
    } else if (number == SYS_getpgid && argument == kEndMark) {
      counting_ = false;
      release();
    } else if (counting_ && is_counted) {
      ++intervals_.back()[number];
    }
    return true;
  }

  void release() {
    for (const pid_t held : held_) resume(held, 0);
    held_.clear();
  }

  pid_t child_;
  Counted counted_;
  bool counting_ = false;
  std::set<pid_t> known_;
  std::map<pid_t, long> last_call_;
  std::vector<pid_t> held_;
  std::vector<SyscallCounts> intervals_;
};

struct Name {
  long number;
  const char* name;
};

constexpr Name kNames[] = {
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_close, "close"},
    {SYS_fcntl, "fcntl"},
    {SYS_ioctl, "ioctl"},
    {SYS_futex, "futex"},
    {SYS_socket, "socket"},
    {SYS_connect, "connect"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept4"},
    {SYS_listen, "listen"},
    {SYS_shutdown, "shutdown"},
    {SYS_sendto, "sendto"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_setsockopt, "setsockopt"},
    {SYS_getsockopt, "getsockopt"},
    {SYS_getsockname, "getsockname"},
    {SYS_getpeername, "getpeername"},
    {SYS_ppoll, "ppoll"},
    {SYS_pselect6, "pselect6"},
    {SYS_epoll_ctl, "epoll_ctl"},
    {SYS_epoll_pwait, "epoll_pwait"},
    {SYS_rt_sigprocmask, "rt_sigprocmask"},
    {SYS_tgkill, "tgkill"},
    {SYS_getpid, "getpid"},
    {SYS_gettid, "gettid"},
    {SYS_mmap, "mmap"},
    {SYS_munmap, "munmap"},
    {SYS_brk, "brk"},
#ifdef SYS_epoll_wait
    {SYS_epoll_wait, "epoll_wait"},
#endif
#ifdef SYS_epoll_pwait2
    {SYS_epoll_pwait2, "epoll_pwait2"},
#endif
#ifdef SYS_poll
    {SYS_poll, "poll"},
#endif
#ifdef SYS_select
    {SYS_select, "select"},
#endif
#ifdef SYS_fstat
    {SYS_fstat, "fstat"},
#endif
#ifdef SYS_newfstatat
    {SYS_newfstatat, "newfstatat"},
#endif
};

}  // namespace

void mark_interval() { syscall(SYS_getpgid, kMark); }
void end_intervals() { syscall(SYS_getpgid, kEndMark); }

std::optional<std::vector<SyscallCounts>> count_syscalls(const std::function<void()>& body, Counted counted) {
  const pid_t child = fork();
  require(child >= 0, "fork");
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(kExitNotTraceable);
    raise(SIGSTOP);
    _exit(run_body(body));
  }
  return Tracer(child, counted).follow();
}

std::string syscall_name(long number) {
  for (const Name& known : kNames) {
    if (known.number == number) return known.name;
  }
  return "syscall " + std::to_string(number);
}

}  // namespace bench
