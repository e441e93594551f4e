/*
 * Calls of the data path, COUNT times each, for a tracer that counts what they cost. calls COUNT
 */
#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    WSADATA data;
    int count = argc > 1 ? atoi(argv[1]) : 0, length, i, bad = 0;
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    length = sizeof name;
    bad += bind(s, (struct sockaddr *)&name, sizeof name) != 0 || getsockname(s, (struct sockaddr *)&name, &length) != 0 ||
           connect(s, (struct sockaddr *)&name, sizeof name) != 0;
    for (i = 0; i < count; i++) {
        char byte = 'x';
        int size;
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(s, &readable);
        length = sizeof size;
        bad += send(s, &byte, 1, 0) != 1;
        bad += select(0, &readable, NULL, NULL, NULL) != 1;
        bad += recv(s, &byte, 1, 0) != 1;
        bad += getsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&size, &length) != 0;
        SOCKET other = socket(AF_INET, SOCK_STREAM, 0);
        bad += other == INVALID_SOCKET || closesocket(other) != 0;
    }
    WSACleanup();
    return bad != 0;
}
