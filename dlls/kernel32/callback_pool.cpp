#include "dlls/kernel32/callback_pool.h"

#include <minwinbase.h>
#include <synchapi.h>

#include <cerrno>
#include <mutex>

#include "dlls/common/host_system.h"
#include "dlls/common/nt_status.h"
#include "dlls/kernel32/thread.h"

namespace windsock::kernel32::callback_pool {

namespace {

constinit std::mutex the_lock;
// Under the lock:
constinit CompletionPort* the_port = nullptr;  // never let go
constinit uint32_t threads = 0;

uint32_t work(void*) {
  CompletionPort* port;
  {
    std::lock_guard lock(the_lock);
    port = the_port;
  }
  for (;;) {
    CompletionPort::Removal removal = port->remove(1, INFINITE, Alertable::kNo);
    if (removal.end != CompletionPort::End::kTaken) return 0;
    CompletionPort::Packet packet = *removal.packets;
    removal.packets->release(removal.packets);
    reinterpret_cast<LPOVERLAPPED_COMPLETION_ROUTINE>(packet.key)(routine_error_from_nt_status(packet.status), packet.bytes,
                                                                  static_cast<LPOVERLAPPED>(packet.overlapped));
  }
}

}  // namespace

host::Result<Ref<CompletionPort>> port() {
  std::lock_guard lock(the_lock);
  if (the_port == nullptr) the_port = CompletionPort::create(0).release();
  if (the_port == nullptr) return host::failure(ENOMEM);
  for (uint32_t wanted = 2 * host::system_facts().processors + 2; threads < wanted; ++threads) {
    Ref<Thread> thread = Thread::create();
    if (!thread) return host::failure(ENOMEM);
    Thread::Start start;
    start.routine = work;
    start.suspended = true;  // until the lock is free
    WS_TRY(thread->start(start));
    thread->resume();
  }
  return Ref<CompletionPort>::share(the_port);
}

void lock_for_fork() { the_lock.lock(); }
void unlock_after_fork() { the_lock.unlock(); }
void reset_in_child() { threads = 0; }

}  // namespace windsock::kernel32::callback_pool
