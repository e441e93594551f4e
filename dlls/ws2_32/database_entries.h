// gethostbyname, getservbyname, getprotobyname and their neighbours: entries of the host's databases, in Windows' structures.
//
// As documented, the structures lie in storage of the calling thread: one hostent, one servent, one protoent for each thread,
// overwritten by its next call of the kind and released when the thread ends. Texts are as the host has them.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-gethostbyname and its neighbours.
#pragma once

#include <winsock2.h>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// A null or empty name is this machine's. IPv4, by name or in dotted form. WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY, WSANO_DATA.
WsaResult<hostent*> host_entry_by_name(const char* name);
// WSAEFAULT: null, or shorter than an address of the family. WSAEINVAL: longer, of IPv6. WSAEAFNOSUPPORT.
WsaResult<hostent*> host_entry_by_address(const char* address, int length, int family);
// WSANO_DATA: there is none. A null protocol means any. The port is in network byte order.
WsaResult<servent*> service_entry_by_name(const char* name, const char* protocol);
WsaResult<servent*> service_entry_by_port(int port, const char* protocol);
WsaResult<protoent*> protocol_entry_by_name(const char* name);
WsaResult<protoent*> protocol_entry_by_number(int number);

}  // namespace windsock
