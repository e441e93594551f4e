// Completion ports: who leads the source of ends, who is woken for a packet, and when nobody is.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "tests/unit/kernel32/port_fixture.h"

namespace kernel32_test {

namespace {

// Here the pause is the subject: it frees the thread's place at its port.
constexpr auto* pause_for = &Sleep;

using CompletionPortLeading = CompletionPortTest;

TEST_F(CompletionPortLeading, is_led_by_a_single_thread_without_waking_anybody) {
  FakeSource& source = this->source();
  Worker worker(port());
  for (ULONG_PTR key = 1; key <= 20; ++key) {
    worker.lead(source);
    feed(key);
    EXPECT_EQ(worker.result().key, key);
    EXPECT_EQ(source.leader, 0u);
  }
  EXPECT_EQ(source.wakes, 0);
  EXPECT_EQ(released, 20);
}

TEST_F(CompletionPortLeading, wakes_its_leader_for_the_packet_of_another_thread) {
  FakeSource& source = this->source();
  Worker worker(port());
  worker.lead(source);
  EXPECT_TRUE(post(4));
  EXPECT_EQ(worker.result().key, 4u);
  EXPECT_EQ(source.wakes, 1);
}

TEST_F(CompletionPortLeading, wakes_a_sleeper_rather_than_its_leader) {
  FakeSource& source = this->source();
  Worker leader(port()), sleeper(port());
  leader.lead(source);
  sleeper.sleep_at_port();
  EXPECT_TRUE(post(4));
  EXPECT_EQ(sleeper.result().key, 4u);
  EXPECT_EQ(source.wakes, 0);
  EXPECT_TRUE(post(5));
  EXPECT_EQ(leader.result().key, 5u);
}

TEST_F(CompletionPortLeading, is_led_by_the_next_while_its_leader_works) {
  FakeSource& source = this->source();
  Worker first(port()), second(port());
  first.lead(source);
  second.sleep_at_port();
  feed(1);
  EXPECT_EQ(first.result().key, 1u);
  EXPECT_TRUE(eventually([&] { return source.leader == second.id() && source.is_served(); }));
  feed(2);
  EXPECT_EQ(second.result().key, 2u);
}

TEST_F(CompletionPortLeading, hands_on_what_its_leader_leaves) {
  FakeSource& source = this->source();
  Worker first(port()), second(port()), third(port());
  first.lead(source);
  second.sleep_at_port();
  third.sleep_at_port();
  services::Port* to = core();
  source.feed([=] {
    for (uintptr_t key : {1, 2}) windsock_post_packet(to, new Packet(key));
  });
  EXPECT_EQ(first.result().key, 1u);
  EXPECT_EQ(third.result().key, 2u);
  EXPECT_TRUE(eventually([&] { return source.leader == second.id(); }));
  EXPECT_TRUE(post(3));
  EXPECT_EQ(second.result().key, 3u);
}

TEST_F(CompletionPortLeading, is_led_by_nobody_while_the_limit_is_reached) {
  make(1);
  FakeSource& source = this->source();
  Worker first(port()), second(port());
  first.lead(source);
  second.sleep_at_port();
  feed(1);
  EXPECT_EQ(first.result().key, 1u);
  EXPECT_EQ(source.leader, 0u);
  first.begin([](HANDLE) { return pause_for(1), Got{TRUE}; });
  EXPECT_TRUE(eventually([&] { return source.leader == second.id() && source.is_served(); })) << "a thread that sleeps lets another one run";
  EXPECT_TRUE(first.result().success);
  first.end();
  feed(2);
  EXPECT_EQ(second.result().key, 2u);
}

TEST_F(CompletionPortLeading, is_led_by_a_thread_that_waited_before_there_was_a_source) {
  Worker worker(port());
  worker.sleep_at_port();
  FakeSource& source = this->source();
  EXPECT_TRUE(eventually([&] { return source.leader == worker.id() && source.is_served(); }));
  feed(1);
  EXPECT_EQ(worker.result().key, 1u);
}

TEST_F(CompletionPortLeading, sleeps_where_somebody_else_leads) {
  FakeSource& source = this->source();
  source.free_to_lead = false;
  Worker worker(port());
  worker.sleep_at_port();
  EXPECT_EQ(source.serves, 0);
  windsock_post_packet(core(), new Packet(1));
  EXPECT_EQ(worker.result().key, 1u);
  EXPECT_EQ(source.wakes, 0);
}

TEST_F(CompletionPortLeading, looks_at_its_source_once_where_nothing_is_waited_for) {
  FakeSource& source = this->source();
  EXPECT_FALSE(get(port(), 0).success);
  EXPECT_EQ(source.serves, 1);
  feed(3);
  EXPECT_EQ(get(port(), 0).key, 3u);
  EXPECT_EQ(source.leader, 0u);
}

TEST_F(CompletionPortLeading, times_out_for_leader_and_sleeper_and_has_a_new_leader_then) {
  FakeSource& source = this->source();
  Worker leader(port()), sleeper(port()), stays(port());
  leader.begin_get(20);
  sleeper.begin_get(20);
  for (Worker* worker : {&leader, &sleeper}) {
    Got got = worker->result();
    EXPECT_FALSE(got.success);
    EXPECT_EQ(got.error, DWORD{WAIT_TIMEOUT});
    EXPECT_EQ(got.overlapped, nullptr);
  }
  leader.begin_get(200);
  EXPECT_TRUE(eventually([&] { return source.leader == leader.id(); }));
  stays.begin_get();
  EXPECT_EQ(leader.result().error, DWORD{WAIT_TIMEOUT});
  EXPECT_TRUE(eventually([&] { return source.leader == stays.id(); }));
  feed(1);
  EXPECT_EQ(stays.result().key, 1u);
}

}  // namespace

}  // namespace kernel32_test
