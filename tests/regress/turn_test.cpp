// Calls that are not overlapped on sockets where overlapped ones are under way: each comes in its turn.
#include "tests/regress/overlapped_call.h"

#include <mswsock.h>

#include <functional>
#include <string>

#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

class TurnTest : public ConnectionTest {};
FOR_BOTH_FAMILIES(TurnTest);

// More than the systems on both sides keep for a connection over which nothing has been read yet: one that reads a lot gets more room.
constexpr size_t kMuch = size_t{24} << 20;

// Each returns the bytes moved, or -1.
struct Way {
  const char* name;
  long long (*call)(SOCKET socket, char* data, int size);
};

constexpr Way kSends[] = {
    {"send", [](SOCKET s, char* data, int size) -> long long { return send(s, data, size, 0); }},
    {"sendto", [](SOCKET s, char* data, int size) -> long long { return sendto(s, data, size, 0, nullptr, 0); }},
    {"WSASend",
     [](SOCKET s, char* data, int size) -> long long {
       WSABUF buffer{static_cast<ULONG>(size), data};
       DWORD sent = 0;
       return WSASend(s, &buffer, 1, &sent, 0, nullptr, nullptr) == 0 ? static_cast<long long>(sent) : -1;
     }},
};

constexpr Way kReceives[] = {
    {"recv", [](SOCKET s, char* data, int size) -> long long { return recv(s, data, size, 0); }},
    {"recvfrom", [](SOCKET s, char* data, int size) -> long long { return recvfrom(s, data, size, 0, nullptr, nullptr); }},
    {"WSARecv",
     [](SOCKET s, char* data, int size) -> long long {
       WSABUF buffer{static_cast<ULONG>(size), data};
       DWORD received = 0, flags = 0;
       return WSARecv(s, &buffer, 1, &received, &flags, nullptr, nullptr) == 0 ? static_cast<long long>(received) : -1;
     }},
    {"WSARecvEx",
     [](SOCKET s, char* data, int size) -> long long {
       int flags = 0;
       return WSARecvEx(s, data, size, &flags);
     }},
};

// A blocking receive of four bytes in a thread of its own; the first of them is its result.
BlockedCall receiving(SOCKET socket, const Way& way) {
  return BlockedCall([socket, way]() -> long long {
    char part[4];
    return way.call(socket, part, sizeof part) == 4 ? part[0] : -1;
  });
}

// ---- sending --------------------------------------------------------------------------------------------------------------
TEST_P(TurnTest, TheEndOfSendingComesAfterWhatIsStillToBeSent) {
  const struct {
    const char* name;
    int (*shut)(SOCKET);
  } ways[] = {{"SD_SEND", [](SOCKET s) { return shutdown(s, SD_SEND); }},
              {"SD_BOTH", [](SOCKET s) { return shutdown(s, SD_BOTH); }},
              {"WSASendDisconnect", [](SOCKET s) { return WSASendDisconnect(s, nullptr); }}};
  for (const auto& way : ways) {
    SCOPED_TRACE(way.name);
    const Pair pair = tcp_pair(family());
    OverlappedCall call(std::string(kMuch, 'a'));
    ASSERT_PENDING(call.send(pair.client.get()));
    ASSERT_RETURNS(0, way.shut(pair.client.get()));
    EXPECT_FALSE(call.ended());
    EXPECT_EQ(kMuch, receive_to_end(pair.server.get()).size());
    EXPECT_EQ(static_cast<long long>(kMuch), call.end());
    EXPECT_FAILS_WITH(send(pair.client.get(), "x", 1, 0), WSAESHUTDOWN);
  }
}

TEST_P(TurnTest, ASendComesAfterWhatIsStillToBeSent) {
  for (const Way& way : kSends) {
    SCOPED_TRACE(way.name);
    const Pair pair = tcp_pair(family());
    OverlappedCall call(std::string(kMuch, 'a'));
    ASSERT_PENDING(call.send(pair.client.get()));
    BlockedCall blocked([way, s = pair.client.get()]() -> long long {
      char last = 'b';
      return way.call(s, &last, 1);
    });
    EXPECT_TRUE(blocked.wait_until_asleep());
    const std::string all = receive_exactly(pair.server.get(), kMuch + 1);
    EXPECT_EQ(kMuch, all.find('b')) << all.size();
    EXPECT_EQ(static_cast<long long>(kMuch), call.end());
    const auto outcome = blocked.outcome();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(1, outcome->result) << describe(*outcome);
  }
}

TEST_P(TurnTest, ANonBlockingSendDoesNotWaitForItsTurn) {
  ASSERT_TRUE(set_nonblocking(here()));
  OverlappedCall call(std::string(kMuch, 'a'));
  ASSERT_PENDING(call.send(here()));
  EXPECT_FAILS_WITH(send(here(), "b", 1, 0), WSAEWOULDBLOCK);
  EXPECT_EQ(kMuch, receive_exactly(there(), kMuch).size());
  EXPECT_EQ(static_cast<long long>(kMuch), call.end());
  ASSERT_RETURNS(1, send(here(), "b", 1, 0));
  EXPECT_EQ("b", receive_exactly(there(), 1));
}

// ---- receiving --------------------------------------------------------------------------------------------------------------
TEST_P(TurnTest, AReceiveComesAfterThePendingOnes) {
  for (const Way& way : kReceives) {
    SCOPED_TRACE(way.name);
    OverlappedCall first(4), second(4);
    ASSERT_PENDING(first.receive(here()));
    ASSERT_PENDING(second.receive(here()));
    BlockedCall blocked = receiving(here(), way);
    EXPECT_TRUE(blocked.wait_until_asleep());
    ASSERT_TRUE(send_all(there(), "aaaabbbbcccc"));
    EXPECT_EQ("aaaa", first.received());
    EXPECT_EQ("bbbb", second.received());
    const auto outcome = blocked.outcome();
    ASSERT_TRUE(outcome);
    EXPECT_EQ('c', outcome->result) << describe(*outcome);
  }
}

TEST_P(TurnTest, LaterOverlappedReceivesComeAfterABlockedOne) {
  OverlappedCall first(4), last(4);
  ASSERT_PENDING(first.receive(here()));
  BlockedCall blocked = receiving(here(), kReceives[0]);
  EXPECT_TRUE(blocked.wait_until_asleep());
  ASSERT_PENDING(last.receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaa"));
  EXPECT_EQ("aaaa", first.received());
  EXPECT_FALSE(last.ended());
  ASSERT_TRUE(send_all(there(), "bbbbcccc"));
  const auto outcome = blocked.outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ('b', outcome->result) << describe(*outcome);
  EXPECT_EQ("cccc", last.received());
}

TEST_P(TurnTest, ANonBlockingReceiveDoesNotWaitForItsTurn) {
  ASSERT_TRUE(set_nonblocking(here()));
  OverlappedCall call(4);
  ASSERT_PENDING(call.receive(here()));
  char byte = 0;
  EXPECT_FAILS_WITH(recv(here(), &byte, 1, 0), WSAEWOULDBLOCK);
  ASSERT_TRUE(send_all(there(), "aaaab"));
  EXPECT_EQ("aaaa", call.received());
  EXPECT_EQ("b", receive_exactly(here(), 1));
}

TEST_P(TurnTest, WhoHasWaitedTooLongLeavesTheOthersAlone) {
  const int milliseconds = 30;
  ASSERT_TRUE(set_option(here(), SOL_SOCKET, SO_RCVTIMEO, milliseconds));
  OverlappedCall first(4), second(4);
  ASSERT_PENDING(first.receive(here()));
  char byte = 0;
  EXPECT_FAILS_WITH(recv(here(), &byte, 1, 0), WSAETIMEDOUT);
  ASSERT_PENDING(second.receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaabbbb"));
  EXPECT_EQ("aaaa", first.received());
  EXPECT_EQ("bbbb", second.received());
}

TEST_P(TurnTest, CloseWakesWhoWaitsForItsTurn) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  BlockedCall blocked = receiving(here(), kReceives[0]);
  EXPECT_TRUE(blocked.wait_until_asleep());
  EXPECT_EQ(0, pair_.client.close());
  EXPECT_TRUE(woken_with(blocked, closed_while_blocked()));
  EXPECT_FAILS_WITH(call.end_of_closed(), WSA_OPERATION_ABORTED);
}

TEST_P(TurnTest, ComesWhenThoseBeforeItAreCancelled) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  BlockedCall blocked = receiving(here(), kReceives[0]);
  EXPECT_TRUE(blocked.wait_until_asleep());
  EXPECT_TRUE(CancelIoEx(handle_of(here()), &call.overlapped));
  EXPECT_FAILS_WITH(call.end(), WSA_OPERATION_ABORTED);
  ASSERT_TRUE(send_all(there(), "aaaa"));
  const auto outcome = blocked.outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ('a', outcome->result) << describe(*outcome);
}

}  // namespace
}  // namespace regress
