// What a test asks of the system about its own process: facts that Winsock's documentation has no call for.
//
// One header, one source per system. It names no Winsock type, so that the Linux side may use the host's headers.
#ifndef TESTS_SUPPORT_PROCESS_INFO_H
#define TESTS_SUPPORT_PROCESS_INFO_H

#include <string>

namespace test_support {

// The file of the running program, to start it again in another role.
std::string executable_path();

// Descriptors (Windows: handles) and threads of this process; -1 where the system does not tell.
long open_descriptor_count();
long thread_count();

// Names the calling thread for thread_waits_in_kernel, which tells whether that thread has gone to sleep in a system call
// other than a lock's. Systems that cannot tell answer true.
long current_thread();
bool thread_waits_in_kernel(long thread);
// The same with locks counted in.
bool thread_sleeps(long thread);

// Makes room for this many descriptors; false if the system refuses.
bool allow_descriptors(long count);

// An address that no page of the process contains, for pointer faults in data buffers.
char* unmapped_address();

}  // namespace test_support

#endif
