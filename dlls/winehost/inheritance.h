// SOCKETs in new processes: CreateProcess with bInheritHandles.
//
// Wine starts a process by fork and exec, and descriptors survive both under their numbers; as a SOCKET is made of its descriptor's
// number, the value that a program puts on the child's command line is good there. So around Wine's NtCreateUserProcess the inheritable
// descriptors, or those of them in the caller's list of handles, lose their close-on-exec mark, and a variable of the unix
// environment tells the child which they are: it has Wine's own sockets, too. One process is started at a time meanwhile.
//
// A SOCKET as a standard handle becomes a handle of Wine's in the child, which any program can read and write, whether it knows
// Winsock or not; with Winsock it finds the SOCKET in its place.
#pragma once

#include <cstdint>

#include "dlls/winehost/windows_abi.h"

namespace windsock::winehost::inheritance {

using CreateUserProcess = NtStatus(WINDSOCK_MS_ABI*)(NtHandle*, NtHandle*, uint32_t, uint32_t, void*, void*, uint32_t, uint32_t, void*, void*,
                                                     void*);
struct Creation {
  NtHandle* process;
  NtHandle* thread;
  uint32_t process_access, thread_access;
  void* process_attributes;
  void* thread_attributes;
  uint32_t process_flags, thread_flags;
  void* parameters;
  void* info;
  void* attributes;
};
// Wine's function, with our SOCKETs made inheritable around it.
NtStatus create_process(CreateUserProcess original, const Creation& asked);

// Takes over what this process has inherited: before the program runs.
void take_over();
// Whether an fd was inherited as a SOCKET and has not been adopted yet; it is then.
bool is_inherited(int fd);

}  // namespace windsock::winehost::inheritance
