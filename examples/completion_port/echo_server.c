/*
 * echo_server - sends back what it gets, on any number of connections, with a few threads on one completion port.
 *
 *     echo_server PORT THREADS CONNECTIONS
 *
 * It listens on the loopback; PORT 0 takes any free port. It ends after so many CONNECTIONS, or, at any time and for ever if
 * CONNECTIONS is 0, when Ctrl+C or Ctrl+Break is pressed. examples/completion_routine/client is a client for it.
 *
 * What it shows: every wait of the server is one wait for the port. AcceptEx, WSARecv and WSASend only begin something; their ends
 * are packets, which any of the threads takes. A connection has one operation at a time, so it needs one OVERLAPPED, and no lock:
 * it belongs to the operation under way, and then to the thread that took its end. Beside the OVERLAPPED stands a function, how the
 * connection goes on, so a thread does not ask what has ended.
 *
 * And how such a server ends without leaving anything: it begins nothing new, ends what is under way, waits until the last
 * connection is gone, and only then lets the threads go.
 */
#include <winsock2.h>
#include <mswsock.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#define MAX_THREADS 64
#define ACCEPTS 8 /* how many AcceptEx wait for callers */
#define ADDRESS_ROOM (sizeof(struct sockaddr_in) + 16)

struct connection {
    OVERLAPPED overlapped;
    void (*go_on)(struct connection *connection, BOOL succeeded, DWORD bytes); /* when the operation under way has ended */
    SOCKET socket;
    WSABUF rest; /* what is still to be sent */
    char data[4096];
    struct connection *next, *previous;
};

static HANDLE port, finish, all_gone;
static SOCKET listener;
static LPFN_ACCEPTEX accept_ex;
static unsigned long limit; /* of connections, or 0 */

/* Under the lock: who is there, and whether anybody may still come. */
static CRITICAL_SECTION lock;
static struct connection *connections;
static int accepting, stopping;
static unsigned long served;
static unsigned long long echoed;

static void keep_accepting(void);
static void receive(struct connection *connection);

static void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %d\n", what, WSAGetLastError());
    exit(1);
}

/* ---- a connection's way ---- */

static void forget(struct connection *connection)
{
    EnterCriticalSection(&lock);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    if (stopping && !connections)
        SetEvent(all_gone);
    LeaveCriticalSection(&lock);
    closesocket(connection->socket);
    free(connection);
}

static void hang_up(struct connection *connection)
{
    EnterCriticalSection(&lock);
    if (++served == limit)
        SetEvent(finish);
    LeaveCriticalSection(&lock);
    forget(connection);
    keep_accepting(); /* there may not have been enough for another socket before */
}

/* A call that has begun, or ended at once, brings a packet in either case. Afterwards the connection may be another thread's. */
static BOOL has_begun(int result)
{
    return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static void on_sent(struct connection *connection, BOOL succeeded, DWORD bytes)
{
    if (!succeeded) {
        hang_up(connection);
        return;
    }
    EnterCriticalSection(&lock);
    echoed += bytes; /* all of them: a send on a stream ends with all or with an error */
    LeaveCriticalSection(&lock);
    receive(connection);
}

static void on_received(struct connection *connection, BOOL succeeded, DWORD bytes)
{
    if (!succeeded || bytes == 0) { /* 0: the other side says no more, and has got all */
        hang_up(connection);
        return;
    }
    connection->rest.len = bytes;
    connection->go_on = on_sent;
    if (!has_begun(WSASend(connection->socket, &connection->rest, 1, NULL, 0, &connection->overlapped, NULL)))
        hang_up(connection);
}

static void receive(struct connection *connection)
{
    WSABUF room = {sizeof connection->data, connection->data};
    DWORD flags = 0;
    connection->rest.buf = connection->data;
    connection->go_on = on_received;
    if (!has_begun(WSARecv(connection->socket, &room, 1, NULL, &flags, &connection->overlapped, NULL)))
        hang_up(connection);
}

static void on_accepted(struct connection *connection, BOOL succeeded, DWORD bytes)
{
    (void)bytes; /* none: this AcceptEx waits for a caller, not for what he says */
    EnterCriticalSection(&lock);
    --accepting;
    LeaveCriticalSection(&lock);
    keep_accepting();
    /* Without the context the socket is connected, but shutdown and getpeername do not know. */
    if (!succeeded || setsockopt(connection->socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (const char *)&listener, sizeof listener) != 0)
        forget(connection);
    else
        receive(connection);
}

/* ---- callers ---- */

/* Under the lock, so that the listener is there. */
static BOOL begin_accept(void)
{
    struct connection *connection = calloc(1, sizeof *connection);
    DWORD bytes;
    if (!connection)
        return FALSE;
    connection->go_on = on_accepted;
    connection->socket = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    if (connection->socket == INVALID_SOCKET || !CreateIoCompletionPort((HANDLE)connection->socket, port, 0, 0) ||
        (!accept_ex(listener, connection->socket, connection->data, 0, ADDRESS_ROOM, ADDRESS_ROOM, &bytes, &connection->overlapped) &&
         WSAGetLastError() != WSA_IO_PENDING)) {
        fprintf(stderr, "waiting for a caller failed with error %d\n", WSAGetLastError());
        if (connection->socket != INVALID_SOCKET)
            closesocket(connection->socket);
        free(connection);
        return FALSE;
    }
    connection->next = connections;
    if (connections)
        connections->previous = connection;
    connections = connection;
    return TRUE;
}

static void keep_accepting(void)
{
    EnterCriticalSection(&lock);
    while (!stopping && accepting < ACCEPTS && begin_accept())
        ++accepting;
    LeaveCriticalSection(&lock);
}

static void listen_on(unsigned short number)
{
    struct sockaddr_in address = {0};
    int length = sizeof address;
    GUID which = WSAID_ACCEPTEX;
    DWORD bytes;

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(number);
    listener = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    if (listener == INVALID_SOCKET)
        give_up("WSASocket");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0)
        give_up("bind");
    if (listen(listener, SOMAXCONN) != 0)
        give_up("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        give_up("getsockname");
    if (WSAIoctl(listener, SIO_GET_EXTENSION_FUNCTION_POINTER, &which, sizeof which, &accept_ex, sizeof accept_ex, &bytes, NULL, NULL) != 0)
        give_up("asking for AcceptEx");
    /* An AcceptEx ends at the port of its listener; what follows, at that of the accepted socket. */
    if (!CreateIoCompletionPort((HANDLE)listener, port, 0, 0))
        give_up("CreateIoCompletionPort");
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
}

/* ---- threads, and the end ---- */

static DWORD WINAPI work(void *unused)
{
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key;
        OVERLAPPED *overlapped = NULL;
        BOOL succeeded = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
        struct connection *connection;
        if (!overlapped)
            return 0; /* stop() says that it is over */
        connection = CONTAINING_RECORD(overlapped, struct connection, overlapped);
        connection->go_on(connection, succeeded, bytes);
    }
    (void)unused;
}

static BOOL WINAPI on_console_event(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    SetEvent(finish);
    return TRUE;
}

static void stop(HANDLE *threads, int count)
{
    struct connection *connection;
    int i;

    EnterCriticalSection(&lock);
    stopping = 1;
    closesocket(listener);
    /* After shutdown nothing new can wait; what waits already is cancelled. Each connection then meets its failure, and goes. */
    for (connection = connections; connection; connection = connection->next) {
        shutdown(connection->socket, SD_BOTH);
        CancelIoEx((HANDLE)connection->socket, NULL);
    }
    if (!connections)
        SetEvent(all_gone);
    LeaveCriticalSection(&lock);
    WaitForSingleObject(all_gone, INFINITE);
    for (i = 0; i < count; ++i)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    for (i = 0; i < count; ++i) {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
    }
}

int main(int argc, char **argv)
{
    HANDLE threads[MAX_THREADS];
    int count, i;
    WSADATA data;

    if (argc != 4 || (count = atoi(argv[2])) < 1 || count > MAX_THREADS) {
        fprintf(stderr, "usage: echo_server PORT THREADS(1-%d) CONNECTIONS\n", MAX_THREADS);
        return 2;
    }
    limit = strtoul(argv[3], NULL, 10);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    InitializeCriticalSection(&lock);
    finish = CreateEventA(NULL, TRUE, FALSE, NULL);
    all_gone = CreateEventA(NULL, TRUE, FALSE, NULL);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    if (!finish || !all_gone || !port || !SetConsoleCtrlHandler(on_console_event, TRUE))
        give_up("making the port");
    listen_on((unsigned short)atoi(argv[1]));
    for (i = 0; i < count; ++i) {
        threads[i] = CreateThread(NULL, 0, work, NULL, 0, NULL);
        if (!threads[i])
            give_up("CreateThread");
    }
    keep_accepting();

    WaitForSingleObject(finish, INFINITE);
    stop(threads, count);
    printf("%lu connections, %llu bytes\n", served, echoed);
    CloseHandle(port);
    CloseHandle(finish);
    CloseHandle(all_gone);
    DeleteCriticalSection(&lock);
    WSACleanup();
    return 0;
}
