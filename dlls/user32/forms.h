// The two forms of the exports that take texts, for templates that serve both.
#pragma once

#include <winuser.h>

#include "dlls/user32/text.h"

namespace windsock::user32 {

struct AnsiForm {
  static constexpr Encoding kEncoding = Encoding::kAnsi;
  using Character = CHAR;
  using Class = WNDCLASSA;
  using ClassEx = WNDCLASSEXA;
  using Creation = CREATESTRUCTA;
};

struct WideForm {
  static constexpr Encoding kEncoding = Encoding::kWide;
  using Character = WCHAR;
  using Class = WNDCLASSW;
  using ClassEx = WNDCLASSEXW;
  using Creation = CREATESTRUCTW;
};

}  // namespace windsock::user32
