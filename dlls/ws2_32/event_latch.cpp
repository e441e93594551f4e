#include "dlls/ws2_32/event_latch.h"

#include <winsock2.h>

#include <bit>
#include <utility>

namespace windsock {

namespace {

static_assert(kNetworkEvents == FD_MAX_EVENTS);

constexpr uint32_t kEnabledBy[] = {
    FD_READ | FD_OOB,                              // kReceive
    FD_WRITE,                                      // kFullSend
    FD_ACCEPT,                                     // kAccept
    FD_CONNECT | FD_READ | FD_WRITE | FD_OOB | FD_CLOSE,  // kConnect: another connection
    FD_ROUTING_INTERFACE_CHANGE,                   // kRouteQuery
    FD_ADDRESS_LIST_CHANGE,                        // kAddressQuery
};

// Told of changes only after they were asked for.
constexpr uint32_t kAskedFor = FD_ROUTING_INTERFACE_CHANGE | FD_ADDRESS_LIST_CHANGE;

}  // namespace

void NetworkEvents::add(uint32_t event, WsaError error) {
  events |= event;
  errors[static_cast<size_t>(std::countr_zero(event))] = error;
}

WsaError NetworkEvents::error_of(uint32_t event) const {
  return event == 0 ? WsaError::kNone : errors[static_cast<size_t>(std::countr_zero(event))];
}

void EventLatch::select(uint32_t events) {
  // A query for changes that was made before stays made.
  enabled_ = (enabled_ & kAskedFor) | ~kAskedFor;
  selected_ = events;
  record_ = {};
}

void EventLatch::enable(Enabling call) { enabled_ |= kEnabledBy[static_cast<size_t>(call)]; }

uint32_t EventLatch::note(const NetworkEvents& now) {
  const uint32_t told = now.events & selected_ & (enabled_ | now.anew);
  enabled_ &= ~told;
  for (uint32_t left = told; left != 0; left &= left - 1) {
    const uint32_t event = left & -left;
    record_.add(event, now.errors[static_cast<size_t>(std::countr_zero(event))]);
  }
  return told;
}

NetworkEvents EventLatch::take() { return std::exchange(record_, {}); }

}  // namespace windsock
