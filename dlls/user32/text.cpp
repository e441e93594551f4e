#include "dlls/user32/text.h"

#include <algorithm>

namespace windsock::user32 {

namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }
bool continues(char16_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

template <typename Character>
int copy(std::basic_string_view<Character> text, Character* buffer, int size) {
  if (buffer == nullptr || size <= 0) return 0;
  size_t length = std::min(text.size(), static_cast<size_t>(size) - 1);
  while (length != 0 && length < text.size() && continues(text[length])) --length;
  std::copy_n(text.data(), length, buffer);
  buffer[length] = 0;
  return static_cast<int>(length);
}

}  // namespace

int copy_text(std::u16string_view text, char* buffer, int size) {
  std::string narrow = utf8_from_utf16(text);
  return copy(std::string_view(narrow), buffer, size);
}

int copy_text(std::u16string_view text, char16_t* buffer, int size) { return copy(text, buffer, size); }

int length_of_text(std::u16string_view text, Encoding encoding) {
  return static_cast<int>(encoding == Encoding::kWide ? text.size() : utf8_from_utf16(text).size());
}

std::u16string folded(std::u16string_view text) {
  std::u16string result(text);
  for (char16_t& unit : result)
    if (unit >= u'A' && unit <= u'Z') unit = static_cast<char16_t>(unit + (u'a' - u'A'));
  return result;
}

}  // namespace windsock::user32
