// getsockopt and setsockopt: one table says what an option is (option_table.h), these two read it.
//
// Threads: as safe as the host's calls. Two threads that set the same Windows-only option leave the value of one of them.
#pragma once

#include <cstdint>
#include <cstring>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/option_table.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// *length holds the room before and the size of the value after a success. WSAEFAULT: a null pointer or too little room.
// WSAENOPROTOOPT: no such option, or not on this kind of socket. WSAEINVAL: an unknown level, or not in the socket's state.
WsaResult<void> get_any_option(SocketRef& socket, int level, int name, char* value, int* length);
WsaResult<void> set_any_option(SocketRef& socket, int level, int name, const char* value, int length);

// The same; the plain case, a number that the host has too, is inline.
inline WsaResult<void> get_option(SocketRef& socket, int level, int name, char* value, int* length) {
  const Option* option = find_option(level, name);
  int found = 0;
  if (option && (option->plain_readers & socket_set_of(socket.socket().kind())) && can_be_memory(value) && can_be_memory(length) &&
      *length >= static_cast<int>(sizeof found)) [[likely]] {
    auto size = host::get_option(socket.fd(), option->host_level, option->host_name, &found, sizeof found);
    if (!size) [[unlikely]] return wsa_failure_from_host(size.error());
    int number = option->value == OptionValue::kBoolean ? found != 0 : found;
    memcpy(value, &number, sizeof number);
    *length = sizeof number;
    return {};
  }
  return get_any_option(socket, level, name, value, length);
}

inline WsaResult<void> set_option(SocketRef& socket, int level, int name, const char* value, int length) {
  const Option* option = find_option(level, name);
  int number = 0;
  if (option && (option->plain_writers & socket_set_of(socket.socket().kind())) && can_be_memory(value) &&
      length >= static_cast<int>(sizeof number)) [[likely]] {
    memcpy(&number, value, sizeof number);
    if (option->value == OptionValue::kBoolean) number = number != 0;
    auto set = host::set_option(socket.fd(), option->host_level, option->host_name, &number, sizeof number);
    if (!set) [[unlikely]] return wsa_failure_from_host(set.error());
    return {};
  }
  return set_any_option(socket, level, name, value, length);
}

// SO_OPENTYPE belongs to the calling thread, whatever SOCKET value it is asked with: whether the sockets it makes are for
// overlapped operation (0) or synchronous (SO_SYNCHRONOUS_ALERT, SO_SYNCHRONOUS_NONALERT). WSASocket has its own flag for that.
WsaResult<void> get_thread_option(char* value, int* length);
WsaResult<void> set_thread_option(const char* value, int length);
uint32_t open_type_of_thread();

// The options of the IP level as winsock.h numbers them (Winsock 1.1), in the numbers of winsock2.h.
int option_name_from_winsock1(int level, int name);

}  // namespace windsock
