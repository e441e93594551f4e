#include "server/shared_state.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace windsock::server {
namespace {

class SlotTableTest : public testing::Test {
 protected:
  static constexpr size_t kSlots = 4;
  static StateSnapshot state(uint32_t value) {
    StateSnapshot all;
    all.fill(value);
    return all;
  }
  SharedSlot& slot(const SlotRef& reference) { return memory_[reference.id().index]; }
  uint32_t value(const SlotRef& reference) { return slot(reference).values[0].load(); }

  std::unique_ptr<SharedSlot[]> memory_{new SharedSlot[kSlots]{}};
  SlotTable table_{std::span(memory_.get(), kSlots)};
};

TEST_F(SlotTableTest, a_new_socket_gets_a_slot_with_its_state) {
  auto reference = table_.acquire(42, state(7));
  ASSERT_TRUE(reference);
  EXPECT_TRUE(table_.in_use(reference->id()));
  EXPECT_EQ(slot(*reference).cookie, 42u);
  EXPECT_EQ(slot(*reference).epoch, 0u);
  EXPECT_EQ(slot(*reference).generation, reference->id().generation);
  EXPECT_NE(reference->id().generation, 0u);
  StateSnapshot filled = state(7);
  filled[static_cast<size_t>(StateField::kSelectedEvents)] = 0;  // windsockd's own
  EXPECT_EQ(snapshot(slot(*reference).values), filled);
}

TEST_F(SlotTableTest, events_are_registered_under_a_new_epoch) {
  auto reference = table_.acquire(42, {});
  EXPECT_EQ(table_.register_events(reference->id(), 33), 1u);
  EXPECT_EQ(table_.value(reference->id(), StateField::kSelectedEvents), 33u);
  EXPECT_EQ(table_.register_events(reference->id(), 0), 2u);
  EXPECT_EQ(table_.epoch(reference->id()), 2u);
  EXPECT_EQ(table_.value(reference->id(), StateField::kSelectedEvents), 0u);
}

TEST_F(SlotTableTest, a_known_socket_keeps_its_slot_and_its_state) {
  auto first = table_.acquire(42, state(7));
  auto second = table_.acquire(42, state(8));
  EXPECT_EQ(first->id(), second->id());
  EXPECT_EQ(value(*first), 7u);
  EXPECT_EQ(table_.size(), 1u);
}

TEST_F(SlotTableTest, a_slot_lives_as_long_as_its_last_reference) {
  auto first = table_.acquire(42, state(7));
  auto second = table_.retain(first->id());
  const SlotId id = first->id();
  first.reset();
  EXPECT_TRUE(table_.in_use(id));
  second.reset();
  EXPECT_FALSE(table_.in_use(id));
  EXPECT_FALSE(table_.retain(id));
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(SlotTableTest, a_slot_used_again_has_a_higher_generation) {
  auto first = table_.acquire(42, state(7));
  const SlotId old = first->id();
  first.reset();
  auto second = table_.acquire(43, state(9));
  EXPECT_EQ(second->id().index, old.index);
  EXPECT_GT(second->id().generation, old.generation);
  EXPECT_FALSE(table_.in_use(old));
  EXPECT_EQ(value(*second), 9u);
}

TEST_F(SlotTableTest, generation_zero_is_never_given) {
  memory_[0].generation = ~0u;
  auto reference = table_.acquire(42, state(7));
  EXPECT_EQ(reference->id(), (SlotId{0, 1}));
}

TEST_F(SlotTableTest, a_full_table_gives_nothing_until_one_is_free) {
  std::vector<SlotRef> all;
  for (uint64_t cookie = 1; cookie <= kSlots; ++cookie) all.push_back(*table_.acquire(cookie, state(0)));
  EXPECT_FALSE(table_.acquire(99, state(0)));
  EXPECT_TRUE(table_.acquire(1, state(0)));  // known already
  all.pop_back();
  EXPECT_TRUE(table_.acquire(99, state(0)));
}

TEST_F(SlotTableTest, the_highest_declared_epoch_wins) {
  auto first = table_.declare(42, 5, state(5));
  EXPECT_EQ(value(*first), 5u);
  EXPECT_EQ(slot(*first).epoch, 5u);
  auto lower = table_.declare(42, 4, state(4));
  auto equal = table_.declare(42, 5, state(99));
  EXPECT_EQ(value(*first), 5u);
  auto higher = table_.declare(42, 6, state(6));
  EXPECT_EQ(value(*first), 6u);
  EXPECT_EQ(slot(*first).epoch, 6u);
  EXPECT_EQ(first->id(), higher->id());
}

TEST_F(SlotTableTest, set_changes_one_value) {
  auto reference = table_.acquire(42, state(7));
  table_.set(reference->id(), StateField::kNonblocking, 1);
  EXPECT_EQ(slot(*reference).values[static_cast<size_t>(StateField::kNonblocking)], 1u);
  EXPECT_EQ(slot(*reference).values[static_cast<size_t>(StateField::kReuseAddr)], 7u);
}

TEST_F(SlotTableTest, ids_from_nowhere_are_not_in_use) {
  EXPECT_FALSE(table_.in_use(SlotId{}));
  EXPECT_FALSE(table_.in_use(SlotId{0, 0}));
  EXPECT_FALSE(table_.in_use(SlotId{kSlots, 1}));
  auto reference = table_.acquire(42, state(7));
  EXPECT_FALSE(table_.in_use(SlotId{reference->id().index, reference->id().generation + 1}));
  EXPECT_FALSE(table_.in_use(SlotId{1, 0}));
}

TEST_F(SlotTableTest, for_each_visits_what_is_in_use) {
  auto one = table_.acquire(1, state(0)), two = table_.acquire(2, state(0)), three = table_.acquire(3, state(0));
  auto again = table_.retain(three->id());
  two.reset();
  std::vector<std::pair<uint64_t, uint32_t>> seen;
  table_.for_each([&](SlotId, const SharedSlot& slot, uint32_t references) { seen.emplace_back(slot.cookie, references); });
  EXPECT_EQ(seen, (std::vector<std::pair<uint64_t, uint32_t>>{{1, 1}, {3, 2}}));
}

TEST(shared_memory, is_seen_by_readers_who_cannot_write) {
  auto memory = SharedMemory::create();
  ASSERT_TRUE(memory.ok());
  SlotTable table(memory.value().slots());
  auto reference = table.acquire(42, StateSnapshot{});
  EXPECT_FALSE(host::map(memory.value().fd(), kSharedStateSize, true).ok());
  auto* theirs = static_cast<const SharedSlot*>(host::map(memory.value().fd(), kSharedStateSize, false).value());
  EXPECT_EQ(theirs[reference->id().index].cookie, 42u);
  table.set(reference->id(), StateField::kNonblocking, 1);
  EXPECT_EQ(theirs[reference->id().index].values[static_cast<size_t>(StateField::kNonblocking)], 1u);
  host::unmap(const_cast<SharedSlot*>(theirs), kSharedStateSize);
}

}  // namespace
}  // namespace windsock::server
