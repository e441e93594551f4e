// The exports for processes.
#include <handleapi.h>
#include <processthreadsapi.h>

#include <cstdlib>
#include <type_traits>

#include "dlls/kernel32/create_process.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/process.h"
#include "dlls/kernel32/text.h"

using namespace windsock::kernel32;

namespace {

// The rights that need the caller to be allowed to signal the process.
constexpr DWORD kControlRights =
    PROCESS_TERMINATE | PROCESS_CREATE_THREAD | PROCESS_DUP_HANDLE | PROCESS_SUSPEND_RESUME | PROCESS_SET_INFORMATION;

std::string utf8(const char* text) { return text; }
std::string utf8(const char16_t* text) { return utf8_from_utf16(text); }
#if __SIZEOF_WCHAR_T__ == 2
std::string utf8(const wchar_t* text) { return utf8_from_utf16(reinterpret_cast<const char16_t*>(text)); }
#endif

template <typename Character>
std::optional<std::string> optional_utf8(const Character* text) {
  if (text == nullptr) return std::nullopt;
  return utf8(text);
}

uint32_t handle_flags(const SECURITY_ATTRIBUTES* attributes) {
  return attributes != nullptr && attributes->bInheritHandle ? kHandleInherit : 0;
}

template <typename Character, typename StartupInfo>
BOOL create_process_from(const Character* application, const Character* command_line, const SECURITY_ATTRIBUTES* process_attributes,
                         const SECURITY_ATTRIBUTES* thread_attributes, BOOL inherit_handles, DWORD flags, const void* environment,
                         const Character* directory, const StartupInfo* startup, PROCESS_INFORMATION* information) {
  if (startup == nullptr || information == nullptr) return fail(Win32Error::kInvalidParameter);
  if (flags & DEBUG_PROCESS) return fail(Win32Error::kNotSupported);
  ProcessParameters parameters;
  parameters.application = optional_utf8(application);
  parameters.command_line = optional_utf8(command_line);
  parameters.directory = optional_utf8(directory);
  if (environment != nullptr) {
    parameters.environment = flags & CREATE_UNICODE_ENVIRONMENT ? environment_entries(static_cast<const char16_t*>(environment))
                                                                : environment_entries(static_cast<const char*>(environment));
  }
  parameters.inheritance = inherit_handles ? Inheritance::kInheritable : Inheritance::kNone;
  parameters.suspended = flags & CREATE_SUSPENDED;
  // Documented: standard handles are inherited handles.
  if ((startup->dwFlags & STARTF_USESTDHANDLES) && inherit_handles) {
    parameters.standard_handles[0] = startup->hStdInput;
    parameters.standard_handles[1] = startup->hStdOutput;
    parameters.standard_handles[2] = startup->hStdError;
  }
  parameters.process_handle_flags = handle_flags(process_attributes);
  parameters.thread_handle_flags = handle_flags(thread_attributes);

  auto made = create_process(parameters);
  if (!made) return fail(made.error());
  const ProcessHandles& handles = made.value();
  *information = {handles.process, handles.thread, handles.id, handles.id};
  return TRUE;
}

}  // namespace

BOOL CreateProcessA(LPCSTR application, LPSTR command_line, LPSECURITY_ATTRIBUTES process_attributes,
                    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit_handles, DWORD flags,
                    LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                    LPPROCESS_INFORMATION information) {
  return create_process_from<char>(application, command_line, process_attributes, thread_attributes, inherit_handles, flags, environment,
                                   directory, startup, information);
}

BOOL CreateProcessW(LPCWSTR application, LPWSTR command_line, LPSECURITY_ATTRIBUTES process_attributes,
                    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit_handles, DWORD flags,
                    LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                    LPPROCESS_INFORMATION information) {
  return create_process_from<WCHAR>(application, command_line, process_attributes, thread_attributes, inherit_handles, flags, environment,
                                    directory, startup, information);
}

DWORD GetCurrentProcessId() { return static_cast<DWORD>(windsock::host::process_id()); }
HANDLE GetCurrentProcess() { return reinterpret_cast<HANDLE>(kCurrentProcess); }

HANDLE OpenProcess(DWORD access, BOOL inheritable, DWORD process_id) {
  auto opened = Process::open(process_id, access & kControlRights ? Process::Purpose::kControl : Process::Purpose::kObserve);
  if (!opened) {
    set_last_error(opened.error());
    return nullptr;
  }
  HANDLE handle = handle_table::insert(std::move(opened).take(), inheritable ? kHandleInherit : 0);
  if (handle == nullptr) set_last_error(Win32Error::kNotEnoughMemory);
  return handle;
}

BOOL TerminateProcess(HANDLE handle, UINT code) {
  Ref<Process> process = find_object_as<Process>(handle);
  if (!process) return fail(Win32Error::kInvalidHandle);
  // Without a goodbye, as it ends others.
  if (process->is_current()) std::_Exit(static_cast<int>(code));
  auto terminated = process->terminate(code);
  return terminated ? TRUE : fail(terminated.error());
}

BOOL GetExitCodeProcess(HANDLE handle, LPDWORD code) {
  if (code == nullptr) return fail(Win32Error::kInvalidParameter);
  Ref<Process> process = find_object_as<Process>(handle);
  if (!process) return fail(Win32Error::kInvalidHandle);
  auto found = process->exit_code();
  if (!found) return fail(found.error());
  *code = found.value();
  return TRUE;
}

DWORD GetProcessId(HANDLE handle) {
  Ref<Process> process = find_object_as<Process>(handle);
  return process ? process->id() : static_cast<DWORD>(fail(Win32Error::kInvalidHandle));
}

void ExitProcess(UINT code) { std::exit(static_cast<int>(code)); }
