/*
 * Overlapped calls where Wine has its part in them: its events, its queue of calls to a thread, its completion ports, and kernel32's
 * functions for files on SOCKETs. Prints "failed WHAT (ERROR)" for what is not so and "failures N" at the end.
 *
 *   ping-pong N     N round trips of 64 bytes by events between two threads, and what one takes, in microseconds
 */
#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wine/check.h"

enum { kPatience = 30000 };
/* Its end is the call that it waits for. */
static DWORD(WINAPI *const alertable_pause)(DWORD, BOOL) = SleepEx;

static void connection(SOCKET *a, SOCKET *b)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof name;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (struct sockaddr *)&name, sizeof name);
    listen(listener, 1);
    getsockname(listener, (struct sockaddr *)&name, &length);
    *a = socket(AF_INET, SOCK_STREAM, 0);
    check("connect", connect(*a, (struct sockaddr *)&name, sizeof name) == 0);
    *b = accept(listener, NULL, NULL);
    closesocket(listener);
}

static int pending(BOOL failed)
{
    return failed && WSAGetLastError() == WSA_IO_PENDING;
}

static int receive(SOCKET s, char *text, int size, OVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    WSABUF buffer = {.len = size, .buf = text};
    DWORD flags = 0;
    return WSARecv(s, &buffer, 1, NULL, &flags, overlapped, routine);
}

static OVERLAPPED with_event(void)
{
    return (OVERLAPPED){.hEvent = CreateEventW(NULL, TRUE, TRUE, NULL)};
}

static void events(void)
{
    SOCKET a, b;
    char text[16];
    DWORD n = 0, flags;
    OVERLAPPED o = with_event();
    connection(&a, &b);
    check("a receive that waits", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    check("its event is reset", WaitForSingleObject(o.hEvent, 0) == WAIT_TIMEOUT);
    check("it is not over", !WSAGetOverlappedResult(b, &o, &n, FALSE, &flags) && WSAGetLastError() == WSA_IO_INCOMPLETE);
    send(a, "hello", 5, 0);
    check("its event is set", WaitForSingleObject(o.hEvent, kPatience) == WAIT_OBJECT_0);
    check("what has come", WSAGetOverlappedResult(b, &o, &n, FALSE, &flags) && n == 5 && memcmp(text, "hello", 5) == 0);
    send(a, "already", 7, 0);
    while (recv(b, text, 7, MSG_PEEK) != 7) ;
    check("what is there already", receive(b, text, sizeof text, &o, NULL) == 0 || WSAGetLastError() == WSA_IO_PENDING);
    check("kernel32 reads the end", GetOverlappedResult((HANDLE)b, &o, &n, TRUE) && n == 7);

    check("ReadFile", pending(!ReadFile((HANDLE)b, text, sizeof text, &n, &o)));
    OVERLAPPED w = with_event();
    check("WriteFile", WriteFile((HANDLE)a, "file", 4, &n, &w) && GetOverlappedResult((HANDLE)a, &w, &n, FALSE) && n == 4);
    check("ReadFile's end", GetOverlappedResult((HANDLE)b, &o, &n, TRUE) && n == 4 && memcmp(text, "file", 4) == 0);

    check("a receive to be cancelled", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    check("CancelIoEx of another", !CancelIoEx((HANDLE)b, &w) && GetLastError() == ERROR_NOT_FOUND);
    check("CancelIoEx", CancelIoEx((HANDLE)b, &o));
    check("it is cancelled", !GetOverlappedResult((HANDLE)b, &o, &n, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED);
    check("CancelIo of nothing", CancelIo((HANDLE)b));
    check("another receive", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    check("CancelIo", CancelIo((HANDLE)b) && !GetOverlappedResult((HANDLE)b, &o, &n, TRUE) && GetLastError() == ERROR_OPERATION_ABORTED);
    check("a receive to be closed", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    closesocket(b);
    check("its event is set by the close", WaitForSingleObject(o.hEvent, kPatience) == WAIT_OBJECT_0 && o.Internal == 0xc0000120);
    OVERLAPPED bad = {.hEvent = (HANDLE)0x7ffc};
    check("an event that is none", receive(a, text, sizeof text, &bad, NULL) != 0 && WSAGetLastError() == WSA_INVALID_HANDLE);
    OVERLAPPED *none = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READONLY);
    check("a structure that cannot be written to", receive(a, text, sizeof text, none, NULL) != 0 && WSAGetLastError() == WSAEFAULT);
    check("nor by kernel32", !CancelIoEx((HANDLE)a, NULL) && GetLastError() == ERROR_NOT_FOUND);
    CloseHandle(o.hEvent);
    CloseHandle(w.hEvent);
    closesocket(a);
}

/* Without an event the SOCKET itself is waited for. */
static DWORD WINAPI send_word(void *s)
{
    return send((SOCKET)s, "later", 5, 0);
}

static void without_an_event(void)
{
    SOCKET a, b;
    char text[16];
    DWORD n = 0;
    OVERLAPPED o = {0};
    connection(&a, &b);
    check("a receive without an event", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    check("a SOCKET is not signalled while it waits", WaitForSingleObject((HANDLE)b, 0) == WAIT_TIMEOUT && WaitForSingleObject((HANDLE)b, 20) == WAIT_TIMEOUT);
    HANDLE thread = CreateThread(NULL, 0, send_word, (void *)a, 0, NULL);
    check("GetOverlappedResult waits", GetOverlappedResult((HANDLE)b, &o, &n, TRUE) && n == 5 && memcmp(text, "later", 5) == 0);
    check("a SOCKET is signalled after an end", WaitForSingleObject((HANDLE)b, 0) == WAIT_OBJECT_0);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    closesocket(a);
    closesocket(b);
    check("a SOCKET that is closed", WaitForSingleObject((HANDLE)b, 0) == WAIT_FAILED && GetLastError() == ERROR_INVALID_HANDLE);
}

/* ---- routines ---- */

static struct {
    int calls;
    DWORD error, bytes, flags, thread;
    void *overlapped;
} told;

static void CALLBACK routine(DWORD error, DWORD bytes, OVERLAPPED *overlapped, DWORD flags)
{
    told.calls++;
    told.error = error, told.bytes = bytes, told.flags = flags, told.overlapped = overlapped, told.thread = GetCurrentThreadId();
}

static void CALLBACK routine_of_files(DWORD error, DWORD bytes, OVERLAPPED *overlapped)
{
    routine(error, bytes, overlapped, 0);
}

static SOCKET nested_socket;
static char nested_text[16];
static void CALLBACK nested(DWORD error, DWORD bytes, OVERLAPPED *overlapped, DWORD flags)
{
    routine(error, bytes, overlapped, flags);
    if (told.calls < 3)
        receive(nested_socket, nested_text, sizeof nested_text, overlapped, nested);
}

static int was_called(int calls, DWORD error, DWORD bytes, void *overlapped)
{
    return told.calls == calls && told.error == error && told.bytes == bytes && told.overlapped == overlapped && told.thread == GetCurrentThreadId();
}

static void routines(void)
{
    SOCKET a, b;
    char text[16];
    OVERLAPPED o = {0}, p = {0};
    connection(&a, &b);
    check("a receive with a routine", pending(receive(b, text, sizeof text, &o, routine) != 0));
    check("nothing is called yet", alertable_pause(0, TRUE) == 0 && told.calls == 0);
    send(a, "hello", 5, 0);
    check("SleepEx calls it", alertable_pause(kPatience, TRUE) == WAIT_IO_COMPLETION && was_called(1, 0, 5, &o));
    send(a, "again", 5, 0);
    while (recv(b, text, 5, MSG_PEEK) != 5) ;
    check("what is there already", (receive(b, text, sizeof text, &o, routine) == 0 || WSAGetLastError() == WSA_IO_PENDING) && told.calls == 1);
    WSAEVENT event = WSACreateEvent();
    check("WSAWaitForMultipleEvents calls it", WSAWaitForMultipleEvents(1, &event, FALSE, kPatience, TRUE) == WSA_WAIT_IO_COMPLETION && was_called(2, 0, 5, &o));
    check("ReadFileEx", ReadFileEx((HANDLE)b, text, sizeof text, &p, routine_of_files));
    check("WriteFileEx", WriteFileEx((HANDLE)a, "files", 5, &o, routine_of_files) && alertable_pause(kPatience, TRUE) == WAIT_IO_COMPLETION);
    while (told.calls < 4 && alertable_pause(kPatience, TRUE) == WAIT_IO_COMPLETION) ;
    check("ReadFileEx's end", told.calls == 4 && told.error == 0 && told.bytes == 5 && p.Internal == 0 && p.InternalHigh == 5);
    check("one to be cancelled", pending(receive(b, text, sizeof text, &o, routine) != 0) && CancelIo((HANDLE)b));
    check("it is called", alertable_pause(kPatience, TRUE) == WAIT_IO_COMPLETION && was_called(5, WSA_OPERATION_ABORTED, 0, &o));

    told.calls = 0;
    nested_socket = b;
    receive(b, nested_text, sizeof nested_text, &o, nested);
    for (int i = 0; i < 3; i++) {
        send(a, "x", 1, 0);
        check("a routine that receives again", WSAWaitForMultipleEvents(1, &event, FALSE, kPatience, TRUE) == WSA_WAIT_IO_COMPLETION && was_called(i + 1, 0, 1, &o));
    }
    WSACloseEvent(event);
    closesocket(a);
    closesocket(b);
}

/* ---- the end of a thread ---- */

struct Left {
    SOCKET s;
    OVERLAPPED with_event, with_routine;
    HANDLE begun;
    char text[2][16];
};

static DWORD WINAPI begin_and_end(void *argument)
{
    struct Left *left = argument;
    return pending(receive(left->s, left->text[0], 16, &left->with_event, NULL) != 0) &&
           pending(receive(left->s, left->text[1], 16, &left->with_routine, routine) != 0);
}

static void the_end_of_a_thread(void)
{
    struct Left left = {.with_event = with_event()};
    SOCKET a;
    DWORD good = 0;
    connection(&a, &left.s);
    for (int i = 0; i < 20; i++) {
        HANDLE thread = CreateThread(NULL, 0, begin_and_end, &left, 0, NULL);
        check("its event is set", WaitForSingleObject(left.with_event.hEvent, kPatience) == WAIT_OBJECT_0 || i == 0);
        WaitForSingleObject(thread, INFINITE);
        GetExitCodeThread(thread, &good);
        check("a thread begins and ends", good && left.with_event.Internal == 0xc0000120 && left.with_routine.Internal == 0xc0000120);
        CloseHandle(thread);
    }
    send(a, "x", 1, 0);
    check("the socket goes on", recv(left.s, left.text[0], 16, 0) == 1);
    CloseHandle(left.with_event.hEvent);
    closesocket(a);
    closesocket(left.s);
}

/* One that is ended from outside leaves its operations to the socket. */
static DWORD WINAPI begin_and_stay(void *argument)
{
    struct Left *left = argument;
    begin_and_end(argument);
    SetEvent(left->begun);
    return WaitForSingleObject(GetCurrentProcess(), INFINITE);
}

static void a_thread_that_is_ended(void)
{
    struct Left left = {.with_event = with_event(), .begun = CreateEventW(NULL, TRUE, FALSE, NULL)};
    SOCKET a;
    connection(&a, &left.s);
    HANDLE thread = CreateThread(NULL, 0, begin_and_stay, &left, 0, NULL);
    check("a thread begins", WaitForSingleObject(left.begun, kPatience) == WAIT_OBJECT_0);
    TerminateThread(thread, 1);
    check("and is ended", WaitForSingleObject(thread, kPatience) == WAIT_OBJECT_0);
    closesocket(left.s);
    check("the close ends what it began", WaitForSingleObject(left.with_event.hEvent, kPatience) == WAIT_OBJECT_0 &&
                                              left.with_event.Internal == 0xc0000120 && left.with_routine.Internal == 0xc0000120);
    closesocket(a);
    CloseHandle(thread);
    CloseHandle(left.begun);
    CloseHandle(left.with_event.hEvent);
}

/* ---- ports ---- */

static BOOL next(HANDLE port, DWORD *n, ULONG_PTR *key, OVERLAPPED **overlapped)
{
    return GetQueuedCompletionStatus(port, n, key, overlapped, kPatience);
}

static void ports(void)
{
    SOCKET a, b;
    char text[16];
    DWORD n;
    ULONG_PTR key;
    OVERLAPPED o = {0}, w = {0}, *ended;
    connection(&a, &b);
    HANDLE port = CreateIoCompletionPort((HANDLE)b, NULL, 7, 0), event = CreateEventW(NULL, TRUE, FALSE, NULL);
    check("a port of a SOCKET", port != NULL);
    check("a second one", !CreateIoCompletionPort((HANDLE)b, port, 8, 0) && GetLastError() == ERROR_INVALID_PARAMETER);
    check("another SOCKET's, too", CreateIoCompletionPort((HANDLE)a, port, 9, 0) == port);
    SOCKET none = socket(AF_INET, SOCK_STREAM, 0);
    check("a port that is none", !CreateIoCompletionPort((HANDLE)none, event, 8, 0) && GetLastError() == ERROR_INVALID_HANDLE);
    check("a receive", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    WSABUF buffer = {.len = 4, .buf = "echo"};
    check("a send", WSASend(a, &buffer, 1, &n, 0, &w, NULL) == 0);
    BOOL sent = FALSE, received = FALSE;
    for (int i = 0; i < 2; i++) {
        check("a packet", next(port, &n, &key, &ended) && n == 4);
        sent |= key == 9 && ended == &w;
        received |= key == 7 && ended == &o && memcmp(text, "echo", 4) == 0;
    }
    check("the packets of both", sent && received);
    check("ReadFile to a port", pending(!ReadFile((HANDLE)b, text, sizeof text, NULL, &o)));
    check("FILE_SKIP_COMPLETION_PORT_ON_SUCCESS", SetFileCompletionNotificationModes((HANDLE)a, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    check("WriteFile without a packet", WriteFile((HANDLE)a, "f", 1, NULL, &w));
    check("ReadFile's packet", next(port, &n, &key, &ended) && n == 1 && key == 7 && ended == &o);
    check("no more", !GetQueuedCompletionStatus(port, &n, &key, &ended, 0) && GetLastError() == WAIT_TIMEOUT);
    o.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    check("a marked event", pending(!ReadFile((HANDLE)b, text, sizeof text, NULL, &o)) && send(a, "m", 1, 0) == 1 &&
                                WaitForSingleObject(event, kPatience) == WAIT_OBJECT_0);
    check("no packet", !GetQueuedCompletionStatus(port, &n, &key, &ended, 0) && GetLastError() == WAIT_TIMEOUT);
    o.hEvent = NULL;
    check("a receive with a routine is refused", receive(b, text, sizeof text, &o, routine) != 0 && WSAGetLastError() == WSAEINVAL);
    check("a receive to be aborted", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    closesocket(b);
    check("its packet", !next(port, &n, &key, &ended) && GetLastError() == ERROR_OPERATION_ABORTED && ended == &o && key == 7);
    /* The program's handle may go first, and its number may become another port's. */
    HANDLE before = port;
    closesocket(a);
    connection(&a, &b);
    check("a new SOCKET's port", CreateIoCompletionPort((HANDLE)b, port, 10, 0) == port);
    CloseHandle(port);
    check("without its port", pending(receive(b, text, sizeof text, &o, NULL) != 0));
    port = CreateIoCompletionPort((HANDLE)none, NULL, 11, 0);
    check("another port", port == before);
    closesocket(b);
    check("nothing comes to it", !GetQueuedCompletionStatus(port, &n, &key, &ended, 0) && GetLastError() == WAIT_TIMEOUT);
    closesocket(a);
    closesocket(none);
    CloseHandle(port);
    CloseHandle(event);
}

/* ---- ping-pong ---- */

static int trips;

static void bounce(SOCKET s, int first)
{
    char text[64] = "";
    OVERLAPPED o = with_event();
    for (int i = 0; i < trips; i++) {
        DWORD n = 0;
        if (first)
            send(s, text, sizeof text, 0);
        if (receive(s, text, sizeof text, &o, NULL) != 0)
            WaitForSingleObject(o.hEvent, INFINITE);
        check("a trip", GetOverlappedResult((HANDLE)s, &o, &n, FALSE) && n == sizeof text);
        if (!first)
            send(s, text, sizeof text, 0);
    }
    CloseHandle(o.hEvent);
}

static DWORD WINAPI bounce_back(void *s)
{
    bounce((SOCKET)s, 0);
    return 0;
}

static void ping_pong(void)
{
    SOCKET a, b;
    LARGE_INTEGER begin, end, frequency;
    connection(&a, &b);
    HANDLE thread = CreateThread(NULL, 0, bounce_back, (void *)b, 0, NULL);
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&begin);
    bounce(a, 1);
    QueryPerformanceCounter(&end);
    WaitForSingleObject(thread, INFINITE);
    printf("trip %.1f\n", 1e6 * (end.QuadPart - begin.QuadPart) / frequency.QuadPart / trips);
}

int main(int argc, char **argv)
{
    WSADATA data;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    if (argc > 2 && strcmp(argv[1], "ping-pong") == 0) {
        trips = atoi(argv[2]);
        ping_pong();
    } else {
        events();
        routines();
        the_end_of_a_thread();
        a_thread_that_is_ended();
        ports();
        without_an_event();
    }
    printf("failures %d\n", failures);
    fflush(stdout);
    /* With a receive under way, on which the process does not wait. */
    if (argc > 2 && strcmp(argv[1], "leave") == 0) {
        static SOCKET a, b;
        static OVERLAPPED o;
        static char text[16];
        connection(&a, &b);
        check("a receive", pending(receive(b, text, sizeof text, &o, NULL) != 0));
        if (strcmp(argv[2], "thread") == 0)
            ExitThread(3);
        return 3;
    }
    return failures != 0;
}
