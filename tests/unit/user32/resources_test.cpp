// What windows are described with, boxes that nobody sees, and the library itself by its name.
#include <unistd.h>

#include <string>

#include "tests/unit/user32/support.h"

namespace user32_test {

namespace {

TEST(Resources, are_the_systems_by_their_numbers) {
  EXPECT_NE(LoadIcon(nullptr, IDI_APPLICATION), nullptr);
  EXPECT_NE(LoadIconW(nullptr, reinterpret_cast<LPCWSTR>(IDI_ERROR)), LoadIcon(nullptr, IDI_APPLICATION));
  EXPECT_NE(LoadCursor(nullptr, IDC_ARROW), nullptr);
  EXPECT_NE(LoadCursorW(nullptr, reinterpret_cast<LPCWSTR>(IDC_HAND)), nullptr);
  EXPECT_EQ(LoadIcon(nullptr, MAKEINTRESOURCE(1)), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_RESOURCE_NAME_NOT_FOUND});
  EXPECT_EQ(LoadCursor(GetModuleHandle(nullptr), "arrow"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_RESOURCE_DATA_NOT_FOUND});
  for (int number = WHITE_BRUSH; number <= DC_PEN; ++number) EXPECT_EQ(GetStockObject(number) != nullptr, number != 9) << number;
  EXPECT_EQ(GetStockObject(-1), nullptr);
}

TEST(Library, is_found_by_its_name_on_windows) {
  HMODULE library = GetModuleHandle("USER32.dll");
  ASSERT_NE(library, nullptr);
  EXPECT_EQ(reinterpret_cast<void*>(GetProcAddress(library, "PostMessageA")), reinterpret_cast<void*>(&PostMessageA));
  EXPECT_EQ(GetProcAddress(library, "GetLastError"), nullptr);
}

// What a function writes to the standard error.
template <typename Body>
std::string standard_error_of(Body body) {
  kernel32_test::Pipe pipe;
  int kept = dup(STDERR_FILENO);
  dup2(pipe.write_end, STDERR_FILENO);
  body();
  dup2(kept, STDERR_FILENO);
  close(kept);
  pipe.close_write();
  return pipe.read_all();
}

TEST(MessageBoxes, is_closed_by_nobody) {
  struct {
    UINT type;
    int answer;
  } const rows[] = {
      {MB_OK, IDOK},
      {MB_OKCANCEL | MB_ICONERROR, IDCANCEL},
      {MB_ABORTRETRYIGNORE, IDABORT},
      {MB_ABORTRETRYIGNORE | MB_DEFBUTTON3, IDIGNORE},
      {MB_YESNOCANCEL | MB_TOPMOST, IDCANCEL},
      {MB_YESNO, IDYES},
      {MB_YESNO | MB_DEFBUTTON2, IDNO},
      {MB_YESNO | MB_DEFBUTTON4, IDYES},
      {MB_RETRYCANCEL, IDCANCEL},
      {MB_CANCELTRYCONTINUE, IDCANCEL},
  };
  for (const auto& row : rows) {
    int answer = 0;
    EXPECT_EQ(standard_error_of([&] { answer = MessageBoxA(nullptr, "What now?", "Title", row.type); }), "Title: What now?\n");
    EXPECT_EQ(answer, row.answer) << row.type;
  }
}

TEST(MessageBoxes, has_texts_in_both_encodings_or_none) {
  EXPECT_EQ(standard_error_of([] { EXPECT_EQ(MessageBoxW(nullptr, u"\u00e4", u"\u20ac", MB_OK), IDOK); }), "\u20ac: \u00e4\n");
  EXPECT_EQ(standard_error_of([] { EXPECT_EQ(MessageBoxA(nullptr, nullptr, nullptr, MB_OK), IDOK); }), "Error: \n");
  EXPECT_EQ(MessageBoxA(nullptr, "", "", 7), 0);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_MSGBOX_STYLE});
}

}  // namespace

}  // namespace user32_test
