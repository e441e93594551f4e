// The exports that work on handles of every kind. Those of SOCKETs go to ws2_32 (socket_provider.h).
#include <handleapi.h>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/process.h"
#include "dlls/kernel32/socket_provider.h"

using namespace windsock::kernel32;

namespace {

static_assert(kHandleInherit == HANDLE_FLAG_INHERIT && kHandleProtectFromClose == HANDLE_FLAG_PROTECT_FROM_CLOSE);

uintptr_t socket_of(HANDLE handle) { return reinterpret_cast<uintptr_t>(handle); }

BOOL close_object(HANDLE handle) {
  Ref<Waitable> object = handle_table::find(handle);
  if (!object || handle_table::remove(handle) != handle_table::RemoveResult::kRemoved) return fail(Win32Error::kInvalidHandle);
  bool is_process = object->source() == Source::kDescriptor;
  object = {};
  if (is_process) Process::collect_ended_children();
  return TRUE;
}

HANDLE duplicate_socket(HANDLE source, bool inheritable) {
  const auto* operations = operations_for(source);
  if (operations == nullptr) {
    set_last_error(Win32Error::kInvalidHandle);
    return nullptr;
  }
  uintptr_t copy = operations->duplicate(socket_of(source));
  if (copy == ~uintptr_t{0}) return nullptr;
  operations->set_inheritable(copy, inheritable);
  return reinterpret_cast<HANDLE>(copy);
}

HANDLE duplicate_object(HANDLE source, bool inheritable) {
  Ref<Waitable> object = find_object(source);
  HANDLE copy = nullptr;
  Win32Error error = Win32Error::kInvalidHandle;
  if (object) {
    copy = handle_table::insert(std::move(object), inheritable ? kHandleInherit : 0);
    error = Win32Error::kNotEnoughMemory;
  }
  if (copy == nullptr) set_last_error(error);
  return copy;
}

// Objects live in their process; a handle of another one cannot be reached.
Win32Error check_is_this_process(HANDLE handle) {
  if (reinterpret_cast<intptr_t>(handle) == kCurrentProcess) return Win32Error::kSuccess;  // without an object for it
  Ref<Process> process = find_object_as<Process>(handle);
  if (!process) return Win32Error::kInvalidHandle;
  return process->is_current() ? Win32Error::kSuccess : Win32Error::kNotSupported;
}

}  // namespace

BOOL CloseHandle(HANDLE handle) {
  switch (classify(handle)) {
    case HandleRange::kObject:
      return close_object(handle);
    case HandleRange::kSocket:
      if (const auto* operations = operations_for(handle)) return operations->close(socket_of(handle));
      break;
    case HandleRange::kPseudo:
      return TRUE;
    case HandleRange::kNone:
      break;
  }
  return fail(Win32Error::kInvalidHandle);
}

BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, LPHANDLE target, DWORD, BOOL inheritable, DWORD options) {
  for (HANDLE process : {source_process, target_process})
    if (Win32Error error = check_is_this_process(process); error != Win32Error::kSuccess) return fail(error);
  bool close_source = options & DUPLICATE_CLOSE_SOURCE;
  if (target == nullptr && !close_source) return fail(Win32Error::kInvalidParameter);
  HANDLE copy = nullptr;
  if (target != nullptr) {
    copy = classify(source) == HandleRange::kSocket ? duplicate_socket(source, inheritable) : duplicate_object(source, inheritable);
    *target = copy;
  }
  // Documented: the source is closed whatever came of the copy.
  bool closed = !close_source || CloseHandle(source);
  return (target == nullptr ? closed : copy != nullptr) ? TRUE : FALSE;
}

BOOL GetHandleInformation(HANDLE handle, LPDWORD flags) {
  if (flags == nullptr) return fail(Win32Error::kInvalidParameter);
  if (const auto* operations = operations_for(handle)) {
    bool inheritable = false;
    if (!operations->get_inheritable(socket_of(handle), &inheritable)) return FALSE;
    *flags = inheritable ? kHandleInherit : 0;
    return TRUE;
  }
  uint32_t found = 0;
  if (!handle_table::get_flags(handle, found)) return fail(Win32Error::kInvalidHandle);
  *flags = found;
  return TRUE;
}

BOOL SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags) {
  if (mask & ~(kHandleInherit | kHandleProtectFromClose)) return fail(Win32Error::kInvalidParameter);
  if (const auto* operations = operations_for(handle)) {
    if (mask & kHandleProtectFromClose) return fail(Win32Error::kNotSupported);
    if (mask & kHandleInherit) return operations->set_inheritable(socket_of(handle), flags & kHandleInherit);
    return TRUE;
  }
  return handle_table::change_flags(handle, mask, flags) ? TRUE : fail(Win32Error::kInvalidHandle);
}

BOOL CompareObjectHandles(HANDLE first, HANDLE second) {
  if (operations_for(first) != nullptr && operations_for(second) != nullptr) {
    // A SOCKET is the host fd itself.
    auto a = windsock::host::identify(static_cast<int>(socket_of(first))), b = windsock::host::identify(static_cast<int>(socket_of(second)));
    if (a && b && a.value().is_socket) return a.value() == b.value() ? TRUE : fail(Win32Error::kNotSameObject);
    return fail(Win32Error::kInvalidHandle);
  }
  Ref<Waitable> a = find_object(first), b = find_object(second);
  if ((!a && operations_for(first) == nullptr) || (!b && operations_for(second) == nullptr)) return fail(Win32Error::kInvalidHandle);
  return a.get() == b.get() ? TRUE : fail(Win32Error::kNotSameObject);
}
