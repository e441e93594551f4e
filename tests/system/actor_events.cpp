// The actor's commands for network events.
#include <algorithm>
#include <chrono>

#include "tests/system/actor.h"

namespace actor {

namespace {

// One for each socket that had events selected.
WSAEVENT event_of(SOCKET s) {
  static std::map<SOCKET, WSAEVENT> events;
  WSAEVENT& event = events[s];
  if (!event) event = check(WSACreateEvent(), WSA_INVALID_EVENT);
  return event;
}

void select_events(SOCKET s, long events) { check(WSAEventSelect(s, event_of(s), events)); }

// What is told within so many milliseconds: FD_ bits, which are taken; 0 for nothing.
long told_within(SOCKET s, DWORD milliseconds) {
  WSAEVENT event = event_of(s);
  if (WSAWaitForMultipleEvents(1, &event, FALSE, milliseconds, FALSE) != WSA_WAIT_EVENT_0) return 0;
  WSANETWORKEVENTS record{};
  check(WSAEnumNetworkEvents(s, event, &record));
  return record.lNetworkEvents;
}

}  // namespace

const Commands kEventCommands{
    {"select",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       select_events(s, next<long>(words));
       return std::string();
     }},
    {"told",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       return text(told_within(s, next<DWORD>(words)));
     }},
    {"contend",  // selects again and again, as somebody else does; the longest call in milliseconds
     [](Words& words) {
       using std::chrono::steady_clock;
       SOCKET s = next<SOCKET>(words);
       const long events = next<long>(words);
       steady_clock::duration longest{};
       for (int left = next<int>(words); left > 0; --left) {
         const auto begin = steady_clock::now();
         select_events(s, events);
         longest = std::max(longest, steady_clock::now() - begin);
         told_within(s, 0);
       }
       return text(std::chrono::duration_cast<std::chrono::milliseconds>(longest).count());
     }},
};

}  // namespace actor
