// The rules of windsockd, request by request, with no daemon.
#include "server/request_handlers.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <nlohmann/json.hpp>
#include <random>

#include "tests/unit/common/test_host.h"
#include "tests/unit/server/fake_surroundings.h"

namespace windsock::server {
namespace {

using wire::Status;

UniqueFd copy_of(int fd) { return std::move(host::duplicate(fd)).take(); }
UniqueFd tcp_socket() { return std::move(host::create_socket(AF_INET, SOCK_STREAM, 0, host::Blocking::kYes)).take(); }

struct World {
  static constexpr size_t kSlots = 64;
  explicit World(Quota::Limits limits = {1000, 10, 0, 0}) : handlers({memory.get(), kSlots}, 0, surroundings, {limits, 99, 0, "/here"}) {}

  template <typename Message>
  Outcome send(Peer& peer, const Message& message, std::vector<UniqueFd> fds = {}) {
    Arrival arrival;
    arrival.packet = wire::encode(++serial, message);
    for (UniqueFd& fd : fds) arrival.fds.push(std::move(fd));
    return handlers.handle(peer, std::move(arrival), now);
  }
  template <typename Answer, typename Message>
  std::optional<Answer> ask(Peer& peer, const Message& message, std::vector<UniqueFd> fds = {}) {
    Outcome outcome = send(peer, message, std::move(fds));
    EXPECT_EQ(outcome.offence, nullptr);
    if (!outcome.reply) return std::nullopt;
    EXPECT_EQ(wire::decode_head(outcome.reply->packet.span())->serial, serial);
    return wire::decode<Answer>(outcome.reply->packet.span());
  }
  // Why a request failed.
  template <typename Message>
  Status refusal(Peer& peer, const Message& message, std::vector<UniqueFd> fds = {}) {
    auto failed = ask<wire::Failed>(peer, message, std::move(fds));
    return failed ? static_cast<Status>(failed->status) : Status::kNone;
  }
  Peer& greeted(int pid) {
    Peer& peer = handlers.add_peer(pid, now);
    EXPECT_TRUE(ask<wire::Welcome>(peer, wire::Hello{wire::kMajor, wire::kMinor, "test"}));
    return peer;
  }
  static std::vector<UniqueFd> fds(UniqueFd one, UniqueFd other) {
    std::vector<UniqueFd> all;
    all.push_back(std::move(one));
    all.push_back(std::move(other));
    return all;
  }
  static std::vector<UniqueFd> fds(UniqueFd one) {
    std::vector<UniqueFd> all;
    all.push_back(std::move(one));
    return all;
  }
  static wire::Offer offer_of() { return {0, 2, 1, 6, {}, {}}; }
  std::optional<wire::Offered> offer(Peer& peer, const test::Child& target, int socket) {
    return ask<wire::Offered>(peer, offer_of(), fds(copy_of(socket), copy_of(target.pidfd())));
  }
  static wire::Claim claim_of(const wire::Ticket& ticket) { return {ticket, 2, 1, 6}; }

  std::unique_ptr<SharedSlot[]> memory{new SharedSlot[kSlots]{}};
  FakeSurroundings surroundings;
  RequestHandlers handlers;
  uint32_t serial = 0;
  int64_t now = 0;
};

// ---- who may speak ---------------------------------------------------------------------------------------------------

TEST(hello, is_answered_with_version_epoch_and_the_shared_state) {
  World world;
  Peer& peer = world.handlers.add_peer(1, 0);
  Outcome outcome = world.send(peer, wire::Hello{wire::kMajor, 7, "prog"});
  ASSERT_TRUE(outcome.reply);
  auto welcome = wire::decode<wire::Welcome>(outcome.reply->packet.span());
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->major, wire::kMajor);
  EXPECT_EQ(welcome->epoch, 99u);
  EXPECT_EQ(outcome.reply->lent_fd, 0);
  EXPECT_FALSE(outcome.reply->fd.is_open());
  EXPECT_EQ(peer.program, "prog");
}

TEST(hello, of_another_major_version_is_refused_and_opens_nothing) {
  World world;
  Peer& peer = world.handlers.add_peer(1, 0);
  testing::internal::CaptureStderr();
  EXPECT_EQ(world.refusal(peer, wire::Hello{wire::kMajor + 1, 0, ""}), Status::kVersion);
  testing::internal::GetCapturedStderr();
  EXPECT_TRUE(world.send(peer, wire::AskStatus{}).offence);
}

TEST(hello, comes_first_and_once) {
  World world;
  Peer& silent = world.handlers.add_peer(1, 0);
  EXPECT_TRUE(world.send(silent, wire::AskStatus{}).offence);
  Peer& peer = world.greeted(1);
  EXPECT_TRUE(world.send(peer, wire::Hello{wire::kMajor, 0, ""}).offence);
}

TEST(packets, that_are_no_request_are_offences) {
  World world;
  Peer& peer = world.greeted(1);
  EXPECT_TRUE(world.send(peer, wire::Done{}).offence);
  EXPECT_TRUE(world.send(peer, wire::Offered{}).offence);
  Arrival unknown;
  unknown.packet = wire::encode(1, wire::Stop{});
  unknown.packet.bytes[0] = std::byte{200};
  EXPECT_TRUE(world.handlers.handle(peer, std::move(unknown), 0).offence);
  Arrival headless;
  headless.packet.size = wire::kHeadSize - 1;
  EXPECT_TRUE(world.handlers.handle(peer, std::move(headless), 0).offence);
  Arrival too_long;
  too_long.packet = wire::encode(1, wire::Stop{1});
  too_long.truncated = true;
  EXPECT_TRUE(world.handlers.handle(peer, std::move(too_long), 0).offence);
  Arrival cut;
  cut.packet = wire::encode(1, wire::Stop{1});
  --cut.packet.size;
  EXPECT_TRUE(world.handlers.handle(peer, std::move(cut), 0).offence);
  EXPECT_FALSE(world.surroundings.stopped);
}

template <typename Message>
void expect_exact_fds(const char* name) {
  for (size_t count = 0; count <= FdList::kCapacity; ++count) {
    if (count == Message::kFds) continue;
    World world;
    Peer& peer = world.greeted(1);
    const size_t before = test::open_descriptor_count();
    std::vector<UniqueFd> fds;
    for (size_t i = 0; i < count; ++i) fds.push_back(copy_of(0));
    EXPECT_TRUE(world.send(peer, Message{}, std::move(fds)).offence) << name << " with " << count;
    EXPECT_EQ(world.surroundings.closed, count) << "every fd goes to the closer";
    EXPECT_EQ(test::open_descriptor_count(), before);
  }
}

TEST(packets, with_a_wrong_number_of_fds_are_offences) {
  expect_exact_fds<wire::Offer>("Offer");
  expect_exact_fds<wire::Claim>("Claim");
  expect_exact_fds<wire::Revoke>("Revoke");
  expect_exact_fds<wire::Release>("Release");
  expect_exact_fds<wire::Retain>("Retain");
  expect_exact_fds<wire::Declare>("Declare");
  expect_exact_fds<wire::SetState>("SetState");
  expect_exact_fds<wire::AskStatus>("AskStatus");
  expect_exact_fds<wire::Stop>("Stop");
}

TEST(packets, whose_fds_found_no_place_here_are_refused_politely) {
  World world;
  Peer& peer = world.greeted(1);
  for (size_t arrived : {0u, 1u}) {
    Arrival arrival;
    arrival.packet = wire::encode(1, World::offer_of());
    for (size_t i = 0; i < arrived; ++i) arrival.fds.push(copy_of(0));
    arrival.fds_truncated = true;
    Outcome outcome = world.handlers.handle(peer, std::move(arrival), 0);
    ASSERT_TRUE(outcome.reply);
    EXPECT_EQ(wire::decode<wire::Failed>(outcome.reply->packet.span())->status, static_cast<uint32_t>(Status::kNoDescriptor));
  }
  // The number is right, and still there were more: nobody honest sends that.
  Arrival surplus;
  surplus.packet = wire::encode(1, World::offer_of());
  surplus.fds.push(copy_of(0));
  surplus.fds.push(copy_of(0));
  surplus.fds_truncated = true;
  EXPECT_TRUE(world.handlers.handle(peer, std::move(surplus), 0).offence);
}

TEST(packets, of_random_bytes_never_harm) {
  World world;
  std::mt19937 random(1);
  testing::internal::CaptureStderr();
  const size_t before = test::open_descriptor_count();
  {
    Peer* peer = &world.greeted(getpid());
    for (int i = 0; i < 20000; ++i) {
      Arrival arrival;
      arrival.packet.size = random() % 200;
      for (size_t at = 0; at < arrival.packet.size; ++at) arrival.packet.bytes[at] = static_cast<std::byte>(random());
      if (arrival.packet.size > 1) {
        arrival.packet.bytes[0] = static_cast<std::byte>(random() % 20);
        arrival.packet.bytes[1] = std::byte{0};
      }
      for (unsigned fds = random() % 4; fds > 0; --fds) arrival.fds.push(copy_of(0));
      if (world.handlers.handle(*peer, std::move(arrival), i).offence) {
        world.handlers.remove_peer(*peer);
        peer = &world.greeted(getpid());
      }
    }
    world.handlers.remove_peer(*peer);
  }
  testing::internal::GetCapturedStderr();
  EXPECT_TRUE(world.handlers.is_idle());
  EXPECT_EQ(test::open_descriptor_count(), before);
}

// ---- the walk --------------------------------------------------------------------------------------------------------

TEST(handoff, gives_the_very_socket_to_the_target_and_keeps_nothing) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  Peer& claimant = world.greeted(target.pid());
  UniqueFd socket = tcp_socket();
  const size_t before = test::open_descriptor_count();

  world.now = 1000;
  auto offered = world.offer(source, target, socket.get());
  ASSERT_TRUE(offered);
  EXPECT_TRUE(source.references.holds(offered->slot));
  EXPECT_EQ(world.surroundings.watched.count(target.pid()), 1u);

  {
    Outcome outcome = world.send(claimant, World::claim_of(offered->ticket));
    ASSERT_TRUE(outcome.reply);
    auto claimed = wire::decode<wire::Claimed>(outcome.reply->packet.span());
    ASSERT_TRUE(claimed);
    EXPECT_EQ(claimed->slot, offered->slot);
    EXPECT_EQ(test::cookie_of(outcome.reply->fd.get()), test::cookie_of(socket.get()));
    EXPECT_EQ(test::open_descriptor_count(), before + 1) << "the one in the reply";
    EXPECT_EQ(world.handlers.quota().tickets(), 1u) << "charged until it is out";
  }
  EXPECT_EQ(world.handlers.quota().tickets(), 0u);
  EXPECT_TRUE(claimant.references.holds(offered->slot));
  EXPECT_TRUE(world.surroundings.watched.empty());
  EXPECT_EQ(test::open_descriptor_count(), before);
  EXPECT_EQ(world.handlers.counters().claims, 1u);
}

TEST(handoff, a_ticket_is_good_once) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  Peer& claimant = world.greeted(target.pid());
  auto offered = world.offer(source, target, tcp_socket().get());
  EXPECT_TRUE(world.ask<wire::Claimed>(claimant, World::claim_of(offered->ticket)));
  EXPECT_EQ(world.refusal(claimant, World::claim_of(offered->ticket)), Status::kInvalid);
}

TEST(handoff, a_forged_ticket_is_refused_and_the_real_one_stays) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  Peer& claimant = world.greeted(target.pid());
  auto offered = world.offer(source, target, tcp_socket().get());
  wire::Ticket forged = offered->ticket;
  forged[7] ^= std::byte{1};
  EXPECT_EQ(world.refusal(claimant, World::claim_of(forged)), Status::kInvalid);
  EXPECT_TRUE(world.ask<wire::Claimed>(claimant, World::claim_of(offered->ticket)));
}

TEST(handoff, another_process_is_refused_and_the_ticket_stays) {
  World world;
  test::Child target, other;
  Peer& source = world.greeted(getpid());
  auto offered = world.offer(source, target, tcp_socket().get());
  EXPECT_EQ(world.refusal(world.greeted(other.pid()), World::claim_of(offered->ticket)), Status::kInvalid);
  EXPECT_EQ(world.refusal(source, World::claim_of(offered->ticket)), Status::kInvalid);
  EXPECT_TRUE(world.ask<wire::Claimed>(world.greeted(target.pid()), World::claim_of(offered->ticket)));
}

TEST(handoff, an_altered_family_type_or_protocol_is_refused_and_the_ticket_stays) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  Peer& claimant = world.greeted(target.pid());
  auto offered = world.offer(source, target, tcp_socket().get());
  for (auto altered : {wire::Claim{offered->ticket, 23, 1, 6}, {offered->ticket, 2, 2, 6}, {offered->ticket, 2, 1, 17}})
    EXPECT_EQ(world.refusal(claimant, altered), Status::kInvalid);
  EXPECT_TRUE(world.ask<wire::Claimed>(claimant, World::claim_of(offered->ticket)));
}

TEST(handoff, tickets_end_with_their_target) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  Peer& claimant = world.greeted(target.pid());  // kept open by somebody else
  std::vector<wire::Offered> offered;
  for (int i = 0; i < 3; ++i) offered.push_back(*world.offer(source, target, tcp_socket().get()));
  target.end();
  // Before the loop has noticed.
  EXPECT_EQ(world.refusal(claimant, World::claim_of(offered[0].ticket)), Status::kInvalid);
  EXPECT_EQ(world.handlers.table().size(), 0u);
  EXPECT_EQ(world.surroundings.closed, 3u);
  EXPECT_EQ(world.handlers.counters().expired, 3u);
  world.handlers.target_ended(target.pid());
  EXPECT_EQ(world.handlers.counters().expired, 3u);
}

TEST(handoff, a_parked_socket_outlives_its_source) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto pair = test::tcp_pair();
  auto offered = world.offer(source, target, pair.one.get());
  pair.one.reset();
  world.handlers.remove_peer(source);
  Outcome outcome = world.send(world.greeted(target.pid()), World::claim_of(offered->ticket));
  ASSERT_TRUE(outcome.reply && outcome.reply->fd.is_open());
  EXPECT_TRUE(host::send(outcome.reply->fd.get(), "x", 1, 0).ok());
  EXPECT_TRUE(test::becomes_readable(pair.other.get()));
}

TEST(handoff, ten_thousand_tickets_for_one_target_cost_one_pidfd) {
  auto limit = host::raise_fd_limit();
  const size_t count = std::min<size_t>(10000, limit.value() / 2);
  World world({limit.value(), 64, 0, 0});
  test::Child target;
  Peer& source = world.greeted(getpid());
  UniqueFd socket = tcp_socket();
  const size_t before = test::open_descriptor_count();
  for (size_t i = 0; i < count; ++i) ASSERT_TRUE(world.offer(source, target, socket.get())) << i;
  EXPECT_EQ(test::open_descriptor_count(), before + count + 1);
  EXPECT_EQ(world.handlers.quota().descriptors(), count + 2);  // and the source's connection
  EXPECT_EQ(world.handlers.slots().size(), 1u);
  world.handlers.target_ended(target.pid());
  EXPECT_EQ(world.handlers.quota().tickets(), 0u);
}

// ---- what may be offered ---------------------------------------------------------------------------------------------

TEST(offer, of_what_is_no_socket_of_ours_is_refused) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto pipe = std::move(host::create_pipe()).take();
  UniqueFd netlink = std::move(host::create_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, host::Blocking::kYes)).take();
  for (int fd : {pipe.read_end.get(), netlink.get(), target.pidfd(), 0})
    EXPECT_EQ(world.refusal(source, World::offer_of(), World::fds(copy_of(fd), copy_of(target.pidfd()))), Status::kInvalid);
  EXPECT_TRUE(world.surroundings.watched.empty());
  EXPECT_EQ(world.surroundings.closed, 8u);
}

TEST(offer, of_every_kind_of_socket_is_taken) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  struct {
    int family, type;
  } kinds[] = {{AF_INET, SOCK_STREAM}, {AF_INET, SOCK_DGRAM}, {AF_INET6, SOCK_STREAM}, {AF_INET6, SOCK_DGRAM}, {AF_UNIX, SOCK_STREAM}, {AF_UNIX, SOCK_DGRAM}};
  for (auto [family, type] : kinds) {
    auto socket = host::create_socket(family, type, 0, host::Blocking::kYes);
    ASSERT_TRUE(socket.ok());
    EXPECT_TRUE(world.offer(source, target, socket.value().get())) << family << " " << type;
  }
}

TEST(offer, for_what_is_no_live_process_is_refused) {
  World world;
  Peer& source = world.greeted(getpid());
  UniqueFd socket = tcp_socket();
  test::Child zombie, gone;
  zombie.kill_only();
  gone.end();
  auto pipe = std::move(host::create_pipe()).take();
  for (int fd : {zombie.pidfd(), gone.pidfd(), pipe.read_end.get(), socket.get(), 0})
    EXPECT_EQ(world.refusal(source, World::offer_of(), World::fds(copy_of(socket.get()), copy_of(fd))), Status::kInvalid);
  EXPECT_TRUE(world.handlers.is_idle() == false && world.handlers.table().size() == 0 && world.handlers.slots().size() == 0);
}

TEST(offer, for_a_process_of_another_user_is_refused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a process of another user";
  World world;
  Peer& source = world.greeted(getpid());
  auto pipe = std::move(host::create_pipe()).take();
  int pid = fork();
  if (pid == 0) {
    if (setuid(65534) != 0) _exit(1);
    (void)!write(pipe.write_end.get(), "x", 1);
    for (;;) pause();
  }
  char byte;
  ASSERT_TRUE(host::read(pipe.read_end.get(), &byte, 1).ok());
  UniqueFd pidfd = std::move(host::open_process(pid)).take();
  EXPECT_EQ(world.refusal(source, World::offer_of(), World::fds(tcp_socket(), copy_of(pidfd.get()))), Status::kInvalid);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

TEST(offer, beyond_a_quota_is_refused_and_leaves_nothing) {
  World world({1000, 10, 3, 2});
  test::Child target;
  Peer& alice = world.greeted(1);
  Peer& bob = world.greeted(2);
  UniqueFd socket = tcp_socket();
  auto first = world.offer(alice, target, socket.get());
  EXPECT_TRUE(world.offer(alice, target, socket.get()));
  const size_t before = test::open_descriptor_count();
  EXPECT_EQ(world.refusal(alice, World::offer_of(), World::fds(tcp_socket(), copy_of(target.pidfd()))), Status::kQuota);
  EXPECT_EQ(test::open_descriptor_count(), before);
  EXPECT_EQ(world.handlers.slots().size(), 1u);
  EXPECT_TRUE(world.offer(bob, target, socket.get()));
  EXPECT_EQ(world.refusal(bob, World::offer_of(), World::fds(tcp_socket(), copy_of(target.pidfd()))), Status::kQuota);
  EXPECT_TRUE(world.ask<wire::Done>(bob, wire::Revoke{first->ticket}));
  EXPECT_TRUE(world.offer(bob, target, socket.get()));
}

TEST(offer, counts_descriptors_that_are_not_closed_yet) {
  World world({100, 10, 0, 0});
  test::Child target;
  Peer& source = world.greeted(1);
  world.surroundings.still_closing = 88;
  EXPECT_EQ(world.refusal(source, World::offer_of(), World::fds(tcp_socket(), copy_of(target.pidfd()))), Status::kQuota);
  world.surroundings.still_closing = 87;
  EXPECT_TRUE(world.offer(source, target, tcp_socket().get()));
}

TEST(offer, without_a_free_slot_is_refused) {
  World world;
  test::Child target;
  Peer& source = world.greeted(1);
  std::vector<UniqueFd> sockets;
  for (size_t i = 0; i < World::kSlots; ++i) {
    sockets.push_back(tcp_socket());
    ASSERT_TRUE(world.offer(source, target, sockets.back().get()));
  }
  EXPECT_EQ(world.refusal(source, World::offer_of(), World::fds(tcp_socket(), copy_of(target.pidfd()))), Status::kQuota);
  EXPECT_EQ(world.handlers.quota().tickets(), World::kSlots);
  EXPECT_TRUE(world.offer(source, target, sockets[0].get()));
}

TEST(offer, while_leaving_is_refused_but_claims_are_served) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto offered = world.offer(source, target, tcp_socket().get());
  world.handlers.leave();
  EXPECT_EQ(world.refusal(source, World::offer_of(), World::fds(tcp_socket(), copy_of(target.pidfd()))), Status::kLeaving);
  EXPECT_TRUE(world.ask<wire::Claimed>(world.greeted(target.pid()), World::claim_of(offered->ticket)));
}

// ---- revoking --------------------------------------------------------------------------------------------------------

TEST(revoke, closes_the_socket_later_and_ends_the_ticket) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto offered = world.offer(source, target, tcp_socket().get());
  EXPECT_TRUE(world.ask<wire::Done>(world.greeted(getpid()), wire::Revoke{offered->ticket}));
  EXPECT_EQ(world.surroundings.closed, 1u);
  EXPECT_EQ(world.refusal(world.greeted(target.pid()), World::claim_of(offered->ticket)), Status::kInvalid);
  EXPECT_EQ(world.refusal(source, wire::Revoke{offered->ticket}), Status::kInvalid);
}

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
  EXPECT_EQ(value(StateField::kCreationFlags), 5u);
  wire::Offer again = World::offer_of();
  again.state[0] = 6;
  auto offered = world.ask<wire::Offered>(source, again, World::fds(copy_of(socket.get()), copy_of(target.pidfd())));
  EXPECT_EQ(offered->slot, slot);
  EXPECT_EQ(value(StateField::kCreationFlags), 5u);
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
  EXPECT_EQ(value(StateField::kCreationFlags), 5u);
  wire::Declare high{3, {}};
  high.state[0] = 88;
  EXPECT_TRUE(world.ask<wire::Declared>(other, high, World::fds(copy_of(socket.get()))));
  EXPECT_EQ(value(StateField::kCreationFlags), 88u);
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
