// Event objects by Winsock's names for them, and the I/O controls by theirs.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <thread>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

class EventTest : public WinsockTest {};

DWORD wait_at_once(WSAEVENT event) { return WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE); }

TEST_F(EventTest, BeginsNonsignalledAndStaysSignalledUntilItIsReset) {
  const WSAEVENT event = WSACreateEvent();
  ASSERT_NE(WSA_INVALID_EVENT, event);
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_TIMEOUT), wait_at_once(event));
  EXPECT_TRUE(WSASetEvent(event));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_EVENT_0), wait_at_once(event));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_EVENT_0), wait_at_once(event)) << "a wait resets no event of Winsock";
  EXPECT_TRUE(WSAResetEvent(event));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_TIMEOUT), wait_at_once(event));
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST_F(EventTest, WaitsForAnyOrForAll) {
  const WSAEVENT events[] = {WSACreateEvent(), WSACreateEvent()};
  EXPECT_TRUE(WSASetEvent(events[1]));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_EVENT_0) + 1, WSAWaitForMultipleEvents(2, events, FALSE, 0, FALSE));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_TIMEOUT), WSAWaitForMultipleEvents(2, events, TRUE, 0, FALSE));
  EXPECT_TRUE(WSASetEvent(events[0]));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_EVENT_0), WSAWaitForMultipleEvents(2, events, TRUE, 0, FALSE));
  for (const WSAEVENT event : events) EXPECT_TRUE(WSACloseEvent(event));
}

ULONG_PTR queued_call_got = 0;
void CALLBACK queued_call(ULONG_PTR argument) { queued_call_got = argument; }

TEST_F(EventTest, AnAlertableWaitEndsWithTheQueuedCalls) {
  const WSAEVENT event = WSACreateEvent();
  ASSERT_TRUE(QueueUserAPC(queued_call, GetCurrentThread(), 5));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_TIMEOUT), wait_at_once(event));
  EXPECT_EQ(0u, queued_call_got) << "made without an alertable wait";
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_IO_COMPLETION), WSAWaitForMultipleEvents(1, &event, FALSE, kDeadlineMs, TRUE));
  EXPECT_EQ(5u, queued_call_got);
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST_F(EventTest, WakesAWaitInAnotherThread) {
  const WSAEVENT asked = WSACreateEvent(), answered = WSACreateEvent();
  std::thread other([&] {
    if (WSAWaitForMultipleEvents(1, &asked, FALSE, kDeadlineMs, FALSE) == WSA_WAIT_EVENT_0) WSASetEvent(answered);
  });
  EXPECT_TRUE(WSASetEvent(asked));
  EXPECT_EQ(static_cast<DWORD>(WSA_WAIT_EVENT_0), WSAWaitForMultipleEvents(1, &answered, FALSE, kDeadlineMs, FALSE));
  other.join();
  EXPECT_TRUE(WSACloseEvent(asked));
  EXPECT_TRUE(WSACloseEvent(answered));
}

TEST_F(EventTest, WhatIsNoEventCannotBeSet) {
  WSASetLastError(0);
  EXPECT_FALSE(WSASetEvent(WSA_INVALID_EVENT));
  EXPECT_EQ(WSA_INVALID_HANDLE, WSAGetLastError());
}

class ControlTest : public FamilyTest {};
FOR_BOTH_FAMILIES(ControlTest);

TEST_P(ControlTest, FionreadCountsWhatWaits) {
  const Pair pair = tcp_pair(family());
  ASSERT_TRUE(pair.valid());
  ASSERT_TRUE(send_all(pair.client.get(), "12345"));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  u_long waiting = 0;
  DWORD returned = 0;
  EXPECT_RETURNS(0, WSAIoctl(pair.server.get(), static_cast<DWORD>(FIONREAD), nullptr, 0, &waiting, sizeof waiting, &returned, nullptr, nullptr));
  EXPECT_EQ(5u, waiting);
  EXPECT_EQ(sizeof waiting, returned);
}

TEST_P(ControlTest, FionbioMakesNonBlocking) {
  const Socket socket = bound_socket(family(), SOCK_DGRAM);
  u_long on = 1;
  DWORD returned = 0;
  EXPECT_RETURNS(0, WSAIoctl(socket.get(), static_cast<DWORD>(FIONBIO), &on, sizeof on, nullptr, 0, &returned, nullptr, nullptr));
  char byte;
  EXPECT_FAILS_WITH(recv(socket.get(), &byte, 1, 0), WSAEWOULDBLOCK);
}

TEST_P(ControlTest, NeedsAPlaceForTheCount) {
  const Socket socket = make_socket(family(), SOCK_DGRAM);
  u_long on = 1;
  EXPECT_FAILS_WITH(WSAIoctl(socket.get(), static_cast<DWORD>(FIONBIO), &on, sizeof on, nullptr, 0, nullptr, nullptr, nullptr), WSAEFAULT);
}

}  // namespace
}  // namespace regress
