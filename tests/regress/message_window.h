// A message-only window of the calling thread, and the messages that come to it.
#ifndef TESTS_REGRESS_MESSAGE_WINDOW_H
#define TESTS_REGRESS_MESSAGE_WINDOW_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <string>

#include "tests/regress/fixture.h"

namespace regress {

inline constexpr UINT kSocketMessage = WM_USER + 1;

class MessageWindow {
 public:
  MessageWindow() : window_(CreateWindowExA(0, class_name(), "", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, GetModuleHandleA(nullptr), nullptr)) {}
  ~MessageWindow() { destroy(); }
  MessageWindow(const MessageWindow&) = delete;
  MessageWindow& operator=(const MessageWindow&) = delete;

  HWND handle() const { return window_; }
  bool destroy() { return window_ && DestroyWindow(std::exchange(window_, nullptr)); }

  // The next message of kSocketMessage or above; false: the deadline came first.
  bool next(MSG& message, DWORD milliseconds = kDeadlineMs) const {
    const ULONGLONG end = GetTickCount64() + milliseconds;
    for (;;) {
      if (PeekMessageA(&message, window_, kSocketMessage, kSocketMessage + 100, PM_REMOVE)) return true;
      const ULONGLONG now = GetTickCount64();
      if (now >= end) return false;
      MsgWaitForMultipleObjects(0, nullptr, FALSE, static_cast<DWORD>(end - now), QS_ALLINPUT);
    }
  }

 private:
  static const char* class_name() {
    static const char* const kName = "regress";
    WNDCLASSA window_class{};
    window_class.lpfnWndProc = DefWindowProcA;
    window_class.hInstance = GetModuleHandleA(nullptr);
    window_class.lpszClassName = kName;
    static const ATOM registered = RegisterClassA(&window_class);
    return registered ? kName : "";
  }

  HWND window_;
};

}  // namespace regress

#endif
