/* What acceptor and worker share: whole messages over a stream socket, and giving up with a reason. */
#ifndef HTTP_HANDOFF_COMMON_H
#define HTTP_HANDOFF_COMMON_H

#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %d\n", what, WSAGetLastError());
    exit(1);
}

/* TCP may take and bring a message in pieces. Both return 1 when all of it went through, 0 when the connection ended before. */
static inline int send_all(SOCKET s, const void *data, int length)
{
    int done = 0;
    while (done < length) {
        int n = send(s, (const char *)data + done, length - done, 0);
        if (n == SOCKET_ERROR)
            return 0;
        done += n;
    }
    return 1;
}

static inline int receive_all(SOCKET s, void *data, int length)
{
    int done = 0;
    while (done < length) {
        int n = recv(s, (char *)data + done, length - done, 0);
        if (n <= 0)
            return 0;
        done += n;
    }
    return 1;
}

static inline struct sockaddr_in loopback(unsigned short port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

#endif
