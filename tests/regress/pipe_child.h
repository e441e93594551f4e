// The program again, as a child at the other end of a named pipe.
#ifndef TESTS_REGRESS_PIPE_CHILD_H
#define TESTS_REGRESS_PIPE_CHILD_H

#include <winsock2.h>

#include <windows.h>

#include <cstring>
#include <string>

#include "tests/support/process_info.h"

namespace regress {

// A client that sends "hello" and takes an answer; a server that says by another pipe that it is there, and then repeats what it is sent.
inline constexpr char kPipeClientArgument[] = "--pipe-client", kPipeServerArgument[] = "--pipe-server";

// Its process, or null.
inline HANDLE start_pipe_child(const char* part, const std::string& path) {
  std::string command = "\"" + test_support::executable_path() + "\" " + part + " " + path;
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION created{};
  if (!CreateProcessA(nullptr, command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &created)) return nullptr;
  CloseHandle(created.hThread);
  return created.hProcess;
}

inline std::string ready_path(const std::string& path) { return path + "-ready"; }

inline int run_pipe_client(const char* path) {
  HANDLE pipe = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
  char answer[64];
  DWORD moved = 0;
  if (!WriteFile(pipe, "hello", 5, &moved, nullptr) || !ReadFile(pipe, answer, sizeof answer, &moved, nullptr)) return 1;
  return moved == 7 && std::memcmp(answer, "welcome", 7) == 0 ? 0 : 2;
}

inline int run_pipe_server(const char* path) {
  HANDLE pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES, 0, 0, 0, nullptr);
  HANDLE ready = CreateFileA(ready_path(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
  if (pipe == INVALID_HANDLE_VALUE || ready == INVALID_HANDLE_VALUE) return 1;
  if (!ConnectNamedPipe(pipe, nullptr) && GetLastError() != ERROR_PIPE_CONNECTED) return 2;
  char data[64];
  DWORD moved = 0;
  while (ReadFile(pipe, data, sizeof data, &moved, nullptr))
    if (!WriteFile(pipe, data, moved, &moved, nullptr)) return 3;
  return 0;
}

}  // namespace regress

#endif
