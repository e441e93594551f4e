/*
 * shout - a small Winsock program, as it might have been written for Windows: nothing in it knows Windsock.
 *
 *     shout serve PORT CLIENTS       answers every line of every client in capitals; ends after so many clients (0: never)
 *     shout ask HOST PORT LINE...    sends the lines and prints the answers
 *
 * The server is one thread around select() with non-blocking sockets; the client is plain blocking calls.
 *
 *     Windows  x86_64-w64-mingw32-gcc shout.c -o shout.exe -lws2_32
 *     Linux    gcc shout.c -o shout $(pkg-config --cflags --libs windsock)
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 512
#define MAX_CLIENTS 60

struct client {
    SOCKET s;
    char line[LINE_SIZE];
    int length;
};

static int failed(const char *what)
{
    fprintf(stderr, "shout: %s failed with error %d\n", what, WSAGetLastError());
    return 1;
}

static int send_all(SOCKET s, const char *data, int length)
{
    while (length > 0) {
        int n = send(s, data, length, 0);
        if (n == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK) {
            fd_set writable;
            FD_ZERO(&writable);
            FD_SET(s, &writable);
            if (select(0, NULL, &writable, NULL, NULL) == SOCKET_ERROR)
                return 0;
            continue;
        }
        if (n == SOCKET_ERROR)
            return 0;
        data += n;
        length -= n;
    }
    return 1;
}

/* ---- the server ---------------------------------------------------------------------------------------------------- */

/* Answers all whole lines that have come. */
static int answer_lines(struct client *client)
{
    char *end;
    while ((end = memchr(client->line, '\n', client->length)) != NULL) {
        int i, size = (int)(end - client->line) + 1;
        for (i = 0; i < size; ++i)
            client->line[i] = (char)toupper((unsigned char)client->line[i]);
        if (!send_all(client->s, client->line, size))
            return 0;
        client->length -= size;
        memmove(client->line, client->line + size, client->length);
    }
    return client->length < LINE_SIZE; /* a longer line is more than we promise */
}

/* Reads what has come; 0 when the client is to be dropped. */
static int serve(struct client *client)
{
    int n = recv(client->s, client->line + client->length, LINE_SIZE - client->length, 0);
    if (n == SOCKET_ERROR)
        return WSAGetLastError() == WSAEWOULDBLOCK;
    if (n == 0)
        return 0;
    client->length += n;
    return answer_lines(client);
}

static int run_server(const char *port, int clients_to_serve)
{
    static struct client clients[MAX_CLIENTS];
    struct sockaddr_in address;
    int length = sizeof address, count = 0, served = 0, i;
    u_long non_blocking = 1;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    address.sin_port = htons((u_short)atoi(port));
    if (listener == INVALID_SOCKET)
        return failed("socket");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        return failed("bind");
    if (listen(listener, SOMAXCONN) == SOCKET_ERROR)
        return failed("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) == SOCKET_ERROR)
        return failed("getsockname");
    ioctlsocket(listener, FIONBIO, &non_blocking);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);

    while (clients_to_serve == 0 || served < clients_to_serve) {
        fd_set readable;
        FD_ZERO(&readable);
        if (count < MAX_CLIENTS)
            FD_SET(listener, &readable);
        for (i = 0; i < count; ++i)
            FD_SET(clients[i].s, &readable);
        if (select(0, &readable, NULL, NULL, NULL) == SOCKET_ERROR)
            return failed("select");

        for (i = count - 1; i >= 0; --i) {
            if (!FD_ISSET(clients[i].s, &readable) || serve(&clients[i]))
                continue;
            closesocket(clients[i].s);
            clients[i] = clients[--count];
            ++served;
        }
        if (FD_ISSET(listener, &readable)) {
            SOCKET s = accept(listener, NULL, NULL);
            if (s != INVALID_SOCKET) {
                ioctlsocket(s, FIONBIO, &non_blocking);
                clients[count].s = s;
                clients[count].length = 0;
                ++count;
            } else if (WSAGetLastError() != WSAEWOULDBLOCK) {
                return failed("accept");
            }
        }
    }
    closesocket(listener);
    return 0;
}

/* ---- the client ---------------------------------------------------------------------------------------------------- */

static SOCKET connect_to(const char *host, const char *port)
{
    struct addrinfo hints, *found, *address;
    SOCKET s = INVALID_SOCKET;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return INVALID_SOCKET;
    for (address = found; address && s == INVALID_SOCKET; address = address->ai_next) {
        s = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        if (s == INVALID_SOCKET)
            continue;
        if (connect(s, address->ai_addr, (int)address->ai_addrlen) == SOCKET_ERROR) {
            closesocket(s);
            s = INVALID_SOCKET;
        }
    }
    freeaddrinfo(found);
    return s;
}

static int run_client(const char *host, const char *port, char **lines, int count)
{
    char answer[LINE_SIZE];
    int i, n;
    SOCKET s = connect_to(host, port);

    if (s == INVALID_SOCKET)
        return failed("connect");
    for (i = 0; i < count; ++i)
        if (!send_all(s, lines[i], (int)strlen(lines[i])) || !send_all(s, "\n", 1))
            return failed("send");
    shutdown(s, SD_SEND);
    while ((n = recv(s, answer, sizeof answer, 0)) > 0)
        fwrite(answer, 1, n, stdout);
    if (n == SOCKET_ERROR)
        return failed("recv");
    closesocket(s);
    return 0;
}

int main(int argc, char **argv)
{
    WSADATA data;
    int result, error = WSAStartup(MAKEWORD(2, 2), &data);
    if (error != 0) {
        fprintf(stderr, "shout: WSAStartup failed with error %d\n", error);
        return 1;
    }
    if (argc == 4 && strcmp(argv[1], "serve") == 0)
        result = run_server(argv[2], atoi(argv[3]));
    else if (argc >= 5 && strcmp(argv[1], "ask") == 0)
        result = run_client(argv[2], argv[3], argv + 4, argc - 4);
    else {
        fprintf(stderr, "usage: shout serve PORT CLIENTS | shout ask HOST PORT LINE...\n");
        result = 2;
    }
    WSACleanup();
    return result;
}
