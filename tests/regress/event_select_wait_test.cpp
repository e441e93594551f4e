// Waits for the network events of a socket together with other things: kernel objects of every kind, queued calls, a window's messages.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect: the event is an ordinary one.
// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitformultipleobjects
// https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-msgwaitformultipleobjectsex
#include <optional>
#include <thread>
#include <vector>

#include "tests/regress/held_thread.h"
#include "tests/regress/selected_events.h"
#include "tests/regress/test_window.h"

using namespace regress;

namespace {

// A handle of the case's own.
class OwnedHandle {
 public:
  explicit OwnedHandle(HANDLE handle) : handle_(handle) { EXPECT_NE(nullptr, handle); }
  ~OwnedHandle() { EXPECT_TRUE(CloseHandle(handle_)); }
  OwnedHandle(const OwnedHandle&) = delete;
  OwnedHandle& operator=(const OwnedHandle&) = delete;
  HANDLE get() const { return handle_; }

 private:
  HANDLE handle_;
};

DWORD WINAPI wait_for_event(void* event) { return WaitForSingleObject(event, kDeadlineMs); }

class EventSelectWaitTest : public ConnectionTest {
 protected:
  void SetUp() override {
    ConnectionTest::SetUp();
    events_.emplace();
    ASSERT_RETURNS(0, events_->select(there(), FD_READ | FD_CLOSE));
  }
  void TearDown() override {
    events_.reset();
    ConnectionTest::TearDown();
  }
  bool send_some() const { return send_all(here(), "x"); }
  // Takes the record of what was sent, which resets the event, and what was sent.
  void receive() const {
    EXPECT_EQ("FD_READ", events_->take(there()));
    char byte;
    EXPECT_RETURNS(1, recv(there(), &byte, 1, 0));
  }
  HANDLE socket_event() const { return events_->event(); }

  std::optional<SelectedEvents> events_;
};
FOR_BOTH_FAMILIES(EventSelectWaitTest);

constexpr DWORD kFirst = WAIT_OBJECT_0;

// The thread whose end is waited for waits by itself, too: two threads wait, each for something of its own.
TEST_P(EventSelectWaitTest, EndsByWhicheverOfManyKindsComes) {
  const OwnedHandle event(CreateEventA(nullptr, FALSE, FALSE, nullptr)), semaphore(CreateSemaphoreA(nullptr, 0, 5, nullptr)),
      timer(CreateWaitableTimerA(nullptr, FALSE, nullptr)), leave(CreateEventA(nullptr, TRUE, FALSE, nullptr)),
      thread(CreateThread(nullptr, 0, wait_for_event, leave.get(), 0, nullptr));
  const HANDLE all[] = {event.get(), semaphore.get(), socket_event(), timer.get(), thread.get()};
  const auto wait = [&](DWORD milliseconds) { return WaitForMultipleObjects(5, all, FALSE, milliseconds); };
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, wait(0));
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, wait(1));
  ASSERT_TRUE(send_some());
  EXPECT_EQ(kFirst + 2, wait(kDeadlineMs));
  EXPECT_EQ(kFirst + 2, wait(kDeadlineMs)) << "it stays set";
  SetEvent(event.get());
  EXPECT_EQ(kFirst, wait(kDeadlineMs)) << "the first of those that are signalled";
  receive();
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, wait(0));
  ReleaseSemaphore(semaphore.get(), 1, nullptr);
  EXPECT_EQ(kFirst + 1, wait(kDeadlineMs));
  LARGE_INTEGER soon{};
  soon.QuadPart = -10'000;  // a millisecond
  EXPECT_TRUE(SetWaitableTimer(timer.get(), &soon, 0, nullptr, nullptr, FALSE));
  EXPECT_EQ(kFirst + 3, wait(kDeadlineMs));
  SetEvent(leave.get());
  EXPECT_EQ(kFirst + 4, wait(kDeadlineMs));
}

// None of them is taken before all can be.
TEST_P(EventSelectWaitTest, ForAllTakesNothingBeforeTheSocketHasNews) {
  const OwnedHandle event(CreateEventA(nullptr, FALSE, TRUE, nullptr)), mutex(CreateMutexA(nullptr, FALSE, nullptr));
  const HANDLE all[] = {event.get(), mutex.get(), socket_event()};
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, WaitForMultipleObjects(3, all, TRUE, 0));
  EXPECT_EQ(kFirst, WaitForSingleObject(event.get(), 0)) << "it has been left";
  SetEvent(event.get());
  std::thread sends([&] { EXPECT_TRUE(send_some()); });
  EXPECT_EQ(kFirst, WaitForMultipleObjects(3, all, TRUE, kDeadlineMs));
  sends.join();
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, WaitForSingleObject(event.get(), 0)) << "now it is taken";
  EXPECT_TRUE(ReleaseMutex(mutex.get()));
  receive();
}

TEST_P(EventSelectWaitTest, FollowsASignalToAnother) {
  const OwnedHandle asked(CreateEventA(nullptr, FALSE, FALSE, nullptr));
  std::thread answers([&] {
    EXPECT_EQ(kFirst, WaitForSingleObject(asked.get(), kDeadlineMs));
    EXPECT_TRUE(send_some());
  });
  EXPECT_EQ(kFirst, SignalObjectAndWait(asked.get(), socket_event(), kDeadlineMs, FALSE));
  answers.join();
  receive();
}

void CALLBACK count_call(ULONG_PTR count) { ++*reinterpret_cast<int*>(count); }

TEST_P(EventSelectWaitTest, LetsQueuedCallsIn) {
  int calls = 0;
  ASSERT_NE(0u, QueueUserAPC(count_call, GetCurrentThread(), reinterpret_cast<ULONG_PTR>(&calls)));
  EXPECT_EQ(DWORD{WAIT_IO_COMPLETION}, WaitForSingleObjectEx(socket_event(), kDeadlineMs, TRUE));
  EXPECT_EQ(1, calls);
  ASSERT_TRUE(send_some());
  EXPECT_EQ(kFirst, WaitForSingleObjectEx(socket_event(), kDeadlineMs, TRUE));
  receive();
}

// Many sockets, several threads, each waiting for its own beside one event that ends them all.
TEST_P(EventSelectWaitTest, ManyThreadsWaitEachForItsOwn) {
  static constexpr int kThreads = 6, kTurns = 20;
  const OwnedHandle end(CreateEventA(nullptr, TRUE, FALSE, nullptr));
  std::vector<Pair> pairs;
  for (int i = 0; i < kThreads; ++i) pairs.push_back(tcp_pair(family()));
  std::vector<std::thread> threads;
  for (const Pair& pair : pairs) {
    threads.emplace_back([&pair, &end] {
      const SelectedEvents events;
      EXPECT_RETURNS(0, WSAEventSelect(pair.server.get(), events.event(), FD_READ));
      const HANDLE both[] = {end.get(), events.event()};
      int answered = 0;
      while (WaitForMultipleObjects(2, both, FALSE, kDeadlineMs) == kFirst + 1) {
        if (events.take(pair.server.get()) != "FD_READ") continue;
        char byte;
        if (recv(pair.server.get(), &byte, 1, 0) == 1) answered += send(pair.server.get(), &byte, 1, 0);
      }
      EXPECT_EQ(kTurns, answered);
    });
  }
  for (int turn = 0; turn < kTurns; ++turn) {
    for (const Pair& pair : pairs) EXPECT_TRUE(send_all(pair.client.get(), "x"));
    for (const Pair& pair : pairs) EXPECT_EQ("x", receive_exactly(pair.client.get(), 1));
  }
  SetEvent(end.get());
  for (std::thread& thread : threads) thread.join();
}

// ---- with a window ------------------------------------------------------------------------------------------------------------

class EventSelectMessageTest : public EventSelectWaitTest {
 protected:
  DWORD wait(DWORD milliseconds, DWORD flags = 0) const {
    const HANDLE both[] = {event_.get(), socket_event()};
    return MsgWaitForMultipleObjectsEx(2, both, milliseconds, QS_ALLINPUT, flags);
  }
  bool post() const { return PostMessageA(window_.get(), kSocketMessage, 0, 0); }
  void take_message() const {
    MSG message{};
    EXPECT_TRUE(window_.next(message, 0));
  }

  const WindowClass class_;
  const TestWindow window_;
  const OwnedHandle event_{CreateEventA(nullptr, FALSE, FALSE, nullptr)};
};
FOR_BOTH_FAMILIES(EventSelectMessageTest);

constexpr DWORD kSocket = WAIT_OBJECT_0 + 1, kMessage = WAIT_OBJECT_0 + 2;

TEST_P(EventSelectMessageTest, EndsByTheSocketOrAMessage) {
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, wait(0));
  ASSERT_TRUE(send_some());
  EXPECT_EQ(kSocket, wait(kDeadlineMs));
  receive();
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, wait(0));
  ASSERT_TRUE(post());
  EXPECT_EQ(kMessage, wait(kDeadlineMs));
  take_message();
  SetEvent(event_.get());
  EXPECT_EQ(kFirst, wait(kDeadlineMs));
}

// The thread sleeps when it comes, from another thread.
TEST_P(EventSelectMessageTest, IsWokenByEither) {
  const OwnedHandle taken(CreateEventA(nullptr, FALSE, FALSE, nullptr));
  std::thread other([&] {
    EXPECT_TRUE(send_some());
    EXPECT_EQ(kFirst, WaitForSingleObject(taken.get(), kDeadlineMs));
    EXPECT_TRUE(post());
  });
  EXPECT_EQ(kSocket, wait(kDeadlineMs));
  receive();
  SetEvent(taken.get());
  EXPECT_EQ(kMessage, wait(kDeadlineMs));
  take_message();
  other.join();
}

TEST_P(EventSelectMessageTest, ForAllNeedsTheSocketTheEventAndAMessage) {
  SetEvent(event_.get());
  ASSERT_TRUE(post());
  EXPECT_EQ(DWORD{WAIT_TIMEOUT}, wait(0, MWMO_WAITALL));
  std::thread sends([&] { EXPECT_TRUE(send_some()); });
  EXPECT_EQ(kFirst, wait(kDeadlineMs, MWMO_WAITALL | MWMO_INPUTAVAILABLE));
  sends.join();
  take_message();
  receive();
}

// Two sockets of one thread: one tells by an event, the other by a message.
TEST_P(EventSelectMessageTest, OneSocketTellsByItsEventAnotherByAMessage) {
  Pair other = tcp_pair(family());
  ASSERT_TRUE(other.valid());
  ASSERT_RETURNS(0, WSAAsyncSelect(other.server.get(), window_.get(), kSocketMessage, FD_READ));
  for (int turn = 0; turn < 20; ++turn) {
    ASSERT_TRUE(send_all(other.client.get(), "y"));
    EXPECT_EQ(kMessage, wait(kDeadlineMs));
    MSG message{};
    ASSERT_TRUE(window_.next(message, 0));
    EXPECT_EQ(other.server.get(), message.wParam);
    EXPECT_EQ(static_cast<LPARAM>(FD_READ), message.lParam);
    EXPECT_EQ("y", receive_exactly(other.server.get(), 1));
    ASSERT_TRUE(send_some());
    EXPECT_EQ(kSocket, wait(kDeadlineMs));
    receive();
  }
  ASSERT_RETURNS(0, WSAAsyncSelect(other.server.get(), window_.get(), 0, 0));
}

}  // namespace
