// The actor's commands for completion ports: it has one, and whatever is associated with it has its own number for a key.
#include <windows.h>

#include "tests/system/actor.h"

namespace actor {

namespace {

HANDLE port() {
  static const HANDLE made = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0);
  return made;
}

void succeed(bool done) {
  if (!done) throw Failed{static_cast<int>(GetLastError())};
}

}  // namespace

const Commands kPortCommands{
    {"associate",
     [](Words& words) {
       const auto s = next<SOCKET>(words);
       succeed(CreateIoCompletionPort(reinterpret_cast<HANDLE>(s), port(), s, 0) == port());
       return std::string();
     }},
    {"skip_port_on_success",
     [](Words& words) {
       const auto s = next<SOCKET>(words);
       succeed(SetFileCompletionNotificationModes(reinterpret_cast<HANDLE>(s), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
       return std::string();
     }},
    {"queued",  // within so many milliseconds: the key and how many bytes; or "none"
     [](Words& words) -> std::string {
       DWORD bytes = 0;
       ULONG_PTR key = 0;
       OVERLAPPED* overlapped = nullptr;
       if (GetQueuedCompletionStatus(port(), &bytes, &key, &overlapped, next<DWORD>(words))) return text(key) + " " + text(bytes);
       if (!overlapped && GetLastError() == WAIT_TIMEOUT) return "none";
       throw Failed{static_cast<int>(GetLastError())};
     }},
};

}  // namespace actor
