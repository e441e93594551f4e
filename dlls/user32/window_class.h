// Classes of windows: what RegisterClass was told, found by its name's number and the module that it belongs to.
#pragma once

#include <winuser.h>

#include <string>

#include "dlls/user32/text.h"

namespace windsock::user32 {

struct Procedure {
  WNDPROC function = nullptr;
  Encoding encoding = Encoding::kAnsi;
};

struct WindowClass {
  ATOM name = 0;
  HINSTANCE instance = nullptr;
  Procedure procedure;
  UINT style = 0;
  int class_extra = 0;
  int window_extra = 0;
  HICON icon = nullptr;
  HCURSOR cursor = nullptr;
  HBRUSH background = nullptr;
  HICON small_icon = nullptr;
  // The name of a menu in both encodings, or a number in its place.
  uintptr_t menu_number = 0;
  std::string menu_ansi;
  std::u16string menu_wide;
  size_t windows = 0;  // how many there are
};

namespace window_classes {

// All under the lock. Null is the program itself.
HINSTANCE module_of(HINSTANCE instance);
// False: there is one of that name. Throws std::bad_alloc.
bool insert(WindowClass&& description);
// The module's own, or one with CS_GLOBALCLASS; null: none. It lives as long as it has windows.
WindowClass* find(ATOM name, HINSTANCE instance);
// Without windows.
void remove(WindowClass& window_class);

}  // namespace window_classes

}  // namespace windsock::user32
