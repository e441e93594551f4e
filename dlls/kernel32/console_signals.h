// What fork() leaves of SetConsoleCtrlHandler: the child has no thread to ask handlers in, so its signals are as they were.
#pragma once

namespace windsock::kernel32::console_signals {

void lock_for_fork();
void unlock_after_fork();
void reset_in_child();

}  // namespace windsock::kernel32::console_signals
