// WSARecvMsg has no exported name: programs get it from the table of extension functions (extension_functions.h).
#pragma once

#include <winsock2.h>

// LPFN_WSARECVMSG. With a C name, for hosts that make their stubs by names.
extern "C" INT PASCAL windsock_receive_message(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd, LPWSAOVERLAPPED lpOverlapped,
                                               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
