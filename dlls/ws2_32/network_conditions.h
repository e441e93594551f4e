// What the host's readiness of a socket means in network events (FD_READ and its kin).
#pragma once

#include <cstdint>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/event_latch.h"

namespace windsock {

// The events of `wanted` whose conditions hold on a socket of which the host says `host_events` (host::kReady…). An attempt to connect that
// has failed, and a connection that has been reset, are told with their codes; the host forgets them by that, and the socket remembers.
NetworkEvents network_conditions(SocketRef& socket, uint32_t host_events, uint32_t wanted);

// What the host says of it at this moment. A stream without a connection has not hung up, whatever the host says.
uint32_t readiness_now(SocketRef& socket);

}  // namespace windsock
