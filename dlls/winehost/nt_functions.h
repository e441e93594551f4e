// The system calls of Wine's ntdll that we make from the unix side, found in the ntdll.so that Wine has loaded.
//
// Looked up by name at attaching, not linked: one winehost.so serves whatever Wine runs it, and says by name what it lacks.
#pragma once

#include "dlls/winehost/windows_abi.h"

namespace windsock::winehost {

struct NtFunctions {
  NtStatus(WINDSOCK_MS_ABI* create_event)(NtHandle* handle, uint32_t access, void* attributes, uint32_t type, uint8_t state);
  NtStatus(WINDSOCK_MS_ABI* set_event)(NtHandle handle, int32_t* previous);
  NtStatus(WINDSOCK_MS_ABI* reset_event)(NtHandle handle, int32_t* previous);
  NtStatus(WINDSOCK_MS_ABI* close)(NtHandle handle);
  NtStatus(WINDSOCK_MS_ABI* wait_for_multiple_objects)(uint32_t count, const NtHandle* handles, uint8_t any, uint8_t alertable,
                                                       const int64_t* timeout);
  NtStatus(WINDSOCK_MS_ABI* write_file)(NtHandle file, NtHandle event, void* apc, void* apc_context, IoStatus* status, const void* data,
                                        uint32_t size, int64_t* offset, uint32_t* key);
  NtStatus(WINDSOCK_MS_ABI* open_process)(NtHandle* process, uint32_t access, const ObjectAttributes* attributes, const ClientId* id);
  NtStatus(WINDSOCK_MS_ABI* allocate_memory)(NtHandle process, void** base, uint64_t zero_bits, uint64_t* size, uint32_t kind, uint32_t protection);
  NtStatus(WINDSOCK_MS_ABI* protect_memory)(NtHandle process, void** base, uint64_t* size, uint32_t protection, uint32_t* before);
  // Not of the system: Wine's own way from a file handle to a descriptor, a new one.
  NtStatus(WINDSOCK_MS_ABI* handle_to_fd)(NtHandle handle, uint32_t access, int* fd, uint32_t* options);
  NtStatus(WINDSOCK_MS_ABI* free_memory)(NtHandle process, void** base, uint64_t* size, uint32_t kind);
  NtStatus(WINDSOCK_MS_ABI* query_process)(NtHandle process, uint32_t what, void* data, uint32_t size, uint32_t* used);
  NtStatus(WINDSOCK_MS_ABI* duplicate_object)(NtHandle from_process, NtHandle from, NtHandle to_process, NtHandle* to, uint32_t access,
                                              uint32_t attributes, uint32_t options);
  NtStatus(WINDSOCK_MS_ABI* compare_objects)(NtHandle first, NtHandle second);
  NtStatus(WINDSOCK_MS_ABI* set_io_completion)(NtHandle port, uint64_t key, uint64_t context, NtStatus status, uint64_t information);
  NtStatus(WINDSOCK_MS_ABI* query_io_completion)(NtHandle port, uint32_t what, void* data, uint32_t size, uint32_t* used);
  // NtQueueApcThread: the thread calls the procedure when it waits alertably.
  NtStatus(WINDSOCK_MS_ABI* queue_call)(NtHandle thread, uint64_t procedure, uint64_t first, uint64_t second, uint64_t third);
  NtStatus(WINDSOCK_MS_ABI* create_thread)(NtHandle* thread, uint32_t access, void* attributes, NtHandle process, uint64_t start,
                                           uint64_t argument, uint32_t flags, uint64_t zero_bits, uint64_t commit, uint64_t reserve,
                                           void* more);
  // A handle of Wine's for a descriptor, which stays ours.
  NtStatus(WINDSOCK_MS_ABI* handle_for_fd)(int fd, uint32_t access, uint32_t attributes, NtHandle* handle);
};

extern NtFunctions g_nt;

// Nothing when all were found, else the name of the first that was not.
const char* find_nt_functions();

// The Win32 error of a status, as far as our calls can meet it.
uint32_t win32_error(NtStatus status);
// With the last error of the thread, if not.
bool succeeded(NtStatus status);

}  // namespace windsock::winehost
