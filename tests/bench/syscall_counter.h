// Counts the system calls of a piece of code, exactly, by tracing it in a child process.
//
// Why not strace: this needs no other program, and its intervals begin and end at marks that the code itself sets, so that
// nothing but the work is counted. All threads of the child count unless only the one is asked for that runs the code, and so a hidden
// wake-up of another thread shows. What other threads do by the clock (the reactor looks after a set that is not led at that moment, and
// a traced program is slow enough to be seen so) would make the count a matter of chance: where the one thread alone is counted, the
// others are held between the marks as soon as they have waited for something, until the one thread sleeps for them.
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

// Inside of a counted body: ends the interval under way, if any, and begins the next.
void mark_interval();
// Ends the last one.
void end_intervals();

enum class Counted { kAllThreads, kCallingThread };

// Runs `body` in a forked child; returns its intervals. Nothing if this
// machine does not let us trace.
std::optional<std::vector<SyscallCounts>> count_syscalls(const std::function<void()>& body, Counted counted);

// "recvfrom", or the number where the name is not known.
std::string syscall_name(long number);

}  // namespace bench

#endif
