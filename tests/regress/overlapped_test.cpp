// Overlapped transfers on connections that tell of their end by an event. How they are ended: overlapped_cancel_test.cpp; what
// tells by routines: routine_test.cpp; by ports: iocp_test.cpp.
#include "tests/regress/overlapped_call.h"

#include <deque>
#include <string>
#include <thread>

#include "tests/regress/sleeping_call.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

class OverlappedTest : public ConnectionTest {};
FOR_BOTH_FAMILIES(OverlappedTest);

// Text in which every place can be told from its neighbours.
std::string pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i / 7 + i / 4096) % 26);
  return text;
}

// ---- how it begins and ends -----------------------------------------------------------------------------------------------
TEST_P(OverlappedTest, APendingReceiveIsToldByItsEvent) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_FALSE(call.told());
  EXPECT_EQ(STATUS_PENDING, static_cast<DWORD>(call.overlapped.Internal));
  EXPECT_FAILS_WITH(call.result(), WSA_IO_INCOMPLETE);
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", call.received());
  EXPECT_TRUE(call.told()) << "until the program resets it";
  EXPECT_EQ(0u, call.overlapped.Internal);
  EXPECT_EQ(5u, call.overlapped.InternalHigh);
}

TEST_P(OverlappedTest, WhatIsThereIsReceivedAtOnceAndToldToo) {
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  OverlappedCall call;
  ASSERT_RETURNS(0, call.receive(here()));
  EXPECT_EQ(5u, call.at_once);
  EXPECT_EQ(0u, call.flags);
  EXPECT_TRUE(call.told());
  EXPECT_EQ(0u, call.overlapped.Internal);
  EXPECT_EQ(5u, call.overlapped.InternalHigh);
  EXPECT_EQ("hello", call.received());
}

TEST_P(OverlappedTest, ASendIsTold) {
  OverlappedCall call("hello");
  ASSERT_BEGUN(call.send(here()));
  EXPECT_EQ(5, call.end());
  EXPECT_EQ(5u, call.overlapped.InternalHigh);
  EXPECT_EQ("hello", receive_exactly(there(), 5));
}

TEST_P(OverlappedTest, TheEventIsResetWhenTheCallBegins) {
  OverlappedCall call;
  ASSERT_TRUE(WSASetEvent(call.event()));
  ASSERT_PENDING(call.receive(here()));
  EXPECT_FALSE(call.told());
  ASSERT_TRUE(send_all(there(), "x"));
  EXPECT_EQ("x", call.received());
}

TEST_P(OverlappedTest, OneStructureServesOneCallAfterTheOther) {
  OverlappedCall call;
  for (const std::string text : {"first", "and second", "x"}) {
    ASSERT_PENDING(call.receive(here()));
    ASSERT_TRUE(send_all(there(), text));
    EXPECT_EQ(text, call.received());
  }
}

TEST_P(OverlappedTest, NeedsNoPlaceForTheCount) {
  OverlappedCall out("hello"), in;
  ASSERT_PENDING(in.begin(here(), [&] { return WSARecv(here(), &in.buffer, 1, nullptr, &in.flags, &in.overlapped, nullptr); }));
  ASSERT_BEGUN(out.begin(there(), [&] { return WSASend(there(), &out.buffer, 1, nullptr, 0, &out.overlapped, nullptr); }));
  EXPECT_EQ("hello", in.received());
  EXPECT_EQ(5, out.end());
}

TEST_P(OverlappedTest, ThePlacesOfCountAndFlagsAreLeftAloneByAPendingReceive) {
  OverlappedCall call;
  call.at_once = 77;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "x"));
  ASSERT_TRUE(call.wait());
  EXPECT_EQ(77u, call.at_once);
  call.flags = 77;
  EXPECT_EQ("x", call.received());
  EXPECT_EQ(0u, call.flags) << "WSAGetOverlappedResult's";
}

TEST_P(OverlappedTest, TheBufferArraysMayGoWhenTheCallReturns) {
  char first[3], second[8];
  std::string head = "hel", tail = "lo";
  OverlappedCall in, out;
  {
    WSABUF rooms[] = {{sizeof first, first}, {sizeof second, second}};
    ASSERT_PENDING(in.begin(here(), [&] { return WSARecv(here(), rooms, 2, nullptr, &in.flags, &in.overlapped, nullptr); }));
    rooms[0] = rooms[1] = {};
  }
  {
    WSABUF parts[] = {{3, head.data()}, {2, tail.data()}};
    ASSERT_BEGUN(out.begin(there(), [&] { return WSASend(there(), parts, 2, nullptr, 0, &out.overlapped, nullptr); }));
    parts[0] = parts[1] = {};
  }
  EXPECT_EQ(5, out.end());
  ASSERT_EQ(5, in.end()) << error_name(WSAGetLastError());
  EXPECT_EQ("hello", std::string(first, 3) + std::string(second, 2));
}

TEST_P(OverlappedTest, ReceivesAreFilledInTheOrderOfTheCalls) {
  std::deque<OverlappedCall> calls;
  for (int i = 0; i < 5; ++i) ASSERT_PENDING(calls.emplace_back(4).receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaabbbbcccc"));
  EXPECT_EQ("aaaa", calls[0].received());
  EXPECT_EQ("bbbb", calls[1].received());
  EXPECT_EQ("cccc", calls[2].received());
  EXPECT_FALSE(calls[3].told());
  ASSERT_TRUE(send_all(there(), "dddd"));
  EXPECT_EQ("dddd", calls[3].received());
  ASSERT_TRUE(send_all(there(), "e"));
  EXPECT_EQ("e", calls[4].received()) << "a receive is content with less than its room";
}

// ---- sends ----------------------------------------------------------------------------------------------------------------
TEST_P(OverlappedTest, ALargeSendIsSentWholeWhateverTheMode) {
  const std::string text = pattern(4 << 20);
  for (const bool nonblocking : {false, true}) {
    ASSERT_TRUE(set_nonblocking(here(), nonblocking));
    OverlappedCall call(text);
    ASSERT_BEGUN(call.send(here()));
    EXPECT_TRUE(receive_exactly(there(), text.size()) == text) << nonblocking;
    EXPECT_EQ(static_cast<long long>(text.size()), call.end());
  }
}

TEST_P(OverlappedTest, SendsAreSentInTheOrderOfTheCalls) {
  std::deque<OverlappedCall> calls;
  std::string all;
  for (const char letter : {'a', 'b', 'c', 'd', 'e'}) {
    const std::string text(1 << 20, letter);
    ASSERT_BEGUN(calls.emplace_back(text).send(here()));
    all += text;
  }
  EXPECT_TRUE(receive_exactly(there(), all.size()) == all);
  for (OverlappedCall& call : calls) EXPECT_EQ(1 << 20, call.end());
}

TEST_P(OverlappedTest, ASendWithNothingInItSucceeds) {
  OverlappedCall call("");
  ASSERT_BEGUN(call.send(here()));
  EXPECT_EQ(0, call.end());
}

// ---- the blocking mode is for other calls ---------------------------------------------------------------------------------
TEST_P(OverlappedTest, TheBlockingModeHasNoInfluenceAndIsNotInfluenced) {
  ASSERT_TRUE(set_nonblocking(here()));
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", call.received());
  char byte;
  EXPECT_FAILS_WITH(recv(here(), &byte, 1, 0), WSAEWOULDBLOCK);
  ASSERT_TRUE(set_nonblocking(here(), false));
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "again"));
  EXPECT_EQ("again", call.received());
  BlockedCall waiting([s = here()]() -> long long {
    char received;
    return recv(s, &received, 1, 0) == 1 ? received : -1;
  });
  ASSERT_TRUE(waiting.wait_until_blocked());
  ASSERT_TRUE(send_all(there(), "x"));
  const auto outcome = waiting.outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ('x', outcome->result) << describe(*outcome);
}

TEST_P(OverlappedTest, TimeoutsAreForBlockingCalls) {
  ASSERT_TRUE(set_option(here(), SOL_SOCKET, SO_RCVTIMEO, 1) && set_option(there(), SOL_SOCKET, SO_RCVTIMEO, 100));
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  char byte;
  ASSERT_FAILS_WITH(recv(there(), &byte, 1, 0), WSAETIMEDOUT);
  EXPECT_FALSE(call.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", call.received());
}

TEST_P(OverlappedTest, ASocketWithoutTheAttributeIgnoresTheStructure) {
  const Socket listening = listener(family()), plain(WSASocketW(family(), SOCK_STREAM, 0, nullptr, 0, 0));
  const Endpoint to = local_name(listening.get());
  ASSERT_RETURNS(0, connect(plain.get(), to.address(), to.length));
  const Socket server(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(send_all(server.get(), "hello"));
  ASSERT_TRUE(wait_for(plain.get(), Readiness::kRead));
  OverlappedCall call;
  ASSERT_RETURNS(0, call.receive(plain.get()));
  EXPECT_EQ(5u, call.at_once);
  ASSERT_FALSE(call.told());
  ASSERT_TRUE(set_nonblocking(plain.get()));
  EXPECT_FAILS_WITH(call.receive(plain.get()), WSAEWOULDBLOCK);
}

// ---- receives -------------------------------------------------------------------------------------------------------------
TEST_P(OverlappedTest, AnEmptyReceiveWaitsForDataAndLeavesIt) {
  OverlappedCall call(0);
  ASSERT_PENDING(call.receive(here()));
  EXPECT_FALSE(call.told());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
  EXPECT_EQ("hello", receive_exactly(here(), 5));
}

TEST_P(OverlappedTest, AnEmptyReceiveIsToldOfTheEnd) {
  OverlappedCall call(0);
  ASSERT_PENDING(call.receive(here()));
  ASSERT_RETURNS(0, shutdown(there(), SD_SEND));
  EXPECT_EQ(0, call.end()) << error_name(WSAGetLastError());
}

TEST_P(OverlappedTest, TheEndOfTheStreamIsNoByteAndNoError) {
  OverlappedCall first, second, after;
  ASSERT_PENDING(first.receive(here()));
  ASSERT_PENDING(second.receive(here()));
  ASSERT_TRUE(send_all(there(), "last"));
  ASSERT_RETURNS(0, shutdown(there(), SD_SEND));
  EXPECT_EQ("last", first.received());
  EXPECT_EQ(0, second.end()) << error_name(WSAGetLastError());
  ASSERT_BEGUN(after.receive(here()));
  EXPECT_EQ(0, after.end()) << error_name(WSAGetLastError());
}

TEST_P(OverlappedTest, AResetIsAnErrorForAllThatWait) {
  OverlappedCall first, second;
  ASSERT_PENDING(first.receive(here()));
  ASSERT_PENDING(second.receive(here()));
  reset_there();
  EXPECT_FAILS_WITH(first.end(), WSAECONNRESET);
  EXPECT_FAILS_WITH_ONE_OF(second.end(), connection_lost());
  EXPECT_EQ(0u, first.overlapped.InternalHigh);
}

TEST_P(OverlappedTest, AResetEndsASendThatWaits) {
  std::deque<OverlappedCall> calls;
  const std::string text(1 << 20, 'x');
  Outcome outcome{};
  constexpr int kMost = 64;
  for (int i = 0; i < kMost && !outcome.failed(); ++i) outcome = outcome_of([&] { return calls.emplace_back(text).send(here()); });
  ASSERT_EQ(WSA_IO_PENDING, outcome.error) << describe(outcome);
  reset_there();
  EXPECT_FAILS_WITH_ONE_OF(calls.back().end(), connection_lost());
}

// ---- flags ----------------------------------------------------------------------------------------------------------------
TEST_P(OverlappedTest, WaitAllWaitsForAll) {
  OverlappedCall call(8);
  ASSERT_PENDING(call.receive(here(), MSG_WAITALL));
  ASSERT_TRUE(send_all(there(), "123"));
  EXPECT_FALSE(call.told());
  ASSERT_TRUE(send_all(there(), "45678"));
  EXPECT_EQ("12345678", call.received());
  ASSERT_PENDING(call.receive(here(), MSG_WAITALL));
  ASSERT_TRUE(send_all(there(), "abc"));
  ASSERT_RETURNS(0, shutdown(there(), SD_SEND));
  EXPECT_EQ("abc", call.received()) << "no more will come";
}

TEST_P(OverlappedTest, WaitAllGoesWithNoOtherFlagAndWithBlockingSocketsAlone) {
  OverlappedCall call;
  for (const DWORD other : {MSG_OOB, MSG_PEEK, MSG_PARTIAL})
    EXPECT_FAILS_WITH(call.receive(here(), MSG_WAITALL | other), WSAEOPNOTSUPP) << other;
  ASSERT_TRUE(set_nonblocking(here()));
  EXPECT_FAILS_WITH(call.receive(here(), MSG_WAITALL), WSAEOPNOTSUPP);
  EXPECT_FALSE(call.told());
}

TEST_P(OverlappedTest, AStreamIsNeverPartial) {
  OverlappedCall call(4);
  ASSERT_PENDING(call.receive(here(), MSG_PARTIAL));
  ASSERT_TRUE(send_all(there(), "123456"));
  EXPECT_EQ("1234", call.received());
  EXPECT_EQ(0u, call.flags);
  EXPECT_EQ("56", receive_exactly(here(), 2));
}

// "This flag is valid only for nonoverlapped sockets": refused, or obeyed. Nothing is lost either way.
TEST_P(OverlappedTest, PeekingTakesNothing) {
  OverlappedCall call;
  const Outcome outcome = outcome_of([&] { return call.receive(here(), MSG_PEEK); });
  ASSERT_TRUE(send_all(there(), "hello"));
  if (begun(outcome)) {
    EXPECT_EQ("hello", call.received());
  } else {
    EXPECT_TRUE(failed_with(outcome, unknown_flag()));
    EXPECT_FALSE(call.told());
  }
  EXPECT_EQ("hello", receive_exactly(here(), 5));
}

TEST_P(OverlappedTest, UrgentDataIsReceivedBesideTheRest) {
  OverlappedCall rest, urgent(1);
  ASSERT_TRUE(send_all(there(), "abc"));
  ASSERT_RETURNS(1, send(there(), "!", 1, MSG_OOB));
  ASSERT_TRUE(wait_for(here(), Readiness::kExcept));
  ASSERT_BEGUN(urgent.receive(here(), MSG_OOB));
  EXPECT_EQ("!", urgent.received());
  ASSERT_BEGUN(rest.receive(here()));
  EXPECT_EQ("abc", rest.received());
}

TEST_P(OverlappedTest, UrgentDataIsSent) {
  OverlappedCall call("!");
  ASSERT_BEGUN(call.send(here(), MSG_OOB));
  EXPECT_EQ(1, call.end());
  ASSERT_TRUE(wait_for(there(), Readiness::kExcept));
  char byte = 0;
  ASSERT_RETURNS(1, recv(there(), &byte, 1, MSG_OOB));
  EXPECT_EQ('!', byte);
}

// ---- beside other receives ------------------------------------------------------------------------------------------------
TEST_P(OverlappedTest, APendingReceiveComesBeforeLaterCalls) {
  OverlappedCall call(4);
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "1234rest"));
  EXPECT_EQ("1234", call.received());
  ASSERT_TRUE(wait_for(here(), Readiness::kRead)) << "select";
  EXPECT_EQ("rest", receive_exactly(here(), 4));
}

TEST_P(OverlappedTest, BesideABlockingReceiveNothingIsLost) {
  OverlappedCall call(4);
  BlockedCall blocked([s = here()]() -> long long {
    char part[4];
    return recv(s, part, sizeof part, 0) == 4 ? part[0] : -1;
  });
  ASSERT_TRUE(blocked.wait_until_blocked());
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaabbbb"));
  const auto outcome = blocked.outcome();
  ASSERT_TRUE(outcome);
  const std::string got = call.received();
  EXPECT_TRUE((outcome->result == 'a' && got == "bbbb") || (outcome->result == 'b' && got == "aaaa"))
      << describe(*outcome) << ", " << got;
}

// ---- failures that nobody is told of --------------------------------------------------------------------------------------
TEST_P(OverlappedTest, WhatFailsAtOnceIsToldToNobody) {
  const Socket alone = bound_socket(family(), SOCK_STREAM);
  OverlappedCall call("x");
  EXPECT_FAILS_WITH(call.receive(alone.get()), WSAENOTCONN);
  EXPECT_FAILS_WITH(call.send(alone.get()), WSAENOTCONN);
  EXPECT_FAILS_WITH(call.receive(INVALID_SOCKET), WSAENOTSOCK);
  EXPECT_FAILS_WITH(call.send(INVALID_SOCKET), WSAENOTSOCK);
  ASSERT_RETURNS(0, shutdown(here(), SD_BOTH));
  EXPECT_FAILS_WITH(call.receive(here()), WSAESHUTDOWN);
  EXPECT_FAILS_WITH(call.send(here()), WSAESHUTDOWN);
  EXPECT_FALSE(call.told());
}

TEST_P(OverlappedTest, BadBuffersAreFaultsAndLoseNothing) {
  OverlappedCall call;
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  const SOCKET s = here();
  EXPECT_FAILS_WITH(WSARecv(s, nullptr, 1, nullptr, &call.flags, &call.overlapped, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSARecv(s, &call.buffer, 1, nullptr, nullptr, &call.overlapped, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSASend(s, nullptr, 1, nullptr, 0, &call.overlapped, nullptr), WSAEFAULT);
  EXPECT_FALSE(call.told());
  EXPECT_EQ("hello", receive_exactly(here(), 5));
}

// ---- WSAGetOverlappedResult -----------------------------------------------------------------------------------------------
BlockedCall waiting_for(SOCKET socket, OverlappedCall& call) {
  return BlockedCall([socket, &call]() -> long long {
    DWORD bytes = 0, flags = 0;
    return WSAGetOverlappedResult(socket, &call.overlapped, &bytes, TRUE, &flags) ? static_cast<long long>(bytes) : -1;
  });
}

TEST_P(OverlappedTest, TheResultIsWaitedForByTheEventOrTheSocket) {
  for (const bool with_event : {true, false}) {
    OverlappedCall call;
    if (!with_event) call.overlapped.hEvent = nullptr;
    ASSERT_PENDING(call.receive(here()));
    BlockedCall waiting = waiting_for(here(), call);
    EXPECT_TRUE(waiting.wait_until_asleep());
    ASSERT_TRUE(send_all(there(), "hello"));
    const auto outcome = waiting.outcome();
    ASSERT_TRUE(outcome) << with_event;
    EXPECT_EQ(5, outcome->result) << describe(*outcome);
    EXPECT_EQ(with_event, call.told()) << "an event that is not in the structure is not set";
  }
}

TEST_P(OverlappedTest, AFailureIsWaitedForToo) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  BlockedCall waiting = waiting_for(here(), call);
  EXPECT_TRUE(waiting.wait_until_asleep());
  reset_there();
  EXPECT_TRUE(woken_with(waiting, {WSAECONNRESET}));
}

TEST_P(OverlappedTest, TheResultIsThereAsOftenAsItIsAskedFor) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_EQ(5, call.end());
  EXPECT_EQ(5, call.result());
  DWORD bytes = 0, flags = 0;
  EXPECT_TRUE(WSAGetOverlappedResult(here(), &call.overlapped, &bytes, TRUE, &flags));
  EXPECT_EQ(5u, bytes);
}

TEST_P(OverlappedTest, TheResultIsAskedOfASocket) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  DWORD bytes = 0, flags = 0;
  const auto result_of = [&](SOCKET socket) {
    return WSAGetOverlappedResult(socket, &call.overlapped, &bytes, FALSE, &flags) ? 0 : -1;
  };
  EXPECT_FAILS_WITH(result_of(INVALID_SOCKET), WSAENOTSOCK);
  const WSAEVENT event = WSACreateEvent();
  EXPECT_FAILS_WITH(result_of(reinterpret_cast<SOCKET>(event)), WSAENOTSOCK);
  EXPECT_TRUE(WSACloseEvent(event));
}

TEST_P(OverlappedTest, TheResultNeedsPlaces) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_EQ(5, call.end());
  DWORD bytes = 0, flags = 0;
  const auto result = [&](LPWSAOVERLAPPED overlapped, LPDWORD count, LPDWORD place) {
    return WSAGetOverlappedResult(here(), overlapped, count, FALSE, place) ? 0 : -1;
  };
  EXPECT_FAILS_WITH(result(nullptr, &bytes, &flags), WSAEFAULT);
  EXPECT_FAILS_WITH(result(&call.overlapped, nullptr, &flags), WSAEFAULT);
  EXPECT_FAILS_WITH(result(&call.overlapped, &bytes, nullptr), WSAEFAULT);
}

// ---- the socket as a file -------------------------------------------------------------------------------------------------
TEST_P(OverlappedTest, IsReadAndWrittenAsAFile) {
  OverlappedCall in, out("hello");
  ASSERT_PENDING(in.read(here()));
  EXPECT_FALSE(in.told());
  ASSERT_BEGUN(out.write(there()));
  ASSERT_TRUE(out.wait() && in.wait());
  DWORD bytes = 0;
  EXPECT_TRUE(GetOverlappedResult(handle_of(there()), &out.overlapped, &bytes, FALSE)) << GetLastError();
  EXPECT_EQ(5u, bytes);
  bytes = 0;
  EXPECT_TRUE(GetOverlappedResult(handle_of(here()), &in.overlapped, &bytes, TRUE)) << GetLastError();
  EXPECT_EQ(5u, bytes);
  EXPECT_EQ("hello", in.received()) << "WSAGetOverlappedResult tells the same";
}

TEST_P(OverlappedTest, AsAFileItTellsErrorsOfFiles) {
  OverlappedCall call;
  ASSERT_PENDING(call.read(here()));
  DWORD bytes = 0;
  SetLastError(0);
  EXPECT_FALSE(GetOverlappedResult(handle_of(here()), &call.overlapped, &bytes, FALSE));
  EXPECT_EQ(static_cast<DWORD>(ERROR_IO_INCOMPLETE), GetLastError());
  reset_there();
  ASSERT_TRUE(call.wait());
  SetLastError(0);
  EXPECT_FALSE(GetOverlappedResult(handle_of(here()), &call.overlapped, &bytes, FALSE));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NETNAME_DELETED), GetLastError());
  EXPECT_FAILS_WITH(call.result(), WSAECONNRESET) << "and as a socket those of sockets";
}

TEST_P(OverlappedTest, AsAFileItTellsErrorsOfFilesAtOnceToo) {
  reset_there();
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  OverlappedCall call;
  SetLastError(0);
  EXPECT_FALSE(ReadFile(handle_of(here()), call.buffer.buf, call.buffer.len, nullptr, &call.overlapped));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NETNAME_DELETED), GetLastError());
  EXPECT_FALSE(call.told());
}

// ---- the socket as an object to wait for ------------------------------------------------------------------------------------
TEST_P(OverlappedTest, TheSocketIsSignalledFromAnEndToTheNextBeginning) {
  for (int round = 0; round < 2; ++round) {
    OverlappedCall call;
    call.overlapped.hEvent = nullptr;
    ASSERT_PENDING(call.receive(here()));
    EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), WaitForSingleObject(handle_of(here()), 0));
    DWORD result = WAIT_FAILED;
    SleepingCall waits([&, s = here()] { result = WaitForSingleObject(handle_of(s), kDeadlineMs); });
    ASSERT_TRUE(send_all(there(), "hello"));
    waits.join();
    EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), result);
    EXPECT_EQ(5, call.result());
    EXPECT_EQ(static_cast<DWORD>(WAIT_OBJECT_0), WaitForSingleObject(handle_of(here()), 0)) << "until another begins";
  }
  const SOCKET closed = here();
  pair_.client = Socket();
  EXPECT_EQ(static_cast<DWORD>(WAIT_FAILED), WaitForSingleObject(handle_of(closed), 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

TEST_P(OverlappedTest, AFilesResultIsWaitedForAsLongAsWanted) {
  OverlappedCall call;
  ASSERT_PENDING(call.read(here()));
  const struct {
    DWORD milliseconds, error;
    bool with_queued_call;
  } rows[] = {{0, ERROR_IO_INCOMPLETE, false}, {10, WAIT_TIMEOUT, false}, {kDeadlineMs, WAIT_IO_COMPLETION, true}};
  for (const auto& row : rows) {
    if (row.with_queued_call) {
      ASSERT_TRUE(QueueUserAPC([](ULONG_PTR) {}, GetCurrentThread(), 0));
    }
    DWORD bytes = 0;
    SetLastError(0);
    const BOOL ended = GetOverlappedResultEx(handle_of(here()), &call.overlapped, &bytes, row.milliseconds, row.with_queued_call);
    const DWORD error = GetLastError();
    EXPECT_FALSE(ended);
    EXPECT_EQ(row.error, error);
  }
  ASSERT_TRUE(send_all(there(), "hello"));
  DWORD bytes = 0;
  EXPECT_TRUE(GetOverlappedResultEx(handle_of(here()), &call.overlapped, &bytes, kDeadlineMs, FALSE)) << GetLastError();
  EXPECT_EQ(5u, bytes);
}

// ---- I/O controls ---------------------------------------------------------------------------------------------------------
int control(OverlappedCall& call, SOCKET socket, long code, void* out, DWORD size) {
  return call.begin(socket, [&] {
    return WSAIoctl(socket, static_cast<DWORD>(code), nullptr, 0, out, size, &call.at_once, &call.overlapped, nullptr);
  });
}

TEST_P(OverlappedTest, AControlIsToldToo) {
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  u_long waiting = 0;
  OverlappedCall call;
  ASSERT_BEGUN(control(call, here(), FIONREAD, &waiting, sizeof waiting));
  EXPECT_EQ(static_cast<long long>(sizeof waiting), call.end()) << error_name(WSAGetLastError());
  EXPECT_EQ(5u, waiting);
}

TEST_P(OverlappedTest, AChangeOfAddressesIsWaitedFor) {
  OverlappedCall call;
  ASSERT_PENDING(control(call, here(), SIO_ADDRESS_LIST_CHANGE, nullptr, 0));
  EXPECT_FALSE(call.told());
  EXPECT_TRUE(CancelIoEx(handle_of(here()), &call.overlapped)) << GetLastError();
  EXPECT_FAILS_WITH(call.end(), WSA_OPERATION_ABORTED);
}

}  // namespace
}  // namespace regress
