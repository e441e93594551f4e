// Waiting for a value in memory to change (WaitOnAddress), and what of it fork() leaves.
//
// The host's futexes look at 32 bits, these values have up to 64. So a waiting thread stands in a list with its address and sleeps on a word of
// its own; a wake-up takes the first of that address out, or all. The lists are found by the address; each has a count of who waits,
// so that a wake-up for nobody takes no lock and makes no system call. The count is raised before the value is looked at, and
// read after it was changed: one of the two sides sees the other.
#pragma once

namespace windsock::kernel32::address_wait {

// The threads that waited are not in the child, nor who held a list's lock.
void reset_in_child();

}  // namespace windsock::kernel32::address_wait
