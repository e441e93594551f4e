// The blocking hooks of Winsock 1.1.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <atomic>
#include <thread>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

// What the hook has to tell; it has no argument.
std::atomic<int> g_runs{0};
int g_cancel_at = 0;
Outcome g_nested{};
BOOL g_was_blocking = FALSE;
SOCKET g_socket = INVALID_SOCKET;

INT_PTR WINAPI hook() {
  if (++g_runs == 1) {
    g_was_blocking = WSAIsBlocking();
    g_nested = outcome_of([] { return send(g_socket, "x", 1, 0); });
  }
  if (g_cancel_at != 0 && g_runs >= g_cancel_at) WSACancelBlockingCall();
  return FALSE;
}

template <WORD version>
class VersionTest : public NotStartedTest {
 protected:
  void SetUp() override {
    WSADATA data;
    ASSERT_EQ(0, WSAStartup(version, &data));
    g_runs = 0;
    g_cancel_at = 0;
    g_nested = {};
    g_was_blocking = FALSE;
  }
  void TearDown() override {
    EXPECT_EQ(0, WSACleanup());
    NotStartedTest::TearDown();
  }
};

class HookTest : public VersionTest<MAKEWORD(1, 1)> {
 protected:
  void TearDown() override {
    EXPECT_RETURNS(0, WSAUnhookBlockingHook());
    VersionTest::TearDown();
  }
};

TEST_F(HookTest, RunsWhileACallWaitsAndAllowsNoOther) {
  const Pair pair = udp_pair();
  ASSERT_TRUE(pair.valid());
  g_socket = pair.server.get();
  ASSERT_NE(nullptr, reinterpret_cast<void*>(WSASetBlockingHook(hook)));
  std::thread sender([&] {
    eventually([] { return g_runs >= 3; });
    send(pair.client.get(), "abc", 3, 0);
  });
  char buffer[8];
  const Outcome received = outcome_of([&] { return recv(pair.server.get(), buffer, sizeof buffer, 0); });
  sender.join();
  EXPECT_EQ(3, received.result) << describe(received);
  EXPECT_GE(g_runs, 3);
  EXPECT_TRUE(g_was_blocking);
  EXPECT_TRUE(failed_with(g_nested, {WSAEINPROGRESS}));
  EXPECT_FALSE(WSAIsBlocking());
}

TEST_F(HookTest, CancelsTheCallThatWaits) {
  const Pair pair = tcp_pair();
  const Socket listening = listener(AF_INET);
  ASSERT_TRUE(pair.valid());
  g_cancel_at = 2;
  ASSERT_NE(nullptr, reinterpret_cast<void*>(WSASetBlockingHook(hook)));
  char buffer[8];
  {
    // Where no hook runs the end of the connection ends the call, and the calls after it are not made.
    std::atomic<bool> returned{false};
    std::thread guard([&] {
      if (!eventually([&] { return g_runs >= 2 || returned; })) shutdown(pair.client.get(), SD_SEND);
    });
    const Outcome received = outcome_of([&] { return recv(pair.server.get(), buffer, sizeof buffer, 0); });
    returned = true;
    guard.join();
    ASSERT_TRUE(failed_with(received, {WSAEINTR}));
  }
  EXPECT_GE(g_runs, 2);
  g_runs = 0;
  EXPECT_FAILS_WITH(accept(listening.get(), nullptr, nullptr), WSAEINTR);
  EXPECT_GE(g_runs, 2);
  g_runs = 0;
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pair.server.get(), &set);
  EXPECT_FAILS_WITH(select(0, &set, nullptr, nullptr, nullptr), WSAEINTR);
  EXPECT_GE(g_runs, 2);
}

TEST_F(HookTest, DoesNotRunForACallThatNeedNotWait) {
  const Pair pair = udp_pair();
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(3, send(pair.client.get(), "abc", 3, 0));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  g_cancel_at = 1;
  ASSERT_NE(nullptr, reinterpret_cast<void*>(WSASetBlockingHook(hook)));
  char buffer[8];
  EXPECT_RETURNS(3, recv(pair.server.get(), buffer, sizeof buffer, 0));
  ASSERT_TRUE(set_nonblocking(pair.server.get()));
  EXPECT_FAILS_WITH(recv(pair.server.get(), buffer, sizeof buffer, 0), WSAEWOULDBLOCK);
  EXPECT_EQ(0, g_runs);
}

TEST_F(HookTest, IsItsThreadsOwnAndCanBeTakenAway) {
  const FARPROC first = WSASetBlockingHook(hook);
  ASSERT_NE(nullptr, reinterpret_cast<void*>(first));
  EXPECT_EQ(hook, WSASetBlockingHook(hook));
  std::thread([] { EXPECT_NE(hook, WSASetBlockingHook(hook)); }).join();
  EXPECT_RETURNS(0, WSAUnhookBlockingHook());
  EXPECT_EQ(first, WSASetBlockingHook(hook));
}

TEST_F(HookTest, WithoutAWaitingCallThereIsNothingToCancel) {
  EXPECT_FALSE(WSAIsBlocking());
  EXPECT_FAILS_WITH(WSACancelBlockingCall(), WSAEINVAL);
}

class NoHookTest : public VersionTest<MAKEWORD(2, 2)> {};

TEST_F(NoHookTest, Version2HasNone) {
  WSASetLastError(0);
  EXPECT_EQ(nullptr, reinterpret_cast<void*>(WSASetBlockingHook(hook)));
  EXPECT_EQ(WSAEOPNOTSUPP, WSAGetLastError());
  EXPECT_FAILS_WITH(WSAUnhookBlockingHook(), WSAEOPNOTSUPP);
  EXPECT_FAILS_WITH(WSACancelBlockingCall(), WSAEOPNOTSUPP);
  EXPECT_FALSE(WSAIsBlocking());
}

}  // namespace
}  // namespace regress
