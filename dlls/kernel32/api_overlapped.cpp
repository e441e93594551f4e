// The exports for the results of overlapped operations, and for cancelling them.
#include <errhandlingapi.h>
#include <ioapiset.h>
#include <synchapi.h>
#include <winerror.h>

#include "dlls/common/nt_status.h"
#include "dlls/kernel32/file.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/named_pipe.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/thread.h"
#include "dlls/kernel32/time.h"

using namespace windsock::kernel32;

namespace {

constexpr auto kPending = static_cast<uint32_t>(windsock::NtStatus::kPending);

// What is said of a result comes before: the bytes, and the data.
uint32_t status_of(const OVERLAPPED& overlapped) {
  return static_cast<uint32_t>(__atomic_load_n(&overlapped.Internal, __ATOMIC_ACQUIRE));
}

// Waits for the end of an operation by its event, or by its SOCKET or pipe; false and the last error.
bool await_end(HANDLE handle, const OVERLAPPED& overlapped, DWORD milliseconds, bool alertable) {
  if (overlapped.hEvent != nullptr) {
    DWORD waited = WaitForSingleObjectEx(overlapped.hEvent, milliseconds, alertable);
    if (waited == WAIT_FAILED) return false;
    return waited == WAIT_OBJECT_0 || fail(static_cast<Win32Error>(waited));
  }
  const auto* operations = operations_for(handle);
  if (operations == nullptr && find_object_as<NamedPipe>(handle)) operations = socket_operations();
  if (operations == nullptr) return fail(Win32Error::kInvalidHandle);
  // Calls that come while it waits are made by the next alertable wait.
  if (alertable && SleepEx(0, TRUE) == WAIT_IO_COMPLETION) return fail(Win32Error::kIoCompletion);
  return operations->await_end(&overlapped, deadline_after(milliseconds)) || fail(Win32Error::kWaitTimeout);
}

// CancelIo and CancelIoEx: what is done at once, as operations on files are, is never there to be cancelled.
enum class Found : uint8_t { kNo, kYes, kFailed };
template <typename CancelSocket, typename WhichOfPipe>
Found cancel(HANDLE handle, CancelSocket cancel_socket, WhichOfPipe which) {
  if (const auto* operations = operations_for(handle)) {
    if (result_for_handle(cancel_socket(*operations, reinterpret_cast<uintptr_t>(handle)))) return Found::kYes;
    return GetLastError() == ERROR_NOT_FOUND ? Found::kNo : Found::kFailed;
  }
  if (Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle)) return pipe->cancel(which) ? Found::kYes : Found::kNo;
  if (find_object_as<File>(handle)) return Found::kNo;
  set_last_error(Win32Error::kInvalidHandle);
  return Found::kFailed;
}

}  // namespace

BOOL GetOverlappedResultEx(HANDLE handle, LPOVERLAPPED overlapped, LPDWORD bytes, DWORD milliseconds, BOOL alertable) {
  if (overlapped == nullptr || bytes == nullptr) return fail(Win32Error::kInvalidParameter);
  uint32_t status = status_of(*overlapped);
  if (status == kPending && milliseconds != 0) {
    if (!await_end(handle, *overlapped, milliseconds, alertable)) return FALSE;
    status = status_of(*overlapped);
  }
  if (status == kPending) return fail(Win32Error::kIoIncomplete);
  *bytes = static_cast<DWORD>(overlapped->InternalHigh);
  return windsock::is_failure(status) ? fail(static_cast<Win32Error>(windsock::win32_from_nt_status(status))) : TRUE;
}

BOOL GetOverlappedResult(HANDLE handle, LPOVERLAPPED overlapped, LPDWORD bytes, BOOL wait) {
  return GetOverlappedResultEx(handle, overlapped, bytes, wait ? INFINITE : 0, FALSE);
}

BOOL CancelIo(HANDLE handle) {
  auto cancel_own = [](const auto& operations, uintptr_t socket) { return operations.cancel_own(socket); };
  int self = windsock::host::thread_id();
  auto is_own = [self](const PipeOperation& operation) { return operation.thread == self; };
  return cancel(handle, cancel_own, is_own) != Found::kFailed;
}

BOOL CancelIoEx(HANDLE handle, LPOVERLAPPED overlapped) {
  auto cancel_these = [=](const auto& operations, uintptr_t socket) { return operations.cancel(socket, overlapped); };
  auto is_one_of_these = [=](const PipeOperation& operation) {
    return overlapped == nullptr || operation.telling.overlapped() == overlapped;
  };
  switch (cancel(handle, cancel_these, is_one_of_these)) {
    case Found::kYes:
      return TRUE;
    case Found::kNo:
      return fail(Win32Error::kNotFound);
    case Found::kFailed:
      break;
  }
  return FALSE;
}

BOOL CancelSynchronousIo(HANDLE handle) {
  return fail(find_object_as<Thread>(handle) ? Win32Error::kNotFound : Win32Error::kInvalidHandle);
}
