#include "server/closer.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/common/test_host.h"

namespace windsock::server {
namespace {

// A connection whose close blocks: it lingers for a minute over data that the other end does not take.
test::Pair lingering_pair() {
  test::Pair pair = test::tcp_pair();
  EXPECT_TRUE(host::set_option(pair.one.get(), host::kSolSocket, host::kSoLinger, host::Linger{1, 60}).ok());
  EXPECT_TRUE(host::set_nonblocking(pair.one.get(), true).ok());
  std::vector<char> much(65536);
  while (host::send(pair.one.get(), much.data(), much.size(), 0).ok()) {
  }
  return pair;
}

TEST(closer, closes_what_it_is_given) {
  Closer closer;
  test::Pair pair = test::tcp_pair();
  closer.close(std::move(pair.one));
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
  EXPECT_TRUE(test::eventually([&] { return closer.pending() == 0; }));
}

TEST(closer, a_lingering_close_keeps_nobody_else_waiting) {
  Closer closer;
  std::vector<test::Pair> lingering;
  for (unsigned i = 0; i + 1 < Closer::kMaxThreads; ++i) {
    lingering.push_back(lingering_pair());
    closer.close(std::move(lingering.back().one));
  }
  test::Pair pair = test::tcp_pair();
  closer.close(std::move(pair.one));
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
  EXPECT_GE(closer.pending(), lingering.size());
  lingering.clear();  // the other ends go, with data unread: a reset ends the lingering
  EXPECT_TRUE(test::eventually([&] { return closer.pending() == 0; }));
}

TEST(closer, its_end_does_not_wait_and_closes_what_is_queued) {
  test::Pair lingering = lingering_pair(), pair = test::tcp_pair();
  const auto begin = std::chrono::steady_clock::now();
  {
    Closer closer;
    closer.close(std::move(lingering.one));
    closer.close(std::move(pair.one));
  }
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(closer, promptly_closes_at_once_what_cannot_block) {
  Closer closer;
  test::Pair pair = test::tcp_pair();
  int fd = pair.one.get();
  close_promptly(std::move(pair.one), closer);
  EXPECT_LT(fcntl(fd, F_GETFD), 0);
  EXPECT_EQ(closer.pending(), 0u);
}

TEST(closer, promptly_leaves_what_lingers_to_the_closer) {
  Closer closer;
  test::Pair lingering = lingering_pair();
  const auto begin = std::chrono::steady_clock::now();
  close_promptly(std::move(lingering.one), closer);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(closer.pending(), 1u);
  lingering.other.reset();
  EXPECT_TRUE(test::eventually([&] { return closer.pending() == 0; }));
}

}  // namespace
}  // namespace windsock::server
