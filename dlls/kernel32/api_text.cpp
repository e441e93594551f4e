// The exports that convert texts between UTF-16 and the code page, which is UTF-8.
#include <stringapiset.h>

#include <algorithm>
#include <string>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/text.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

bool is_utf8(UINT code_page) { return code_page == CP_UTF8 || code_page == CP_ACP || code_page == CP_OEMCP || code_page == CP_THREAD_ACP; }

// The part of a text that is to be converted.
template <typename Character>
std::basic_string_view<Character> text_of(const Character* text, int length) {
  return length < 0 ? std::basic_string_view<Character>(text, std::char_traits<Character>::length(text) + 1)
                    : std::basic_string_view<Character>(text, static_cast<size_t>(length));
}

template <typename From, typename To, typename Convert, typename Back>
int convert_text(const From* from, int length, To* to, int size, bool strict, Convert convert, Back back) {
  if (from == nullptr || length == 0 || size < 0 || (size > 0 && (to == nullptr || static_cast<const void*>(from) == to)))
    return fail(Win32Error::kInvalidParameter);
  auto text = text_of(from, length);
  std::basic_string<To> converted = convert(text);
  // What is no text does not come back as it was.
  if (strict && back(converted) != text) return fail(Win32Error::kNoUnicodeTranslation);
  if (converted.size() > INT32_MAX) return fail(Win32Error::kInvalidParameter);
  auto stored = static_cast<int>(converted.size());
  if (size == 0) return stored;
  if (stored > size) return fail(Win32Error::kInsufficientBuffer);
  std::copy(converted.begin(), converted.end(), to);
  return stored;
}

}  // namespace

int MultiByteToWideChar(UINT code_page, DWORD flags, LPCSTR from, int length, LPWSTR to, int size) {
  if (!is_utf8(code_page)) return fail(Win32Error::kInvalidParameter);
  if (flags & ~DWORD{MB_ERR_INVALID_CHARS} && (code_page == CP_UTF8 || flags & ~DWORD{MB_ERR_INVALID_CHARS | MB_PRECOMPOSED}))
    return fail(Win32Error::kInvalidFlags);
  return convert_text(from, length, reinterpret_cast<char16_t*>(to), size, flags & MB_ERR_INVALID_CHARS, utf16_from_utf8, utf8_from_utf16);
}

int WideCharToMultiByte(UINT code_page, DWORD flags, LPCWSTR from, int length, LPSTR to, int size, LPCSTR default_character, LPBOOL used_default) {
  if (!is_utf8(code_page) || default_character != nullptr || used_default != nullptr) return fail(Win32Error::kInvalidParameter);
  if (flags & ~DWORD{WC_ERR_INVALID_CHARS} && (code_page == CP_UTF8 || flags & ~DWORD{WC_ERR_INVALID_CHARS | WC_NO_BEST_FIT_CHARS}))
    return fail(Win32Error::kInvalidFlags);
  return convert_text(reinterpret_cast<const char16_t*>(from), length, to, size, flags & WC_ERR_INVALID_CHARS, utf8_from_utf16, utf16_from_utf8);
}
