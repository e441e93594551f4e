/*
 * event_chat - a room in which everybody hears what anybody says, served by one thread that waits for network events.
 *
 *     event_chat PORT GUESTS
 *
 * It listens on the loopback; PORT 0 takes any free port. Guests come with any program that sends lines (telnet, nc). It ends
 * when so many GUESTS have come and gone (0: never), or when Ctrl+C is pressed or the console is closed. There is room for
 * 62 at a time; the next one has to wait at the door. Who does not listen while a lot is said, misses the rest and is shown out.
 *
 * What it shows: each socket has an event object, and WSAEventSelect says what is to be told by it. One receive for each
 * FD_READ is enough, for what is left is told again. A send is tried at once; only when there is no room FD_WRITE is waited
 * for. FD_CLOSE comes when everything has been read.
 */
#include <winsock2.h>
#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_GUEST 2 /* of the events: before them are the end and the door */
#define PLACES WSA_MAXIMUM_WAIT_EVENTS
#define LINE_ROOM 400
#define UNHEARD_ROOM 65536 /* what one guest may be behind */

struct guest {
    SOCKET socket;
    unsigned number;
    char line[LINE_ROOM]; /* what he has begun to say */
    int length;
    char unheard[UNHEARD_ROOM]; /* what could not be sent to him yet */
    int behind;
    BOOL leaves;
};

static SOCKET door;
static WSAEVENT events[PLACES]; /* the end, the door, the guests: in the order of their places, without gaps */
static struct guest *guests[PLACES];
static int places = FIRST_GUEST;
static BOOL one_waits; /* at the door, while there is no place */
static unsigned long came, went, lines;

static void give_up(const char *what)
{
    fprintf(stderr, "%s failed with error %d\n", what, WSAGetLastError());
    exit(1);
}

/* ---- what is said ---- */

/* As much as there is room for; FD_WRITE tells when there is more. */
static void catch_up(struct guest *guest)
{
    while (guest->behind > 0 && !guest->leaves) {
        int sent = send(guest->socket, guest->unheard, guest->behind, 0);
        if (sent == SOCKET_ERROR) {
            guest->leaves = WSAGetLastError() != WSAEWOULDBLOCK;
            return;
        }
        guest->behind -= sent;
        memmove(guest->unheard, guest->unheard + sent, (size_t)guest->behind);
    }
}

static void tell(struct guest *guest, const char *text, int length)
{
    if (guest->behind + length > UNHEARD_ROOM) {
        guest->leaves = TRUE;
        return;
    }
    memcpy(guest->unheard + guest->behind, text, (size_t)length);
    guest->behind += length;
    catch_up(guest);
}

static void tell_all(const char *format, ...)
{
    char text[LINE_ROOM + 40];
    va_list values;
    int length, i;

    va_start(values, format);
    length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    for (i = FIRST_GUEST; i < places; ++i)
        if (!guests[i]->leaves)
            tell(guests[i], text, length);
}

static void say(struct guest *guest)
{
    ++lines;
    tell_all("guest %u: %.*s\n", guest->number, guest->length, guest->line);
    guest->length = 0;
}

static void hear(struct guest *guest)
{
    char data[1000];
    int length = recv(guest->socket, data, sizeof data, 0), i;

    if (length == SOCKET_ERROR)
        guest->leaves = WSAGetLastError() != WSAEWOULDBLOCK;
    for (i = 0; i < length; ++i) {
        if (data[i] == '\n' || guest->length == LINE_ROOM)
            say(guest);
        if (data[i] != '\n' && data[i] != '\r')
            guest->line[guest->length++] = data[i];
    }
}

/* ---- who is there ---- */

static void let_in(void)
{
    struct guest *guest;

    one_waits = places == PLACES;
    if (one_waits)
        return;
    guest = calloc(1, sizeof *guest);
    events[places] = WSACreateEvent();
    if (!guest || events[places] == WSA_INVALID_EVENT)
        give_up("making a place");
    guest->socket = accept(door, NULL, NULL);
    if (guest->socket == INVALID_SOCKET) { /* gone already */
        WSACloseEvent(events[places]);
        free(guest);
        return;
    }
    /* Accepted, it has the event of the door. */
    if (WSAEventSelect(guest->socket, events[places], FD_READ | FD_WRITE | FD_CLOSE) != 0)
        give_up("WSAEventSelect");
    guest->number = (unsigned)++came;
    guests[places++] = guest;
    tell_all("* guest %u has come, %d are here\n", guest->number, places - FIRST_GUEST);
}

static void let_out(int place)
{
    struct guest *guest = guests[place];

    closesocket(guest->socket);
    WSACloseEvent(events[place]);
    --places;
    memmove(guests + place, guests + place + 1, (size_t)(places - place) * sizeof guests[0]);
    memmove(events + place, events + place + 1, (size_t)(places - place) * sizeof events[0]);
    ++went;
    tell_all("* guest %u has left\n", guest->number);
    free(guest);
}

/* Who leaves is heard of, and that may be too much for another one. */
static void let_out_all_who_leave(void)
{
    int i = FIRST_GUEST;
    while (i < places) {
        if (!guests[i]->leaves) {
            ++i;
            continue;
        }
        let_out(i);
        i = FIRST_GUEST;
    }
    if (one_waits)
        let_in();
}

/* ---- events ---- */

static void open_door(unsigned short number)
{
    struct sockaddr_in address = {0};
    int length = sizeof address;

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(number);
    door = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (door == INVALID_SOCKET)
        give_up("socket");
    if (bind(door, (struct sockaddr *)&address, sizeof address) != 0)
        give_up("bind");
    if (WSAEventSelect(door, events[1], FD_ACCEPT) != 0)
        give_up("WSAEventSelect");
    if (listen(door, SOMAXCONN) != 0)
        give_up("listen");
    if (getsockname(door, (struct sockaddr *)&address, &length) != 0)
        give_up("getsockname");
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void look_after(int place)
{
    struct guest *guest = guests[place];
    WSANETWORKEVENTS happened;

    if (WSAEnumNetworkEvents(place == 1 ? door : guest->socket, events[place], &happened) != 0)
        give_up("WSAEnumNetworkEvents");
    if (happened.lNetworkEvents & FD_ACCEPT)
        let_in();
    if (happened.lNetworkEvents & FD_READ)
        hear(guest);
    if (happened.lNetworkEvents & FD_WRITE)
        catch_up(guest);
    if (happened.lNetworkEvents & FD_CLOSE) {
        if (guest->length > 0)
            say(guest);
        guest->leaves = TRUE;
    }
}

static BOOL WINAPI on_console_event(DWORD event)
{
    WSASetEvent(events[0]);
    /* When the console is closed or the system stops, the process ends as soon as this returns, and else with main. */
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

int main(int argc, char **argv)
{
    unsigned long expected;
    WSADATA data;

    if (argc != 3) {
        fprintf(stderr, "usage: event_chat PORT GUESTS\n");
        return 2;
    }
    expected = strtoul(argv[2], NULL, 10);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    events[0] = WSACreateEvent();
    events[1] = WSACreateEvent();
    if (events[0] == WSA_INVALID_EVENT || events[1] == WSA_INVALID_EVENT || !SetConsoleCtrlHandler(on_console_event, TRUE))
        give_up("making the events");
    open_door((unsigned short)atoi(argv[1]));
    while (expected == 0 || went < expected) {
        /* The first of those that are set; the later ones get their turn as well. */
        DWORD first = WSAWaitForMultipleEvents((DWORD)places, events, FALSE, WSA_INFINITE, FALSE) - WSA_WAIT_EVENT_0;
        int place, last = places;
        if (first == 0)
            break;
        if (first >= (DWORD)places)
            give_up("WSAWaitForMultipleEvents");
        for (place = (int)first; place < last; ++place)
            if (WSAWaitForMultipleEvents(1, &events[place], FALSE, 0, FALSE) == WSA_WAIT_EVENT_0)
                look_after(place);
        let_out_all_who_leave();
    }
    while (places > FIRST_GUEST)
        let_out(places - 1);
    printf("%lu guests, %lu lines\n", came, lines);
    closesocket(door);
    WSACloseEvent(events[1]);
    WSACleanup();
    return 0;
}
