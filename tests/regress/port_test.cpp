// Completion ports by themselves: packets that a program posts, and the threads that wait for them.
#include <winsock2.h>

#include <windows.h>

#include <atomic>
#include <thread>

#include "tests/regress/completion_port.h"
#include "tests/regress/sleeping_call.h"

namespace regress {
namespace {

OVERLAPPED* pointer(ULONG_PTR value) { return reinterpret_cast<OVERLAPPED*>(value); }

class PortTest : public WinsockTest {};

// ---- packets -------------------------------------------------------------------------------------------------------------------------

TEST_F(PortTest, GivesBackWhatWasPostedInItsOrder) {
  const Port port;
  constexpr ULONG_PTR kWide = ~static_cast<ULONG_PTR>(0);
  OVERLAPPED overlapped{};
  ASSERT_TRUE(PostQueuedCompletionStatus(port.get(), 7, 1, &overlapped));
  ASSERT_TRUE(PostQueuedCompletionStatus(port.get(), ~static_cast<DWORD>(0), kWide, nullptr));
  ASSERT_TRUE(PostQueuedCompletionStatus(port.get(), 0, 0, pointer(5)));
  Packet packet = port.next();
  EXPECT_TRUE(packet.success);
  EXPECT_EQ(7u, packet.bytes);
  EXPECT_EQ(1u, packet.key);
  EXPECT_EQ(&overlapped, packet.overlapped);
  packet = port.next();
  EXPECT_TRUE(packet.success);
  EXPECT_EQ(~static_cast<DWORD>(0), packet.bytes);
  EXPECT_EQ(kWide, packet.key);
  EXPECT_EQ(nullptr, packet.overlapped);
  packet = port.next();
  EXPECT_TRUE(packet.success);
  EXPECT_EQ(pointer(5), packet.overlapped) << "a structure is not looked at";
  EXPECT_EQ(0u, overlapped.Internal + overlapped.InternalHigh);
}

TEST_F(PortTest, TimesOutWithoutAPacket) {
  const Port port;
  for (DWORD milliseconds : {0, 10}) {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = pointer(1);
    SetLastError(0);
    EXPECT_FALSE(GetQueuedCompletionStatus(port.get(), &bytes, &key, &overlapped, milliseconds));
    EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), GetLastError());
    EXPECT_EQ(nullptr, overlapped);
  }
}

TEST_F(PortTest, GivesSeveralPacketsAtOnce) {
  const Port port;
  for (ULONG_PTR key = 1; key <= 5; ++key) ASSERT_TRUE(PostQueuedCompletionStatus(port.get(), static_cast<DWORD>(key), key, pointer(key)));
  OVERLAPPED_ENTRY entries[3] = {};
  ULONG_PTR expected = 1;
  for (ULONG wanted : {3, 2}) {
    ULONG count = 0;
    ASSERT_TRUE(GetQueuedCompletionStatusEx(port.get(), entries, 3, &count, kDeadlineMs, FALSE));
    ASSERT_EQ(wanted, count);
    for (ULONG i = 0; i < count; ++i, ++expected) {
      EXPECT_EQ(expected, entries[i].lpCompletionKey);
      EXPECT_EQ(pointer(expected), entries[i].lpOverlapped);
      EXPECT_EQ(expected, entries[i].dwNumberOfBytesTransferred);
      EXPECT_EQ(0u, entries[i].Internal);
    }
  }
}

TEST_F(PortTest, LeavesToEachPortItsPackets) {
  const Port one, two;
  ASSERT_TRUE(one.post(1));
  ASSERT_TRUE(two.post(2));
  EXPECT_EQ(2u, two.next().key);
  EXPECT_EQ(1u, one.next().key);
}

// ---- threads ----------------------------------------------------------------------------------------------------------------------------

TEST_F(PortTest, WakesOneThreadForEachPacket) {
  const Port port;
  std::atomic<int> taken{0};
  std::atomic<ULONG_PTR> keys{0};
  {
    auto take = [&] {
      const Packet packet = port.next();
      if (packet.success) ++taken;
      keys += packet.key;
    };
    SleepingCall first(take), second(take);
    ASSERT_TRUE(port.post(1));
    EXPECT_TRUE(eventually([&] { return taken != 0; }));
    EXPECT_EQ(1, taken);
    ASSERT_TRUE(port.post(10));
  }
  EXPECT_EQ(2, taken);
  EXPECT_EQ(11u, keys);
}

TEST_F(PortTest, LetsAsManyThreadsRunAsItWasMadeFor) {
  HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1);
  ASSERT_NE(nullptr, port);
  auto take = [port](DWORD milliseconds) {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    return GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, milliseconds) ? key : 0;
  };
  std::atomic<bool> runs{false}, may_sleep{false};
  HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  std::thread first([&] {
    EXPECT_EQ(1u, take(kDeadlineMs));
    runs = true;
    EXPECT_TRUE(eventually([&] { return may_sleep.load(); }));
    EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), WaitForSingleObject(event, kDeadlineMs));
  });
  ASSERT_TRUE(PostQueuedCompletionStatus(port, 0, 1, nullptr));
  EXPECT_TRUE(eventually([&] { return runs.load(); }));
  ASSERT_TRUE(PostQueuedCompletionStatus(port, 0, 2, nullptr));
  EXPECT_EQ(0u, take(10)) << "the first thread runs";
  may_sleep = true;
  EXPECT_EQ(2u, take(kDeadlineMs)) << "it sleeps";
  SetEvent(event);
  first.join();
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_TRUE(CloseHandle(port));
}

TEST_F(PortTest, IsAbandonedByThoseWhoWaitWhenItsHandlesAreClosed) {
  HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0), copy = nullptr;
  ASSERT_NE(nullptr, port);
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  std::atomic<int> returned{0};
  SleepingCall one([&, port] {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = pointer(1);
    EXPECT_FALSE(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, kDeadlineMs));
    EXPECT_EQ(static_cast<DWORD>(ERROR_ABANDONED_WAIT_0), GetLastError());
    EXPECT_EQ(nullptr, overlapped);
    ++returned;
  });
  SleepingCall several([&, port] {
    OVERLAPPED_ENTRY entry{};
    ULONG count = 0;
    EXPECT_FALSE(GetQueuedCompletionStatusEx(port, &entry, 1, &count, kDeadlineMs, TRUE));
    EXPECT_EQ(static_cast<DWORD>(ERROR_ABANDONED_WAIT_0), GetLastError());
    ++returned;
  });
  EXPECT_TRUE(CloseHandle(port));
  EXPECT_EQ(0, returned) << "there is another handle";
  EXPECT_TRUE(CloseHandle(copy));
  one.join();
  several.join();
  EXPECT_EQ(2, returned);
}

// ---- alertable waits -----------------------------------------------------------------------------------------------------------------------

int calls = 0;
void CALLBACK count_call(ULONG_PTR) { ++calls; }

TEST_F(PortTest, HasCallsMadeByAnAlertableWait) {
  const Port port;
  OVERLAPPED_ENTRY entry{};
  ULONG count = 0;
  calls = 0;
  ASSERT_TRUE(QueueUserAPC(count_call, GetCurrentThread(), 0));
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port.get(), &entry, 1, &count, 10, FALSE));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), GetLastError());
  EXPECT_EQ(0, calls);
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port.get(), &entry, 1, &count, kDeadlineMs, TRUE));
  EXPECT_EQ(static_cast<DWORD>(WAIT_IO_COMPLETION), GetLastError());
  EXPECT_EQ(1, calls);
}

// ---- what is refused -----------------------------------------------------------------------------------------------------------------------------

TEST_F(PortTest, WhatIsNoPortIsRefused) {
  HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* overlapped = nullptr;
  OVERLAPPED_ENTRY entry{};
  ULONG count = 0;
  const std::function<BOOL()> refused[] = {
      [&] { return GetQueuedCompletionStatus(event, &bytes, &key, &overlapped, 0); },
      [&] { return GetQueuedCompletionStatusEx(event, &entry, 1, &count, 0, FALSE); },
      [&] { return PostQueuedCompletionStatus(event, 0, 0, nullptr); },
      [&] { return PostQueuedCompletionStatus(nullptr, 0, 0, nullptr); },
  };
  for (const auto& call : refused) {
    SetLastError(0);
    EXPECT_FALSE(call());
    EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  }
  EXPECT_TRUE(CloseHandle(event));
}

TEST_F(PortTest, APortCannotBeGivenToNothing) {
  const Port port;
  SetLastError(0);
  EXPECT_EQ(nullptr, CreateIoCompletionPort(INVALID_HANDLE_VALUE, port.get(), 0, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

}  // namespace
}  // namespace regress
