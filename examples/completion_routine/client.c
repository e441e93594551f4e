/*
 * client - speaks to an echo server on many connections at once, in one thread, and checks every byte that comes back.
 *
 *     client PORT CONNECTIONS LINES
 *
 * The server is on the loopback at PORT (examples/completion_port/echo_server is one). On each connection the client sends
 * LINES lines of its own and then says that no more will come; the answer must be the same, to the byte, and then end.
 *
 * What it shows: WSASend and WSARecv with completion routines. The thread that begins a call makes the routine's call, and only
 * while it waits alertably, here in SleepEx: so the program is a handful of short functions that never meet each other half way,
 * and has neither threads nor locks. Each connection has two calls under way, a send and a receive. With a routine hEvent is the
 * program's own: it leads back to the connection.
 */
#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 512
#define PATIENCE_MILLISECONDS 60000 /* with no progress at all */

/* A place in the text of a connection. */
struct text {
    unsigned long line;
    int at, length;
    char bytes[MAX_LINE];
};

struct connection {
    WSAOVERLAPPED sending, receiving;
    SOCKET socket;
    unsigned long number;
    struct text sent, expected;
    char received[1500];
};

static unsigned long lines, running;
static unsigned long long checked;

static void give_up(const char *what, int error)
{
    fprintf(stderr, "%s failed with error %d\n", what, error);
    exit(1);
}

/* The next line of the connection: its length differs from those around it, its bytes from those of all others. */
static void write_line(struct text *text, unsigned long connection)
{
    int filler = (int)((text->line * 37 + connection * 11) % 400), i;
    int length = snprintf(text->bytes, sizeof text->bytes, "connection %lu, line %lu ", connection, text->line);
    for (i = 0; i < filler; ++i)
        text->bytes[length++] = (char)('a' + (text->line + connection + (unsigned)i) % 26);
    text->bytes[length++] = '\n';
    text->length = length;
    text->at = 0;
    ++text->line;
}

/* ---- sending ---- */

static void CALLBACK on_sent(DWORD error, DWORD bytes, WSAOVERLAPPED *overlapped, DWORD flags);

static void send_line(struct connection *connection)
{
    WSABUF whole;
    if (connection->sent.line == lines) {
        if (shutdown(connection->socket, SD_SEND) != 0)
            give_up("shutdown", WSAGetLastError());
        return;
    }
    write_line(&connection->sent, connection->number);
    whole.buf = connection->sent.bytes;
    whole.len = (ULONG)connection->sent.length;
    /* The routine is called in either case, whether the call ends at once or later; but not if it fails here. */
    if (WSASend(connection->socket, &whole, 1, NULL, 0, &connection->sending, on_sent) != 0 && WSAGetLastError() != WSA_IO_PENDING)
        give_up("WSASend", WSAGetLastError());
}

static void CALLBACK on_sent(DWORD error, DWORD bytes, WSAOVERLAPPED *overlapped, DWORD flags)
{
    (void)bytes; /* all of them, or an error */
    (void)flags;
    if (error != 0)
        give_up("sending a line", (int)error);
    send_line(overlapped->hEvent);
}

/* ---- receiving ---- */

static void CALLBACK on_received(DWORD error, DWORD bytes, WSAOVERLAPPED *overlapped, DWORD flags);

static void receive(struct connection *connection)
{
    WSABUF room = {sizeof connection->received, connection->received};
    DWORD flags = 0;
    if (WSARecv(connection->socket, &room, 1, NULL, &flags, &connection->receiving, on_received) != 0 &&
        WSAGetLastError() != WSA_IO_PENDING)
        give_up("WSARecv", WSAGetLastError());
}

static void check(struct connection *connection, const char *bytes, DWORD count)
{
    struct text *expected = &connection->expected;
    DWORD i;
    for (i = 0; i < count; ++i) {
        if (expected->at == expected->length && expected->line < lines)
            write_line(expected, connection->number);
        if (expected->at == expected->length || bytes[i] != expected->bytes[expected->at++]) {
            fprintf(stderr, "connection %lu: not what was sent, in line %lu\n", connection->number, expected->line);
            exit(1);
        }
    }
    checked += count;
}

static void CALLBACK on_received(DWORD error, DWORD bytes, WSAOVERLAPPED *overlapped, DWORD flags)
{
    struct connection *connection = overlapped->hEvent;
    (void)flags;
    if (error != 0)
        give_up("receiving", (int)error);
    if (bytes != 0) {
        check(connection, connection->received, bytes);
        receive(connection);
        return;
    }
    if (connection->expected.line != lines || connection->expected.at != connection->expected.length) {
        fprintf(stderr, "connection %lu: ended in line %lu\n", connection->number, connection->expected.line);
        exit(1);
    }
    closesocket(connection->socket);
    --running;
}

int main(int argc, char **argv)
{
    struct connection *connections;
    struct sockaddr_in address = {0};
    unsigned long count, i;
    WSADATA data;

    if (argc != 4) {
        fprintf(stderr, "usage: client PORT CONNECTIONS LINES\n");
        return 2;
    }
    count = strtoul(argv[2], NULL, 10);
    lines = strtoul(argv[3], NULL, 10);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    connections = calloc(count, sizeof *connections);
    if (!connections)
        return 1;

    for (i = 0; i < count; ++i) {
        struct connection *connection = &connections[i];
        connection->number = i;
        connection->sending.hEvent = connection->receiving.hEvent = connection;
        connection->socket = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
        if (connection->socket == INVALID_SOCKET)
            give_up("WSASocket", WSAGetLastError());
        if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0)
            give_up("connect", WSAGetLastError());
        ++running;
        receive(connection);
        send_line(connection);
    }
    while (running != 0) {
        if (SleepEx(PATIENCE_MILLISECONDS, TRUE) != WAIT_IO_COMPLETION) {
            fprintf(stderr, "%lu connections are not answered\n", running);
            return 1;
        }
    }
    printf("%lu connections, %lu lines each: %llu bytes came back as they were sent\n", count, lines, checked);
    free(connections);
    WSACleanup();
    return 0;
}
