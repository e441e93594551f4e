// The exports about classes of windows, and the numbers of names.
#include <winuser.h>

#include <utility>

#include "dlls/user32/failure.h"
#include "dlls/user32/forms.h"
#include "dlls/user32/names.h"
#include "dlls/user32/user_lock.h"
#include "dlls/user32/window.h"

using namespace windsock::user32;

namespace {

constexpr size_t kMostCharacters = 255;  // of a name

// 0, and the last error.
template <typename Character>
ATOM number_name(const Character* name) {
  if (IS_INTRESOURCE(name)) return failed(ERROR_INVALID_PARAMETER, ATOM{0});
  std::u16string text = wide_text(name);
  if (text.empty() || text.size() > kMostCharacters) return failed(ERROR_INVALID_PARAMETER, ATOM{0});
  ATOM number = names::number_of(text);
  return number != 0 ? number : failed(ERROR_NOT_ENOUGH_MEMORY, ATOM{0});
}

template <typename Character>
void set_menu(WindowClass& window_class, const Character* menu) {
  if (IS_INTRESOURCE(menu)) {
    window_class.menu_number = reinterpret_cast<uintptr_t>(menu);
    return;
  }
  window_class.menu_wide = wide_text(menu);
  window_class.menu_ansi = windsock::utf8_from_utf16(window_class.menu_wide);
}

const char* menu_of(const WindowClass& window_class, const char*) {
  return window_class.menu_ansi.empty() ? reinterpret_cast<const char*>(window_class.menu_number) : window_class.menu_ansi.c_str();
}
const char16_t* menu_of(const WindowClass& window_class, const char16_t*) {
  return window_class.menu_wide.empty() ? reinterpret_cast<const char16_t*>(window_class.menu_number) : window_class.menu_wide.c_str();
}

template <typename Form, typename Class>
ATOM register_class(const Class& wanted, HICON small_icon) {
  if (wanted.cbClsExtra < 0 || wanted.cbWndExtra < 0 || wanted.lpfnWndProc == nullptr) return failed(ERROR_INVALID_PARAMETER, ATOM{0});
  return with_memory(ATOM{0}, [&] {
    UserLock lock(user_mutex());
    WindowClass made;
    // Windows takes the number of a name that has one in the place of the name, too.
    made.name = IS_INTRESOURCE(wanted.lpszClassName) ? names::find(wanted.lpszClassName) : ATOM{0};
    if (made.name == 0) made.name = number_name(wanted.lpszClassName);
    if (made.name == 0) return ATOM{0};
    made.instance = window_classes::module_of(wanted.hInstance);
    made.procedure = {wanted.lpfnWndProc, Form::kEncoding};
    made.style = wanted.style;
    made.class_extra = wanted.cbClsExtra;
    made.window_extra = wanted.cbWndExtra;
    made.icon = wanted.hIcon;
    made.cursor = wanted.hCursor;
    made.background = wanted.hbrBackground;
    made.small_icon = small_icon;
    set_menu(made, wanted.lpszMenuName);
    ATOM name = made.name;
    return window_classes::insert(std::move(made)) ? name : failed(ERROR_CLASS_ALREADY_EXISTS, ATOM{0});
  });
}

template <typename Form>
ATOM register_plain(const typename Form::Class* wanted) {
  return wanted != nullptr ? register_class<Form>(*wanted, nullptr) : failed(ERROR_NOACCESS, ATOM{0});
}

template <typename Form>
ATOM register_extended(const typename Form::ClassEx* wanted) {
  if (wanted == nullptr) return failed(ERROR_NOACCESS, ATOM{0});
  if (wanted->cbSize != sizeof *wanted) return failed(ERROR_INVALID_PARAMETER, ATOM{0});
  return register_class<Form>(*wanted, wanted->hIconSm);
}

template <typename Form>
BOOL unregister(const typename Form::Character* name, HINSTANCE instance) {
  return with_memory(FALSE, [&] {
    UserLock lock(user_mutex());
    WindowClass* window_class = window_classes::find(names::find(name), window_classes::module_of(instance));
    if (window_class == nullptr) return failed(ERROR_CLASS_DOES_NOT_EXIST);
    if (window_class->windows != 0) return failed(ERROR_CLASS_HAS_WINDOWS);
    window_classes::remove(*window_class);
    return TRUE;
  });
}

// The number of the class; 0, and the last error.
template <typename Form, typename Class>
ATOM describe(HINSTANCE instance, const typename Form::Character* name, Class* described, HICON* small_icon) {
  if (described == nullptr) return failed(ERROR_NOACCESS, ATOM{0});
  return with_memory(ATOM{0}, [&] {
    UserLock lock(user_mutex());
    const WindowClass* found = window_classes::find(names::find(name), instance);
    if (found == nullptr) return failed(ERROR_CLASS_DOES_NOT_EXIST, ATOM{0});
    described->style = found->style;
    described->lpfnWndProc = found->procedure.function;
    described->cbClsExtra = found->class_extra;
    described->cbWndExtra = found->window_extra;
    described->hInstance = instance;
    described->hIcon = found->icon;
    described->hCursor = found->cursor;
    described->hbrBackground = found->background;
    described->lpszMenuName = menu_of(*found, name);
    described->lpszClassName = name;
    if (small_icon != nullptr) *small_icon = found->small_icon;
    return found->name;
  });
}

template <typename Form>
int name_of_class(HWND handle, typename Form::Character* buffer, int size) {
  return with_memory(0, [&] {
    UserLock lock(user_mutex());
    const Window* window = windows::find(handle);
    if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, 0);
    if (buffer == nullptr || size <= 0) return failed(ERROR_INSUFFICIENT_BUFFER, 0);
    return copy_text(names::name_of(window->window_class->name), buffer, size);
  });
}

template <typename Character>
UINT register_message(const Character* name) {
  return with_memory(UINT{0}, [&] {
    UserLock lock(user_mutex());
    return UINT{number_name(name)};
  });
}

}  // namespace

ATOM RegisterClassA(const WNDCLASSA* wanted) { return register_plain<AnsiForm>(wanted); }
ATOM RegisterClassW(const WNDCLASSW* wanted) { return register_plain<WideForm>(wanted); }
ATOM RegisterClassExA(const WNDCLASSEXA* wanted) { return register_extended<AnsiForm>(wanted); }
ATOM RegisterClassExW(const WNDCLASSEXW* wanted) { return register_extended<WideForm>(wanted); }
BOOL UnregisterClassA(LPCSTR name, HINSTANCE instance) { return unregister<AnsiForm>(name, instance); }
BOOL UnregisterClassW(LPCWSTR name, HINSTANCE instance) { return unregister<WideForm>(name, instance); }
BOOL GetClassInfoA(HINSTANCE instance, LPCSTR name, LPWNDCLASSA described) {
  return describe<AnsiForm>(instance, name, described, nullptr);
}
BOOL GetClassInfoW(HINSTANCE instance, LPCWSTR name, LPWNDCLASSW described) {
  return describe<WideForm>(instance, name, described, nullptr);
}
BOOL GetClassInfoExA(HINSTANCE instance, LPCSTR name, LPWNDCLASSEXA described) {
  return describe<AnsiForm>(instance, name, described, described != nullptr ? &described->hIconSm : nullptr);
}
BOOL GetClassInfoExW(HINSTANCE instance, LPCWSTR name, LPWNDCLASSEXW described) {
  return describe<WideForm>(instance, name, described, described != nullptr ? &described->hIconSm : nullptr);
}
int GetClassNameA(HWND window, LPSTR buffer, int size) { return name_of_class<AnsiForm>(window, buffer, size); }
int GetClassNameW(HWND window, LPWSTR buffer, int size) { return name_of_class<WideForm>(window, buffer, size); }
UINT RegisterWindowMessageA(LPCSTR name) { return register_message(name); }
UINT RegisterWindowMessageW(LPCWSTR name) { return register_message(name); }
