// The rules of windsockd for shared sockets, the status, and its end; with no daemon.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/request_handlers.h"
#include "tests/unit/server/world.h"

namespace windsock::server {
namespace {

using wire::Status;

// ---- shared state ----------------------------------------------------------------------------------------------------

class SharedSocket : public testing::Test {
 protected:
  SharedSocket() {
    wire::Offer offer = World::offer_of();
    offer.state[0] = 5;
    auto offered = world.ask<wire::Offered>(source, offer, World::fds(copy_of(socket.get()), copy_of(target.pidfd())));
    slot = offered->slot;
    ticket = offered->ticket;
  }
  uint32_t value(StateField field) { return world.memory[slot.index].values[static_cast<size_t>(field)]; }
  bool is_shared() { return world.handlers.slots().in_use(slot); }

  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  UniqueFd socket = tcp_socket();
  SlotId slot;
  wire::Ticket ticket;
};

TEST_F(SharedSocket, starts_with_the_state_of_the_first_offer) {
  EXPECT_EQ(value(StateField::kNonblocking), 5u);
  wire::Offer again = World::offer_of();
  again.state[0] = 6;
  auto offered = world.ask<wire::Offered>(source, again, World::fds(copy_of(socket.get()), copy_of(target.pidfd())));
  EXPECT_EQ(offered->slot, slot);
  EXPECT_EQ(value(StateField::kNonblocking), 5u);
}

TEST_F(SharedSocket, a_second_offer_by_the_same_connection_takes_no_second_reference) {
  world.offer(source, target, socket.get());
  world.send(source, wire::Release{slot});
  EXPECT_FALSE(source.references.holds(slot));
}

TEST_F(SharedSocket, is_kept_by_the_ticket_alone) {
  world.send(source, wire::Release{slot});
  EXPECT_TRUE(is_shared());
  world.ask<wire::Done>(source, wire::Revoke{ticket});
  EXPECT_FALSE(is_shared());
}

TEST_F(SharedSocket, is_kept_by_the_claimant_alone) {
  Peer& claimant = world.greeted(target.pid());
  world.ask<wire::Claimed>(claimant, World::claim_of(ticket));
  world.handlers.remove_peer(source);
  EXPECT_TRUE(is_shared());
  world.send(claimant, wire::Release{slot});
  EXPECT_FALSE(is_shared());
}

TEST_F(SharedSocket, the_end_of_a_connection_releases_all_it_held) {
  world.ask<wire::Done>(source, wire::Retain{{slot, slot, slot}});
  world.ask<wire::Done>(source, wire::Revoke{ticket});
  world.handlers.remove_peer(source);
  EXPECT_FALSE(is_shared());
}

TEST_F(SharedSocket, as_many_releases_as_references) {
  world.ask<wire::Done>(source, wire::Revoke{ticket});
  world.ask<wire::Done>(source, wire::Retain{{slot, slot}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(is_shared()) << i;
    world.send(source, wire::Release{slot});
  }
  EXPECT_FALSE(is_shared());
}

TEST_F(SharedSocket, releases_are_not_answered_and_surplus_ones_harm_nobody) {
  Peer& other = world.greeted(getpid());
  for (int i = 0; i < 5; ++i) {
    Outcome outcome = world.send(other, wire::Release{slot});
    EXPECT_FALSE(outcome.reply || outcome.offence);
  }
  EXPECT_TRUE(is_shared());
  EXPECT_TRUE(source.references.holds(slot));
}

TEST_F(SharedSocket, retain_takes_all_or_none) {
  Peer& heir = world.greeted(getpid());
  SlotId stale = slot;
  ++stale.generation;
  EXPECT_EQ(world.refusal(heir, wire::Retain{{slot, stale}}), Status::kInvalid);
  EXPECT_FALSE(heir.references.holds(slot));
  EXPECT_TRUE(world.ask<wire::Done>(heir, wire::Retain{{slot}}));
  EXPECT_TRUE(heir.references.holds(slot));
}

TEST_F(SharedSocket, its_state_is_changed_by_holders_only) {
  const auto field = static_cast<uint32_t>(StateField::kNonblocking);
  EXPECT_TRUE(world.ask<wire::Done>(source, wire::SetState{slot, field, 1}));
  EXPECT_EQ(value(StateField::kNonblocking), 1u);
  EXPECT_EQ(world.refusal(world.greeted(getpid()), wire::SetState{slot, field, 2}), Status::kInvalid);
  SlotId stale = slot;
  --stale.generation;
  EXPECT_EQ(world.refusal(source, wire::SetState{stale, field, 2}), Status::kInvalid);
  EXPECT_EQ(value(StateField::kNonblocking), 1u);
  EXPECT_TRUE(world.send(source, wire::SetState{slot, static_cast<uint32_t>(kStateFieldCount), 2}).offence);
}

TEST_F(SharedSocket, is_declared_by_its_descriptor) {
  Peer& other = world.greeted(getpid());
  wire::Declare low{0, {}};
  low.state[0] = 77;
  auto declared = world.ask<wire::Declared>(other, low, World::fds(copy_of(socket.get())));
  ASSERT_TRUE(declared);
  EXPECT_EQ(declared->slot, slot);
  EXPECT_EQ(value(StateField::kNonblocking), 5u);
  wire::Declare high{3, {}};
  high.state[0] = 88;
  EXPECT_TRUE(world.ask<wire::Declared>(other, high, World::fds(copy_of(socket.get()))));
  EXPECT_EQ(value(StateField::kNonblocking), 88u);
  EXPECT_TRUE(other.references.holds(slot));
}

TEST(declare, after_a_restart_makes_the_slot_anew) {
  World world;
  Peer& peer = world.greeted(getpid());
  UniqueFd socket = tcp_socket();
  auto declared = world.ask<wire::Declared>(peer, wire::Declare{2, {}}, World::fds(copy_of(socket.get())));
  ASSERT_TRUE(declared);
  EXPECT_TRUE(peer.references.holds(declared->slot));
  EXPECT_EQ(world.surroundings.closed, 1u) << "windsockd keeps no descriptor of a declared socket";
  EXPECT_EQ(world.refusal(peer, wire::Declare{2, {}}, World::fds(copy_of(0))), Status::kInvalid);
}

// ---- status and stop -------------------------------------------------------------------------------------------------

std::string text_of(int fd) {
  UniqueFd file = std::move(host::open_read(("/proc/self/fd/" + std::to_string(fd)).c_str())).take();
  std::string text(100000, '\0');
  text.resize(host::read(file.get(), text.data(), text.size()).value());
  return text;
}

TEST(status, tells_everything) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  source.program = "bad \xff utf-8";
  auto pair = test::tcp_pair();
  auto offered = world.offer(source, target, pair.one.get());
  world.now = 2'500'000'000;
  Outcome outcome = world.send(source, wire::AskStatus{});
  ASSERT_TRUE(outcome.reply);
  auto report = nlohmann::json::parse(text_of(outcome.reply->fd.get()));
  EXPECT_EQ(report["running"], true);
  EXPECT_EQ(report["server"]["directory"], "/here");
  EXPECT_EQ(report["server"]["uptime_seconds"], 2.5);
  EXPECT_EQ(report["clients"][0]["pid"], getpid());
  ASSERT_EQ(report["tickets"].size(), 1u);
  const auto& ticket = report["tickets"][0];
  EXPECT_EQ(ticket["ticket"], ticket_text(offered->ticket));
  EXPECT_EQ(ticket["age_seconds"], 2.5);
  EXPECT_EQ(ticket["target"]["pid"], target.pid());
  EXPECT_EQ(ticket["offered_by"]["pid"], getpid());
  EXPECT_EQ(ticket["local"], host::address_text(host::local_address(pair.one.get()).value()));
  EXPECT_EQ(ticket["peer"], host::address_text(host::peer_address(pair.one.get()).value()));
  EXPECT_EQ(ticket["family"], "inet");
  EXPECT_EQ(ticket["type"], "stream");
  EXPECT_EQ(report["shared_sockets"][0]["owners"], nlohmann::json::array({getpid()}));
  EXPECT_EQ(report["counters"]["offers"], 1);
}

TEST(stop, is_asked_of_the_surroundings_and_acknowledged) {
  World world;
  Peer& peer = world.greeted(getpid());
  EXPECT_TRUE(world.ask<wire::Done>(peer, wire::Stop{1}));
  EXPECT_EQ(world.surroundings.stopped, StopMode::kWhenIdle);
  EXPECT_TRUE(world.ask<wire::Done>(peer, wire::Stop{0}));
  EXPECT_EQ(world.surroundings.stopped, StopMode::kNow);
}

TEST(counters, tell_refusals_by_reason) {
  World world;
  Peer& peer = world.greeted(getpid());
  world.refusal(peer, World::claim_of({}));
  world.refusal(peer, World::claim_of({}));
  EXPECT_EQ(world.handlers.counters().refused[static_cast<size_t>(Status::kInvalid)], 2u);
  EXPECT_EQ(world.handlers.counters().packets_in, 3u);
}

}  // namespace
}  // namespace windsock::server
