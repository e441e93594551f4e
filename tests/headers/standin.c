/*
 * standin.c - a library that defines the symbols of Winsock, and in each notes that it was called.
 *
 * The header tests link against it instead of the real library: whoever calls `send` after including our headers must
 * arrive in WS_send, and nowhere else. It includes no header, so that nothing can be renamed here.
 */
const char *standin_call = "";

#define NOTE(name)           \
    long name(void)          \
    {                        \
        standin_call = #name; \
        return 0;            \
    }

NOTE(WS_accept)
NOTE(WS_bind)
NOTE(WS_connect)
NOTE(WS_getpeername)
NOTE(WS_getsockname)
NOTE(WS_getsockopt)
NOTE(WS_setsockopt)
NOTE(WS1_getsockopt)
NOTE(WS1_setsockopt)
NOTE(WS_htonl)
NOTE(WS_htons)
NOTE(WS_ntohl)
NOTE(WS_ntohs)
NOTE(WS_inet_addr)
NOTE(WS_inet_ntoa)
NOTE(WS_inet_ntop)
NOTE(WS_inet_pton)
NOTE(WS_listen)
NOTE(WS_recv)
NOTE(WS_recvfrom)
NOTE(WS_select)
NOTE(WS_send)
NOTE(WS_sendto)
NOTE(WS_shutdown)
NOTE(WS_socket)
NOTE(WS_gethostbyaddr)
NOTE(WS_gethostbyname)
NOTE(WS_gethostname)
NOTE(WS_getprotobyname)
NOTE(WS_getprotobynumber)
NOTE(WS_getservbyname)
NOTE(WS_getservbyport)
NOTE(WS_getaddrinfo)
NOTE(WS_freeaddrinfo)
NOTE(WS_getnameinfo)
NOTE(closesocket)
NOTE(__WSAFDIsSet)
NOTE(WSAStartup)
NOTE(WSACleanup)
NOTE(WSAGetLastError)
NOTE(WSASend)
NOTE(WSAPoll)
NOTE(AcceptEx)
NOTE(GetLastError)

/* These two store through 32-bit pointers: what a program makes of it is part of the test. */
int ioctlsocket(unsigned long s, int cmd, unsigned int *argp)
{
    (void)s;
    (void)cmd;
    standin_call = "ioctlsocket";
    if (argp)
        *argp += 0x12345678u;
    return 0;
}

int WSARecv(unsigned long s, void *buffers, unsigned int count, unsigned int *received, unsigned int *flags)
{
    (void)s;
    (void)buffers;
    (void)count;
    standin_call = "WSARecv";
    if (received)
        *received = 77;
    if (flags)
        *flags += 1;
    return 0;
}
