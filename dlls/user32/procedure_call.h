// Calling a window's procedure, and sending to a window of whichever thread.
#pragma once

#include <synchapi.h>
#include <winuser.h>

#include "dlls/user32/window_class.h"

namespace windsock::user32 {

// Programs' messages have numbers up to the first. The second tells the window's thread to destroy it: a child of another thread's.
inline constexpr UINT kLastMessage = 0xffff, kDestroyMessage = 0x80000000;

// Without the lock, as all below: programs' procedures run. `from` is the encoding of the arguments.
LRESULT call_procedure(const Procedure& procedure, Encoding from, HWND window, UINT message, WPARAM wparam, LPARAM lparam);

struct Sending {
  UINT flags = SMTO_NORMAL;
  DWORD milliseconds = INFINITE;
};
// False, and the last error: there is no such window, it went without an answer, the time was over.
bool send_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam, Encoding from, const Sending& sending, LRESULT& result);
// Waits for no answer, unless the window is the calling thread's own.
bool send_notification(HWND window, UINT message, WPARAM wparam, LPARAM lparam, Encoding from);
bool post_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam);

}  // namespace windsock::user32
