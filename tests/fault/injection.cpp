#include "tests/fault/injection.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <type_traits>

namespace windsock::fault {

namespace {

// What can fail: the rows of host_calls.def, and what is written out below.
enum Index : size_t {
#define HOST_CALL(result, name, parameters, arguments, ...) k_##name,
#include "tests/fault/host_calls.def"
#undef HOST_CALL
  k_open,
  k_openat,
  k_fcntl,
  k_ioctl,
  k_epoll_ctl,
  k_pthread_create,
  // Of syscall():
  k_clone,
  k_pidfd_open,
  k_set_mode,
  kCount,
  kNeverFails = kCount,
};
static_assert(kCount <= kMostHostCalls);

#define HOST_CALL(result, name, parameters, arguments, ...) constexpr int kErrors_##name[] = {__VA_ARGS__};
#include "tests/fault/host_calls.def"
#undef HOST_CALL
constexpr int kNoFile[] = {EMFILE, ENFILE, ENOMEM};
constexpr int kNoNewFile[] = {EMFILE, ENFILE, ENOSPC};
constexpr int kNoNumber[] = {EMFILE};
constexpr int kUnknownRequest[] = {ENOTTY};  // an older kernel does not know it
constexpr int kNotWatched[] = {ENOMEM, ENOSPC};
constexpr int kNoThread[] = {EAGAIN};
constexpr int kNoProcess[] = {EAGAIN, ENOMEM};
constexpr int kNoMemory[] = {ENOMEM};

constexpr HostCall kHostCalls[] = {
#define HOST_CALL(result, name, parameters, arguments, ...) {#name, kErrors_##name},
#include "tests/fault/host_calls.def"
#undef HOST_CALL
    {"open", kNoFile},
    {"openat", kNoNewFile},
    {"fcntl", kNoNumber},
    {"ioctl", kUnknownRequest},
    {"epoll_ctl", kNotWatched},
    {"pthread_create", kNoThread},
    {"clone", kNoProcess},
    {"pidfd_open", kNoFile},
    {"ioctl(FIONBIO)", kNoMemory},
};
static_assert(std::size(kHostCalls) == kCount);

constinit Fault g_fault;
constinit std::atomic<pid_t> g_armed{0};  // the process that is counted
constinit std::atomic<bool> g_fired{false};
constinit std::array<std::atomic<unsigned>, kCount> g_calls{};
constinit thread_local int t_aside = 0;

// How many threads run that the library has begun.
class Threads {
 public:
  void add(int change) {
    std::lock_guard hold(lock_);
    count_ += change;
    if (count_ == 0) none_.notify_all();
  }
  bool wait_for_none(std::chrono::milliseconds limit) {
    std::unique_lock hold(lock_);
    return none_.wait_for(hold, limit, [this] { return count_ == 0; });
  }

 private:
  std::mutex lock_;
  std::condition_variable none_;
  int count_ = 0;
};
Threads g_threads;

// One of them; it is counted until it returns or its stack is unwound.
struct Thread {
  void* (*run)(void*);
  void* argument;
  Thread(void* (*runs)(void*), void* with) : run(runs), argument(with) { g_threads.add(1); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { g_threads.add(-1); }
};

void* run_counted(void* thread) {
  std::unique_ptr<Thread> counted(static_cast<Thread*>(thread));
  return counted->run(counted->argument);
}

pid_t this_process();

// Counts a call. The error it is to fail with, or 0.
int next(size_t index) {
  const pid_t armed = g_armed.load(std::memory_order_acquire);
  if (index == kNeverFails || armed == 0 || t_aside != 0 || this_process() != armed) return 0;
  const unsigned occurrence = g_calls[index].fetch_add(1, std::memory_order_relaxed) + 1;
  if (index != g_fault.host_call || occurrence != g_fault.occurrence) return 0;
  g_fired.store(true, std::memory_order_relaxed);
  errno = g_fault.error;
  return g_fault.error;
}

template <typename T>
T failure() {
  if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<T>(-1);
  else
    return -1;
}

}  // namespace

extern "C" {

#define HOST_CALL(result, name, parameters, arguments, ...)                   \
  result __real_##name parameters;                                            \
  result __wrap_##name parameters {                                           \
    int error = next(k_##name);                                               \
    if (error == EINTR && k_##name == k_connect) {                            \
      __real_##name arguments;                                                \
      errno = EINTR;                                                          \
    }                                                                         \
    return error ? failure<result>() : __real_##name arguments;               \
  }
#include "tests/fault/host_calls.def"
#undef HOST_CALL

long __real_syscall(long number, ...);
int __real_open(const char* path, int flags, ...);
int __real_openat(int folder, const char* path, int flags, ...);
int __real_fcntl(int fd, int command, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __real_epoll_ctl(int set, int operation, int fd, epoll_event* event);
int __real_pthread_create(pthread_t* made, const pthread_attr_t* attributes, void* (*run)(void*), void* argument);

// Six are taken whatever the caller gave, as the kernel does; AddressSanitizer would see a read beyond the last.
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& one : a) one = va_arg(list, long);
  va_end(list);
  size_t index = kNeverFails;
  if (number == SYS_clone) index = k_clone;
  if (number == SYS_pidfd_open) index = k_pidfd_open;
  if (number == SYS_ioctl) index = k_set_mode;
  if (next(index)) return -1;
  return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int __wrap_open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return next(k_open) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return next(k_openat) ? -1 : __real_openat(folder, path, flags, mode);
}

int __wrap_fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  long argument = va_arg(list, long);
  va_end(list);
  bool makes_one = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  return next(makes_one ? k_fcntl : kNeverFails) ? -1 : __real_fcntl(fd, command, argument);
}

int __wrap_ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void* argument = va_arg(list, void*);
  va_end(list);
  return next(k_ioctl) ? -1 : __real_ioctl(fd, request, argument);
}

// Nothing is needed to watch no longer.
int __wrap_epoll_ctl(int set, int operation, int fd, epoll_event* event) {
  return next(operation == EPOLL_CTL_DEL ? kNeverFails : k_epoll_ctl) ? -1 : __real_epoll_ctl(set, operation, fd, event);
}

int __wrap_pthread_create(pthread_t* made, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
  if (int error = next(k_pthread_create)) return error;
  auto thread = std::make_unique<Thread>(run, argument);
  int error = __real_pthread_create(made, attributes, run_counted, thread.get());
  if (error == 0) (void)thread.release();
  return error;
}

}  // extern "C"

namespace {
pid_t this_process() { return static_cast<pid_t>(__real_syscall(SYS_getpid)); }
}  // namespace

std::span<const HostCall> host_calls() { return kHostCalls; }

void arm(const Fault& fault) {
  g_fault = fault;
  g_fired = false;
  for (auto& count : g_calls) count.store(0, std::memory_order_relaxed);
  g_armed.store(this_process(), std::memory_order_release);
}

Fired disarm() {
  g_armed.store(0, std::memory_order_release);
  Fired fired{g_fired, g_fault, {}};
  for (size_t i = 0; i < kCount; ++i) fired.calls[i] = g_calls[i].load(std::memory_order_relaxed);
  return fired;
}

bool wait_for_threads(std::chrono::milliseconds limit) { return g_threads.wait_for_none(limit); }

Aside::Aside() { ++t_aside; }
Aside::~Aside() { --t_aside; }

std::string unwrapped_calls() {
  // In this file too the plain name is sent to the wrapper.
  struct Row {
    const char* name;
    const void* plain;
    const void* wrapper;
  };
#define ADDRESS(function) reinterpret_cast<const void*>(&function)
#define HOST_CALL(result, name, parameters, arguments, ...) \
  {#name, reinterpret_cast<const void*>(static_cast<decltype(&__wrap_##name)>(::name)), ADDRESS(__wrap_##name)},
  const Row rows[] = {
#include "tests/fault/host_calls.def"
      {"syscall", ADDRESS(::syscall), ADDRESS(__wrap_syscall)},
      {"open", ADDRESS(::open), ADDRESS(__wrap_open)},
      {"openat", ADDRESS(::openat), ADDRESS(__wrap_openat)},
      {"fcntl", ADDRESS(::fcntl), ADDRESS(__wrap_fcntl)},
      {"ioctl", ADDRESS(::ioctl), ADDRESS(__wrap_ioctl)},
      {"epoll_ctl", ADDRESS(::epoll_ctl), ADDRESS(__wrap_epoll_ctl)},
      {"pthread_create", ADDRESS(::pthread_create), ADDRESS(__wrap_pthread_create)},
  };
#undef HOST_CALL
#undef ADDRESS
  std::string names;
  for (const Row& row : rows)
    if (row.plain != row.wrapper) names += std::string(names.empty() ? "" : " ") + row.name;
  return names;
}

const char* error_name(int error) {
  const char* name = strerrorname_np(error);
  return name ? name : "?";
}

}  // namespace windsock::fault
