// The rows of the tables in Microsoft's documentation of command lines, and what lies between them.
#include "dlls/kernel32/command_line.h"

#include <gtest/gtest.h>

namespace windsock::kernel32 {

namespace {

using Strings = std::vector<std::string>;

struct SplitCase {
  const char* line;
  Strings arguments;
};

class SplitCommandLine : public ::testing::TestWithParam<SplitCase> {};

TEST_P(SplitCommandLine, gives_the_arguments_of_the_c_run_time) {
  EXPECT_EQ(split_command_line(GetParam().line), GetParam().arguments) << GetParam().line;
}

INSTANTIATE_TEST_SUITE_P(Documented, SplitCommandLine,
                         ::testing::Values(SplitCase{R"(p "abc" d e)", {"p", "abc", "d", "e"}},
                                           SplitCase{R"(p a\\b d"e f"g h)", {"p", R"(a\\b)", "de fg", "h"}},
                                           SplitCase{R"(p a\\\"b c d)", {"p", R"(a\"b)", "c", "d"}},
                                           SplitCase{R"(p a\\\\"b c" d e)", {"p", R"(a\\b c)", "d", "e"}},
                                           SplitCase{R"(p a"b"" c d)", {"p", R"(ab" c d)"}}));

INSTANTIATE_TEST_SUITE_P(Blanks, SplitCommandLine,
                         ::testing::Values(SplitCase{"", {""}}, SplitCase{"p", {"p"}}, SplitCase{"p  \t a\tb  ", {"p", "a", "b"}},
                                           SplitCase{" a", {"", "a"}}, SplitCase{"p \"a\tb\"", {"p", "a\tb"}},
                                           SplitCase{R"(p "" x)", {"p", "", "x"}}));

INSTANTIATE_TEST_SUITE_P(Quotes, SplitCommandLine,
                         ::testing::Values(SplitCase{R"(p "a)", {"p", "a"}}, SplitCase{R"(p """")", {"p", R"(")"}},
                                           SplitCase{R"(p """)", {"p", R"(")"}}, SplitCase{R"(p a""b)", {"p", "ab"}},
                                           SplitCase{R"(p \" x)", {"p", R"(")", "x"}}, SplitCase{R"(p "\"")", {"p", R"(")"}},
                                           SplitCase{R"(p "a\\" b)", {"p", R"(a\)", "b"}}, SplitCase{R"(p a\ b\)", {"p", R"(a\)", R"(b\)"}},
                                           SplitCase{R"(p \\\\)", {"p", R"(\\\\)"}}));

INSTANTIATE_TEST_SUITE_P(ProgramName, SplitCommandLine,
                         ::testing::Values(SplitCase{R"("a b" c)", {"a b", "c"}}, SplitCase{R"("a\" b)", {R"(a\)", "b"}},
                                           SplitCase{R"(x"a b"y c)", {"xa by", "c"}}, SplitCase{R"(a\\b\ c)", {R"(a\\b\)", "c"}}));

TEST(ProgramCandidates, of_a_quoted_name_there_is_one) {
  EXPECT_EQ(program_candidates(R"("/opt/a b/c" d)"), (Strings{"/opt/a b/c"}));
  EXPECT_EQ(program_candidates(R"("/opt/a)"), (Strings{"/opt/a"}));
}

TEST(ProgramCandidates, a_bare_name_may_end_at_each_blank) {
  EXPECT_EQ(program_candidates("/a b/c  d"), (Strings{"/a", "/a b/c", "/a b/c  d"}));
  EXPECT_EQ(program_candidates("  x "), (Strings{"x"}));
}

TEST(ProgramCandidates, of_nothing_there_are_none) {
  EXPECT_EQ(program_candidates(""), Strings{});
  EXPECT_EQ(program_candidates(" \t"), Strings{});
}

}  // namespace

}  // namespace windsock::kernel32
