/*
 * echo_server - sends back what it gets, on any number of connections, in one thread that waits for messages.
 *
 *     echo_server PORT CONNECTIONS
 *
 * It listens on the loopback; PORT 0 takes any free port. It ends after so many CONNECTIONS (0: never).
 * examples/completion_routine/client is a client for it.
 *
 * What it shows: WSAAsyncSelect, the way of programs that have windows. Each event of a socket is a message to a window, here one that is
 * never shown, so a program that waits for its user anyhow serves its sockets in the same loop. What the listener has selected, its
 * connections have too.
 *
 * FD_READ comes again after each recv that leaves something, so one recv for each message is enough. FD_WRITE comes when a connection is
 * made, and then only after a send that found no room: what could not be sent waits for it, and until then nothing more is read.
 * FD_CLOSE comes when everything has been read.
 */
#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#define WM_SOCKET (WM_USER + 1)

struct connection {
    SOCKET socket;
    int sent, received;
    char data[4096];
    BOOL held;  /* an FD_READ came while something was still to be sent */
    BOOL ended; /* FD_CLOSE came meanwhile */
    struct connection *next;
};

static struct connection *connections;
static unsigned long limit, served, there;
static unsigned long long echoed;

static void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %d\n", what, WSAGetLastError());
    exit(1);
}

static struct connection **find(SOCKET socket)
{
    struct connection **link = &connections;
    while (*link && (*link)->socket != socket)
        link = &(*link)->next;
    return link;
}

static void forget(struct connection *connection)
{
    *find(connection->socket) = connection->next;
    closesocket(connection->socket);
    free(connection);
    if (--there == 0 && served == limit)
        PostQuitMessage(0);
}

/* Sends what is there. FALSE: some is left, and FD_WRITE will come. */
static BOOL send_back(struct connection *connection)
{
    while (connection->sent < connection->received) {
        int count = send(connection->socket, connection->data + connection->sent, connection->received - connection->sent, 0);
        if (count == SOCKET_ERROR) {
            if (WSAGetLastError() == WSAEWOULDBLOCK)
                return FALSE;
            connection->sent = connection->received; /* the peer has left; FD_CLOSE tells of it */
            return TRUE;
        }
        connection->sent += count;
        echoed += (unsigned)count;
    }
    connection->sent = connection->received = 0;
    return TRUE;
}

static void receive(struct connection *connection)
{
    int count;
    if (connection->received) {
        connection->held = TRUE;
        return;
    }
    count = recv(connection->socket, connection->data, sizeof connection->data, 0);
    if (count > 0) {
        connection->received = count;
        send_back(connection);
    }
}

static void accept_one(SOCKET listener)
{
    struct connection *connection;
    SOCKET socket = accept(listener, NULL, NULL);
    if (socket == INVALID_SOCKET)
        return; /* who called has left again */
    connection = calloc(1, sizeof *connection);
    if (!connection) {
        closesocket(socket);
        return;
    }
    connection->socket = socket;
    connection->next = connections;
    connections = connection;
    ++there;
    if (++served == limit)
        closesocket(listener);
}

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    struct connection *connection;
    if (message != WM_SOCKET)
        return DefWindowProcA(window, message, wparam, lparam);
    if (WSAGETSELECTEVENT(lparam) == FD_ACCEPT) {
        accept_one((SOCKET)wparam);
        return 0;
    }
    connection = *find((SOCKET)wparam);
    if (!connection)
        return 0; /* a message that was on its way when its socket was closed */
    switch (WSAGETSELECTEVENT(lparam)) {
    case FD_READ:
        receive(connection);
        break;
    case FD_WRITE:
        if (send_back(connection) && connection->held) {
            connection->held = FALSE;
            receive(connection);
        }
        if (connection->ended && !connection->received)
            forget(connection);
        break;
    case FD_CLOSE:
        connection->ended = TRUE;
        if (!connection->received || WSAGETSELECTERROR(lparam) != 0)
            forget(connection);
        break;
    }
    return 0;
}

int main(int argc, char **argv)
{
    WSADATA data;
    WNDCLASSA window_class = {0};
    HWND window;
    SOCKET listener;
    struct sockaddr_in address = {0};
    int length = sizeof address;
    MSG message;

    if (argc != 3) {
        fprintf(stderr, "usage: %s PORT CONNECTIONS\n", argv[0]);
        return 2;
    }
    limit = strtoul(argv[2], NULL, 10);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        give_up("WSAStartup");

    window_class.lpfnWndProc = on_message;
    window_class.hInstance = GetModuleHandleA(NULL);
    window_class.lpszClassName = "echo_server";
    if (!RegisterClassA(&window_class))
        give_up("RegisterClass");
    window = CreateWindowA("echo_server", "echo_server", WS_OVERLAPPEDWINDOW, CW_USEDEFAULT, CW_USEDEFAULT, CW_USEDEFAULT, CW_USEDEFAULT, NULL, NULL,
                           window_class.hInstance, NULL);
    if (!window)
        give_up("CreateWindow");

    listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((u_short)atoi(argv[1]));
    if (listener == INVALID_SOCKET || bind(listener, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR ||
        listen(listener, SOMAXCONN) == SOCKET_ERROR || getsockname(listener, (struct sockaddr *)&address, &length) == SOCKET_ERROR)
        give_up("listening");
    if (WSAAsyncSelect(listener, window, WM_SOCKET, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE) == SOCKET_ERROR)
        give_up("WSAAsyncSelect");
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);

    while (GetMessageA(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageA(&message);
    }
    printf("%lu connections, %llu bytes\n", served, echoed);
    DestroyWindow(window);
    WSACleanup();
    return 0;
}
