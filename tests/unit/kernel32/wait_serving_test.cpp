// Waits that serve the sockets: which ones do, how they end, and whom they leave the lead to.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <memory>
#include <thread>

#include "dlls/kernel32/socket_provider.h"
#include "tests/unit/kernel32/fake_source.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

namespace services = windsock::services;

// Here the pause is the subject: it is where calls are made.
constexpr auto* alertable_pause = &SleepEx;

FakeSource* the_source = nullptr;
services::SocketOperations operations() {
  services::SocketOperations made{};
  made.common_source = []() -> services::IoSource* { return the_source; };
  return made;
}

class WaitServing : public ::testing::Test {
 protected:
  void SetUp() override {
    the_source = &source_;
    windsock_set_socket_operations(&operations_);
  }
  void TearDown() override {
    windsock_set_socket_operations(nullptr);
    EXPECT_EQ(source_.leader, 0u) << "the lead was not left";
  }
  // The operation whose end the source is to tell.
  void feed_end(services::PendingEvent* pending) {
    source_.feed([=] { windsock_tell_event(pending); });
  }

  const services::SocketOperations operations_ = operations();
  FakeSource source_;
  OwnedHandle event_ = manual_event();
};

TEST_F(WaitServing, is_that_for_an_event_of_an_operation_and_wakes_nobody) {
  for (DWORD patience : {DWORD{INFINITE}, kHang}) {
    auto* pending = windsock_prepare_event(event_.get());
    ASSERT_NE(pending, nullptr);
    feed_end(pending);
    EXPECT_EQ(WaitForSingleObject(event_.get(), patience), WAIT_OBJECT_0);
  }
  EXPECT_EQ(source_.serves, 2);
  EXPECT_EQ(source_.wakes, 0);
}

TEST_F(WaitServing, is_not_that_for_anything_else) {
  OwnedHandle other = automatic_event();
  auto* pending = windsock_prepare_event(event_.get());
  EXPECT_EQ(WaitForSingleObject(other.get(), 1), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(event_.get(), 0), DWORD{WAIT_TIMEOUT}) << "nor that which only looks";
  EXPECT_EQ(alertable_pause(1, TRUE), 0u);
  windsock_drop_event(pending);
  EXPECT_EQ(WaitForSingleObject(event_.get(), 1), DWORD{WAIT_TIMEOUT}) << "nothing is under way any more";
  EXPECT_EQ(source_.serves, 0);
}

TEST_F(WaitServing, goes_on_until_all_operations_have_ended) {
  OwnedHandle other = manual_event();
  HANDLE handles[] = {event_.get(), other.get()};
  auto *one = windsock_prepare_event(handles[0]), *two = windsock_prepare_event(handles[1]);
  source_.feed([&, one, two] {
    windsock_tell_event(one);
    feed_end(two);
  });
  EXPECT_EQ(WaitForMultipleObjects(2, handles, TRUE, kHang), WAIT_OBJECT_0);
  EXPECT_EQ(source_.serves, 2);
  EXPECT_EQ(source_.wakes, 0);
}

TEST_F(WaitServing, ends_at_its_deadline) {
  auto* pending = windsock_prepare_event(event_.get());
  EXPECT_EQ(WaitForSingleObject(event_.get(), 5), DWORD{WAIT_TIMEOUT});
  EXPECT_GE(source_.serves, 1);
  windsock_tell_event(pending);
  EXPECT_EQ(WaitForSingleObject(event_.get(), 0), WAIT_OBJECT_0);
}

TEST_F(WaitServing, is_ended_by_another_thread) {
  OwnedHandle other = automatic_event();
  HANDLE handles[] = {event_.get(), other.get()};
  auto* pending = windsock_prepare_event(handles[0]);
  std::thread signaller([&] {
    EXPECT_TRUE(eventually([&] { return source_.is_served(); }));
    SetEvent(other.get());
  });
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, kHang), WAIT_OBJECT_0 + 1);
  signaller.join();
  EXPECT_EQ(source_.wakes, 1);
  windsock_drop_event(pending);
}

TEST_F(WaitServing, sleeps_where_somebody_else_leads) {
  source_.free_to_lead = false;
  auto* pending = windsock_prepare_event(event_.get());
  std::atomic<DWORD> id{0};
  std::thread waiter([&] {
    id = GetCurrentThreadId();
    EXPECT_EQ(WaitForSingleObject(event_.get(), kHang), WAIT_OBJECT_0);
  });
  EXPECT_TRUE(eventually([&] { return id != 0 && thread_sleeps_in(id, SYS_futex); }));
  windsock_tell_event(pending);
  waiter.join();
  EXPECT_EQ(source_.serves, 0);
  EXPECT_EQ(source_.wakes, 0);
}

int called = 0;
void CALLBACK count_call(DWORD, DWORD, void*, DWORD) { ++called; }

TEST_F(WaitServing, is_an_alertable_one_for_a_routine) {
  called = 0;
  auto* pending = windsock_prepare_routine(reinterpret_cast<const void*>(&count_call));
  OwnedHandle other = automatic_event();
  EXPECT_EQ(WaitForSingleObjectEx(other.get(), 1, FALSE), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(source_.serves, 0) << "that was not alertable";
  source_.feed([=] { windsock_tell_routine(pending, 0, 0, nullptr, 0); });
  EXPECT_EQ(alertable_pause(INFINITE, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(called, 1);
  EXPECT_EQ(source_.wakes, 0);
  EXPECT_EQ(source_.serves, 1);
  EXPECT_EQ(alertable_pause(1, TRUE), 0u);
  EXPECT_EQ(source_.serves, 1) << "no routine is awaited any more";
}

// Many threads wait, each for its own operation, and whoever leads brings all forward.
TEST_F(WaitServing, of_many_threads_is_ended_once_for_each_operation) {
  constexpr int kThreads = 4, kRounds = 2000;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      OwnedHandle mine = automatic_event();
      for (int round = 0; round < kRounds; ++round) {
        auto* pending = windsock_prepare_event(mine.get());
        if ((round + i) % 5 == 0)
          windsock_tell_event(pending);
        else
          feed_end(pending);
        // What another thread feeds while nobody leads is found by the next wait: in the core, its own thread sees to that.
        while (WaitForSingleObject(mine.get(), 20) == WAIT_TIMEOUT) {
        }
        if (WaitForSingleObject(mine.get(), 0) != WAIT_TIMEOUT) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace

}  // namespace kernel32_test
