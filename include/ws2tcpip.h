/*
 * ws2tcpip.h - TCP/IP beyond winsock2.h: name resolution, addresses as text, IPv6 address tests.
 *
 * Pages: https://learn.microsoft.com/windows/win32/api/ws2tcpip/nf-ws2tcpip-<name in small letters>
 */
#ifndef _WS2TCPIP_H_
#define _WS2TCPIP_H_

#include <winsock2.h>

#include <ws2ipdef.h>

#define SIO_GET_INTERFACE_LIST _IOR('t', 127, u_long)
#define SIO_GET_INTERFACE_LIST_EX _IOR('t', 126, u_long)
#define SIO_SET_MULTICAST_FILTER _IOW('t', 125, u_long)
#define SIO_GET_MULTICAST_FILTER _IOW('t', 124 | IOC_IN, u_long)
#define SIOCSIPMSFILTER SIO_SET_MULTICAST_FILTER
#define SIOCGIPMSFILTER SIO_GET_MULTICAST_FILTER
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG)
#define SIO_IDEAL_SEND_BACKLOG_CHANGE _IO('t', 122)

#define SS_PORT(ssp) (((PSOCKADDR_IN)(ssp))->sin_port)

#define IN6ADDR_ANY_INIT                                           \
    {                                                              \
        {                                                          \
            {                                                      \
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0     \
            }                                                      \
        }                                                          \
    }
#define IN6ADDR_LOOPBACK_INIT                                      \
    {                                                              \
        {                                                          \
            {                                                      \
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1     \
            }                                                      \
        }                                                          \
    }

#define EAI_AGAIN WSATRY_AGAIN
#define EAI_BADFLAGS WSAEINVAL
#define EAI_FAIL WSANO_RECOVERY
#define EAI_FAMILY WSAEAFNOSUPPORT
#define EAI_MEMORY WSA_NOT_ENOUGH_MEMORY
#define EAI_NOSECURENAME WSA_SECURE_HOST_NOT_FOUND
#define EAI_NONAME WSAHOST_NOT_FOUND
#define EAI_NODATA 11004 /* WSANO_DATA */
#define EAI_SERVICE WSATYPE_NOT_FOUND
#define EAI_SOCKTYPE WSAESOCKTNOSUPPORT
#define EAI_IPSECPOLICY WSA_IPSEC_NAME_POLICY_ERROR

#define NI_MAXHOST 1025
#define NI_MAXSERV 32
#define NI_NOFQDN 0x01
#define NI_NUMERICHOST 0x02
#define NI_NAMEREQD 0x04
#define NI_NUMERICSERV 0x08
#define NI_DGRAM 0x10

WINDSOCK_EXTERN_C_BEGIN

/* libc has both objects with the same bytes. */
extern const struct in6_addr in6addr_any;
extern const struct in6_addr in6addr_loopback;

/* Name resolution. The result is 0 or the error code itself, which is the last error too; freeaddrinfo takes the whole
 * list back. */
WINSOCK_API_LINKAGE INT WSAAPI getaddrinfo(const char *nodename, const char *servname, const struct addrinfo *hints,
                                           struct addrinfo **res) WINDSOCK_LIBC_NAME(getaddrinfo);
WINSOCK_API_LINKAGE INT WSAAPI GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW *pHints,
                                            PADDRINFOW *ppResult);
WINSOCK_API_LINKAGE VOID WSAAPI freeaddrinfo(struct addrinfo *pAddrInfo) WINDSOCK_LIBC_NAME(freeaddrinfo);
WINSOCK_API_LINKAGE VOID WSAAPI FreeAddrInfoW(PADDRINFOW pAddrInfo);
/* Sizes in characters with the terminator; a buffer may be NULL with size 0. */
WINSOCK_API_LINKAGE INT WSAAPI getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host, DWORD hostlen,
                                           char *serv, DWORD servlen, int flags) WINDSOCK_LIBC_NAME(getnameinfo);
WINSOCK_API_LINKAGE INT WSAAPI GetNameInfoW(const SOCKADDR *pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer,
                                            DWORD NodeBufferSize, PWCHAR pServiceBuffer, DWORD ServiceBufferSize,
                                            INT Flags);
#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define GetNameInfoA getnameinfo
#define GetAddrInfo WINDSOCK_AW(GetAddrInfo)
#define FreeAddrInfo WINDSOCK_AW(FreeAddrInfo)
#define GetNameInfo WINDSOCK_AW(GetNameInfo)

/* The same with a name space, a timeout, and completion later through an OVERLAPPED or a routine. */
typedef void(CALLBACK *LPLOOKUPSERVICE_COMPLETION_ROUTINE)(DWORD dwError, DWORD dwBytes, LPWSAOVERLAPPED lpOverlapped);
WINSOCK_API_LINKAGE INT WSAAPI GetAddrInfoExA(PCSTR pName, PCSTR pServiceName, DWORD dwNameSpace, LPGUID lpNspId,
                                              const ADDRINFOEXA *hints, PADDRINFOEXA *ppResult, struct timeval *timeout,
                                              LPOVERLAPPED lpOverlapped,
                                              LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine,
                                              LPHANDLE lpNameHandle);
WINSOCK_API_LINKAGE INT WSAAPI GetAddrInfoExW(PCWSTR pName, PCWSTR pServiceName, DWORD dwNameSpace, LPGUID lpNspId,
                                              const ADDRINFOEXW *hints, PADDRINFOEXW *ppResult, struct timeval *timeout,
                                              LPOVERLAPPED lpOverlapped,
                                              LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine,
                                              LPHANDLE lpHandle);
WINSOCK_API_LINKAGE INT WSAAPI GetAddrInfoExCancel(LPHANDLE lpHandle);
WINSOCK_API_LINKAGE INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED lpOverlapped);
WINSOCK_API_LINKAGE INT WSAAPI SetAddrInfoExA(PCSTR pName, PCSTR pServiceName, SOCKET_ADDRESS *pAddresses,
                                              DWORD dwAddressCount, LPBLOB lpBlob, DWORD dwFlags, DWORD dwNameSpace,
                                              LPGUID lpNspId, struct timeval *timeout, LPOVERLAPPED lpOverlapped,
                                              LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine,
                                              LPHANDLE lpNameHandle);
WINSOCK_API_LINKAGE INT WSAAPI SetAddrInfoExW(PCWSTR pName, PCWSTR pServiceName, SOCKET_ADDRESS *pAddresses,
                                              DWORD dwAddressCount, LPBLOB lpBlob, DWORD dwFlags, DWORD dwNameSpace,
                                              LPGUID lpNspId, struct timeval *timeout, LPOVERLAPPED lpOverlapped,
                                              LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine,
                                              LPHANDLE lpNameHandle);
WINSOCK_API_LINKAGE VOID WSAAPI FreeAddrInfoEx(PADDRINFOEXA pAddrInfoEx);
WINSOCK_API_LINKAGE VOID WSAAPI FreeAddrInfoExW(PADDRINFOEXW pAddrInfoEx);
#define GetAddrInfoEx WINDSOCK_AW(GetAddrInfoEx)
#define SetAddrInfoEx WINDSOCK_AW(SetAddrInfoEx)
#define FreeAddrInfoExA FreeAddrInfoEx
#ifdef UNICODE
#define FreeAddrInfoEx FreeAddrInfoExW
#endif

/* Addresses as text, without ports. inet_pton: 1, 0 for text that is no address, -1 and WSAEAFNOSUPPORT or WSAEFAULT.
 * inet_ntop: pStringBuf, or NULL and the error; the size is in characters. */
WINSOCK_API_LINKAGE INT WSAAPI inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf)
    WINDSOCK_LIBC_NAME(inet_pton);
WINSOCK_API_LINKAGE INT WSAAPI InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf);
WINSOCK_API_LINKAGE PCSTR WSAAPI inet_ntop(INT Family, const VOID *pAddr, PSTR pStringBuf, size_t StringBufSize)
    WINDSOCK_LIBC_NAME(inet_ntop);
WINSOCK_API_LINKAGE PCWSTR WSAAPI InetNtopW(INT Family, const VOID *pAddr, PWSTR pStringBuf, size_t StringBufSize);
#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#define InetPton WINDSOCK_AW(InetPton)
#define InetNtop WINDSOCK_AW(InetNtop)

#include <windsock/ip_inlines.h>

WINDSOCK_EXTERN_C_END

#if INCL_WINSOCK_API_TYPEDEFS
typedef __typeof__(getaddrinfo) *LPFN_GETADDRINFO;
typedef __typeof__(GetAddrInfoW) *LPFN_GETADDRINFOW;
typedef __typeof__(freeaddrinfo) *LPFN_FREEADDRINFO;
typedef __typeof__(FreeAddrInfoW) *LPFN_FREEADDRINFOW;
typedef __typeof__(getnameinfo) *LPFN_GETNAMEINFO;
typedef __typeof__(GetNameInfoW) *LPFN_GETNAMEINFOW;
typedef __typeof__(GetAddrInfoExA) *LPFN_GETADDRINFOEXA;
typedef __typeof__(GetAddrInfoExW) *LPFN_GETADDRINFOEXW;
typedef __typeof__(GetAddrInfoExCancel) *LPFN_GETADDRINFOEXCANCEL;
typedef __typeof__(GetAddrInfoExOverlappedResult) *LPFN_GETADDRINFOEXOVERLAPPEDRESULT;
typedef __typeof__(SetAddrInfoExA) *LPFN_SETADDRINFOEXA;
typedef __typeof__(SetAddrInfoExW) *LPFN_SETADDRINFOEXW;
typedef __typeof__(FreeAddrInfoExW) *LPFN_FREEADDRINFOEXW;
typedef void(WSAAPI *LPFN_FREEADDRINFOEXA)(PADDRINFOEXA pAddrInfoEx);
typedef __typeof__(inet_pton) *LPFN_INET_PTONA;
typedef __typeof__(InetPtonW) *LPFN_INET_PTONW;
typedef __typeof__(inet_ntop) *LPFN_INET_NTOPA;
typedef __typeof__(InetNtopW) *LPFN_INET_NTOPW;
#define LPFN_GETADDRINFOA LPFN_GETADDRINFO
#define LPFN_GETADDRINFOT WINDSOCK_AW(LPFN_GETADDRINFO)
#define LPFN_FREEADDRINFOA LPFN_FREEADDRINFO
#define LPFN_FREEADDRINFOT WINDSOCK_AW(LPFN_FREEADDRINFO)
#define LPFN_GETNAMEINFOA LPFN_GETNAMEINFO
#define LPFN_GETNAMEINFOT WINDSOCK_AW(LPFN_GETNAMEINFO)
#define LPFN_GETADDRINFOEX WINDSOCK_AW(LPFN_GETADDRINFOEX)
#define LPFN_SETADDRINFOEX WINDSOCK_AW(LPFN_SETADDRINFOEX)
#define LPFN_FREEADDRINFOEX WINDSOCK_AW(LPFN_FREEADDRINFOEX)
#endif

/* The original brings mstcpip.h along too. */
#include <mstcpip.h>

#endif
