/*
 * talk - speaks to a server line by line: sends what is typed, prints what comes.
 *
 *     talk ADDRESS PORT
 *
 * What it shows: WSAAsyncSelect in a program that has no window but a loop of its own, here one around epoll. WSApSetPostRoutine names
 * the function that posts: it may be called by any thread, so it writes the message into a pipe, and the loop reads it from there. It
 * must not wait, so the pipe does not block: there are never more messages in it than events that the loop has not answered by a call. A
 * "window" is then whatever the program takes for one.
 */
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define WM_SOCKET (WM_USER + 1)
#define KEYBOARD 0

static int messages[2]; /* a pipe */

static BOOL WSPAPI post(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    MSG posted = {.hwnd = window, .message = message, .wParam = wparam, .lParam = lparam};
    return write(messages[1], &posted, sizeof posted) == sizeof posted;
}

static void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %d\n", what, WSAGetLastError());
    exit(1);
}

/* What is typed, or the end of it. */
static BOOL send_typed(SOCKET socket)
{
    char line[512];
    ssize_t count = read(KEYBOARD, line, sizeof line), sent = 0;
    while (sent < count) {
        int part = send(socket, line + sent, (int)(count - sent), 0);
        if (part == SOCKET_ERROR && WSAGetLastError() != WSAEWOULDBLOCK)
            give_up("send");
        if (part > 0)
            sent += part;
    }
    if (count <= 0)
        shutdown(socket, SD_SEND);
    return count > 0;
}

/* FALSE: the server has ended. */
static BOOL take_message(SOCKET socket)
{
    MSG message;
    char text[512];
    int count;
    if (read(messages[0], &message, sizeof message) != sizeof message || message.message != WM_SOCKET || message.wParam != socket)
        return TRUE;
    switch (WSAGETSELECTEVENT(message.lParam)) {
    case FD_READ:
        count = recv(socket, text, sizeof text, 0);
        if (count > 0) {
            fwrite(text, 1, (size_t)count, stdout);
            fflush(stdout);
        }
        return TRUE;
    case FD_CLOSE:
        if (WSAGETSELECTERROR(message.lParam) != 0)
            fprintf(stderr, "the connection ended with error %d\n", (int)WSAGETSELECTERROR(message.lParam));
        return FALSE;
    }
    return TRUE;
}

int main(int argc, char **argv)
{
    WSADATA data;
    struct sockaddr_in address = {0};
    struct epoll_event ready, keyboard = {EPOLLIN, {.fd = KEYBOARD}}, posted = {EPOLLIN, {.fd = 0}};
    SOCKET server;
    int loop, goes_on = 1;

    if (argc != 3) {
        fprintf(stderr, "usage: %s ADDRESS PORT\n", argv[0]);
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        give_up("WSAStartup");
    loop = epoll_create1(0);
    if (loop < 0 || pipe(messages) != 0 || fcntl(messages[1], F_SETFL, O_NONBLOCK) != 0 || WSApSetPostRoutine(post) == SOCKET_ERROR)
        give_up("the loop");

    server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    address.sin_family = AF_INET;
    address.sin_port = htons((u_short)atoi(argv[2]));
    if (InetPtonA(AF_INET, argv[1], &address.sin_addr) != 1 || server == INVALID_SOCKET ||
        connect(server, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        give_up("connect");
    if (WSAAsyncSelect(server, (HWND)messages, WM_SOCKET, FD_READ | FD_CLOSE) == SOCKET_ERROR)
        give_up("WSAAsyncSelect");

    posted.data.fd = messages[0];
    epoll_ctl(loop, EPOLL_CTL_ADD, messages[0], &posted);
    epoll_ctl(loop, EPOLL_CTL_ADD, KEYBOARD, &keyboard);
    while (goes_on) {
        if (epoll_wait(loop, &ready, 1, -1) != 1)
            continue;
        if (ready.data.fd == messages[0])
            goes_on = take_message(server);
        else if (!send_typed(server))
            epoll_ctl(loop, EPOLL_CTL_DEL, KEYBOARD, NULL);
    }
    closesocket(server);
    WSApSetPostRoutine(NULL);
    WSACleanup();
    return 0;
}
