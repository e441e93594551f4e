// getaddrinfo: names to addresses through the host's resolver, with Windows' numbers and structures on both sides.
//
// The host does the looking up (dlls/common/host_names.h), so that /etc/hosts, DNS and mDNS are what they are for every other
// program of the machine. The answers are built anew in Windows' layout. Each entry is one piece of memory with its address and
// its name behind it, not the list as a whole: RFC 3493 lets a program free any tail of the list by itself.
//
// Threads: no state of its own; a look-up may block for long.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/common/host_names.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The list is the caller's, to be freed by free_addresses. The error is one of the codes getaddrinfo returns (EAI_… are names
// for WSA codes on Windows).
WsaResult<addrinfo*> resolve_addresses(const char* node, const char* service, const addrinfo* hints);
void free_addresses(addrinfo* list);

// getnameinfo: the names of an address, or its numbers. `flags` are NI_…. WSAEFAULT: no address, or too short a one.
// WSAHOST_NOT_FOUND: no name where one is required, or nothing is asked for.
WsaResult<host::AddressNames> resolve_names(const sockaddr* address, int length, bool with_node, bool with_service, int flags);

// The code that an answer of the host's resolver stands for.
WsaError name_error_from_host(host::NameError error);

// The standard name of this machine. WSAEFAULT: null or too short.
WsaResult<void> local_host_name(char* name, size_t size);

}  // namespace windsock
