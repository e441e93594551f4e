// Network events told by an event object, and recorded.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaenumnetworkevents
#include <winsock2.h>

#include <bit>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"

using namespace windsock;

namespace {

class EventObject final : public EventTarget {
 public:
  ~EventObject() override {
    if (event_) services::release_event(event_);
  }
  // False: it is none.
  bool hold(WSAEVENT event) { return (event_ = services::hold_event(event)) != nullptr; }
  void tell(uintptr_t, EventLatch&) override { services::signal_event(event_); }

 private:
  services::HeldEvent* event_ = nullptr;
};

WsaResult<int> event_select(SOCKET s, WSAEVENT event, LONG events) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (events & ~FD_ALL_EVENTS) return wsa_failure(WSAEINVAL);
  std::shared_ptr<EventObject> target;
  if (events != 0) {
    target = std::make_shared<EventObject>();
    if (!target->hold(event)) return wsa_failure(WSAEINVAL);
  }
  WS_TRY(EventSelection::select(socket, std::move(target), static_cast<uint32_t>(events)));
  return 0;
}

WsaResult<int> enum_network_events(SOCKET s, WSAEVENT event, WSANETWORKEVENTS* result) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (!can_be_memory(result)) return wsa_failure(WSAEFAULT);
  const NetworkEvents record = WS_TRY(EventSelection::take_record(socket, event));
  result->lNetworkEvents = static_cast<LONG>(record.events);
  for (uint32_t left = record.events; left != 0; left &= left - 1) {
    const auto index = static_cast<size_t>(std::countr_zero(left));
    result->iErrorCode[index] = static_cast<int>(record.errors[index]);
  }
  return 0;
}

}  // namespace

int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT hEventObject, LONG lNetworkEvents) {
  return entry::call(
      "WSAEventSelect", SOCKET_ERROR, [=] { return event_select(s, hEventObject, lNetworkEvents); }, s, hEventObject,
      trace::NetworkEventMask{lNetworkEvents});
}

int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject, LPWSANETWORKEVENTS lpNetworkEvents) {
  return entry::call(
      "WSAEnumNetworkEvents", SOCKET_ERROR, [=] { return enum_network_events(s, hEventObject, lpNetworkEvents); }, s, hEventObject,
      trace::NetworkEventsResult{lpNetworkEvents});
}
