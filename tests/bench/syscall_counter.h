// Counts the system calls of a piece of code, exactly, by tracing it in a child process.
//
// Why not strace: this needs no other program, and its intervals begin and end at marks that the code itself sets, so that
// nothing but the work is counted. All threads of the child count unless only the one is asked for that runs the code, and so a hidden
// wake-up of another thread shows.
#ifndef TESTS_BENCH_SYSCALL_COUNTER_H
#define TESTS_BENCH_SYSCALL_COUNTER_H

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

// How often each system call was made, by number.
using SyscallCounts = std::map<long, long>;

// Inside of a counted body: ends the interval under way and begins the next.
void mark_interval();

enum class Counted { kAllThreads, kCallingThread };

// Runs `body` in a forked child; returns its intervals, the first of which begins at the first mark. Nothing if this
// machine does not let us trace.
std::optional<std::vector<SyscallCounts>> count_syscalls(const std::function<void()>& body, Counted counted);

// "recvfrom", or the number where the name is not known.
std::string syscall_name(long number);

}  // namespace bench

#endif
