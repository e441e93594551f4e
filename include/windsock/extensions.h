/*
 * windsock/extensions.h - the calls of mswsock.dll that winsock.h and mswsock.h both declare.
 *
 * https://learn.microsoft.com/windows/win32/api/mswsock/
 */
#ifndef WINDSOCK_EXTENSIONS_H_
#define WINDSOCK_EXTENSIONS_H_

#include <windsock/sockets.h>

WINDSOCK_EXTERN_C_BEGIN

#define SO_CONNDATA 0x7000
#define SO_CONNOPT 0x7001
#define SO_DISCDATA 0x7002
#define SO_DISCOPT 0x7003
#define SO_CONNDATALEN 0x7004
#define SO_CONNOPTLEN 0x7005
#define SO_DISCDATALEN 0x7006
#define SO_DISCOPTLEN 0x7007
#define SO_OPENTYPE 0x7008
#define SO_SYNCHRONOUS_ALERT 0x10
#define SO_SYNCHRONOUS_NONALERT 0x20
#define SO_MAXDG 0x7009
#define SO_MAXPATHDG 0x700A
#define SO_UPDATE_ACCEPT_CONTEXT 0x700B
#define SO_CONNECT_TIME 0x700C
#define TCP_BSDURGENT 0x7000

#define TF_DISCONNECT 0x01
#define TF_REUSE_SOCKET 0x02
#define TF_WRITE_BEHIND 0x04

typedef struct _TRANSMIT_FILE_BUFFERS {
    LPVOID Head;
    DWORD HeadLength;
    LPVOID Tail;
    DWORD TailLength;
} TRANSMIT_FILE_BUFFERS, *PTRANSMIT_FILE_BUFFERS, *LPTRANSMIT_FILE_BUFFERS;

WINSOCK_API_LINKAGE int PASCAL WSARecvEx(SOCKET s, char *buf, int len, int *flags);
/* A connected stream's; 0 bytes: all there is. With lpOverlapped the file's position is its Offset and OffsetHigh, which stay the program's, and the
 * call may go on (FALSE, ERROR_IO_PENDING). WSAENOTCONN, WSAEINVAL (no stream, flags), WSA_INVALID_HANDLE, WSAEFAULT. */
WINSOCK_API_LINKAGE BOOL PASCAL TransmitFile(SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite,
                                             DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
                                             LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwReserved);
/* Each address area is 16 bytes larger than the address structure of the protocol. FALSE and ERROR_IO_PENDING: it goes on; closing the accepted
 * socket ends it. WSAEINVAL: no listener, an area too small, or an accept socket that is bound, connected, of another kind, shared with a
 * duplicate, or waits already; WSA_INVALID_PARAMETER: lpOverlapped is null; WSAEFAULT. */
WINSOCK_API_LINKAGE BOOL PASCAL AcceptEx(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer,
                                         DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                         DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived,
                                         LPOVERLAPPED lpOverlapped);
WINSOCK_API_LINKAGE VOID PASCAL GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
                                                     DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
                                                     struct sockaddr **LocalSockaddr, LPINT LocalSockaddrLength,
                                                     struct sockaddr **RemoteSockaddr, LPINT RemoteSockaddrLength);

typedef __typeof__(TransmitFile) *LPFN_TRANSMITFILE;
typedef __typeof__(AcceptEx) *LPFN_ACCEPTEX;
typedef __typeof__(GetAcceptExSockaddrs) *LPFN_GETACCEPTEXSOCKADDRS;

WINDSOCK_EXTERN_C_END

#endif
