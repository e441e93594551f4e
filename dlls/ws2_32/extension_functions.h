// The functions that programs get by SIO_GET_EXTENSION_FUNCTION_POINTER and a GUID: one table, in dlls/mswsock/extension_functions.cpp.
// https://learn.microsoft.com/windows/win32/winsock/winsock-ioctls
#pragma once

#include <winsock2.h>

#include "dlls/ws2_32/underlying_socket.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// WSAEINVAL: nobody knows the GUID, or the function is for another kind of socket.
WsaResult<const void*> find_extension_function(const GUID& guid, SocketKind kind);

}  // namespace windsock
