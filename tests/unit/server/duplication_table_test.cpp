#include "server/duplication_table.h"

#include <gtest/gtest.h>

#include <map>

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
    if (!table_.has_target(target.pid())) table_.add_target(target.pid(), copy_of(target.pidfd()), Charge());
    ids_[target.pid()] = table_.insert(ticket(number), std::move(parked));
  }
  FakeSurroundings surroundings_;
  DuplicationTable table_{surroundings_, 1000};
  std::map<int, TargetId> ids_;
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
  // It stays for the next offer.
  EXPECT_TRUE(table_.has_target(child.pid()));
  EXPECT_EQ(table_.idle_target_count(), 1u);
  EXPECT_EQ(surroundings_.watched.size(), 1u);
  table_.remove_target(child.pid());
  EXPECT_FALSE(table_.has_target(child.pid()));
  EXPECT_EQ(table_.idle_target_count(), 0u);
  EXPECT_TRUE(surroundings_.watched.empty());
  EXPECT_EQ(test::open_descriptor_count(), before);
}

TEST_F(DuplicationTableTest, a_target_is_found_by_its_name_until_it_ends) {
  test::Child child;
  EXPECT_FALSE(table_.find_target(1000));
  park(1, child);
  auto known = table_.find_target(ids_[child.pid()]);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->pid, child.pid());
  TargetId former = ids_[child.pid()];
  table_.remove_target(child.pid());
  EXPECT_FALSE(table_.find_target(former));
  // As after the number came to name another process: another name.
  park(2, child);
  EXPECT_NE(ids_[child.pid()], former);
  EXPECT_FALSE(table_.find_target(former));
}

TEST_F(DuplicationTableTest, idle_targets_are_dropped_when_asked_for_and_those_with_tickets_stay) {
  test::Child idle, kept, busy;
  park(1, idle);
  park(2, kept);
  park(3, busy);
  table_.remove(ticket(1));
  table_.remove(ticket(2));
  EXPECT_EQ(table_.idle_target_count(), 2u);
  table_.drop_idle_targets(kept.pid());
  EXPECT_FALSE(table_.has_target(idle.pid()));
  EXPECT_TRUE(table_.has_target(kept.pid()));
  EXPECT_TRUE(table_.has_target(busy.pid()));
  table_.drop_idle_targets();
  EXPECT_FALSE(table_.has_target(kept.pid()));
  EXPECT_TRUE(table_.has_target(busy.pid()));
  EXPECT_EQ(table_.idle_target_count(), 0u);
}

TEST_F(DuplicationTableTest, idle_targets_do_not_pile_up) {
  for (int number = 1; number <= 3 * static_cast<int>(DuplicationTable::kMaxIdleTargets); ++number) {
    table_.add_target(number, UniqueFd(), Charge());
    ParkedSocket parked;
    parked.target = number;
    table_.insert(ticket(static_cast<unsigned>(number)), std::move(parked));
    table_.remove(ticket(static_cast<unsigned>(number)));
    EXPECT_LE(table_.idle_target_count(), DuplicationTable::kMaxIdleTargets);
    EXPECT_EQ(surroundings_.watched.size(), table_.target_count());
  }
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
