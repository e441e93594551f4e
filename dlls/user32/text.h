// Texts of user32 in their two encodings: UTF-16 of the wide functions, in which all are kept, and UTF-8 of the "ANSI" ones. Pure
// functions.
#pragma once

#include <winnt.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "dlls/common/utf.h"

namespace windsock::user32 {

enum class Encoding : uint8_t { kAnsi, kWide };

// Null is the empty text.
inline std::u16string wide_text(const char* text) { return text != nullptr ? utf16_from_utf8(text) : std::u16string(); }
inline std::u16string wide_text(const char16_t* text) { return text != nullptr ? std::u16string(text) : std::u16string(); }

// Into a buffer of `size` characters with the terminator, as much as has room; whole characters only. The characters without it.
int copy_text(std::u16string_view text, char* buffer, int size);
int copy_text(std::u16string_view text, char16_t* buffer, int size);
int length_of_text(std::u16string_view text, Encoding encoding);

// Names of classes and messages, and titles that are looked for, are the same in capitals (of ASCII) and without.
std::u16string folded(std::u16string_view text);

}  // namespace windsock::user32
