// SetConsoleCtrlHandler: which signals are which events, who is asked, and what happens when nobody wants it. In children, whose signals
// concern nobody else.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

struct Row {
  const char* name;
  int signal;
  DWORD event;
};
constexpr Row kRows[] = {{"interrupt", SIGINT, CTRL_C_EVENT},
                         {"quit", SIGQUIT, CTRL_BREAK_EVENT},
                         {"hangup", SIGHUP, CTRL_CLOSE_EVENT},
                         {"terminate", SIGTERM, CTRL_SHUTDOWN_EVENT}};

class ConsoleSignal : public ::testing::TestWithParam<Row> {};

TEST_P(ConsoleSignal, is_an_event_for_the_latest_handler_that_takes_it) {
  Child child("console " + std::to_string(GetParam().signal) + " taken");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "second " + std::to_string(GetParam().event) + " first " + std::to_string(GetParam().event) + " ");
  EXPECT_EQ(child.exit_code(), 0u);
}

TEST_P(ConsoleSignal, that_nobody_takes_ends_the_program) {
  Child child("console " + std::to_string(GetParam().signal) + " passed");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "second " + std::to_string(GetParam().event) + " ");
  DWORD code = child.exit_code();
  EXPECT_EQ(code, GetParam().signal == SIGINT ? 0xc000013au : 128u + static_cast<unsigned>(GetParam().signal));
}

INSTANTIATE_TEST_SUITE_P(Signal, ConsoleSignal, ::testing::ValuesIn(kRows), [](const auto& info) { return std::string(info.param.name); });

TEST(ConsoleSignals, may_be_ignored_and_handlers_removed) {
  Child child("console-ignored");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "ignored unknown " + std::to_string(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(child.exit_code(), 0u);
}

TEST(Console, is_left_by_who_does_not_lead_its_session) {
  Child child("console-free");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "before 87 leader 50 child freed gone again 87");
}

}  // namespace

}  // namespace kernel32_test
