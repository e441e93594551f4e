// The part of host.h about signals that the program itself may have a say in: what is done about one, and changing that.
#pragma once

#include <array>
#include <cstddef>

#include "dlls/common/host.h"

namespace windsock::host {

inline constexpr int kSigHup = 1, kSigInt = 2, kSigQuit = 3, kSigTerm = 15;

// What is done about a signal, as the host keeps it.
class SignalAction {
 public:
  static SignalAction of(int signal);
  void restore(int signal) const;
  bool ignores() const;
  bool calls(void (*handler)(int)) const;

 private:
  alignas(std::max_align_t) std::array<std::byte, 152> bytes_{};
};

// Interrupted calls go on.
void handle_signal(int signal, void (*handler)(int));
void ignore_signal(int signal);
void reset_signal(int signal);  // the host's default
void send_signal_to_self(int signal);

// The terminal that controls the process does so no more; its descriptors stay open. ENXIO: there is none. EPERM: the process leads the
// session, and the terminal would go for all of it.
Result<void> leave_terminal();

}  // namespace windsock::host
