// Completion ports of Wine's as the core knows them.
//
// The core holds a port as long as a socket is associated with it, which is a handle of our own: the program may close its handle
// first. What is posted is one request to wineserver, and there the program waits for it; nobody but the reactor serves the sockets.
#pragma once

#include "dlls/winehost/windows_abi.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock::winehost {

// The port that a handle leads to, the same for all sockets that are associated by this handle; retained. kObjectTypeMismatch: it is none.
NtStatus find_port(NtHandle handle, services::Port** port);

}  // namespace windsock::winehost
