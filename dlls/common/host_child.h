// Starting a program as a child, as CreateProcess needs it, and learning how it ended.
//
// The child is made by a bare clone, not by fork() or posix_spawn(): atfork handlers of the program are not run for a process
// that is about to be another program; a suspended child has to stop between clone and exec; and it must not hold copies of
// descriptors that the program does not get, because a peer would not see the end of a connection while the child is suspended.
// Everything that allocates is done before the clone: the child makes system calls only.
//
// Children are followed through their pidfds alone. SIGCHLD and its disposition are the program's own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dlls/common/host.h"

namespace windsock::host {

struct ChildRequest {
  const char* path = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* directory = nullptr;      // null: the caller's own
  int standard_fds[3] = {-1, -1, -1};   // what becomes 0, 1 and 2; -1: the caller's own
  std::span<const int> inherited;       // descriptors from 3 up that the program gets, ascending, each once
  bool suspended = false;
};

struct Child {
  int pid = -1;
  UniqueFd pidfd;
  // A suspended child runs its program once a byte is written here, and exits when all writers are gone without one. The reader
  // is kept beside the writer, so that writing for a child that was killed meanwhile raises no SIGPIPE.
  Pipe gate;
};

// Returns after the program has replaced the child's image, or why that failed. For a suspended child: as soon as it exists.
Result<Child> spawn_child(const ChildRequest& request);

// The descriptors from 3 up that are not close-on-exec, ascending: what POSIX passes on to a new program.
Result<std::vector<int>> inheritable_fds();

enum class EndKind { kRunning, kExited, kKilled, kUnknown };
struct ChildEnd {
  EndKind kind = EndKind::kRunning;
  int value = 0;  // the exit status, or the signal
};
// How the process of a pidfd ended. A child of ours that has ended is reaped by this. kUnknown: it has ended, but it was not
// our child, or somebody else reaped it, and this kernel does not say more.
ChildEnd collect_child(int pidfd);

// What stands at a path.
enum class FileKind { kMissing, kDirectory, kProgram, kNoProgram };
FileKind inspect_file(const char* path);
Result<std::string> current_directory();
// Where the program of this process stands, its own name included.
Result<std::string> own_program();
// Null when the variable is not set.
const char* environment_variable(const char* name);
char* const* environment();
void remove_environment_variable(const char* name);

// Signal 0 only asks whether the caller may signal the process. EPERM, ESRCH.
Result<void> signal_process(int pidfd, int signal);
Result<void> kill_process(int pidfd);

// A counter for waking a thread in poll: readable once it was added to.
Result<UniqueFd> create_wake_counter();
void add_to_wake_counter(int fd);

}  // namespace windsock::host
