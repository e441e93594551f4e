#include "dlls/common/utf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace {

using namespace windsock;
using namespace std::string_literals;

struct Pair {
  std::string utf8;
  std::u16string utf16;
};

const Pair kTexts[] = {
    {"", u""},
    {"plain", u"plain"},
    {"\x7f\xc2\x80", u"\u007f\u0080"},
    {"b\xc3\xbc" "cher", u"b\u00fccher"},
    {"\xdf\xbf\xe0\xa0\x80", u"\u07ff\u0800"},
    {"\xe2\x82\xac", u"\u20ac"},
    {"\xed\x9f\xbf\xee\x80\x80", u"\ud7ff\ue000"},
    {"\xef\xbf\xbf\xf0\x90\x80\x80", u"\uffff\U00010000"},
    {"\xf4\x8f\xbf\xbf", u"\U0010ffff"},
    {"a\0b"s, u"a\0b"s},
};

TEST(UtfTest, BothWays) {
  for (const Pair& text : kTexts) {
    EXPECT_EQ(text.utf16, utf16_from_utf8(text.utf8)) << text.utf8;
    EXPECT_EQ(text.utf8, utf8_from_utf16(text.utf16)) << text.utf8;
  }
}

TEST(UtfTest, HalfASurrogatePairIsReplaced) {
  const char16_t high[] = {u'a', 0xd800, u'b'}, low[] = {0xdc00, u'b'}, last[] = {u'a', 0xd83d}, swapped[] = {0xdc00, 0xd800};
  EXPECT_EQ("a\xef\xbf\xbd" "b", utf8_from_utf16({high, 3}));
  EXPECT_EQ("\xef\xbf\xbd" "b", utf8_from_utf16({low, 2}));
  EXPECT_EQ("a\xef\xbf\xbd", utf8_from_utf16({last, 2}));
  EXPECT_EQ("\xef\xbf\xbd\xef\xbf\xbd", utf8_from_utf16({swapped, 2}));
}

TEST(UtfTest, WhatIsNoUtf8IsReplaced) {
  for (const char* bad : {"\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"}) {
    const std::u16string text = utf16_from_utf8("x"s + bad + "y");
    EXPECT_EQ(u'x', text.front()) << bad;
    EXPECT_EQ(u'y', text.back()) << "what follows is not swallowed";
    EXPECT_NE(text.npos, text.find(u'\ufffd'));
    EXPECT_EQ(text.size() - 2, static_cast<size_t>(std::count(text.begin(), text.end(), u'\ufffd'))) << "nothing else comes of it";
  }
}

}  // namespace
