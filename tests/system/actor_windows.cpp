// The actor's commands that need Windows: processes and handles.
#include "tests/system/actor.h"

#include <windows.h>

using namespace actor;

namespace {

template <typename T>
T check_handle(T value, T failure) {
  if (value == failure) throw Failed{static_cast<int>(GetLastError())};
  return value;
}

std::string start(Words& words, DWORD flags) {
  std::string command = next<std::string>(words);
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION process;
  check_handle(CreateProcessA(nullptr, command.data(), nullptr, nullptr, FALSE, flags, nullptr, nullptr, &startup, &process), FALSE);
  return text(process.dwProcessId) + " " + text(reinterpret_cast<uintptr_t>(process.hProcess)) + " " +
         text(reinterpret_cast<uintptr_t>(process.hThread));
}

HANDLE next_handle(Words& words) { return reinterpret_cast<HANDLE>(next<uintptr_t>(words)); }

}  // namespace

const Commands actor::kSystemCommands = {
    {"start_suspended", [](Words& words) { return start(words, CREATE_SUSPENDED | CREATE_NO_WINDOW); }},  // its id, its handle, its thread's
    {"take_id",  // threads have ids of the same series as processes
     [](Words&) {
       DWORD id = 0;
       auto nothing = [](void*) -> DWORD { return 0; };
       check_handle(CreateThread(nullptr, 0, nothing, nullptr, CREATE_SUSPENDED, &id), HANDLE{});
       return text(id);
     }},
    {"terminate",
     [](Words& words) {
       HANDLE process = next_handle(words);
       check_handle(TerminateProcess(process, 7), FALSE);
       check_handle(WaitForSingleObject(process, 60000), DWORD{WAIT_FAILED});
       return std::string();
     }},
};
