// The rules of windsockd for the network events of shared sockets; with no daemon.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/request_handlers.h"
#include "tests/unit/server/world.h"

namespace windsock::server {
namespace {

using wire::Status;

class SharedEvents : public testing::Test {
 protected:
  SharedEvents() {
    slot = declared(one);
    declared(other);
  }
  SlotId declared(Peer& peer, uint32_t epoch = 0) {
    wire::Declare declare{epoch, {}};
    declare.state[static_cast<size_t>(StateField::kSelectedEvents)] = 77;  // what it remembers of it counts for nothing
    return world.ask<wire::Declared>(peer, declare, World::fds(copy_of(socket.get())))->slot;
  }
  // A take, which is answered by what is sent.
  void take(Peer& peer, uint32_t events = 1) {
    Outcome outcome = world.send(peer, wire::Take{slot, events});
    EXPECT_FALSE(outcome.reply || outcome.offence);
  }
  uint32_t epoch() { return world.memory[slot.index].epoch; }
  uint32_t events() { return world.memory[slot.index].values[static_cast<size_t>(StateField::kSelectedEvents)]; }
  // What was sent since the last time: "one:Taken 3" …
  std::string sent() {
    std::string text;
    for (const auto& [to, packet] : world.surroundings.sent) {
      const char* name = to == &one ? "one" : to == &other ? "other" : "?";
      uint32_t number = 0;
      if (auto taken = wire::decode<wire::Taken>(packet.span())) number = taken->epoch;
      if (auto cancelled = wire::decode<wire::Cancelled>(packet.span())) number = cancelled->epoch;
      text += (text.empty() ? "" : ", ") + std::string(name) + ":" + wire::type_name(wire::decode_head(packet.span())->type) + " " + std::to_string(number);
    }
    world.surroundings.sent.clear();
    return text;
  }

  World world;
  Peer& one = world.greeted(getpid());
  Peer& other = world.greeted(getpid());
  UniqueFd socket = tcp_socket();
  SlotId slot;
};

TEST_F(SharedEvents, nobody_has_selected_any_at_first) {
  EXPECT_EQ(epoch(), 0u);
  EXPECT_EQ(events(), 0u);
}

TEST_F(SharedEvents, a_take_is_published_and_answered) {
  take(one, 33);
  EXPECT_EQ(sent(), "one:Taken 1");
  EXPECT_EQ(epoch(), 1u);
  EXPECT_EQ(events(), 33u);
  take(one, 1);
  EXPECT_EQ(sent(), "one:Taken 2") << "each is a registration of its own";
}

TEST_F(SharedEvents, the_answer_has_the_serial_of_its_request) {
  take(one);
  sent();
  take(other);
  const uint32_t serial = world.serial;
  world.send(one, wire::Ceased{slot, epoch()});
  ASSERT_EQ(world.surroundings.sent.size(), 2u);
  EXPECT_EQ(wire::decode_head(world.surroundings.sent[0].packet.span())->serial, 0u) << "not asked for";
  EXPECT_EQ(wire::decode_head(world.surroundings.sent[1].packet.span())->serial, serial);
}

TEST_F(SharedEvents, a_take_cancels_the_former_one) {
  take(one);
  sent();
  world.now = 5;
  take(other, 2);
  EXPECT_EQ(sent(), "one:Cancelled 2");
  EXPECT_EQ(epoch(), 2u) << "at once";
  EXPECT_EQ(events(), 2u);
  EXPECT_EQ(world.surroundings.called_back_at, 5 + RegistrationTable::kTimeToCease);
  Outcome outcome = world.send(one, wire::Ceased{slot, 2});
  EXPECT_FALSE(outcome.reply || outcome.offence);
  EXPECT_EQ(sent(), "other:Taken 2");
}

TEST_F(SharedEvents, who_does_not_cease_is_not_waited_for_long) {
  take(one);
  sent();
  take(other);
  world.handlers.answer_overdue(RegistrationTable::kTimeToCease - 1);
  EXPECT_EQ(sent(), "one:Cancelled 2");
  world.handlers.answer_overdue(RegistrationTable::kTimeToCease);
  EXPECT_EQ(sent(), "other:Taken 2");
}

TEST_F(SharedEvents, the_end_of_the_owner_is_the_end_of_its_registration) {
  take(one, 33);
  world.handlers.remove_peer(one);
  EXPECT_EQ(epoch(), 1u) << "it may come back";
  EXPECT_EQ(events(), 0u);
  EXPECT_EQ(world.handlers.registrations().owner(slot.index), nullptr);
}

TEST_F(SharedEvents, who_has_only_lost_its_connection_keeps_them_on_another) {
  take(one, 33);
  world.handlers.remove_peer(one);
  Peer& again = world.greeted(getpid());
  EXPECT_EQ(declared(again, 1), slot);
  EXPECT_TRUE(world.ask<wire::Done>(again, wire::Keep{slot, 33, 1}));
  EXPECT_EQ(epoch(), 1u);
  EXPECT_EQ(events(), 33u);
  EXPECT_EQ(world.handlers.registrations().owner(slot.index), &again);
}

TEST_F(SharedEvents, who_has_lost_its_connection_keeps_nothing_that_was_taken_meanwhile) {
  take(one, 33);
  world.handlers.remove_peer(one);
  take(other, 2);
  Peer& again = world.greeted(getpid());
  EXPECT_EQ(declared(again, 1), slot);
  EXPECT_EQ(world.refusal(again, wire::Keep{slot, 33, 1}), Status::kInvalid);
  EXPECT_EQ(events(), 2u);
}

TEST_F(SharedEvents, an_owner_that_ends_need_not_cease) {
  take(one);
  sent();
  take(other, 2);
  world.handlers.remove_peer(one);
  EXPECT_EQ(sent(), "one:Cancelled 2, other:Taken 2");
  EXPECT_EQ(events(), 2u);
}

TEST_F(SharedEvents, a_taker_that_ends_leaves_no_registration) {
  take(one);
  take(other);
  world.handlers.remove_peer(other);
  EXPECT_EQ(events(), 0u);
  sent();
  take(one);
  EXPECT_EQ(sent(), "one:Taken 3");
}

TEST_F(SharedEvents, the_last_release_of_the_owner_ends_it) {
  world.ask<wire::Done>(one, wire::Retain{{slot}});
  take(one);
  world.send(one, wire::Release{slot});
  EXPECT_NE(events(), 0u);
  world.send(one, wire::Release{slot});
  EXPECT_EQ(events(), 0u);
  EXPECT_EQ(epoch(), 1u);
}

TEST_F(SharedEvents, no_events_cancel_anybodys) {
  take(one);
  sent();
  take(other, 0);
  EXPECT_EQ(events(), 0u);
  world.send(one, wire::Ceased{slot, epoch()});
  EXPECT_EQ(sent(), "one:Cancelled 2, other:Taken 2");
}

TEST_F(SharedEvents, are_dropped_by_the_owner_of_the_epoch) {
  take(one);
  EXPECT_TRUE(world.ask<wire::Done>(other, wire::Drop{slot, 1}));
  EXPECT_TRUE(world.ask<wire::Done>(one, wire::Drop{slot, 0})) << "an earlier one's";
  EXPECT_EQ(events(), 1u);
  EXPECT_TRUE(world.ask<wire::Done>(one, wire::Drop{slot, 1}));
  EXPECT_EQ(events(), 0u);
  EXPECT_EQ(epoch(), 2u);
  SlotId stale = slot;
  ++stale.generation;
  EXPECT_TRUE(world.ask<wire::Done>(one, wire::Drop{stale, 2}));
}

TEST_F(SharedEvents, are_the_holders_to_take) {
  Peer& stranger = world.greeted(getpid());
  EXPECT_EQ(world.refusal(stranger, wire::Take{slot, 1}), Status::kInvalid);
  EXPECT_EQ(world.refusal(stranger, wire::Keep{slot, 1, 0}), Status::kInvalid);
  EXPECT_EQ(epoch(), 0u);
  EXPECT_TRUE(world.send(one, wire::SetState{slot, static_cast<uint32_t>(StateField::kSelectedEvents), 1}).offence);
}

TEST_F(SharedEvents, of_before_it_was_shared_go_on) {
  EXPECT_TRUE(world.ask<wire::Done>(one, wire::Keep{slot, 33, 0}));
  EXPECT_EQ(epoch(), 0u);
  EXPECT_EQ(events(), 33u);
  EXPECT_EQ(world.refusal(other, wire::Keep{slot, 1, 0}), Status::kInvalid) << "there is one";
  take(other);
  EXPECT_EQ(sent(), "one:Cancelled 1");
  EXPECT_TRUE(world.send(one, wire::Keep{slot, 0, 1}).offence);
}

TEST_F(SharedEvents, cannot_be_kept_when_another_one_has_taken_them) {
  take(other);
  EXPECT_EQ(world.refusal(one, wire::Keep{slot, 1, 0}), Status::kInvalid);
  world.handlers.remove_peer(other);
  EXPECT_EQ(world.refusal(one, wire::Keep{slot, 1, 0}), Status::kInvalid) << "nor when its registration has ended";
}

TEST_F(SharedEvents, are_of_a_higher_epoch_once_one_is_declared) {
  take(one, 33);
  sent();
  declared(other, 9);
  EXPECT_EQ(epoch(), 9u);
  EXPECT_EQ(events(), 0u);
  EXPECT_EQ(sent(), "one:Cancelled 9");
  EXPECT_TRUE(world.ask<wire::Done>(other, wire::Keep{slot, 1, 9}));
}

TEST_F(SharedEvents, ceasing_unasked_harms_nobody) {
  SlotId nowhere{kSlotCount + 5, 1};
  for (SlotId of : {slot, nowhere}) {
    Outcome outcome = world.send(one, wire::Ceased{of, 99});
    EXPECT_FALSE(outcome.reply || outcome.offence);
  }
  EXPECT_EQ(sent(), "");
}

}  // namespace
}  // namespace windsock::server
