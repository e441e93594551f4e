#include "server/duplication_table.h"

#include <gtest/gtest.h>

#include "tests/unit/common/test_host.h"
#include "tests/unit/server/fake_surroundings.h"

namespace windsock::server {
namespace {

wire::Ticket ticket(unsigned number) {
  wire::Ticket ticket{};
  ticket[0] = static_cast<std::byte>(number);
  ticket[15] = static_cast<std::byte>(number >> 8);
  return ticket;
}

UniqueFd copy_of(int fd) { return std::move(host::duplicate(fd)).take(); }

class DuplicationTableTest : public testing::Test {
 protected:
  void park(unsigned number, const test::Child& target) {
    ParkedSocket parked;
    parked.socket = copy_of(0);
    parked.target = target.pid();
    table_.insert(ticket(number), std::move(parked), copy_of(target.pidfd()), Charge());
  }
  FakeSurroundings surroundings_;
  DuplicationTable table_{surroundings_};
};

TEST_F(DuplicationTableTest, a_ticket_is_good_once) {
  test::Child child;
  park(1, child);
  ASSERT_TRUE(table_.find(ticket(1)));
  EXPECT_EQ(table_.find(ticket(1))->target, child.pid());
  EXPECT_TRUE(table_.remove(ticket(1)));
  EXPECT_FALSE(table_.find(ticket(1)));
  EXPECT_FALSE(table_.remove(ticket(1)));
}

TEST_F(DuplicationTableTest, tickets_that_differ_in_one_bit_are_others) {
  test::Child child;
  park(1, child);
  for (size_t bit = 0; bit < 128; ++bit) {
    wire::Ticket other = ticket(1);
    other[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(table_.find(other)) << bit;
  }
}

TEST_F(DuplicationTableTest, one_pidfd_serves_all_tickets_of_a_target) {
  test::Child child;
  const size_t before = test::open_descriptor_count();
  for (unsigned i = 0; i < 100; ++i) park(i, child);
  EXPECT_EQ(test::open_descriptor_count(), before + 100 + 1);
  EXPECT_EQ(surroundings_.watched.size(), 1u);
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_TRUE(table_.has_target(child.pid()));
    table_.remove(ticket(i));
  }
  EXPECT_FALSE(table_.has_target(child.pid()));
  EXPECT_TRUE(surroundings_.watched.empty());
  EXPECT_EQ(test::open_descriptor_count(), before);
}

TEST_F(DuplicationTableTest, the_end_of_a_target_takes_its_tickets_and_no_others) {
  test::Child one, other;
  park(1, one);
  park(2, one);
  park(3, other);
  EXPECT_FALSE(table_.target_ended(one.pid()));
  one.kill_only();
  EXPECT_TRUE(table_.target_ended(one.pid()));
  EXPECT_EQ(table_.remove_target(one.pid()).size(), 2u);
  EXPECT_EQ(table_.size(), 1u);
  EXPECT_TRUE(table_.find(ticket(3)));
  EXPECT_EQ(surroundings_.watched.size(), 1u);
  EXPECT_TRUE(table_.remove_target(one.pid()).empty());
}

TEST_F(DuplicationTableTest, remove_all_leaves_nothing_and_watches_nothing) {
  test::Child one, other;
  const size_t before = test::open_descriptor_count();
  park(1, one);
  park(2, other);
  EXPECT_EQ(table_.remove_all().size(), 2u);
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_TRUE(surroundings_.watched.empty());
  EXPECT_EQ(test::open_descriptor_count(), before);
}

TEST(ticket, texts) {
  wire::Ticket all{};
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i * 16 + 15 - i);
  EXPECT_EQ(ticket_text(all), "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
  EXPECT_EQ(ticket_prefix(all), "0f1e2d3c");
}

}  // namespace
}  // namespace windsock::server
