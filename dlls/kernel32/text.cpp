#include "dlls/kernel32/text.h"

namespace windsock::kernel32 {

namespace {

void append_utf8(std::string& text, char32_t character) {
  auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xc0 | character >> 6);
    put(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    put(0xe0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3f));
    put(0x80 | (character & 0x3f));
  } else {
    put(0xf0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3f));
    put(0x80 | (character >> 6 & 0x3f));
    put(0x80 | (character & 0x3f));
  }
}

constexpr char32_t kReplacement = 0xfffd;

bool is_high_surrogate(char16_t unit) { return (unit & 0xfc00) == 0xd800; }
bool is_low_surrogate(char16_t unit) { return (unit & 0xfc00) == 0xdc00; }

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

std::string utf8_from_utf16(std::u16string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char16_t unit = text[i];
    if (is_high_surrogate(unit) && i + 1 < text.size() && is_low_surrogate(text[i + 1])) {
      append_utf8(result, 0x10000 + (static_cast<char32_t>(unit & 0x3ff) << 10) + (text[++i] & 0x3ff));
    } else {
      append_utf8(result, is_high_surrogate(unit) || is_low_surrogate(unit) ? kReplacement : unit);
    }
  }
  return result;
}

std::vector<std::string> environment_entries(const char* block) {
  return entries_of(block, [](std::string_view entry) { return std::string(entry); });
}

std::vector<std::string> environment_entries(const char16_t* block) { return entries_of(block, utf8_from_utf16); }

}  // namespace windsock::kernel32
