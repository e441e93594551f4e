// The exports that wait for objects.
#include <errhandlingapi.h>
#include <handleapi.h>
#include <synchapi.h>

#include <array>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/process.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/time.h"
#include "dlls/kernel32/wait.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

static_assert(kMaximumWaitObjects == MAXIMUM_WAIT_OBJECTS);

DWORD fail_wait(Win32Error error) {
  set_last_error(error);
  return WAIT_FAILED;
}

DWORD wait_result(WaitOutcome outcome) {
  switch (outcome.end) {
    case WaitEnd::kSatisfied:
      return WAIT_OBJECT_0 + outcome.index;
    case WaitEnd::kAbandoned:
      return WAIT_ABANDONED_0 + outcome.index;
    case WaitEnd::kTimedOut:
      return WAIT_TIMEOUT;
    case WaitEnd::kCalled:
      return WAIT_IO_COMPLETION;
    case WaitEnd::kOutOfMemory:
      return fail_wait(Win32Error::kNotEnoughMemory);
    case WaitEnd::kOutOfDescriptors:
      break;
  }
  return fail_wait(Win32Error::kTooManyOpenFiles);
}

DWORD wait_for_objects(std::span<Waitable* const> objects, WaitMode mode, DWORD milliseconds, BOOL alertable) {
  DWORD result = wait_result(wait_for(objects, mode, milliseconds, alertable ? Alertable::kYes : Alertable::kNo));
  for (const Waitable* object : objects) {
    if (object->source() != Source::kDescriptor) continue;
    Process::collect_ended_children();
    break;
  }
  return result;
}

// Alone, and nothing is called in it, alertable or not.
DWORD wait_for_socket(const services::SocketOperations& operations, HANDLE handle, DWORD milliseconds) {
  if (result_for_handle(operations.wait(reinterpret_cast<uintptr_t>(handle), deadline_after(milliseconds)))) return WAIT_OBJECT_0;
  return GetLastError() == WAIT_TIMEOUT ? WAIT_TIMEOUT : WAIT_FAILED;
}

// A port has its own calls for that; the others have nothing to tell.
bool can_be_waited_for(ObjectKind kind) {
  return kind != ObjectKind::kPort && kind != ObjectKind::kFileMapping && kind != ObjectKind::kSearch;
}

Ref<Waitable> find_to_wait_for(HANDLE handle) {
  Ref<Waitable> object = find_object(handle);
  return object && can_be_waited_for(object->kind()) ? object : Ref<Waitable>();
}

bool has_repeated(std::span<Waitable* const> objects) {
  for (size_t i = 0; i < objects.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (objects[i] == objects[j]) return true;
  return false;
}

}  // namespace

DWORD WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable) {
  if (const auto* operations = operations_for(handle)) return wait_for_socket(*operations, handle, milliseconds);
  Ref<Waitable> object = find_to_wait_for(handle);
  if (!object) return fail_wait(Win32Error::kInvalidHandle);
  Waitable* pointer = object.get();
  return wait_for_objects(std::span(&pointer, 1), WaitMode::kAny, milliseconds, alertable);
}

DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds) { return WaitForSingleObjectEx(handle, milliseconds, FALSE); }

DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE* handles, BOOL wait_all, DWORD milliseconds, BOOL alertable) {
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || handles == nullptr) return fail_wait(Win32Error::kInvalidParameter);
  if (count == 1) return WaitForSingleObjectEx(*handles, milliseconds, alertable);
  std::array<Ref<Waitable>, kMaximumWaitObjects> owners;
  std::array<Waitable*, kMaximumWaitObjects> pointers;
  for (DWORD i = 0; i < count; ++i) {
    owners[i] = find_to_wait_for(handles[i]);
    if (!owners[i]) return fail_wait(Win32Error::kInvalidHandle);
    pointers[i] = owners[i].get();
  }
  auto objects = std::span<Waitable* const>(pointers).first(count);
  if (wait_all && has_repeated(objects)) return fail_wait(Win32Error::kInvalidParameter);
  return wait_for_objects(objects, wait_all ? WaitMode::kAll : WaitMode::kAny, milliseconds, alertable);
}

DWORD WaitForMultipleObjects(DWORD count, const HANDLE* handles, BOOL wait_all, DWORD milliseconds) {
  return WaitForMultipleObjectsEx(count, handles, wait_all, milliseconds, FALSE);
}

DWORD SignalObjectAndWait(HANDLE to_signal, HANDLE to_wait_for, DWORD milliseconds, BOOL alertable) {
  Ref<Waitable> signalled = find_object(to_signal);
  if (!signalled || !find_to_wait_for(to_wait_for)) return fail_wait(Win32Error::kInvalidHandle);
  switch (signalled->kind()) {
    case ObjectKind::kEvent:
      SetEvent(to_signal);
      break;
    case ObjectKind::kSemaphore:
      if (!ReleaseSemaphore(to_signal, 1, nullptr)) return WAIT_FAILED;
      break;
    case ObjectKind::kMutex:
      if (!ReleaseMutex(to_signal)) return WAIT_FAILED;
      break;
    default:
      return fail_wait(Win32Error::kInvalidHandle);
  }
  return WaitForSingleObjectEx(to_wait_for, milliseconds, alertable);
}

DWORD SleepEx(DWORD milliseconds, BOOL alertable) {
  if (!alertable) {
    Sleep(milliseconds);
    return 0;
  }
  WaitOutcome outcome = wait_for({}, WaitMode::kAny, milliseconds, Alertable::kYes);
  return outcome.end == WaitEnd::kCalled ? WAIT_IO_COMPLETION : 0;
}
