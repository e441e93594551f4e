#include "dlls/kernel32/name_pattern.h"

#include "dlls/kernel32/text.h"

namespace windsock::kernel32 {

namespace {

// The bytes of the character at the begin of a text.
size_t character_size(std::string_view text) {
  size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
  return size;
}

}  // namespace

bool is_pattern(std::string_view name) { return name.find_first_of("*?") != std::string_view::npos; }

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern == "*.*") return true;
  // Where to go on when what follows the last * does not fit: one character further.
  constexpr size_t kNone = std::string_view::npos;
  size_t star = kNone, name_after_star = 0, p = 0, n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      name_after_star = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n += character_size(name.substr(n));
    } else if (p < pattern.size() && lower_case(pattern[p]) == lower_case(name[n])) {
      ++p;
      ++n;
    } else if (star != kNone) {
      p = star + 1;
      n = name_after_star += character_size(name.substr(name_after_star));
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace windsock::kernel32
