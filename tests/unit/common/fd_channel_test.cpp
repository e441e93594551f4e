// Packets and their descriptors: each arrives with its own, and none is ever lost by accident or left open.
#include "dlls/common/fd_channel.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <vector>

#include "tests/unit/common/test_host.h"

namespace windsock {
namespace {

using host::Blocking;
using host::Take;

wire::Packet packet(uint32_t serial = 1) { return wire::encode(serial, wire::Done{}); }

struct Channels {
  Channels() {
    auto pair = test::unix_pair();
    here = FdChannel(std::move(pair.one));
    there = FdChannel(std::move(pair.other));
  }
  FdChannel here, there;
};

// Lowers the limit of descriptors to what is open now and `spare` more, and fills the gaps below it.
class FullTable {
 public:
  FullTable() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 512;
    setrlimit(RLIMIT_NOFILE, &low);
    for (auto copy = host::duplicate(0); copy; copy = host::duplicate(0)) fill_.push_back(std::move(copy).take());
  }
  ~FullTable() { setrlimit(RLIMIT_NOFILE, &before_); }
  void free_one() { fill_.pop_back(); }

 private:
  rlimit before_{};
  std::vector<UniqueFd> fill_;
};

class FdChannelWithFds : public testing::TestWithParam<size_t> {};

TEST_P(FdChannelWithFds, each_fd_arrives_as_the_same_file_and_close_on_exec) {
  Channels channels;
  std::vector<UniqueFd> sent;
  std::vector<int> numbers;
  for (size_t i = 0; i < GetParam(); ++i) {
    sent.push_back(std::move(host::create_socket(AF_INET, SOCK_DGRAM, 0, Blocking::kYes)).take());
    numbers.push_back(sent.back().get());
  }
  const size_t before = test::open_descriptor_count();
  {
    ASSERT_TRUE(channels.here.send(packet(77), numbers).ok());
    auto arrival = channels.there.receive(Take::kConsume, Blocking::kNo);
    ASSERT_TRUE(arrival.ok());
    EXPECT_EQ(wire::decode_head(arrival.value().packet.span())->serial, 77u);
    ASSERT_EQ(arrival.value().fds.size(), GetParam());
    EXPECT_FALSE(arrival.value().fds_truncated);
    for (size_t i = 0; i < GetParam(); ++i) {
      EXPECT_EQ(test::cookie_of(arrival.value().fds.get(i)), test::cookie_of(numbers[i]));
      EXPECT_EQ(fcntl(arrival.value().fds.get(i), F_GETFD), FD_CLOEXEC);
    }
    EXPECT_EQ(test::open_descriptor_count(), before + GetParam());
  }
  EXPECT_EQ(test::open_descriptor_count(), before);
}

INSTANTIATE_TEST_SUITE_P(from_none_to_capacity, FdChannelWithFds, testing::Range<size_t>(0, FdList::kCapacity + 1));

TEST(fd_channel, refuses_to_send_more_fds_than_a_list_holds) {
  Channels channels;
  std::vector<int> numbers(FdList::kCapacity + 1, 0);
  EXPECT_EQ(static_cast<int>(channels.here.send(packet(), numbers).error()), EINVAL);
}

TEST(fd_channel, surplus_fds_of_a_hostile_sender_are_closed_and_reported) {
  Channels channels;
  const size_t before = test::open_descriptor_count();
  for (size_t count = FdList::kCapacity + 1; count < 30; ++count) {
    char control[CMSG_SPACE(sizeof(int) * 32)] = {};
    char byte = 1;
    iovec part{&byte, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * count);  // all of them descriptor 0
    ASSERT_EQ(sendmsg(channels.here.fd(), &message, 0), 1);
    auto arrival = channels.there.receive(Take::kConsume, Blocking::kNo);
    ASSERT_TRUE(arrival.ok());
    EXPECT_TRUE(arrival.value().fds_truncated);
    EXPECT_LE(arrival.value().fds.size(), FdList::kCapacity);
  }
  EXPECT_EQ(test::open_descriptor_count(), before);
}

TEST(fd_channel, a_peek_with_a_full_table_loses_nothing) {
  Channels channels;
  auto socket = std::move(host::create_socket(AF_INET, SOCK_DGRAM, 0, Blocking::kYes)).take();
  const uint64_t cookie = test::cookie_of(socket.get());
  int number = socket.get();
  ASSERT_TRUE(channels.here.send(packet(5), {&number, 1}).ok());
  {
    FullTable full;
    for (int i = 0; i < 3; ++i) {
      auto peeked = channels.there.receive(Take::kPeek, Blocking::kNo);
      ASSERT_TRUE(peeked.ok());
      EXPECT_TRUE(peeked.value().fds_truncated);
      EXPECT_TRUE(peeked.value().fds.empty());
      EXPECT_EQ(wire::decode_head(peeked.value().packet.span())->serial, 5u);
    }
    full.free_one();
    auto peeked = channels.there.receive(Take::kPeek, Blocking::kNo);
    ASSERT_TRUE(peeked.ok());
    EXPECT_FALSE(peeked.value().fds_truncated);
    ASSERT_EQ(peeked.value().fds.size(), 1u);
    EXPECT_EQ(test::cookie_of(peeked.value().fds.get(0)), cookie);
  }
  auto consumed = channels.there.receive(Take::kDropFds, Blocking::kNo);
  ASSERT_TRUE(consumed.ok());
  EXPECT_TRUE(consumed.value().fds.empty());
  EXPECT_EQ(static_cast<int>(channels.there.receive(Take::kConsume, Blocking::kNo).error()), EAGAIN);
}

TEST(fd_channel, with_a_full_table_the_loss_is_reported) {
  Channels channels;
  int number = 0;
  ASSERT_TRUE(channels.here.send(packet(), {&number, 1}).ok());
  FullTable full;
  auto arrival = channels.there.receive(Take::kConsume, Blocking::kNo);
  ASSERT_TRUE(arrival.ok());
  EXPECT_TRUE(arrival.value().fds_truncated);
  EXPECT_TRUE(arrival.value().fds.empty());
}

TEST(fd_channel, a_packet_that_is_too_long_is_reported) {
  Channels channels;
  std::vector<char> bytes(wire::kMaxPacket + 1);
  ASSERT_EQ(send(channels.here.fd(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  auto arrival = channels.there.receive(Take::kConsume, Blocking::kNo);
  ASSERT_TRUE(arrival.ok());
  EXPECT_TRUE(arrival.value().truncated);
}

TEST(fd_channel, packets_keep_their_bounds) {
  Channels channels;
  ASSERT_TRUE(channels.here.send(packet(1)).ok());
  ASSERT_TRUE(channels.here.send(packet(2)).ok());
  for (uint32_t serial : {1u, 2u}) {
    auto arrival = channels.there.receive(Take::kConsume, Blocking::kNo);
    ASSERT_TRUE(arrival.ok());
    EXPECT_EQ(arrival.value().packet.size, wire::kHeadSize);
    EXPECT_EQ(wire::decode_head(arrival.value().packet.span())->serial, serial);
  }
}

TEST(fd_channel, tells_the_end_of_the_other_side) {
  Channels channels;
  channels.here.close();
  auto arrival = channels.there.receive(Take::kConsume, Blocking::kYes);
  ASSERT_TRUE(arrival.ok());
  EXPECT_TRUE(arrival.value().closed());
  EXPECT_EQ(static_cast<int>(channels.there.send(packet()).error()), EPIPE);  // and no SIGPIPE
}

TEST(fd_channel, a_full_queue_is_told_and_nothing_waits) {
  Channels channels;
  ASSERT_TRUE(host::set_nonblocking(channels.here.fd(), true).ok());
  size_t sent = 0;
  while (channels.here.send(packet()).ok()) ++sent;
  EXPECT_EQ(static_cast<int>(channels.here.send(packet()).error()), EAGAIN);
  size_t received = 0;
  while (channels.there.receive(Take::kConsume, Blocking::kNo).ok()) ++received;
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(channels.here.send(packet()).ok());
}

}  // namespace
}  // namespace windsock
