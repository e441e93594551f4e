#include "dlls/common/host_signals.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace windsock::host {

static_assert(kSigHup == SIGHUP && kSigInt == SIGINT && kSigQuit == SIGQUIT && kSigTerm == SIGTERM);
static_assert(sizeof(struct sigaction) <= sizeof(SignalAction) && alignof(struct sigaction) <= alignof(SignalAction));

namespace {

// Signals that exist, and actions that the host gave or knows: none of these calls can fail.
void set_action(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

SignalAction SignalAction::of(int signal) {
  struct sigaction now = {};
  ::sigaction(signal, nullptr, &now);
  SignalAction action;
  memcpy(action.bytes_.data(), &now, sizeof now);
  return action;
}

void SignalAction::restore(int signal) const {
  struct sigaction action;
  memcpy(&action, bytes_.data(), sizeof action);
  ::sigaction(signal, &action, nullptr);
}

bool SignalAction::ignores() const { return calls(SIG_IGN); }

bool SignalAction::calls(void (*handler)(int)) const {
  struct sigaction action;
  memcpy(&action, bytes_.data(), sizeof action);
  return action.sa_handler == handler;
}

void handle_signal(int signal, void (*handler)(int)) { set_action(signal, handler); }
void ignore_signal(int signal) { set_action(signal, SIG_IGN); }
void reset_signal(int signal) { set_action(signal, SIG_DFL); }
void send_signal_to_self(int signal) { ::kill(::getpid(), signal); }

Result<void> leave_terminal() {
  UniqueFd terminal = UniqueFd::adopt(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.is_open()) return last_failure();
  if (::getsid(0) == ::getpid()) return failure(EPERM);
  if (::ioctl(terminal.get(), TIOCNOTTY) < 0) return last_failure();
  return {};
}

}  // namespace windsock::host
