// A Windows command line is one string; a program of the host gets a list of arguments. Pure functions between the two.
//
// The rules are those of Microsoft's C run time since 2008 ("Parsing C command-line arguments"), and for the program's name
// those of CreateProcess. Texts are UTF-8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windsock::kernel32 {

std::vector<std::string> split_command_line(std::string_view line);

// The names that may mean the program of a command line given without an application name, in the order in which
// CreateProcess tries them: one that is not quoted may end at any of the line's spaces.
std::vector<std::string> program_candidates(std::string_view line);

}  // namespace windsock::kernel32
