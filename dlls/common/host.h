// Every host call that the project makes, once. The library reaches the kernel through here only, so this is also the seam
// where the tests make the n-th call fail.
//
// Conventions: failures carry the errno value; created descriptors are close-on-exec and owned by the UniqueFd returned.
// Calls that finish at once repeat themselves after EINTR. Calls that may block for long (marked "may report EINTR") hand
// EINTR to the caller, who may have been woken on purpose (see dlls/ws2_32/blocking.h).
// Sockets stand in host_socket.h. No host header with socket names is included here: users see Windows names only.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ctime>
#include <string>

#include "dlls/common/fd_list.h"
#include "dlls/common/result.h"
#include "dlls/common/unique_fd.h"

namespace windsock::host {

// A host errno value; <cerrno> names them.
enum class Errno : int { kNone = 0 };

template <typename T>
using Result = windsock::Result<T, Errno>;

inline constexpr Failure<Errno> failure(int error) { return Failure<Errno>{static_cast<Errno>(error)}; }
// The failure that errno tells of.
inline Failure<Errno> last_failure() { return failure(errno); }
int get_errno();
// Whether the host had no room left (descriptors, memory): nobody's mistake, and worth another try later.
bool is_want_of_room(Errno error);
void set_errno(int value);

// ---- descriptors -----------------------------------------------------------------------------------------------------
void close(int fd);
Result<UniqueFd> duplicate(int fd);
// From now on the number leads where the other one did; what it led to is closed.
Result<void> replace(int fd, UniqueFd with);
Result<bool> get_nonblocking(int fd);
Result<void> set_nonblocking(int fd, bool nonblocking);
Result<void> set_inheritable(int fd, bool inheritable);
// Which file an fd leads to, for comparing; and whether it is a socket.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool is_socket = false;
  bool operator==(const FileIdentity&) const = default;
};
Result<FileIdentity> identify(int fd);
// Raises the soft limit of open descriptors to the hard one and returns it.
Result<uint64_t> raise_fd_limit();
Result<uint64_t> fd_limit();

// ---- waiting ---------------------------------------------------------------------------------------------------------
// Laid out as the host's pollfd.
struct PollEntry {
  int fd = -1;
  short events = 0;
  short revents = 0;
};
inline constexpr short kPollIn = 0x001, kPollPri = 0x002, kPollOut = 0x004, kPollErr = 0x008, kPollHup = 0x010, kPollInvalid = 0x020,
                       kPollReadNormal = 0x040, kPollReadBand = 0x080, kPollWriteNormal = 0x100,
                       kPollReadHangUp = 0x2000;
// Waits until an entry is ready; a negative timeout waits for ever. May report EINTR.
Result<int> poll(PollEntry* entries, size_t count, int timeout_milliseconds);
Result<int> poll(PollEntry* entries, size_t count, const timespec* timeout);
// For which of these (and of kPollErr, kPollHup, unasked) a descriptor is ready at this moment.
Result<short> ready_now(int fd, short events);
// As poll, for a caller who has another way when it fails for whatever reason.
int poll_or_minus_one(PollEntry* entries, size_t count, int timeout_milliseconds);
// CLOCK_MONOTONIC.
int64_t now_nanoseconds();

// ---- files and memory ------------------------------------------------------------------------------------------------
Result<size_t> read(int fd, void* data, size_t size);
void write_all(int fd, const void* data, size_t size);
Result<UniqueFd> open_append(const char* path);
Result<UniqueFd> open_read(const char* path);
// A directory, not followed through a symbolic link; made with mode 0700 when `create`.
Result<UniqueFd> open_directory(const char* path, bool create);
struct Ownership {
  uint32_t uid = 0;
  uint32_t mode = 0;  // permission bits
};
Result<Ownership> ownership(int fd);
Result<UniqueFd> create_file_at(int directory, const char* name);
Result<void> remove_at(int directory, const char* name);
// Takes the advisory lock; waits for it, or fails with EWOULDBLOCK.
enum class LockWait { kWait, kTry };
Result<void> lock_file(int fd, LockWait wait);
// A lock on one byte of a file, whose length does not matter, for the process. EAGAIN: another process holds it.
Result<void> hold_byte(int fd, int64_t offset);
struct ByteHolder {
  int pid = -1;
  int64_t offset = 0;
};
// One of the other processes that hold a byte of these.
Result<std::optional<ByteHolder>> holder_of_bytes(int fd, int64_t first, int64_t count);
Result<UniqueFd> create_memory(const char* name, size_t size);
// Forbids new writable mappings and writes, but for the ones made so far.
Result<void> seal_future_writes(int fd);
Result<void*> map(int fd, size_t size, bool writable);
void unmap(void* address, size_t size);
// Copies what is readable of the process's own memory at `address`, up to `size` bytes, and says how much that was.
size_t peek(const void* address, void* copy, size_t size);
Result<void> random_bytes(void* data, size_t size);

// ---- processes and threads -------------------------------------------------------------------------------------------
int process_id();
int thread_id();
uint32_t effective_uid();
void change_directory(const char* path);
Result<UniqueFd> open_process(int pid);
// What a pidfd leads to, all learnt of the same process, which lives: its number, as this process numbers it, and its effective
// user. ESRCH: it has ended. Other errors: no pidfd, no room to look.
struct LivingProcess {
  int pid = -1;
  uint32_t owner = 0;
};
Result<LivingProcess> living_process(int pidfd);
// The same from a number: a pidfd of a process that lives, is of our own user, and runs a program. ESRCH: not so.
Result<UniqueFd> open_living_process(int pid);
// The pid that a pidfd leads to, as this process numbers it; -1 when the process has ended. ESRCH, EINVAL: no pidfd.
Result<int> process_of(int pidfd);
// Whether the process of a pidfd has ended.
bool process_ended(int pidfd);
// The effective user of a process.
Result<uint32_t> process_owner(int pid);
// The program of a process, shortened to its last path component; "?" when unknown.
std::string process_name(int pid);
// The name that the process's first thread has given itself; "?" when unknown.
std::string thread_name(int pid);
Result<void> signal_thread(int thread, int signal);
// The highest real-time signal that nobody uses, taken with an empty handler that interrupts system calls.
Result<int> reserve_wake_signal();
// Lets the calling thread receive the signal.
void unblock_signal(int signal);
// Where SIGPIPE would end the process it does nothing from now on: by an empty handler, so that programs that the process starts
// find it as usual. One that the program handles or ignores stays as it is.
void disarm_broken_pipe_signal();
// While it lives the calling thread gets the signal every `nanoseconds`, if the host has a timer free.
class IntervalSignal {
 public:
  IntervalSignal(int signal, int64_t nanoseconds);
  ~IntervalSignal();
  IntervalSignal(const IntervalSignal&) = delete;
  IntervalSignal& operator=(const IntervalSignal&) = delete;

 private:
  void* timer_ = nullptr;
  bool made_ = false;
};

// Sleeps while *word is `expected`, at most for the time given; wake_futex wakes all who sleep on it. Spurious returns happen.
void wait_futex(const void* word, uint32_t expected, int64_t timeout_nanoseconds);
void wake_futex(const void* word);

// The folder of the library or program that contains `address`, or ".".
std::string directory_of_module(const void* address);
bool is_executable(const char* path);

// Starts a program as nobody's child: no SIGCHLD, no zombie, no inherited fds but standard error (the other standard streams are
// /dev/null) and `ready_fd` as descriptor 3, a session of its own, default signal handling.
Result<void> spawn_detached(const char* path, const char* const* arguments, int ready_fd);

// A pipe whose ends are close-on-exec.
struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};
Result<Pipe> create_pipe();

}  // namespace windsock::host
