// Network events told by messages to a window.
// https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsaasyncselect
#include <winsock2.h>
#include <ws2spi.h>

#include <bit>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/window_messages.h"

using namespace windsock;

namespace {

// A connection is told of before what can be done with it, its end after everything else.
constexpr uint32_t kOrder[] = {FD_CONNECT, FD_ACCEPT, FD_READ, FD_OOB, FD_WRITE, FD_ROUTING_INTERFACE_CHANGE, FD_ADDRESS_LIST_CHANGE, FD_CLOSE};

class Window final : public EventTarget {
 public:
  explicit Window(std::unique_ptr<WindowMessages> messages) : messages_(std::move(messages)) {}

  // A message for each, and no record.
  void tell(uintptr_t socket, EventLatch& latch) override {
    const NetworkEvents told = latch.take();
    for (uint32_t event : kOrder)
      if (told.events & event)
        messages_->post(socket, event, static_cast<uint32_t>(told.errors[static_cast<size_t>(std::countr_zero(event))]));
  }

 private:
  const std::unique_ptr<WindowMessages> messages_;
};

WsaResult<int> async_select(SOCKET s, HWND window, u_int message, LONG events) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (events & ~FD_ALL_EVENTS) return wsa_failure(WSAEINVAL);
  std::shared_ptr<EventTarget> target;
  if (events != 0) {
    auto messages = WindowMessages::to(window, message);
    if (!messages) return wsa_failure(WSAEINVAL);
    target = std::make_shared<Window>(std::move(messages));
  }
  WS_TRY(EventSelection::select(socket, std::move(target), static_cast<uint32_t>(events)));
  return 0;
}

}  // namespace

int WSAAPI WSAAsyncSelect(SOCKET s, HWND hWnd, u_int wMsg, LONG lEvent) {
  return entry::call(
      "WSAAsyncSelect", SOCKET_ERROR, [=] { return async_select(s, hWnd, wMsg, lEvent); }, s, hWnd, wMsg, trace::NetworkEventMask{lEvent});
}

// In Wine no thread of ours can call the program's code.
int WSPAPI WSApSetPostRoutine(LPWPUPOSTMESSAGE lpPostRoutine) {
  auto body = [=]() -> WsaResult<int> {
    if (lpPostRoutine && !services::kBackgroundThreadsCallProcedures) return wsa_failure(WSAEOPNOTSUPP);
    set_post_routine(reinterpret_cast<const void*>(lpPostRoutine));
    return 0;
  };
  return entry::call("WSApSetPostRoutine", SOCKET_ERROR, body,
                     reinterpret_cast<const void*>(lpPostRoutine));
}
