// A thread of the library's own, beside the program's: it blocks all signals, which are the program's, and never ends.
#pragma once

#include "dlls/common/host.h"

namespace windsock::kernel32 {

host::Result<void> start_service_thread(void* (*run)(void*));

}  // namespace windsock::kernel32
