// Overlapped calls that tell of their end by a routine: who runs it, when, and with what.
#include "tests/regress/overlapped_call.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tests/regress/held_thread.h"

namespace regress {
namespace {

constexpr DWORD kCompletion = WAIT_IO_COMPLETION;

// What routines were told, in all threads.
struct Told {
  DWORD error, bytes;
  const OVERLAPPED* overlapped;
  DWORD flags, thread;
};
std::mutex told_mutex;
std::vector<Told> told;

void note(DWORD error, DWORD bytes, const OVERLAPPED* overlapped, DWORD flags) {
  const std::lock_guard lock(told_mutex);
  told.push_back({error, bytes, overlapped, flags, GetCurrentThreadId()});
}
void CALLBACK note_transfer(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags) { note(error, bytes, overlapped, flags); }
void CALLBACK note_file(DWORD error, DWORD bytes, LPOVERLAPPED overlapped) { note(error, bytes, overlapped, 0); }

std::vector<Told> told_so_far() {
  const std::lock_guard lock(told_mutex);
  return told;
}

struct RoutineCall : OverlappedCall {
  template <class... Arguments>
  explicit RoutineCall(Arguments&&... arguments) : OverlappedCall(std::forward<Arguments>(arguments)...) {
    routine = note_transfer;
    overlapped.hEvent = nullptr;
  }
  // The end, without an alertable wait.
  bool ends() const { return eventually([this] { return ended(); }); }
};

class RoutineTest : public ConnectionTest {
 protected:
  void SetUp() override {
    ConnectionTest::SetUp();
    told.clear();
  }
};
FOR_BOTH_FAMILIES(RoutineTest);

TEST_P(RoutineTest, RunsInAnAlertableWaitWithTheResult) {
  RoutineCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(call.ends());
  EXPECT_EQ(0u, alertable_pause(0, FALSE));
  EXPECT_TRUE(told.empty()) << "run without an alertable wait";
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ(0u, told[0].error);
  EXPECT_EQ(5u, told[0].bytes);
  EXPECT_EQ(&call.overlapped, told[0].overlapped);
  EXPECT_EQ(0u, told[0].flags);
  EXPECT_EQ(GetCurrentThreadId(), told[0].thread);
  EXPECT_EQ(5, call.result()) << "which may be asked for too";
  EXPECT_EQ("hello", call.data.substr(0, 5));
  EXPECT_EQ(0u, alertable_pause(0, TRUE));
  EXPECT_EQ(1u, told.size());
}

TEST_P(RoutineTest, RunsWhileTheThreadWaitsForIt) {
  RoutineCall call;
  ASSERT_PENDING(call.receive(here()));
  const DWORD thread = GetCurrentThreadId();
  std::thread sender([this, thread] {
    EXPECT_NE(thread, GetCurrentThreadId());
    EXPECT_TRUE(send_all(there(), "hello"));
  });
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  sender.join();
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ(5u, told[0].bytes);
}

TEST_P(RoutineTest, EveryAlertableWaitRunsIt) {
  const WSAEVENT event = WSACreateEvent();
  const std::pair<const char*, std::function<DWORD(DWORD, BOOL)>> waits[] = {
      {"WSAWaitForMultipleEvents", [&](DWORD limit, BOOL alertable) { return WSAWaitForMultipleEvents(1, &event, FALSE, limit, alertable); }},
      {"WaitForSingleObjectEx", [&](DWORD limit, BOOL alertable) { return WaitForSingleObjectEx(event, limit, alertable); }},
      {"WaitForMultipleObjectsEx", [&](DWORD limit, BOOL alertable) { return WaitForMultipleObjectsEx(1, &event, FALSE, limit, alertable); }},
  };
  for (const auto& [name, wait] : waits) {
    told.clear();
    RoutineCall call;
    ASSERT_PENDING(call.receive(here()));
    ASSERT_TRUE(send_all(there(), "x"));
    ASSERT_TRUE(call.ends());
    EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), wait(0, FALSE)) << name;
    EXPECT_TRUE(told.empty()) << name;
    EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_IO_COMPLETION), wait(kDeadlineMs, TRUE)) << name;
    EXPECT_EQ(1u, told.size()) << name;
  }
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST_P(RoutineTest, WhatEndsAtOnceRunsItLaterToo) {
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  RoutineCall in, out("hello");
  ASSERT_RETURNS(0, in.receive(here()));
  EXPECT_EQ(5u, in.at_once);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ(5u, told[0].bytes);
  ASSERT_BEGUN(out.send(here()));
  EXPECT_EQ(1u, told.size());
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(2u, told.size());
  EXPECT_EQ(&out.overlapped, told[1].overlapped);
  EXPECT_EQ(5u, told[1].bytes);
}

// "all waiting completion routines are called before the alertable thread's wait is satisfied", in any order; the buffers are
// filled in the order of the calls.
TEST_P(RoutineTest, OneWaitRunsAllThatAreDue) {
  std::deque<RoutineCall> calls;
  for (int i = 0; i < 4; ++i) ASSERT_PENDING(calls.emplace_back(4).receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaabbbbccccdddd"));
  for (const RoutineCall& call : calls) ASSERT_TRUE(call.ends());
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  EXPECT_EQ(4u, told.size());
  for (size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(std::string(4, static_cast<char>('a' + i)), calls[i].data);
  for (const RoutineCall& call : calls)
    EXPECT_EQ(1, std::count_if(told.begin(), told.end(), [&](const Told& one) { return one.overlapped == &call.overlapped; }));
}

TEST_P(RoutineTest, NoOtherThreadRunsIt) {
  RoutineCall call;
  DWORD thread = 0;
  HeldThread other(
      [&] {
        thread = GetCurrentThreadId();
        EXPECT_FAILS_WITH(call.receive(here()), WSA_IO_PENDING);
      },
      [] { EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE)); });
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(call.ends());
  EXPECT_EQ(0u, alertable_pause(0, TRUE));
  EXPECT_TRUE(told_so_far().empty());
  other.let_go();
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ(thread, told[0].thread);
  EXPECT_EQ(5u, told[0].bytes);
}

TEST_P(RoutineTest, AThreadThatNeverWaitsAlertablyNeverRunsIt) {
  RoutineCall ended, pending;
  std::thread([&] {
    EXPECT_FAILS_WITH(ended.receive(here()), WSA_IO_PENDING);
    EXPECT_TRUE(send_all(there(), "x"));
    EXPECT_TRUE(ended.ends());
    EXPECT_FAILS_WITH(pending.receive(here()), WSA_IO_PENDING);
  }).join();
  EXPECT_TRUE(pending.ends()) << "with its thread";
  EXPECT_EQ(0u, alertable_pause(0, TRUE));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ("x", ended.data.substr(0, 1));
}

// ---- the program's own word -----------------------------------------------------------------------------------------------
// Sends back what it receives, call by call out of the routines, which find it by hEvent.
struct Echo {
  explicit Echo(SOCKET s) : socket(s) {
    for (OverlappedCall* call : {&in, &out}) call->overlapped.hEvent = this;
    in.routine = received;
    out.routine = sent;
  }
  static Echo* of(LPWSAOVERLAPPED overlapped) { return static_cast<Echo*>(overlapped->hEvent); }
  void receive() { failed = !begun(outcome_of([&] { return in.receive(socket); })); }
  static void CALLBACK received(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD) {
    Echo* const echo = of(overlapped);
    echo->failed = error != 0;
    echo->ended = error != 0 || bytes == 0;
    if (echo->ended) return;
    echo->out.buffer = {bytes, echo->in.data.data()};
    echo->failed = !begun(outcome_of([&] { return echo->out.send(echo->socket); }));
  }
  static void CALLBACK sent(DWORD error, DWORD, LPWSAOVERLAPPED overlapped, DWORD) {
    Echo* const echo = of(overlapped);
    echo->failed = error != 0;
    if (!echo->failed) echo->receive();
  }

  SOCKET socket;
  OverlappedCall in, out{""};
  bool ended = false, failed = false;
};

TEST_P(RoutineTest, MayBeginTheNextCall) {
  std::thread client([this] {
    for (int i = 0; i < 200; ++i) {
      const std::string text = "message " + std::to_string(i);
      EXPECT_TRUE(send_all(there(), text));
      if (receive_exactly(there(), text.size()) != text) ADD_FAILURE() << text;
    }
    EXPECT_RETURNS(0, shutdown(there(), SD_SEND));
  });
  {
    Echo echo(here());
    echo.receive();
    while (!echo.ended && !echo.failed && alertable_pause(kDeadlineMs, TRUE) == kCompletion) {
    }
    EXPECT_TRUE(echo.ended);
    EXPECT_FALSE(echo.failed);
  }
  shutdown(here(), SD_BOTH);  // so that the client ends, whatever has happened
  client.join();
}

TEST_P(RoutineTest, LeavesTheEventAlone) {
  const WSAEVENT event = WSACreateEvent();
  ASSERT_TRUE(WSASetEvent(event));
  RoutineCall call;
  call.overlapped.hEvent = event;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), WaitForSingleObject(event, 0)) << "reset";
  ASSERT_TRUE(WSAResetEvent(event));
  ASSERT_TRUE(send_all(there(), "x"));
  ASSERT_TRUE(call.ends());
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), WaitForSingleObject(event, 0)) << "set";
  EXPECT_EQ(event, call.overlapped.hEvent);
  EXPECT_TRUE(WSACloseEvent(event));
}

// ---- failures -------------------------------------------------------------------------------------------------------------
TEST_P(RoutineTest, IsToldOfTheEndAndOfErrors) {
  RoutineCall last, reset;
  ASSERT_PENDING(last.receive(here()));
  ASSERT_RETURNS(0, shutdown(there(), SD_SEND));
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ(0u, told[0].error);
  EXPECT_EQ(0u, told[0].bytes);
  ASSERT_PENDING(reset.receive(there()));
  EXPECT_TRUE(set_linger(here(), 1, 0));
  pair_.client = Socket();
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(2u, told.size());
  EXPECT_EQ(static_cast<DWORD>(WSAECONNRESET), told[1].error) << error_name(static_cast<int>(told[1].error));
}

TEST_P(RoutineTest, IsToldThatItsCallWasCancelled) {
  RoutineCall cancelled, closed;
  ASSERT_PENDING(cancelled.receive(here()));
  EXPECT_TRUE(CancelIoEx(handle_of(here()), &cancelled.overlapped));
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ(static_cast<DWORD>(WSA_OPERATION_ABORTED), told[0].error);
  EXPECT_EQ(0u, told[0].bytes);
  ASSERT_PENDING(closed.receive(here()));
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  ASSERT_EQ(2u, told.size());
  EXPECT_EQ(&closed.overlapped, told[1].overlapped);
  EXPECT_EQ(static_cast<DWORD>(WSA_OPERATION_ABORTED), told[1].error);
  EXPECT_EQ(0u, alertable_pause(0, TRUE));
  EXPECT_EQ(2u, told.size());
}

TEST_P(RoutineTest, WhatFailsAtOnceRunsNothing) {
  const Socket alone = bound_socket(family(), SOCK_STREAM);
  RoutineCall call;
  EXPECT_FAILS_WITH(call.receive(alone.get()), WSAENOTCONN);
  EXPECT_FAILS_WITH(call.receive(INVALID_SOCKET), WSAENOTSOCK);
  EXPECT_EQ(0u, alertable_pause(0, TRUE));
  EXPECT_TRUE(told.empty());
}

TEST_P(RoutineTest, ASocketWithAPortTakesNoRoutines) {
  const HANDLE port = CreateIoCompletionPort(handle_of(here()), nullptr, 1, 0);
  ASSERT_NE(nullptr, port) << GetLastError();
  RoutineCall call("x");
  EXPECT_FAILS_WITH(call.receive(here()), WSAEINVAL);
  EXPECT_FAILS_WITH(call.send(here()), WSAEINVAL);
  EXPECT_EQ(0u, alertable_pause(0, TRUE));
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(CloseHandle(port));
}

// ---- datagrams, files -----------------------------------------------------------------------------------------------------
TEST_P(RoutineTest, IsToldOfALongDatagramAndItsSender) {
  const Socket receiver = bound_socket(family(), SOCK_DGRAM), sender = bound_socket(family(), SOCK_DGRAM);
  RoutineCall in(4), out("hello");
  ASSERT_PENDING(in.receive_from(receiver.get()));
  ASSERT_BEGUN(out.send_to(sender.get(), local_name(receiver.get())));
  while (told.size() < 2) ASSERT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  const Told& received = told[told[0].overlapped == &in.overlapped ? 0 : 1];
  EXPECT_EQ(static_cast<DWORD>(WSAEMSGSIZE), received.error) << error_name(static_cast<int>(received.error));
  EXPECT_EQ(4u, received.bytes);
  EXPECT_EQ("hell", in.data);
  EXPECT_TRUE(in.sender == local_name(sender.get()));
}

TEST_P(RoutineTest, IsToldOfReadsAndWritesOfTheSocketAsAFile) {
  RoutineCall in, out("hello");
  in.begin(here(), [&] { return ReadFileEx(handle_of(here()), in.data.data(), 64, &in.overlapped, note_file) != FALSE; });
  out.begin(there(), [&] { return WriteFileEx(handle_of(there()), out.data.data(), 5, &out.overlapped, note_file) != FALSE; });
  while (told.size() < 2) ASSERT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  for (const Told& one : told) {
    EXPECT_EQ(0u, one.error);
    EXPECT_EQ(5u, one.bytes);
  }
  EXPECT_EQ("hello", in.data.substr(0, 5));
}

TEST_P(RoutineTest, OfTheSocketAsAFileIsToldErrorsOfFiles) {
  RoutineCall call;
  ASSERT_EQ(0, call.begin(here(), [&] { return ReadFileEx(handle_of(here()), call.data.data(), 64, &call.overlapped, note_file) != FALSE; }));
  reset_there();
  while (told.empty()) ASSERT_EQ(kCompletion, alertable_pause(kDeadlineMs, TRUE));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NETNAME_DELETED), told[0].error);
}

}  // namespace
}  // namespace regress
