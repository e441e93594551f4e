// The exports for events. Natively events have no names: one with a name is refused with ERROR_NOT_SUPPORTED instead of being
// shared with nobody.
#include <synchapi.h>

#include <new>

#include "dlls/kernel32/event.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"

using namespace windsock::kernel32;

namespace {

HANDLE create_event(const SECURITY_ATTRIBUTES* attributes, BOOL manual_reset, BOOL initial_state, bool named) {
  if (named) {
    set_last_error(Win32Error::kNotSupported);
    return nullptr;
  }
  EventReset reset = manual_reset ? EventReset::kManual : EventReset::kAutomatic;
  auto event = Ref<Event>::adopt(new (std::nothrow) Event(reset, initial_state != FALSE));
  HANDLE handle = nullptr;
  if (event) handle = handle_table::insert(std::move(event), attributes != nullptr && attributes->bInheritHandle ? kHandleInherit : 0);
  set_last_error(handle != nullptr ? Win32Error::kSuccess : Win32Error::kNotEnoughMemory);
  return handle;
}

}  // namespace

HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state, LPCSTR name) {
  return create_event(attributes, manual_reset, initial_state, name != nullptr);
}

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state, LPCWSTR name) {
  return create_event(attributes, manual_reset, initial_state, name != nullptr);
}

BOOL SetEvent(HANDLE handle) {
  Ref<Event> event = find_object_as<Event>(handle);
  if (!event) return fail(Win32Error::kInvalidHandle);
  event->set();
  return TRUE;
}

BOOL ResetEvent(HANDLE handle) {
  Ref<Event> event = find_object_as<Event>(handle);
  if (!event) return fail(Win32Error::kInvalidHandle);
  event->reset();
  return TRUE;
}
