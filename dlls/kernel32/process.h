// Process: another process, or this one, as an object. It is followed through a pidfd, never through its number: while the
// descriptor is open the number cannot come to mean somebody else.
//
// Who notices that a process has ended? Whoever waits for it or asks about it (wait.h polls the pidfd); there is no thread and no
// SIGCHLD handler. A child that nobody asks about any more would stay a zombie, so the children list holds each child until it
// has been collected, and collect_ended_children() runs with every call that makes, opens, waits for or closes a process.
// waitid(P_PIDFD) touches no other child of the program.
//
// Exit codes: the host keeps 8 bits of one. A process that TerminateProcess ended shows the code that was given here; one that a
// signal ended shows the code of the like event on Windows (process.cpp has the table).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "dlls/common/host_child.h"
#include "dlls/common/result.h"
#include "dlls/kernel32/waitable.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

class Process final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kProcess;

  // An object for a child to be started by start(). Null when memory is short.
  static Ref<Process> create();
  host::Result<void> start(const host::ChildRequest& request);
  enum class Purpose : uint8_t { kObserve, kControl };
  static Result<Ref<Process>, Win32Error> open(uint32_t id, Purpose purpose);
  // This process.
  static Ref<Process> current();
  static void collect_ended_children();

  uint32_t id() const { return static_cast<uint32_t>(pid_); }
  bool is_current() const;
  // kStillActive while it runs; fails with kNotSupported when the host does not say how it ended.
  Result<uint32_t, Win32Error> exit_code();
  Result<void, Win32Error> terminate(uint32_t code);
  // Lets a suspended child run. The suspensions before: 1 or 0.
  uint32_t resume();

  int poll_fd() const override { return pidfd_.get(); }
  void poll_ready() override;

  static void lock_for_fork();
  static void unlock_after_fork();
  // The children are the parent's.
  static void reset_in_child();

 private:
  Process(int pid, UniqueFd pidfd)
      : Waitable(kKind, Taking::kLeavesSignal, Source::kDescriptor, false), pid_(pid), pidfd_(std::move(pidfd)) {}
  ~Process() override = default;

  bool collect();
  bool collect_locked();

  // Fixed once the object is known to more than its maker.
  int pid_;
  UniqueFd pidfd_;
  // Under the one lock of all processes (one, so that fork() can hold it):
  host::Pipe gate_;
  bool ended_ = false;
  bool code_known_ = true;
  uint32_t exit_code_ = 0;
  std::optional<uint32_t> termination_code_;
  Process* next_child_ = nullptr;  // the children list holds a reference
};

// MainThread: what the thread handle of CreateProcess leads to. Of a process's first thread we can say only what we can say of
// the process: it may be suspended before its first instruction, and it has ended when the process has.
class MainThread final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kMainThread;

  explicit MainThread(Ref<Process> process)
      : Waitable(kKind, Taking::kLeavesSignal, Source::kDescriptor, false), process_(std::move(process)) {}

  Process& process() const { return *process_; }
  int poll_fd() const override { return process_->poll_fd(); }
  void poll_ready() override {
    process_->poll_ready();
    if (process_->is_signalled()) signal();
  }

 private:
  ~MainThread() override = default;
  Ref<Process> process_;
};

}  // namespace windsock::kernel32
