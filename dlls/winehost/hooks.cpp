#include "dlls/winehost/hooks.h"

#include <winsock2.h>

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "dlls/common/host.h"
#include "dlls/common/host_futex.h"
#include "dlls/common/nt_status.h"
#include "dlls/winehost/arguments.h"
#include "dlls/winehost/asynchronous_ends.h"
#include "dlls/winehost/completion_ports.h"
#include "dlls/winehost/inheritance.h"
#include "dlls/winehost/nt_functions.h"

namespace windsock::winehost {

const services::SocketOperations* g_socket_operations = nullptr;

namespace {

constexpr NtHandle kNoHandle = nullptr;
constexpr uint32_t kTableSlot = 3;  // 0 is ntdll's, 1 win32u's

// The core's last word, which is Winsock's above these numbers and Win32's below.
constexpr uint32_t kWinsockErrors = 10000;
NtStatus status_of_last_error() {
  const uint32_t error = teb_last_error();
  return error < kWinsockErrors ? nt_status_from_win32(error) : nt_status_from_wsa(static_cast<int>(error));
}
constexpr uint32_t kErrorNotFound = 1168;
constexpr NtStatus kNotFound = 0xc0000225, kLengthMismatch = 0xc0000004;
constexpr NtStatus kNotSupported = 0xc00000bb, kBufferTooSmall = 0xc0000023;

bool is_own_process(NtHandle process) {
  if (process == kOwnProcess) return true;
  struct {
    uint64_t exit_status, peb, affinity, priority, id, parent;
  } basic{};
  return g_nt.query_process(process, 0, &basic, sizeof basic, nullptr) == kSuccess && basic.id == teb_process_id();
}

uintptr_t number(NtHandle handle) { return reinterpret_cast<uintptr_t>(handle); }

// Wine's functions.
extern "C" {
NtStatus WINDSOCK_MS_ABI NtClose(NtHandle handle);
NtStatus WINDSOCK_MS_ABI NtReadFile(NtHandle file, NtHandle event, void* apc, void* apc_context, IoStatus* status, void* data, uint32_t size,
                                    int64_t* offset, uint32_t* key);
NtStatus WINDSOCK_MS_ABI NtWriteFile(NtHandle file, NtHandle event, void* apc, void* apc_context, IoStatus* status, const void* data,
                                     uint32_t size, int64_t* offset, uint32_t* key);
NtStatus WINDSOCK_MS_ABI NtDuplicateObject(NtHandle from_process, NtHandle from, NtHandle to_process, NtHandle* to, uint32_t access,
                                           uint32_t attributes, uint32_t options);
NtStatus WINDSOCK_MS_ABI NtQueryObject(NtHandle handle, uint32_t what, void* data, uint32_t size, uint32_t* used);
NtStatus WINDSOCK_MS_ABI NtSetInformationObject(NtHandle handle, uint32_t what, void* data, uint32_t size);
NtStatus WINDSOCK_MS_ABI NtQueryVolumeInformationFile(NtHandle file, IoStatus* status, void* data, uint32_t size, uint32_t what);
NtStatus WINDSOCK_MS_ABI NtSetInformationFile(NtHandle file, IoStatus* status, const void* data, uint32_t size, uint32_t what);
NtStatus WINDSOCK_MS_ABI NtCancelIoFile(NtHandle file, IoStatus* status);
NtStatus WINDSOCK_MS_ABI NtCancelIoFileEx(NtHandle file, IoStatus* operation, IoStatus* status);
NtStatus WINDSOCK_MS_ABI NtWaitForSingleObject(NtHandle handle, uint8_t alertable, const int64_t* timeout);
NtStatus WINDSOCK_MS_ABI NtWaitForMultipleObjects(uint32_t count, const NtHandle* handles, uint8_t any, uint8_t alertable, const int64_t* timeout);
NtStatus WINDSOCK_MS_ABI NtCreateUserProcess(NtHandle* process, NtHandle* thread, uint32_t process_access, uint32_t thread_access,
                                             void* process_attributes, void* thread_attributes, uint32_t process_flags,
                                             uint32_t thread_flags, void* parameters, void* info, void* attributes);
}

struct {
#define HOOK(name, count) decltype(&winehost::name) name;
#include "dlls/winehost/hooks.def"
#undef HOOK
} g_original;

// ---- the hooks -----------------------------------------------------------------------------------------------------------------

NtStatus WINDSOCK_MS_ABI hook_NtClose(NtHandle handle) {
  if (!is_socket(handle)) return g_original.NtClose(handle);
  return g_socket_operations->close(number(handle)) ? kSuccess : kInvalidHandle;
}

// kernel32's status block is the head of an OVERLAPPED, and the context of the call is the OVERLAPPED, or null where a marked event (the
// low bit) forbids packets, or a routine's. Another block has no room for what the core writes.
bool is_overlapped(NtHandle event, const void* routine, const void* context, const IoStatus* status) {
  return routine || context == status || (number(event) & 1);
}

template <typename Begin>
NtStatus start(NtHandle event, void* routine, void* context, IoStatus* status, Begin begin) {
  if (!is_overlapped(event, routine, context, status)) return kNotSupported;
  touch_by_writing(number(status));
  touch_by_writing(number(status) + sizeof(OVERLAPPED) - 1);
  const SystemRoutine systems{routine, context};
  return begin(status, routine ? as_completion_routine(systems) : nullptr) ? kSuccess : status_of_last_error();
}

NtStatus finished(int64_t bytes, IoStatus* status) {
  if (bytes < 0) return status_of_last_error();
  status->information = static_cast<uint64_t>(bytes);
  status->status = kSuccess;
  return kSuccess;
}

NtStatus WINDSOCK_MS_ABI hook_NtReadFile(NtHandle file, NtHandle event, void* apc, void* apc_context, IoStatus* status, void* data,
                                         uint32_t size, int64_t* offset, uint32_t* key) {
  if (!is_socket(file)) return g_original.NtReadFile(file, event, apc, apc_context, status, data, size, offset, key);
  if (event || apc || apc_context)
    return start(event, apc, apc_context, status, [=](void* overlapped, const void* routine) {
      return g_socket_operations->start_read(number(file), data, size, overlapped, routine);
    });
  return finished(g_socket_operations->read(number(file), data, size), status);
}

NtStatus WINDSOCK_MS_ABI hook_NtWriteFile(NtHandle file, NtHandle event, void* apc, void* apc_context, IoStatus* status, const void* data,
                                          uint32_t size, int64_t* offset, uint32_t* key) {
  if (!is_socket(file)) return g_original.NtWriteFile(file, event, apc, apc_context, status, data, size, offset, key);
  if (event || apc || apc_context)
    return start(event, apc, apc_context, status, [=](void* overlapped, const void* routine) {
      return g_socket_operations->start_write(number(file), data, size, overlapped, routine);
    });
  return finished(g_socket_operations->write(number(file), data, size), status);
}

NtStatus WINDSOCK_MS_ABI hook_NtDuplicateObject(NtHandle from_process, NtHandle from, NtHandle to_process, NtHandle* to, uint32_t access,
                                                uint32_t attributes, uint32_t options) {
  constexpr uint32_t kCloseSource = 1, kSameAttributes = 4, kInherit = 2;
  if (!is_socket(from)) return g_original.NtDuplicateObject(from_process, from, to_process, to, access, attributes, options);
  if (!is_own_process(from_process)) return kInvalidHandle;
  NtHandle made = kNoHandle;
  if (to) {
    if (!is_own_process(to_process)) return kNotSupported;
    bool inheritable = attributes & kInherit;
    if ((options & kSameAttributes) && !g_socket_operations->get_inheritable(number(from), &inheritable)) return kInvalidHandle;
    const uintptr_t duplicate = g_socket_operations->duplicate(number(from));
    if (duplicate == ~uintptr_t{0}) return teb_last_error() == 10038 ? kInvalidHandle : status_of_last_error();
    g_socket_operations->set_inheritable(duplicate, inheritable);
    made = reinterpret_cast<NtHandle>(duplicate);
  }
  if ((options & kCloseSource) && !g_socket_operations->close(number(from)) && !to) return kInvalidHandle;
  if (to) *to = made;
  return kSuccess;
}

// ObjectHandleFlagInformation: what Get/SetHandleInformation are about.
struct HandleFlags {
  uint8_t inherit, protect_from_close;
};
constexpr uint32_t kHandleFlagInformation = 4;

NtStatus WINDSOCK_MS_ABI hook_NtQueryObject(NtHandle handle, uint32_t what, void* data, uint32_t size, uint32_t* used) {
  if (!is_socket(handle)) return g_original.NtQueryObject(handle, what, data, size, used);
  bool inheritable = false;
  if (!g_socket_operations->get_inheritable(number(handle), &inheritable)) return kInvalidHandle;
  if (what != kHandleFlagInformation) return kNotSupported;
  if (size < sizeof(HandleFlags)) return kBufferTooSmall;
  *static_cast<HandleFlags*>(data) = {inheritable, 0};
  if (used) *used = sizeof(HandleFlags);
  return kSuccess;
}

NtStatus WINDSOCK_MS_ABI hook_NtSetInformationObject(NtHandle handle, uint32_t what, void* data, uint32_t size) {
  if (!is_socket(handle)) return g_original.NtSetInformationObject(handle, what, data, size);
  if (what != kHandleFlagInformation || size < sizeof(HandleFlags)) return kNotSupported;
  const HandleFlags flags = *static_cast<const HandleFlags*>(data);
  return g_socket_operations->set_inheritable(number(handle), flags.inherit) ? kSuccess : kInvalidHandle;
}

// FileFsDeviceInformation: what GetFileType is about. To Windows a socket is a pipe.
NtStatus WINDSOCK_MS_ABI hook_NtQueryVolumeInformationFile(NtHandle file, IoStatus* status, void* data, uint32_t size, uint32_t what) {
  constexpr uint32_t kDeviceInformation = 4, kNamedPipe = 0x11;
  if (!is_socket(file)) return g_original.NtQueryVolumeInformationFile(file, status, data, size, what);
  bool inheritable = false;
  if (!g_socket_operations->get_inheritable(number(file), &inheritable)) return kInvalidHandle;
  struct Device {
    uint32_t type, characteristics;
  };
  if (what != kDeviceInformation) return kNotSupported;
  if (size < sizeof(Device)) return kBufferTooSmall;
  *static_cast<Device*>(data) = {kNamedPipe, 0};
  status->information = sizeof(Device);
  status->status = kSuccess;
  return kSuccess;
}

// ---- asynchronous operations ------------------------------------------------------------------------------------------------------

NtStatus told(NtStatus result, IoStatus* status) {
  if (result != kSuccess) return result;
  *status = {kSuccess, 0};
  return result;
}

// CreateIoCompletionPort.
struct CompletionInformation {
  NtHandle port;
  uint64_t key;
};
NtStatus associate(uintptr_t socket, const CompletionInformation& asked) {
  bool inheritable;
  if (!g_socket_operations->get_inheritable(socket, &inheritable)) return kInvalidHandle;
  services::Port* port;
  if (NtStatus status = find_port(asked.port, &port); status != kSuccess) return status;
  const bool associated = g_socket_operations->associate(socket, port, asked.key);
  services::release_port(port);
  return associated ? kSuccess : status_of_last_error();
}

// SetFileCompletionNotificationModes.
NtStatus set_notification_modes(uintptr_t socket, const uint32_t& modes) {
  return g_socket_operations->set_notification_modes(socket, modes) ? kSuccess : status_of_last_error();
}

template <typename Information>
NtStatus set_information(NtStatus (*set)(uintptr_t, const Information&), NtHandle file, IoStatus* status, const void* data, uint32_t size) {
  if (size < sizeof(Information)) return kLengthMismatch;
  return told(set(number(file), *static_cast<const Information*>(data)), status);
}

NtStatus WINDSOCK_MS_ABI hook_NtSetInformationFile(NtHandle file, IoStatus* status, const void* data, uint32_t size, uint32_t what) {
  constexpr uint32_t kCompletionInformation = 30, kNotificationInformation = 41;
  if (!is_socket(file)) return g_original.NtSetInformationFile(file, status, data, size, what);
  if (what == kCompletionInformation) return set_information(associate, file, status, data, size);
  if (what == kNotificationInformation) return set_information(set_notification_modes, file, status, data, size);
  return kNotSupported;
}

NtStatus cancelled(bool any) {
  if (any) return kSuccess;
  return teb_last_error() == kErrorNotFound ? kNotFound : status_of_last_error();
}

// CancelIo is content when there is nothing to cancel.
NtStatus WINDSOCK_MS_ABI hook_NtCancelIoFile(NtHandle file, IoStatus* status) {
  if (!is_socket(file)) return g_original.NtCancelIoFile(file, status);
  const NtStatus result = cancelled(g_socket_operations->cancel_own(number(file)));
  return told(result == kNotFound ? kSuccess : result, status);
}

NtStatus WINDSOCK_MS_ABI hook_NtCancelIoFileEx(NtHandle file, IoStatus* operation, IoStatus* status) {
  if (!is_socket(file)) return g_original.NtCancelIoFileEx(file, operation, status);
  return told(cancelled(g_socket_operations->cancel(number(file), operation)), status);
}

// In units of 100 ns: from now on if negative, else by the clock that begins with the year 1601.
int64_t deadline_of(const int64_t* timeout) {
  using Units = std::chrono::duration<int64_t, std::ratio<1, 10'000'000>>;
  constexpr std::chrono::seconds kTo1970{11'644'473'600};
  constexpr Units kForEver = std::chrono::days(10000);
  if (!timeout) return host::kNoDeadline;
  Units left(std::max(*timeout, -kForEver.count()));
  left = left.count() <= 0 ? -left : left - std::chrono::duration_cast<Units>(std::chrono::system_clock::now().time_since_epoch() + kTo1970);
  if (left >= kForEver) return host::kNoDeadline;
  return host::now_nanoseconds() + std::chrono::nanoseconds(left).count();
}

// WaitForSingleObject, and so GetOverlappedResult without an event. Nothing is called in it, alertable or not.
NtStatus wait_for(NtHandle handle, const int64_t* timeout) {
  if (g_socket_operations->wait(number(handle), deadline_of(timeout))) return kSuccess;
  constexpr uint32_t kWaitTimeout = 258;
  return teb_last_error() == kWaitTimeout ? kTimeout : status_of_last_error();
}

NtStatus WINDSOCK_MS_ABI hook_NtWaitForSingleObject(NtHandle handle, uint8_t alertable, const int64_t* timeout) {
  if (!is_socket(handle)) return g_original.NtWaitForSingleObject(handle, alertable, timeout);
  return wait_for(handle, timeout);
}

// Not for a SOCKET beside others.
NtStatus WINDSOCK_MS_ABI hook_NtWaitForMultipleObjects(uint32_t count, const NtHandle* handles, uint8_t any, uint8_t alertable,
                                                       const int64_t* timeout) {
  if (count != 1 || !is_socket(handles[0])) return g_original.NtWaitForMultipleObjects(count, handles, any, alertable, timeout);
  return wait_for(handles[0], timeout);
}

// ---- processes --------------------------------------------------------------------------------------------------------------------

NtStatus WINDSOCK_MS_ABI hook_NtCreateUserProcess(NtHandle* process, NtHandle* thread, uint32_t process_access, uint32_t thread_access,
                                                  void* process_attributes, void* thread_attributes, uint32_t process_flags,
                                                  uint32_t thread_flags, void* parameters, void* info, void* attributes) {
  return inheritance::create_process(g_original.NtCreateUserProcess,
                                     {process, thread, process_access, thread_access, process_attributes, thread_attributes, process_flags,
                                      thread_flags, parameters, info, attributes});
}

// ---- the table of services -----------------------------------------------------------------------------------------------------

const void* g_services[] = {
#define HOOK(name, count) reinterpret_cast<const void*>(hook_##name),
#include "dlls/winehost/hooks.def"
#undef HOOK
};
// How many bytes of arguments each has.
uint8_t g_argument_bytes[] = {
#define HOOK(name, count) 8 * count,
#include "dlls/winehost/hooks.def"
#undef HOOK
};

// The table as Wine wants it; and the same once more as a module tells it, which Wine compares.
struct ServiceTable {
  const void* const* services;
  const void* counters;
  uint32_t limit;
  const uint8_t* argument_bytes;
};
struct ServiceInfo {
  void* dispatcher;
  uint16_t limit;
  uint8_t argument_bytes[std::size(g_argument_bytes)];
} g_info;

template <typename Function>
bool find(void* module, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(module, name));
  return function;
}

}  // namespace

const char* add_service_table() {
  void* ntdll = dlopen("ntdll.so", RTLD_NOW | RTLD_NOLOAD);
  if (!ntdll) return "ntdll.so";
#define HOOK(name, count) \
  if (!find(ntdll, #name, g_original.name)) return #name;
#include "dlls/winehost/hooks.def"
#undef HOOK
  constexpr uint16_t kCount = std::size(g_services);
  static ServiceTable table{g_services, nullptr, kCount, g_argument_bytes};
  g_info.limit = kCount;
  std::copy(std::begin(g_argument_bytes), std::end(g_argument_bytes), g_info.argument_bytes);
  // Wine 8 has the one, later ones the other.
  void (*init)(uint32_t slot, ServiceTable* table, ServiceInfo* info);
  uint8_t(WINDSOCK_MS_ABI * add)(const void* const* services, const void* counters, uint32_t limit, const uint8_t* argument_bytes, uint32_t slot);
  if (find(ntdll, "ntdll_init_syscalls", init)) {
    init(kTableSlot, &table, &g_info);
    return nullptr;
  }
  if (find(ntdll, "KeAddSystemServiceTable", add)) return add(g_services, nullptr, kCount, g_argument_bytes, kTableSlot) ? nullptr : "KeAddSystemServiceTable";
  return "ntdll_init_syscalls";
}

}  // namespace windsock::winehost
