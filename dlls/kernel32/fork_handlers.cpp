// What fork() means for kernel32: the child has one thread, and the handles of its parent.
//
// Events go on with the state they had, and ports with their packets; nobody waits for them. The parent's other threads are not here, so their objects count
// as ended, and timers have stopped. Processes stay what they are, but the parent's children are no children of the child. The locks are held across
// fork(), so that the child finds the tables whole.
#include <pthread.h>

#include "dlls/common/telling_lock.h"
#include "dlls/kernel32/address_wait.h"
#include "dlls/kernel32/callback_pool.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/console_signals.h"
#include "dlls/kernel32/dispatcher.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/message_provider.h"
#include "dlls/kernel32/memory_regions.h"
#include "dlls/kernel32/process.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/thread.h"
#include "dlls/kernel32/thread_values.h"
#include "dlls/kernel32/timer_queue.h"

namespace windsock::kernel32 {

namespace {

// Of the sockets' operations only this is the host's business: what their ports call with a lock held.
void call_sockets(void (*services::SocketOperations::*what)()) {
  if (const services::SocketOperations* operations = socket_operations(); operations != nullptr && operations->*what != nullptr) (operations->*what)();
}

// In the order in which locks nest: a process that is collected signals its object.
void prepare() {
  message_provider::lock_for_fork();
  console_signals::lock_for_fork();
  thread_values::lock_for_fork();
  callback_pool::lock_for_fork();
  memory_regions::lock_for_fork();
  handle_table::lock_for_fork();
  Thread::lock_for_fork();
  Process::lock_for_fork();
  CompletionPort::lock_for_fork();
  call_sockets(&services::SocketOperations::lock_sources_for_fork);
  TimerQueue::lock_for_fork();
  Dispatcher::lock_for_fork();
}

void release() {
  Dispatcher::unlock_after_fork();
  TimerQueue::unlock_after_fork();
  call_sockets(&services::SocketOperations::unlock_sources_after_fork);
  CompletionPort::unlock_after_fork();
  Process::unlock_after_fork();
  Thread::unlock_after_fork();
  handle_table::unlock_after_fork();
  memory_regions::unlock_after_fork();
  callback_pool::unlock_after_fork();
  thread_values::unlock_after_fork();
  console_signals::unlock_after_fork();
  message_provider::unlock_after_fork();
}

void reset() {
  TellingLock::reset_in_child();
  address_wait::reset_in_child();
  Dispatcher::reset_in_child();
  Dispatcher::unlock_after_fork();
  TimerQueue::reset_in_child();
  TimerQueue::unlock_after_fork();
  call_sockets(&services::SocketOperations::reset_sources_in_child);
  call_sockets(&services::SocketOperations::unlock_sources_after_fork);
  CompletionPort::reset_in_child();
  CompletionPort::unlock_after_fork();
  Process::unlock_after_fork();
  Process::reset_in_child();
  Thread::reset_in_child();
  Thread::unlock_after_fork();
  handle_table::unlock_after_fork();
  memory_regions::unlock_after_fork();
  callback_pool::reset_in_child();
  callback_pool::unlock_after_fork();
  thread_values::reset_in_child();
  thread_values::unlock_after_fork();
  console_signals::reset_in_child();
  console_signals::unlock_after_fork();
  message_provider::reset_in_child();
  message_provider::unlock_after_fork();
}

__attribute__((constructor)) void register_fork_handlers() { ::pthread_atfork(prepare, release, reset); }

}  // namespace

}  // namespace windsock::kernel32
