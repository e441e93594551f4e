// The texts of system error codes, for FormatMessage.
#pragma once

#include <cstdint>

namespace windsock::kernel32 {

// Null for a code without a text. English, one sentence, without a line end.
const char* message_text(uint32_t code);

}  // namespace windsock::kernel32
