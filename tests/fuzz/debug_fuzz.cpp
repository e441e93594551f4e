// Any text as WINDSOCK_DEBUG: it sets levels that exist, or is complained about.
#include <algorithm>

#include "dlls/common/debug.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  debug::LevelTable levels{};
  std::string text = fuzz::text_of({data, size});
  bool known = debug::configure(text, levels);
  for (const auto& level : levels) FUZZ_CHECK(level.load() <= static_cast<uint8_t>(debug::Level::kTrace));
  if (std::ranges::count(text, ',') == static_cast<std::ptrdiff_t>(text.size())) FUZZ_CHECK(known);
  return 0;
}
