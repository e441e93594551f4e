#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

constexpr DWORD kSystem = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;

TEST(FormatMessage, tells_system_errors) {
  char text[256];
  DWORD length = FormatMessageA(kSystem, nullptr, ERROR_ACCESS_DENIED, 0, text, sizeof text, nullptr);
  EXPECT_STREQ(text, "Access is denied.\r\n");
  EXPECT_EQ(length, strlen(text));
  EXPECT_NE(FormatMessageA(kSystem, nullptr, WSAECONNRESET, 0, text, sizeof text, nullptr), 0u);
  EXPECT_EQ(std::string(text).find('%'), std::string::npos);
}

TEST(FormatMessage, allocates_when_asked) {
  char* text = nullptr;
  DWORD length = FormatMessageA(kSystem | FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_MAX_WIDTH_MASK, nullptr, ERROR_ACCESS_DENIED, 0,
                                reinterpret_cast<LPSTR>(&text), 0, nullptr);
  ASSERT_NE(text, nullptr);
  EXPECT_STREQ(text, "Access is denied. ");
  EXPECT_EQ(length, strlen(text));
  EXPECT_EQ(LocalFree(text), nullptr);
}

TEST(FormatMessage, takes_a_text_as_it_stands) {
  char text[16];
  EXPECT_EQ(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS, "a %1", 0, 0, text, sizeof text, nullptr), 4u);
  EXPECT_STREQ(text, "a %1");
  EXPECT_EQ(FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "a %1", 0, 0, text, sizeof text, nullptr), 0u);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
}

TEST(FormatMessage, fails_as_documented) {
  char text[8] = "x";
  EXPECT_EQ(FormatMessageA(kSystem, nullptr, ERROR_ACCESS_DENIED, 0, text, sizeof text, nullptr), 0u);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_STREQ(text, "x");
  EXPECT_EQ(FormatMessageA(kSystem, nullptr, 0x12345678, 0, text, sizeof text, nullptr), 0u);
  EXPECT_EQ(GetLastError(), 317u) << "ERROR_MR_MID_NOT_FOUND";
  EXPECT_EQ(FormatMessageA(FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, 5, 0, text, sizeof text, nullptr), 0u);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(StringLength, counts_characters_and_takes_null) {
  EXPECT_EQ(lstrlenA("four"), 4);
  EXPECT_EQ(lstrlenW(u"four"), 4);
  EXPECT_EQ(lstrlenA(nullptr), 0);
  EXPECT_EQ(lstrlenW(nullptr), 0);
}

}  // namespace

}  // namespace kernel32_test
