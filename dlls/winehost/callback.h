// Calls of the core that run the program's code half-way.
//
// Wine's unix side must not enter code of the Windows side: that would make its next way in overwrite the frame of the one before. So
// a call that may do so runs on a stack of its own. When it comes to the program's procedure it is laid aside there, the way in is
// left, the DLL runs the procedure, and a second way in takes the stack up again. Nested calls lie on each other, per thread.
//
// Threads: a call is taken up by the thread that laid it aside.
#pragma once

#include <functional>

#include "dlls/winehost/bridge.h"
#include "dlls/winehost/windows_abi.h"

namespace windsock::winehost {

// Runs `body` on a stack of its own. kSuccess: it is done. kCallbackStatus: `call` says what the program has to run first.
NtStatus run_on_own_stack(Call& call, std::function<void()> body);
// The procedure of the calling thread's last call laid aside has returned call.result.
NtStatus resume(Call& call);

// Inside such a body: has the program's procedure run, and returns its result.
uint64_t run_procedure(uint64_t procedure, const uint64_t* arguments, uint32_t count);

}  // namespace windsock::winehost
