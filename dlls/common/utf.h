// Texts between UTF-16, which Windows' wide functions take, and UTF-8, which the host has. Pure functions.
//
// The "ANSI" functions take UTF-8 natively, as on a Windows whose code page is UTF-8. What is no text in one form (half a
// surrogate pair, a stray byte) becomes U+FFFD in the other.
#pragma once

#include <string>
#include <string_view>

namespace windsock {

std::string utf8_from_utf16(std::u16string_view text);
std::u16string utf16_from_utf8(std::string_view text);

}  // namespace windsock
