/*
 * A plain Winsock program, as a Windows compiler makes it: every call is checked, and what it found is printed a line each, "name value".
 * It works the same on any ws2_32; run_wine looks at the lines that tell whose it is.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wine/check.h"

static DWORD WINAPI echo(void *argument)
{
    SOCKET listener = *(SOCKET *)argument;
    SOCKET s = accept(listener, NULL, NULL);
    char buffer[64];
    int n;
    while ((n = recv(s, buffer, sizeof buffer, 0)) > 0)
        send(s, buffer, n, 0);
    closesocket(s);
    return 0;
}

static int CALLBACK refuse(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos, LPWSABUF callee, LPWSABUF callee_data,
                           GROUP *group, DWORD_PTR context)
{
    (void)caller_data, (void)sqos, (void)gqos, (void)callee, (void)callee_data, (void)group;
    *(int *)context = ((struct sockaddr *)caller->buf)->sa_family;
    /* A call within: nothing but the last error is to be had of it. */
    check("a call inside a callback is in progress", WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, 0) == INVALID_SOCKET &&
                                                      WSAGetLastError() == WSAEINPROGRESS);
    return CF_REJECT;
}

static void wild_pointers(SOCKET s)
{
    char *unmapped = VirtualAlloc(NULL, 65536, MEM_RESERVE, PAGE_NOACCESS);
    int length = sizeof(struct sockaddr_in);
    check("wild name", getsockname(s, (struct sockaddr *)unmapped, &length) == SOCKET_ERROR && WSAGetLastError() == WSAEFAULT);
    check("wild length", getsockname(s, NULL, (int *)unmapped) == SOCKET_ERROR && WSAGetLastError() == WSAEFAULT);
    check("wild data", send(s, unmapped, 10, 0) == SOCKET_ERROR);
    check("wild set", select(0, (fd_set *)unmapped, NULL, NULL, NULL) == SOCKET_ERROR && WSAGetLastError() == WSAEFAULT);
    check("no socket before wild pointers", getsockname(4 * 77, (struct sockaddr *)unmapped, &length) == SOCKET_ERROR &&
                                             WSAGetLastError() == WSAENOTSOCK);
}

int main(int argc, char **argv)
{
    WSADATA data;
    char path[MAX_PATH] = "";
    check("WSAStartup", WSAStartup(MAKEWORD(2, 2), &data) == 0);
    GetModuleFileNameA(GetModuleHandleA("winehost.dll"), path, sizeof path);
    printf("host %s\n", GetModuleHandleA("winehost.dll") ? path : "none");
    printf("description %s\n", data.szDescription);
    printf("arguments %d", argc - 1);
    for (int i = 1; i < argc; i++)
        printf(" [%s]", argv[i]);
    printf("\nenvironment %s\n", getenv("WINDSOCK_TEST_WORD") ? getenv("WINDSOCK_TEST_WORD") : "-");

    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    check("socket", listener != INVALID_SOCKET);
    printf("socket %llx\n", (unsigned long long)listener);
    int type = 0, length = sizeof type;
    check("getsockopt", getsockopt(listener, SOL_SOCKET, SO_TYPE, (char *)&type, &length) == 0 && type == SOCK_STREAM && length == 4);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check("bind", bind(listener, (struct sockaddr *)&name, sizeof name) == 0);
    length = sizeof name;
    check("getsockname", getsockname(listener, (struct sockaddr *)&name, &length) == 0 && name.sin_port != 0);
    check("listen", listen(listener, 5) == 0);

    HANDLE thread = CreateThread(NULL, 0, echo, &listener, 0, NULL);
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    check("connect", connect(s, (struct sockaddr *)&name, sizeof name) == 0);
    char buffer[64] = "";
    check("send", send(s, "hello", 5, 0) == 5);
    check("recv", recv(s, buffer, sizeof buffer, 0) == 5 && memcmp(buffer, "hello", 5) == 0);

    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(s, &readable);
    struct timeval none = {0, 1000};
    check("select times out", select(0, &readable, NULL, NULL, &none) == 0);
    u_long on = 1;
    check("ioctlsocket", ioctlsocket(s, FIONBIO, &on) == 0);
    check("recv would block", recv(s, buffer, 1, 0) == SOCKET_ERROR && GetLastError() == WSAEWOULDBLOCK);
    wild_pointers(s);
    shutdown(s, SD_SEND);
    check("the echo ends", WaitForSingleObject(thread, 60000) == WAIT_OBJECT_0);
    check("closesocket", closesocket(s) == 0);
    check("closed", send(s, "x", 1, 0) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK);

    /* The program's code inside a call. */
    int family = 0;
    s = socket(AF_INET, SOCK_STREAM, 0);
    check("connect again", connect(s, (struct sockaddr *)&name, sizeof name) == 0);
    check("WSAAccept refuses", WSAAccept(listener, NULL, NULL, refuse, (DWORD_PTR)&family) == INVALID_SOCKET &&
                                   WSAGetLastError() == WSAECONNREFUSED && family == AF_INET);
    closesocket(s);
    WSAEVENT event = WSACreateEvent();
    check("alertable wait", WSASetEvent(event) && WSAWaitForMultipleEvents(1, &event, FALSE, 60000, TRUE) == WSA_WAIT_EVENT_0);
    check("wait times out", WSAResetEvent(event) && WSAWaitForMultipleEvents(1, &event, FALSE, 10, FALSE) == WSA_WAIT_TIMEOUT);
    check("close event", WSACloseEvent(event) && !WSASetEvent(event) && GetLastError() == ERROR_INVALID_HANDLE);
    check("error code", WSASocketW(-5, 1, 1, NULL, 0, 0) == INVALID_SOCKET && GetLastError() == WSAEAFNOSUPPORT);
    closesocket(listener);
    check("WSACleanup", WSACleanup() == 0);

    GetCurrentDirectoryA(sizeof path, path);
    printf("folder %s\nready for input\n", path);
    fflush(stdout);
    char line[64];
    if (fgets(line, sizeof line, stdin))
        printf("input %s\n", strtok(line, "\r\n"));
    fprintf(stderr, "to the standard error\n");
    printf("failures %d\n", failures);
    fflush(stdout);
    return failures ? 1 : 42;
}
