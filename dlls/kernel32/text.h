// Texts of Win32 as the host has them: environment blocks to UTF-8, names without their case. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dlls/common/utf.h"

namespace windsock::kernel32 {

using windsock::utf8_from_utf16;

// For names that are the same in upper and lower case: the 26 letters.
constexpr char lower_case(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

// The entries of an environment block: texts that each end with a zero, after the last one a further zero. Entries that
// begin with '=' (Windows keeps the current directory of each drive there) are left out.
std::vector<std::string> environment_entries(const char* block);
std::vector<std::string> environment_entries(const char16_t* block);

}  // namespace windsock::kernel32
