// The program again, as a child that copies its standard input to its standard output.
#ifndef TESTS_REGRESS_COPY_CHILD_H
#define TESTS_REGRESS_COPY_CHILD_H

#include <winsock2.h>

#include <windows.h>

#include <string>

#include "tests/support/process_info.h"

namespace regress {

inline constexpr char kCopyArgument[] = "--copy-input";

// Its process, or null.
inline HANDLE start_copy_child(HANDLE input, HANDLE output) {
  std::string command = "\"" + test_support::executable_path() + "\" " + kCopyArgument;
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = input;
  startup.hStdOutput = output;
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION created{};
  if (!CreateProcessA(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &created)) return nullptr;
  CloseHandle(created.hThread);
  return created.hProcess;
}

// What the child does: 0 when its input ended as a pipe's does.
inline int copy_input_to_output() {
  HANDLE input = GetStdHandle(STD_INPUT_HANDLE), output = GetStdHandle(STD_OUTPUT_HANDLE);
  char buffer[256];
  DWORD got = 0, written = 0;
  while (ReadFile(input, buffer, sizeof buffer, &got, nullptr))
    if (!WriteFile(output, buffer, got, &written, nullptr) || written != got) return 2;
  return GetLastError() == ERROR_BROKEN_PIPE ? 0 : 1;
}

}  // namespace regress

#endif
