// What ws2_32 has of windows: the way by which it posts, and threads that do its I/O while they wait for messages.
#include <memory>
#include <thread>

#include "dlls/kernel32/message_provider.h"
#include "dlls/kernel32/socket_provider.h"
#include "tests/unit/kernel32/fake_source.h"
#include "tests/unit/user32/support.h"

namespace user32_test {

namespace {

namespace services = windsock::services;
using kernel32_test::FakeSource;

FakeSource* the_source = nullptr;
services::SocketOperations operations() {
  services::SocketOperations made{};
  made.common_source = []() -> services::IoSource* { return the_source; };
  return made;
}

class PendingMessages : public User32 {
 protected:
  void SetUp() override {
    User32::SetUp();
    the_source = &source_;
    windsock_set_socket_operations(&operations_);
    window_ = make_window(nullptr);
    pending_ = windsock_prepare_messages(window_);
    ASSERT_NE(pending_, nullptr);
  }
  void TearDown() override {
    if (pending_ != nullptr) windsock_drop_messages(pending_);
    EXPECT_TRUE(!IsWindow(window_) || DestroyWindow(window_));
    windsock_set_socket_operations(nullptr);
    EXPECT_EQ(source_.leader, 0u) << "the lead was not left";
    User32::TearDown();
  }
  // Data arrives: whoever leads posts.
  void feed_message(WPARAM wparam) {
    source_.feed([=, this] { windsock_tell_message(pending_, WM_USER, wparam, 0); });
  }

  const services::SocketOperations operations_ = operations();
  FakeSource source_;
  HWND window_ = nullptr;
  services::PendingMessages* pending_ = nullptr;
};

TEST_F(PendingMessages, are_as_posted) {
  EXPECT_TRUE(windsock_tell_message(pending_, WM_USER, 5, -6));
  MSG message;
  ASSERT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  EXPECT_EQ(message.hwnd, window_);
  EXPECT_EQ(message.message, UINT{WM_USER});
  EXPECT_EQ(message.wParam, 5u);
  EXPECT_EQ(message.lParam, -6);
}

TEST_F(PendingMessages, need_a_window) {
  EXPECT_EQ(windsock_prepare_messages(nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_WINDOW_HANDLE});
  EXPECT_TRUE(DestroyWindow(window_));
  EXPECT_FALSE(windsock_tell_message(pending_, WM_USER, 0, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_WINDOW_HANDLE});
}

TEST_F(PendingMessages, outlive_the_windows_thread) {
  services::PendingMessages* pending = nullptr;
  std::thread([&] { pending = windsock_prepare_messages(make_window(nullptr)); }).join();
  ASSERT_NE(pending, nullptr);
  EXPECT_FALSE(windsock_tell_message(pending, WM_USER, 0, 0));
  windsock_drop_messages(pending);
}

// The thread that waits for messages brings them forward itself, and nobody has to wake it.
TEST_F(PendingMessages, are_brought_forward_by_whom_they_are_for) {
  for (WPARAM i = 1; i <= 3; ++i) {
    feed_message(i);
    MSG message;
    ASSERT_EQ(GetMessage(&message, nullptr, 0, 0), TRUE);
    EXPECT_EQ(message.wParam, i);
  }
  EXPECT_EQ(source_.serves, 3);
  EXPECT_EQ(source_.wakes, 0);
}

TEST_F(PendingMessages, are_brought_forward_in_waits_beside_objects) {
  OwnedHandle event = kernel32_test::automatic_event();
  HANDLE handle = event.get();
  feed_message(1);
  EXPECT_EQ(MsgWaitForMultipleObjects(1, &handle, FALSE, kHang, QS_ALLINPUT), WAIT_OBJECT_0 + 1);
  EXPECT_EQ(source_.wakes, 0);
  std::thread setter([&] {
    EXPECT_TRUE(eventually([&] { return source_.is_served(); }));
    SetEvent(handle);
  });
  MSG message;
  EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  EXPECT_EQ(MsgWaitForMultipleObjects(1, &handle, FALSE, kHang, QS_ALLINPUT), WAIT_OBJECT_0);
  setter.join();
  EXPECT_EQ(source_.wakes, 1);
}

TEST_F(PendingMessages, leave_a_thread_that_leads_reachable_for_others) {
  std::thread poster([&] {
    EXPECT_TRUE(eventually([&] { return source_.is_served(); }));
    EXPECT_TRUE(PostMessage(window_, WM_USER, 9, 0));
  });
  MSG message;
  ASSERT_EQ(GetMessage(&message, nullptr, 0, 0), TRUE);
  EXPECT_EQ(message.wParam, 9u);
  poster.join();
  EXPECT_EQ(source_.wakes, 1);
}

TEST_F(PendingMessages, give_way_to_timers) {
  EXPECT_NE(SetTimer(window_, 1, 10, nullptr), 0u);
  MSG message;
  ASSERT_EQ(GetMessage(&message, nullptr, 0, 0), TRUE);
  EXPECT_EQ(message.message, UINT{WM_TIMER});
  EXPECT_GE(source_.serves, 1);
  EXPECT_TRUE(KillTimer(window_, 1));
}

TEST_F(PendingMessages, end_with_the_last) {
  windsock_drop_messages(std::exchange(pending_, nullptr));
  EXPECT_EQ(MsgWaitForMultipleObjects(0, nullptr, FALSE, 1, QS_ALLINPUT), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(source_.serves, 0) << "a thread that awaits nothing of sockets leaves them alone";
}

}  // namespace

}  // namespace user32_test
