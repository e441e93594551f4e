#include "dlls/common/host.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace windsock::host {

static_assert(sizeof(PollEntry) == sizeof(pollfd) && offsetof(PollEntry, revents) == offsetof(pollfd, revents));
static_assert(kPollIn == POLLIN && kPollPri == POLLPRI && kPollOut == POLLOUT && kPollErr == POLLERR && kPollHup == POLLHUP &&
              kPollInvalid == POLLNVAL && kPollReadNormal == POLLRDNORM && kPollReadBand == POLLRDBAND &&
              kPollWriteNormal == POLLWRNORM && kPollReadHangUp == POLLRDHUP);

namespace {

constexpr uintptr_t kPage = 4096;  // the smallest there is

template <typename Call>
auto repeat(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Result<void> check(long result) {
  if (result < 0) return last_failure();
  return {};
}

Result<UniqueFd> own(int fd) {
  if (fd < 0) return last_failure();
  return UniqueFd::adopt(fd);
}

}  // namespace

int get_errno() { return errno; }

bool is_want_of_room(Errno error) {
  int code = static_cast<int>(error);
  return code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS || code == ETOOMANYREFS;
}

void set_errno(int value) { errno = value; }

void close(int fd) { ::close(fd); }

Result<UniqueFd> duplicate(int fd) { return own(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

Result<void> replace(int fd, UniqueFd with) {
  int result;
  do result = ::dup3(with.get(), fd, O_CLOEXEC);
  while (result < 0 && (errno == EINTR || errno == EBUSY));
  if (result < 0) return last_failure();
  return {};
}
Result<bool> get_nonblocking(int fd) {
  int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return last_failure();
  return (flags & O_NONBLOCK) != 0;
}

Result<void> set_nonblocking(int fd, bool nonblocking) {
  int on = nonblocking;
  return check(::syscall(SYS_ioctl, fd, 0x5421 /* FIONBIO */, &on));
}

Result<void> set_inheritable(int fd, bool inheritable) { return check(::fcntl(fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC)); }

Result<FileIdentity> identify(int fd) {
  struct stat status;
  if (::fstat(fd, &status) < 0) return last_failure();
  return FileIdentity{status.st_dev, status.st_ino, S_ISSOCK(status.st_mode)};
}

Result<uint64_t> fd_limit() {
  rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return last_failure();
  return static_cast<uint64_t>(limit.rlim_cur);
}

Result<uint64_t> raise_fd_limit() {
  rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return last_failure();
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) < 0) return last_failure();
  return static_cast<uint64_t>(limit.rlim_cur);
}

Result<int> poll(PollEntry* entries, size_t count, int timeout_milliseconds) {
  int ready = ::poll(reinterpret_cast<pollfd*>(entries), count, timeout_milliseconds);
  if (ready < 0) return last_failure();
  return ready;
}

Result<short> ready_now(int fd, short events) {
  PollEntry entry{fd, events, 0};
  for (;;) {
    auto asked = poll(&entry, 1, 0);
    if (asked) return entry.revents;
    // Without waiting, and of one descriptor, the host allocates nothing: what is short is so for a moment.
    if (const int error = static_cast<int>(asked.error()); error != EINTR && error != ENOMEM) return Failure{asked.error()};
  }
}

int poll_or_minus_one(PollEntry* entries, size_t count, int timeout_milliseconds) {
  return ::poll(reinterpret_cast<pollfd*>(entries), count, timeout_milliseconds);
}

Result<int> poll(PollEntry* entries, size_t count, const timespec* timeout) {
  int ready = ::ppoll(reinterpret_cast<pollfd*>(entries), count, timeout, nullptr);
  if (ready < 0) return last_failure();
  return ready;
}

int64_t now_nanoseconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

Result<size_t> read(int fd, void* data, size_t size) {
  ssize_t got = repeat([&] { return ::read(fd, data, size); });
  if (got < 0) return last_failure();
  return static_cast<size_t>(got);
}

void write_all(int fd, const void* data, size_t size) {
  auto* next = static_cast<const char*>(data);
  while (size > 0) {
    ssize_t written = repeat([&] { return ::write(fd, next, size); });
    if (written <= 0) return;
    next += written;
    size -= static_cast<size_t>(written);
  }
}

Result<UniqueFd> open_append(const char* path) { return own(::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)); }
Result<UniqueFd> open_read(const char* path) { return own(::open(path, O_RDONLY | O_CLOEXEC)); }

Result<UniqueFd> open_directory(const char* path, bool create) {
  if (create && ::mkdir(path, 0700) < 0 && errno != EEXIST) return last_failure();
  return own(::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Result<Ownership> ownership(int fd) {
  struct stat status;
  if (::fstat(fd, &status) < 0) return last_failure();
  return Ownership{status.st_uid, status.st_mode & 07777};
}

Result<UniqueFd> create_file_at(int directory, const char* name) {
  return own(::openat(directory, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
}

Result<void> remove_at(int directory, const char* name) { return check(::unlinkat(directory, name, 0)); }

Result<void> lock_file(int fd, LockWait wait) {
  return check(repeat([&] { return ::flock(fd, LOCK_EX | (wait == LockWait::kTry ? LOCK_NB : 0)); }));
}

Result<void> hold_byte(int fd, int64_t offset) {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_start = offset;
  lock.l_len = 1;
  return check(::fcntl(fd, F_SETLK, &lock));
}

Result<std::optional<ByteHolder>> holder_of_bytes(int fd, int64_t first, int64_t count) {
  if (count <= 0) return std::optional<ByteHolder>();  // to the kernel it would be all the rest
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_start = first;
  lock.l_len = count;
  if (::fcntl(fd, F_GETLK, &lock) < 0) return last_failure();
  if (lock.l_type == F_UNLCK) return std::optional<ByteHolder>();
  return std::optional(ByteHolder{lock.l_pid, lock.l_start});
}

Result<UniqueFd> create_memory(const char* name, size_t size) {
  UniqueFd memory = WS_TRY(own(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  if (::ftruncate(memory.get(), static_cast<off_t>(size)) < 0) return last_failure();
  return memory;
}

Result<void> seal_future_writes(int fd) {
  return check(::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL));
}

Result<void*> map(int fd, size_t size, bool writable) {
  void* address = ::mmap(nullptr, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return last_failure();
  return address;
}

void unmap(void* address, size_t size) { ::munmap(address, size); }

size_t peek(const void* address, void* copy, size_t size) {
  // The kernel copies whole pieces or nothing of them: one to the end of the first page, one for the rest.
  auto begin = reinterpret_cast<uintptr_t>(address);
  size_t first = std::min(size, kPage - begin % kPage);
  iovec to{copy, size};
  iovec from[] = {{reinterpret_cast<void*>(begin), first}, {reinterpret_cast<void*>(begin + first), size - first}};
  ssize_t got = ::process_vm_readv(::getpid(), &to, 1, from, size > first ? 2 : 1, 0);
  return got > 0 ? static_cast<size_t>(got) : 0;
}

Result<void> random_bytes(void* data, size_t size) {
  ssize_t got = repeat([&] { return ::getrandom(data, size, 0); });
  if (got < 0) return last_failure();
  if (static_cast<size_t>(got) != size) return failure(EIO);
  return {};
}

int process_id() { return ::getpid(); }
int thread_id() { return ::gettid(); }
uint32_t effective_uid() { return ::geteuid(); }

void change_directory(const char* path) {
  if (::chdir(path) < 0) errno = 0;  // where we stand matters to nobody but the owner of the place
}

}  // namespace windsock::host
