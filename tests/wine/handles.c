/*
 * SOCKETs as handles of kernel32, in one process and in its children. Prints "failed WHAT (ERROR)" for what is not so and "failures N" at the
 * end. Its other roles, by the first argument:
 *
 *   child SOCKET     says over the inherited socket what it sees of it
 *   option SOCKET    finds SO_DEBUG set on it, and takes it back
 *   filter           copies its standard input to its standard output, without Winsock
 *   winsock-filter   the same by recv and send on its standard handles
 */
#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wine/check.h"

static void connection(SOCKET *a, SOCKET *b)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof name;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    DWORD patience = 30000;
    bind(listener, (struct sockaddr *)&name, sizeof name);
    listen(listener, 1);
    getsockname(listener, (struct sockaddr *)&name, &length);
    *a = socket(AF_INET, SOCK_STREAM, 0);
    check("connect", connect(*a, (struct sockaddr *)&name, sizeof name) == 0);
    *b = accept(listener, NULL, NULL);
    setsockopt(*a, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience, sizeof patience);
    closesocket(listener);
}

/* Reads until the end of the connection. */
static void read_all(SOCKET s, char *text, int size)
{
    int at = 0, n;
    while (at < size - 1 && (n = recv(s, text + at, size - 1 - at, 0)) > 0)
        at += n;
    text[at] = 0;
}

static void one_process(void)
{
    SOCKET a, b;
    char text[64];
    DWORD n = 0, flags = 0;
    HANDLE copy;
    connection(&a, &b);
    check("GetFileType", GetFileType((HANDLE)a) == FILE_TYPE_PIPE);
    check("WriteFile", WriteFile((HANDLE)a, "hello", 5, &n, NULL) && n == 5);
    check("ReadFile", ReadFile((HANDLE)b, text, sizeof text, &n, NULL) && n == 5 && memcmp(text, "hello", 5) == 0);
    check("GetHandleInformation", GetHandleInformation((HANDLE)a, &flags) && flags == HANDLE_FLAG_INHERIT);
    check("SetHandleInformation", SetHandleInformation((HANDLE)a, HANDLE_FLAG_INHERIT, 0) && GetHandleInformation((HANDLE)a, &flags) && flags == 0);
    SOCKET private = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_NO_HANDLE_INHERIT);
    check("WSA_FLAG_NO_HANDLE_INHERIT", GetHandleInformation((HANDLE)private, &flags) && flags == 0);
    check("CloseHandle", CloseHandle((HANDLE)private) && !CloseHandle((HANDLE)private) && GetLastError() == ERROR_INVALID_HANDLE);
    check("it is closed", send(private, "x", 1, 0) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK);

    check("DuplicateHandle", DuplicateHandle(GetCurrentProcess(), (HANDLE)a, GetCurrentProcess(), &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
    check("the duplicate is another", copy != (HANDLE)a && GetHandleInformation(copy, &flags) && flags == HANDLE_FLAG_INHERIT);
    check("closesocket of the first", closesocket(a) == 0);
    check("the duplicate lives", send((SOCKET)copy, "dup", 3, 0) == 3 && recv(b, text, sizeof text, 0) == 3);
    HANDLE self = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId()), moved;
    check("DUPLICATE_CLOSE_SOURCE", DuplicateHandle(self, copy, self, &moved, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) &&
                                        send((SOCKET)copy, "x", 1, 0) == SOCKET_ERROR && send((SOCKET)moved, "y", 1, 0) == 1);
    CloseHandle(self);
    recv(b, text, sizeof text, 0);
    check("closing the last is the end", CloseHandle(moved) && recv(b, text, sizeof text, 0) == 0);
    closesocket(b);
    /* What is no SOCKET goes on to Windows as ever. */
    HANDLE event = CreateEventW(NULL, TRUE, TRUE, NULL), other;
    check("other handles", GetFileType(event) == FILE_TYPE_UNKNOWN && GetHandleInformation(event, &flags) && flags == 0 &&
                               DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS) &&
                               WaitForSingleObject(other, 0) == WAIT_OBJECT_0 && CloseHandle(other) && CloseHandle(event));
    check("an unused value", !CloseHandle((HANDLE)0x43fffffc) && GetLastError() == ERROR_INVALID_HANDLE);
}

/* An option that the host keeps nothing of: it is the socket's wherever that is inherited. */
static int debug_of(SOCKET s)
{
    int on = -1, length = sizeof on;
    return getsockopt(s, SOL_SOCKET, SO_DEBUG, (char *)&on, &length) == 0 ? on : -1;
}

static int set_debug(SOCKET s, int on)
{
    return setsockopt(s, SOL_SOCKET, SO_DEBUG, (const char *)&on, sizeof on);
}

static HANDLE start(const char *arguments, BOOL inherit, STARTUPINFOA *startup, DWORD flags)
{
    char command[2 * MAX_PATH], path[MAX_PATH];
    PROCESS_INFORMATION process;
    GetModuleFileNameA(NULL, path, sizeof path);
    snprintf(command, sizeof command, "\"%s\" %s", path, arguments);
    if (!CreateProcessA(NULL, command, NULL, NULL, inherit, flags, NULL, NULL, startup, &process)) {
        check("CreateProcess", 0);
        return NULL;
    }
    CloseHandle(process.hThread);
    return process.hProcess;
}

static void state_is_common(void)
{
    char arguments[64];
    STARTUPINFOA startup = {.cb = sizeof startup};
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    DWORD status = 99;
    check("SO_DEBUG", set_debug(s, 1) == 0);
    snprintf(arguments, sizeof arguments, "option %llu", (unsigned long long)s);
    HANDLE child = start(arguments, TRUE, &startup, 0);
    WaitForSingleObject(child, 60000);
    check("the child finds what was set before", GetExitCodeProcess(child, &status) && status == 0);
    check("what the child sets is set here", debug_of(s) == 0);
    CloseHandle(child);
    closesocket(s);
}

/* What a child says over the socket that it may have inherited; nothing when it has not, or to the end when only it has it. */
static void child_says(const char *what, int inheritable, BOOL inherit, SOCKET only, const char *expected)
{
    SOCKET a, b;
    char arguments[64], text[128];
    STARTUPINFOEXA startup = {.StartupInfo.cb = sizeof(STARTUPINFOA)};
    SIZE_T size = 0;
    DWORD flags = 0;
    HANDLE listed[2];
    connection(&a, &b);
    SetHandleInformation((HANDLE)a, HANDLE_FLAG_INHERIT, 0);
    if (!inheritable)
        SetHandleInformation((HANDLE)b, HANDLE_FLAG_INHERIT, 0);
    if (only != INVALID_SOCKET) {
        startup.StartupInfo.cb = sizeof startup;
        InitializeProcThreadAttributeList(NULL, 1, 0, &size);
        startup.lpAttributeList = malloc(size);
        InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size);
        listed[0] = CreateEventW(&(SECURITY_ATTRIBUTES){.nLength = sizeof(SECURITY_ATTRIBUTES), .bInheritHandle = TRUE}, TRUE, FALSE, NULL);
        listed[1] = (HANDLE)(only ? only : b);
        UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, listed, sizeof listed, NULL, NULL);
        flags = EXTENDED_STARTUPINFO_PRESENT;
    }
    snprintf(arguments, sizeof arguments, "child %llu", (unsigned long long)b);
    HANDLE child = start(arguments, inherit, &startup.StartupInfo, flags);
    closesocket(b);
    read_all(a, text, sizeof text);
    if (strcmp(text, expected) != 0)
        printf("%s: the child said \"%s\"\n", what, text);
    check(what, strcmp(text, expected) == 0);
    DWORD status = 99;
    WaitForSingleObject(child, 60000);
    check("the child ends", GetExitCodeProcess(child, &status) && status == 0);
    CloseHandle(child);
    closesocket(a);
}

/* A filter between two ends of a connection, as inetd would start it. */
static void filter(const char *role)
{
    SOCKET a, b;
    char text[64];
    connection(&a, &b);
    STARTUPINFOA startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = (HANDLE)b, .hStdOutput = (HANDLE)b,
                            .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
    HANDLE child = start(role, TRUE, &startup, 0);
    closesocket(b);
    send(a, "through", 7, 0);
    shutdown(a, SD_SEND);
    read_all(a, text, sizeof text);
    check(role, strcmp(text, "through") == 0);
    WaitForSingleObject(child, 60000);
    CloseHandle(child);
    closesocket(a);
}

int main(int argc, char **argv)
{
    WSADATA data;
    char buffer[64];
    if (argc > 1 && strcmp(argv[1], "filter") == 0) {
        DWORD n, done;
        while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), buffer, sizeof buffer, &n, NULL) && n > 0)
            WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), buffer, n, &done, NULL);
        return 0;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    if (argc > 1 && strcmp(argv[1], "winsock-filter") == 0) {
        int n;
        while ((n = recv((SOCKET)GetStdHandle(STD_INPUT_HANDLE), buffer, sizeof buffer, 0)) > 0)
            send((SOCKET)GetStdHandle(STD_OUTPUT_HANDLE), buffer, n, 0);
        return n;
    }
    if (argc > 2 && strcmp(argv[1], "child") == 0) {
        SOCKET s = (SOCKET)strtoull(argv[2], NULL, 10);
        DWORD flags = 0;
        GetHandleInformation((HANDLE)s, &flags);
        int n = snprintf(buffer, sizeof buffer, "inherited %lu", flags);
        return send(s, buffer, n, 0) == n || WSAGetLastError() == WSAENOTSOCK ? 0 : 1;
    }
    if (argc > 2 && strcmp(argv[1], "option") == 0) {
        SOCKET s = (SOCKET)strtoull(argv[2], NULL, 10);
        return debug_of(s) == 1 && set_debug(s, 0) == 0 ? 0 : 1;
    }
    one_process();
    state_is_common();
    child_says("an inheritable socket is inherited", 1, TRUE, INVALID_SOCKET, "inherited 1");
    child_says("not if it is not to be", 0, TRUE, INVALID_SOCKET, "");
    child_says("nothing is inherited without bInheritHandles", 1, FALSE, INVALID_SOCKET, "");
    child_says("what a list of handles names is inherited", 1, TRUE, 0, "inherited 1");
    SOCKET another = socket(AF_INET, SOCK_STREAM, 0);
    child_says("what a list of handles does not name is not", 1, TRUE, another, "");
    closesocket(another);
    filter("filter");
    filter("winsock-filter");
    printf("failures %d\n", failures);
    return failures != 0;
}
