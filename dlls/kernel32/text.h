// Texts of Win32 as the host has them: UTF-16 and environment blocks to UTF-8. Pure functions.
//
// The "ANSI" functions of Win32 take UTF-8 natively, as on a Windows whose code page is UTF-8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windsock::kernel32 {

// Half a surrogate pair becomes U+FFFD.
std::string utf8_from_utf16(std::u16string_view text);

// The entries of an environment block: texts that each end with a zero, after the last one a further zero. Entries that
// begin with '=' (Windows keeps the current directory of each drive there) are left out.
std::vector<std::string> environment_entries(const char* block);
std::vector<std::string> environment_entries(const char16_t* block);

}  // namespace windsock::kernel32
