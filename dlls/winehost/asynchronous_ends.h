// What of the ends of asynchronous operations (host_services.h) the bridge and the hooks need to know.
#pragma once

#include <cstdint>

#include "dlls/winehost/windows_abi.h"

namespace windsock::winehost {

// The body of a thread of the core's own.
using BodyOfThread = void* (*)(void*);

// A routine as NtReadFile takes one, in the place of a completion routine.
struct SystemRoutine {
  void* routine;  // gets the context, the status block and a zero
  void* context;
};
// What stands for it where the core passes a completion routine on. It is read until the operation has been begun.
const void* as_completion_routine(const SystemRoutine& routine);

// The calling thread of the program ends.
void forget_calling_thread();

}  // namespace windsock::winehost
