// ThreadValues: what FLS keeps of one thread, and what of it fork() leaves.
//
// The values of a thread are read and written by it alone, without a lock; another thread takes one away when it frees the index, so
// each is an atomic word. A callback gets what was taken, outside of the lock: it may use FLS itself.
#pragma once

namespace windsock::kernel32::thread_values {

void lock_for_fork();
void unlock_after_fork();
// The values of the parent's other threads are forgotten, not called back.
void reset_in_child();

}  // namespace windsock::kernel32::thread_values
