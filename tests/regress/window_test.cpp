// Windows that nobody sees: how they begin and end, their classes, values and texts.
#include <windows.h>
#include <winsock2.h>

#include <cstring>
#include <string>
#include <thread>

#include "tests/regress/held_thread.h"
#include "tests/regress/test_window.h"

namespace regress {
namespace {

using Told = std::vector<UINT>;

HINSTANCE program() { return GetModuleHandleA(nullptr); }
HWND no_window() { return reinterpret_cast<HWND>(static_cast<UINT_PTR>(0x1234)); }

// ---- begin and end --------------------------------------------------------------------------------------------------------

TEST_F(WindowTest, IsToldOfItsBeginAndItsEnd) {
  TestWindow window;
  ASSERT_NE(nullptr, window.get());
  EXPECT_EQ((Told{WM_NCCREATE, WM_NCCALCSIZE, WM_CREATE}), window.told());
  EXPECT_TRUE(IsWindow(window.get()));
  const HWND handle = window.get();
  window.close();
  EXPECT_EQ((Told{WM_NCCREATE, WM_NCCALCSIZE, WM_CREATE, WM_DESTROY, WM_NCDESTROY}), window.told());
  EXPECT_FALSE(IsWindow(handle));
}

TEST_F(WindowTest, IsToldWhatItWasMadeWith) {
  int seen = 0;
  TestWindow window(
      [&](const Message& message) -> std::optional<LRESULT> {
        if (message.message != WM_NCCREATE && message.message != WM_CREATE) return std::nullopt;
        const auto* description = reinterpret_cast<const CREATESTRUCTA*>(message.lparam);
        EXPECT_STREQ(kWindowClass, description->lpszClass);
        EXPECT_STREQ("its name", description->lpszName);
        EXPECT_EQ(program(), description->hInstance);
        EXPECT_NE(nullptr, description->lpCreateParams);
        ++seen;
        return std::nullopt;
      },
      "its name");
  EXPECT_EQ(2, seen);
}

TEST_F(WindowTest, IsNotThereIfItRefusesToBegin) {
  for (const UINT refused : {UINT{WM_NCCREATE}, UINT{WM_CREATE}}) {
    const LRESULT refusal = refused == WM_CREATE ? -1 : FALSE;
    TestWindow window([&](const Message& message) { return message.message == refused ? std::optional(refusal) : std::nullopt; });
    EXPECT_EQ(nullptr, window.get());
    EXPECT_EQ(UINT{WM_NCDESTROY}, window.told().back());
  }
}

TEST_F(WindowTest, NeedsItsParent) {
  EXPECT_EQ(nullptr, CreateWindowA(kWindowClass, "", 0, 0, 0, 0, 0, no_window(), nullptr, program(), nullptr));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
  EXPECT_EQ(nullptr, CreateWindowA(kWindowClass, "", WS_CHILD, 0, 0, 0, 0, nullptr, nullptr, program(), nullptr));
  EXPECT_EQ(ERROR_TLW_WITH_WSCHILD, window_error());
}

TEST_F(WindowTest, NeedsItsClass) {
  EXPECT_EQ(nullptr, CreateWindowA("regress.none", "", 0, 0, 0, 0, 0, message_only(), nullptr, program(), nullptr));
  EXPECT_EQ(ERROR_CANNOT_FIND_WND_CLASS, window_error());
}

TEST_F(WindowTest, IsDestroyedByItsOwnThreadAlone) {
  TestWindow window;
  std::thread([&] {
    EXPECT_FALSE(DestroyWindow(window.get()));
    EXPECT_EQ(ERROR_ACCESS_DENIED, window_error());
  }).join();
  EXPECT_TRUE(IsWindow(window.get()));
}

TEST_F(WindowTest, IsDestroyedOnce) {
  const HWND handle = TestWindow().get();
  EXPECT_FALSE(DestroyWindow(handle));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
}

TEST_F(WindowTest, ClosesByDefault) {
  TestWindow window;
  EXPECT_EQ(0, SendMessageA(window.get(), WM_CLOSE, 0, 0));
  EXPECT_FALSE(IsWindow(window.get()));
  EXPECT_EQ((Told{WM_NCCREATE, WM_NCCALCSIZE, WM_CREATE, WM_CLOSE, WM_DESTROY, WM_NCDESTROY}), window.told());
}

TEST_F(WindowTest, TakesItsChildrenAlong) {
  TestWindow parent;
  Told order;
  const HWND child = CreateWindowA(kWindowClass, "", WS_CHILD, 0, 0, 0, 0, parent.get(), nullptr, program(), nullptr);
  ASSERT_NE(nullptr, child);
  EXPECT_TRUE(IsChild(parent.get(), child));
  EXPECT_FALSE(IsChild(child, parent.get()));
  EXPECT_EQ(parent.get(), GetParent(child));
  EXPECT_EQ(nullptr, GetParent(parent.get()));
  parent.close();
  EXPECT_FALSE(IsWindow(child));
}

TEST_F(WindowTest, EndsWithItsThreadAndIsNotTold) {
  HWND handle = nullptr;
  Told told;
  std::thread([&] {
    static TestWindow* left;
    left = new TestWindow;
    handle = left->get();
  }).join();
  EXPECT_FALSE(IsWindow(handle));
  EXPECT_FALSE(PostMessageA(handle, WM_USER, 0, 0));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
  EXPECT_EQ(0, SendMessageA(handle, WM_USER, 0, 0));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
}

// ---- classes ----------------------------------------------------------------------------------------------------------------

TEST_F(WindowTest, ClassesHaveNamesOfTheirOwn) {
  WNDCLASSEXA description = {};
  description.cbSize = sizeof description;
  description.lpfnWndProc = DefWindowProcA;
  description.hInstance = program();
  description.lpszClassName = "Regress.Window";
  EXPECT_EQ(0, RegisterClassExA(&description));
  EXPECT_EQ(ERROR_CLASS_ALREADY_EXISTS, window_error());
  description.lpszClassName = "regress.other";
  description.style = CS_DBLCLKS;
  description.cbWndExtra = 8;
  const ATOM number = RegisterClassExA(&description);
  ASSERT_NE(0, number);
  const HWND window = CreateWindowA(MAKEINTATOM(number), "", 0, 0, 0, 0, 0, message_only(), nullptr, program(), nullptr);
  ASSERT_NE(nullptr, window);
  char name[32];
  EXPECT_EQ(13, GetClassNameA(window, name, sizeof name));
  EXPECT_STREQ("regress.other", name);
  EXPECT_EQ(3, GetClassNameA(window, name, 4));
  EXPECT_STREQ("reg", name);
  WNDCLASSEXA found = {};
  found.cbSize = sizeof found;
  EXPECT_EQ(number, GetClassInfoExA(program(), "regress.other", &found));
  EXPECT_EQ(UINT{CS_DBLCLKS}, found.style);
  EXPECT_EQ(8, found.cbWndExtra);
  EXPECT_FALSE(UnregisterClassA("regress.other", program()));
  EXPECT_EQ(ERROR_CLASS_HAS_WINDOWS, window_error());
  EXPECT_TRUE(DestroyWindow(window));
  EXPECT_TRUE(UnregisterClassA("regress.other", program()));
  EXPECT_FALSE(GetClassInfoExA(program(), "regress.other", &found));
  EXPECT_EQ(ERROR_CLASS_DOES_NOT_EXIST, window_error());
}

TEST_F(WindowTest, ClassesAreDescribedInFull) {
  WNDCLASSEXA description = {};
  description.lpfnWndProc = DefWindowProcA;
  description.lpszClassName = "regress.bad";
  description.cbSize = sizeof description - 1;
  EXPECT_EQ(0, RegisterClassExA(&description));
  EXPECT_EQ(ERROR_INVALID_PARAMETER, window_error());
  description.cbSize = sizeof description;
  description.cbWndExtra = -1;
  EXPECT_EQ(0, RegisterClassExA(&description));
  EXPECT_EQ(ERROR_INVALID_PARAMETER, window_error());
}

TEST_F(WindowTest, IconsCursorsAndBrushesAreHandles) {
  EXPECT_NE(nullptr, LoadIconA(nullptr, reinterpret_cast<LPCSTR>(IDI_APPLICATION)));
  EXPECT_NE(nullptr, LoadCursorA(nullptr, reinterpret_cast<LPCSTR>(IDC_ARROW)));
  EXPECT_EQ(nullptr, LoadIconA(program(), "no such icon"));
  EXPECT_NE(nullptr, GetStockObject(WHITE_BRUSH));
  EXPECT_EQ(nullptr, GetStockObject(99));
}

// ---- values -------------------------------------------------------------------------------------------------------------------

TEST_F(WindowTest, KeepsValues) {
  const HWND window = CreateWindowA(kWindowClass, "", 0, 0, 0, 0, 0, message_only(), nullptr, program(), nullptr);
  EXPECT_EQ(0, SetWindowLongPtrA(window, GWLP_USERDATA, 0));
  EXPECT_EQ(0, SetWindowLongPtrA(window, 8, 77));
  EXPECT_EQ(77, SetWindowLongPtrA(window, 8, 78));
  EXPECT_EQ(78, GetWindowLongPtrA(window, 8));
  EXPECT_EQ(78, GetWindowLongA(window, 8));
  EXPECT_EQ(0, GetWindowLongA(window, 12));
  EXPECT_EQ(program(), reinterpret_cast<HINSTANCE>(GetWindowLongPtrA(window, GWLP_HINSTANCE)));
  for (const int index : {9, 16, -100}) {
    EXPECT_EQ(0, GetWindowLongPtrA(window, index));
    EXPECT_EQ(ERROR_INVALID_INDEX, window_error()) << index;
  }
  EXPECT_EQ(0, GetWindowLongPtrA(no_window(), GWLP_USERDATA));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
  EXPECT_TRUE(DestroyWindow(window));
}

WNDPROC g_former = nullptr;
LRESULT CALLBACK twice(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return 2 * CallWindowProcA(g_former, window, message, wparam, lparam);
}

TEST_F(WindowTest, TakesAnotherProcedure) {
  TestWindow window([](const Message& message) { return message.message == WM_USER ? std::optional<LRESULT>(21) : std::nullopt; });
  EXPECT_EQ(21, SendMessageA(window.get(), WM_USER, 0, 0));
  g_former = reinterpret_cast<WNDPROC>(SetWindowLongPtrA(window.get(), GWLP_WNDPROC, reinterpret_cast<LONG_PTR>(&twice)));
  EXPECT_EQ(42, SendMessageA(window.get(), WM_USER, 0, 0));
  SetWindowLongPtrA(window.get(), GWLP_WNDPROC, reinterpret_cast<LONG_PTR>(g_former));
  EXPECT_EQ(21, SendMessageA(window.get(), WM_USER, 0, 0));
}

TEST_F(WindowTest, BelongsToAThreadOfTheProcess) {
  TestWindow window;
  DWORD process = 0;
  EXPECT_EQ(GetCurrentThreadId(), GetWindowThreadProcessId(window.get(), &process));
  EXPECT_EQ(GetCurrentProcessId(), process);
  EXPECT_EQ(0u, GetWindowThreadProcessId(no_window(), nullptr));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
}

TEST_F(WindowTest, IsHidden) {
  TestWindow window;
  EXPECT_FALSE(ShowWindow(window.get(), SW_HIDE));
  EXPECT_FALSE(IsWindowVisible(window.get()));
  EXPECT_TRUE(UpdateWindow(window.get()));
  EXPECT_FALSE(ShowWindow(no_window(), SW_SHOW));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
}

TEST_F(WindowTest, IsFoundAmongItsKind) {
  TestWindow window({}, "the one that is looked for");
  EXPECT_EQ(window.get(), FindWindowExA(message_only(), nullptr, kWindowClass, "The One that is looked for"));
  EXPECT_EQ(window.get(), FindWindowExA(message_only(), nullptr, nullptr, "the one that is looked for"));
  EXPECT_EQ(nullptr, FindWindowExA(message_only(), window.get(), nullptr, "the one that is looked for"));
  EXPECT_EQ(nullptr, FindWindowA(kWindowClass, "the one that is looked for")) << "message-only windows are not at the top";
}

// ---- texts ----------------------------------------------------------------------------------------------------------------------

TEST_F(WindowTest, HasAText) {
  TestWindow window({}, "begin");
  char text[8];
  EXPECT_EQ(5, GetWindowTextA(window.get(), text, sizeof text));
  EXPECT_STREQ("begin", text);
  EXPECT_TRUE(SetWindowTextA(window.get(), "another one"));
  EXPECT_EQ(11, GetWindowTextLengthA(window.get()));
  EXPECT_EQ(7, GetWindowTextA(window.get(), text, sizeof text));
  EXPECT_STREQ("another", text);
  EXPECT_EQ(7, SendMessageA(window.get(), WM_GETTEXT, sizeof text, reinterpret_cast<LPARAM>(text)));
  EXPECT_TRUE(SetWindowTextA(window.get(), nullptr));
  EXPECT_EQ(0, GetWindowTextA(window.get(), text, sizeof text));
  EXPECT_STREQ("", text);
}

TEST_F(WindowTest, HasItsTextInBothEncodings) {
  TestWindow window;
  const WCHAR wide[] = {'w', 'i', 'd', 'e', 0};
  EXPECT_FALSE(IsWindowUnicode(window.get()));
  EXPECT_TRUE(SetWindowTextW(window.get(), wide));
  char text[8];
  EXPECT_EQ(4, GetWindowTextA(window.get(), text, sizeof text));
  EXPECT_STREQ("wide", text);
  WCHAR back[8];
  EXPECT_EQ(4, GetWindowTextW(window.get(), back, 8));
  EXPECT_EQ(0, std::memcmp(wide, back, sizeof wide));
  EXPECT_EQ(2, GetWindowTextW(window.get(), back, 3));
}

TEST_F(WindowTest, WideClassesHaveWideProcedures) {
  static const WCHAR name[] = {'r', 'e', 'g', 'w', 0};
  static const WCHAR title[] = {'t', 'i', 't', 'l', 'e', 0};
  WNDCLASSW description = {};
  static int seen;
  seen = 0;
  description.lpfnWndProc = [](HWND window, UINT message, WPARAM wparam, LPARAM lparam) -> LRESULT {
    if (message == WM_NCCREATE) {
      const auto* made = reinterpret_cast<const CREATESTRUCTW*>(lparam);
      seen += std::memcmp(made->lpszName, title, sizeof title) == 0;
      seen += std::memcmp(made->lpszClass, name, sizeof name) == 0;
    }
    if (message == WM_SETTEXT)
      seen += *reinterpret_cast<const WCHAR*>(lparam) == 'n' && reinterpret_cast<const WCHAR*>(lparam)[3] == 0;
    return DefWindowProcW(window, message, wparam, lparam);
  };
  description.hInstance = program();
  description.lpszClassName = name;
  ASSERT_NE(0, RegisterClassW(&description));
  const HWND window = CreateWindowExA(0, "regw", "title", 0, 0, 0, 0, 0, message_only(), nullptr, program(), nullptr);
  ASSERT_NE(nullptr, window);
  EXPECT_TRUE(IsWindowUnicode(window));
  EXPECT_TRUE(SetWindowTextA(window, "new"));
  EXPECT_EQ(3, seen);
  char text[8];
  EXPECT_EQ(3, GetWindowTextA(window, text, sizeof text));
  EXPECT_STREQ("new", text);
  EXPECT_TRUE(DestroyWindow(window));
  EXPECT_TRUE(UnregisterClassW(name, program()));
}

TEST_F(WindowTest, ShowsItsTextToOtherThreads) {
  HWND handle = nullptr;
  DWORD thread = 0;
  std::promise<void> made;
  std::thread owner([&] {
    TestWindow window({}, "far away");
    handle = window.get();
    thread = GetCurrentThreadId();
    made.set_value();
    MSG message;
    while (GetMessageA(&message, nullptr, 0, 0) > 0) DispatchMessageA(&message);
  });
  made.get_future().wait();
  char text[16];
  WCHAR wide[16];
  EXPECT_EQ(8, SendMessageA(handle, WM_GETTEXT, sizeof text, reinterpret_cast<LPARAM>(text)));
  EXPECT_STREQ("far away", text);
  EXPECT_EQ(8, SendMessageW(handle, WM_GETTEXT, 16, reinterpret_cast<LPARAM>(wide)));
  EXPECT_EQ('y', wide[7]);
  EXPECT_TRUE(PostThreadMessageA(thread, WM_QUIT, 0, 0));
  owner.join();
}

// The same by the wide functions, from the class to the end.
TEST_F(WindowTest, HasWideFunctionsForEverything) {
  static const WCHAR name[] = {'r', 'e', 'g', 'w', '2', 0};
  static const WCHAR title[] = {'t', 'w', 'o', 0};
  WNDCLASSEXW description = {};
  description.cbSize = sizeof description;
  description.lpfnWndProc = DefWindowProcW;
  description.hInstance = program();
  description.hIcon = LoadIconW(nullptr, reinterpret_cast<LPCWSTR>(IDI_APPLICATION));
  description.hCursor = LoadCursorW(nullptr, reinterpret_cast<LPCWSTR>(IDC_ARROW));
  description.cbWndExtra = 8;
  description.lpszClassName = name;
  const ATOM number = RegisterClassExW(&description);
  ASSERT_NE(0, number);
  WNDCLASSEXW found = {};
  found.cbSize = sizeof found;
  EXPECT_TRUE(GetClassInfoExW(program(), name, &found));
  EXPECT_EQ(description.hCursor, found.hCursor);
  WNDCLASSW plain = {};
  EXPECT_TRUE(GetClassInfoW(program(), name, &plain));
  EXPECT_EQ(description.hIcon, plain.hIcon);
  WNDCLASSA narrow = {};
  EXPECT_TRUE(GetClassInfoA(program(), "regw2", &narrow));
  EXPECT_EQ(8, narrow.cbWndExtra);

  const HWND window = CreateWindowExW(0, name, title, 0, 0, 0, 0, 0, message_only(), nullptr, program(), nullptr);
  ASSERT_NE(nullptr, window);
  WCHAR buffer[8];
  EXPECT_EQ(5, GetClassNameW(window, buffer, 8));
  EXPECT_EQ(3, GetWindowTextLengthW(window));
  EXPECT_EQ(window, FindWindowExW(message_only(), nullptr, name, title));
  EXPECT_EQ(nullptr, FindWindowW(title, title)) << "there is no such class";
  EXPECT_EQ(0, SetWindowLongPtrW(window, GWLP_USERDATA, 5));
  EXPECT_EQ(5, GetWindowLongPtrW(window, GWLP_USERDATA));
  EXPECT_EQ(0, SetWindowLongW(window, 0, 6));
  EXPECT_EQ(6, GetWindowLongW(window, 0));
  EXPECT_EQ(6, SetWindowLongA(window, 0, 7));
  EXPECT_EQ(TRUE, CallWindowProcW(DefWindowProcW, window, WM_QUERYOPEN, 0, 0));

  MSG message;
  EXPECT_TRUE(PostMessageW(window, WM_USER, 1, 0));
  EXPECT_TRUE(PeekMessageW(&message, nullptr, 0, 0, PM_NOREMOVE));
  EXPECT_TRUE(GetMessageW(&message, nullptr, 0, 0));
  EXPECT_EQ(1u, message.wParam);
  EXPECT_EQ(0, DispatchMessageW(&message));
  EXPECT_TRUE(PostThreadMessageW(GetCurrentThreadId(), WM_USER, 2, 0));
  EXPECT_TRUE(GetMessageW(&message, nullptr, 0, 0));
  EXPECT_EQ(2u, message.wParam);
  EXPECT_EQ(static_cast<LONG>(MAKELONG(message.pt.x, message.pt.y)), static_cast<LONG>(GetMessagePos()));
  DWORD_PTR result = 0;
  EXPECT_NE(0, SendMessageTimeoutW(window, WM_QUERYENDSESSION, 0, 0, SMTO_NORMAL, kDeadlineMs, &result));
  EXPECT_EQ(static_cast<DWORD_PTR>(TRUE), result);
  EXPECT_TRUE(SendNotifyMessageW(window, WM_USER, 0, 0));
  EXPECT_TRUE(DestroyWindow(window));
  EXPECT_TRUE(UnregisterClassW(name, program()));
}

TEST_F(WindowTest, ClassesHaveAShortDescriptionToo) {
  WNDCLASSA description = {};
  description.lpfnWndProc = DefWindowProcA;
  description.lpszClassName = "regress.short";
  EXPECT_NE(0, RegisterClassA(&description));
  EXPECT_EQ(0, RegisterClassA(&description));
  EXPECT_EQ(ERROR_CLASS_ALREADY_EXISTS, window_error());
  EXPECT_TRUE(UnregisterClassA("regress.short", nullptr));
}

// ---- what is done by default --------------------------------------------------------------------------------------------------

TEST_F(WindowTest, AgreesByDefault) {
  TestWindow window;
  for (const UINT message : {UINT{WM_QUERYENDSESSION}, UINT{WM_QUERYOPEN}, UINT{WM_NCACTIVATE}})
    EXPECT_EQ(TRUE, DefWindowProcA(window.get(), message, 0, 0)) << message;
  for (const UINT message : {UINT{WM_USER}, UINT{WM_TIMER}, UINT{WM_COMMAND}, UINT{WM_GETTEXTLENGTH}})
    EXPECT_EQ(0, DefWindowProcA(window.get(), message, 0, 0)) << message;
}

}  // namespace
}  // namespace regress
