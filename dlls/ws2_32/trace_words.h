// The names that Winsock has for numbers, for people who read a trace. Not the home of any of these facts: the public headers are.
#pragma once

#include <cstdint>

namespace windsock::trace {

// What kind of number it is.
enum class Words : uint8_t {
  kFamily, kSocketType, kProtocol, kLevel, kSocketOption, kTcpOption, kControl, kHow, kBacklog, kError, kMessageFlags, kCreationFlags, kPollFlags, kNetworkEvents, kCount
};

// The name of a value; null when it has none.
const char* word_for(Words words, int64_t value);

// The flags of a set, lowest first: calls `say(name)` for each that has a name and is set, and returns the others.
template <typename Say>
uint32_t name_flags(Words words, uint32_t set, Say say) {
  for (uint32_t bit = 1; bit != 0; bit <<= 1)
    if (const char* name = set & bit ? word_for(words, bit) : nullptr) {
      say(name);
      set &= ~bit;
    }
  return set;
}

}  // namespace windsock::trace
