// EventLatch: which network events (FD_READ and its kin) of a socket are told, and which of them again. The one state machine
// behind WSAEventSelect and WSAAsyncSelect.
//
// An event that has been told is disabled until the program makes a call that enables it again. What is true of the socket at a moment
// comes from outside (network_conditions.h): the latch is pure.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
#pragma once

#include <array>
#include <cstdint>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

inline constexpr size_t kNetworkEvents = 10;  // FD_MAX_EVENTS: an event's bit is 1 << its index

// What enables events: calls, whether they succeed or not, and a new connection.
enum class Enabling : uint8_t {
  kReceive,       // recv and its kin
  kFullSend,      // a send that met WSAEWOULDBLOCK
  kAccept,        // but for WSATRY_AGAIN
  kConnect,       // a connection is begun
  kRouteQuery,    // SIO_ROUTING_INTERFACE_CHANGE
  kAddressQuery,  // SIO_ADDRESS_LIST_CHANGE
};

struct NetworkEvents {
  uint32_t events = 0;                               // FD_ bits
  std::array<WsaError, kNetworkEvents> errors{};     // of the events that are set
  uint32_t anew = 0;                                 // of these, what has happened once more, and is told once more: a reset after an end

  void add(uint32_t event, WsaError error = WsaError::kNone);
  // Of one event, or of none.
  WsaError error_of(uint32_t event) const;
};

class EventLatch {
 public:
  // A new selection: nothing is recorded, and whatever is true already is told.
  void select(uint32_t events);
  uint32_t selected() const { return selected_; }

  void enable(Enabling call);
  // What is true now: which of it is to be told.
  uint32_t note(const NetworkEvents& now);
  // What was told since the last time.
  NetworkEvents take();

 private:
  uint32_t selected_ = 0;
  uint32_t enabled_ = 0;
  NetworkEvents record_;
};

}  // namespace windsock
