// What the tests of user32 share: windows with a procedure of the test's, and a check that nothing is left.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/leak_check.h"
#include "tests/unit/kernel32/support.h"

namespace user32_test {

using kernel32_test::eventually;
using kernel32_test::kHang;
using kernel32_test::OwnedHandle;

struct Message {
  HWND window;
  UINT message;
  WPARAM wparam;
  LPARAM lparam;
};
using Answer = std::function<std::optional<LRESULT>(const Message&)>;

inline constexpr char kClass[] = "user32.test";

struct Making {
  DWORD style = 0;
  HWND parent = nullptr;
};

// The procedure's answers are the test's, and DefWindowProc's where it has none.
inline HWND make_window(const Answer* answer, Making making = {}) {
  return CreateWindowExA(0, kClass, "", making.style, 0, 0, 0, 0, making.parent, nullptr, nullptr, const_cast<Answer*>(answer));
}

inline LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_NCCREATE)
    SetWindowLongPtrA(window, GWLP_USERDATA,
                      reinterpret_cast<LONG_PTR>(reinterpret_cast<const CREATESTRUCTA*>(lparam)->lpCreateParams));
  const auto* answer = reinterpret_cast<const Answer*>(GetWindowLongPtrA(window, GWLP_USERDATA));
  auto given = answer != nullptr ? (*answer)({window, message, wparam, lparam}) : std::nullopt;
  return given ? *given : DefWindowProcA(window, message, wparam, lparam);
}

class User32 : public ::testing::Test {
 protected:
  void SetUp() override {
    WNDCLASSA description = {};
    description.lpfnWndProc = procedure;
    description.lpszClassName = kClass;
    ASSERT_NE(RegisterClassA(&description), 0);
    std::thread([] {}).join();  // with the first thread of a program a sanitizer makes one of its own
    before_.emplace();
  }
  // The class goes only if it has no windows.
  void TearDown() override {
    MSG message;
    while (PeekMessageA(&message, nullptr, 0, 0, PM_REMOVE)) ADD_FAILURE() << "message " << message.message << " is left";
    EXPECT_TRUE(UnregisterClassA(kClass, nullptr));
    EXPECT_TRUE(before_->nothing_left());
  }

 private:
  std::optional<test_support::LeakCheck> before_;
};

}  // namespace user32_test
