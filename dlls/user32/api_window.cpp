// The exports that make windows, end them, find them and ask about them.
#include <processthreadsapi.h>
#include <winuser.h>

#include <algorithm>

#include "dlls/user32/failure.h"
#include "dlls/user32/forms.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/names.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/window.h"
#include "dlls/user32/window_life.h"

using namespace windsock::user32;

namespace {

// What the window says; without one the failure, and the last error.
template <typename T, typename Body>
T ask(HWND handle, T failure, Body body) {
  UserLock lock(user_mutex());
  const Window* window = windows::find(handle);
  return window != nullptr ? body(*window) : failed(ERROR_INVALID_WINDOW_HANDLE, failure);
}

// A place that the system is to choose is the corner of the screen that is not there.
template <typename Form>
HWND create(DWORD extended_style, const typename Form::Character* class_name, const typename Form::Character* name, DWORD style, int x,
            int y, int width, int height, HWND parent, HMENU menu, HINSTANCE instance, LPVOID parameter) {
  if (x == CW_USEDEFAULT) x = y = 0;
  if (width == CW_USEDEFAULT) width = height = 0;
  return create_window(typename Form::Creation{parameter, instance, menu, parent, height, width, y, x, static_cast<LONG>(style), name,
                                               class_name, extended_style});
}

// The first after `after`; null looks from the beginning. No error where there is none but of what was named.
template <typename Form>
HWND find_window(HWND parent, HWND after, const typename Form::Character* class_name, const typename Form::Character* title) {
  return with_memory(HWND{nullptr}, [&] {
    UserLock lock(user_mutex());
    if (parent != nullptr && parent != HWND_MESSAGE && windows::find(parent) == nullptr)
      return failed(ERROR_INVALID_WINDOW_HANDLE, HWND{nullptr});
    ATOM name = class_name != nullptr ? names::find(class_name) : ATOM{0};
    if (class_name != nullptr && name == 0) return failed(ERROR_CANNOT_FIND_WND_CLASS, HWND{nullptr});
    std::u16string wanted = folded(wide_text(title));
    Place place = parent == nullptr ? Place::kTopLevel : parent == HWND_MESSAGE ? Place::kMessageOnly : Place::kChild;
    auto found = windows::select([&](const Window& window) {
      return window.place == place && (place != Place::kChild || window.parent == parent) &&
             (class_name == nullptr || window.window_class->name == name) && (title == nullptr || folded(window.text) == wanted);
    });
    auto next = after == nullptr ? found.begin() : std::upper_bound(found.begin(), found.end(), after);
    return next != found.end() ? *next : nullptr;
  });
}

// The length of the text that its procedure gives; the buffer holds a text in any case.
template <typename Form>
int get_text(HWND window, typename Form::Character* buffer, int size) {
  if (buffer == nullptr || size <= 0) return 0;
  buffer[0] = 0;
  LRESULT length = 0;
  send_message(window, WM_GETTEXT, static_cast<WPARAM>(size), reinterpret_cast<LPARAM>(buffer), Form::kEncoding, {}, length);
  return static_cast<int>(length);
}

template <typename Form>
BOOL set_text(HWND window, const typename Form::Character* text) {
  LRESULT result = 0;
  return send_message(window, WM_SETTEXT, 0, reinterpret_cast<LPARAM>(text), Form::kEncoding, {}, result) && result != 0;
}

template <typename Form>
int text_length(HWND window) {
  LRESULT length = 0;
  send_message(window, WM_GETTEXTLENGTH, 0, 0, Form::kEncoding, {}, length);
  return static_cast<int>(length);
}

}  // namespace

HWND CreateWindowExA(DWORD extended_style, LPCSTR class_name, LPCSTR name, DWORD style, int x, int y, int width, int height,
                     HWND parent, HMENU menu, HINSTANCE instance, LPVOID parameter) {
  return create<AnsiForm>(extended_style, class_name, name, style, x, y, width, height, parent, menu, instance, parameter);
}
HWND CreateWindowExW(DWORD extended_style, LPCWSTR class_name, LPCWSTR name, DWORD style, int x, int y, int width, int height,
                     HWND parent, HMENU menu, HINSTANCE instance, LPVOID parameter) {
  return create<WideForm>(extended_style, class_name, name, style, x, y, width, height, parent, menu, instance, parameter);
}

BOOL DestroyWindow(HWND window) { return destroy_window(window); }

BOOL IsWindow(HWND handle) {
  UserLock lock(user_mutex());
  return windows::find(handle) != nullptr;
}
BOOL IsWindowUnicode(HWND window) {
  return ask(window, FALSE, [](const Window& one) { return BOOL{one.procedure.encoding == Encoding::kWide}; });
}
BOOL IsChild(HWND parent, HWND window) {
  return ask(window, FALSE, [&](const Window&) { return BOOL{windows::is_descendant(window, parent)}; });
}
HWND GetParent(HWND window) {
  return ask(window, HWND{nullptr},
             [](const Window& one) { return one.place == Place::kChild || one.style & WS_POPUP ? one.parent : nullptr; });
}
DWORD GetWindowThreadProcessId(HWND window, LPDWORD process) {
  return ask(window, DWORD{0}, [&](const Window& one) {
    if (process != nullptr) *process = GetCurrentProcessId();
    return one.queue->thread_id();
  });
}

HWND FindWindowA(LPCSTR class_name, LPCSTR title) { return find_window<AnsiForm>(nullptr, nullptr, class_name, title); }
HWND FindWindowW(LPCWSTR class_name, LPCWSTR title) { return find_window<WideForm>(nullptr, nullptr, class_name, title); }
HWND FindWindowExA(HWND parent, HWND after, LPCSTR class_name, LPCSTR title) {
  return find_window<AnsiForm>(parent, after, class_name, title);
}
HWND FindWindowExW(HWND parent, HWND after, LPCWSTR class_name, LPCWSTR title) {
  return find_window<WideForm>(parent, after, class_name, title);
}

BOOL SetWindowTextA(HWND window, LPCSTR text) { return set_text<AnsiForm>(window, text); }
BOOL SetWindowTextW(HWND window, LPCWSTR text) { return set_text<WideForm>(window, text); }
int GetWindowTextA(HWND window, LPSTR buffer, int size) { return get_text<AnsiForm>(window, buffer, size); }
int GetWindowTextW(HWND window, LPWSTR buffer, int size) { return get_text<WideForm>(window, buffer, size); }
int GetWindowTextLengthA(HWND window) { return text_length<AnsiForm>(window); }
int GetWindowTextLengthW(HWND window) { return text_length<WideForm>(window); }

// No window is ever shown: each was hidden before, stays so, and has nothing to paint.
BOOL ShowWindow(HWND window, int) {
  return ask(window, FALSE, [](const Window&) { return FALSE; });
}
BOOL IsWindowVisible(HWND window) {
  return ask(window, FALSE, [](const Window&) { return FALSE; });
}
BOOL UpdateWindow(HWND window) {
  return ask(window, FALSE, [](const Window&) { return TRUE; });
}
