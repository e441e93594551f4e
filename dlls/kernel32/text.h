// Texts of Win32 as the host has them: environment blocks to UTF-8. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dlls/common/utf.h"

namespace windsock::kernel32 {

using windsock::utf8_from_utf16;

// The entries of an environment block: texts that each end with a zero, after the last one a further zero. Entries that
// begin with '=' (Windows keeps the current directory of each drive there) are left out.
std::vector<std::string> environment_entries(const char* block);
std::vector<std::string> environment_entries(const char16_t* block);

}  // namespace windsock::kernel32
