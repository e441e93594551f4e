// The handoff: WSADuplicateSocket makes a ticket, WSASocket with FROM_PROTOCOL_INFO redeems it.
//
//   duplicate_socket:  is the target a process of ours? -> offer to windsockd -> the ticket goes into the WSAPROTOCOL_INFO
//   redeem_ticket:     claim from windsockd -> the fd and its underlying socket become a SOCKET
//
// A handoff to oneself needs no windsockd: the socket is duplicated at once and waits under a ticket of this process. The rules
// are the same: 128 random bits, good once, holds the socket open, refused when family, type or protocol were altered.
//
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaduplicatesocketw
#pragma once

#include <winsock2.h>

#include <cstdint>

#include "dlls/common/wire.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// Fills *info for the process that `process_id` names. WSAEINVAL: no such process, or another user's. WSAEFAULT: info is null.
// Then WSAENETDOWN, WSAENOBUFS, WSAEMFILE.
WsaResult<void> duplicate_socket(SocketRef& socket, uint32_t process_id, WSAPROTOCOL_INFOW* info);

// A SOCKET for the ticket in a structure that names `kind`; `flags` are WSA_FLAG_*.
// WSAEINVAL: forged, used, altered, or for another process; the socket is untouched. WSAEMFILE: again when a descriptor is free.
WsaResult<uintptr_t> redeem_ticket(const wire::Ticket& ticket, SocketKind kind, uint32_t flags);

// After the last WSACleanup: a socket that waits for its claim in this process is an open one, too.
void drop_own_tickets();
// In a forked child: the parent's tickets to itself are not the child's.
void drop_own_tickets_after_fork();
void lock_own_tickets();
void unlock_own_tickets();

}  // namespace windsock
