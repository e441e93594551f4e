/*
 * windsock/sockets.h - what winsock2.h and winsock.h have in common: SOCKET, fd_set, the data-base structures and the
 * calls of Winsock 1.1 that did not change.
 *
 * getsockopt and setsockopt are not here: the options of the IP level have other numbers in winsock.h, so each header
 * declares its own.
 */
#ifndef WINDSOCK_SOCKETS_H_
#define WINDSOCK_SOCKETS_H_

#include <windsock/libc_names.h>

#include <windef.h>

#include <inaddr.h>
#include <windsock/wsa_errors.h>
#include <ws2def.h>

WINDSOCK_EXTERN_C_BEGIN

#define WINSOCK_API_LINKAGE WINDSOCK_API
#define WSAAPI WINAPI

/* Natively a SOCKET is the host's descriptor number: poll, epoll and SSL_set_fd may have it. */
typedef UINT_PTR SOCKET;
typedef UINT64 u_int64;
#define INVALID_SOCKET ((SOCKET)(~0))
#define SOCKET_ERROR (-1)

#define h_errno WSAGetLastError()

/* A counted array, not a bit set: FD_SETSIZE sockets of any value, 64 unless defined before the first #include.
 * https://learn.microsoft.com/windows/win32/api/winsock/ns-winsock-fd_set */
typedef struct fd_set {
    u_int fd_count;
    SOCKET fd_array[FD_SETSIZE];
} fd_set;
typedef fd_set FD_SET, *PFD_SET, *LPFD_SET;

WINSOCK_API_LINKAGE int WSAAPI __WSAFDIsSet(SOCKET s, fd_set *set);

/* Adds s if there is room and it is not there yet. */
#define FD_SET(s, set)                                                                                              \
    do {                                                                                                            \
        fd_set *windsock_set_ = (fd_set *)(set);                                                                    \
        SOCKET windsock_socket_ = (SOCKET)(s);                                                                      \
        u_int windsock_i_ = 0;                                                                                      \
        while (windsock_i_ < windsock_set_->fd_count && windsock_set_->fd_array[windsock_i_] != windsock_socket_)   \
            windsock_i_++;                                                                                          \
        if (windsock_i_ == windsock_set_->fd_count && windsock_i_ < FD_SETSIZE) {                                   \
            windsock_set_->fd_array[windsock_i_] = windsock_socket_;                                                \
            windsock_set_->fd_count++;                                                                              \
        }                                                                                                           \
    } while (0)
#define FD_CLR(s, set)                                                                                              \
    do {                                                                                                            \
        fd_set *windsock_set_ = (fd_set *)(set);                                                                    \
        SOCKET windsock_socket_ = (SOCKET)(s);                                                                      \
        u_int windsock_i_ = 0;                                                                                      \
        while (windsock_i_ < windsock_set_->fd_count && windsock_set_->fd_array[windsock_i_] != windsock_socket_)   \
            windsock_i_++;                                                                                          \
        if (windsock_i_ < windsock_set_->fd_count) {                                                                \
            for (; windsock_i_ + 1 < windsock_set_->fd_count; windsock_i_++)                                        \
                windsock_set_->fd_array[windsock_i_] = windsock_set_->fd_array[windsock_i_ + 1];                    \
            windsock_set_->fd_count--;                                                                              \
        }                                                                                                           \
    } while (0)
#define FD_ISSET(s, set) __WSAFDIsSet((SOCKET)(s), (fd_set *)(set))
#define FD_ZERO(set) (((fd_set *)(set))->fd_count = 0)

/* struct timeval is libc's (two 64-bit members). */
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

#ifndef timerisset
#define timerisset(tvp) ((tvp)->tv_sec || (tvp)->tv_usec)
#endif
#ifndef timerclear
#define timerclear(tvp) ((tvp)->tv_sec = (tvp)->tv_usec = 0)
#endif
#ifndef timercmp
#define timercmp(tvp, uvp, cmp) \
    (((tvp)->tv_sec == (uvp)->tv_sec) ? ((tvp)->tv_usec cmp(uvp)->tv_usec) : ((tvp)->tv_sec cmp(uvp)->tv_sec))
#endif

typedef struct hostent {
    char *h_name;
    char **h_aliases;
    short h_addrtype;
    short h_length;
    char **h_addr_list;
#define h_addr h_addr_list[0]
} HOSTENT, *PHOSTENT, *LPHOSTENT;

struct netent {
    char *n_name;
    char **n_aliases;
    short n_addrtype;
    u_long n_net;
};

/* s_port is in network byte order; on 64-bit Windows it is the last member. */
typedef struct servent {
    char *s_name;
    char **s_aliases;
    char *s_proto;
    short s_port;
} SERVENT, *PSERVENT, *LPSERVENT;

typedef struct protoent {
    char *p_name;
    char **p_aliases;
    short p_proto;
} PROTOENT, *PPROTOENT, *LPPROTOENT;

struct sockproto {
    u_short sp_family;
    u_short sp_protocol;
};

/* l_linger is in seconds. */
typedef struct linger {
    u_short l_onoff;
    u_short l_linger;
} LINGER, *PLINGER, *LPLINGER;

#define WSADESCRIPTION_LEN 256
#define WSASYS_STATUS_LEN 128
typedef struct WSAData {
    WORD wVersion;
    WORD wHighVersion;
    unsigned short iMaxSockets;
    unsigned short iMaxUdpDg;
    char *lpVendorInfo;
    char szDescription[WSADESCRIPTION_LEN + 1];
    char szSystemStatus[WSASYS_STATUS_LEN + 1];
} WSADATA, *LPWSADATA;

#define MAXGETHOSTSTRUCT 1024

/* Multicast membership; winsock.h and ws2tcpip.h both have it. */
typedef struct ip_mreq {
    IN_ADDR imr_multiaddr;
    IN_ADDR imr_interface;
} IP_MREQ, *PIP_MREQ;

#define FIONREAD _IOR('f', 127, u_long) /* out: bytes readable at once; of a datagram socket, of the first datagram */
#define FIONBIO _IOW('f', 126, u_long)  /* in: non-zero makes the socket non-blocking */
#define FIOASYNC _IOW('f', 125, u_long)
#define SIOCSHIWAT _IOW('s', 0, u_long)
#define SIOCGHIWAT _IOR('s', 1, u_long)
#define SIOCSLOWAT _IOW('s', 2, u_long)
#define SIOCGLOWAT _IOR('s', 3, u_long)
#define SIOCATMARK _IOR('s', 7, u_long) /* out: 0 when urgent data is next */

/*
 * Start-up and errors. A call that fails says so by its result; WSAGetLastError tells why, for the calling thread.
 * WSAStartup alone returns the code itself. Versions: MAKEWORD(major, minor).
 * https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsastartup
 */
WINSOCK_API_LINKAGE int WSAAPI WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData);
WINSOCK_API_LINKAGE int WSAAPI WSACleanup(void);
WINSOCK_API_LINKAGE void WSAAPI WSASetLastError(int iError);
WINSOCK_API_LINKAGE int WSAAPI WSAGetLastError(void);

/* Sockets. SOCKET results are INVALID_SOCKET, int results SOCKET_ERROR on failure. */
WINSOCK_API_LINKAGE SOCKET WSAAPI socket(int af, int type, int protocol) WINDSOCK_LIBC_NAME(socket);
/* Frees the descriptor; the connection ends with the last descriptor of the socket, in whatever process. Calls of other
 * threads that are blocked on it end at once. WSAEWOULDBLOCK: non-blocking, with a linger time and unsent data. */
WINSOCK_API_LINKAGE int WSAAPI closesocket(SOCKET s);
WINSOCK_API_LINKAGE int WSAAPI bind(SOCKET s, const struct sockaddr *name, int namelen) WINDSOCK_LIBC_NAME(bind);
WINSOCK_API_LINKAGE int WSAAPI listen(SOCKET s, int backlog) WINDSOCK_LIBC_NAME(listen);
/* *addrlen holds the room before and the length after the call; both pointers may be NULL. */
WINSOCK_API_LINKAGE SOCKET WSAAPI accept(SOCKET s, struct sockaddr *addr, int *addrlen) WINDSOCK_LIBC_NAME(accept);
WINSOCK_API_LINKAGE int WSAAPI connect(SOCKET s, const struct sockaddr *name, int namelen) WINDSOCK_LIBC_NAME(connect);
WINSOCK_API_LINKAGE int WSAAPI shutdown(SOCKET s, int how) WINDSOCK_LIBC_NAME(shutdown);
WINSOCK_API_LINKAGE int WSAAPI getpeername(SOCKET s, struct sockaddr *name, int *namelen)
    WINDSOCK_LIBC_NAME(getpeername);
WINSOCK_API_LINKAGE int WSAAPI getsockname(SOCKET s, struct sockaddr *name, int *namelen)
    WINDSOCK_LIBC_NAME(getsockname);
WINSOCK_API_LINKAGE int WSAAPI ioctlsocket(SOCKET s, LONG cmd, u_long *argp);

/* Data. The number of bytes moved; recv gives 0 when the peer has shut down. WSAEMSGSIZE from the receive calls means
 * that the buffer holds the first part of a longer datagram, whose rest is lost. */
WINSOCK_API_LINKAGE int WSAAPI send(SOCKET s, const char *buf, int len, int flags) WINDSOCK_LIBC_NAME(send);
WINSOCK_API_LINKAGE int WSAAPI sendto(SOCKET s, const char *buf, int len, int flags, const struct sockaddr *to,
                                      int tolen) WINDSOCK_LIBC_NAME(sendto);
WINSOCK_API_LINKAGE int WSAAPI recv(SOCKET s, char *buf, int len, int flags) WINDSOCK_LIBC_NAME(recv);
WINSOCK_API_LINKAGE int WSAAPI recvfrom(SOCKET s, char *buf, int len, int flags, struct sockaddr *from, int *fromlen)
    WINDSOCK_LIBC_NAME(recvfrom);

/* Readiness. nfds is ignored; the sets come back with the sockets that are ready, whose number is the result. With all
 * sets empty or NULL: WSAEINVAL. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-select */
#if defined __cplusplus
/* An overload beside libc's when that is declared, hence with C++ linkage. */
extern "C++" WINSOCK_API_LINKAGE int WSAAPI select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                                                   const struct timeval *timeout) __asm__("WS_select");
#else
#ifdef WINDSOCK_LIBC_SELECT_FIRST
#define select WS_select
#endif
WINSOCK_API_LINKAGE int WSAAPI select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                                      const struct timeval *timeout) __asm__("WS_select");
#endif

/* Byte order and addresses as text. inet_addr gives INADDR_NONE for what is no address; inet_ntoa's result lives until
 * the next call in the same thread. */
WINSOCK_API_LINKAGE u_long WSAAPI htonl(u_long hostlong) WINDSOCK_LIBC_NAME(htonl);
WINSOCK_API_LINKAGE u_short WSAAPI htons(u_short hostshort) WINDSOCK_LIBC_NAME(htons);
WINSOCK_API_LINKAGE u_long WSAAPI ntohl(u_long netlong) WINDSOCK_LIBC_NAME(ntohl);
WINSOCK_API_LINKAGE u_short WSAAPI ntohs(u_short netshort) WINDSOCK_LIBC_NAME(ntohs);
WINSOCK_API_LINKAGE ULONG WSAAPI inet_addr(const char *cp) WINDSOCK_LIBC_NAME(inet_addr);
WINSOCK_API_LINKAGE char *WSAAPI inet_ntoa(struct in_addr in) WINDSOCK_LIBC_NAME(inet_ntoa);

/* Data bases. NULL on failure; the structure is the thread's own and lives until its next call of this kind. */
WINSOCK_API_LINKAGE struct hostent *WSAAPI gethostbyaddr(const char *addr, int len, int type)
    WINDSOCK_LIBC_NAME(gethostbyaddr);
WINSOCK_API_LINKAGE struct hostent *WSAAPI gethostbyname(const char *name) WINDSOCK_LIBC_NAME(gethostbyname);
WINSOCK_API_LINKAGE struct servent *WSAAPI getservbyport(int port, const char *proto)
    WINDSOCK_LIBC_NAME(getservbyport);
WINSOCK_API_LINKAGE struct servent *WSAAPI getservbyname(const char *name, const char *proto)
    WINDSOCK_LIBC_NAME(getservbyname);
WINSOCK_API_LINKAGE struct protoent *WSAAPI getprotobynumber(int number) WINDSOCK_LIBC_NAME(getprotobynumber);
WINSOCK_API_LINKAGE struct protoent *WSAAPI getprotobyname(const char *name) WINDSOCK_LIBC_NAME(getprotobyname);
/* namelen is an int on Windows; it has libc's type here because <unistd.h> declares the same name. 256 bytes always
 * suffice; WSAEFAULT when they do not. */
WINSOCK_API_LINKAGE int WSAAPI gethostname(char *name, size_t namelen) WINDSOCK_NOEXCEPT __asm__("WS_gethostname");

/* Winsock 1.1's blocking hooks, for programs that have negotiated 1.1; for others WSAEOPNOTSUPP. */
WINSOCK_API_LINKAGE BOOL WSAAPI WSAIsBlocking(void);
WINSOCK_API_LINKAGE int WSAAPI WSAUnhookBlockingHook(void);
WINSOCK_API_LINKAGE FARPROC WSAAPI WSASetBlockingHook(FARPROC lpBlockFunc);
WINSOCK_API_LINKAGE int WSAAPI WSACancelBlockingCall(void);
/* Look-ups that tell their end by a message: wParam is the task handle that the call returned, lParam by WSAGETASYNCERROR and
 * WSAGETASYNCBUFLEN. buf stays in use until then; MAXGETHOSTSTRUCT bytes always suffice, else WSAENOBUFS and the length that would. NULL:
 * WSAEINVAL (no window), WSAEFAULT. Cancelling: WSAEALREADY for what is over, WSAEINVAL for what is no task.
 * https://learn.microsoft.com/windows/win32/api/winsock/ */
WINSOCK_API_LINKAGE HANDLE WSAAPI WSAAsyncGetServByName(HWND hWnd, u_int wMsg, const char *name, const char *proto,
                                                        char *buf, int buflen);
WINSOCK_API_LINKAGE HANDLE WSAAPI WSAAsyncGetServByPort(HWND hWnd, u_int wMsg, int port, const char *proto, char *buf,
                                                        int buflen);
WINSOCK_API_LINKAGE HANDLE WSAAPI WSAAsyncGetProtoByName(HWND hWnd, u_int wMsg, const char *name, char *buf,
                                                         int buflen);
WINSOCK_API_LINKAGE HANDLE WSAAPI WSAAsyncGetProtoByNumber(HWND hWnd, u_int wMsg, int number, char *buf, int buflen);
WINSOCK_API_LINKAGE HANDLE WSAAPI WSAAsyncGetHostByName(HWND hWnd, u_int wMsg, const char *name, char *buf, int buflen);
WINSOCK_API_LINKAGE HANDLE WSAAPI WSAAsyncGetHostByAddr(HWND hWnd, u_int wMsg, const char *addr, int len, int type,
                                                        char *buf, int buflen);
WINSOCK_API_LINKAGE int WSAAPI WSACancelAsyncRequest(HANDLE hAsyncTaskHandle);
/* As WSAEventSelect, by messages: wParam is the socket, lParam by WSAGETSELECTEVENT and WSAGETSELECTERROR. SOCKET_ERROR: WSAEINVAL (no window,
 * or no FD_ bits), WSAENOBUFS; on a shared socket WSAENETDOWN. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaasyncselect */
WINSOCK_API_LINKAGE int WSAAPI WSAAsyncSelect(SOCKET s, HWND hWnd, u_int wMsg, LONG lEvent);

#define WSAMAKEASYNCREPLY(buflen, error) MAKELONG(buflen, error)
#define WSAMAKESELECTREPLY(event, error) MAKELONG(event, error)
#define WSAGETASYNCBUFLEN(lParam) LOWORD(lParam)
#define WSAGETASYNCERROR(lParam) HIWORD(lParam)
#define WSAGETSELECTEVENT(lParam) LOWORD(lParam)
#define WSAGETSELECTERROR(lParam) HIWORD(lParam)

WINDSOCK_EXTERN_C_END

#endif
