// Where the ticket of a handoff rides in a WSAPROTOCOL_INFO.
//
// The documentation calls the structure that WSADuplicateSocket fills opaque and lets programs ship its bytes by any means.
// dwServiceFlags2, 3 and 4 and dwProviderReserved are "reserved, must be zero" in an ordinary entry of the catalogue: 128
// bits, just what a ticket has. All zero means that there is no ticket inside. Pure functions.
#pragma once

#include <winsock2.h>

#include <optional>

#include "dlls/common/wire.h"

namespace windsock {

void put_ticket(WSAPROTOCOL_INFOW& info, const wire::Ticket& ticket);
std::optional<wire::Ticket> get_ticket(const WSAPROTOCOL_INFOW& info);

}  // namespace windsock
