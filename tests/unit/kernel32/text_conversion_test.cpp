// MultiByteToWideChar, WideCharToMultiByte, and the functions of strsafe.h and tchar.h.
#include <gtest/gtest.h>
#include <strsafe.h>
#include <tchar.h>

#include <string>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

TEST(MultiByteToWideChar, converts_counts_and_measures) {
  WCHAR wide[8];
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, "a\xc3\xa9\xf0\x9f\x98\x80", -1, nullptr, 0), 5) << "with the zero";
  ASSERT_EQ(MultiByteToWideChar(CP_ACP, MB_PRECOMPOSED, "a\xc3\xa9\xf0\x9f\x98\x80", -1, wide, 8), 5);
  EXPECT_EQ(std::u16string(wide), u"a\u00e9\U0001f600");
  EXPECT_EQ(MultiByteToWideChar(CP_OEMCP, 0, "abc", 2, wide, 2), 2) << "without one";
  EXPECT_EQ(std::u16string(wide, 2), u"ab");
  EXPECT_EQ(MultiByteToWideChar(CP_UTF8, 0, "a\xff", 2, wide, 8), 2);
  EXPECT_EQ(wide[1], u'\ufffd');
}

TEST(WideCharToMultiByte, converts_counts_and_measures) {
  char narrow[8];
  EXPECT_EQ(WideCharToMultiByte(CP_UTF8, 0, u"a\u00e9", -1, nullptr, 0, nullptr, nullptr), 4);
  ASSERT_EQ(WideCharToMultiByte(CP_UTF8, 0, u"a\u00e9", -1, narrow, 8, nullptr, nullptr), 4);
  EXPECT_STREQ(narrow, "a\xc3\xa9");
  const WCHAR half[] = {u'a', 0xd800};
  EXPECT_EQ(WideCharToMultiByte(CP_UTF8, 0, half, 2, narrow, 8, nullptr, nullptr), 4);
  EXPECT_EQ(std::string(narrow, 4), "a\xef\xbf\xbd");
  EXPECT_EQ(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, half, 2, narrow, 8, nullptr, nullptr), 0);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NO_UNICODE_TRANSLATION});
}

TEST(TextConversion, tells_what_was_wrong) {
  WCHAR wide[4];
  char narrow[4];
  BOOL used = FALSE;
  auto error = [](int result) {
    EXPECT_EQ(result, 0);
    return GetLastError();
  };
  EXPECT_EQ(error(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, wide, 2)), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_EQ(error(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xff", 1, wide, 2)), DWORD{ERROR_NO_UNICODE_TRANSLATION});
  EXPECT_EQ(error(MultiByteToWideChar(CP_UTF8, MB_PRECOMPOSED, "a", 1, wide, 2)), DWORD{ERROR_INVALID_FLAGS});
  EXPECT_EQ(error(MultiByteToWideChar(1252, 0, "a", 1, wide, 2)), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(error(MultiByteToWideChar(CP_UTF8, 0, "a", 0, wide, 2)), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(error(MultiByteToWideChar(CP_UTF8, 0, nullptr, 1, wide, 2)), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(error(WideCharToMultiByte(CP_UTF8, 0, u"ab", 2, narrow, 1, nullptr, nullptr)), DWORD{ERROR_INSUFFICIENT_BUFFER});
  EXPECT_EQ(error(WideCharToMultiByte(CP_UTF8, 0, u"ab", 2, narrow, 4, "?", nullptr)), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(error(WideCharToMultiByte(CP_UTF8, 0, u"ab", 2, narrow, 4, nullptr, &used)), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(error(WideCharToMultiByte(CP_UTF8, 1, u"ab", 2, narrow, 4, nullptr, nullptr)), DWORD{ERROR_INVALID_FLAGS});
}

TEST(SafeString, copies_and_always_ends_with_a_zero) {
  char text[4];
  EXPECT_EQ(StringCchCopy(text, 4, "abc"), S_OK);
  EXPECT_STREQ(text, "abc");
  EXPECT_EQ(StringCchCopy(text, 3, "xyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(text, "xy");
  EXPECT_EQ(StringCchCopyN(text, 4, "abcd", 2), S_OK);
  EXPECT_STREQ(text, "ab");
  EXPECT_EQ(StringCbCat(text, sizeof text, "c"), S_OK);
  EXPECT_STREQ(text, "abc");
  EXPECT_EQ(StringCchCat(text, 4, "d"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(text, "abc");
  EXPECT_EQ(StringCchCopy(text, 0, "a"), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(StringCchCopy(text, size_t{STRSAFE_MAX_CCH} + 1, "a"), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_STREQ(text, "abc");
}

TEST(SafeString, measures_in_characters_or_bytes) {
  size_t length = 99;
  EXPECT_EQ(StringCchLengthW(u"abc", 4, &length), S_OK);
  EXPECT_EQ(length, 3u);
  EXPECT_EQ(StringCbLengthW(u"abc", 8, &length), S_OK);
  EXPECT_EQ(length, 6u);
  EXPECT_EQ(StringCchLengthA("abc", 3, &length), STRSAFE_E_INVALID_PARAMETER) << "no zero within";
  EXPECT_EQ(StringCchLengthA(nullptr, 3, nullptr), STRSAFE_E_INVALID_PARAMETER);
  WCHAR wide[3];
  EXPECT_EQ(StringCbCopyW(wide, sizeof wide, u"abc"), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(std::u16string(wide), u"ab");
  EXPECT_EQ(StringCchCatNW(wide, 3, u"x", 0), S_OK);
}

TEST(SafeString, prints) {
  char text[6];
  EXPECT_EQ(StringCchPrintf(text, 6, "%d-%s", 12, "ab"), S_OK);
  EXPECT_STREQ(text, "12-ab");
  EXPECT_EQ(StringCbPrintf(text, 4, "%d", 12345), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_STREQ(text, "123");
  EXPECT_EQ(StringCchPrintf(text, 0, "%d", 1), STRSAFE_E_INVALID_PARAMETER);
}

// ---- tchar.h -----------------------------------------------------------------------------------------------------------------

TEST(Tchar, names_stand_for_char) {
  _TCHAR text[16];
  _tcscpy(text, _T("Win"));
  _tcscat(text, _TEXT("sock"));
  EXPECT_STREQ(text, "Winsock");
  EXPECT_EQ(_tcslen(text), 7u);
  EXPECT_EQ(_tcsicmp(text, _T("WINSOCK")), 0);
  EXPECT_EQ(_tcschr(text, _T('s')), text + 3);
  EXPECT_EQ(_ttoi(_T("42")), 42);
  EXPECT_EQ(_stprintf(text, _T("%d"), 7), 1);
}

}  // namespace

}  // namespace kernel32_test
