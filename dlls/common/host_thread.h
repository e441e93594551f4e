// A thread of the library's own, beside the program's: it blocks all signals, which are the program's. Nobody waits for its end.
#pragma once

#include "dlls/common/host.h"

namespace windsock::host {

Result<void> start_service_thread(void* (*run)(void*));

}  // namespace windsock::host
