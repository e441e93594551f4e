#include "tests/fault/injection.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <span>
#include <type_traits>

namespace windsock::fault {

namespace {

unsigned g_target = 0, g_error = 0;
pid_t g_armed = 0;  // the process that is counted
Fired g_fired;

pid_t this_process();

// Counts a call. The error it is to fail with, or 0.
int next(const char* name, std::span<const int> errors) {
  if (g_armed == 0 || errors.empty() || this_process() != g_armed) return 0;
  if (++g_fired.calls != g_target) return 0;
  g_fired.fired = true;
  g_fired.errors = static_cast<unsigned>(errors.size());
  g_fired.error = errors[g_error % errors.size()];
  snprintf(g_fired.name, sizeof g_fired.name, "%s", name);
  errno = g_fired.error;
  return g_fired.error;
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
    static constexpr int kErrors[] = {__VA_ARGS__};                           \
    int error = next(#name, kErrors);                                         \
    if (error == EINTR && !strcmp(#name, "connect")) {                        \
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

// Six are taken whatever the caller gave, as the kernel does; AddressSanitizer would see a read beyond the last.
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& one : a) one = va_arg(list, long);
  va_end(list);
  static constexpr int kNewProcess[] = {EAGAIN, ENOMEM};
  static constexpr int kNewDescriptor[] = {EMFILE, ENFILE, ENOMEM};
  static constexpr int kControl[] = {ENOMEM};
  std::span<const int> errors;
  if (number == SYS_clone) errors = kNewProcess;
  if (number == SYS_pidfd_open) errors = kNewDescriptor;
  if (number == SYS_ioctl) errors = kControl;
  if (next("syscall", errors)) return -1;
  return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int __wrap_open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  static constexpr int kErrors[] = {EMFILE, ENFILE, ENOMEM};
  return next("open", kErrors) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  static constexpr int kErrors[] = {EMFILE, ENFILE, ENOSPC};
  return next("openat", kErrors) ? -1 : __real_openat(folder, path, flags, mode);
}

int __wrap_fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  long argument = va_arg(list, long);
  va_end(list);
  static constexpr int kErrors[] = {EMFILE};
  bool makes_one = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  return next("fcntl", makes_one ? std::span<const int>(kErrors) : std::span<const int>()) ? -1 : __real_fcntl(fd, command, argument);
}

// An older kernel does not know the request.
int __wrap_ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void* argument = va_arg(list, void*);
  va_end(list);
  static constexpr int kErrors[] = {ENOTTY};
  return next("ioctl", kErrors) ? -1 : __real_ioctl(fd, request, argument);
}

}  // extern "C"

namespace {
pid_t this_process() { return static_cast<pid_t>(__real_syscall(SYS_getpid)); }
}  // namespace

void arm(unsigned call, unsigned error) {
  g_target = call;
  g_error = error;
  g_fired = Fired{};
  g_armed = this_process();
}

Fired disarm() {
  g_armed = 0;
  return g_fired;
}

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
