// Event objects: thin names for the host's events.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsawaitformultipleevents
#include <winsock2.h>

#include "dlls/ws2_32/entry.h"

using namespace windsock;

namespace {

// The host has set the last error; it is passed on as the failure's code.
WsaResult<BOOL> done(bool good) {
  if (!good) return wsa_failure(static_cast<int>(services::last_error()));
  return TRUE;
}

}  // namespace

WSAEVENT WSAAPI WSACreateEvent(void) {
  auto body = []() -> WsaResult<WSAEVENT> {
    WSAEVENT event = services::create_event(services::EventReset::kManual, false);
    if (!event) return wsa_failure(WSA_NOT_ENOUGH_MEMORY);
    return event;
  };
  return entry::call("WSACreateEvent", static_cast<WSAEVENT>(WSA_INVALID_EVENT), body);
}

BOOL WSAAPI WSACloseEvent(WSAEVENT hEvent) {
  return entry::call(
      "WSACloseEvent", FALSE, [&] { return done(services::close_event(hEvent)); }, hEvent);
}

BOOL WSAAPI WSASetEvent(WSAEVENT hEvent) {
  return entry::call(
      "WSASetEvent", FALSE, [&] { return done(services::set_event(hEvent)); }, hEvent);
}

BOOL WSAAPI WSAResetEvent(WSAEVENT hEvent) {
  return entry::call(
      "WSAResetEvent", FALSE, [&] { return done(services::reset_event(hEvent)); }, hEvent);
}

DWORD WSAAPI WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT* lphEvents, BOOL fWaitAll, DWORD dwTimeout, BOOL fAlertable) {
  auto body = [&]() -> WsaResult<DWORD> {
    if (cEvents == 0 || cEvents > WSA_MAXIMUM_WAIT_EVENTS || !lphEvents) return wsa_failure(WSA_INVALID_PARAMETER);
    DWORD result = services::wait_for_events(cEvents, lphEvents, fWaitAll != FALSE, dwTimeout, fAlertable != FALSE);
    if (result == WSA_WAIT_FAILED) return wsa_failure(static_cast<int>(services::last_error()));
    return result;
  };
  return entry::call("WSAWaitForMultipleEvents", static_cast<DWORD>(WSA_WAIT_FAILED), body, cEvents, lphEvents, fWaitAll, dwTimeout,
                     fAlertable);
}
