// The catalogue of protocols: the WSAPROTOCOL_INFOW that stands for each kind of socket, with the values that Windows' own
// base providers show.
//
// One table, in Windows' order; SO_PROTOCOL_INFO, WSADuplicateSocket and WSASocket all look here. Pure functions.
#pragma once

#include <winsock2.h>

#include "dlls/ws2_32/underlying_socket.h"

namespace windsock {

// The entry for a kind of socket, with iProtocol and iSocketType as the socket has them. False: no provider has that kind.
bool protocol_info(SocketKind kind, WSAPROTOCOL_INFOW& info);

// The two forms differ only in the name. A character that the other form cannot hold becomes '?'.
WSAPROTOCOL_INFOA narrow_protocol_info(const WSAPROTOCOL_INFOW& info);
WSAPROTOCOL_INFOW wide_protocol_info(const WSAPROTOCOL_INFOA& info);

}  // namespace windsock
