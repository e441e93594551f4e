// What SIO_ADDRESS_LIST_CHANGE and SIO_ROUTING_INTERFACE_CHANGE leave behind on a non-blocking socket: the change, when it comes, is told as a
// network event (FD_ADDRESS_LIST_CHANGE, FD_ROUTING_INTERFACE_CHANGE), once.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
#pragma once

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// Success: it is waited for.
WsaResult<void> query_change(SocketRef& socket, host::NetworkChange change, int host_family);

}  // namespace windsock
