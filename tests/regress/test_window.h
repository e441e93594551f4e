// Message-only windows for cases: a class of the suite's, and a procedure for each window.
#ifndef TESTS_REGRESS_TEST_WINDOW_H
#define TESTS_REGRESS_TEST_WINDOW_H

#include <windows.h>
#include <winsock2.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "tests/regress/fixture.h"

namespace regress {

inline constexpr char kWindowClass[] = "regress.window";
inline constexpr UINT kSocketMessage = WM_USER + 1;
inline HWND message_only() { return HWND_MESSAGE; }

// A message for a window's procedure; no answer: DefWindowProc gives it.
struct Message {
  HWND window;
  UINT message;
  WPARAM wparam;
  LPARAM lparam;
};
using Answer = std::function<std::optional<LRESULT>(const Message&)>;

// A window of the calling thread, which destroys it again.
class TestWindow {
 public:
  explicit TestWindow(Answer answer = {}, const char* name = "") : answer_(std::move(answer)) {
    handle_ = CreateWindowExA(0, kWindowClass, name, 0, 0, 0, 0, 0, message_only(), nullptr, GetModuleHandleA(nullptr), this);
  }
  ~TestWindow() { close(); }
  TestWindow(const TestWindow&) = delete;
  TestWindow& operator=(const TestWindow&) = delete;

  HWND get() const { return handle_; }
  // The next message of kSocketMessage or above; false: the deadline came first.
  bool next(MSG& message, DWORD milliseconds = kDeadlineMs) const {
    const ULONGLONG end = GetTickCount64() + milliseconds;
    for (;;) {
      if (PeekMessageA(&message, handle_, kSocketMessage, kSocketMessage + 100, PM_REMOVE)) return true;
      const ULONGLONG now = GetTickCount64();
      if (now >= end) return false;
      MsgWaitForMultipleObjects(0, nullptr, FALSE, static_cast<DWORD>(end - now), QS_ALLINPUT);
    }
  }
  void close() {
    const HWND window = std::exchange(handle_, nullptr);
    if (window == nullptr || !IsWindow(window)) return;
    EXPECT_TRUE(DestroyWindow(window));
  }
  // What it was told, the messages of WM_USER and above; those of its begin and end in the documented list.
  const std::vector<UINT>& told() const { return told_; }

  static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
    if (message == WM_NCCREATE) {
      const auto* description = reinterpret_cast<const CREATESTRUCTA*>(lparam);
      SetWindowLongPtrA(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(description->lpCreateParams));
    }
    auto* self = reinterpret_cast<TestWindow*>(GetWindowLongPtrA(window, GWLP_USERDATA));
    if (self == nullptr) return DefWindowProcA(window, message, wparam, lparam);
    if (counts(message)) self->told_.push_back(message);
    const auto answer = self->answer_ ? self->answer_({window, message, wparam, lparam}) : std::nullopt;
    return answer ? *answer : DefWindowProcA(window, message, wparam, lparam);
  }

 private:
  // Systems send others beside, each its own.
  static bool counts(UINT message) {
    return message >= WM_USER || message == WM_NCCREATE || message == WM_NCCALCSIZE || message == WM_CREATE || message == WM_DESTROY ||
           message == WM_NCDESTROY || message == WM_CLOSE;
  }

  const Answer answer_;
  std::vector<UINT> told_;
  HWND handle_ = nullptr;
};

// The class of these windows, while this lives; it can end only when no window is left.
class WindowClass {
 public:
  WindowClass() {
    WNDCLASSA description = {};
    description.lpfnWndProc = TestWindow::procedure;
    description.hInstance = GetModuleHandleA(nullptr);
    description.lpszClassName = kWindowClass;
    description.cbWndExtra = 16;
    EXPECT_NE(0, RegisterClassA(&description));
  }
  ~WindowClass() { EXPECT_TRUE(UnregisterClassA(kWindowClass, GetModuleHandleA(nullptr))); }
  WindowClass(const WindowClass&) = delete;
  WindowClass& operator=(const WindowClass&) = delete;
};

// What a system keeps for its first window has been made: no leak.
class WindowTest : public WinsockTest {
 protected:
  void SetUp() override {
    TestWindow().close();
    WinsockTest::SetUp();
  }
  void TearDown() override {
    MSG message;
    while (PeekMessageA(&message, nullptr, 0, 0, PM_REMOVE)) ADD_FAILURE() << "message " << message.message << " is left";
    WinsockTest::TearDown();
  }

 private:
  const WindowClass class_;
};

// The next message of the thread, at once; WM_NULL: there is none.
inline MSG next_message(HWND window = nullptr, UINT first = 0, UINT last = 0) {
  MSG message;
  if (!PeekMessageA(&message, window, first, last, PM_REMOVE)) message = {};
  return message;
}

inline int window_error() { return static_cast<int>(GetLastError()); }

}  // namespace regress

#endif
