// WSARecvMsg has no exported name: programs get it from the table of extension functions (extension_functions.h).
#pragma once

#include <winsock2.h>

namespace windsock {

// LPFN_WSARECVMSG.
INT PASCAL receive_message_function(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd, LPWSAOVERLAPPED lpOverlapped,
                                    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

}  // namespace windsock
