// What ICMP says of datagrams that were sent: WSAECONNRESET and WSAENETRESET of a later receive.
//
// On Windows a receive fails with WSAECONNRESET once for each "port unreachable" that came back, whether the socket is connected or
// not, unless SIO_UDP_CONNRESET turned that off; and with WSAENETRESET for an ended time to live, if SIO_UDP_NETRESET turned that on.
// A send never fails for what became of an earlier one. The host tells unconnected sockets nothing until it is asked to (IP_RECVERR);
// then it queues each error and has whatever call comes next fail, a send too. So it is asked when a datagram is first sent to an
// address; an error that meets a send is left for the next receive; and each receive takes one out of the queue.
//
// A program that reads the queue itself (IP_RECVERR with MSG_ERRQUEUE) finds it untouched.
#pragma once

#include <optional>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

enum class Direction { kReceive, kSend };

// Has the host keep the errors of a socket, or not, by what the program wants to be told: before the first datagram that goes to an
// address, and when the program has changed its mind.
void ask_for_errors(SocketRef& socket);

// A host call on a datagram socket failed with `error`. The code to report; nothing when the call is to be made again, for the error
// was not its own, or is none on Windows.
std::optional<WsaError> datagram_error(SocketRef& socket, Direction direction, host::Errno error);

// Before a receive, when a send met an error (Seen::kErrorWaiting): what the receive has to report.
std::optional<WsaError> take_waiting_error(SocketRef& socket);

}  // namespace windsock
