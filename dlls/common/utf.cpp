#include "dlls/common/utf.h"

#include <cstddef>

namespace windsock {

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

// Takes one character off the front: the shortest form alone is right, and no surrogates.
char32_t take_character(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  size_t more = lead >= 0xf0 && lead < 0xf5 ? 3 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xc2 && lead < 0xe0 ? 1 : 0;
  if (more == 0 || text.size() < more) return kReplacement;
  char32_t character = lead & (0x3f >> more);
  for (size_t i = 0; i < more; ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return kReplacement;
    character = character << 6 | (byte & 0x3f);
  }
  constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (character < kLeast[more] || character > 0x10ffff || (character & 0xfffff800) == 0xd800) return kReplacement;
  text.remove_prefix(more);
  return character;
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

std::u16string utf16_from_utf8(std::string_view text) {
  std::u16string result;
  result.reserve(text.size());
  while (!text.empty()) {
    char32_t character = take_character(text);
    if (character >= 0x10000) {
      result += static_cast<char16_t>(0xd800 + ((character - 0x10000) >> 10));
      result += static_cast<char16_t>(0xdc00 + (character & 0x3ff));
    } else {
      result += static_cast<char16_t>(character);
    }
  }
  return result;
}

}  // namespace windsock
