// How windows begin and end: the messages that tell them so, in the documented order.
#pragma once

#include <winuser.h>

#include "dlls/user32/window_class.h"

namespace windsock::user32 {

// Null, and the last error. Sends WM_NCCREATE, WM_NCCALCSIZE, WM_CREATE, and if the window does not want to be, what ends it.
HWND create_window(const CREATESTRUCTA& description);
HWND create_window(const CREATESTRUCTW& description);

// False, and the last error. WM_DESTROY to the window, then its children's and owned windows' ends, then WM_NCDESTROY.
bool destroy_window(HWND window);

}  // namespace windsock::user32
