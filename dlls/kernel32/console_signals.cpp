// SetConsoleCtrlHandler: the signals that tell a program to end, as events for its handlers.
//
// Handlers are a program's ordinary functions, so they cannot run in a signal handler. That one notes the signal and wakes a thread, which
// asks the program's handlers, as Windows does in a thread of its own. The signals are taken over with the first handler.
#include "dlls/kernel32/console_signals.h"

#include <wincon.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <new>
#include <vector>

#include "dlls/common/host.h"
#include "dlls/common/host_futex.h"
#include "dlls/common/host_signals.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/common/host_thread.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

struct Row {
  int signal;
  DWORD event;
};
constexpr Row kRows[] = {{host::kSigInt, CTRL_C_EVENT},
                         {host::kSigQuit, CTRL_BREAK_EVENT},
                         {host::kSigHup, CTRL_CLOSE_EVENT},
                         {host::kSigTerm, CTRL_SHUTDOWN_EVENT}};

// A bit for each row whose signal came and has not been told. Others than the thread only set bits.
constinit std::atomic<uint32_t> pending = 0;

constinit std::mutex the_lock;
// Under the lock:
constinit bool taken_over = false;
constinit host::SignalAction before[std::size(kRows)] = {};

std::vector<PHANDLER_ROUTINE>& handlers() {
  static auto& all = *new std::vector<PHANDLER_ROUTINE>;
  return all;
}

const uint32_t* pending_word() { return reinterpret_cast<const uint32_t*>(&pending); }

void note_signal(int number) {
  int saved = host::get_errno();
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (kRows[i].signal == number) pending.fetch_or(1U << i);
  host::futex_wake(pending_word(), 1);
  host::set_errno(saved);
}

void tell(const Row& row) {
  std::vector<PHANDLER_ROUTINE> to_ask;
  {
    std::lock_guard lock(the_lock);
    to_ask = handlers();
  }
  for (auto handler = to_ask.rbegin(); handler != to_ask.rend(); ++handler)
    if ((*handler)(row.event)) return;
  // Nobody wants it: the program ends as it would have without us, and whoever started it sees by what.
  host::reset_signal(row.signal);
  host::send_signal_to_self(row.signal);
}

void* run(void*) {
  for (;;) {
    uint32_t came = pending.exchange(0);
    if (came == 0) host::futex_sleep(pending_word(), 0, host::kNoDeadline);
    for (size_t i = 0; i < std::size(kRows); ++i)
      if (came & (1U << i)) tell(kRows[i]);
  }
}

// The lock is held.
bool take_over() {
  if (taken_over) return true;
  if (auto started = host::start_service_thread(run); !started) return false;
  for (size_t i = 0; i < std::size(kRows); ++i) {
    before[i] = host::SignalAction::of(kRows[i].signal);
    if (!before[i].ignores()) host::handle_signal(kRows[i].signal, note_signal);
  }
  taken_over = true;
  return true;
}

}  // namespace

BOOL SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add) {
  std::lock_guard lock(the_lock);
  if (handler == nullptr) {
    if (add) {
      host::ignore_signal(host::kSigInt);
    } else if (taken_over) {
      host::handle_signal(host::kSigInt, note_signal);
    } else {
      host::reset_signal(host::kSigInt);
    }
    return TRUE;
  }
  auto& all = handlers();
  if (add) {
    try {
      all.push_back(handler);
    } catch (const std::bad_alloc&) {
      return fail(Win32Error::kNotEnoughMemory);
    }
    if (take_over()) return TRUE;
    all.pop_back();
    return fail(Win32Error::kNotEnoughMemory);
  }
  // The one that was added last.
  auto found = std::find(all.rbegin(), all.rend(), handler);
  if (found == all.rend()) return fail(Win32Error::kInvalidParameter);
  all.erase(std::next(found).base());
  return TRUE;
}

namespace windsock::kernel32::console_signals {

void lock_for_fork() { the_lock.lock(); }
void unlock_after_fork() { the_lock.unlock(); }

void reset_in_child() {
  if (!taken_over) return;
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (host::SignalAction::of(kRows[i].signal).calls(note_signal)) before[i].restore(kRows[i].signal);
  taken_over = false;
  handlers().clear();
}

}  // namespace windsock::kernel32::console_signals
