// Socket addresses, between Windows' form and the host's.
//
// The structures agree but for the number of AF_INET6 (23 here, 10 there), so translating is a bounded copy and a changed
// family; what is worth a file is the checking: which lengths are too short, and which family belongs to which socket.
// Pure functions.
#pragma once

#include <winsock2.h>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The smallest and the largest address of a family (AF_INET …), or 0 for a family that is not supported.
int min_address_length(int family);
int max_address_length(int family);

// The address a program gave for a socket of `socket_family`. WSAEFAULT: null, or shorter than the family needs.
// WSAEAFNOSUPPORT: of another family than the socket's.
WsaResult<host::Address> address_to_host(const sockaddr* name, int length, int socket_family);

// Puts an address into the program's buffer and its length into *length. WSAEFAULT: a null pointer or too little room;
// nothing is written then.
WsaResult<void> address_from_host(const host::Address& address, sockaddr* name, int* length);

// An AF_UNIX address without a path.
bool is_unnamed(const host::Address& address);
// 0.0.0.0 or ::, whatever the port.
bool is_wildcard(const host::Address& address);
// In the byte order of the machine; 0 for families without ports.
uint16_t port_of(const host::Address& address);

}  // namespace windsock
