#include "dlls/ws2_32/inheritance.h"

#include <gtest/gtest.h>

using namespace windsock;

TEST(InheritanceText, ReadsWhatItWrites) {
  const std::vector<InheritedFd> lists[] = {{{3, 1}}, {{7, 4097}, {3, 1}, {65535, UINT64_MAX}}};
  for (const auto& list : lists) EXPECT_EQ(list, parse_inheritance(inheritance_text(list)).value());
  EXPECT_EQ("7:4097,3:1", inheritance_text({{7, 4097}, {3, 1}}));
}

TEST(InheritanceText, RefusesAllElse) {
  for (const char* text : {"", "7", "7:", ":1", "7:1,", ",7:1", "7:1,8", "7:1,8:", "-7:1", "7:-1", "7:1 ", " 7:1", "7;1", "7:1;8:2", "7:1:2",
                           "7:0x1", "99999999999:1", "7:99999999999999999999"})
    EXPECT_FALSE(parse_inheritance(text)) << '"' << text << '"';
}
