// ProcessRegister: which process a Windows process id means, where ids are not the host's own.
//
// A process that Windows numbers otherwise than Linux registers under its number and the number's space (a number means something
// within its space only). A registration is a lock on one byte of the file `processes` in the runtime directory, at a place that number
// and space give: the kernel says which process holds it, drops it when that process ends, however it ends, and nobody can hold it for
// another. So nothing is written, nothing gets stale, and windsockd is not needed.
//
// Record locks belong to a process and go when it closes the file, whichever descriptor of it: who has entered keeps the one it has, and
// opens no other.
// Threads: any.
#pragma once

#include <cstdint>

#include "dlls/common/host.h"

namespace windsock::process_register {

// The space of numbers that a directory stands for, by its identity and not by its name.
host::Result<uint32_t> space_of(const char* directory);

// The calling process, for its life.
host::Result<void> enter(uint32_t space, uint32_t number);

// The process of this number, as a pidfd. ESRCH: none has registered, or it has ended.
host::Result<UniqueFd> find(uint32_t space, uint32_t number);
// The one process that this number means in any space. ESRCH: none, or several.
host::Result<UniqueFd> find_in_any_space(uint32_t number);

}  // namespace windsock::process_register
