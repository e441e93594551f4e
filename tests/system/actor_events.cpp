// The actor's commands for network events.
#include <winsock2.h>
#include <windows.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/system/actor.h"
#include "tests/system/actor_log.h"

namespace actor {

namespace {

// One for each socket that had events selected.
WSAEVENT event_of(SOCKET s) {
  static std::map<SOCKET, WSAEVENT> events;
  WSAEVENT& event = events[s];
  if (!event) event = check(WSACreateEvent(), WSA_INVALID_EVENT);
  return event;
}

constexpr unsigned kMostLooks = 6;  // as in events_test.py

constexpr UINT kSocketMessage = WM_USER + 1;

// The one for messages of all sockets.
HWND window() {
  static const HWND made = [] {
    WNDCLASSA of_its_own{};
    of_its_own.lpfnWndProc = DefWindowProcA;
    of_its_own.lpszClassName = "actor";
    RegisterClassA(&of_its_own);
    return CreateWindowA("actor", "", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  }();
  return made;
}

// Those of which the last selection was by WSAAsyncSelect.
std::set<SOCKET> selected_for_messages;

// What messages tell within so many milliseconds: FD_ bits of all that are there when the first is, or 0.
long told_by_messages(SOCKET s, DWORD milliseconds) {
  const ULONGLONG end = GetTickCount64() + milliseconds;
  for (long told = 0;;) {
    for (MSG message; PeekMessageA(&message, window(), kSocketMessage, kSocketMessage, PM_REMOVE);)
      if (message.wParam == s) told |= WSAGETSELECTEVENT(message.lParam);
    const ULONGLONG now = GetTickCount64();
    if (told || now >= end) return told;
    MsgWaitForMultipleObjects(0, nullptr, FALSE, static_cast<DWORD>(end - now), QS_ALLINPUT);
  }
}

// What is told within so many milliseconds, in the way that was chosen by the last selection: FD_ bits, which are taken; 0 for nothing.
long told_within(SOCKET s, DWORD milliseconds) {
  if (selected_for_messages.contains(s)) return told_by_messages(s, milliseconds);
  WSAEVENT event = event_of(s);
  if (WSAWaitForMultipleEvents(1, &event, FALSE, milliseconds, FALSE) != WSA_WAIT_EVENT_0) return 0;
  WSANETWORKEVENTS record{};
  check(WSAEnumNetworkEvents(s, event, &record));
  return record.lNetworkEvents;
}

void select_events(SOCKET s, long events) {
  check(WSAEventSelect(s, event_of(s), events));
  selected_for_messages.erase(s);
}

// One look at whether something is told, for so many milliseconds. Of data it takes some, and sends it back.
void look(SOCKET s, DWORD milliseconds) {
  WSAEVENT event = event_of(s);
  if (WSAWaitForMultipleEvents(1, &event, FALSE, milliseconds, FALSE) == WSA_WAIT_EVENT_0) write_log(Observed::kSignalled);
  WSANETWORKEVENTS record{};
  write_log(Observed::kAsks);
  check(WSAEnumNetworkEvents(s, event, &record));
  write_log(Observed::kTold, record.lNetworkEvents);
  if (!(record.lNetworkEvents & FD_READ)) return;
  char data[16];
  const int got = recv(s, data, sizeof data, 0);  // somebody else may have taken it meanwhile
  if (got > 0) check(send(s, data, got, 0));
}

}  // namespace

const Commands kEventCommands{
    {"select",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       select_events(s, next<long>(words));
       return std::string();
     }},
    {"async_select",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       check(WSAAsyncSelect(s, window(), kSocketMessage, next<long>(words)));
       selected_for_messages.insert(s);
       return std::string();
     }},
    {"told",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       return text(told_within(s, next<DWORD>(words)));
     }},
    {"take",  // selects, and what is told then, within so many milliseconds
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       select_events(s, next<long>(words));
       return text(told_within(s, next<DWORD>(words)));
     }},
    {"log",
     [](Words& words) {
       open_log(next<std::string>(words));
       return std::string();
     }},
    {"note",  // of kEnded and above, with its number
     [](Words& words) {
       const auto what = static_cast<Observed>(next<uint32_t>(words));
       write_log(what, next<long>(words));
       return std::string();
     }},
    {"contend",  // selects again and again, as somebody else does, and looks a few times in between
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       const long events = next<long>(words);
       std::minstd_rand random(static_cast<unsigned>(GetCurrentProcessId()));
       for (int left = next<int>(words); left > 0; --left) {
         write_log(Observed::kTakeBegins);
         select_events(s, events);
         write_log(Observed::kTakeReturned);
         for (auto looks = random() % (kMostLooks + 1); looks > 0; --looks) look(s, random() % 2);
       }
       return std::string();
     }},
    {"echo",  // sends back what comes, until there is a dot in it; how many bytes
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       char data[64];
       for (int total = 0;;) {
         const int got = recv(s, data, sizeof data, 0);
         check(got);
         if (got == 0) throw Failed{WSAECONNRESET};
         const int length = static_cast<int>(std::find(data, data + got, '.') - data);
         if (length > 0) check(send(s, data, length, 0));
         total += length;
         if (length < got) return text(total);
       }
     }},
};

}  // namespace actor
