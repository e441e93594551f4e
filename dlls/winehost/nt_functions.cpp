#include "dlls/winehost/nt_functions.h"

#include <dlfcn.h>

#include <type_traits>

namespace windsock::winehost {

NtFunctions g_nt;

namespace {

constexpr struct {
  NtStatus status;
  uint32_t error;
} kErrors[] = {
    {kInvalidHandle, 6 /* ERROR_INVALID_HANDLE */},
    {kObjectTypeMismatch, 6},
    {kAccessDenied, 5 /* ERROR_ACCESS_DENIED */},
    {kNoMemory, 8 /* ERROR_NOT_ENOUGH_MEMORY */},
    {kInvalidParameter, 87 /* ERROR_INVALID_PARAMETER */},
};

}  // namespace

const char* find_nt_functions() {
  void* ntdll = dlopen("ntdll.so", RTLD_NOW | RTLD_NOLOAD);
  if (!ntdll) return "ntdll.so";
  const char* missing = nullptr;
  auto find = [&](auto& function, const char* name) {
    void* address = dlsym(ntdll, name);
    if (!address && !missing) missing = name;
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
  };
  find(g_nt.create_event, "NtCreateEvent");
  find(g_nt.set_event, "NtSetEvent");
  find(g_nt.reset_event, "NtResetEvent");
  find(g_nt.close, "NtClose");
  find(g_nt.wait_for_multiple_objects, "NtWaitForMultipleObjects");
  find(g_nt.write_file, "NtWriteFile");
  find(g_nt.open_process, "NtOpenProcess");
  find(g_nt.allocate_memory, "NtAllocateVirtualMemory");
  find(g_nt.protect_memory, "NtProtectVirtualMemory");
  find(g_nt.handle_to_fd, "wine_server_handle_to_fd");
  find(g_nt.free_memory, "NtFreeVirtualMemory");
  find(g_nt.query_process, "NtQueryInformationProcess");
  find(g_nt.duplicate_object, "NtDuplicateObject");
  find(g_nt.compare_objects, "NtCompareObjects");
  find(g_nt.set_io_completion, "NtSetIoCompletion");
  find(g_nt.query_io_completion, "NtQueryIoCompletion");
  find(g_nt.queue_call, "NtQueueApcThread");
  find(g_nt.create_thread, "NtCreateThreadEx");
  find(g_nt.handle_for_fd, "wine_server_fd_to_handle");
  return missing;
}

uint32_t win32_error(NtStatus status) {
  for (const auto& row : kErrors)
    if (row.status == status) return row.error;
  return 317;  // ERROR_MR_MID_NOT_FOUND, what Windows says of a status that it cannot name
}

bool succeeded(NtStatus status) {
  if (status == kSuccess) return true;
  set_teb_last_error(win32_error(status));
  return false;
}

}  // namespace windsock::winehost
