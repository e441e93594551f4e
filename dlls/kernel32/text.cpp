#include "dlls/kernel32/text.h"

namespace windsock::kernel32 {

namespace {

template <typename Character, typename Convert>
std::vector<std::string> entries_of(const Character* block, Convert convert) {
  std::vector<std::string> entries;
  while (*block != 0) {
    std::basic_string_view<Character> entry(block);
    if (entry.front() != '=') entries.push_back(convert(entry));
    block += entry.size() + 1;
  }
  return entries;
}

}  // namespace

std::vector<std::string> environment_entries(const char* block) {
  return entries_of(block, [](std::string_view entry) { return std::string(entry); });
}

std::vector<std::string> environment_entries(const char16_t* block) { return entries_of(block, utf8_from_utf16); }

}  // namespace windsock::kernel32
