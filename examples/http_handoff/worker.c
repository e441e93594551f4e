/*
 * worker - serves the connections that the acceptor hands over, one after the other.
 *
 *     worker CONTROL-PORT FILE
 *
 * It never listens and never accepts: each connection arrives as a WSAPROTOCOL_INFO over the control connection, and WSASocket
 * makes a socket of it. To every request it answers with its process id and the file. The steps are those of the documentation
 * of WSADuplicateSocket; acceptor.c has the others.
 */
#include "common.h"

#define PATIENCE_MILLISECONDS 5000 /* a client that says nothing must not keep the others waiting for ever */

static char page[65536];
static int page_length;

static void read_page(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(1);
    }
    page_length = (int)fread(page, 1, sizeof page, file);
    fclose(file);
}

/* Reads up to the empty line that ends a request without a body. */
static int receive_request(SOCKET s)
{
    char request[8192];
    int length = 0;
    while (length < (int)sizeof request - 1) {
        int n = recv(s, request + length, (int)sizeof request - 1 - length, 0);
        if (n <= 0)
            return 0;
        length += n;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n"))
            return 1;
    }
    return 0;
}

static int answer(SOCKET s)
{
    char first_line[64], head[256];
    DWORD patience = PATIENCE_MILLISECONDS;
    int first_length, head_length;

    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    if (!receive_request(s))
        return 0;
    first_length = snprintf(first_line, sizeof first_line, "served by process %7lu\n", (unsigned long)GetCurrentProcessId());
    head_length = snprintf(head, sizeof head,
                           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
                           first_length + page_length);
    return send_all(s, head, head_length) && send_all(s, first_line, first_length) && send_all(s, page, page_length);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address;
    DWORD id = GetCurrentProcessId();
    WSAPROTOCOL_INFOA info;
    unsigned answered = 0;
    SOCKET control;
    WSADATA data;

    if (argc != 3) {
        fprintf(stderr, "usage: worker CONTROL-PORT FILE (the acceptor starts it)\n");
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    read_page(argv[2]);

    control = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    address = loopback((unsigned short)atoi(argv[1]));
    if (connect(control, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        give_up("connect to the acceptor");
    if (!send_all(control, &id, sizeof id)) /* step 3 */
        give_up("send to the acceptor");

    while (receive_all(control, &info, sizeof info)) { /* step 7 */
        SOCKET s = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED); /* 8 */
        if (s == INVALID_SOCKET) {
            fprintf(stderr, "worker %lu: WSASocket failed with error %d\n", (unsigned long)id, WSAGetLastError());
            continue;
        }
        answered += (unsigned)answer(s); /* step 9 */
        closesocket(s);                  /* the last descriptor: the connection ends */
    }

    send_all(control, &answered, sizeof answered);
    closesocket(control);
    WSACleanup();
    return 0;
}
