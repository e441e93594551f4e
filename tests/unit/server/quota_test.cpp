#include "server/quota.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace windsock::server {
namespace {

constexpr int kAlice = 100, kBob = 200;

Quota::Limits limits(size_t descriptors, size_t reserve, size_t tickets = 0, size_t per_client = 0) {
  return {descriptors, reserve, tickets, per_client};
}

// Charges until refused.
std::vector<Charge> fill(Quota& quota, int pid) {
  std::vector<Charge> charges;
  for (auto one = quota.charge_ticket(pid, 0, 0); one; one = quota.charge_ticket(pid, 0, 0)) charges.push_back(std::move(one).take());
  return charges;
}

TEST(quota, fills_the_descriptors_less_the_reserve) {
  Quota quota(limits(100, 20));
  auto charges = fill(quota, kAlice);
  EXPECT_EQ(charges.size(), 80u);
  EXPECT_EQ(quota.charge_ticket(kBob, 0, 0).error(), wire::Status::kQuota);
  charges.pop_back();
  EXPECT_TRUE(quota.charge_ticket(kBob, 0, 0).ok());
}

TEST(quota, a_ticket_counts_what_comes_with_it_and_what_is_not_closed_yet) {
  Quota quota(limits(30, 20));
  EXPECT_FALSE(quota.charge_ticket(kAlice, 10, 0).ok());
  EXPECT_FALSE(quota.charge_ticket(kAlice, 0, 10).ok());
  EXPECT_TRUE(quota.charge_ticket(kAlice, 5, 4).ok());
}

TEST(quota, has_a_limit_for_all) {
  Quota quota(limits(1000, 10, 7));
  auto of_alice = fill(quota, kAlice);
  EXPECT_EQ(of_alice.size(), 7u);
  EXPECT_TRUE(fill(quota, kBob).empty());
}

TEST(quota, has_a_limit_for_each_client) {
  Quota quota(limits(1000, 10, 0, 3));
  auto of_alice = fill(quota, kAlice), of_bob = fill(quota, kBob);
  EXPECT_EQ(of_alice.size(), 3u);
  EXPECT_EQ(of_bob.size(), 3u);
  of_bob.clear();
  EXPECT_FALSE(quota.charge_ticket(kAlice, 0, 0).ok());
  EXPECT_TRUE(quota.charge_ticket(kBob, 0, 0).ok());
}

TEST(quota, a_charge_is_given_back_once_however_it_moves) {
  Quota quota(limits(100, 10));
  {
    Charge one = std::move(quota.charge_ticket(kAlice, 0, 0)).take();
    Charge moved(std::move(one));
    Charge assigned;
    assigned = std::move(moved);
    EXPECT_EQ(quota.tickets_of(kAlice), 1u);
    assigned = quota.charge_descriptor();
    EXPECT_EQ(quota.tickets_of(kAlice), 0u);
    EXPECT_EQ(quota.descriptors(), 1u);
  }
  EXPECT_EQ(quota.descriptors(), 0u);
  EXPECT_EQ(quota.tickets(), 0u);
}

TEST(quota, a_full_table_of_tickets_leaves_room_to_connect) {
  Quota quota(limits(100, 20));
  auto charges = fill(quota, kAlice);
  std::vector<Charge> connections;
  while (quota.has_room_for_connection(0)) connections.push_back(quota.charge_descriptor());
  EXPECT_EQ(connections.size(), 10u);
  EXPECT_FALSE(quota.has_room_for_connection(0));
  connections.pop_back();
  EXPECT_TRUE(quota.has_room_for_connection(0));
  EXPECT_FALSE(quota.has_room_for_connection(1));
}

}  // namespace
}  // namespace windsock::server
