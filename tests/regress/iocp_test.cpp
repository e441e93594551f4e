// Overlapped calls on sockets that belong to a completion port.
#include "tests/regress/overlapped_call.h"

#include <mswsock.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "tests/regress/completion_port.h"
#include "tests/regress/held_thread.h"
#include "tests/regress/second_descriptor.h"

namespace regress {
namespace {

constexpr ULONG_PTR kKey = 0x1234;

class IocpTest : public ConnectionTest {
 protected:
  void SetUp() override {
    ConnectionTest::SetUp();
    port_ = std::make_unique<Port>();
    ASSERT_NE(nullptr, port_->get());
  }
  void TearDown() override {
    pair_ = Pair();
    port_.reset();
    ConnectionTest::TearDown();
  }
  const Port& port() const { return *port_; }
  // The socket here belongs to the port, with kKey.
  bool joined() const { return port().take(here(), kKey); }
  bool skips(UCHAR modes) const { return SetFileCompletionNotificationModes(handle_of(here()), modes) != FALSE; }

  std::unique_ptr<Port> port_;
};
FOR_BOTH_FAMILIES(IocpTest);

// ---- belonging to a port --------------------------------------------------------------------------------------------------
TEST_P(IocpTest, ASocketBelongsToOnePortForEver) {
  ASSERT_TRUE(joined()) << GetLastError();
  EXPECT_FALSE(port().take(here(), kKey));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
  const Port other;
  EXPECT_FALSE(other.take(here(), kKey));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

TEST_P(IocpTest, APortCanBeMadeWithItsFirstSocket) {
  const HANDLE made = CreateIoCompletionPort(handle_of(here()), nullptr, kKey, 0);
  ASSERT_NE(nullptr, made) << GetLastError();
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  OVERLAPPED* overlapped = nullptr;
  EXPECT_TRUE(GetQueuedCompletionStatus(made, &bytes, &key, &overlapped, kDeadlineMs)) << GetLastError();
  EXPECT_EQ(5u, bytes);
  EXPECT_EQ(kKey, key);
  EXPECT_EQ(&call.overlapped, overlapped);
  EXPECT_TRUE(CloseHandle(made));
}

TEST_P(IocpTest, WhatIsNoOverlappedSocketHasNoPort) {
  const SOCKET gone = here();
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_FALSE(port().take(gone, kKey));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  const Socket synchronous(WSASocketW(family(), SOCK_STREAM, 0, nullptr, 0, 0));
  ASSERT_TRUE(synchronous.valid());
  EXPECT_FALSE(port().take(synchronous.get(), kKey));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

TEST_P(IocpTest, TheSocketsOfAThreadAreSynchronousWhileItAsksForThat) {
  for (const int type : {SO_SYNCHRONOUS_ALERT, SO_SYNCHRONOUS_NONALERT, 0}) {
    EXPECT_RETURNS(0, setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, reinterpret_cast<const char*>(&type), sizeof type));
    const Socket made(socket(family(), SOCK_STREAM, 0)), overlapped(WSASocketW(family(), SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED));
    EXPECT_EQ(type == 0, port().take(made.get(), kKey)) << type;
    EXPECT_TRUE(port().take(overlapped.get(), kKey)) << type;
  }
}

TEST_P(IocpTest, WhatIsNoPortTakesNoSocket) {
  const WSAEVENT event = WSACreateEvent();
  SetLastError(0);
  EXPECT_EQ(nullptr, CreateIoCompletionPort(handle_of(here()), event, kKey, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  EXPECT_TRUE(WSACloseEvent(event));
  EXPECT_TRUE(joined()) << "nothing has happened";
}

TEST_P(IocpTest, DuplicatesBelongToTheSamePort) {
  const Socket second = second_descriptor(here());
  ASSERT_TRUE(second.valid());
  ASSERT_TRUE(port().take(second.get(), kKey)) << GetLastError();
  EXPECT_FALSE(joined());
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_TRUE(tells(port().next(), call, kKey, 5));
}

TEST_P(IocpTest, TwoPortsTellOfTheirOwnSockets) {
  const Port other;
  ASSERT_TRUE(joined() && other.take(there(), 2));
  OverlappedCall in_here, in_there;
  ASSERT_PENDING(in_here.receive(here()));
  ASSERT_PENDING(in_there.receive(there()));
  ASSERT_RETURNS(2, send(there(), "ab", 2, 0));
  ASSERT_RETURNS(3, send(here(), "abc", 3, 0));
  EXPECT_TRUE(tells(port().next(), in_here, kKey, 2));
  EXPECT_TRUE(tells(other.next(), in_there, 2, 3));
  EXPECT_TRUE(port().nothing_told());
  EXPECT_TRUE(other.nothing_told());
}

// ---- packets --------------------------------------------------------------------------------------------------------------
TEST_P(IocpTest, APendingReceiveIsToldWhenItEnds) {
  ASSERT_TRUE(joined());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_TRUE(port().nothing_told());
  const Packet none = port().next(0);
  EXPECT_FALSE(none.success);
  EXPECT_EQ(nullptr, none.overlapped);
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), none.error);
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_TRUE(tells(port().next(), call, kKey, 5));
  EXPECT_EQ("hello", call.received()) << "the event is set too";
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, WhatEndsAtOnceIsToldToo) {
  ASSERT_TRUE(joined());
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  OverlappedCall in, out("hello");
  ASSERT_RETURNS(0, in.receive(here()));
  EXPECT_TRUE(tells(port().next(), in, kKey, 5));
  ASSERT_BEGUN(out.send(here()));
  EXPECT_TRUE(tells(port().next(), out, kKey, 5));
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, WakesAThreadThatWaits) {
  ASSERT_TRUE(joined());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  Packet packet{};
  std::thread waiting([&] { packet = port().next(); });
  ASSERT_TRUE(send_all(there(), "hello"));
  waiting.join();
  EXPECT_TRUE(tells(packet, call, kKey, 5));
}

TEST_P(IocpTest, WhatWasPendingBeforeThePortIsToldByItsEvent) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_TRUE(joined());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", call.received());
}

TEST_P(IocpTest, ALargeSendIsToldOnce) {
  ASSERT_TRUE(joined());
  OverlappedCall call(std::string(4 << 20, 'x'));
  ASSERT_BEGUN(call.send(here()));
  EXPECT_EQ(call.data.size(), receive_exactly(there(), call.data.size()).size());
  EXPECT_TRUE(tells(port().next(), call, kKey, 4 << 20));
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, CallsWithoutAStructureAreNotTold) {
  ASSERT_TRUE(joined());
  ASSERT_TRUE(send_all(there(), "hello"));
  EXPECT_EQ("hello", receive_exactly(here(), 5));
  ASSERT_TRUE(send_all(here(), "x"));
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, TheLowBitOfTheEventKeepsThePacketBack) {
  ASSERT_TRUE(joined());
  OverlappedCall quiet, loud;
  quiet.overlapped.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(quiet.event()) | 1);
  ASSERT_PENDING(quiet.receive(here()));
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(quiet.wait());
  EXPECT_EQ(5, quiet.result());
  EXPECT_TRUE(port().nothing_told());
  ASSERT_PENDING(loud.receive(here()));
  ASSERT_TRUE(send_all(there(), "x"));
  EXPECT_TRUE(tells(port().next(), loud, kKey, 1));
}

TEST_P(IocpTest, TheSocketAsAFileIsToldToo) {
  ASSERT_TRUE(joined());
  OverlappedCall in, out("hello");
  ASSERT_PENDING(in.read(here()));
  ASSERT_TRUE(send_all(there(), "abc"));
  EXPECT_TRUE(tells(port().next(), in, kKey, 3));
  ASSERT_BEGUN(out.write(here()));
  EXPECT_TRUE(tells(port().next(), out, kKey, 5));
}

// ---- failures -------------------------------------------------------------------------------------------------------------
TEST_P(IocpTest, AFailureIsToldWithItsStructure) {
  ASSERT_TRUE(joined());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  reset_there();
  EXPECT_TRUE(fails(port().next(), call, kKey, ERROR_NETNAME_DELETED));
  EXPECT_FAILS_WITH(call.end(), WSAECONNRESET);
}

TEST_P(IocpTest, TheEndOfTheStreamIsNoFailure) {
  ASSERT_TRUE(joined());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_RETURNS(0, shutdown(there(), SD_SEND));
  EXPECT_TRUE(tells(port().next(), call, kKey, 0));
}

TEST_P(IocpTest, ALongDatagramIsAFailureThatHasBytes) {
  const Socket receiver = bound_socket(family(), SOCK_DGRAM), sender = bound_socket(family(), SOCK_DGRAM);
  ASSERT_TRUE(port().take(receiver.get(), kKey));
  OverlappedCall call(4);
  ASSERT_PENDING(call.receive_from(receiver.get()));
  const Endpoint to = local_name(receiver.get());
  ASSERT_RETURNS(10, sendto(sender.get(), "0123456789", 10, 0, to.address(), to.length));
  const Packet packet = port().next();
  EXPECT_TRUE(fails(packet, call, kKey, ERROR_MORE_DATA));
  EXPECT_EQ(4u, packet.bytes);
  EXPECT_EQ("0123", call.data);
}

TEST_P(IocpTest, WhatFailsAtOnceIsNotTold) {
  ASSERT_TRUE(joined());
  ASSERT_RETURNS(0, shutdown(here(), SD_BOTH));
  OverlappedCall call("x");
  EXPECT_FAILS_WITH(call.receive(here()), WSAESHUTDOWN);
  EXPECT_FAILS_WITH(call.send(here()), WSAESHUTDOWN);
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, CloseAbortsThroughThePort) {
  ASSERT_TRUE(joined());
  OverlappedCall mine, others;
  HeldThread other([&] { EXPECT_FAILS_WITH(others.receive(here()), WSA_IO_PENDING); });
  ASSERT_PENDING(mine.receive(here()));
  ASSERT_RETURNS(0, pair_.client.close());
  std::set<OVERLAPPED*> told;
  for (int i = 0; i < 2; ++i) {
    const Packet packet = port().next();
    EXPECT_FALSE(packet.success);
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), packet.error);
    EXPECT_EQ(kKey, packet.key);
    told.insert(packet.overlapped);
  }
  EXPECT_EQ((std::set<OVERLAPPED*>{&mine.overlapped, &others.overlapped}), told);
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, ACancelledCallIsToldOnce) {
  ASSERT_TRUE(joined());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  EXPECT_TRUE(CancelIoEx(handle_of(here()), &call.overlapped));
  EXPECT_TRUE(fails(port().next(), call, kKey, ERROR_OPERATION_ABORTED));
  EXPECT_FALSE(CancelIoEx(handle_of(here()), &call.overlapped));
  EXPECT_TRUE(port().nothing_told());
}

// ---- success at once can be left out --------------------------------------------------------------------------------------
TEST_P(IocpTest, SuccessAtOnceIsNotToldWhereItIsSkipped) {
  ASSERT_TRUE(joined());
  ASSERT_TRUE(skips(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)) << GetLastError();
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  OverlappedCall at_once, pending;
  ASSERT_RETURNS(0, at_once.receive(here()));
  EXPECT_EQ(5u, at_once.at_once);
  EXPECT_TRUE(at_once.told()) << "its event is set all the same";
  EXPECT_TRUE(port().nothing_told());
  ASSERT_PENDING(pending.receive(here()));
  ASSERT_TRUE(send_all(there(), "later"));
  EXPECT_TRUE(tells(port().next(), pending, kKey, 5));
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, ASendIsToldByItsReturnOrByAPacketWhereSuccessIsSkipped) {
  ASSERT_TRUE(joined());
  ASSERT_TRUE(skips(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)) << GetLastError();
  OverlappedCall call(std::string(4 << 20, 'x'));
  const Outcome outcome = outcome_of([&] { return call.send(here()); });
  ASSERT_TRUE(begun(outcome));
  EXPECT_EQ(call.data.size(), receive_exactly(there(), call.data.size()).size());
  if (outcome.failed()) {
    EXPECT_TRUE(tells(port().next(), call, kKey, 4 << 20));
  }
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, TheModeCanBeSetBeforeThePortAndNotTakenBack) {
  ASSERT_TRUE(skips(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE));
  ASSERT_TRUE(skips(0)) << "sets nothing";
  ASSERT_TRUE(joined());
  ASSERT_TRUE(send_all(there(), "hello"));
  ASSERT_TRUE(wait_for(here(), Readiness::kRead));
  OverlappedCall call;
  ASSERT_RETURNS(0, call.receive(here()));
  EXPECT_TRUE(port().nothing_told());
}

TEST_P(IocpTest, TheSocketIsNotSignalledWhereTheModeForbidsIt) {
  for (const bool forbidden : {false, true}) {
    if (forbidden) {
      ASSERT_TRUE(skips(FILE_SKIP_SET_EVENT_ON_HANDLE));
    }
    OverlappedCall call;
    call.overlapped.hEvent = nullptr;
    ASSERT_PENDING(call.receive(here()));
    ASSERT_TRUE(send_all(there(), "hello"));
    ASSERT_TRUE(eventually([&] { return call.ended(); }));
    const DWORD milliseconds = forbidden ? 0 : kDeadlineMs;
    EXPECT_EQ(forbidden ? WAIT_TIMEOUT : WAIT_OBJECT_0, WaitForSingleObject(handle_of(here()), milliseconds)) << forbidden;
  }
}

// ---- several packets with one call ----------------------------------------------------------------------------------------
TEST_P(IocpTest, SeveralPacketsAreTakenAtOnce) {
  ASSERT_TRUE(joined());
  std::deque<OverlappedCall> calls;
  for (int i = 0; i < 3; ++i) ASSERT_PENDING(calls.emplace_back(4).receive(here()));
  ASSERT_TRUE(send_all(there(), "aaaabbbbcc"));
  std::vector<OVERLAPPED_ENTRY> told;
  while (told.size() < 3) {
    OVERLAPPED_ENTRY entries[8] = {};
    ULONG count = 0;
    ASSERT_TRUE(GetQueuedCompletionStatusEx(port().get(), entries, 8, &count, kDeadlineMs, FALSE)) << GetLastError();
    ASSERT_TRUE(count > 0 && count <= 3) << count;
    told.insert(told.end(), entries, entries + count);
  }
  ASSERT_EQ(3u, told.size());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(&calls[i].overlapped, told[i].lpOverlapped);
    EXPECT_EQ(kKey, told[i].lpCompletionKey);
    EXPECT_EQ(i < 2 ? 4u : 2u, told[i].dwNumberOfBytesTransferred);
  }
  OVERLAPPED_ENTRY entry{};
  ULONG count = 7;
  SetLastError(0);
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port().get(), &entry, 1, &count, 0, FALSE));
  EXPECT_EQ(static_cast<DWORD>(WAIT_TIMEOUT), GetLastError());
}

TEST_P(IocpTest, FailuresAreAmongSeveralPackets) {
  ASSERT_TRUE(joined());
  OverlappedCall call;
  ASSERT_PENDING(call.receive(here()));
  ASSERT_RETURNS(0, pair_.client.close());
  OVERLAPPED_ENTRY entry{};
  ULONG count = 0;
  ASSERT_TRUE(GetQueuedCompletionStatusEx(port().get(), &entry, 1, &count, kDeadlineMs, FALSE)) << GetLastError();
  EXPECT_EQ(1u, count);
  EXPECT_EQ(&call.overlapped, entry.lpOverlapped);
  EXPECT_EQ(0u, entry.dwNumberOfBytesTransferred);
}

// ---- a server -------------------------------------------------------------------------------------------------------------
// One connection of a server that sends back what it receives.
struct EchoConnection {
  explicit EchoConnection(SOCKET s) : socket(s) {
    for (OverlappedCall* call : {&in, &out}) {
      call->overlapped.hEvent = nullptr;
      call->told_elsewhere = true;
    }
  }
  bool receive() { return static_cast<bool>(begun(outcome_of([&] { return in.receive(socket); }))); }
  bool send_back(DWORD bytes) {
    out.buffer = {bytes, in.data.data()};
    return static_cast<bool>(begun(outcome_of([&] { return out.send(socket); })));
  }
  SOCKET socket;
  OverlappedCall in{512}, out{""};
  std::atomic<bool> ended{false};
};

// Takes packets until it is told to stop (by a packet without a structure); the key is the connection.
void serve(const Port& port) {
  for (;;) {
    const Packet packet = port.next();
    if (!packet.overlapped) {
      EXPECT_TRUE(packet.success) << packet.error;
      return;
    }
    auto* const connection = reinterpret_cast<EchoConnection*>(packet.key);
    EXPECT_TRUE(packet.success) << packet.error;
    const bool received = packet.overlapped == &connection->in.overlapped;
    const bool goes_on = packet.success && (!received || packet.bytes > 0) &&
                         (received ? connection->send_back(packet.bytes) : connection->receive());
    if (!goes_on) connection->ended = true;
  }
}

void echo(int family, const Port& port, int threads, int connections, int messages) {
  std::vector<Pair> pairs;
  std::deque<EchoConnection> served;
  for (int i = 0; i < connections; ++i) {
    pairs.push_back(tcp_pair(family));
    ASSERT_TRUE(pairs.back().valid());
    EchoConnection& connection = served.emplace_back(pairs.back().server.get());
    ASSERT_TRUE(port.take(connection.socket, reinterpret_cast<ULONG_PTR>(&connection)));
  }
  std::vector<std::thread> workers, clients;
  for (int i = 0; i < threads; ++i) workers.emplace_back([&port] { serve(port); });
  for (EchoConnection& connection : served) EXPECT_TRUE(connection.receive());
  for (const Pair& pair : pairs)
    clients.emplace_back([s = pair.client.get(), messages] {
      for (int i = 0; i < messages; ++i) {
        const std::string text = std::to_string(s) + " says " + std::to_string(i);
        if (!send_all(s, text) || receive_exactly(s, text.size()) != text) {
          ADD_FAILURE() << text;
          break;
        }
      }
      EXPECT_RETURNS(0, shutdown(s, SD_SEND));
    });
  for (std::thread& client : clients) client.join();
  // The receives of a worker would end with it.
  const auto ended = [](const EchoConnection& one) { return one.ended.load(); };
  EXPECT_TRUE(eventually([&] { return std::all_of(served.begin(), served.end(), ended); }));
  for (int i = 0; i < threads; ++i) EXPECT_TRUE(port.post(0));
  for (std::thread& worker : workers) worker.join();
}

TEST_P(IocpTest, AServerOfOneThreadAnswersAll) { echo(family(), port(), 1, 8, 200); }
TEST_P(IocpTest, AServerOfFourThreadsAnswersAll) { echo(family(), port(), 4, 8, 200); }

}  // namespace
}  // namespace regress
