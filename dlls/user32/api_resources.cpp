// The exports for what descriptions of windows name (icons, cursors, brushes), and for messages to a person. Nothing of it is ever
// drawn: the handles are there to be stored, and the person reads the standard error.
#include <wingdi.h>
#include <winuser.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>

#include "dlls/user32/failure.h"
#include "dlls/user32/text.h"

using namespace windsock::user32;

namespace {

// Handles stand for numbers. The high half tells the kinds apart.
enum class Kind : uintptr_t { kIcon = 0x10000, kCursor = 0x20000, kStockObject = 0x1900000 };

template <typename Handle>
Handle handle_for(Kind kind, uintptr_t number) {
  return reinterpret_cast<Handle>(static_cast<uintptr_t>(kind) | number);
}

struct Range {
  uintptr_t first, last;
};
constexpr Range kIcons[] = {{32512, 32518}};
constexpr Range kCursors[] = {{32512, 32516}, {32640, 32651}};
constexpr Range kStockObjects[] = {{WHITE_BRUSH, NULL_PEN}, {OEM_FIXED_FONT, DC_PEN}};

template <size_t count>
bool has(const Range (&ranges)[count], uintptr_t number) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return number >= range.first && number <= range.last; });
}

// Of the system's there are those with a number; of a module's there is none.
template <typename Handle, size_t count>
Handle load(Kind kind, const Range (&ranges)[count], HINSTANCE module, const void* name) {
  if (module != nullptr) return failed(ERROR_RESOURCE_DATA_NOT_FOUND, Handle{nullptr});
  auto number = reinterpret_cast<uintptr_t>(name);
  return has(ranges, number) ? handle_for<Handle>(kind, number) : failed(ERROR_RESOURCE_NAME_NOT_FOUND, Handle{nullptr});
}

// The buttons of a message box, in their order, and the one by which it closes without a choice; 0: it cannot be closed so.
struct Buttons {
  int count;
  int ids[3];
  int closing;
};
constexpr Buttons kButtons[] = {
    {1, {IDOK}, IDOK},                                  // MB_OK
    {2, {IDOK, IDCANCEL}, IDCANCEL},                    // MB_OKCANCEL
    {3, {IDABORT, IDRETRY, IDIGNORE}, 0},               // MB_ABORTRETRYIGNORE
    {3, {IDYES, IDNO, IDCANCEL}, IDCANCEL},             // MB_YESNOCANCEL
    {2, {IDYES, IDNO}, 0},                              // MB_YESNO
    {2, {IDRETRY, IDCANCEL}, IDCANCEL},                 // MB_RETRYCANCEL
    {3, {IDCANCEL, IDTRYAGAIN, IDCONTINUE}, IDCANCEL},  // MB_CANCELTRYCONTINUE
};

int show_message(const std::string& text, const std::string& caption, UINT type) {
  if ((type & MB_TYPEMASK) >= std::size(kButtons)) return failed(ERROR_INVALID_MSGBOX_STYLE, 0);
  fprintf(stderr, "%s: %s\n", caption.c_str(), text.c_str());
  const Buttons& buttons = kButtons[type & MB_TYPEMASK];
  if (buttons.closing != 0) return buttons.closing;
  int preferred = static_cast<int>((type & MB_DEFMASK) / MB_DEFBUTTON2);
  return buttons.ids[preferred < buttons.count ? preferred : 0];
}

constexpr char kCaption[] = "Error";  // where a program gives none

}  // namespace

HICON LoadIconA(HINSTANCE module, LPCSTR name) { return load<HICON>(Kind::kIcon, kIcons, module, name); }
HICON LoadIconW(HINSTANCE module, LPCWSTR name) { return load<HICON>(Kind::kIcon, kIcons, module, name); }
HCURSOR LoadCursorA(HINSTANCE module, LPCSTR name) { return load<HCURSOR>(Kind::kCursor, kCursors, module, name); }
HCURSOR LoadCursorW(HINSTANCE module, LPCWSTR name) { return load<HCURSOR>(Kind::kCursor, kCursors, module, name); }

HGDIOBJ GetStockObject(int number) {
  auto wanted = static_cast<uintptr_t>(number);
  return number >= 0 && has(kStockObjects, wanted) ? handle_for<HGDIOBJ>(Kind::kStockObject, wanted) : nullptr;
}

int MessageBoxA(HWND, LPCSTR text, LPCSTR caption, UINT type) {
  return with_memory(0, [&] { return show_message(text != nullptr ? text : "", caption != nullptr ? caption : kCaption, type); });
}
int MessageBoxW(HWND, LPCWSTR text, LPCWSTR caption, UINT type) {
  return with_memory(0, [&] {
    return show_message(windsock::utf8_from_utf16(wide_text(text)), caption != nullptr ? windsock::utf8_from_utf16(caption) : kCaption,
                        type);
  });
}
