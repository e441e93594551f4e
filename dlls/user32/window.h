// Window: a procedure, a thread's queue, a text and some values, under a handle that is never given out again while the process runs.
//
// The table owns the windows; everybody else has the handle, and looks it up under the lock each time. A window belongs to the thread
// that made it, and goes with it.
#pragma once

#include <winuser.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "dlls/user32/window_class.h"

namespace windsock::user32 {

class MessageQueue;

// In which relation a window stands to its parent.
enum class Place : uint8_t { kTopLevel, kChild, kMessageOnly };

struct Window {
  HWND handle = nullptr;
  WindowClass* window_class = nullptr;
  MessageQueue* queue = nullptr;
  Procedure procedure;
  Place place = Place::kTopLevel;
  HWND parent = nullptr;  // of one at the top its owner
  HINSTANCE instance = nullptr;
  DWORD style = 0;
  DWORD extended_style = 0;
  LONG_PTR id = 0;
  LONG_PTR user_data = 0;
  bool is_going = false;  // DestroyWindow is at it
  std::u16string text;
  std::vector<std::byte> extra;
};

namespace windows {

// All under the lock. The window gets its handle, and its class counts it. Throws std::bad_alloc.
Window& insert(Window&& window);
Window* find(HWND handle);
void remove(Window& window);

// Whether a window is a child, or a child's child.
bool is_descendant(HWND handle, HWND of);
// The handles of those that are meant, oldest first. Throws std::bad_alloc.
std::vector<HWND> select(const std::function<bool(const Window&)>& is_meant);
// Removes all of a thread that ends.
void remove_all_of(const MessageQueue* queue);

}  // namespace windows

}  // namespace windsock::user32
