// The rules of windsockd for who may speak, what may be offered, and the walk of a socket; with no daemon.
#include "server/request_handlers.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <random>

#include "tests/unit/server/world.h"

namespace windsock::server {
namespace {

using wire::Status;

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
  expect_exact_fds<wire::OfferTo>("OfferTo");
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
  const size_t before = test::open_descriptor_count();
  testing::internal::CaptureStderr();
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
    EXPECT_EQ(test::open_descriptor_count(), before + 2) << "the one in the reply, and the target's pidfd";
    EXPECT_EQ(world.handlers.quota().tickets(), 1u) << "charged until it is out";
  }
  EXPECT_EQ(world.handlers.quota().tickets(), 0u);
  EXPECT_TRUE(claimant.references.holds(offered->slot));
  EXPECT_EQ(world.surroundings.watched.count(target.pid()), 1u) << "for the next offer";
  world.handlers.target_ended(target.pid());
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

TEST(offer, names_its_target_for_the_next_one) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  Peer& other = world.greeted(getpid());
  Peer& claimant = world.greeted(target.pid());
  auto first = world.offer(source, target, tcp_socket().get());
  ASSERT_TRUE(first);
  const size_t before = test::open_descriptor_count();
  // By anybody, with tickets of the target or without.
  for (Peer* peer : {&source, &other, &source}) {
    auto pair = test::tcp_pair();
    auto offered = world.ask<wire::Offered>(*peer, World::offer_to(first->target), World::fds(copy_of(pair.one.get())));
    ASSERT_TRUE(offered);
    EXPECT_EQ(offered->target, first->target);
    Outcome outcome = world.send(claimant, World::claim_of(offered->ticket));
    ASSERT_TRUE(outcome.reply && outcome.reply->fd.is_open());
    auto claimed = wire::decode<wire::Claimed>(outcome.reply->packet.span());
    ASSERT_TRUE(claimed);
    EXPECT_EQ(claimed->cookie, offered->cookie);
    auto cookie = host::get_option<uint64_t>(pair.one.get(), host::kSolSocket, host::kSoCookie);
    EXPECT_EQ(claimed->cookie, cookie.value());
    world.send(claimant, World::claim_of(first->ticket));  // the first time: no ticket is left
  }
  EXPECT_EQ(test::open_descriptor_count(), before - 1);  // the first socket; the pidfd stays
}

TEST(offer_to, a_target_that_has_ended_or_never_was_is_not_known) {
  World world;
  test::Child zombie, gone;
  Peer& source = world.greeted(getpid());
  auto to_zombie = world.offer(source, zombie, tcp_socket().get());
  auto to_gone = world.offer(source, gone, tcp_socket().get());
  ASSERT_TRUE(to_zombie && to_gone);
  zombie.kill_only();
  gone.end();
  // Before the loop has noticed; then again; and a name that was never given.
  for (uint64_t name : {to_zombie->target, to_gone->target, to_zombie->target, to_gone->target, to_gone->target + 1})
    EXPECT_EQ(world.refusal(source, World::offer_to(name), World::fds(tcp_socket())), Status::kNoTarget);
  EXPECT_EQ(world.handlers.table().size(), 0u);
  EXPECT_EQ(world.handlers.table().target_count(), 0u);
  EXPECT_TRUE(world.surroundings.watched.empty());
}

TEST(offer_to, the_end_of_a_target_without_tickets_is_noticed_too) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto offered = world.offer(source, target, tcp_socket().get());
  ASSERT_TRUE(world.ask<wire::Done>(source, wire::Revoke{offered->ticket}));
  EXPECT_EQ(world.surroundings.watched.size(), 1u);
  const size_t charged = world.handlers.quota().descriptors();
  target.end();
  world.handlers.target_ended(target.pid());  // as the watch says
  EXPECT_TRUE(world.surroundings.watched.empty());
  EXPECT_EQ(world.handlers.quota().descriptors(), charged - 1);
}

TEST(offer_to, what_is_no_socket_of_ours_is_refused) {
  World world;
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto offered = world.offer(source, target, tcp_socket().get());
  EXPECT_EQ(world.refusal(source, World::offer_to(offered->target), World::fds(copy_of(target.pidfd()))), Status::kInvalid);
  EXPECT_EQ(world.handlers.table().size(), 1u);
}

TEST(quota, targets_that_are_kept_for_later_make_room) {
  // One connection, and room for two more descriptors.
  World world({13, 10, 0, 0});
  test::Child one, other;
  Peer& source = world.greeted(getpid());
  auto first = world.offer(source, one, tcp_socket().get());
  ASSERT_TRUE(first);
  ASSERT_TRUE(world.ask<wire::Done>(source, wire::Revoke{first->ticket}));
  // The target itself stays for its next offer, another's makes it go.
  auto again = world.ask<wire::Offered>(source, World::offer_to(first->target), World::fds(tcp_socket()));
  ASSERT_TRUE(again);
  EXPECT_EQ(world.refusal(source, World::offer_to(first->target), World::fds(tcp_socket())), Status::kQuota);
  ASSERT_TRUE(world.ask<wire::Done>(source, wire::Revoke{again->ticket}));
  EXPECT_TRUE(world.offer(source, other, tcp_socket().get()));
  EXPECT_EQ(world.refusal(source, World::offer_to(first->target), World::fds(tcp_socket())), Status::kNoTarget);
  EXPECT_EQ(world.surroundings.watched.size(), 1u);
}

TEST(quota, targets_that_are_kept_for_later_make_room_for_connections) {
  World world({11, 8, 0, 0});
  test::Child target;
  Peer& source = world.greeted(getpid());
  auto offered = world.offer(source, target, tcp_socket().get());
  ASSERT_TRUE(offered && world.ask<wire::Done>(source, wire::Revoke{offered->ticket}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(world.handlers.has_room_for_connection());
    EXPECT_EQ(world.handlers.table().target_count(), 1u);
    world.greeted(getpid());
  }
  EXPECT_TRUE(world.handlers.has_room_for_connection());
  EXPECT_EQ(world.handlers.table().target_count(), 0u);
  world.greeted(getpid());
  EXPECT_FALSE(world.handlers.has_room_for_connection());
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

}  // namespace
}  // namespace windsock::server
