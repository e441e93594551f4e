#include "dlls/user32/text.h"

#include <gtest/gtest.h>

namespace windsock::user32 {

namespace {

TEST(Text, is_cut_between_characters) {
  char narrow[8] = "zzzzzzz";
  EXPECT_EQ(copy_text(u"a\u00e4b", narrow, 8), 4);
  EXPECT_STREQ(narrow, "a\u00e4b");
  EXPECT_EQ(copy_text(u"a\u00e4b", narrow, 3), 1) << "half of a character is none";
  EXPECT_STREQ(narrow, "a");
  char16_t wide[4] = {};
  EXPECT_EQ(copy_text(u"a\U0001F600b", wide, 3), 1) << "nor is half of a pair";
  EXPECT_EQ(copy_text(u"a\U0001F600b", wide, 4), 3);
  EXPECT_EQ(std::u16string(wide), u"a\U0001F600");
}

TEST(Text, needs_room) {
  char narrow[2] = "z";
  EXPECT_EQ(copy_text(u"abc", narrow, 0), 0);
  EXPECT_STREQ(narrow, "z");
  EXPECT_EQ(copy_text(u"abc", static_cast<char*>(nullptr), 5), 0);
  EXPECT_EQ(copy_text(u"abc", narrow, 1), 0);
  EXPECT_STREQ(narrow, "");
}

TEST(Text, has_a_length_in_each_encoding) {
  EXPECT_EQ(length_of_text(u"\u00e4\u20ac", Encoding::kWide), 2);
  EXPECT_EQ(length_of_text(u"\u00e4\u20ac", Encoding::kAnsi), 5);
}

TEST(Text, is_the_same_in_capitals) {
  EXPECT_EQ(folded(u"My.Class_9"), u"my.class_9");
  EXPECT_EQ(folded(u"\u00c4"), u"\u00c4") << "of ASCII";
}

TEST(Text, of_null_is_empty) {
  EXPECT_EQ(wide_text(static_cast<const char*>(nullptr)), u"");
  EXPECT_EQ(wide_text(static_cast<const char16_t*>(nullptr)), u"");
}

}  // namespace

}  // namespace windsock::user32
