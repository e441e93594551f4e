// FormatMessage for the system's own texts and for texts without inserts, and the small string calls that stand beside it.
#include <winbase.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/message_text.h"

using namespace windsock::kernel32;

namespace {

// The texts of the two spellings, and the system's own, which are ASCII, in either.
std::string own_text(const char* text, char) { return text; }
std::u16string own_text(const char* text, char16_t) { return std::u16string(text, text + std::strlen(text)); }

// The message for the flags, or why there is none. Sources of messages are the system's table and a text of the caller's that is
// to be taken as it stands; there are no message modules natively, and inserts are not filled in.
template <typename Character>
Win32Error find_message(DWORD flags, LPCVOID source, DWORD code, std::basic_string<Character>& message) {
  if (flags & FORMAT_MESSAGE_FROM_STRING) {
    if (flags & (FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_HMODULE)) return Win32Error::kInvalidParameter;
    if (source == nullptr) return Win32Error::kInvalidParameter;
    message = static_cast<const Character*>(source);
    bool literal = (flags & FORMAT_MESSAGE_IGNORE_INSERTS) || message.find(Character{'%'}) == message.npos;
    return literal ? Win32Error::kSuccess : Win32Error::kNotSupported;
  }
  if (!(flags & FORMAT_MESSAGE_FROM_SYSTEM))
    return flags & FORMAT_MESSAGE_FROM_HMODULE ? Win32Error::kNotSupported : Win32Error::kInvalidParameter;
  const char* text = message_text(code);
  if (text == nullptr) return Win32Error::kMessageNotFound;
  // A line end, but not when the caller breaks the lines itself.
  const char* end = flags & FORMAT_MESSAGE_MAX_WIDTH_MASK ? " " : "\r\n";
  message = own_text(text, Character{}) + own_text(end, Character{});
  return Win32Error::kSuccess;
}

template <typename Character>
DWORD format_message(DWORD flags, LPCVOID source, DWORD code, Character* buffer, DWORD size) {
  if (buffer == nullptr) return fail(Win32Error::kInvalidParameter);
  std::basic_string<Character> message;
  if (Win32Error error = find_message(flags, source, code, message); error != Win32Error::kSuccess) return fail(error);
  size_t bytes = (message.size() + 1) * sizeof(Character);
  if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
    void* allocated = std::calloc(std::max<size_t>(message.size() + 1, size), sizeof(Character));
    if (allocated == nullptr) return fail(Win32Error::kNotEnoughMemory);
    std::memcpy(allocated, message.c_str(), bytes);
    // The parameter is a pointer to the pointer in this case, without being declared so.
    std::memcpy(buffer, &allocated, sizeof allocated);
  } else {
    if (size <= message.size()) return fail(Win32Error::kInsufficientBuffer);
    std::memcpy(buffer, message.c_str(), bytes);
  }
  return static_cast<DWORD>(message.size());
}

}  // namespace

DWORD FormatMessageA(DWORD flags, LPCVOID source, DWORD code, DWORD, LPSTR buffer, DWORD size, va_list*) {
  return format_message(flags, source, code, buffer, size);
}

DWORD FormatMessageW(DWORD flags, LPCVOID source, DWORD code, DWORD, LPWSTR buffer, DWORD size, va_list*) {
  return format_message(flags, source, code, reinterpret_cast<char16_t*>(buffer), size);
}

HLOCAL LocalFree(HLOCAL memory) {
  std::free(memory);
  return nullptr;
}

int lstrlenA(LPCSTR text) { return text == nullptr ? 0 : static_cast<int>(std::strlen(text)); }

int lstrlenW(LPCWSTR text) {
  int length = 0;
  while (text != nullptr && text[length] != 0) ++length;
  return length;
}
