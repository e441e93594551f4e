// The whole of windsockd in a thread, with real connections: what clients can do to it, and when it leaves.
#include "server/daemon.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/common/test_host.h"

namespace windsock::server {
namespace {

using host::Blocking;
using host::Take;

class Client {
 public:
  explicit Client(const std::string& directory) {
    UniqueFd place = std::move(host::open_directory(directory.c_str(), false)).take();
    UniqueFd socket = std::move(host::create_socket(AF_UNIX, SOCK_SEQPACKET, 0, Blocking::kYes)).take();
    connected = host::connect_unix_at(socket.get(), place.get(), kServerSocketName).ok();
    channel = FdChannel(std::move(socket));
  }
  bool hello() { return ask<wire::Welcome>(wire::Hello{wire::kMajor, wire::kMinor, "test"}).has_value(); }
  template <typename Message>
  bool send(const Message& message, std::initializer_list<int> fds = {}) {
    return channel.send(wire::encode(++serial, message), {fds.begin(), fds.size()}).ok();
  }
  Arrival receive() {
    EXPECT_TRUE(test::becomes_readable(channel.fd()));
    auto arrival = channel.receive(Take::kConsume, Blocking::kNo);
    return arrival ? std::move(arrival).take() : Arrival{};
  }
  template <typename Answer, typename Message>
  std::optional<Answer> ask(const Message& message, std::initializer_list<int> fds = {}) {
    if (!send(message, fds)) return std::nullopt;
    last = receive();
    return wire::decode<Answer>(last.packet.span());
  }
  std::optional<wire::Offered> offer(int socket, int pidfd) { return ask<wire::Offered>(wire::Offer{0, 2, 1, 6, {}, {}}, {socket, pidfd}); }
  std::optional<wire::Claimed> claim(const wire::Ticket& ticket) { return ask<wire::Claimed>(wire::Claim{ticket, 2, 1, 6}); }

  FdChannel channel;
  bool connected = false;
  uint32_t serial = 0;
  Arrival last;
};

UniqueFd tcp_socket() { return std::move(host::create_socket(AF_INET, SOCK_STREAM, 0, Blocking::kYes)).take(); }

class DaemonTest : public testing::Test {
 protected:
  ~DaemonTest() override { stop(); }

  void start(Options options = {}, Quota::Limits limits = {1000, 64, 0, 0}) { start_in(place_.path(), options, limits, thread_); }
  static void start_in(const std::string& place, Options options, Quota::Limits limits, std::thread& thread) {
    RuntimeDirectory directory{std::move(host::open_directory(place.c_str(), false)).take(), place};
    auto listener = Listener::open(std::move(directory), UniqueFd());
    ASSERT_TRUE(listener.ok() && listener.value());
    auto memory = SharedMemory::create();
    ASSERT_TRUE(memory.ok());
    thread = std::thread([place, options, limits, opened = *std::move(listener).take(), shared = std::move(memory).take()]() mutable {
      Daemon daemon(options, std::move(opened), std::move(shared), {limits, 1, host::now_nanoseconds(), place}, Readiness(UniqueFd()));
      daemon.run();
    });
  }
  // A windsockd that nobody needs comes and goes, in a place of its own.
  static void outlast_an_idle_one(unsigned idle_seconds) {
    test::TemporaryDirectory place;
    Options options;
    options.idle_seconds = idle_seconds;
    std::thread thread;
    start_in(place.path(), options, {1000, 64, 0, 0}, thread);
    if (thread.joinable()) thread.join();
  }
  // Until it has left by itself.
  void wait() {
    if (thread_.joinable()) thread_.join();
  }
  void stop() {
    if (!thread_.joinable()) return;
    Client client(place_.path());
    if (client.connected && client.hello()) client.send(wire::Stop{0});
    thread_.join();
  }
  Client greeted() {
    Client client(place_.path());
    EXPECT_TRUE(client.hello());
    return client;
  }

  test::TemporaryDirectory place_;
  UniqueFd self_ = std::move(host::open_process(getpid())).take();
  std::thread thread_;
};

TEST_F(DaemonTest, hands_a_connection_over) {
  start();
  Client source = greeted(), target = greeted();
  auto pair = test::tcp_pair();
  auto offered = source.offer(pair.one.get(), self_.get());
  ASSERT_TRUE(offered);
  pair.one.reset();
  auto claimed = target.claim(offered->ticket);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->slot, offered->slot);
  ASSERT_EQ(target.last.fds.size(), 1u);
  EXPECT_TRUE(host::send(target.last.fds.get(0), "hi", 2, 0).ok());
  EXPECT_TRUE(test::becomes_readable(pair.other.get()));
}

TEST_F(DaemonTest, holds_nothing_of_a_claimed_socket) {
  start();
  Client client = greeted();
  for (int i = 0; i < 50; ++i) {
    auto pair = test::tcp_pair();
    auto offered = client.offer(pair.one.get(), self_.get());
    ASSERT_TRUE(offered && client.claim(offered->ticket));
    pair.one.reset();
    client.last.fds.clear();
    EXPECT_TRUE(test::sees_the_end(pair.other.get()));
  }
}

TEST_F(DaemonTest, the_shared_state_is_there_for_reading) {
  start();
  Client client(place_.path());
  ASSERT_TRUE(client.hello());
  ASSERT_EQ(client.last.fds.size(), 1u);
  int state = client.last.fds.get(0);
  EXPECT_FALSE(host::map(state, kSharedStateSize, true).ok());
  auto* slots = static_cast<const SharedSlot*>(host::map(state, kSharedStateSize, false).value());
  auto pair = test::tcp_pair();
  auto offered = client.offer(pair.one.get(), self_.get());
  ASSERT_TRUE(offered);
  ASSERT_TRUE(client.ask<wire::Done>(wire::SetState{offered->slot, 1, 12345}));
  EXPECT_EQ(slots[offered->slot.index].values[1], 12345u);
  EXPECT_EQ(slots[offered->slot.index].cookie, test::cookie_of(pair.one.get()));
  host::unmap(const_cast<SharedSlot*>(slots), kSharedStateSize);
}

TEST_F(DaemonTest, tickets_end_with_their_target) {
  start();
  Client source = greeted();
  auto pair = test::tcp_pair();
  {
    test::Child target;
    ASSERT_TRUE(source.offer(pair.one.get(), target.pidfd()));
    pair.one.reset();
  }
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
}

TEST_F(DaemonTest, a_bad_peer_is_disconnected_and_the_others_go_on) {
  start();
  Client good = greeted();
  Client bad = greeted();
  testing::internal::CaptureStderr();
  ASSERT_TRUE(host::send(bad.channel.fd(), "rubbish!", 8, 0).ok());
  EXPECT_TRUE(test::sees_the_end(bad.channel.fd()));
  Client early(place_.path());
  early.send(wire::AskStatus{});
  EXPECT_TRUE(test::sees_the_end(early.channel.fd()));
  auto pair = test::tcp_pair();
  EXPECT_TRUE(good.offer(pair.one.get(), self_.get()));
  stop();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("disconnected"), std::string::npos);
}

TEST_F(DaemonTest, a_silent_client_is_disconnected) {
  Options options;
  options.hello_seconds = 1;
  testing::internal::CaptureStderr();
  start(options);
  Client silent(place_.path()), good = greeted();
  EXPECT_TRUE(test::sees_the_end(silent.channel.fd()));
  EXPECT_TRUE(good.ask<wire::StatusReport>(wire::AskStatus{}));  // who has said Hello may be silent after
  stop();
  testing::internal::GetCapturedStderr();
}

TEST_F(DaemonTest, a_flood_does_not_keep_others_waiting) {
  start();
  std::atomic<bool> enough = false;
  std::vector<std::thread> floods;
  for (int i = 0; i < 3; ++i)
    floods.emplace_back([&] {
      Client client = greeted();
      while (!enough) client.send(wire::Release{{1, 1}});
    });
  Client good = greeted();
  auto pair = test::tcp_pair();
  for (int i = 0; i < 100; ++i) {
    auto offered = good.offer(pair.one.get(), self_.get());
    ASSERT_TRUE(offered && good.claim(offered->ticket));
  }
  enough = true;
  for (auto& flood : floods) flood.join();
}

TEST_F(DaemonTest, replies_to_one_that_does_not_read_wait_and_none_is_lost) {
  start();
  Client lazy = greeted();
  auto pair = test::tcp_pair();
  auto offered = greeted().offer(pair.one.get(), self_.get());
  ASSERT_TRUE(offered);
  pair.one.reset();
  ASSERT_TRUE(host::set_nonblocking(lazy.channel.fd(), true).ok());
  // Until both directions are full; the claim is somewhere behind.
  size_t asked = 0;
  while (lazy.send(wire::Revoke{})) ++asked;
  // Others are served all the same.
  EXPECT_TRUE(greeted().ask<wire::StatusReport>(wire::AskStatus{}));
  size_t answered = 0;
  for (; answered < asked; ++answered) ASSERT_TRUE(wire::decode<wire::Failed>(lazy.receive().packet.span()));
  EXPECT_TRUE(lazy.claim(offered->ticket));
  EXPECT_EQ(lazy.last.fds.size(), 1u);
}

// Network events: what is sent beside the replies.
TEST_F(DaemonTest, who_selects_events_is_answered_when_the_former_one_has_ceased) {
  start();
  Client one = greeted(), other = greeted();
  UniqueFd socket = tcp_socket();
  auto declared = one.ask<wire::Declared>(wire::Declare{}, {socket.get()});
  ASSERT_TRUE(declared && other.ask<wire::Declared>(wire::Declare{}, {socket.get()}));
  ASSERT_TRUE(one.ask<wire::Taken>(wire::Take{declared->slot, 1}));
  ASSERT_TRUE(other.send(wire::Take{declared->slot, 2}));
  auto cancelled = wire::decode<wire::Cancelled>(one.receive().packet.span());
  ASSERT_TRUE(cancelled);
  EXPECT_TRUE(other.ask<wire::Done>(wire::Retain{{declared->slot}})) << "others are answered meanwhile";
  ASSERT_TRUE(one.send(wire::Ceased{cancelled->slot, cancelled->epoch}));
  auto taken = wire::decode<wire::Taken>(other.receive().packet.span());
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->epoch, cancelled->epoch);
}

TEST_F(DaemonTest, who_selects_events_waits_a_second_for_one_that_does_not_read) {
  start();
  Client one = greeted(), other = greeted();
  UniqueFd socket = tcp_socket();
  auto declared = one.ask<wire::Declared>(wire::Declare{}, {socket.get()});
  ASSERT_TRUE(declared && other.ask<wire::Declared>(wire::Declare{}, {socket.get()}));
  ASSERT_TRUE(one.ask<wire::Taken>(wire::Take{declared->slot, 1}));
  const int64_t begin = host::now_nanoseconds();
  EXPECT_TRUE(other.ask<wire::Taken>(wire::Take{declared->slot, 2}));
  EXPECT_GE(host::now_nanoseconds() - begin, RegistrationTable::kTimeToCease);
}

TEST_F(DaemonTest, who_selects_events_does_not_wait_for_one_that_has_gone) {
  start();
  Client other = greeted();
  UniqueFd socket = tcp_socket();
  ASSERT_TRUE(other.ask<wire::Declared>(wire::Declare{}, {socket.get()}));
  SlotId slot;
  {
    Client one = greeted();
    slot = one.ask<wire::Declared>(wire::Declare{}, {socket.get()})->slot;
    ASSERT_TRUE(one.ask<wire::Taken>(wire::Take{slot, 1}));
    ASSERT_TRUE(other.send(wire::Take{slot, 2}));
    ASSERT_TRUE(test::becomes_readable(one.channel.fd()));
  }
  EXPECT_TRUE(wire::decode<wire::Taken>(other.receive().packet.span()));
}

// It is cancelled for as many sockets as it holds, and sends requests meanwhile: nothing is lost, and it is answered in the end.
TEST_F(DaemonTest, what_a_client_is_told_unasked_waits_until_it_reads) {
  start();
  Client one = greeted(), other = greeted();
  constexpr size_t kSockets = 300;
  std::vector<SlotId> slots;
  for (size_t i = 0; i < kSockets; ++i) {
    UniqueFd socket = tcp_socket();
    auto declared = one.ask<wire::Declared>(wire::Declare{}, {socket.get()});
    ASSERT_TRUE(declared && other.ask<wire::Declared>(wire::Declare{}, {socket.get()}));
    ASSERT_TRUE(one.ask<wire::Taken>(wire::Take{declared->slot, 1}));
    slots.push_back(declared->slot);
  }
  for (SlotId slot : slots) ASSERT_TRUE(other.send(wire::Take{slot, 2}));
  size_t cancelled = 0;
  for (size_t i = 0; i < kSockets; ++i) cancelled += wire::decode<wire::Cancelled>(one.receive().packet.span()).has_value();
  EXPECT_EQ(cancelled, kSockets);
  EXPECT_TRUE(one.ask<wire::Done>(wire::Retain{{slots[0]}}));
  size_t taken = 0;
  for (size_t i = 0; i < kSockets; ++i) taken += wire::decode<wire::Taken>(other.receive().packet.span()).has_value();
  EXPECT_EQ(taken, kSockets);
}

// Whether windsockd has read all that a client has sent: another one is answered twice, so that each connection has had its turn.
bool has_read_all(const Client& client, Client& another) {
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(another.ask<wire::StatusReport>(wire::AskStatus{}));
  return host::bytes_unsent(client.channel.fd()).value() == 0;
}

// Has so many requests read whose replies nobody reads that there is no room for the last reply. How many.
size_t fill_with_replies(Client& client, Client& another) {
  size_t count = 0;
  while (client.send(wire::Revoke{}) && has_read_all(client, another)) ++count;
  return count;
}

TEST_F(DaemonTest, a_claimant_that_goes_with_its_reply_unread_ends_the_connection) {
  start();
  auto pair = test::tcp_pair();
  {
    Client source = greeted(), target = greeted(), like_it = greeted();
    const size_t full = fill_with_replies(like_it, source);
    auto offered = source.offer(pair.one.get(), self_.get());
    ASSERT_TRUE(offered);
    pair.one.reset();
    for (size_t i = 1; i < full; ++i) {
      ASSERT_TRUE(target.send(wire::Revoke{}));
      ASSERT_TRUE(has_read_all(target, source));
    }
    ASSERT_TRUE(target.send(wire::Claim{offered->ticket, 2, 1, 6}));
    EXPECT_TRUE(has_read_all(target, source));
    ASSERT_TRUE(target.send(wire::Revoke{}));
    EXPECT_FALSE(has_read_all(target, source)) << "there was room for the reply";
  }
  // Its process, the test itself, still lives: the ticket alone may hold the socket, if the claim was never read.
  Client last = greeted();
  ASSERT_TRUE(last.ask<wire::Done>(wire::Stop{0}));
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
  wait();
}

TEST_F(DaemonTest, with_all_descriptors_parked_there_is_room_to_connect_and_claim) {
  start({}, {80, 32, 0, 0});
  Client source = greeted();
  auto pair = test::tcp_pair();
  std::vector<wire::Ticket> tickets;
  while (auto offered = source.offer(pair.one.get(), self_.get())) tickets.push_back(offered->ticket);
  EXPECT_EQ(wire::decode<wire::Failed>(source.last.packet.span())->status, static_cast<uint32_t>(wire::Status::kQuota));
  EXPECT_EQ(tickets.size(), 80u - 32 - 1 - 1);
  for (const auto& ticket : tickets) {
    Client target = greeted();
    EXPECT_TRUE(target.claim(ticket));
  }
}

TEST_F(DaemonTest, more_clients_than_descriptors_wait_for_their_turn) {
  start({}, {20, 8, 0, 0});
  std::vector<Client> clients;
  for (int i = 0; i < 16; ++i) clients.push_back(greeted());
  Client waiting(place_.path());
  ASSERT_TRUE(waiting.connected);
  ASSERT_TRUE(waiting.send(wire::Hello{wire::kMajor, wire::kMinor, ""}));
  EXPECT_EQ(static_cast<int>(waiting.channel.receive(Take::kConsume, Blocking::kNo).error()), EAGAIN);
  clients.pop_back();
  EXPECT_TRUE(wire::decode<wire::Welcome>(waiting.receive().packet.span()));
}

// ---- leaving ---------------------------------------------------------------------------------------------------------

TEST_F(DaemonTest, leaves_when_nobody_needs_it) {
  Options options;
  options.idle_seconds = 1;
  start(options);
  greeted();
  wait();
  EXPECT_FALSE(Client(place_.path()).connected);
}

TEST_F(DaemonTest, stays_for_a_client_and_for_a_ticket) {
  Options options;
  options.idle_seconds = 1;
  start(options);
  test::Child target;
  auto pair = test::tcp_pair();
  ASSERT_TRUE(greeted().offer(pair.one.get(), target.pidfd()));
  outlast_an_idle_one(2);  // begun later, with twice the time
  EXPECT_TRUE(greeted().ask<wire::StatusReport>(wire::AskStatus{}));
  target.end();
  wait();
}

TEST_F(DaemonTest, asked_to_leave_when_idle_it_serves_the_claims_first) {
  start();
  Client source = greeted(), target = greeted();
  auto pair = test::tcp_pair();
  auto offered = source.offer(pair.one.get(), self_.get());
  ASSERT_TRUE(offered);
  ASSERT_TRUE(source.ask<wire::Done>(wire::Stop{1}));
  EXPECT_FALSE(source.offer(pair.one.get(), self_.get()));
  EXPECT_EQ(wire::decode<wire::Failed>(source.last.packet.span())->status, static_cast<uint32_t>(wire::Status::kLeaving));
  Client newcomer = greeted();
  EXPECT_TRUE(newcomer.claim(offered->ticket));
  EXPECT_EQ(newcomer.last.fds.size(), 1u);
  wait();
  EXPECT_TRUE(test::sees_the_end(source.channel.fd()));
}

TEST_F(DaemonTest, asked_to_leave_now_it_answers_and_lets_all_go) {
  start();
  Client client = greeted();
  auto pair = test::tcp_pair();
  ASSERT_TRUE(client.offer(pair.one.get(), self_.get()));
  pair.one.reset();
  EXPECT_TRUE(client.ask<wire::Done>(wire::Stop{0}));
  wait();
  EXPECT_TRUE(test::sees_the_end(client.channel.fd()));
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
}

TEST_F(DaemonTest, a_signal_makes_it_lame_and_a_second_one_ends_it) {
  start();
  Client client = greeted();
  auto pair = test::tcp_pair();
  ASSERT_TRUE(client.offer(pair.one.get(), self_.get()));
  kill(getpid(), SIGTERM);
  ASSERT_TRUE(test::eventually([&] { return !client.offer(pair.one.get(), self_.get()); }));
  EXPECT_EQ(wire::decode<wire::Failed>(client.last.packet.span())->status, static_cast<uint32_t>(wire::Status::kLeaving));
  kill(getpid(), SIGINT);
  wait();
}

TEST_F(DaemonTest, lame_it_leaves_when_its_time_is_over) {
  Options options;
  options.lame_seconds = 1;
  start(options);
  Client client = greeted();
  auto pair = test::tcp_pair();
  ASSERT_TRUE(client.offer(pair.one.get(), self_.get()));
  pair.one.reset();
  kill(getpid(), SIGTERM);
  wait();
  EXPECT_TRUE(test::sees_the_end(pair.other.get()));
}

}  // namespace
}  // namespace windsock::server
