// What the exports that create objects have in common: natively they have no names, and one with a name is refused with
// ERROR_NOT_SUPPORTED instead of being shared with nobody.
#pragma once

#include <minwinbase.h>

#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"

namespace windsock::kernel32 {

// False and the last error: there are others.
inline bool only_flags(DWORD flags, DWORD known) { return !(flags & ~known) || fail(Win32Error::kInvalidParameter); }

// A handle to what make() gives (a Ref, empty when memory is short); null and the last error on failure.
template <typename Make>
HANDLE new_object(const SECURITY_ATTRIBUTES* attributes, bool named, Make make) {
  if (named) {
    set_last_error(Win32Error::kNotSupported);
    return nullptr;
  }
  HANDLE handle = nullptr;
  if (auto object = make())
    handle = handle_table::insert(std::move(object), attributes != nullptr && attributes->bInheritHandle ? kHandleInherit : 0);
  set_last_error(handle != nullptr ? Win32Error::kSuccess : Win32Error::kNotEnoughMemory);
  return handle;
}

}  // namespace windsock::kernel32
