#include "dlls/user32/message_text.h"

#include <gtest/gtest.h>
#include <winuser.h>

#include <cstring>

namespace windsock::user32 {

namespace {

LPARAM of(const void* pointer) { return reinterpret_cast<LPARAM>(pointer); }

TEST(MessageText, leaves_other_messages_alone) {
  MessageText text(WM_USER, 1, 2, Encoding::kAnsi, Encoding::kWide);
  EXPECT_EQ(text.wparam(), 1u);
  EXPECT_EQ(text.lparam(), 2);
  EXPECT_EQ(text.take_back(3), 3);
}

TEST(MessageText, copies_a_text_into_the_receivers_encoding) {
  const char narrow[] = "\u00e4";
  for (Encoding to : {Encoding::kAnsi, Encoding::kWide}) {
    MessageText text(WM_SETTEXT, 0, of(narrow), Encoding::kAnsi, to);
    ASSERT_NE(text.lparam(), of(narrow));
    if (to == Encoding::kWide)
      EXPECT_EQ(std::u16string(reinterpret_cast<const char16_t*>(text.lparam())), u"\u00e4");
    else
      EXPECT_STREQ(reinterpret_cast<const char*>(text.lparam()), narrow);
  }
  MessageText back(WM_SETTEXT, 0, of(u"\u00e4"), Encoding::kWide, Encoding::kAnsi);
  EXPECT_STREQ(reinterpret_cast<const char*>(back.lparam()), narrow);
  EXPECT_EQ(MessageText(WM_SETTEXT, 0, 0, Encoding::kAnsi, Encoding::kWide).lparam(), 0);
}

TEST(MessageText, brings_a_text_back_into_the_senders_room) {
  char room[4] = "zzz";
  MessageText text(WM_GETTEXT, sizeof room, of(room), Encoding::kAnsi, Encoding::kWide);
  auto* filled = reinterpret_cast<char16_t*>(text.lparam());
  const char16_t answer[] = u"a\u00e4";
  memcpy(filled, answer, sizeof answer);
  EXPECT_EQ(text.take_back(2), 3);
  EXPECT_STREQ(room, "a\u00e4");
  char small[3] = "zz";
  MessageText cut(WM_GETTEXT, sizeof small, of(small), Encoding::kAnsi, Encoding::kWide);
  memcpy(reinterpret_cast<char16_t*>(cut.lparam()), answer, sizeof answer);
  EXPECT_EQ(cut.take_back(2), 1);
  EXPECT_STREQ(small, "a");
}

TEST(MessageText, promises_room_for_any_text_of_a_length) {
  EXPECT_EQ(MessageText(WM_GETTEXTLENGTH, 0, 0, Encoding::kAnsi, Encoding::kWide).take_back(4), 12);
  EXPECT_EQ(MessageText(WM_GETTEXTLENGTH, 0, 0, Encoding::kWide, Encoding::kAnsi).take_back(4), 4);
  EXPECT_EQ(MessageText(WM_GETTEXTLENGTH, 0, 0, Encoding::kWide, Encoding::kWide).take_back(4), 4);
}

// What a sender says and what a procedure answers may be anything.
TEST(MessageText, believes_no_size) {
  char room[2] = "z";
  MessageText huge(WM_GETTEXT, ~WPARAM{0}, of(room), Encoding::kAnsi, Encoding::kWide);
  EXPECT_NE(huge.lparam(), 0);
  MessageText text(WM_GETTEXT, 2, of(room), Encoding::kAnsi, Encoding::kWide);
  memcpy(reinterpret_cast<char16_t*>(text.lparam()), u"q", 2 * sizeof(char16_t));
  EXPECT_EQ(text.take_back(1'000'000), 1);
  EXPECT_STREQ(room, "q");
  EXPECT_EQ(text.take_back(-5), 0);
  EXPECT_EQ(MessageText(WM_GETTEXT, 0, of(room), Encoding::kAnsi, Encoding::kWide).take_back(3), 3);
}

TEST(MessageText, knows_the_messages_with_pointers) {
  EXPECT_TRUE(has_pointers(WM_SETTEXT));
  EXPECT_TRUE(has_pointers(WM_COPYDATA));
  EXPECT_FALSE(has_pointers(WM_CLOSE));
  EXPECT_FALSE(has_pointers(WM_USER));
}

}  // namespace

}  // namespace windsock::user32
