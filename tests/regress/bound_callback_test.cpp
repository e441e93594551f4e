// BindIoCompletionCallback on sockets: a function of the program is called, on a thread of the system's, at each end of an overlapped call.
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-bindiocompletioncallback
#include <memory>
#include <mutex>
#include <vector>

#include "tests/regress/completion_port.h"

using namespace regress;

namespace {

struct Told {
  DWORD error, bytes;
  const OVERLAPPED* overlapped;
  long thread;
};

// What the function has been called with. It is given nothing but the structure, so this is everybody's.
std::mutex g_mutex;
std::vector<Told> g_told;
HANDLE g_calls = nullptr;  // a semaphore: one for each

void CALLBACK tell(DWORD error, DWORD bytes, OVERLAPPED* overlapped) {
  std::lock_guard lock(g_mutex);
  g_told.push_back({error, bytes, overlapped, current_thread()});
  ReleaseSemaphore(g_calls, 1, nullptr);
}

bool bind_to_function(SOCKET socket) { return BindIoCompletionCallback(handle_of(socket), tell, 0) != FALSE; }

class BoundCallbackTest : public ConnectionTest {
 protected:
  // The threads that call are there from the first time on, and what they wait with while there is a socket to wait for: one stays.
  struct Kept {
    Pair pair = tcp_pair();
    OverlappedCall first, last;
  };
  static inline std::unique_ptr<Kept> kept_;
  static void SetUpTestSuite() {
    g_calls = CreateSemaphoreW(nullptr, 0, 1'000'000, nullptr);
    WSADATA data;
    ASSERT_EQ(0, WSAStartup(kVersion, &data));
    kept_ = std::make_unique<Kept>();
    const SOCKET bound = kept_->pair.client.get();
    ASSERT_TRUE(kept_->pair.valid() && bind_to_function(bound));
    ASSERT_PENDING(kept_->first.receive(bound));
    ASSERT_TRUE(send_all(kept_->pair.server.get(), "x"));
    ASSERT_EQ(WAIT_OBJECT_0, WaitForSingleObject(g_calls, kDeadlineMs));
    ASSERT_PENDING(kept_->last.receive(bound));
  }
  static void TearDownTestSuite() {
    kept_.reset();
    EXPECT_EQ(WAIT_OBJECT_0, WaitForSingleObject(g_calls, kDeadlineMs));
    EXPECT_EQ(0, WSACleanup());
    CloseHandle(g_calls);
  }
  void SetUp() override {
    ConnectionTest::SetUp();
    g_told.clear();
    SetLastError(0);
    ASSERT_TRUE(bind_to_function(here())) << GetLastError();
  }

  // What the next call tells: each is waited for once.
  Told next() const {
    if (WaitForSingleObject(g_calls, kDeadlineMs) != WAIT_OBJECT_0) return {WAIT_TIMEOUT, 0, nullptr, 0};
    std::lock_guard lock(g_mutex);
    return g_told[taken_++];
  }
  bool nothing_more_told() const {
    std::lock_guard lock(g_mutex);
    return g_told.size() == taken_;
  }

 private:
  mutable size_t taken_ = 0;
};
FOR_BOTH_FAMILIES(BoundCallbackTest);

TEST_P(BoundCallbackTest, IsCalledWhenAReceiveEnds) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_TRUE(nothing_more_told());
  ASSERT_TRUE(send_all(there(), "hello"));
  const Told told = next();
  EXPECT_EQ(0u, told.error);
  EXPECT_EQ(5u, told.bytes);
  EXPECT_EQ(&call.overlapped, told.overlapped);
  EXPECT_NE(current_thread(), told.thread);
  EXPECT_EQ("hello", call.received());
}

TEST_P(BoundCallbackTest, IsCalledForWhatEndsAtOnce) {
  OverlappedCall sent("hello"), received;
  ASSERT_RETURNS(0, sent.send(here()));
  const Told first = next();
  EXPECT_EQ(0u, first.error);
  EXPECT_EQ(5u, first.bytes);
  EXPECT_EQ(&sent.overlapped, first.overlapped);
  ASSERT_TRUE(send_all(there(), "back"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  ASSERT_RETURNS(0, received.receive(here()));
  const Told second = next();
  EXPECT_EQ(0u, second.error);
  EXPECT_EQ(4u, second.bytes);
  EXPECT_EQ(&received.overlapped, second.overlapped);
}

TEST_P(BoundCallbackTest, IsNotCalledForWhatEndsAtOnceWhereThePortIsSkipped) {
  ASSERT_TRUE(SetFileCompletionNotificationModes(handle_of(here()), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  OverlappedCall sent("hello"), received;
  ASSERT_RETURNS(0, sent.send(here()));
  ASSERT_PENDING(received.receive(here()));
  ASSERT_TRUE(send_all(there(), "back"));
  EXPECT_EQ(&received.overlapped, next().overlapped);
  EXPECT_TRUE(nothing_more_told());
}

TEST_P(BoundCallbackTest, IsToldOfACancelledCall) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(CancelIoEx(handle_of(here()), &call.overlapped));
  const Told told = next();
  EXPECT_NE(0u, told.error);
  EXPECT_EQ(0u, told.bytes);
  EXPECT_EQ(&call.overlapped, told.overlapped);
  EXPECT_FAILS_WITH(call.end(), WSA_OPERATION_ABORTED);
}

TEST_P(BoundCallbackTest, IsToldOfTheCallsOfAClosedSocket) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  pair_.client = Socket();
  const Told told = next();
  EXPECT_NE(0u, told.error);
  EXPECT_EQ(&call.overlapped, told.overlapped);
}

TEST_P(BoundCallbackTest, IsToldOfAReset) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  reset_there();
  const Told told = next();
  EXPECT_NE(0u, told.error);
  EXPECT_EQ(&call.overlapped, told.overlapped);
  EXPECT_FAILS_WITH(call.end(), WSAECONNRESET);
}

// What it is bound to is a completion port of the system's.
TEST_P(BoundCallbackTest, TheSocketGetsNoOtherPort) {
  SetLastError(0);
  EXPECT_FALSE(bind_to_function(here()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
  const Port port;
  EXPECT_FALSE(port.take(here(), 1));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
  ASSERT_TRUE(port.take(there(), 1));
  SetLastError(0);
  EXPECT_FALSE(bind_to_function(there()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

TEST_P(BoundCallbackTest, WhatIsNoHandleIsRefused) {
  const SOCKET gone = pair_.client.get();
  pair_.client = Socket();
  SetLastError(0);
  EXPECT_FALSE(BindIoCompletionCallback(handle_of(gone), tell, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

TEST_P(BoundCallbackTest, EachEndIsToldOnce) {
  constexpr size_t kRounds = 100;
  OverlappedCall sent("x"), received(1);
  for (size_t i = 0; i < kRounds; ++i) {
    ASSERT_BEGUN(received.receive(here()));
    ASSERT_TRUE(send_all(there(), "y"));
    ASSERT_EQ(&received.overlapped, next().overlapped);
    ASSERT_BEGUN(sent.send(here()));
    ASSERT_EQ(&sent.overlapped, next().overlapped);
  }
  EXPECT_TRUE(nothing_more_told());
}

}  // namespace
