#include "server/listener.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/common/test_host.h"

namespace windsock::server {
namespace {

class ListenerTest : public testing::Test {
 protected:
  RuntimeDirectory directory() {
    return {std::move(host::open_directory(place_.path().c_str(), false)).take(), place_.path()};
  }
  host::Result<std::optional<Listener>> open() { return Listener::open(directory(), UniqueFd()); }
  host::Result<void> connect() {
    client_ = std::move(host::create_socket(AF_UNIX, SOCK_SEQPACKET, 0, host::Blocking::kYes)).take();
    return host::connect_unix_at(client_.get(), directory().fd.get(), kServerSocketName);
  }
  test::TemporaryDirectory place_;
  UniqueFd client_;
};

TEST_F(ListenerTest, accepts_and_knows_who_it_is) {
  auto listener = open();
  ASSERT_TRUE(listener.ok() && listener.value());
  Listener serving = *std::move(listener).take();
  EXPECT_EQ(static_cast<int>(serving.accept().error()), EAGAIN);
  ASSERT_TRUE(connect().ok());
  auto accepted = serving.accept();
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(accepted.value().pid, getpid());
  EXPECT_TRUE(host::get_nonblocking(accepted.value().socket.get()).value());
}

TEST_F(ListenerTest, there_is_one_in_a_directory) {
  auto first = open();
  ASSERT_TRUE(first.ok() && first.value());
  auto second = open();
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(second.value());
}

TEST_F(ListenerTest, takes_the_place_of_one_that_was_killed) {
  {
    UniqueFd stale = std::move(host::create_socket(AF_UNIX, SOCK_SEQPACKET, 0, host::Blocking::kYes)).take();
    ASSERT_TRUE(host::bind_unix_at(stale.get(), directory().fd.get(), kServerSocketName).ok());
    ASSERT_TRUE(host::listen(stale.get(), 1).ok());
  }
  EXPECT_EQ(static_cast<int>(connect().error()), ECONNREFUSED);
  auto listener = open();
  ASSERT_TRUE(listener.ok() && listener.value());
  EXPECT_TRUE(connect().ok());
}

TEST_F(ListenerTest, leaves_no_name_behind_and_the_place_free) {
  Listener listener = *std::move(open()).take();
  listener.close();
  EXPECT_FALSE(listener.is_open());
  EXPECT_EQ(static_cast<int>(connect().error()), ENOENT);
  auto next = open();
  EXPECT_TRUE(next.ok() && next.value());
}

TEST_F(ListenerTest, its_end_does_not_touch_its_successor) {
  Listener first = *std::move(open()).take();
  first.close();
  auto second = open();
  first.close();
  EXPECT_TRUE(connect().ok());
}

TEST_F(ListenerTest, waits_for_one_that_holds_the_lock_but_does_not_answer) {
  UniqueFd lock = std::move(host::create_file_at(directory().fd.get(), kServerLockName)).take();
  ASSERT_TRUE(host::lock_file(lock.get(), host::LockWait::kTry).ok());
  std::atomic<bool> opened = false;
  std::thread waiter([&] {
    auto listener = open();
    EXPECT_TRUE(listener.ok() && listener.value());
    opened = true;
  });
  EXPECT_FALSE(opened);
  lock.reset();
  waiter.join();
  EXPECT_TRUE(opened);
}

TEST_F(ListenerTest, a_socket_from_the_service_manager_is_used_and_its_name_kept) {
  UniqueFd socket = std::move(host::create_socket(AF_UNIX, SOCK_SEQPACKET, 0, host::Blocking::kYes)).take();
  ASSERT_TRUE(host::bind_unix_at(socket.get(), directory().fd.get(), kServerSocketName).ok());
  ASSERT_TRUE(host::listen(socket.get(), 4).ok());
  UniqueFd managers = std::move(host::duplicate(socket.get())).take();
  {
    auto opened = Listener::open(directory(), std::move(socket));
    ASSERT_TRUE(opened.ok() && opened.value());
    Listener listener = *std::move(opened).take();
    ASSERT_TRUE(connect().ok());
    EXPECT_TRUE(listener.accept().ok());
  }
  EXPECT_TRUE(connect().ok());  // the manager still listens there
}

}  // namespace
}  // namespace windsock::server
