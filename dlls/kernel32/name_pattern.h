// Names of files and the patterns of FindFirstFile. Pure functions over UTF-8.
#pragma once

#include <string_view>

namespace windsock::kernel32 {

bool is_pattern(std::string_view name);
// * stands for any characters, ? for one; *.* for every name. ASCII letters match each other's case.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace windsock::kernel32
