// How windows begin and end, where the regression suite's message-only ones do not tell: at the top, owned, children, other threads'.
#include <string>
#include <thread>

#include "tests/unit/user32/support.h"

namespace user32_test {

namespace {

using Told = std::vector<UINT>;

class WindowLife : public User32 {
 protected:
  // Notes every message with the window's number among those of the test.
  Answer noting(int number) {
    return [this, number](const Message& message) -> std::optional<LRESULT> {
      if (message.message == WM_DESTROY || message.message == WM_NCDESTROY)
        order_ += std::to_string(number) + (message.message == WM_DESTROY ? "d " : "n ");
      return std::nullopt;
    };
  }
  std::string order_;
};

TEST_F(WindowLife, has_its_messages_in_the_documented_order) {
  Told told;
  Answer answer = [&](const Message& message) -> std::optional<LRESULT> {
    told.push_back(message.message);
    return std::nullopt;
  };
  HWND window = make_window(&answer, {WS_OVERLAPPEDWINDOW | WS_VISIBLE});
  ASSERT_NE(window, nullptr);
  EXPECT_TRUE(DestroyWindow(window));
  EXPECT_EQ(told, (Told{WM_NCCREATE, WM_NCCALCSIZE, WM_CREATE, WM_DESTROY, WM_NCDESTROY}));
}

TEST_F(WindowLife, ends_at_once_if_it_is_refused) {
  struct {
    UINT refused;
    LRESULT answer;
    Told told;
  } const rows[] = {
      {WM_NCCREATE, FALSE, {WM_NCCREATE, WM_NCDESTROY}},
      {WM_CREATE, -1, {WM_NCCREATE, WM_NCCALCSIZE, WM_CREATE, WM_DESTROY, WM_NCDESTROY}},
  };
  for (const auto& row : rows) {
    Told told;
    Answer answer = [&](const Message& message) -> std::optional<LRESULT> {
      told.push_back(message.message);
      return message.message == row.refused ? std::optional(row.answer) : std::nullopt;
    };
    EXPECT_EQ(make_window(&answer), nullptr);
    EXPECT_EQ(told, row.told);
  }
}

TEST_F(WindowLife, may_end_while_it_begins) {
  Answer answer = [](const Message& message) -> std::optional<LRESULT> {
    EXPECT_TRUE(message.message != WM_CREATE || DestroyWindow(message.window));
    return std::nullopt;
  };
  EXPECT_EQ(make_window(&answer), nullptr);
}

TEST_F(WindowLife, is_not_destroyed_twice_by_its_own_procedure) {
  int destroyed = 0;
  Answer answer = [&](const Message& message) -> std::optional<LRESULT> {
    if (message.message == WM_DESTROY) {
      ++destroyed;
      EXPECT_TRUE(IsWindow(message.window));
      EXPECT_FALSE(DestroyWindow(message.window));
    }
    return std::nullopt;
  };
  EXPECT_TRUE(DestroyWindow(make_window(&answer)));
  EXPECT_EQ(destroyed, 1);
}

TEST_F(WindowLife, takes_children_and_owned_windows_along) {
  Answer answers[] = {noting(0), noting(1), noting(2), noting(3)};
  HWND owner = make_window(&answers[0]);
  HWND child = make_window(&answers[1], {WS_CHILD, owner});
  HWND grandchild = make_window(&answers[2], {WS_CHILD, child});
  HWND owned = make_window(&answers[3], {WS_POPUP, owner});
  EXPECT_TRUE(IsChild(owner, grandchild));
  EXPECT_FALSE(IsChild(owner, owned));
  EXPECT_EQ(GetParent(owned), owner);
  EXPECT_EQ(GetParent(grandchild), child);
  SetWindowLongPtr(child, GWLP_HWNDPARENT, reinterpret_cast<LONG_PTR>(grandchild));
  EXPECT_EQ(GetParent(child), owner) << "a child is not given away so";
  EXPECT_TRUE(DestroyWindow(owner));
  EXPECT_EQ(order_, "0d 1d 2d 2n 1n 3d 3n 0n ");
  for (HWND one : {owner, child, grandchild, owned}) EXPECT_FALSE(IsWindow(one));
}

TEST_F(WindowLife, has_children_of_other_threads_destroyed_there) {
  DWORD ended_in = 0, other = 0;
  Answer answer = [&](const Message& message) -> std::optional<LRESULT> {
    if (message.message == WM_DESTROY) {
      ended_in = GetCurrentThreadId();
      PostQuitMessage(0);
    }
    return std::nullopt;
  };
  HWND parent = make_window(nullptr);
  OwnedHandle made = kernel32_test::automatic_event();
  std::thread thread([&] {
    other = GetCurrentThreadId();
    EXPECT_NE(make_window(&answer, {WS_CHILD, parent}), nullptr);
    SetEvent(made.get());
    MSG message;
    while (GetMessage(&message, nullptr, 0, 0) > 0) DispatchMessage(&message);
  });
  EXPECT_EQ(WaitForSingleObject(made.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(DestroyWindow(parent));
  thread.join();
  EXPECT_EQ(ended_in, other);
}

TEST_F(WindowLife, is_never_visible) {
  HWND window = make_window(nullptr, {WS_OVERLAPPEDWINDOW | WS_VISIBLE});
  EXPECT_FALSE(ShowWindow(window, SW_SHOW));
  EXPECT_FALSE(ShowWindow(window, SW_SHOW)) << "it was hidden before, still";
  EXPECT_FALSE(IsWindowVisible(window));
  EXPECT_EQ(GetWindowLong(window, GWL_STYLE), static_cast<LONG>(WS_OVERLAPPEDWINDOW));
  SetWindowLong(window, GWL_STYLE, WS_VISIBLE);
  EXPECT_EQ(GetWindowLong(window, GWL_STYLE), 0);
  EXPECT_TRUE(DestroyWindow(window));
}

TEST_F(WindowLife, gives_no_handle_out_twice) {
  HWND before = make_window(nullptr);
  EXPECT_TRUE(DestroyWindow(before));
  HWND after = make_window(nullptr);
  EXPECT_NE(before, after);
  EXPECT_FALSE(IsWindow(before));
  EXPECT_TRUE(DestroyWindow(after));
}

TEST_F(WindowLife, is_found_and_reached_by_broadcasts_at_the_top) {
  Told told;
  Answer answer = [&](const Message& message) -> std::optional<LRESULT> {
    if (message.message >= WM_USER) told.push_back(message.message);
    return std::nullopt;
  };
  HWND top = make_window(&answer), hidden = make_window(&answer, {0, HWND_MESSAGE}), child = make_window(&answer, {WS_CHILD, top});
  EXPECT_EQ(FindWindow(kClass, nullptr), top);
  EXPECT_EQ(FindWindow("USER32.TEST", ""), top);
  EXPECT_EQ(FindWindow(nullptr, "no such title"), nullptr);
  EXPECT_EQ(FindWindowEx(HWND_MESSAGE, nullptr, kClass, nullptr), hidden);
  EXPECT_EQ(FindWindowEx(top, nullptr, kClass, nullptr), child);
  EXPECT_EQ(FindWindowEx(top, child, kClass, nullptr), nullptr);
  EXPECT_EQ(SendMessage(HWND_BROADCAST, WM_USER, 0, 0), TRUE);
  EXPECT_EQ(told, Told{WM_USER});
  EXPECT_TRUE(PostMessage(HWND_BROADCAST, WM_USER + 1, 0, 0));
  MSG message;
  ASSERT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  EXPECT_EQ(message.hwnd, top);
  EXPECT_TRUE(SendNotifyMessage(HWND_BROADCAST, WM_USER + 2, 0, 0));
  EXPECT_EQ(told, (Told{WM_USER, WM_USER + 2}));
  EXPECT_TRUE(DestroyWindow(top));
  EXPECT_TRUE(DestroyWindow(hidden));
}

TEST_F(WindowLife, knows_the_classes_of_its_module_and_global_ones) {
  auto* module = reinterpret_cast<HINSTANCE>(uintptr_t{0x5000});
  EXPECT_EQ(CreateWindow(kClass, "", 0, 0, 0, 0, 0, nullptr, nullptr, module, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_CANNOT_FIND_WND_CLASS});
  WNDCLASS description = {};
  description.lpszClassName = "user32.global";
  EXPECT_EQ(RegisterClass(&description), 0) << "it has no procedure";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  description.style = CS_GLOBALCLASS;
  description.lpfnWndProc = DefWindowProc;
  description.lpszClassName = "user32.global";
  description.lpszMenuName = "its menu";
  ASSERT_NE(RegisterClass(&description), 0);
  HWND window = CreateWindow("user32.global", "", 0, 0, 0, 0, 0, nullptr, nullptr, module, nullptr);
  EXPECT_NE(window, nullptr);
  EXPECT_TRUE(DestroyWindow(window));
  WNDCLASSW found = {};
  EXPECT_TRUE(GetClassInfoW(module, u"user32.global", &found));
  EXPECT_EQ(std::u16string(found.lpszMenuName), u"its menu");
  EXPECT_TRUE(UnregisterClass("user32.global", nullptr));
  EXPECT_FALSE(UnregisterClass("user32.global", nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_CLASS_DOES_NOT_EXIST});
}

}  // namespace

}  // namespace user32_test
