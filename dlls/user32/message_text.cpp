#include "dlls/user32/message_text.h"

#include <winuser.h>

#include <algorithm>
#include <iterator>

namespace windsock::user32 {

namespace {

constexpr UINT kWithPointers[] = {WM_CREATE,           WM_SETTEXT,    WM_GETTEXT,     WM_GETMINMAXINFO, WM_DRAWITEM,
                                  WM_MEASUREITEM,      WM_DELETEITEM, WM_COMPAREITEM, WM_COPYDATA,      WM_WINDOWPOSCHANGING,
                                  WM_WINDOWPOSCHANGED, WM_NOTIFY,     WM_HELP,        WM_STYLECHANGING, WM_STYLECHANGED,
                                  WM_NCCREATE,         WM_NCCALCSIZE, WM_SIZING,      WM_MOVING};

// A sender may say that it has room for more than there is memory.
constexpr size_t kMostRoom = 1 << 20;
// The bytes of UTF-8 that one unit of UTF-16 can become.
constexpr LRESULT kBytesOfUnit = 3;

}  // namespace

bool has_pointers(UINT message) {
  return std::find(std::begin(kWithPointers), std::end(kWithPointers), message) != std::end(kWithPointers);
}

MessageText::Kind MessageText::kind_of(UINT message) {
  switch (message) {
    case WM_SETTEXT:
      return Kind::kText;
    case WM_GETTEXT:
      return Kind::kRoom;
    case WM_GETTEXTLENGTH:
      return Kind::kLength;
    default:
      return Kind::kNone;
  }
}

MessageText::MessageText(UINT message, WPARAM wparam, LPARAM lparam, Encoding from, Encoding to)
    : kind_(kind_of(message)), from_(from), to_(to), wparam_(wparam), lparam_(lparam) {
  if (lparam == 0) return;
  if (kind_ == Kind::kText) {
    std::u16string text = from == Encoding::kWide ? wide_text(reinterpret_cast<const char16_t*>(lparam))
                                                  : wide_text(reinterpret_cast<const char*>(lparam));
    if (to == Encoding::kAnsi)
      narrow_ = utf8_from_utf16(text);
    else
      wide_ = std::move(text);
  } else if (kind_ == Kind::kRoom) {
    size_t room = std::min(static_cast<size_t>(wparam), kMostRoom);
    to == Encoding::kAnsi ? narrow_.resize(room) : wide_.resize(room);
  }
}

LPARAM MessageText::lparam() {
  if (lparam_ == 0 || kind_ == Kind::kNone || kind_ == Kind::kLength) return lparam_;
  return to_ == Encoding::kAnsi ? reinterpret_cast<LPARAM>(narrow_.data()) : reinterpret_cast<LPARAM>(wide_.data());
}

LRESULT MessageText::take_back(LRESULT result) const {
  if (kind_ == Kind::kLength) return from_ == Encoding::kAnsi && to_ == Encoding::kWide ? result * kBytesOfUnit : result;
  if (kind_ != Kind::kRoom || lparam_ == 0 || wparam_ == 0) return result;
  size_t length = static_cast<size_t>(std::max<LRESULT>(result, 0));
  std::u16string text = to_ == Encoding::kWide ? wide_.substr(0, length) : utf16_from_utf8(narrow_.substr(0, length));
  int size = static_cast<int>(std::min(static_cast<size_t>(wparam_), kMostRoom));
  return from_ == Encoding::kWide ? copy_text(text, reinterpret_cast<char16_t*>(lparam_), size)
                                  : copy_text(text, reinterpret_cast<char*>(lparam_), size);
}

}  // namespace windsock::user32
