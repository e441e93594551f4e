// DefWindowProc: what a window that nobody sees does with a message that its program does not care about.
// https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-defwindowproca
#include <winuser.h>

#include <algorithm>
#include <iterator>

#include "dlls/user32/failure.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/user_lock.h"
#include "dlls/user32/window.h"

using namespace windsock::user32;

namespace {

struct Arguments {
  HWND window;
  WPARAM wparam;
  LPARAM lparam;
  Encoding encoding;
};

// Changes the text, or looks at it, with the window at hand.
template <typename Body>
LRESULT with_window(HWND handle, Body body) {
  UserLock lock(user_mutex());
  Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, LRESULT{0});
  return with_memory(LRESULT{0}, [&] { return LRESULT{body(*window)}; });
}

LRESULT set_text(const Arguments& with, LPARAM text) {
  return with_window(with.window, [&](Window& window) {
    window.text = with.encoding == Encoding::kWide ? wide_text(reinterpret_cast<const char16_t*>(text))
                                                   : wide_text(reinterpret_cast<const char*>(text));
    return TRUE;
  });
}

LRESULT get_text(const Arguments& with) {
  return with_window(with.window, [&](const Window& window) {
    int size = static_cast<int>(std::min<WPARAM>(with.wparam, INT32_MAX));
    return with.encoding == Encoding::kWide ? copy_text(window.text, reinterpret_cast<char16_t*>(with.lparam), size)
                                            : copy_text(window.text, reinterpret_cast<char*>(with.lparam), size);
  });
}

LRESULT get_text_length(const Arguments& with) {
  return with_window(with.window, [&](const Window& window) { return length_of_text(window.text, with.encoding); });
}

// The structure has the name at the same place in both encodings.
LRESULT begin(const Arguments& with) {
  const auto* description = reinterpret_cast<const CREATESTRUCTW*>(with.lparam);
  if (description == nullptr) return FALSE;
  bool is_text = !IS_INTRESOURCE(description->lpszName);
  return is_text ? set_text(with, reinterpret_cast<LPARAM>(description->lpszName)) : TRUE;
}

LRESULT close(const Arguments& with) {
  DestroyWindow(with.window);
  return 0;
}

LRESULT do_system_command(const Arguments& with) {
  constexpr WPARAM kCommand = 0xfff0;  // the lowest bits are the system's own
  return (with.wparam & kCommand) == SC_CLOSE ? SendMessageW(with.window, WM_CLOSE, 0, 0) : 0;
}

LRESULT agree(const Arguments&) { return TRUE; }

// All others: 0.
struct Row {
  UINT message;
  LRESULT (*answer)(const Arguments& with);
};
constexpr Row kRows[] = {
    {WM_NCCREATE, begin},        {WM_SETTEXT, [](const Arguments& with) { return set_text(with, with.lparam); }},
    {WM_GETTEXT, get_text},      {WM_GETTEXTLENGTH, get_text_length},
    {WM_CLOSE, close},           {WM_SYSCOMMAND, do_system_command},
    {WM_QUERYENDSESSION, agree}, {WM_QUERYOPEN, agree},
    {WM_NCACTIVATE, agree},
};

LRESULT answer_by_default(HWND window, UINT message, WPARAM wparam, LPARAM lparam, Encoding encoding) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& one) { return one.message == message; });
  if (row != std::end(kRows)) return row->answer({window, wparam, lparam, encoding});
  if (!IsWindow(window)) SetLastError(ERROR_INVALID_WINDOW_HANDLE);
  return 0;
}

}  // namespace

LRESULT DefWindowProcA(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return answer_by_default(window, message, wparam, lparam, Encoding::kAnsi);
}
LRESULT DefWindowProcW(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return answer_by_default(window, message, wparam, lparam, Encoding::kWide);
}
