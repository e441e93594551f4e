// How overlapped calls are ended before their time: by closing, by CancelIo and CancelIoEx, with their thread, with Winsock.
#include "tests/regress/overlapped_call.h"

#include <deque>
#include <thread>

#include "tests/regress/held_thread.h"
#include "tests/regress/second_descriptor.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

class OverlappedEndTest : public ConnectionTest {};
FOR_BOTH_FAMILIES(OverlappedEndTest);

// The call was aborted and has told so, once.
void expect_aborted_once(OverlappedCall& call) {
  EXPECT_FAILS_WITH(call.end_of_closed(), WSA_OPERATION_ABORTED);
  EXPECT_EQ(0u, call.overlapped.InternalHigh);
  WSAResetEvent(call.event());
  EXPECT_FALSE(call.told());
}

// ---- closing --------------------------------------------------------------------------------------------------------------
TEST_P(OverlappedEndTest, CloseAbortsWhatIsPendingWhoeverBeganIt) {
  OverlappedCall mine, others, second;
  HeldThread other([&] { EXPECT_FAILS_WITH(others.receive(here()), WSA_IO_PENDING); });
  ASSERT_PENDING(mine.receive(here()));
  ASSERT_PENDING(second.receive(here()));
  ASSERT_RETURNS(0, pair_.client.close());
  for (OverlappedCall* call : {&mine, &others, &second}) expect_aborted_once(*call);
}

TEST_P(OverlappedEndTest, CloseInAnotherThreadAbortsToo) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  std::thread([this] { EXPECT_RETURNS(0, pair_.client.close()); }).join();
  expect_aborted_once(call);
}

TEST_P(OverlappedEndTest, CloseAbortsDatagramReceivesToo) {
  Socket socket = bound_socket(family(), SOCK_DGRAM);
  OverlappedCall first, second;
  ASSERT_PENDING(first.receive_from(socket.get()));
  ASSERT_PENDING(second.receive_from(socket.get()));
  ASSERT_RETURNS(0, socket.close());
  expect_aborted_once(first);
  expect_aborted_once(second);
}

TEST_P(OverlappedEndTest, CloseWakesWhoWaitsForAResult) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  BlockedCall waiting([s = here(), &call]() -> long long {
    DWORD bytes = 0, flags = 0;
    return WSAGetOverlappedResult(s, &call.overlapped, &bytes, TRUE, &flags) ? 0 : -1;
  });
  ASSERT_TRUE(waiting.wait_until_asleep());
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_TRUE(woken_with(waiting, closed_while_awaited()));
}

TEST_P(OverlappedEndTest, WhatHasEndedIsNotAborted) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(call.wait());
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_EQ(5, call.end_of_closed());
}

// ---- duplicates -----------------------------------------------------------------------------------------------------------
TEST_P(OverlappedEndTest, ClosingADuplicateAbortsItsOwnAlone) {
  Socket second = second_descriptor(here());
  ASSERT_TRUE(second.valid());
  OverlappedCall seconds, firsts;
  ASSERT_PENDING(seconds.receive(second.get()));
  ASSERT_PENDING(firsts.receive(here()));
  ASSERT_RETURNS(0, second.close());
  expect_aborted_once(seconds);
  EXPECT_FALSE(firsts.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", firsts.received());
}

TEST_P(OverlappedEndTest, ADuplicateGoesOnWhenTheFirstIsClosed) {
  Socket second = second_descriptor(here());
  ASSERT_TRUE(second.valid());
  OverlappedCall firsts, seconds;
  ASSERT_PENDING(firsts.receive(here()));
  ASSERT_PENDING(seconds.receive(second.get()));
  ASSERT_RETURNS(0, pair_.client.close());
  expect_aborted_once(firsts);
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", seconds.received());
}

TEST_P(OverlappedEndTest, ReceivesThroughDuplicatesAreFilledInTheOrderOfTheCalls) {
  const Socket second = second_descriptor(here());
  ASSERT_TRUE(second.valid());
  OverlappedCall one(4), two(4), three(4);
  ASSERT_PENDING(one.receive(here()));
  ASSERT_PENDING(two.receive(second.get()));
  ASSERT_PENDING(three.receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaabbbbcccc"));
  EXPECT_EQ("aaaa", one.received());
  EXPECT_EQ("bbbb", two.received());
  EXPECT_EQ("cccc", three.received());
}

// ---- cancelling -----------------------------------------------------------------------------------------------------------
BOOL cancel(SOCKET socket, OverlappedCall* call = nullptr) {
  SetLastError(0);
  return CancelIoEx(handle_of(socket), call ? &call->overlapped : nullptr);
}

TEST_P(OverlappedEndTest, CancelIoEndsWhatTheCallingThreadBegan) {
  OverlappedCall mine, others;
  HeldThread other([&] { EXPECT_FAILS_WITH(others.receive(here()), WSA_IO_PENDING); });
  ASSERT_PENDING(mine.receive(here()));
  EXPECT_TRUE(CancelIo(handle_of(here()))) << GetLastError();
  EXPECT_FAILS_WITH(mine.end(), WSA_OPERATION_ABORTED);
  EXPECT_FALSE(others.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", others.received());
}

TEST_P(OverlappedEndTest, CancelIoIsContentWithNothingToCancel) { EXPECT_TRUE(CancelIo(handle_of(here()))) << GetLastError(); }

TEST_P(OverlappedEndTest, CancelIoExEndsOneOfThem) {
  OverlappedCall first, second;
  ASSERT_PENDING(first.receive(here()));
  ASSERT_PENDING(second.receive(here()));
  EXPECT_TRUE(cancel(here(), &first)) << GetLastError();
  EXPECT_FAILS_WITH(first.end(), WSA_OPERATION_ABORTED);
  EXPECT_FALSE(second.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", second.received());
}

TEST_P(OverlappedEndTest, CancelIoExEndsAllWhoeverBeganThem) {
  OverlappedCall mine, others;
  HeldThread other([&] { EXPECT_FAILS_WITH(others.receive(here()), WSA_IO_PENDING); });
  ASSERT_PENDING(mine.receive(here()));
  EXPECT_TRUE(cancel(here())) << GetLastError();
  EXPECT_FAILS_WITH(mine.end(), WSA_OPERATION_ABORTED);
  EXPECT_FAILS_WITH(others.end(), WSA_OPERATION_ABORTED);
}

TEST_P(OverlappedEndTest, WhatIsNotPendingIsNotFound) {
  OverlappedCall call, never;
  EXPECT_FALSE(cancel(here()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
  ASSERT_PENDING(call.receive(here()));
  EXPECT_FALSE(cancel(here(), &never));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
  EXPECT_FALSE(cancel(there(), &call)) << "it is another socket's";
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
  EXPECT_FALSE(call.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", call.received());
  EXPECT_FALSE(cancel(here(), &call)) << "it has ended";
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
}

TEST_P(OverlappedEndTest, CancelledTwiceItIsToldOnce) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_TRUE(cancel(here(), &call));
  ASSERT_TRUE(call.wait());
  EXPECT_FALSE(cancel(here(), &call));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
  expect_aborted_once(call);
}

TEST_P(OverlappedEndTest, ACancelledReceiveTakesNothing) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_TRUE(cancel(here(), &call));
  ASSERT_TRUE(call.wait());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", receive_exactly(here(), 5));
  EXPECT_EQ(std::string(64, '-'), call.data);
}

TEST_P(OverlappedEndTest, InARaceTheDataIsReceivedOrStillThere) {
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    OverlappedCall call;
    ASSERT_PENDING(call.receive(here()));
    std::thread sender([this] { EXPECT_TRUE(send_all(there(), "x")); });
    const bool cancelled = cancel(here(), &call) != FALSE;
    const DWORD error = GetLastError();
    sender.join();
    EXPECT_TRUE(cancelled || error == ERROR_NOT_FOUND) << error;
    const std::string got = call.received();
    EXPECT_TRUE(got == "x" || (cancelled && got == error_name(WSA_OPERATION_ABORTED))) << got;
    if (got != "x") {
      ASSERT_EQ("x", receive_exactly(here(), 1)) << round;
    }
    WSAResetEvent(call.event());
    EXPECT_FALSE(call.told());
  }
}

TEST_P(OverlappedEndTest, WhatIsNoHandleCannotBeCancelled) {
  const SOCKET gone = here();
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_FALSE(cancel(gone));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  SetLastError(0);
  EXPECT_FALSE(CancelIo(handle_of(gone)));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

class SynchronousIoTest : public WinsockTest {};

TEST_F(SynchronousIoTest, OfAThreadInNoCallIsNotFound) {
  SetLastError(0);
  EXPECT_FALSE(CancelSynchronousIo(GetCurrentThread()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
  const WSAEVENT event = WSACreateEvent();
  EXPECT_FALSE(CancelSynchronousIo(event));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  EXPECT_TRUE(WSACloseEvent(event));
}

// ---- with the thread, with Winsock ----------------------------------------------------------------------------------------
TEST_P(OverlappedEndTest, WhatAThreadBeganEndsWithIt) {
  OverlappedCall mine, others;
  ASSERT_PENDING(mine.receive(here()));
  std::thread([&] { EXPECT_FAILS_WITH(others.receive(here()), WSA_IO_PENDING); }).join();
  EXPECT_FAILS_WITH(others.end(), WSA_OPERATION_ABORTED);
  EXPECT_FALSE(mine.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", mine.received());
}

class OverlappedCleanupTest : public NotStartedTest {};

TEST_F(OverlappedCleanupTest, TheLastCleanupAbortsWhatIsPending) {
  WSADATA data;
  ASSERT_EQ(0, WSAStartup(kVersion, &data));
  const LeakCheck before;
  Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  {
    OverlappedCall call;
    EXPECT_FAILS_WITH(call.receive(pair.client.release()), WSA_IO_PENDING);
    pair.server.release();
    EXPECT_EQ(0, WSACleanup());
    EXPECT_TRUE(eventually([&] { return HasOverlappedIoCompleted(&call.overlapped); }));
    DWORD bytes = 0;
    EXPECT_FALSE(GetOverlappedResult(nullptr, &call.overlapped, &bytes, FALSE));
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), GetLastError());
    EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), WaitForSingleObject(call.event(), 0)) << "no event is set, as documented";
  }
  EXPECT_TRUE(before.nothing_left());
}

}  // namespace
}  // namespace regress
