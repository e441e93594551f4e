// The races between a signal and the thread that waits, played step by step: each order of events is a row of calls here, where
// threads would meet it once in a million.
#include "dlls/kernel32/dispatcher.h"

#include <gtest/gtest.h>

#include <vector>

#include "dlls/kernel32/event.h"

namespace windsock::kernel32 {

namespace {

// A wait as its thread sees it, but without the thread.
class Wait {
 public:
  Wait(WaitMode mode, std::vector<Event*> events) : blocks_(events.size()) {
    for (size_t i = 0; i < events.size(); ++i) {
      blocks_[i].object = events[i];
      blocks_[i].waiter = &waiter_;
    }
    waiter_.blocks = blocks_;
    waiter_.mode = mode;
  }
  Dispatcher::Begin begin(Dispatcher::Patience patience = Dispatcher::Patience::kQueue) { return Dispatcher::begin(waiter_, patience); }
  bool cancel() { return Dispatcher::cancel(waiter_); }
  bool is_done() const { return waiter_.state == Waiter::kDone; }
  uint32_t index() const { return waiter_.index; }

 private:
  std::vector<WaitBlock> blocks_;
  Waiter waiter_;
};

class DispatcherTest : public ::testing::Test {
 protected:
  Ref<Event> a = make_event(), b = make_event(), c = make_event();

  static Ref<Event> make_event() { return Ref<Event>::adopt(new Event(EventReset::kAutomatic, false)); }
};

TEST_F(DispatcherTest, a_timeout_after_the_signal_comes_too_late) {
  Wait wait(WaitMode::kAny, {a.get(), b.get()});
  ASSERT_EQ(wait.begin(), Dispatcher::Begin::kQueued);
  b->set();
  EXPECT_FALSE(wait.cancel());
  EXPECT_TRUE(wait.is_done());
  EXPECT_EQ(wait.index(), 1u);
  EXPECT_FALSE(b->is_signalled());
}

TEST_F(DispatcherTest, a_signal_after_the_timeout_stays) {
  Wait wait(WaitMode::kAny, {a.get(), b.get()});
  ASSERT_EQ(wait.begin(), Dispatcher::Begin::kQueued);
  EXPECT_TRUE(wait.cancel());
  b->set();
  EXPECT_FALSE(wait.is_done());
  EXPECT_EQ(b->try_take(nullptr), Taken::kYes) << "and without the lock, for nobody is queued any more";
}

TEST_F(DispatcherTest, a_signal_between_the_look_and_the_queue_is_seen) {
  Wait wait(WaitMode::kAny, {a.get()});
  EXPECT_EQ(a->try_take(nullptr), Taken::kNo);
  a->set();
  EXPECT_EQ(wait.begin(), Dispatcher::Begin::kSatisfied);
  EXPECT_FALSE(a->is_signalled());
}

TEST_F(DispatcherTest, an_object_with_a_queue_is_not_taken_past_it) {
  Wait all(WaitMode::kAll, {a.get(), b.get()});
  ASSERT_EQ(all.begin(), Dispatcher::Begin::kQueued);
  a->set();
  EXPECT_TRUE(a->is_signalled());
  EXPECT_EQ(a->try_take(nullptr), Taken::kNo) << "the lock-free path must stay away from queued objects";
  Wait look(WaitMode::kAny, {a.get()});
  EXPECT_EQ(look.begin(Dispatcher::Patience::kLookOnly), Dispatcher::Begin::kSatisfied);
  EXPECT_TRUE(all.cancel());
}

TEST_F(DispatcherTest, one_signal_ends_the_waits_it_suffices_for) {
  Wait all(WaitMode::kAll, {a.get(), b.get()}), first(WaitMode::kAny, {b.get(), c.get()}), second(WaitMode::kAny, {b.get()});
  ASSERT_EQ(all.begin(), Dispatcher::Begin::kQueued);
  ASSERT_EQ(first.begin(), Dispatcher::Begin::kQueued);
  ASSERT_EQ(second.begin(), Dispatcher::Begin::kQueued);
  b->set();
  EXPECT_FALSE(all.is_done());
  EXPECT_TRUE(first.is_done());
  EXPECT_FALSE(second.is_done());
  a->set();
  EXPECT_FALSE(all.is_done()) << "b's signal was taken";
  b->set();
  EXPECT_TRUE(all.is_done()) << "the oldest, and now possible";
  EXPECT_FALSE(second.is_done());
  b->set();
  EXPECT_TRUE(second.is_done());
  EXPECT_FALSE(a->is_signalled() || b->is_signalled() || c->is_signalled());
}

TEST_F(DispatcherTest, one_wait_may_stand_in_a_queue_twice) {
  Wait twice(WaitMode::kAny, {a.get(), a.get()}), next(WaitMode::kAny, {a.get()});
  ASSERT_EQ(twice.begin(), Dispatcher::Begin::kQueued);
  ASSERT_EQ(next.begin(), Dispatcher::Begin::kQueued);
  a->set();
  EXPECT_TRUE(twice.is_done());
  EXPECT_FALSE(next.is_done());
  a->set();
  EXPECT_TRUE(next.is_done());
}

TEST_F(DispatcherTest, a_reset_takes_the_signal_from_a_wait_for_all) {
  Wait all(WaitMode::kAll, {a.get(), b.get()});
  ASSERT_EQ(all.begin(), Dispatcher::Begin::kQueued);
  a->set();
  a->reset();
  b->set();
  EXPECT_FALSE(all.is_done());
  a->set();
  EXPECT_TRUE(all.is_done());
}

TEST_F(DispatcherTest, the_child_of_a_fork_has_empty_queues) {
  Wait wait(WaitMode::kAny, {a.get(), b.get()});
  ASSERT_EQ(wait.begin(), Dispatcher::Begin::kQueued);
  Dispatcher::reset_in_child();
  a->set();
  EXPECT_FALSE(wait.is_done());
  EXPECT_EQ(a->try_take(nullptr), Taken::kYes);
}

}  // namespace

}  // namespace windsock::kernel32
