// CreateProcess without its two spellings: from what a program asks for to a running child.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dlls/common/result.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

enum class Inheritance : uint8_t { kNone, kInheritable };

// Texts are UTF-8.
struct ProcessParameters {
  std::optional<std::string> application;
  std::optional<std::string> command_line;
  std::optional<std::vector<std::string>> environment;  // unset: the caller's own
  std::optional<std::string> directory;                 // unset: the caller's own
  Inheritance inheritance = Inheritance::kNone;
  bool suspended = false;
  // Unset: the caller's own. Values that are no SOCKET mean the same.
  Handle standard_handles[3] = {};
  uint32_t process_handle_flags = 0;
  uint32_t thread_handle_flags = 0;
};

struct ProcessHandles {
  Handle process = nullptr;
  Handle thread = nullptr;
  uint32_t id = 0;
};

Result<ProcessHandles, Win32Error> create_process(const ProcessParameters& parameters);

}  // namespace windsock::kernel32
