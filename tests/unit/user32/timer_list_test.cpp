#include "dlls/user32/timer_list.h"

#include <gtest/gtest.h>

namespace windsock::user32 {

namespace {

HWND window(uintptr_t number) { return reinterpret_cast<HWND>(number); }
WindowTimer timer(HWND whose, UINT_PTR id, uint64_t due, uint64_t period) { return {whose, id, nullptr, period, due, false}; }
auto any = [](const WindowTimer&) { return true; };

TEST(TimerList, gives_the_longest_due_first) {
  TimerList timers;
  timers.set(timer(window(1), 1, 30, 10));
  timers.set(timer(window(1), 2, 20, 10));
  EXPECT_EQ(timers.next_of(19, any), nullptr);
  EXPECT_FALSE(timers.has_due(19));
  EXPECT_EQ(timers.next_of(40, any)->id, 2u);
  EXPECT_EQ(timers.next_of(40, [](const WindowTimer& one) { return one.id == 1; })->id, 1u);
}

TEST(TimerList, comes_once_for_all_the_periods_slept_through) {
  TimerList timers;
  timers.set(timer(window(1), 1, 10, 10));
  TimerList::renew(*timers.next_of(35, any), 35);
  EXPECT_FALSE(timers.has_due(39));
  EXPECT_TRUE(timers.has_due(40)) << "in step with its period";
}

TEST(TimerList, tells_each_once) {
  TimerList timers;
  timers.set(timer(window(1), 1, 10, 10));
  timers.set(timer(window(1), 2, 20, 10));
  EXPECT_FALSE(timers.tell_due(9));
  EXPECT_EQ(timers.next_to_tell(), 10u);
  EXPECT_TRUE(timers.tell_due(10));
  EXPECT_FALSE(timers.tell_due(11));
  EXPECT_EQ(timers.next_to_tell(), 20u);
  EXPECT_TRUE(timers.tell_due(20));
  EXPECT_EQ(timers.next_to_tell(), TimerList::kNever);
  TimerList::renew(*timers.next_of(20, any), 20);
  EXPECT_EQ(timers.next_to_tell(), 30u);
}

TEST(TimerList, replaces_and_removes_by_window_and_id) {
  TimerList timers;
  timers.set(timer(window(1), 1, 10, 10));
  timers.set(timer(window(1), 1, 50, 10));
  timers.set(timer(window(2), 1, 60, 10));
  timers.set(timer(nullptr, timers.free_id(), 70, 10));
  EXPECT_EQ(timers.free_id(), 2u);
  EXPECT_FALSE(timers.has_due(49));
  EXPECT_FALSE(timers.remove(window(1), 2));
  EXPECT_TRUE(timers.remove(window(1), 1));
  EXPECT_EQ(timers.next_to_tell(), 60u);
  timers.remove_all_of(window(2));
  EXPECT_EQ(timers.next_to_tell(), 70u);
}

}  // namespace

}  // namespace windsock::user32
