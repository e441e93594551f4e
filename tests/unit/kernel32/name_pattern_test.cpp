// The patterns of FindFirstFile.
#include "dlls/kernel32/name_pattern.h"

#include <gtest/gtest.h>

namespace windsock::kernel32 {

namespace {

TEST(name_pattern, is_what_has_a_wildcard) {
  EXPECT_TRUE(is_pattern("*"));
  EXPECT_TRUE(is_pattern("a?c"));
  EXPECT_FALSE(is_pattern("a.c"));
  EXPECT_FALSE(is_pattern(""));
}

TEST(name_pattern, a_star_is_any_number_of_characters) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*", "abc"));
  EXPECT_TRUE(matches("a*", "a"));
  EXPECT_TRUE(matches("*c", "abc"));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(matches("**", "abc"));
  EXPECT_FALSE(matches("a*c", "abd"));
  EXPECT_FALSE(matches("*b", "abc"));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("", ""));
}

TEST(name_pattern, a_question_mark_is_one_character) {
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_FALSE(matches("a?c", "ac"));
  EXPECT_FALSE(matches("???", "ab"));
  EXPECT_TRUE(matches("a?c", "a\xc3\xbc" "c")) << "of more than a byte";
  EXPECT_TRUE(matches("*?", "\xe2\x82\xac"));
}

TEST(name_pattern, ascii_letters_match_each_others_case) {
  EXPECT_TRUE(matches("*.TXT", "a.txt"));
  EXPECT_TRUE(matches("Abc", "aBC"));
  EXPECT_FALSE(matches("[", "{"));
}

TEST(name_pattern, star_dot_star_is_every_name) {
  EXPECT_TRUE(matches("*.*", "no-dot"));
  EXPECT_FALSE(matches("a*.*", "a-no-dot"));
}

}  // namespace

}  // namespace windsock::kernel32
