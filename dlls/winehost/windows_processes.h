// Which Unix process a Windows process id of this prefix means.
//
// A program that has started our Winsock is in the register (dlls/common/process_register.h). But a handoff may well be to a process
// that has not run one instruction, or that has Wine's own ws2_32, and Wine tells the Unix process of no other. So such a process is
// marked, by documented means, and recognised: some pages are allocated in it (VirtualAllocEx) and protected in a random pattern, and
// the one process in whose /proc/…/maps the pattern is to be seen is the one. Then the pages are freed. That costs about a
// millisecond, once for each target.
#pragma once

#include <cstdint>

#include "dlls/common/host.h"

namespace windsock::winehost {

// Puts the calling process into the register; what prevents it is logged.
void register_own_process();

// ESRCH: there is none of this number, or it has ended, or it could not be recognised.
host::Result<UniqueFd> find_windows_process(uint32_t process_id);
// Whether the prefix has a process of this number.
bool is_windows_process(uint32_t process_id);

}  // namespace windsock::winehost
