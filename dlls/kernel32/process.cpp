#include "dlls/kernel32/process.h"

#include <cerrno>
#include <csignal>
#include <mutex>
#include <new>

#include "dlls/kernel32/thread.h"

namespace windsock::kernel32 {

namespace {

constinit std::mutex processes_lock;
constinit Process* first_child = nullptr;

struct SignalRow {
  int signal;
  uint32_t exit_code;
};

// What a Windows program's exit code is after the like event; abort() gives 3 there.
constexpr SignalRow kSignals[] = {
    {SIGSEGV, 0xc0000005},  // STATUS_ACCESS_VIOLATION
    {SIGBUS, 0xc0000006},   // STATUS_IN_PAGE_ERROR
    {SIGILL, 0xc000001d},   // STATUS_ILLEGAL_INSTRUCTION
    {SIGFPE, 0xc0000094},   // STATUS_INTEGER_DIVIDE_BY_ZERO
    {SIGTRAP, 0x80000003},  // STATUS_BREAKPOINT
    {SIGINT, 0xc000013a},   // STATUS_CONTROL_C_EXIT
    {SIGABRT, 3},
};
constexpr uint32_t kOtherSignal = 128;  // plus its number, as shells do

uint32_t exit_code_of_signal(int signal) {
  for (const SignalRow& row : kSignals)
    if (row.signal == signal) return row.exit_code;
  return kOtherSignal + static_cast<uint32_t>(signal);
}

}  // namespace

Ref<Process> Process::create() { return Ref<Process>::adopt(new (std::nothrow) Process(-1, UniqueFd())); }

host::Result<void> Process::start(const host::ChildRequest& request) {
  collect_ended_children();
  host::Child child = WS_TRY(host::spawn_child(request));
  std::lock_guard lock(processes_lock);
  pid_ = child.pid;
  pidfd_ = std::move(child.pidfd);
  gate_ = std::move(child.gate);
  add_reference();
  next_child_ = first_child;
  first_child = this;
  return {};
}

Ref<Process> Process::current() {
  // One object for the life of the process. After fork() the child makes its own.
  static constinit std::atomic<Process*> known = nullptr;
  Process* process = known.load(std::memory_order_acquire);
  if (process != nullptr && process->is_current()) return Ref<Process>::share(process);
  auto pidfd = host::open_process(host::process_id());
  if (!pidfd) return {};
  auto made = Ref<Process>::adopt(new (std::nothrow) Process(host::process_id(), std::move(pidfd).take()));
  if (!made || !known.compare_exchange_strong(process, made.get(), std::memory_order_acq_rel)) return made;
  made->add_reference();  // the one of `known`
  return made;
}

bool Process::is_current() const { return pid_ == host::process_id(); }

Result<Ref<Process>, Win32Error> Process::open(uint32_t id, Purpose purpose) {
  collect_ended_children();
  if (id == static_cast<uint32_t>(host::process_id())) {
    Ref<Process> process = current();
    if (!process) return Failure{Win32Error::kNotEnoughMemory};
    return process;
  }
  {
    // Our own children first: how they end is known here and nowhere else.
    std::lock_guard lock(processes_lock);
    for (Process* child = first_child; child != nullptr; child = child->next_child_)
      if (child->id() == id) return Ref<Process>::share(child);
  }
  if (id == 0 || id > INT32_MAX) return Failure{Win32Error::kInvalidParameter};
  auto pidfd = host::open_process(static_cast<int>(id));
  if (!pidfd) return Failure{win32_error_from_errno(pidfd.error())};
  UniqueFd owner = std::move(pidfd).take();
  if (purpose == Purpose::kControl)
    if (auto allowed = host::signal_process(owner.get(), 0); !allowed && allowed.error() == host::Errno{EPERM})
      return Failure{Win32Error::kAccessDenied};
  auto process = Ref<Process>::adopt(new (std::nothrow) Process(static_cast<int>(id), std::move(owner)));
  if (!process) return Failure{Win32Error::kNotEnoughMemory};
  return process;
}

// Learns how the process ended, if it has; whether it has.
bool Process::collect() {
  std::lock_guard lock(processes_lock);
  return collect_locked();
}

bool Process::collect_locked() {
  if (ended_) return true;
  host::ChildEnd end = host::collect_child(pidfd_.get());
  if (end.kind == host::EndKind::kRunning) return false;
  ended_ = true;
  code_known_ = end.kind != host::EndKind::kUnknown;
  if (end.kind == host::EndKind::kExited) exit_code_ = static_cast<uint32_t>(end.value);
  if (end.kind == host::EndKind::kKilled)
    exit_code_ = end.value == SIGKILL && termination_code_ ? *termination_code_ : exit_code_of_signal(end.value);
  gate_ = {};
  signal();
  return true;
}

void Process::poll_ready() { collect(); }

void Process::collect_ended_children() {
  Process* ended = nullptr;
  {
    std::lock_guard lock(processes_lock);
    Process** link = &first_child;
    while (*link != nullptr) {
      Process* child = *link;
      if (child->collect_locked()) {
        *link = child->next_child_;
        child->next_child_ = ended;
        ended = child;
      } else {
        link = &child->next_child_;
      }
    }
  }
  while (ended != nullptr) {
    Ref<Process> child = Ref<Process>::adopt(ended);
    ended = child->next_child_;
  }
}

Result<uint32_t, Win32Error> Process::exit_code() {
  std::lock_guard lock(processes_lock);
  if (is_current() || !collect_locked()) return kStillActive;
  if (!code_known_) return Failure{Win32Error::kNotSupported};
  return exit_code_;
}

Result<void, Win32Error> Process::terminate(uint32_t code) {
  std::lock_guard lock(processes_lock);
  if (collect_locked()) return Failure{Win32Error::kAccessDenied};
  // Nobody collects the process before the code is in place: that takes the lock.
  if (auto killed = host::kill_process(pidfd_.get()); !killed)
    return Failure{killed.error() == host::Errno{ESRCH} ? Win32Error::kAccessDenied : win32_error_from_errno(killed.error())};
  termination_code_ = code;
  return {};
}

uint32_t Process::resume() {
  std::lock_guard lock(processes_lock);
  if (!gate_.write_end.is_open()) return 0;
  char go = 1;
  host::write_all(gate_.write_end.get(), &go, 1);
  gate_ = {};
  return 1;
}

void Process::lock_for_fork() { processes_lock.lock(); }
void Process::unlock_after_fork() { processes_lock.unlock(); }

void Process::reset_in_child() {
  while (first_child != nullptr) {
    Ref<Process> child = Ref<Process>::adopt(first_child);
    first_child = child->next_child_;
  }
}

}  // namespace windsock::kernel32
