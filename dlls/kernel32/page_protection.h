// Windows' constants for the protection of pages, of mappings and of views, and what they mean. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "dlls/common/host_memory.h"

namespace windsock::kernel32 {

// One of Windows' PAGE_... constants without modifiers; each is a bit of its own.
enum class Protection : uint8_t {
  kReserved = 0,  // not committed
  kNoAccess = 0x01,
  kReadOnly = 0x02,
  kReadWrite = 0x04,
  kWriteCopy = 0x08,
  kExecute = 0x10,
  kExecuteRead = 0x20,
  kExecuteReadWrite = 0x40,
  kExecuteWriteCopy = 0x80,
};

// Nothing: it is none of them, or has a modifier.
std::optional<Protection> protection_from(uint32_t windows);
host::PageUse page_use(Protection protection);
bool is_copied(Protection protection);

// May a mapping be made so? kNoAccess and kExecute are for pages.
bool is_for_mappings(Protection protection);
// Whether a mapping changes its file.
bool changes_file(Protection protection);
// The protection of the pages of a view that a program asks for by FILE_MAP_...; nothing: the mapping does not allow it.
std::optional<Protection> view_protection(uint32_t access, Protection mapping);

}  // namespace windsock::kernel32
