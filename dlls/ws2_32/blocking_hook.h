// The blocking hook of Winsock 1.1: a procedure of the program that runs while a blocking call of its thread waits.
//
// A thread with a hook pays for it and nobody else does. Its calls (entry.h finds them by the same look that finds calls inside
// a callback) let a timer interrupt the host's waiting by the wake signal of blocking.h; the loops that begin an interrupted host call again
// run the hook there. Inside it only WSAIsBlocking and WSACancelBlockingCall are allowed, which make the call end with WSAEINTR.
//
// A hook is its thread's; programs that negotiated 2.x have none.
#pragma once

#include <optional>

#include "dlls/common/host.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock::blocking_hook {

using Procedure = const void*;

// The hook that was there, or the default one, which does nothing. WSAEOPNOTSUPP: not a program of 1.1.
WsaResult<Procedure> install(Procedure hook);
WsaResult<void> restore_default();
// Whether a blocking call of the calling thread waits: it is asked inside the hook.
bool is_blocking();
// WSAEINVAL: no call waits. WSAEOPNOTSUPP: not a program of 1.1.
WsaResult<void> cancel();

// Called by a loop whose host call was interrupted. WSAEINTR: the hook has cancelled the call.
WsaResult<void> run();

// One call of a thread that has a hook.
class CallScope {
 public:
  CallScope();

 private:
  std::optional<host::IntervalSignal> ticks_;
};

}  // namespace windsock::blocking_hook
