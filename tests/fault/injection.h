// Injection: makes one host call fail that would have succeeded.
//
// The linker sends the calls of host_calls.def to here. From arm() to disarm() they are counted, each for itself and whichever thread makes
// it, and the chosen one (the third epoll_ctl, say) fails with one of its errors without reaching the kernel. But for connect's EINTR,
// which is as at the host: the connection is under way. Calls that take any number of arguments, or tell failure otherwise, are written out
// in injection.cpp.
//
// A fault is named by its call and a count of that call alone, because threads in the background take turns as they like: the wait that
// one of them repeats then moves nobody else's numbers.
//
// Only the process that armed is counted, not its children.
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>

namespace windsock::fault {

struct HostCall {
  const char* name;
  std::span<const int> errors;
};
// All that are counted.
std::span<const HostCall> host_calls();
inline constexpr size_t kMostHostCalls = 48;

struct Fault {
  size_t host_call = 0;     // of host_calls()
  unsigned occurrence = 0;  // from 1; 0: none fails
  int error = 0;
};
void arm(const Fault& fault);

struct Fired {
  bool fired = false;
  Fault fault;
  std::array<unsigned, kMostHostCalls> calls{};  // how often each was made
};
Fired disarm();

// What the calling thread does meanwhile is the test's own and not counted.
class Aside {
 public:
  Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  ~Aside();
};

// Waits until each thread that the library has begun in this process has returned. Whether it has, within `limit`.
bool wait_for_threads(std::chrono::milliseconds limit);

// The names of calls that the linker did not send to the injector; empty when all is well.
std::string unwrapped_calls();

// "EMFILE"
const char* error_name(int error);

}  // namespace windsock::fault
