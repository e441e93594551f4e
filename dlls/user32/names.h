// Names of window classes and of messages, each with a number of its own from 0xC000 on. Numbers are never given back.
#pragma once

#include <minwindef.h>

#include <string_view>

namespace windsock::user32::names {

// All under the lock. The number of a name, new if need be; 0: there are no more. Throws std::bad_alloc.
ATOM number_of(std::u16string_view name);
// The same for a name, or a number in the place of a pointer to one (MAKEINTATOM); 0: no such name.
ATOM find(const char* name);
ATOM find(const char16_t* name);
std::u16string_view name_of(ATOM number);

}  // namespace windsock::user32::names
