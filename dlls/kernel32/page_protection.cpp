#include "dlls/kernel32/page_protection.h"

#include <bit>

namespace windsock::kernel32 {

namespace {

// FILE_MAP_...
constexpr uint32_t kCopy = 1, kWrite = 2, kRead = 4, kRun = 0x20;

bool executes(Protection protection) { return static_cast<uint8_t>(protection) >= static_cast<uint8_t>(Protection::kExecute); }

}  // namespace

std::optional<Protection> protection_from(uint32_t windows) {
  if (windows > 0xff || !std::has_single_bit(windows)) return std::nullopt;
  return static_cast<Protection>(windows);
}

host::PageUse page_use(Protection protection) {
  switch (protection) {
    case Protection::kReserved:
    case Protection::kNoAccess:
      return {};
    case Protection::kReadOnly:
      return {.read = true};
    case Protection::kReadWrite:
    case Protection::kWriteCopy:
      return {.read = true, .write = true};
    case Protection::kExecute:
      return {.execute = true};
    case Protection::kExecuteRead:
      return {.read = true, .execute = true};
    case Protection::kExecuteReadWrite:
    case Protection::kExecuteWriteCopy:
      return {.read = true, .write = true, .execute = true};
  }
  return {};
}

bool is_copied(Protection protection) { return protection == Protection::kWriteCopy || protection == Protection::kExecuteWriteCopy; }

bool is_for_mappings(Protection protection) {
  return protection != Protection::kReserved && protection != Protection::kNoAccess && protection != Protection::kExecute;
}

bool changes_file(Protection protection) {
  return protection == Protection::kReadWrite || protection == Protection::kExecuteReadWrite;
}

std::optional<Protection> view_protection(uint32_t access, Protection mapping) {
  bool runs = access & kRun;
  if (runs && !executes(mapping)) return std::nullopt;
  if (access & kWrite) {
    if (!changes_file(mapping)) return std::nullopt;
    return runs ? Protection::kExecuteReadWrite : Protection::kReadWrite;
  }
  if (access & kRead) return runs ? Protection::kExecuteRead : Protection::kReadOnly;
  if (access & kCopy) return runs ? Protection::kExecuteWriteCopy : Protection::kWriteCopy;
  return std::nullopt;
}

}  // namespace windsock::kernel32
