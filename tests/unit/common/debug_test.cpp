#include "dlls/common/debug.h"

#include <gtest/gtest.h>

#include <string>

namespace windsock::debug {
namespace {

constexpr uint8_t kQuiet = static_cast<uint8_t>(Level::kWarn);

struct Case {
  const char* specification;
  bool good;
  int api, dup, server;  // the levels afterwards
};

class Configure : public testing::TestWithParam<Case> {};

TEST_P(Configure, sets_the_levels) {
  LevelTable levels;
  for (auto& level : levels) level = kQuiet;
  EXPECT_EQ(configure(GetParam().specification, levels), GetParam().good);
  EXPECT_EQ(levels[static_cast<size_t>(Channel::kApi)], GetParam().api);
  EXPECT_EQ(levels[static_cast<size_t>(Channel::kDup)], GetParam().dup);
  EXPECT_EQ(levels[static_cast<size_t>(Channel::kServer)], GetParam().server);
}

INSTANTIATE_TEST_SUITE_P(specifications, Configure,
                         testing::Values(Case{"", true, 2, 2, 2}, Case{"trace+dup", true, 2, 4, 2}, Case{"trace+dup,info+server", true, 2, 4, 3},
                                         Case{"+dup", true, 2, 4, 2}, Case{"trace", true, 4, 4, 4}, Case{"err", true, 1, 1, 1},
                                         Case{"trace+all,-api", true, 0, 4, 4}, Case{"-all", true, 0, 0, 0},
                                         Case{"trace+all,trace-dup", true, 4, 3, 4}, Case{"warn-all", true, 1, 1, 1},
                                         Case{"-all,err+server", true, 0, 0, 1}, Case{",,trace+dup,", true, 2, 4, 2},
                                         Case{"loud+dup", false, 2, 2, 2}, Case{"trace+nothing", false, 2, 2, 2},
                                         Case{"bad,trace+dup", false, 2, 4, 2}, Case{"trace+", false, 2, 2, 2}, Case{"TRACE", false, 2, 2, 2}));

TEST(DebugLevels, are_warnings_in_every_channel_at_first) {
  if (getenv("WINDSOCK_DEBUG")) GTEST_SKIP() << "WINDSOCK_DEBUG is set";
  for (size_t i = 0; i < g_levels.size(); ++i) EXPECT_EQ(g_levels[i], kQuiet) << kChannelNames[i];
}

// Puts the levels back that a test changes.
class DebugLog : public testing::Test {
 protected:
  DebugLog() {
    for (size_t i = 0; i < g_levels.size(); ++i) before_[i] = g_levels[i];
  }
  ~DebugLog() override {
    for (size_t i = 0; i < g_levels.size(); ++i) g_levels[i] = before_[i];
  }

 private:
  std::array<uint8_t, static_cast<size_t>(Channel::kCount)> before_{};
};

TEST_F(DebugLog, shows_what_is_enabled_and_nothing_else) {
  configure("info+dup", g_levels);
  testing::internal::CaptureStderr();
  WS_INFO(kDup, "ticket %s: %d", "abcd", 7);
  WS_TRACE(kDup, "too fine");
  WS_INFO(kServer, "another channel");
  std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_NE(shown.find("info:dup: ticket abcd: 7\n"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("fine"), std::string::npos);
  EXPECT_EQ(shown.find("another"), std::string::npos);
}

TEST_F(DebugLog, a_long_message_is_cut_and_ends_its_line) {
  configure("info+dup", g_levels);
  testing::internal::CaptureStderr();
  WS_INFO(kDup, "%s", std::string(5000, 'x').c_str());
  std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_LE(shown.size(), 1024u);
  EXPECT_EQ(shown.back(), '\n');
}

TEST_F(DebugLog, keeps_errno) {
  configure("info+dup", g_levels);
  testing::internal::CaptureStderr();
  errno = EBADF;
  WS_INFO(kDup, "anything");
  EXPECT_EQ(errno, EBADF);
  testing::internal::GetCapturedStderr();
}

TEST_F(DebugLog, raise_never_lowers) {
  configure("trace+server,err+dup", g_levels);
  raise(Level::kInfo, Channel::kServer);
  raise(Level::kInfo, Channel::kDup);
  EXPECT_TRUE(enabled(Level::kTrace, Channel::kServer));
  EXPECT_TRUE(enabled(Level::kInfo, Channel::kDup));
  EXPECT_FALSE(enabled(Level::kTrace, Channel::kDup));
}

}  // namespace
}  // namespace windsock::debug
