// GetAddrInfoExW that goes on after its call: an event or a routine tells the end, once; cancelling; timeouts.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <atomic>
#include <string>

#include "tests/regress/fixture.h"

#ifdef __MINGW32__  // its headers lack what its import library has
extern "C" INT WSAAPI GetAddrInfoExCancel(LPHANDLE lpHandle);
extern "C" INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED lpOverlapped);
#endif

namespace regress {
namespace {

std::basic_string<WCHAR> wchars(const char* ascii) { return {ascii, ascii + strlen(ascii)}; }

struct Query {
  OVERLAPPED overlapped{};  // first: a routine gets its address
  PADDRINFOEXW found = nullptr;
  HANDLE handle = nullptr;
  std::atomic<int> told{0};
  DWORD error = ~0u;

  ~Query() {
    if (found) FreeAddrInfoExW(found);
    if (overlapped.hEvent) WSACloseEvent(overlapped.hEvent);
  }
  INT begin(const char* name, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine, timeval* timeout = nullptr) {
    ADDRINFOEXW hints{};
    hints.ai_family = AF_INET;
    return GetAddrInfoExW(wchars(name).c_str(), wchars("80").c_str(), NS_DNS, nullptr, &hints, &found, timeout, &overlapped, routine, &handle);
  }
  bool await() { return WaitForSingleObject(overlapped.hEvent, test_support::kDeadlineMs) == WAIT_OBJECT_0; }
};

void CALLBACK note_end(DWORD error, DWORD, LPWSAOVERLAPPED overlapped) {
  auto* query = reinterpret_cast<Query*>(overlapped);
  query->error = error;
  ++query->told;
}
const auto note = reinterpret_cast<LPLOOKUPSERVICE_COMPLETION_ROUTINE>(note_end);  // mingw's headers have a pointer to nothing

class NameQueryTest : public WinsockTest {
 protected:
  static void expect_loopback(const Query& query) {
    ASSERT_NE(nullptr, query.found);
    EXPECT_EQ(AF_INET, query.found->ai_family);
    const auto* address = reinterpret_cast<const sockaddr_in*>(query.found->ai_addr);
    EXPECT_EQ(htonl(INADDR_LOOPBACK), address->sin_addr.s_addr);
    EXPECT_EQ(htons(80), address->sin_port);
  }
};

TEST_F(NameQueryTest, AnEventTellsTheEnd) {
  Query query;
  query.overlapped.hEvent = WSACreateEvent();
  ASSERT_EQ(WSA_IO_PENDING, query.begin("localhost", nullptr));
  ASSERT_TRUE(query.await());
  EXPECT_EQ(0, GetAddrInfoExOverlappedResult(&query.overlapped));
  expect_loopback(query);
  EXPECT_EQ(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&query.handle)) << "it is over";
}

TEST_F(NameQueryTest, ARoutineIsCalledWhoeverWaits) {
  Query query;
  ASSERT_EQ(WSA_IO_PENDING, query.begin("localhost", note));
  ASSERT_TRUE(eventually([&] { return query.told == 1; }));
  EXPECT_EQ(0u, query.error);
  expect_loopback(query);
}

TEST_F(NameQueryTest, AFailureIsToldLikewise) {
  Query query;
  query.overlapped.hEvent = WSACreateEvent();
  ASSERT_EQ(WSA_IO_PENDING, query.begin("no such name", nullptr));
  ASSERT_TRUE(query.await());
  EXPECT_EQ(WSAHOST_NOT_FOUND, GetAddrInfoExOverlappedResult(&query.overlapped));
  EXPECT_EQ(nullptr, query.found);
}

// The answer may be faster than whoever does not want it any more.
TEST_F(NameQueryTest, CancelledOrAnsweredItEndsOnce) {
  for (int i = 0; i < 50; ++i) {
    Query query;
    ASSERT_EQ(WSA_IO_PENDING, query.begin("localhost", note));
    const INT cancelled = GetAddrInfoExCancel(&query.handle);
    ASSERT_TRUE(cancelled == 0 || cancelled == WSA_INVALID_HANDLE) << cancelled;
    ASSERT_TRUE(eventually([&] { return query.told == 1; }));
    if (cancelled == 0) {
      EXPECT_EQ(static_cast<DWORD>(WSA_E_CANCELLED), query.error);
      EXPECT_EQ(nullptr, query.found);
    } else {
      EXPECT_EQ(0u, query.error);
    }
  }
}

TEST_F(NameQueryTest, CancelledOrAnsweredItSetsItsEvent) {
  for (int i = 0; i < 50; ++i) {
    Query query;
    query.overlapped.hEvent = WSACreateEvent();
    ASSERT_EQ(WSA_IO_PENDING, query.begin("localhost", nullptr));
    const INT cancelled = GetAddrInfoExCancel(&query.handle);
    ASSERT_TRUE(cancelled == 0 || cancelled == WSA_INVALID_HANDLE) << cancelled;
    ASSERT_TRUE(query.await());
    EXPECT_EQ(cancelled == 0 ? WSA_E_CANCELLED : 0, GetAddrInfoExOverlappedResult(&query.overlapped));
    EXPECT_EQ(cancelled == 0, query.found == nullptr);
  }
}

TEST_F(NameQueryTest, ATimeoutThatIsLongEnoughChangesNothing) {
  Query query;
  timeval timeout{test_support::kDeadlineMs / 1000, 0};
  query.overlapped.hEvent = WSACreateEvent();
  ASSERT_EQ(WSA_IO_PENDING, query.begin("localhost", nullptr, &timeout));
  ASSERT_TRUE(query.await());
  EXPECT_EQ(0, GetAddrInfoExOverlappedResult(&query.overlapped));
  expect_loopback(query);
}

TEST_F(NameQueryTest, EventAndRoutineExcludeEachOther) {
  Query query;
  query.overlapped.hEvent = WSACreateEvent();
  EXPECT_EQ(WSAEINVAL, query.begin("localhost", note));
  EXPECT_EQ(0, query.told);
}

TEST_F(NameQueryTest, ARoutineNeedsAStructure) {
  PADDRINFOEXW found = nullptr;
  EXPECT_EQ(WSAEINVAL, GetAddrInfoExW(wchars("localhost").c_str(), nullptr, NS_DNS, nullptr, nullptr, &found, nullptr, nullptr, note, nullptr));
}

TEST_F(NameQueryTest, OnlyWideNamesGoOnAfterTheCall) {
  PADDRINFOEXA found = nullptr;
  OVERLAPPED overlapped{};
  EXPECT_EQ(WSAEINVAL, GetAddrInfoExA("localhost", nullptr, NS_DNS, nullptr, nullptr, &found, nullptr, &overlapped, nullptr, nullptr));
}

TEST_F(NameQueryTest, AHandleOfNothingCannotBeCancelled) {
  HANDLE none = nullptr;
  EXPECT_EQ(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&none));
  EXPECT_EQ(WSA_INVALID_HANDLE, WSAGetLastError());
}

TEST_F(NameQueryTest, NullIsNoOverlapped) { EXPECT_EQ(WSAEINVAL, GetAddrInfoExOverlappedResult(nullptr)); }

}  // namespace
}  // namespace regress
