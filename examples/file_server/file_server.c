/*
 * file_server - the files of one folder by HTTP, on a handful of sockets that are used again and again.
 *
 *     file_server FOLDER PORT SOCKETS REQUESTS
 *
 * It listens on the loopback; PORT 0 takes any free port. It ends after so many REQUESTS, or, at any time and for ever if REQUESTS
 * is 0, when Ctrl+C or Ctrl+Break is pressed. It knows GET and nothing else, closes the connection after each answer, and has
 * only the files that stand in the folder itself: a name is letters, digits, '-', '_' and dots, and does not begin with a dot.
 * As many visitors as there are SOCKETS are served at a time; who says nothing keeps his.
 *
 * What it shows: a request is served by two calls. AcceptEx ends with a visitor's first bytes, most often the whole request;
 * TransmitFile sends the head of the answer, the file, which the program never reads, and the tail, then disconnects and makes the
 * socket one that AcceptEx takes again. To HTTP/1.1 the file is one chunk, so there is a tail; to HTTP/1.0 there is none.
 */
#include <winsock2.h>
#include <mswsock.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SOCKETS 64
#define MAX_PATH_LENGTH 1024
#define MAX_FILE 0x7ffffffe /* what one TransmitFile can send */
#define REQUEST_ROOM 2048
#define ADDRESS_ROOM (sizeof(struct sockaddr_in) + 16)

struct visit {
    OVERLAPPED overlapped;
    void (*go_on)(struct visit *visit, BOOL succeeded, DWORD bytes); /* when the operation under way has ended */
    SOCKET socket;                                                  /* or INVALID_SOCKET: one must be made */
    HANDLE file;                                                    /* or NULL */
    char request[REQUEST_ROOM + 2 * ADDRESS_ROOM + 1];                      /* with the room that AcceptEx needs behind it */
    DWORD length;
    char head[512];
    TRANSMIT_FILE_BUFFERS around; /* head and tail */
};


static HANDLE port;
static SOCKET listener;
static LPFN_ACCEPTEX accept_ex;
static LPFN_TRANSMITFILE transmit_file;
static const char *folder;
static struct visit visits[MAX_SOCKETS];
static unsigned long answered, sockets_made, under_way;
static int stopping;

static void await_visitor(struct visit *visit);

static void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %d\n", what, WSAGetLastError());
    exit(1);
}

/* A call that has begun, or ended at once, brings a packet in either case. */
static BOOL has_begun(BOOL succeeded)
{
    BOOL begun = succeeded || WSAGetLastError() == WSA_IO_PENDING;
    under_way += begun != 0;
    return begun;
}

/* Only a disconnected socket can be used again; one that failed is replaced. */
static void start_afresh(struct visit *visit)
{
    if (visit->socket != INVALID_SOCKET) /* at the end main has closed it */
        closesocket(visit->socket);
    visit->socket = INVALID_SOCKET;
    await_visitor(visit);
}

/* ---- the answer ---- */

static void on_answered(struct visit *visit, BOOL succeeded, DWORD bytes)
{
    (void)bytes;
    if (visit->file)
        CloseHandle(visit->file);
    visit->file = NULL;
    if (!succeeded) {
        start_afresh(visit);
        return;
    }
    ++answered;
    await_visitor(visit);
}

/* Head, file and tail; `file` is this function's from here on. */
static void transmit(struct visit *visit, HANDLE file, DWORD size, const char *tail)
{
    visit->file = file;
    visit->around.Head = visit->head;
    visit->around.HeadLength = (DWORD)strlen(visit->head);
    visit->around.Tail = (void *)tail; /* which is only read */
    visit->around.TailLength = (DWORD)strlen(tail);
    visit->go_on = on_answered;
    memset(&visit->overlapped, 0, sizeof visit->overlapped); /* its offset is the file's */
    if (!has_begun(transmit_file(visit->socket, file, size, 0, &visit->overlapped, &visit->around, TF_DISCONNECT | TF_REUSE_SOCKET)))
        on_answered(visit, FALSE, 0);
}

static void refuse(struct visit *visit, const char *status)
{
    snprintf(visit->head, sizeof visit->head,
             "HTTP/1.0 %s\r\nContent-Type: text/plain\r\nContent-Length: %u\r\nConnection: close\r\n\r\n%s\n", status,
             (unsigned)strlen(status) + 1, status);
    transmit(visit, NULL, 0, "");
}

static BOOL is_served(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return name[0] != '\0' && name[0] != '.' && name[strspn(name, allowed)] == '\0';
}

static HANDLE open_file(const char *name, LARGE_INTEGER *size)
{
    char path[MAX_PATH_LENGTH];
    HANDLE file;
    if (!is_served(name) || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return NULL;
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    if (GetFileSizeEx(file, size)) /* a folder has none */
        return file;
    CloseHandle(file);
    return NULL;
}

static void answer(struct visit *visit)
{
    char name[256];
    int minor;
    LARGE_INTEGER size;
    HANDLE file;

    if (strncmp(visit->request, "GET ", 4) != 0) {
        refuse(visit, "501 Not Implemented");
        return;
    }
    if (sscanf(visit->request, "GET /%255[^ \r\n] HTTP/1.%d", name, &minor) != 2 || !(file = open_file(name, &size))) {
        refuse(visit, "404 Not Found");
        return;
    }
    if (size.QuadPart > MAX_FILE) {
        CloseHandle(file);
        refuse(visit, "501 Not Implemented");
        return;
    }
    if (size.QuadPart == 0) { /* a length of 0 is the whole file to TransmitFile: it may have grown */
        CloseHandle(file);
        file = NULL;
    }
    if (minor == 0 || !file) {
        snprintf(visit->head, sizeof visit->head, "HTTP/1.0 200 OK\r\nContent-Length: %lu\r\nConnection: close\r\n\r\n",
                 (unsigned long)size.QuadPart);
        transmit(visit, file, (DWORD)size.QuadPart, "");
    } else {
        snprintf(visit->head, sizeof visit->head,
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%lx\r\n", (unsigned long)size.QuadPart);
        transmit(visit, file, (DWORD)size.QuadPart, "\r\n0\r\n\r\n");
    }
}

/* ---- the request ---- */

static void on_received(struct visit *visit, BOOL succeeded, DWORD bytes);

static void receive_more(struct visit *visit)
{
    WSABUF room;
    DWORD flags = 0;
    room.buf = visit->request + visit->length;
    room.len = REQUEST_ROOM - visit->length;
    visit->go_on = on_received;
    if (!has_begun(WSARecv(visit->socket, &room, 1, NULL, &flags, &visit->overlapped, NULL) == 0))
        start_afresh(visit);
}

static void on_received(struct visit *visit, BOOL succeeded, DWORD bytes)
{
    if (!succeeded || bytes == 0) {
        start_afresh(visit);
        return;
    }
    visit->length += bytes;
    visit->request[visit->length] = '\0';
    if (strstr(visit->request, "\r\n\r\n")) /* the empty line that ends it */
        answer(visit);
    else if (visit->length == REQUEST_ROOM)
        refuse(visit, "431 Request Header Fields Too Large");
    else
        receive_more(visit);
}

/* ---- visitors ---- */

static void on_accepted(struct visit *visit, BOOL succeeded, DWORD bytes)
{
    if (succeeded && setsockopt(visit->socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (const char *)&listener, sizeof listener) != 0)
        succeeded = FALSE;
    on_received(visit, succeeded, bytes);
}

static void await_visitor(struct visit *visit)
{
    DWORD bytes;
    if (stopping)
        return;
    if (visit->socket == INVALID_SOCKET) {
        visit->socket = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
        /* To the port once for its life: a socket that is used again keeps it. */
        if (visit->socket == INVALID_SOCKET || !CreateIoCompletionPort((HANDLE)visit->socket, port, 0, 0))
            give_up("making a socket");
        ++sockets_made;
    }
    visit->length = 0;
    visit->go_on = on_accepted;
    memset(&visit->overlapped, 0, sizeof visit->overlapped);
    if (!has_begun(accept_ex(listener, visit->socket, visit->request, REQUEST_ROOM, ADDRESS_ROOM, ADDRESS_ROOM, &bytes, &visit->overlapped)))
        give_up("AcceptEx");
}

static void find_function(GUID which, void *function, DWORD size)
{
    DWORD bytes;
    if (WSAIoctl(listener, SIO_GET_EXTENSION_FUNCTION_POINTER, &which, sizeof which, function, size, &bytes, NULL, NULL) != 0)
        give_up("asking for an extension function");
}

static void listen_on(unsigned short number)
{
    const GUID acceptex = WSAID_ACCEPTEX, transmitfile = WSAID_TRANSMITFILE;
    struct sockaddr_in address = {0};
    int length = sizeof address;

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
    find_function(acceptex, &accept_ex, sizeof accept_ex);
    find_function(transmitfile, &transmit_file, sizeof transmit_file);
    if (!CreateIoCompletionPort((HANDLE)listener, port, 0, 0))
        give_up("CreateIoCompletionPort");
    printf("listening on http://127.0.0.1:%u/\n", ntohs(address.sin_port));
    fflush(stdout);
}

/* Takes one packet. FALSE: the console asks for the end. */
static BOOL serve(void)
{
    DWORD bytes = 0;
    ULONG_PTR key;
    OVERLAPPED *overlapped = NULL;
    BOOL succeeded = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
    struct visit *visit;
    if (!overlapped)
        return FALSE;
    --under_way;
    visit = CONTAINING_RECORD(overlapped, struct visit, overlapped);
    visit->go_on(visit, succeeded, bytes);
    return TRUE;
}

static BOOL WINAPI on_console_event(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    PostQueuedCompletionStatus(port, 0, 0, NULL);
    return TRUE;
}

int main(int argc, char **argv)
{
    unsigned long requests;
    int count, i;
    WSADATA data;

    if (argc != 5 || (count = atoi(argv[3])) < 1 || count > MAX_SOCKETS) {
        fprintf(stderr, "usage: file_server FOLDER PORT SOCKETS(1-%d) REQUESTS\n", MAX_SOCKETS);
        return 2;
    }
    folder = argv[1];
    requests = strtoul(argv[4], NULL, 10);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (!port || !SetConsoleCtrlHandler(on_console_event, TRUE))
        give_up("making the port");
    listen_on((unsigned short)atoi(argv[2]));
    for (i = 0; i < count; ++i) {
        visits[i].socket = INVALID_SOCKET;
        await_visitor(&visits[i]);
    }
    while ((requests == 0 || answered < requests) && serve())
        continue;

    /* What is under way still has our memory: it ends, with failure, before we do. */
    stopping = 1;
    closesocket(listener);
    for (i = 0; i < count; ++i) {
        closesocket(visits[i].socket);
        visits[i].socket = INVALID_SOCKET;
    }
    while (under_way != 0)
        serve();
    printf("%lu requests, %lu sockets\n", answered, sockets_made);
    CloseHandle(port);
    WSACleanup();
    return 0;
}
