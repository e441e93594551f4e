/*
 * winsock.h - Winsock 1.1, for programs that have not gone to winsock2.h.
 *
 * The options of the IP level have other numbers here, so getsockopt and setsockopt are bound to entry points of their
 * own that translate them, as wsock32.dll does. winsock2.h may follow: its numbers then replace these.
 *
 * https://learn.microsoft.com/windows/win32/api/winsock/
 */
#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_

#include <windsock/libc_names.h>

#include <windows.h>

#include <windsock/sockets.h>

WINDSOCK_EXTERN_C_BEGIN

/* What differs from Winsock 2; windsock/winsock1_undef.h has the same list. */
#undef SOMAXCONN
#define SOMAXCONN 5
#undef AF_MAX
#define AF_MAX 22
#undef SO_DONTLINGER
#define SO_DONTLINGER ((u_int)(~SO_LINGER))
#define IP_OPTIONS 1
#define IP_MULTICAST_IF 2
#define IP_MULTICAST_TTL 3
#define IP_MULTICAST_LOOP 4
#define IP_ADD_MEMBERSHIP 5
#define IP_DROP_MEMBERSHIP 6
#define IP_TTL 7
#define IP_TOS 8
#define IP_DONTFRAGMENT 9
#define IP_DEFAULT_MULTICAST_TTL 1
#define IP_DEFAULT_MULTICAST_LOOP 1
#define IP_MAX_MEMBERSHIPS 20
#define FD_READ 0x01
#define FD_WRITE 0x02
#define FD_OOB 0x04
#define FD_ACCEPT 0x08
#define FD_CONNECT 0x10
#define FD_CLOSE 0x20

WINSOCK_API_LINKAGE int WSAAPI getsockopt(SOCKET s, int level, int optname, char *optval, int *optlen)
    __asm__("WS1_getsockopt");
WINSOCK_API_LINKAGE int WSAAPI setsockopt(SOCKET s, int level, int optname, const char *optval, int optlen)
    __asm__("WS1_setsockopt");

WINDSOCK_EXTERN_C_END

/* winsock.h brought these four itself. */
#include <windsock/extensions.h>

#include <windsock/ulong.h>

#endif
