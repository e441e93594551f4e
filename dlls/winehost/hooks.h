// SOCKETs as handles: CloseHandle, ReadFile, WriteFile, GetFileType, Get/SetHandleInformation, DuplicateHandle, CreateIoCompletionPort,
// CancelIo and CreateProcess.
//
// All of kernel32 comes to ntdll's system calls, each a stub with the number of a service in it. Wine lets a module add a table of
// services; we add one of our own and have the DLL write its numbers into the stubs of hooks.def. A hook looks whether the handle is in the
// range of our SOCKETs, which is one comparison, and else goes on to Wine's function. The stubs keep their form, for programs read them.
//
// A hook runs on the unix side, inside a system call: it must not call the program's side.
#pragma once

#include "dlls/winehost/windows_abi.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock::winehost {

inline constexpr uintptr_t kFirstSocket = 0x40000000;
inline constexpr unsigned kSocketShift = 2;

// Set by the core when it is loaded.
extern const services::SocketOperations* g_socket_operations;

inline bool is_socket(NtHandle handle) {
  const uintptr_t offset = reinterpret_cast<uintptr_t>(handle) - kFirstSocket;
  return offset < static_cast<uintptr_t>(services::kEndOfFds) << kSocketShift && offset % (1 << kSocketShift) == 0;
}

// Adds the table of services. Nothing when that has worked, else what is missing. Once.
const char* add_service_table();

}  // namespace windsock::winehost
