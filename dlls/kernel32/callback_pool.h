// The threads that make the calls of BindIoCompletionCallback: they take packets from a port of their own, whose keys are the functions.
//
// They are started with the first call, a few more than may run at a time: a function that waits lets another one run. They are
// threads as the program's own are, and live as long as the process. fork(): the child has none until it binds a handle itself.
#pragma once

#include "dlls/kernel32/completion_port.h"

namespace windsock::kernel32::callback_pool {

host::Result<Ref<CompletionPort>> port();

void lock_for_fork();
void unlock_after_fork();
void reset_in_child();

}  // namespace windsock::kernel32::callback_pool
