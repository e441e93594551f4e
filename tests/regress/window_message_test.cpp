// A thread's queue: what is posted and sent to its windows, timers, and waits for messages beside other objects.
#include <windows.h>
#include <winsock2.h>

#include <array>
#include <atomic>
#include <thread>

#include "tests/regress/held_thread.h"
#include "tests/regress/test_window.h"

namespace regress {
namespace {

using Told = std::vector<UINT>;
using QueueTest = WindowTest;

HWND no_window() { return reinterpret_cast<HWND>(static_cast<UINT_PTR>(0x1234)); }
HWND thread_only() { return reinterpret_cast<HWND>(static_cast<INT_PTR>(-1)); }

// A thread with a window, which runs a message loop until it is let go.
class LoopThread {
 public:
  explicit LoopThread(Answer answer = {}) {
    std::promise<void> begun;
    auto has_begun = begun.get_future();
    thread_ = std::thread([&, answer] {
      TestWindow window(answer);
      window_ = window.get();
      id_ = GetCurrentThreadId();
      host_thread_ = current_thread();
      begun.set_value();
      MSG message;
      while (GetMessageA(&message, nullptr, 0, 0) > 0) DispatchMessageA(&message);
    });
    has_begun.wait();
  }
  ~LoopThread() { end(); }
  void end() {
    if (!thread_.joinable()) return;
    EXPECT_TRUE(PostThreadMessageA(id_, WM_QUIT, 0, 0));
    thread_.join();
  }
  HWND window() const { return window_; }
  DWORD id() const { return id_; }
  long host_thread() const { return host_thread_; }

 private:
  HWND window_ = nullptr;
  DWORD id_ = 0;
  long host_thread_ = 0;
  std::thread thread_;
};

std::optional<LRESULT> no_answer(const Message&) { return std::nullopt; }

// ---- posted messages ------------------------------------------------------------------------------------------------------------

TEST_F(QueueTest, GivesWhatIsPostedInItsOrder) {
  TestWindow window;
  for (WPARAM i = 0; i < 3; ++i) EXPECT_TRUE(PostMessageA(window.get(), WM_USER, i, static_cast<LPARAM>(10 * i)));
  for (WPARAM i = 0; i < 3; ++i) {
    MSG message;
    ASSERT_EQ(TRUE, GetMessageA(&message, nullptr, 0, 0));
    EXPECT_EQ(window.get(), message.hwnd);
    EXPECT_EQ(UINT{WM_USER}, message.message);
    EXPECT_EQ(i, message.wParam);
    EXPECT_EQ(static_cast<LPARAM>(10 * i), message.lParam);
    EXPECT_EQ(static_cast<LONG>(message.time), GetMessageTime());
    EXPECT_FALSE(TranslateMessage(&message));
  }
  EXPECT_EQ(UINT{WM_NULL}, next_message().message);
}

TEST_F(QueueTest, DispatchingCallsTheWindowsProcedure) {
  TestWindow window([](const Message& message) { return message.message == WM_USER ? std::optional<LRESULT>(5) : std::nullopt; });
  MSG message = {};
  message.hwnd = window.get();
  message.message = WM_USER;
  EXPECT_EQ(5, DispatchMessageA(&message));
  message.hwnd = nullptr;
  EXPECT_EQ(0, DispatchMessageA(&message));
  message.hwnd = no_window();
  EXPECT_EQ(0, DispatchMessageA(&message));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
}

TEST_F(QueueTest, LeavesWhatIsOnlyLookedAt) {
  TestWindow window;
  EXPECT_TRUE(PostMessageA(window.get(), WM_USER, 0, 0));
  MSG message;
  EXPECT_TRUE(PeekMessageA(&message, nullptr, 0, 0, PM_NOREMOVE));
  EXPECT_TRUE(PeekMessageA(&message, nullptr, 0, 0, PM_NOREMOVE));
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_FALSE(PeekMessageA(&message, nullptr, 0, 0, PM_NOREMOVE));
}

TEST_F(QueueTest, FiltersByNumberAndWindow) {
  TestWindow one, other;
  EXPECT_TRUE(PostMessageA(one.get(), WM_USER, 1, 0));
  EXPECT_TRUE(PostMessageA(other.get(), WM_USER + 1, 2, 0));
  EXPECT_TRUE(PostThreadMessageA(GetCurrentThreadId(), WM_USER, 3, 0));
  EXPECT_TRUE(PostMessageA(nullptr, WM_USER, 4, 0));
  EXPECT_EQ(2u, next_message(nullptr, WM_USER + 1, WM_USER + 5).wParam);
  EXPECT_EQ(3u, next_message(thread_only()).wParam);
  EXPECT_EQ(UINT{WM_NULL}, next_message(other.get()).message);
  EXPECT_EQ(1u, next_message(one.get(), WM_USER, WM_USER).wParam);
  EXPECT_EQ(4u, next_message().wParam);
}

TEST_F(QueueTest, GivesTheMessagesOfChildrenWithTheirParents) {
  TestWindow parent;
  const HWND child = CreateWindowA(kWindowClass, "", WS_CHILD, 0, 0, 0, 0, parent.get(), nullptr, GetModuleHandleA(nullptr), nullptr);
  ASSERT_NE(nullptr, child);
  EXPECT_TRUE(PostMessageA(child, WM_USER, 7, 0));
  EXPECT_EQ(7u, next_message(parent.get()).wParam);
}

TEST_F(QueueTest, RefusesWhatIsNoWindow) {
  MSG message;
  EXPECT_EQ(-1, GetMessageA(&message, no_window(), 0, 0));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
  EXPECT_FALSE(PeekMessageA(&message, no_window(), 0, 0, PM_REMOVE));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
  EXPECT_FALSE(PostMessageA(no_window(), WM_USER, 0, 0));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
  EXPECT_EQ(0, SendMessageA(no_window(), WM_USER, 0, 0));
  EXPECT_EQ(ERROR_INVALID_WINDOW_HANDLE, window_error());
}

TEST_F(QueueTest, TakesNoPostedPointersOfTheSystem) {
  TestWindow window;
  EXPECT_FALSE(PostMessageA(window.get(), WM_SETTEXT, 0, 0));
  EXPECT_EQ(ERROR_MESSAGE_SYNC_ONLY, window_error());
}

TEST_F(QueueTest, ForgetsWhatIsForADestroyedWindow) {
  TestWindow window;
  EXPECT_TRUE(PostMessageA(window.get(), WM_USER, 0, 0));
  window.close();
  EXPECT_EQ(UINT{WM_NULL}, next_message().message);
}

TEST_F(QueueTest, IsFullWithTenThousandMessages) {
  TestWindow window;
  for (int i = 0; i < 10000; ++i) ASSERT_TRUE(PostMessageA(window.get(), WM_USER, 0, 0)) << i;
  EXPECT_FALSE(PostMessageA(window.get(), WM_USER, 0, 0));
  EXPECT_EQ(ERROR_NOT_ENOUGH_QUOTA, window_error());
  next_message();
  EXPECT_TRUE(PostMessageA(window.get(), WM_USER, 0, 0));
}

TEST_F(QueueTest, QuitsAfterWhatIsPosted) {
  TestWindow window;
  PostQuitMessage(3);
  EXPECT_TRUE(PostMessageA(window.get(), WM_USER, 0, 0));
  MSG message;
  EXPECT_EQ(TRUE, GetMessageA(&message, nullptr, 0, 0));
  EXPECT_EQ(UINT{WM_USER}, message.message);
  EXPECT_TRUE(PeekMessageA(&message, nullptr, WM_USER, WM_USER, PM_NOREMOVE)) << "whatever the filter";
  EXPECT_EQ(UINT{WM_QUIT}, message.message);
  EXPECT_EQ(FALSE, GetMessageA(&message, nullptr, 0, 0));
  EXPECT_EQ(UINT{WM_QUIT}, message.message);
  EXPECT_EQ(3u, message.wParam);
  EXPECT_EQ(nullptr, message.hwnd);
  EXPECT_EQ(UINT{WM_NULL}, next_message().message) << "once";
}

TEST_F(QueueTest, NumbersNames) {
  const UINT number = RegisterWindowMessageA("regress.message");
  EXPECT_GE(number, 0xC000u);
  EXPECT_LE(number, 0xFFFFu);
  EXPECT_EQ(number, RegisterWindowMessageA("REGRESS.message"));
  EXPECT_NE(number, RegisterWindowMessageA("regress.message2"));
  const WCHAR wide[] = {'r', 'e', 'g', 'r', 'e', 's', 's', '.', 'm', 'e', 's', 's', 'a', 'g', 'e', 0};
  EXPECT_EQ(number, RegisterWindowMessageW(wide));
}

// ---- across threads -----------------------------------------------------------------------------------------------------------

TEST_F(QueueTest, IsThereOnceAThreadHasAskedForMessages) {
  DWORD id = 0;
  HeldThread without([&] { id = GetCurrentThreadId(); });
  EXPECT_FALSE(PostThreadMessageA(id, WM_USER, 0, 0));
  EXPECT_EQ(ERROR_INVALID_THREAD_ID, window_error());
  without.let_go();
  WPARAM got = 0;
  HeldThread with(
      [&] {
        id = GetCurrentThreadId();
        next_message();
      },
      [&] { got = next_message().wParam; });
  EXPECT_TRUE(PostThreadMessageA(id, WM_USER, 9, 0));
  with.let_go();
  EXPECT_EQ(9u, got);
}

TEST_F(QueueTest, GoesWithItsThread) {
  LoopThread loop;
  loop.end();
  EXPECT_FALSE(PostThreadMessageA(loop.id(), WM_USER, 0, 0));
  EXPECT_EQ(ERROR_INVALID_THREAD_ID, window_error());
}

TEST_F(QueueTest, WakesItsThread) {
  LoopThread loop([](const Message& message) -> std::optional<LRESULT> {
    if (message.message == WM_USER) SetEvent(reinterpret_cast<HANDLE>(message.wparam));
    return std::nullopt;
  });
  const HANDLE event = CreateEventA(nullptr, FALSE, FALSE, nullptr);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(eventually([&] { return thread_sleeps(loop.host_thread()); }));
    EXPECT_TRUE(PostMessageA(loop.window(), WM_USER, reinterpret_cast<WPARAM>(event), 0));
    EXPECT_EQ(DWORD{WAIT_OBJECT_0}, WaitForSingleObject(event, kDeadlineMs));
  }
  EXPECT_TRUE(CloseHandle(event));
}

TEST_F(QueueTest, RunsWhatIsSentInTheWindowsThread) {
  DWORD ran_in = 0;
  BOOL in_send = FALSE;
  LoopThread loop([&](const Message& message) -> std::optional<LRESULT> {
    if (message.message != WM_USER) return std::nullopt;
    ran_in = GetCurrentThreadId();
    in_send = InSendMessage();
    return static_cast<LRESULT>(message.wparam) + message.lparam;
  });
  EXPECT_EQ(12, SendMessageA(loop.window(), WM_USER, 5, 7));
  EXPECT_EQ(loop.id(), ran_in);
  EXPECT_TRUE(in_send);
  EXPECT_FALSE(InSendMessage());
  EXPECT_FALSE(ReplyMessage(0)) << "nothing was sent to this thread";
}

TEST_F(QueueTest, ASenderReceivesWhileItWaits) {
  TestWindow own(
      [](const Message& message) { return message.message == WM_USER ? std::optional<LRESULT>(message.wparam * 2) : std::nullopt; });
  LoopThread loop([&](const Message& message) -> std::optional<LRESULT> {
    if (message.message != WM_USER) return std::nullopt;
    return SendMessageA(own.get(), WM_USER, message.wparam + 1, 0);
  });
  EXPECT_EQ(42, SendMessageA(loop.window(), WM_USER, 20, 0));
}

TEST_F(QueueTest, AnEarlyReplyLetsTheSenderGo) {
  const HANDLE go = CreateEventA(nullptr, FALSE, FALSE, nullptr), done = CreateEventA(nullptr, FALSE, FALSE, nullptr);
  DWORD before = 0, after = 0;
  LoopThread loop([&](const Message& message) -> std::optional<LRESULT> {
    if (message.message != WM_USER) return std::nullopt;
    before = InSendMessageEx(nullptr);
    EXPECT_TRUE(ReplyMessage(77));
    after = InSendMessageEx(nullptr);
    WaitForSingleObject(go, kDeadlineMs);
    SetEvent(done);
    return 5;
  });
  EXPECT_EQ(77, SendMessageA(loop.window(), WM_USER, 0, 0));
  EXPECT_TRUE(SetEvent(go));
  EXPECT_EQ(DWORD{WAIT_OBJECT_0}, WaitForSingleObject(done, kDeadlineMs));
  loop.end();
  EXPECT_EQ(DWORD{ISMEX_SEND}, before);
  EXPECT_EQ(DWORD{ISMEX_SEND | ISMEX_REPLIED}, after);
  EXPECT_TRUE(CloseHandle(go));
  EXPECT_TRUE(CloseHandle(done));
}

TEST_F(QueueTest, PatienceOfASenderEnds) {
  HWND window = nullptr;
  std::unique_ptr<TestWindow> held;
  HeldThread owner(
      [&] {
        held = std::make_unique<TestWindow>();
        window = held->get();
      },
      [&] { held.reset(); });
  DWORD_PTR result = 5;
  EXPECT_EQ(0, SendMessageTimeoutA(window, WM_USER, 0, 0, SMTO_NORMAL, 20, &result));
  EXPECT_EQ(ERROR_TIMEOUT, window_error());
  EXPECT_EQ(0, SendMessageTimeoutA(window, WM_USER, 0, 0, SMTO_BLOCK, 20, nullptr));
  EXPECT_EQ(ERROR_TIMEOUT, window_error());
}

TEST_F(QueueTest, ASenderIsTimelyAnswered) {
  LoopThread loop([](const Message& message) { return message.message == WM_USER ? std::optional<LRESULT>(6) : std::nullopt; });
  DWORD_PTR result = 0;
  EXPECT_NE(0, SendMessageTimeoutA(loop.window(), WM_USER, 0, 0, SMTO_BLOCK, kDeadlineMs, &result));
  EXPECT_EQ(6u, result);
  EXPECT_NE(0, SendMessageTimeoutA(loop.window(), WM_USER, 0, 0, SMTO_NORMAL, kDeadlineMs, nullptr));
}

TEST_F(QueueTest, ANotificationIsReceivedWhenTheThreadLooks) {
  TestWindow window(no_answer);
  std::thread([&] { EXPECT_TRUE(SendNotifyMessageA(window.get(), WM_USER, 0, 0)); }).join();
  EXPECT_EQ(3u, window.told().size()) << "its begin";
  EXPECT_TRUE(PostMessageA(window.get(), WM_USER + 1, 0, 0));
  EXPECT_EQ(UINT{WM_USER + 1}, next_message().message) << "what is sent is no message to get";
  EXPECT_EQ(UINT{WM_USER}, window.told().back());
}

TEST_F(QueueTest, ASenderLearnsThatTheWindowHasGone) {
  HWND window = nullptr;
  std::unique_ptr<TestWindow> held;
  HeldThread owner(
      [&] {
        held = std::make_unique<TestWindow>();
        window = held->get();
      },
      [&] { held.reset(); });
  std::atomic<long> sender{0};
  LRESULT result = 5;
  std::thread sending([&] {
    sender = current_thread();
    result = SendMessageA(window, WM_USER, 0, 0);
  });
  EXPECT_TRUE(eventually([&] { return sender != 0 && thread_sleeps(sender); }));
  owner.let_go();
  sending.join();
  EXPECT_EQ(0, result);
}

// ---- timers ---------------------------------------------------------------------------------------------------------------------

TEST_F(QueueTest, TimersComeAfterEverythingElseAndOnce) {
  TestWindow window;
  EXPECT_EQ(4u, SetTimer(window.get(), 4, USER_TIMER_MINIMUM, nullptr));
  MSG message;
  ASSERT_EQ(TRUE, GetMessageA(&message, window.get(), 0, 0));
  EXPECT_EQ(UINT{WM_TIMER}, message.message);
  EXPECT_EQ(4u, message.wParam);
  EXPECT_EQ(0, message.lParam);
  // It is due again, and waits for what is posted.
  EXPECT_EQ(DWORD{WAIT_OBJECT_0}, MsgWaitForMultipleObjects(0, nullptr, FALSE, kDeadlineMs, QS_TIMER));
  EXPECT_TRUE(PostMessageA(window.get(), WM_USER, 0, 0));
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_EQ(UINT{WM_TIMER}, next_message().message);
  EXPECT_TRUE(KillTimer(window.get(), 4));
  EXPECT_FALSE(KillTimer(window.get(), 4));
  EXPECT_EQ(UINT{WM_NULL}, next_message().message);
}

std::vector<UINT_PTR> g_called;
void CALLBACK note_timer(HWND, UINT message, UINT_PTR id, DWORD) {
  if (message == WM_TIMER) g_called.push_back(id);
}

TEST_F(QueueTest, TimersOfAThreadHaveIdsOfTheSystemsChoice) {
  g_called.clear();
  const UINT_PTR one = SetTimer(nullptr, 0, 10, note_timer), other = SetTimer(nullptr, 0, 60000, nullptr);
  EXPECT_NE(0u, one);
  EXPECT_NE(0u, other);
  EXPECT_NE(one, other);
  EXPECT_EQ(other, SetTimer(nullptr, other, 50000, nullptr)) << "set anew";
  MSG message;
  ASSERT_EQ(TRUE, GetMessageA(&message, nullptr, WM_TIMER, WM_TIMER));
  EXPECT_EQ(one, message.wParam);
  DispatchMessageA(&message);
  EXPECT_EQ(std::vector<UINT_PTR>{one}, g_called);
  EXPECT_TRUE(KillTimer(nullptr, one));
  EXPECT_TRUE(KillTimer(nullptr, other));
}

TEST_F(QueueTest, TimersGoWithTheirWindow) {
  TestWindow window;
  EXPECT_NE(0u, SetTimer(window.get(), 1, 10, nullptr));
  EXPECT_EQ(DWORD{WAIT_OBJECT_0}, MsgWaitForMultipleObjects(0, nullptr, FALSE, kDeadlineMs, QS_TIMER));
  window.close();
  EXPECT_EQ(UINT{WM_NULL}, next_message().message);
}

// ---- waits ------------------------------------------------------------------------------------------------------------------------

class MessageWaitTest : public WindowTest {
 protected:
  void SetUp() override {
    WindowTest::SetUp();
    event = CreateEventA(nullptr, FALSE, FALSE, nullptr);
    window = std::make_unique<TestWindow>();
    next_message();
  }
  void TearDown() override {
    window.reset();
    EXPECT_TRUE(CloseHandle(event));
    WindowTest::TearDown();
  }
  void post() { EXPECT_TRUE(PostMessageA(window->get(), WM_USER, 0, 0)); }
  DWORD wait(DWORD milliseconds, DWORD bits, DWORD flags = 0) {
    return MsgWaitForMultipleObjectsEx(1, &event, milliseconds, bits, flags);
  }

  HANDLE event = nullptr;
  std::unique_ptr<TestWindow> window;
};

constexpr DWORD kEvent = WAIT_OBJECT_0, kQueue = WAIT_OBJECT_0 + 1, kNothing = WAIT_TIMEOUT;

TEST_F(MessageWaitTest, EndsByAnObjectOrTheQueue) {
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT));
  EXPECT_EQ(kNothing, wait(1, QS_ALLINPUT));
  SetEvent(event);
  EXPECT_EQ(kEvent, wait(kDeadlineMs, QS_ALLINPUT));
  post();
  EXPECT_EQ(kQueue, wait(kDeadlineMs, QS_ALLINPUT));
  EXPECT_EQ(kQueue, wait(0, QS_POSTMESSAGE)) << "nobody has looked yet";
  EXPECT_EQ(kNothing, wait(0, QS_TIMER));
  SetEvent(event);
  EXPECT_EQ(kEvent, wait(0, QS_ALLINPUT)) << "objects first";
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT));
}

TEST_F(MessageWaitTest, IsForWhatIsNewUnlessAskedForMore) {
  post();
  MSG message;
  EXPECT_TRUE(PeekMessageA(&message, nullptr, 0, 0, PM_NOREMOVE));
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT)) << "the message has been seen";
  EXPECT_EQ(kQueue, wait(0, QS_ALLINPUT, MWMO_INPUTAVAILABLE));
  post();
  EXPECT_EQ(kQueue, wait(0, QS_ALLINPUT));
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT, MWMO_INPUTAVAILABLE));
}

TEST_F(MessageWaitTest, TheStatusTellsWhatIsThereAndWhatIsNew) {
  EXPECT_EQ(0u, GetQueueStatus(QS_ALLINPUT));
  post();
  EXPECT_EQ(static_cast<DWORD>(MAKELONG(QS_POSTMESSAGE, QS_POSTMESSAGE)), GetQueueStatus(QS_ALLINPUT));
  EXPECT_EQ(static_cast<DWORD>(MAKELONG(0, QS_POSTMESSAGE)), GetQueueStatus(QS_ALLINPUT));
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT));
  EXPECT_EQ(UINT{WM_NULL}, next_message(nullptr, WM_USER + 1, WM_USER + 1).message);
  EXPECT_EQ(static_cast<DWORD>(MAKELONG(QS_ALLPOSTMESSAGE, QS_ALLPOSTMESSAGE)), GetQueueStatus(QS_ALLPOSTMESSAGE))
      << "filtered looks count for less";
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_EQ(0u, GetQueueStatus(QS_ALLINPUT | QS_ALLPOSTMESSAGE));
}

TEST_F(MessageWaitTest, ForAllNeedsTheQueueToo) {
  SetEvent(event);
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT, MWMO_WAITALL));
  post();
  EXPECT_EQ(kEvent, wait(0, QS_ALLINPUT, MWMO_WAITALL));
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT, MWMO_WAITALL)) << "the event's signal is taken";
  EXPECT_EQ(kQueue, wait(0, QS_ALLINPUT));
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
}

TEST_F(MessageWaitTest, TakesSixtyThreeHandles) {
  std::array<HANDLE, MAXIMUM_WAIT_OBJECTS> events;
  for (HANDLE& one : events) one = CreateEventA(nullptr, FALSE, FALSE, nullptr);
  EXPECT_EQ(DWORD{WAIT_FAILED}, MsgWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, events.data(), FALSE, 0, QS_ALLINPUT));
  EXPECT_EQ(ERROR_INVALID_PARAMETER, window_error());
  post();
  EXPECT_EQ(DWORD{WAIT_OBJECT_0} + 63, MsgWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS - 1, events.data(), FALSE, 0, QS_ALLINPUT));
  SetEvent(events[62]);
  EXPECT_EQ(DWORD{WAIT_OBJECT_0} + 62, MsgWaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS - 1, events.data(), FALSE, 0, QS_ALLINPUT));
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  for (HANDLE one : events) EXPECT_TRUE(CloseHandle(one));
  EXPECT_EQ(DWORD{WAIT_FAILED}, MsgWaitForMultipleObjects(1, events.data(), FALSE, 0, QS_ALLINPUT));
  EXPECT_EQ(ERROR_INVALID_HANDLE, window_error());
}

void CALLBACK count_call(ULONG_PTR count) { ++*reinterpret_cast<int*>(count); }

TEST_F(MessageWaitTest, IsAlertableIfAskedFor) {
  int calls = 0;
  ASSERT_NE(0u, QueueUserAPC(count_call, GetCurrentThread(), reinterpret_cast<ULONG_PTR>(&calls)));
  EXPECT_EQ(kNothing, wait(0, QS_ALLINPUT));
  EXPECT_EQ(0, calls);
  EXPECT_EQ(DWORD{WAIT_IO_COMPLETION}, wait(kDeadlineMs, QS_ALLINPUT, MWMO_ALERTABLE));
  EXPECT_EQ(1, calls);
}

TEST_F(MessageWaitTest, IsEndedByAnotherThreadsPostAndSend) {
  const long self = current_thread();
  std::thread poster([&] {
    EXPECT_TRUE(eventually([&] { return thread_sleeps(self); }));
    post();
  });
  EXPECT_EQ(kQueue, wait(kDeadlineMs, QS_ALLINPUT));
  poster.join();
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  LRESULT answer = 5;
  std::thread sender([&] { answer = SendMessageA(window->get(), WM_USER, 0, 0); });
  EXPECT_EQ(kQueue, wait(kDeadlineMs, QS_SENDMESSAGE));
  EXPECT_EQ(UINT{WM_NULL}, next_message().message);
  sender.join();
  EXPECT_EQ(0, answer);
  EXPECT_EQ(UINT{WM_USER}, window->told().back());
}

TEST_F(MessageWaitTest, EndsByATimer) {
  EXPECT_NE(0u, SetTimer(window->get(), 1, 10, nullptr));
  EXPECT_EQ(kQueue, wait(kDeadlineMs, QS_TIMER));
  EXPECT_TRUE(KillTimer(window->get(), 1));
  next_message();
}

TEST_F(MessageWaitTest, OfAnyMessageEndsByOne) {
  post();
  EXPECT_TRUE(WaitMessage());
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
}

// The usual loop of a server: events of sockets beside messages.
TEST_F(MessageWaitTest, IsOneWaitForMessagesAndOverlappedSockets) {
  const Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  WSAOVERLAPPED overlapped = {};
  overlapped.hEvent = event;
  char data[4];
  WSABUF buffer = {sizeof data, data};
  DWORD flags = 0;
  EXPECT_EQ(SOCKET_ERROR, WSARecv(pair.server.get(), &buffer, 1, nullptr, &flags, &overlapped, nullptr));
  EXPECT_EQ(WSA_IO_PENDING, WSAGetLastError());
  post();
  EXPECT_EQ(kQueue, wait(kDeadlineMs, QS_ALLINPUT));
  EXPECT_EQ(UINT{WM_USER}, next_message().message);
  EXPECT_TRUE(send_all(pair.client.get(), "x"));
  EXPECT_EQ(kEvent, wait(kDeadlineMs, QS_ALLINPUT));
  DWORD got = 0;
  EXPECT_TRUE(WSAGetOverlappedResult(pair.server.get(), &overlapped, &got, FALSE, &flags));
  EXPECT_EQ(1u, got);
}

}  // namespace
}  // namespace regress
