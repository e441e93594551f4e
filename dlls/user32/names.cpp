#include "dlls/user32/names.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "dlls/user32/text.h"

namespace windsock::user32::names {

namespace {

constexpr size_t kFirst = 0xc000, kEnd = 0x10000;

struct Names {
  std::vector<std::u16string> by_number;  // as they were first written
  std::unordered_map<std::u16string, ATOM> by_name;
};

Names& all() {
  static auto& names = *new Names;
  return names;
}

template <typename Character>
ATOM find_text(const Character* name) {
  auto number = reinterpret_cast<uintptr_t>(name);
  if (number < kEnd) return number >= kFirst && number - kFirst < all().by_number.size() ? static_cast<ATOM>(number) : ATOM{0};
  auto found = all().by_name.find(folded(wide_text(name)));
  return found != all().by_name.end() ? found->second : ATOM{0};
}

}  // namespace

ATOM number_of(std::u16string_view name) {
  std::u16string key = folded(name);
  if (auto found = all().by_name.find(key); found != all().by_name.end()) return found->second;
  size_t number = kFirst + all().by_number.size();
  if (number >= kEnd) return 0;
  all().by_number.emplace_back(name);
  try {
    all().by_name.emplace(std::move(key), static_cast<ATOM>(number));
  } catch (...) {
    all().by_number.pop_back();
    throw;
  }
  return static_cast<ATOM>(number);
}

ATOM find(const char* name) { return find_text(name); }
ATOM find(const char16_t* name) { return find_text(name); }

std::u16string_view name_of(ATOM number) { return all().by_number[number - kFirst]; }

}  // namespace windsock::user32::names
