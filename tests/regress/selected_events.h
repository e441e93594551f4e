// A socket's network events: an event object, the selection, and what is recorded.
#ifndef TESTS_REGRESS_SELECTED_EVENTS_H
#define TESTS_REGRESS_SELECTED_EVENTS_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <string>

#include "tests/regress/fixture.h"

namespace regress {

// The names of the events in a record, with the error of each that has one: "FD_READ FD_CLOSE:WSAECONNRESET".
inline std::string event_names(const WSANETWORKEVENTS& record) {
  static const char* const kNames[] = {"FD_READ", "FD_WRITE", "FD_OOB", "FD_ACCEPT", "FD_CONNECT", "FD_CLOSE",
                                       "FD_QOS",  "FD_GROUP_QOS", "FD_ROUTING_INTERFACE_CHANGE", "FD_ADDRESS_LIST_CHANGE"};
  std::string text;
  for (int i = 0; i < FD_MAX_EVENTS; ++i) {
    if (!(record.lNetworkEvents & (1 << i))) continue;
    if (!text.empty()) text += ' ';
    text += kNames[i];
    if (record.iErrorCode[i] != 0) text += ':' + error_name(record.iErrorCode[i]);
  }
  return text;
}

class SelectedEvents {
 public:
  SelectedEvents() : event_(WSACreateEvent()) {}
  ~SelectedEvents() { WSACloseEvent(event_); }
  SelectedEvents(const SelectedEvents&) = delete;
  SelectedEvents& operator=(const SelectedEvents&) = delete;

  int select(SOCKET socket, long events) { return WSAEventSelect(socket, event_, events); }
  WSAEVENT event() const { return event_; }
  bool is_set() const { return WSAWaitForMultipleEvents(1, &event_, FALSE, 0, FALSE) == WSA_WAIT_EVENT_0; }
  bool wait() const { return WSAWaitForMultipleEvents(1, &event_, FALSE, kDeadlineMs, FALSE) == WSA_WAIT_EVENT_0; }

  // The record, which it takes; the event is reset with it.
  std::string take(SOCKET socket) const {
    WSANETWORKEVENTS record{};
    if (WSAEnumNetworkEvents(socket, event_, &record) != 0) return error_name(WSAGetLastError());
    return event_names(record);
  }
  // The same once something is told; "nothing" when the deadline comes first.
  std::string next(SOCKET socket) const { return wait() ? take(socket) : "nothing"; }
  // All that is told until `last` (a name, or an event with its error) is among it.
  std::string until(SOCKET socket, const std::string& last) const {
    std::string all;
    while (all.find(last) == std::string::npos) {
      if (!wait()) return all + " (no " + last + ")";
      const std::string more = take(socket);
      if (!more.empty()) all += (all.empty() ? "" : ", ") + more;
    }
    return all;
  }

 private:
  WSAEVENT event_;
};

}  // namespace regress

#endif
