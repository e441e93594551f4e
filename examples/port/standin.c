/*
 * A stand-in for Winsock: it has the names that shout needs, and every call fails.
 *
 * A program may be linked to such a library where Windsock is not installed - on a build machine, or because it is also to run
 * without a network. It starts everywhere; with LD_PRELOAD, which `windsock preload` sets up, the same file has Windsock.
 *
 *     gcc -shared -fPIC -I.../include/windsock standin.c -o libstandin.so
 *     gcc -I.../include/windsock shout.c -o shout -L. -lstandin -Wl,-rpath,'$ORIGIN'
 *     ./shout serve 0 1                    # WSAStartup failed with error 10091 (WSASYSNOTREADY)
 *     windsock preload ./shout serve 0 1
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#define EXPORT __attribute__((visibility("default")))
#pragma GCC diagnostic ignored "-Wunused-parameter"

EXPORT int WSAAPI WSAStartup(WORD version, LPWSADATA data) { return WSASYSNOTREADY; }
EXPORT int WSAAPI WSACleanup(void) { return SOCKET_ERROR; }
EXPORT int WSAAPI WSAGetLastError(void) { return WSANOTINITIALISED; }
EXPORT int WSAAPI __WSAFDIsSet(SOCKET s, fd_set *set) { return 0; }
EXPORT SOCKET WSAAPI socket(int family, int type, int protocol) { return INVALID_SOCKET; }
EXPORT int WSAAPI closesocket(SOCKET s) { return SOCKET_ERROR; }
EXPORT int WSAAPI bind(SOCKET s, const struct sockaddr *address, int length) { return SOCKET_ERROR; }
EXPORT int WSAAPI listen(SOCKET s, int backlog) { return SOCKET_ERROR; }
EXPORT SOCKET WSAAPI accept(SOCKET s, struct sockaddr *address, int *length) { return INVALID_SOCKET; }
EXPORT int WSAAPI connect(SOCKET s, const struct sockaddr *address, int length) { return SOCKET_ERROR; }
EXPORT int WSAAPI getsockname(SOCKET s, struct sockaddr *address, int *length) { return SOCKET_ERROR; }
EXPORT int WSAAPI send(SOCKET s, const char *data, int length, int flags) { return SOCKET_ERROR; }
EXPORT int WSAAPI recv(SOCKET s, char *data, int length, int flags) { return SOCKET_ERROR; }
EXPORT int WSAAPI shutdown(SOCKET s, int how) { return SOCKET_ERROR; }
/* In parentheses: the name is also a macro, which takes a pointer to either kind of u_long. */
EXPORT int WSAAPI (ioctlsocket)(SOCKET s, LONG command, u_long *argument) { return SOCKET_ERROR; }
EXPORT int WSAAPI select(int ignored, fd_set *readable, fd_set *writable, fd_set *failed, const struct timeval *patience)
{
    return SOCKET_ERROR;
}
EXPORT ULONG WSAAPI inet_addr(const char *text) { return INADDR_NONE; }
EXPORT u_short WSAAPI htons(u_short value) { return 0; }
EXPORT u_short WSAAPI ntohs(u_short value) { return 0; }
EXPORT INT WSAAPI getaddrinfo(PCSTR node, PCSTR service, const struct addrinfo *hints, struct addrinfo **found) { return EAI_FAIL; }
EXPORT VOID WSAAPI freeaddrinfo(struct addrinfo *found) {}
