// getsockopt and setsockopt: one table says what an option is (option_table.h), these two read it.
//
// Threads: as safe as the host's calls. Two threads that set the same Windows-only option leave the value of one of them.
#pragma once

#include <cstdint>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// *length holds the room before and the size of the value after a success. WSAEFAULT: a null pointer or too little room.
// WSAENOPROTOOPT: no such option, or not on this kind of socket. WSAEINVAL: an unknown level, or not in the socket's state.
WsaResult<void> get_option(SocketRef& socket, int level, int name, char* value, int* length);
WsaResult<void> set_option(SocketRef& socket, int level, int name, const char* value, int length);

// SO_OPENTYPE belongs to the calling thread, whatever SOCKET value it is asked with: whether the sockets it makes are for
// overlapped operation (0) or synchronous (SO_SYNCHRONOUS_ALERT, SO_SYNCHRONOUS_NONALERT).
WsaResult<void> get_thread_option(char* value, int* length);
WsaResult<void> set_thread_option(const char* value, int length);
uint32_t open_type_of_thread();

// The options of the IP level as winsock.h numbers them (Winsock 1.1), in the numbers of winsock2.h.
int option_name_from_winsock1(int level, int name);

}  // namespace windsock
