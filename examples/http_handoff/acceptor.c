/*
 * acceptor - takes every connection and serves none: each is handed to the next of several worker processes.
 *
 *     acceptor WORKER-PROGRAM FILE WORKERS PORT CONNECTIONS
 *
 * It is the program of the documentation of WSADuplicateSocket, whose steps are numbered here and in worker.c as there:
 * the source (this program) asks the target for its process id, lets WSADuplicateSocket prepare a WSAPROTOCOL_INFO for that
 * process, and sends the structure by a means of its own - here a TCP connection to each worker, the control connection. The
 * target makes a socket of the structure, and the source closes its own.
 *
 * PORT 0 takes any free port. After CONNECTIONS connections the acceptor asks the workers what they have answered and ends.
 */
#include "common.h"

#define MAX_WORKERS 16
#define START_SECONDS 20 /* how long a worker may take to call */

struct worker {
    HANDLE process;
    DWORD id;
    SOCKET control;
    unsigned handed_over;
    unsigned answered; /* as the worker says at the end */
    int gone;
};

static SOCKET listen_on(unsigned short port, unsigned short *actual)
{
    SOCKET s = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED); /* step 1 */
    struct sockaddr_in address = loopback(port);
    int length = sizeof address;

    if (s == INVALID_SOCKET)
        give_up("WSASocket");
    if (bind(s, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        give_up("bind");
    if (listen(s, SOMAXCONN) == SOCKET_ERROR)
        give_up("listen");
    if (getsockname(s, (struct sockaddr *)&address, &length) == SOCKET_ERROR)
        give_up("getsockname");
    *actual = ntohs(address.sin_port);
    return s;
}

/* Starts a worker and waits for its call on the control port. */
static void start_worker(struct worker *worker, const char *program, const char *file, SOCKET control_listener, unsigned short port)
{
    STARTUPINFOA startup;
    PROCESS_INFORMATION process;
    char command[1024];
    struct timeval patience = {START_SECONDS, 0};
    fd_set calling;

    snprintf(command, sizeof command, "\"%s\" %u \"%s\"", program, port, file);
    memset(&startup, 0, sizeof startup);
    startup.cb = sizeof startup;
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
        give_up("CreateProcess");
    CloseHandle(process.hThread);
    worker->process = process.hProcess;

    FD_ZERO(&calling);
    FD_SET(control_listener, &calling);
    if (select(0, &calling, NULL, NULL, &patience) != 1) {
        fprintf(stderr, "the worker %s does not call\n", program);
        exit(1);
    }
    worker->control = accept(control_listener, NULL, NULL); /* steps 2 and 4: the call itself asks for and brings the id */
    if (worker->control == INVALID_SOCKET || !receive_all(worker->control, &worker->id, sizeof worker->id))
        give_up("accept of a worker");
}

/* Gives the connection to this worker. On failure it is still ours. */
static int hand_over(SOCKET connection, struct worker *worker)
{
    WSAPROTOCOL_INFOA info;
    if (WSADuplicateSocketA(connection, worker->id, &info) == SOCKET_ERROR) /* step 5 */
        return 0;
    if (!send_all(worker->control, &info, sizeof info)) /* step 6 */
        return 0;
    ++worker->handed_over;
    return 1;
}

static int hand_to_next(SOCKET connection, struct worker *workers, int count, int *next)
{
    int tried;
    for (tried = 0; tried < count; ++tried) {
        struct worker *worker = &workers[*next];
        *next = (*next + 1) % count;
        if (!worker->gone && hand_over(connection, worker))
            return 1;
        worker->gone = 1; /* it died: its turn goes to the others */
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct worker workers[MAX_WORKERS];
    unsigned long connections, handed_over = 0, answered = 0;
    unsigned short port, control_port;
    SOCKET listener, control_listener;
    int count, i, next = 0;
    WSADATA data;

    if (argc != 6 || (count = atoi(argv[3])) < 1 || count > MAX_WORKERS) {
        fprintf(stderr, "usage: acceptor WORKER-PROGRAM FILE WORKERS(1-%d) PORT CONNECTIONS\n", MAX_WORKERS);
        return 2;
    }
    connections = strtoul(argv[5], NULL, 10);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;

    memset(workers, 0, sizeof workers);
    control_listener = listen_on(0, &control_port);
    for (i = 0; i < count; ++i)
        start_worker(&workers[i], argv[1], argv[2], control_listener, control_port);
    closesocket(control_listener);

    listener = listen_on((unsigned short)atoi(argv[4]), &port);
    printf("listening on http://127.0.0.1:%u with %d workers\n", port, count);
    fflush(stdout);

    while (handed_over < connections) {
        SOCKET connection = accept(listener, NULL, NULL);
        if (connection == INVALID_SOCKET)
            give_up("accept");
        if (!hand_to_next(connection, workers, count, &next)) {
            fprintf(stderr, "no worker is left\n");
            return 1;
        }
        closesocket(connection); /* step 10: the worker's descriptor, or its claim to one, keeps the connection open */
        ++handed_over;
    }
    closesocket(listener);

    /* The end of our stream tells a worker that no more will come; it answers what it has, and how many that were. */
    printf("worker      handed over  answered\n");
    for (i = 0; i < count; ++i) {
        shutdown(workers[i].control, SD_SEND);
        receive_all(workers[i].control, &workers[i].answered, sizeof workers[i].answered);
        closesocket(workers[i].control);
        WaitForSingleObject(workers[i].process, INFINITE);
        CloseHandle(workers[i].process);
        printf("pid %-7lu %11u %9u\n", (unsigned long)workers[i].id, workers[i].handed_over, workers[i].answered);
        answered += workers[i].answered;
    }
    printf("total       %11lu %9lu, lost %lu\n", handed_over, answered, handed_over - answered);
    WSACleanup();
    return handed_over == answered ? 0 : 1;
}
