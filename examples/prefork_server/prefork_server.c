/*
 * prefork_server - workers that are there before the callers come: processes that share one listening socket and take turns at it.
 *
 *     prefork_server PORT WORKERS CONNECTIONS BATCH
 *
 * It listens on the loopback; PORT 0 takes any free port. Each caller says a line and is told it again, with the worker's number and
 * process, and the connection ends (telnet or nc will do). A turn is BATCH connections; after CONNECTIONS (0: never) the server
 * says who has served how many, and ends.
 *
 * What it shows: one socket, and so one selection of network events, whichever process makes it. WSAEventSelect by one worker cancels what
 * another one has selected, and from then on FD_ACCEPT is told to it alone: there is no herd of processes that wake for each caller, of
 * whom one gets him. Nobody gives the selection up, and none is lost with a worker that dies: the next one takes it.
 *
 * The master is this program too. It makes each worker by CreateProcess, with two pipes as its standard input and output, and writes down the
 * first of them: the listening socket for it (WSADuplicateSocket), then the number of connections in each turn of its. The worker answers
 * with one report for each connection. The end of the pipe is the end of the work.
 */
#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORKERS 16
#define LINE_ROOM 400
#define PATIENCE_MILLISECONDS 5000 /* a caller who says nothing must not keep the others waiting for ever */

static void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %lu\n", what, (unsigned long)GetLastError()); /* WSAGetLastError() is the same */
    exit(1);
}

/* A pipe may take and bring a message in pieces. Both return FALSE when the other end has gone. */
static BOOL write_all(HANDLE pipe, const void *data, DWORD size)
{
    DWORD done = 0, n;
    for (; done < size; done += n)
        if (!WriteFile(pipe, (const char *)data + done, size - done, &n, NULL))
            return FALSE;
    return TRUE;
}

static BOOL read_all(HANDLE pipe, void *data, DWORD size)
{
    DWORD done = 0, n;
    for (; done < size; done += n)
        if (!ReadFile(pipe, (char *)data + done, size - done, &n, NULL) || n == 0)
            return FALSE;
    return TRUE;
}

/* What is written down and up the pipes, after the socket. */
struct turn {
    unsigned connections;
};
struct report {
    BOOL answered; /* the caller has said a line, and was told it */
};

/* ---- a worker ---- */

static unsigned own_number;
static HANDLE master; /* its process: nobody stays behind when it has gone */
static SOCKET listener;
static WSAEVENT caller_has_come;

static BOOL answer(SOCKET connection)
{
    DWORD patience = PATIENCE_MILLISECONDS;
    char line[LINE_ROOM], text[LINE_ROOM + 60];
    int length = 0, n;

    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    do {
        n = recv(connection, line + length, LINE_ROOM - length, 0);
        if (n <= 0)
            return FALSE;
        length += n;
    } while (length < LINE_ROOM && !memchr(line, '\n', (size_t)length));
    for (n = 0; n < length && line[n] != '\r' && line[n] != '\n'; ++n)
        continue;
    n = snprintf(text, sizeof text, "worker %u, process %lu: %.*s\n", own_number, (unsigned long)GetCurrentProcessId(), n, line);
    return send(connection, text, n, 0) == n;
}

/* The next caller; INVALID_SOCKET, if there is none after all. */
static SOCKET let_in(void)
{
    HANDLE awaited[2] = {caller_has_come, master};
    WSANETWORKEVENTS happened;
    SOCKET connection;
    u_long off = 0;

    if (WaitForMultipleObjects(2, awaited, FALSE, INFINITE) != WAIT_OBJECT_0)
        exit(1);
    if (WSAEnumNetworkEvents(listener, caller_has_come, &happened) != 0)
        give_up("WSAEnumNetworkEvents");
    if (!(happened.lNetworkEvents & FD_ACCEPT))
        return INVALID_SOCKET;
    connection = accept(listener, NULL, NULL); /* and FD_ACCEPT is told again when there is another one */
    if (connection == INVALID_SOCKET) {
        if (WSAGetLastError() != WSAEWOULDBLOCK && WSAGetLastError() != WSAECONNRESET)
            give_up("accept");
        return INVALID_SOCKET; /* he has gone */
    }
    /* Accepted, it has what is selected on the listening socket, and does not block. */
    if (WSAEventSelect(connection, NULL, 0) != 0 || ioctlsocket(connection, FIONBIO, &off) != 0)
        give_up("making a connection block");
    return connection;
}

static void take_turn(unsigned connections)
{
    HANDLE to_master = GetStdHandle(STD_OUTPUT_HANDLE);

    /* It may be set since the last turn: for a caller who came before the selection was taken away, and whom another worker has let in. */
    WSAResetEvent(caller_has_come);
    /* This is the take. Who is waiting already is told of at once. */
    if (WSAEventSelect(listener, caller_has_come, FD_ACCEPT) != 0)
        give_up("WSAEventSelect");
    while (connections > 0) {
        struct report report;
        SOCKET connection = let_in();
        if (connection == INVALID_SOCKET)
            continue;
        report.answered = answer(connection);
        if (!write_all(to_master, &report, sizeof report))
            exit(1);
        closesocket(connection);
        --connections;
    }
}

static int work(const char *number, const char *master_id)
{
    HANDLE from_master = GetStdHandle(STD_INPUT_HANDLE);
    WSAPROTOCOL_INFOA info;
    struct turn turn;

    own_number = (unsigned)strtoul(number, NULL, 10);
    master = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)strtoul(master_id, NULL, 10));
    caller_has_come = WSACreateEvent();
    if (!master || caller_has_come == WSA_INVALID_EVENT)
        give_up("starting a worker");
    if (!read_all(from_master, &info, sizeof info))
        return 1;
    listener = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
    if (listener == INVALID_SOCKET)
        give_up("WSASocket");
    while (read_all(from_master, &turn, sizeof turn))
        take_turn(turn.connections);
    closesocket(listener);
    WSACloseEvent(caller_has_come);
    CloseHandle(master);
    return 0;
}

/* ---- the master ---- */

struct worker {
    HANDLE process, to, from;
    DWORD id;
    unsigned turns, connections, answered;
    BOOL gone;
};

/* A pipe of which one end is for a child; the other one no child may have, or a pipe would not end with its worker. */
static void make_pipe(HANDLE *read_end, HANDLE *write_end, HANDLE *own_end)
{
    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, NULL, TRUE};
    if (!CreatePipe(read_end, write_end, &inheritable, 0) || !SetHandleInformation(*own_end, HANDLE_FLAG_INHERIT, 0))
        give_up("CreatePipe");
}

static void start_worker(struct worker *worker, unsigned number)
{
    char program[MAX_PATH], command[MAX_PATH + 60];
    WSAPROTOCOL_INFOA info;
    PROCESS_INFORMATION made;
    STARTUPINFOA startup;

    memset(&startup, 0, sizeof startup);
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    make_pipe(&startup.hStdInput, &worker->to, &worker->to);
    make_pipe(&worker->from, &startup.hStdOutput, &worker->from);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    GetModuleFileNameA(NULL, program, sizeof program);
    snprintf(command, sizeof command, "\"%s\" worker %u %lu", program, number, (unsigned long)GetCurrentProcessId());
    if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &made))
        give_up("CreateProcess");
    CloseHandle(startup.hStdInput);
    CloseHandle(startup.hStdOutput);
    CloseHandle(made.hThread);
    worker->process = made.hProcess;
    worker->id = made.dwProcessId;
    if (WSADuplicateSocketA(listener, worker->id, &info) != 0)
        give_up("WSADuplicateSocket");
    worker->gone = !write_all(worker->to, &info, sizeof info);
}

/* How many connections it has served: fewer than told, if it dies. */
static unsigned have_served(struct worker *worker, unsigned connections)
{
    struct turn turn = {connections};
    struct report report;
    unsigned served = 0;

    if (!worker->gone && write_all(worker->to, &turn, sizeof turn)) {
        ++worker->turns;
        while (served < connections && read_all(worker->from, &report, sizeof report)) {
            ++served;
            worker->answered += report.answered ? 1 : 0;
        }
        worker->connections += served;
    }
    worker->gone = served < connections;
    return served;
}

static void listen_on(unsigned short port, int workers)
{
    struct sockaddr_in address = {0};
    int length = sizeof address;

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    /* The workers get it by WSADuplicateSocket, and not by inheritance, too. */
    listener = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (listener == INVALID_SOCKET)
        give_up("WSASocket");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0)
        give_up("bind");
    if (listen(listener, SOMAXCONN) != 0)
        give_up("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        give_up("getsockname");
    printf("%d workers, listening on 127.0.0.1:%u\n", workers, ntohs(address.sin_port));
    fflush(stdout);
}

static int serve(unsigned short port, int count, unsigned long connections, unsigned batch)
{
    struct worker workers[MAX_WORKERS];
    unsigned long served = 0, answered = 0;
    int i, gone_in_a_row = 0;

    memset(workers, 0, sizeof workers);
    listen_on(port, count);
    for (i = 0; i < count; ++i)
        start_worker(&workers[i], (unsigned)i + 1);

    for (i = 0; (connections == 0 || served < connections) && gone_in_a_row < count; i = (i + 1) % count) {
        const unsigned long left = connections - served;
        served += have_served(&workers[i], connections != 0 && left < batch ? (unsigned)left : batch);
        gone_in_a_row = workers[i].gone ? gone_in_a_row + 1 : 0;
    }

    printf("worker  process    turns  connections  answered\n");
    for (i = 0; i < count; ++i) {
        struct worker *worker = &workers[i];
        CloseHandle(worker->to);
        WaitForSingleObject(worker->process, INFINITE);
        CloseHandle(worker->process);
        CloseHandle(worker->from);
        printf("%6d  %-9lu %6u  %11u  %8u%s\n", i + 1, (unsigned long)worker->id, worker->turns, worker->connections, worker->answered,
               worker->gone ? "  gone" : "");
        answered += worker->answered;
    }
    printf("total                     %11lu  %8lu\n", served, answered);
    closesocket(listener);
    return served == connections ? 0 : 1;
}

int main(int argc, char **argv)
{
    const BOOL is_worker = argc == 4 && strcmp(argv[1], "worker") == 0;
    int result, count = 0;
    unsigned batch = 0;
    WSADATA data;

    if (argc == 5) {
        count = atoi(argv[2]);
        batch = (unsigned)strtoul(argv[4], NULL, 10);
    }
    if (!is_worker && (count < 1 || count > MAX_WORKERS || batch < 1)) {
        fprintf(stderr, "usage: prefork_server PORT WORKERS(1-%d) CONNECTIONS BATCH\n", MAX_WORKERS);
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    result = is_worker ? work(argv[2], argv[3]) : serve((unsigned short)atoi(argv[1]), count, strtoul(argv[3], NULL, 10), batch);
    WSACleanup();
    return result;
}
