// The names of named pipes: \\.\pipe\name, and \\?\pipe\name. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windsock::kernel32 {

// Whether a path is one of a pipe at all, good or not.
bool is_pipe_path(std::string_view path);
// The name in such a path, in lower case: pipes' names have none. Nothing: it is none.
std::optional<std::string> pipe_name(std::string_view path);

}  // namespace windsock::kernel32
