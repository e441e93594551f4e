// The exports for completion ports.
#include <ioapiset.h>
#include <winbase.h>

#include "dlls/common/nt_status.h"
#include "dlls/kernel32/callback_pool.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/file.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/named_pipe.h"
#include "dlls/kernel32/posted_packet.h"
#include "dlls/kernel32/socket_provider.h"

using namespace windsock::kernel32;

namespace {

static_assert(kSkipPortOnSuccess == FILE_SKIP_COMPLETION_PORT_ON_SUCCESS && kSkipSetEventOnHandle == FILE_SKIP_SET_EVENT_ON_HANDLE);

// False and the last error on failure.
bool associate(HANDLE handle, const Ref<CompletionPort>& port, uintptr_t key) {
  if (const auto* operations = operations_for(handle))
    return result_for_handle(operations->associate(reinterpret_cast<uintptr_t>(handle), port->as_services(), key));
  if (Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle))
    return (pipe->manner() == FileManner::kOverlapped && pipe->associate(port, key)) || fail(Win32Error::kInvalidParameter);
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return fail(Win32Error::kInvalidHandle);
  return (file->manner() == FileManner::kOverlapped && file->association().associate(port, key)) || fail(Win32Error::kInvalidParameter);
}

// The packets of a call are the caller's to release, in any case.
BOOL fail_removal(CompletionPort::End end) {
  switch (end) {
    case CompletionPort::End::kTaken:
      return TRUE;
    case CompletionPort::End::kTimedOut:
      return fail(Win32Error::kWaitTimeout);
    case CompletionPort::End::kClosed:
      return fail(Win32Error::kAbandonedWait);
    case CompletionPort::End::kCalled:
      return fail(Win32Error::kIoCompletion);
    case CompletionPort::End::kOutOfMemory:
      break;
  }
  return fail(Win32Error::kNotEnoughMemory);
}

// The port of a handle, for the time of a call.
class PortVisit {
 public:
  explicit PortVisit(HANDLE handle) : visit_(handle) {}
  CompletionPort* port() const {
    Waitable* object = visit_.object();
    return object != nullptr && object->kind() == CompletionPort::kKind ? static_cast<CompletionPort*>(object) : nullptr;
  }

 private:
  handle_table::Visit visit_;
};

OVERLAPPED_ENTRY take_entry(CompletionPort::Packet* packet) {
  OVERLAPPED_ENTRY entry{packet->key, static_cast<LPOVERLAPPED>(packet->overlapped), packet->status, packet->bytes};
  packet->release(packet);
  return entry;
}

}  // namespace

HANDLE CreateIoCompletionPort(HANDLE file, HANDLE existing, ULONG_PTR key, DWORD concurrency) {
  bool has_file = file != INVALID_HANDLE_VALUE;
  if (!has_file && existing != nullptr) {
    set_last_error(Win32Error::kInvalidParameter);
    return nullptr;
  }
  Ref<CompletionPort> port = existing != nullptr ? find_object_as<CompletionPort>(existing) : CompletionPort::create(concurrency);
  if (!port) {
    set_last_error(existing != nullptr ? Win32Error::kInvalidHandle : Win32Error::kNotEnoughMemory);
    return nullptr;
  }
  HANDLE handle = existing != nullptr ? existing : handle_table::insert(Ref<CompletionPort>(port), 0);
  if (handle == nullptr) {
    set_last_error(Win32Error::kNotEnoughMemory);
    return nullptr;
  }
  if (!has_file || associate(file, port, key)) return handle;
  // Nobody has seen the handle of a new port.
  if (existing == nullptr) handle_table::remove(handle);
  return nullptr;
}

BOOL GetQueuedCompletionStatus(HANDLE handle, LPDWORD bytes, PULONG_PTR key, LPOVERLAPPED* overlapped, DWORD milliseconds) {
  if (bytes == nullptr || key == nullptr || overlapped == nullptr) return fail(Win32Error::kInvalidParameter);
  *overlapped = nullptr;
  PortVisit visit(handle);
  CompletionPort* port = visit.port();
  if (port == nullptr) return fail(Win32Error::kInvalidHandle);
  CompletionPort::Removal removal = port->remove(1, milliseconds, Alertable::kNo);
  if (removal.end != CompletionPort::End::kTaken) return fail_removal(removal.end);
  OVERLAPPED_ENTRY entry = take_entry(removal.packets);
  *bytes = entry.dwNumberOfBytesTransferred;
  *key = entry.lpCompletionKey;
  *overlapped = entry.lpOverlapped;
  auto status = static_cast<uint32_t>(entry.Internal);
  return windsock::is_failure(status) ? fail(static_cast<Win32Error>(windsock::win32_from_nt_status(status))) : TRUE;
}

BOOL GetQueuedCompletionStatusEx(HANDLE handle, LPOVERLAPPED_ENTRY entries, ULONG count, PULONG removed, DWORD milliseconds,
                                 BOOL alertable) {
  if (entries == nullptr || count == 0 || removed == nullptr) return fail(Win32Error::kInvalidParameter);
  PortVisit visit(handle);
  CompletionPort* port = visit.port();
  if (port == nullptr) return fail(Win32Error::kInvalidHandle);
  CompletionPort::Removal removal = port->remove(count, milliseconds, alertable ? Alertable::kYes : Alertable::kNo);
  if (removal.end != CompletionPort::End::kTaken) return fail_removal(removal.end);
  ULONG taken = 0;
  while (CompletionPort::Packet* packet = removal.packets) {
    removal.packets = packet->next;
    entries[taken++] = take_entry(packet);
  }
  *removed = taken;
  return TRUE;
}

BOOL PostQueuedCompletionStatus(HANDLE handle, DWORD bytes, ULONG_PTR key, LPOVERLAPPED overlapped) {
  PortVisit visit(handle);
  CompletionPort* port = visit.port();
  if (port == nullptr) return fail(Win32Error::kInvalidHandle);
  auto packet = make_packet(key, overlapped);
  if (!packet) return fail(Win32Error::kNotEnoughMemory);
  post(*port, std::move(packet), bytes);
  return TRUE;
}

BOOL SetFileCompletionNotificationModes(HANDLE handle, UCHAR modes) {
  if (modes & ~(kSkipPortOnSuccess | kSkipSetEventOnHandle)) return fail(Win32Error::kInvalidParameter);
  if (const auto* operations = operations_for(handle))
    return result_for_handle(operations->set_notification_modes(reinterpret_cast<uintptr_t>(handle), modes));
  Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle);
  Ref<File> file = find_object_as<File>(handle);
  if (!pipe && !file) return fail(Win32Error::kInvalidHandle);
  (pipe ? pipe->association() : file->association()).add_modes(modes);
  return TRUE;
}

BOOL BindIoCompletionCallback(HANDLE handle, LPOVERLAPPED_COMPLETION_ROUTINE function, ULONG flags) {
  if (function == nullptr || flags != 0) return fail(Win32Error::kInvalidParameter);
  auto port = callback_pool::port();
  if (!port) return fail(win32_error_from_errno(port.error()));
  return associate(handle, port.value(), reinterpret_cast<uintptr_t>(function));
}
