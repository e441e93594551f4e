// Queues under many threads, at the end of theirs and in the child of a fork; and what the regression suite cannot ask of every
// system.
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "tests/unit/user32/support.h"

namespace user32_test {

namespace {

using MessageQueues = User32;

TEST_F(MessageQueues, lose_nothing_that_many_threads_post) {
  constexpr int kThreads = 4, kMessages = 5000;
  HWND window = make_window(nullptr);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kMessages; ++n)
        while (!PostMessage(window, WM_USER, static_cast<WPARAM>(i), n)) ASSERT_EQ(GetLastError(), DWORD{ERROR_NOT_ENOUGH_QUOTA});
    });
  }
  int next[kThreads] = {};
  for (int received = 0; received < kThreads * kMessages; ++received) {
    MSG message;
    ASSERT_EQ(GetMessage(&message, nullptr, 0, 0), TRUE);
    ASSERT_EQ(message.lParam, next[message.wParam]++) << "each thread's come in its order";
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(DestroyWindow(window));
}

TEST_F(MessageQueues, answer_what_many_threads_send) {
  constexpr int kThreads = 4, kMessages = 1000;
  Answer answer = [](const Message& message) {
    return message.message == WM_USER ? std::optional<LRESULT>(message.lparam + 1) : std::nullopt;
  };
  HWND window = make_window(&answer);
  std::atomic<int> wrong{0}, running{kThreads};
  DWORD self = GetCurrentThreadId();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kMessages; ++n)
        if (SendMessage(window, WM_USER, 0, n) != n + 1) ++wrong;
      if (--running == 0) PostThreadMessage(self, WM_QUIT, 0, 0);
    });
  }
  MSG message;
  while (GetMessage(&message, nullptr, 0, 0) > 0) DispatchMessage(&message);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(DestroyWindow(window));
}

// Each sends to the other while it receives.
TEST_F(MessageQueues, of_two_threads_send_to_each_other) {
  constexpr int kMessages = 500;
  Answer answer = [](const Message& message) {
    return message.message == WM_USER ? std::optional<LRESULT>(message.lparam) : std::nullopt;
  };
  std::atomic<HWND> windows[2] = {};
  std::atomic<int> wrong{0}, finished{0};
  auto play = [&](int side) {
    windows[side] = make_window(&answer);
    EXPECT_TRUE(eventually([&] { return windows[1 - side].load() != nullptr; }));
    for (int n = 0; n < kMessages; ++n)
      if (SendMessage(windows[1 - side], WM_USER, 0, n) != n) ++wrong;
    ++finished;
    MSG message;
    EXPECT_TRUE(eventually([&] {
      PeekMessage(&message, nullptr, 0, 0, PM_REMOVE);
      return finished == 2;
    }));
    EXPECT_TRUE(DestroyWindow(windows[side]));
  };
  std::thread one(play, 0), other(play, 1);
  one.join();
  other.join();
  EXPECT_EQ(wrong, 0);
}

// Windows come and go, and threads with them, while others post and send to whatever is there.
TEST_F(MessageQueues, outlive_races_of_ends_with_posts_and_sends) {
  constexpr int kRounds = 150;
  std::atomic<HWND> current{nullptr};
  std::atomic<bool> over{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&, i] {
      while (!over) {
        HWND window = current;
        DWORD_PTR result;
        if (i == 0)
          PostMessage(window, WM_USER, 0, 0);
        else if (i == 1)
          SendMessageTimeout(window, WM_USER, 0, 0, SMTO_NORMAL, 1, &result);
        else
          SendMessage(window, WM_USER, 0, 0);
      }
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    std::thread owner([&] {
      HWND window = make_window(nullptr);
      current = window;
      MSG message;
      for (int n = 0; n < 3; ++n) PeekMessage(&message, nullptr, 0, 0, PM_REMOVE);
      if (round % 2 == 0) DestroyWindow(window);  // else it ends with its thread
    });
    owner.join();
  }
  over = true;
  for (std::thread& thread : others) thread.join();
}

TEST_F(MessageQueues, go_with_their_thread_and_its_windows) {
  HWND window = nullptr;
  DWORD id = 0;
  int told = 0;
  Answer answer = [&](const Message&) -> std::optional<LRESULT> {
    ++told;
    return std::nullopt;
  };
  OwnedHandle posted = kernel32_test::automatic_event(), made = kernel32_test::automatic_event();
  std::thread owner([&] {
    id = GetCurrentThreadId();
    window = make_window(&answer);
    SetEvent(made.get());
    WaitForSingleObject(posted.get(), kHang);
  });
  EXPECT_EQ(WaitForSingleObject(made.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(PostMessage(window, WM_USER, 0, 0));
  std::thread sender([&] {
    EXPECT_EQ(SendMessage(window, WM_USER, 0, 0), 0);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_WINDOW_HANDLE});
  });
  SetEvent(posted.get());
  owner.join();
  sender.join();
  EXPECT_EQ(told, 3) << "of its begin";
  EXPECT_FALSE(IsWindow(window));
  EXPECT_FALSE(PostMessage(window, WM_USER, 0, 0));
  EXPECT_FALSE(PostThreadMessage(id, WM_USER, 0, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_THREAD_ID});
}

// ExitThread leaves a procedure that runs for another thread's message: the sender is not left waiting.
TEST_F(MessageQueues, let_senders_go_when_a_procedure_never_returns) {
  static HWND window;
  window = nullptr;
  OwnedHandle made = kernel32_test::automatic_event();
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](LPVOID event) -> DWORD {
        static const Answer leave = [](const Message& message) -> std::optional<LRESULT> {
          if (message.message == WM_USER) ExitThread(5);
          return std::nullopt;
        };
        window = make_window(&leave);
        SetEvent(event);
        MSG message;
        GetMessage(&message, nullptr, 0, 0);
        return 0;
      },
      made.get(), 0, nullptr));
  EXPECT_EQ(WaitForSingleObject(made.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(SendMessage(window, WM_USER, 0, 0), 0);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_FALSE(IsWindow(window));
}

TEST_F(MessageQueues, take_back_what_nobody_waits_for_any_more) {
  int received = 0;
  Answer answer = [&](const Message& message) -> std::optional<LRESULT> {
    received += message.message == WM_USER;
    return std::nullopt;
  };
  HWND window = make_window(&answer);
  std::thread([&] {
    EXPECT_EQ(SendMessageTimeout(window, WM_USER, 0, 0, SMTO_NORMAL, 1, nullptr), 0);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_TIMEOUT});
  }).join();
  EXPECT_TRUE(DestroyWindow(window));
  EXPECT_EQ(received, 0);
}

TEST_F(MessageQueues, cost_no_descriptor_and_no_thread) {
  size_t fds = kernel32_test::own_fd_count();
  long threads = test_support::thread_count();
  HWND window = make_window(nullptr);
  EXPECT_NE(SetTimer(window, 1, 10, nullptr), 0u);
  MSG message;
  EXPECT_EQ(GetMessage(&message, nullptr, 0, 0), TRUE);
  EXPECT_EQ(message.message, UINT{WM_TIMER});
  EXPECT_EQ(kernel32_test::own_fd_count(), fds);
  EXPECT_EQ(test_support::thread_count(), threads);
  EXPECT_TRUE(DestroyWindow(window));
}

TEST_F(MessageQueues, sleep_in_the_kernel_while_they_wait) {
  std::atomic<DWORD> id{0};
  std::thread waiter([&] {
    MSG message;
    PeekMessage(&message, nullptr, 0, 0, PM_NOREMOVE);
    id = GetCurrentThreadId();
    while (GetMessage(&message, nullptr, 0, 0) > 0) {
    }
  });
  EXPECT_TRUE(eventually([&] { return id != 0 && kernel32_test::thread_sleeps_in(id, SYS_futex); }));
  EXPECT_TRUE(PostThreadMessage(id, WM_QUIT, 0, 0));
  waiter.join();
}

TEST_F(MessageQueues, refuse_other_threads_windows_and_bad_arguments) {
  HWND window = make_window(nullptr);
  std::thread([&] {
    MSG message;
    EXPECT_EQ(GetMessage(&message, window, 0, 0), -1);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_WINDOW_OF_OTHER_THREAD});
    EXPECT_EQ(SetTimer(window, 1, 10, nullptr), 0u);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED});
    EXPECT_FALSE(KillTimer(window, 1));
    message = {};
    message.hwnd = window;
    EXPECT_EQ(DispatchMessage(&message), 0);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_WINDOW_OF_OTHER_THREAD});
  }).join();
  EXPECT_EQ(GetMessage(nullptr, nullptr, 0, 0), -1);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOACCESS});
  EXPECT_FALSE(PeekMessage(nullptr, nullptr, 0, 0, 0));
  EXPECT_EQ(DispatchMessage(nullptr), 0);
  EXPECT_FALSE(PostMessage(window, 0x10000, 0, 0)) << "numbers have 16 bits";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(SendMessage(window, 0x80000000, 0, 0), 0);
  EXPECT_TRUE(IsWindow(window));
  EXPECT_EQ(MsgWaitForMultipleObjectsEx(0, nullptr, 0, QS_ALLINPUT, 8), DWORD{WAIT_FAILED});
  EXPECT_EQ(MsgWaitForMultipleObjects(1, nullptr, FALSE, 0, QS_ALLINPUT), DWORD{WAIT_FAILED});
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_TRUE(DestroyWindow(window));
}

TEST_F(MessageQueues, give_the_kinds_that_are_asked_for) {
  HWND window = make_window(nullptr);
  EXPECT_TRUE(PostMessage(window, WM_USER, 0, 0));
  MSG message;
  EXPECT_FALSE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE | PM_QS_PAINT));
  EXPECT_FALSE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE | PM_QS_SENDMESSAGE));
  EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE | PM_QS_POSTMESSAGE));
  EXPECT_TRUE(DestroyWindow(window));
}

TEST_F(MessageQueues, count_what_WaitMessage_has_seen) {
  HWND window = make_window(nullptr);
  EXPECT_TRUE(PostMessage(window, WM_USER, 0, 0));
  EXPECT_TRUE(WaitMessage());
  EXPECT_EQ(MsgWaitForMultipleObjects(0, nullptr, FALSE, 0, QS_ALLINPUT), DWORD{WAIT_TIMEOUT});
  MSG message;
  EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  EXPECT_TRUE(DestroyWindow(window));
}

TEST_F(MessageQueues, have_their_own_thread_alone_in_the_child_of_a_fork) {
  HWND own = make_window(nullptr), others = nullptr;
  EXPECT_TRUE(PostMessage(own, WM_USER, 7, 0));
  OwnedHandle made = kernel32_test::automatic_event(), go = kernel32_test::automatic_event();
  std::thread other([&] {
    others = make_window(nullptr);
    SetEvent(made.get());
    WaitForSingleObject(go.get(), kHang);
  });
  EXPECT_EQ(WaitForSingleObject(made.get(), kHang), WAIT_OBJECT_0);
  pid_t child = fork();
  if (child == 0) {
    int failures = IsWindow(others) ? 1 : 0;
    failures += PostMessage(others, WM_USER, 0, 0) ? 2 : 0;
    MSG message = {};
    failures += PeekMessage(&message, nullptr, 0, 0, PM_REMOVE) && message.wParam == 7 ? 0 : 4;
    failures += PostThreadMessage(GetCurrentThreadId(), WM_USER, 8, 0) ? 0 : 8;
    failures += GetMessage(&message, nullptr, 0, 0) == TRUE && message.wParam == 8 ? 0 : 16;
    failures += SetTimer(own, 1, 10, nullptr) != 0 && GetMessage(&message, own, 0, 0) == TRUE ? 0 : 32;
    failures += DestroyWindow(own) ? 0 : 64;
    _exit(failures);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "failures " << WEXITSTATUS(status);
  EXPECT_TRUE(IsWindow(others));
  SetEvent(go.get());
  other.join();
  MSG message;
  EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE)) << "the child's copy was its own";
  EXPECT_TRUE(DestroyWindow(own));
}

// In a program of its own, where no thread has had a queue yet.
TEST_F(MessageQueues, cannot_be_had_when_the_program_has_all_thread_keys) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        DWORD last = TLS_OUT_OF_INDEXES;
        for (DWORD index; (index = TlsAlloc()) != TLS_OUT_OF_INDEXES;) last = index;
        const bool is_refused = make_window(nullptr) == nullptr && GetLastError() == ERROR_NOT_ENOUGH_MEMORY;
        _exit(is_refused && TlsFree(last) && make_window(nullptr) != nullptr ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace

}  // namespace user32_test
