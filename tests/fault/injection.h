// Injection: makes one host call fail that would have succeeded.
//
// The linker sends the calls of host_calls.def to here. From arm() to disarm() they are counted, and the chosen one fails with
// one of its errors without reaching the kernel. But for connect's EINTR, which is as at the host: the connection is under way.
// Open, openat, fcntl, ioctl and syscall, which take any number of arguments, are written out in injection.cpp.
//
// Only the process that armed is counted, not its children, and only one thread of it may make host calls meanwhile.
#pragma once

#include <string>

namespace windsock::fault {

// Which call is to fail (from 1; 0: none, only count), and with which of its errors (from 0).
void arm(unsigned call, unsigned error);

struct Fired {
  bool fired = false;
  unsigned errors = 0;  // how many the call could have failed with
  char name[24] = "";
  int error = 0;
  unsigned calls = 0;   // counted in all
};
Fired disarm();

// The names of calls that the linker did not send to the injector; empty when all is well.
std::string unwrapped_calls();

// "EMFILE"
const char* error_name(int error);

}  // namespace windsock::fault
