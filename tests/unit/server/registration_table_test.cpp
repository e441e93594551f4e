// Who owns a registration, who is told, and when a taker is answered.
#include "server/registration_table.h"

#include <gtest/gtest.h>

#include <string>

#include "server/peer.h"

namespace windsock::server {
namespace {

constexpr int64_t kTime = RegistrationTable::kTimeToCease;
constexpr SlotId kSlot{3, 1}, kOtherSlot{4, 1};

class Registrations : public testing::Test {
 protected:
  // The serials of those that are answered, in order.
  static std::string serials(const RegistrationTable::Answers& answers) {
    std::string text;
    for (const auto& one : answers) text += (text.empty() ? "" : " ") + std::to_string(one.serial);
    return text;
  }
  RegistrationTable::Taken take(Peer& peer, uint32_t serial, int64_t now = 0, SlotId slot = kSlot) {
    return table.take(peer, slot, ++epoch, true, serial, now);
  }

  RegistrationTable table;
  Peer one, other, third;
  uint32_t epoch = 0;
};

TEST_F(Registrations, the_first_is_answered_at_once) {
  auto taken = take(one, 1);
  EXPECT_EQ(taken.former, nullptr);
  EXPECT_EQ(serials(taken.answers), "1");
  EXPECT_EQ(taken.answers[0].epoch, 1u);
  EXPECT_EQ(taken.answers[0].slot, kSlot);
  EXPECT_EQ(table.owner(kSlot.index), &one);
  EXPECT_FALSE(table.next_deadline());
}

TEST_F(Registrations, the_same_one_again_too) {
  take(one, 1);
  auto taken = take(one, 2);
  EXPECT_EQ(taken.former, nullptr);
  EXPECT_EQ(serials(taken.answers), "2");
}

TEST_F(Registrations, another_one_waits_until_the_former_has_ceased) {
  take(one, 1);
  auto taken = take(other, 2, 5);
  EXPECT_EQ(taken.former, &one);
  EXPECT_TRUE(taken.answers.empty());
  EXPECT_EQ(table.owner(kSlot.index), &other) << "from now on, answered or not";
  EXPECT_EQ(table.next_deadline(), 5 + kTime);
  EXPECT_TRUE(table.ceased(one, kSlot, 1).empty()) << "that was for an earlier epoch";
  EXPECT_TRUE(table.ceased(third, kSlot, 2).empty()) << "nobody asked it to";
  EXPECT_TRUE(table.ceased(one, kOtherSlot, 2).empty());
  EXPECT_EQ(serials(table.ceased(one, kSlot, 2)), "2");
  EXPECT_FALSE(table.next_deadline());
}

TEST_F(Registrations, the_former_has_a_second) {
  take(one, 1);
  take(other, 2, 5);
  EXPECT_TRUE(table.overdue(4 + kTime).empty());
  EXPECT_EQ(serials(table.overdue(5 + kTime)), "2");
  EXPECT_TRUE(table.ceased(one, kSlot, 2).empty()) << "late, and no harm";
}

TEST_F(Registrations, who_has_had_its_time_is_not_waited_for_again) {
  take(one, 1);
  take(other, 2);
  table.overdue(kTime);
  take(third, 3, kTime);
  EXPECT_EQ(serials(table.ceased(other, kSlot, 3)), "3");
}

TEST_F(Registrations, each_former_one_has_its_own_time) {
  take(one, 1);
  take(other, 2, 0);
  take(third, 3, kTime / 2);
  EXPECT_EQ(serials(table.overdue(kTime)), "2") << "the second one may be telling for another while";
  EXPECT_EQ(serials(table.overdue(kTime + kTime / 2)), "3");
}

TEST_F(Registrations, a_third_waits_for_all_that_may_tell) {
  take(one, 1);
  take(other, 2);
  auto taken = take(third, 3);
  EXPECT_EQ(taken.former, &other);
  EXPECT_TRUE(table.ceased(other, kSlot, 3).empty());
  EXPECT_EQ(serials(table.ceased(one, kSlot, 2)), "2 3");
}

TEST_F(Registrations, two_that_take_from_each_other_need_not_wait_for_themselves) {
  take(one, 1);
  take(other, 2);
  auto taken = take(one, 3);
  EXPECT_EQ(taken.former, &other);
  EXPECT_TRUE(taken.answers.empty());
  EXPECT_EQ(serials(table.ceased(other, kSlot, 3)), "3");
  EXPECT_EQ(serials(table.ceased(one, kSlot, 2)), "2");
}

TEST_F(Registrations, a_second_take_ends_the_wait_of_the_first) {
  take(one, 1);
  take(other, 2);
  EXPECT_EQ(serials(take(other, 3).answers), "2");
  EXPECT_EQ(serials(table.ceased(one, kSlot, 2)), "3");
}

TEST_F(Registrations, no_events_leave_no_owner) {
  take(one, 1);
  auto taken = table.take(other, kSlot, ++epoch, false, 2, 0);
  EXPECT_EQ(taken.former, &one);
  EXPECT_EQ(table.owner(kSlot.index), nullptr);
  EXPECT_EQ(serials(table.ceased(one, kSlot, 2)), "2");
  EXPECT_TRUE(table.slots_of(one).empty());
}

TEST_F(Registrations, who_leaves_is_waited_for_no_more) {
  take(one, 1);
  take(other, 2);
  auto left = table.leave(one, kSlot);
  EXPECT_FALSE(left.was_owner);
  EXPECT_EQ(serials(left.answers), "2");
  EXPECT_TRUE(table.leave(other, kSlot).was_owner);
  EXPECT_EQ(table.owner(kSlot.index), nullptr);
}

TEST_F(Registrations, a_taker_that_leaves_is_forgotten) {
  take(one, 1);
  take(other, 2);
  EXPECT_EQ(serials(table.leave(other, kSlot).answers), "2");
  EXPECT_TRUE(table.ceased(one, kSlot, 2).empty());
  EXPECT_FALSE(table.next_deadline());
}

TEST_F(Registrations, another_generation_is_another_socket) {
  take(one, 1);
  take(other, 2);
  constexpr SlotId kStale{kSlot.index, kSlot.generation + 1};
  EXPECT_TRUE(table.ceased(one, kStale, 9).empty());
  EXPECT_FALSE(table.leave(other, kStale).was_owner);
}

TEST_F(Registrations, is_kept_by_one) {
  EXPECT_TRUE(table.keep(one, kSlot));
  EXPECT_TRUE(table.keep(one, kSlot));
  EXPECT_FALSE(table.keep(other, kSlot));
  EXPECT_EQ(take(other, 1).former, &one);
}

TEST_F(Registrations, is_dropped_by_its_owner) {
  EXPECT_FALSE(table.drop(one, kSlot));
  take(one, 1);
  EXPECT_FALSE(table.drop(other, kSlot));
  EXPECT_TRUE(table.drop(one, kSlot));
  EXPECT_EQ(take(other, 2).former, nullptr);
}

TEST_F(Registrations, sockets_have_nothing_to_do_with_each_other) {
  take(one, 1);
  take(one, 2, 0, kOtherSlot);
  take(other, 3);
  EXPECT_EQ(table.owner(kOtherSlot.index), &one);
  EXPECT_EQ(table.slots_of(one).size(), 2u);
  EXPECT_EQ(table.slots_of(other).size(), 1u);
  EXPECT_TRUE(table.slots_of(third).empty());
}

}  // namespace
}  // namespace windsock::server
