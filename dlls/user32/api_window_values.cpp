// GetWindowLongPtr and its family: a table of the values that a window has, and the bytes that its class gives it beside.
#include <winuser.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "dlls/user32/failure.h"
#include "dlls/user32/user_lock.h"
#include "dlls/user32/window.h"

using namespace windsock::user32;

namespace {

// Reads, and sets if there is something new. The last argument is the encoding of a new procedure.
using Access = LONG_PTR (*)(Window& window, const LONG_PTR* changed, Encoding encoding);

template <typename T>
LONG_PTR access(T& value, const LONG_PTR* changed) {
  T before = value;
  if (changed != nullptr) value = (T)*changed;  // a pointer or a number
  return (LONG_PTR)before;
}

LONG_PTR access_procedure(Window& window, const LONG_PTR* changed, Encoding encoding) {
  LONG_PTR before = access(window.procedure.function, changed);
  if (changed != nullptr) window.procedure.encoding = encoding;
  return before;
}

// A child stays its parent's; a window at the top may get another owner.
LONG_PTR access_parent(Window& window, const LONG_PTR* changed, Encoding) {
  return access(window.parent, window.place == Place::kChild ? nullptr : changed);
}

// A window cannot be made visible.
LONG_PTR access_style(Window& window, const LONG_PTR* changed, Encoding) {
  LONG_PTR before = access(window.style, changed);
  window.style &= ~DWORD{WS_VISIBLE};
  return before;
}

struct Row {
  int index;
  bool is_pointer;  // for GetWindowLong there is no such value: it would be cut
  Access access;
};
constexpr Row kRows[] = {
    {GWLP_WNDPROC, true, access_procedure},
    {GWLP_HINSTANCE, true, [](Window& window, const LONG_PTR* changed, Encoding) { return access(window.instance, changed); }},
    {GWLP_HWNDPARENT, true, access_parent},
    {GWLP_ID, false, [](Window& window, const LONG_PTR* changed, Encoding) { return access(window.id, changed); }},
    {GWLP_USERDATA, false, [](Window& window, const LONG_PTR* changed, Encoding) { return access(window.user_data, changed); }},
    {GWL_STYLE, false, access_style},
    {GWL_EXSTYLE, false, [](Window& window, const LONG_PTR* changed, Encoding) { return access(window.extended_style, changed); }},
};

// T: LONG or LONG_PTR.
template <typename T>
T value_of(HWND handle, int index, const T* changed, Encoding encoding) {
  UserLock lock(user_mutex());
  Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, T{0});
  if (index >= 0) {
    if (static_cast<size_t>(index) + sizeof(T) > window->extra.size()) return failed(ERROR_INVALID_INDEX, T{0});
    T before;
    memcpy(&before, window->extra.data() + index, sizeof before);
    if (changed != nullptr) memcpy(window->extra.data() + index, changed, sizeof *changed);
    return before;
  }
  auto is_it = [&](const Row& row) { return row.index == index && (sizeof(T) == sizeof(LONG_PTR) || !row.is_pointer); };
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), is_it);
  if (row == std::end(kRows)) return failed(ERROR_INVALID_INDEX, T{0});
  LONG_PTR wide = changed != nullptr ? *changed : 0;
  return static_cast<T>(row->access(*window, changed != nullptr ? &wide : nullptr, encoding));
}

}  // namespace

LONG GetWindowLongA(HWND window, int index) { return value_of<LONG>(window, index, nullptr, Encoding::kAnsi); }
LONG GetWindowLongW(HWND window, int index) { return value_of<LONG>(window, index, nullptr, Encoding::kWide); }
LONG SetWindowLongA(HWND window, int index, LONG value) { return value_of(window, index, &value, Encoding::kAnsi); }
LONG SetWindowLongW(HWND window, int index, LONG value) { return value_of(window, index, &value, Encoding::kWide); }
LONG_PTR GetWindowLongPtrA(HWND window, int index) { return value_of<LONG_PTR>(window, index, nullptr, Encoding::kAnsi); }
LONG_PTR GetWindowLongPtrW(HWND window, int index) { return value_of<LONG_PTR>(window, index, nullptr, Encoding::kWide); }
LONG_PTR SetWindowLongPtrA(HWND window, int index, LONG_PTR value) { return value_of(window, index, &value, Encoding::kAnsi); }
LONG_PTR SetWindowLongPtrW(HWND window, int index, LONG_PTR value) { return value_of(window, index, &value, Encoding::kWide); }
