#include "dlls/kernel32/text.h"

#include <gtest/gtest.h>

namespace windsock::kernel32 {

namespace {

TEST(Utf8FromUtf16, converts_each_length_of_character) {
  EXPECT_EQ(utf8_from_utf16(u"a\u00e9\u20ac\U0001f600"), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(utf8_from_utf16(u"\u007f\u0080\u07ff\u0800\uffff"), "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
  EXPECT_EQ(utf8_from_utf16(u""), "");
}

TEST(Utf8FromUtf16, replaces_half_a_pair) {
  const char16_t lone_high[] = {0xd83d, 'x', 0};
  const char16_t lone_low[] = {0xde00, 'x', 0};
  const char16_t high_at_end[] = {'x', 0xd83d, 0};
  const char16_t two_high[] = {0xd83d, 0xd83d, 0xde00, 0};
  EXPECT_EQ(utf8_from_utf16(lone_high), "\xef\xbf\xbdx");
  EXPECT_EQ(utf8_from_utf16(lone_low), "\xef\xbf\xbdx");
  EXPECT_EQ(utf8_from_utf16(high_at_end), "x\xef\xbf\xbd");
  EXPECT_EQ(utf8_from_utf16(two_high), "\xef\xbf\xbd\xf0\x9f\x98\x80");
}

TEST(EnvironmentEntries, end_with_an_empty_one) {
  EXPECT_EQ(environment_entries("A=1\0B=two words\0\0C=3\0"), (std::vector<std::string>{"A=1", "B=two words"}));
  EXPECT_EQ(environment_entries(u"A=\u00e9\0B=\0"), (std::vector<std::string>{"A=\xc3\xa9", "B="}));
  EXPECT_TRUE(environment_entries("\0").empty());
}

TEST(EnvironmentEntries, leave_out_the_directories_of_drives) {
  EXPECT_EQ(environment_entries("=C:=C:\\x\0A=1\0"), (std::vector<std::string>{"A=1"}));
}

}  // namespace

}  // namespace windsock::kernel32
