// The exports for events.
#include <synchapi.h>

#include <new>

#include "dlls/kernel32/event.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/new_object.h"

using namespace windsock::kernel32;

namespace {

HANDLE create_event(const SECURITY_ATTRIBUTES* attributes, BOOL manual_reset, BOOL initial_state, bool named) {
  return new_object(attributes, named, [=] {
    EventReset reset = manual_reset ? EventReset::kManual : EventReset::kAutomatic;
    return Ref<Event>::adopt(new (std::nothrow) Event(reset, initial_state != FALSE));
  });
}

HANDLE create_event_by_flags(const SECURITY_ATTRIBUTES* attributes, DWORD flags, bool named) {
  if (!only_flags(flags, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET)) return nullptr;
  return create_event(attributes, flags & CREATE_EVENT_MANUAL_RESET, flags & CREATE_EVENT_INITIAL_SET, named);
}

}  // namespace

HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state, LPCSTR name) {
  return create_event(attributes, manual_reset, initial_state, name != nullptr);
}

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state, LPCWSTR name) {
  return create_event(attributes, manual_reset, initial_state, name != nullptr);
}

HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD) {
  return create_event_by_flags(attributes, flags, name != nullptr);
}

HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD) {
  return create_event_by_flags(attributes, flags, name != nullptr);
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
