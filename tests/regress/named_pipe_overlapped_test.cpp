// Named pipes of FILE_FLAG_OVERLAPPED: events, completion ports beside sockets, routines, cancelling, closing.
#include <winsock2.h>

#include <windows.h>

#include <string>
#include <thread>

#include "tests/regress/completion_port.h"
#include "tests/regress/held_thread.h"
#include "tests/regress/pipe_end.h"
#include "tests/support/process_info.h"

namespace regress {
namespace {

class OverlappedPipeTest : public WinsockTest {};

constexpr PipeKind kMessages{PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE};

PipePair overlapped_pair(const std::string& what, PipeKind kind = {}) { return PipePair(what, kind, FILE_FLAG_OVERLAPPED, FILE_FLAG_OVERLAPPED); }

// A call on a pipe: how it began (0 or the error), and its end.
class PipeCall {
 public:
  explicit PipeCall(size_t room = 64) : data(room, '-') { overlapped.hEvent = event_; }
  explicit PipeCall(std::string text) : data(std::move(text)) { overlapped.hEvent = event_; }
  PipeCall(const PipeCall&) = delete;
  PipeCall& operator=(const PipeCall&) = delete;
  ~PipeCall() {
    if (pipe_ != nullptr && !HasOverlappedIoCompleted(&overlapped)) {
      CancelIoEx(pipe_, &overlapped);
      EXPECT_TRUE(eventually([this] { return HasOverlappedIoCompleted(&overlapped); }));
    }
    EXPECT_TRUE(CloseHandle(event_));
  }

  DWORD connect(const PipeHandle& pipe) { return begin(pipe, ConnectNamedPipe(pipe.get(), &overlapped)); }
  DWORD read(const PipeHandle& pipe) { return begin(pipe, ReadFile(pipe.get(), data.data(), size(), nullptr, &overlapped)); }
  DWORD write(const PipeHandle& pipe) { return begin(pipe, WriteFile(pipe.get(), data.data(), size(), nullptr, &overlapped)); }

  bool told() const { return WaitForSingleObject(event_, 0) == WAIT_OBJECT_0; }
  // Of the program's own: told by nothing else.
  void without_event() { overlapped.hEvent = nullptr; }
  // Waits: the bytes, and the error if there is one.
  std::string end() {
    if (overlapped.hEvent != nullptr && WaitForSingleObject(event_, kDeadlineMs) != WAIT_OBJECT_0) return "not told";
    DWORD bytes = 0;
    SetLastError(0);
    const bool succeeded = GetOverlappedResult(pipe_, &overlapped, &bytes, TRUE);
    return std::to_string(bytes) + (succeeded ? "" : " (" + std::to_string(GetLastError()) + ")");
  }
  std::string received() {
    const std::string ended = end();
    return data.substr(0, std::stoul(ended)) + (ended.find('(') == std::string::npos ? "" : ended.substr(ended.find('(')));
  }

  OVERLAPPED overlapped{};
  std::string data;

 private:
  DWORD size() const { return static_cast<DWORD>(data.size()); }
  DWORD begin(const PipeHandle& pipe, BOOL succeeded) {
    const DWORD result = PipeHandle::result(succeeded);
    if (result == 0 || result == ERROR_IO_PENDING) pipe_ = pipe.get();
    return result;
  }

  HANDLE event_ = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  HANDLE pipe_ = nullptr;
};

constexpr DWORD kPending = ERROR_IO_PENDING;
std::string aborted() { return "0 (" + std::to_string(ERROR_OPERATION_ABORTED) + ")"; }

// ---- events ------------------------------------------------------------------------------------------------------------------------

TEST_F(OverlappedPipeTest, ConnectNamedPipeTellsOfTheClient) {
  PipeHandle server = serve(pipe_path("connect"), {PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED});
  PipeCall call;
  ASSERT_EQ(kPending, call.connect(server));
  EXPECT_FALSE(call.told());
  PipeHandle client = open_pipe(pipe_path("connect"));
  ASSERT_TRUE(client.valid());
  EXPECT_EQ("0", call.end());
  PipeCall again;
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_CONNECTED), again.connect(server));
}

TEST_F(OverlappedPipeTest, ConnectNamedPipeTellsOfTheClientWhoeverSeesItFirst) {
  PipeHandle server = serve(pipe_path("seen-first"), {PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED});
  PipeCall call;
  ASSERT_EQ(kPending, call.connect(server));
  PipeHandle client = open_pipe(pipe_path("seen-first"));
  DWORD available = 9;
  EXPECT_TRUE(PeekNamedPipe(server.get(), nullptr, 0, nullptr, &available, nullptr));
  EXPECT_EQ(0u, available);
  EXPECT_EQ("0", call.end());
}

TEST_F(OverlappedPipeTest, ReadingGoesOnUntilThereIsSomething) {
  PipePair pair = overlapped_pair("read");
  ASSERT_TRUE(pair.valid());
  PipeCall read;
  ASSERT_EQ(kPending, read.read(pair.server));
  EXPECT_FALSE(read.told());
  PipeCall write(std::string("hello"));
  EXPECT_EQ(0u, write.write(pair.client));
  EXPECT_EQ("5", write.end());
  EXPECT_EQ("hello", read.received());
}

TEST_F(OverlappedPipeTest, WhatIsThereIsReadAtOnce) {
  PipePair pair = overlapped_pair("at-once");
  PipeCall write(std::string("hello"));
  EXPECT_EQ(0u, write.write(pair.client));
  PipeCall read;
  EXPECT_EQ(0u, read.read(pair.server));
  EXPECT_TRUE(read.told());
  EXPECT_EQ("hello", read.received());
}

TEST_F(OverlappedPipeTest, GetOverlappedResultWaitsWithoutAnEvent) {
  PipePair pair = overlapped_pair("no-event");
  PipeCall read;
  read.without_event();
  ASSERT_EQ(kPending, read.read(pair.server));
  std::thread writer([&] {
    PipeCall write(std::string("hello"));
    EXPECT_EQ(0u, write.write(pair.client));
  });
  EXPECT_EQ("hello", read.received());
  writer.join();
}

TEST_F(OverlappedPipeTest, ReadsEndInTheirOrder) {
  PipePair pair = overlapped_pair("order", kMessages);
  PipeCall first, second;
  ASSERT_EQ(kPending, first.read(pair.server));
  ASSERT_EQ(kPending, second.read(pair.server));
  PipeCall one(std::string("one")), two(std::string("two"));
  EXPECT_EQ(0u, one.write(pair.client));
  EXPECT_EQ("one", first.received());
  EXPECT_FALSE(second.told());
  EXPECT_EQ(0u, two.write(pair.client));
  EXPECT_EQ("two", second.received());
}

TEST_F(OverlappedPipeTest, APartOfAMessageTellsThatThereIsMore) {
  PipePair pair = overlapped_pair("parts", kMessages);
  PipeCall read(4);
  ASSERT_EQ(kPending, read.read(pair.server));
  PipeCall write(std::string("0123456"));
  EXPECT_EQ(0u, write.write(pair.client));
  EXPECT_EQ("0123(" + std::to_string(ERROR_MORE_DATA) + ")", read.received());
  PipeCall rest(4);
  EXPECT_EQ(0u, rest.read(pair.server));
  EXPECT_EQ("456", rest.received());
}

TEST_F(OverlappedPipeTest, MuchIsWrittenWhileItIsRead) {
  PipePair pair = overlapped_pair("much", kMessages);
  PipeCall write(std::string(2'000'000, 'x')), behind(std::string("behind"));
  ASSERT_EQ(kPending, write.write(pair.client));
  ASSERT_EQ(kPending, behind.write(pair.client));
  PipeCall read(2'000'000), next;
  const DWORD begun = read.read(pair.server);
  EXPECT_TRUE(begun == 0 || begun == kPending) << begun;
  EXPECT_TRUE(read.received() == write.data);
  EXPECT_EQ("2000000", write.end());
  const DWORD next_begun = next.read(pair.server);
  EXPECT_TRUE(next_begun == 0 || next_begun == kPending) << next_begun;
  EXPECT_EQ("behind", next.received());
  EXPECT_EQ("6", behind.end());
}

// ---- the end of the other end -----------------------------------------------------------------------------------------------------

TEST_F(OverlappedPipeTest, AReadEndsWithTheOtherEnd) {
  PipePair pair = overlapped_pair("other-end");
  PipeCall read;
  ASSERT_EQ(kPending, read.read(pair.server));
  pair.client.close();
  EXPECT_EQ("0 (" + std::to_string(ERROR_BROKEN_PIPE) + ")", read.end());
}

TEST_F(OverlappedPipeTest, DisconnectingEndsTheClientsReads) {
  PipePair pair = overlapped_pair("disconnect");
  PipeCall read;
  ASSERT_EQ(kPending, read.read(pair.client));
  EXPECT_EQ(0u, pair.server.disconnect());
  EXPECT_EQ("0 (" + std::to_string(ERROR_PIPE_NOT_CONNECTED) + ")", read.end());
}

TEST_F(OverlappedPipeTest, ClosingEndsWhatIsUnderWay) {
  Port port;
  PipePair pair = overlapped_pair("close");
  ASSERT_EQ(port.get(), CreateIoCompletionPort(pair.server.get(), port.get(), 5, 0));
  PipeCall read, other_read;
  ASSERT_EQ(kPending, read.read(pair.server));
  ASSERT_EQ(kPending, other_read.read(pair.client));
  pair.server.close();
  const Packet packet = port.next();
  EXPECT_EQ(&read.overlapped, packet.overlapped);
  EXPECT_TRUE(packet.error == ERROR_OPERATION_ABORTED || packet.error == ERROR_BROKEN_PIPE) << packet;
  EXPECT_EQ("0 (" + std::to_string(ERROR_BROKEN_PIPE) + ")", other_read.end());
}

// ---- cancelling ----------------------------------------------------------------------------------------------------------------------

TEST_F(OverlappedPipeTest, CancelIoExEndsOneOrAll) {
  PipePair pair = overlapped_pair("cancel");
  PipeCall one, two, three;
  ASSERT_EQ(kPending, one.read(pair.server));
  ASSERT_EQ(kPending, two.read(pair.server));
  ASSERT_EQ(kPending, three.read(pair.server));
  EXPECT_TRUE(CancelIoEx(pair.server.get(), &two.overlapped));
  EXPECT_EQ(aborted(), two.end());
  EXPECT_FALSE(one.told());
  EXPECT_TRUE(CancelIoEx(pair.server.get(), nullptr));
  EXPECT_EQ(aborted(), one.end());
  EXPECT_EQ(aborted(), three.end());
}

TEST_F(OverlappedPipeTest, CancelIoExTellsThatNothingIsUnderWay) {
  PipePair pair = overlapped_pair("cancel-nothing");
  SetLastError(0);
  EXPECT_FALSE(CancelIoEx(pair.server.get(), nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
}

TEST_F(OverlappedPipeTest, AConnectIsCancelled) {
  PipeHandle server = serve(pipe_path("cancel-connect"), {PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED});
  PipeCall call;
  ASSERT_EQ(kPending, call.connect(server));
  EXPECT_TRUE(CancelIo(server.get()));
  EXPECT_EQ(aborted(), call.end());
}

TEST_F(OverlappedPipeTest, CancelIoEndsWhatItsThreadHasBegun) {
  PipePair pair = overlapped_pair("cancel-own");
  PipeCall other, own;
  HeldThread thread([&] { EXPECT_EQ(kPending, other.read(pair.server)); });
  ASSERT_EQ(kPending, own.read(pair.server));
  EXPECT_TRUE(CancelIo(pair.server.get()));
  EXPECT_EQ(aborted(), own.end());
  EXPECT_FALSE(other.told());
  thread.let_go();
  EXPECT_EQ(aborted(), other.end()) << "it ends with its thread";
}

// ---- completion ports -----------------------------------------------------------------------------------------------------------------

TEST_F(OverlappedPipeTest, APortServesPipesAndSocketsTogether) {
  Port port;
  const Pair sockets = tcp_pair();
  ASSERT_TRUE(sockets.valid());
  PipePair pair = overlapped_pair("port");
  ASSERT_TRUE(port.take(sockets.server.get(), 1));
  ASSERT_EQ(port.get(), CreateIoCompletionPort(pair.server.get(), port.get(), 2, 0));
  OverlappedCall receive;
  PipeCall read;
  ASSERT_PENDING(receive.receive(sockets.server.get()));
  ASSERT_EQ(kPending, read.read(pair.server));
  PipeCall write(std::string("pipe"));
  EXPECT_EQ(0u, write.write(pair.client));
  Packet packet = port.next();
  EXPECT_TRUE(packet.success) << packet;
  EXPECT_EQ(2u, packet.key);
  EXPECT_EQ(&read.overlapped, packet.overlapped);
  EXPECT_EQ(4u, packet.bytes);
  EXPECT_TRUE(send_all(sockets.client.get(), "socket"));
  EXPECT_TRUE(tells(port.next(), receive, 1, 6));
  EXPECT_TRUE(port.nothing_told());
}

TEST_F(OverlappedPipeTest, APortIsToldOfAtOnceEndsAndParts) {
  Port port;
  PipePair pair = overlapped_pair("port-at-once", kMessages);
  ASSERT_EQ(port.get(), CreateIoCompletionPort(pair.server.get(), port.get(), 2, 0));
  PipeCall write(std::string("message"));
  EXPECT_EQ(0u, write.write(pair.client));
  PipeCall part(3), rest;
  EXPECT_EQ(static_cast<DWORD>(ERROR_MORE_DATA), part.read(pair.server));
  EXPECT_EQ(0u, rest.read(pair.server));
  Packet packet = port.next();
  EXPECT_EQ(&part.overlapped, packet.overlapped);
  EXPECT_EQ(static_cast<DWORD>(ERROR_MORE_DATA), packet.error);
  EXPECT_EQ(3u, packet.bytes);
  packet = port.next();
  EXPECT_TRUE(packet.success);
  EXPECT_EQ(&rest.overlapped, packet.overlapped);
  EXPECT_TRUE(SetFileCompletionNotificationModes(pair.server.get(), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  PipeCall back(std::string("back"));
  EXPECT_EQ(0u, back.write(pair.server));
  EXPECT_TRUE(port.nothing_told());
}

TEST_F(OverlappedPipeTest, APortTellsOfClients) {
  Port port;
  PipeHandle server = serve(pipe_path("port-connect"), {PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED});
  ASSERT_EQ(port.get(), CreateIoCompletionPort(server.get(), port.get(), 3, 0));
  PipeCall call;
  ASSERT_EQ(kPending, call.connect(server));
  std::thread client([] {
    PipeHandle pipe = open_pipe(pipe_path("port-connect"));
    EXPECT_EQ(0u, pipe.write("x"));
  });
  const Packet packet = port.next();
  client.join();
  EXPECT_TRUE(packet.success) << packet;
  EXPECT_EQ(&call.overlapped, packet.overlapped);
  PipeCall read, end;
  EXPECT_EQ(0u, read.read(server));
  EXPECT_EQ("x", read.received());
  EXPECT_EQ(static_cast<DWORD>(ERROR_BROKEN_PIPE), end.read(server));
}

TEST_F(OverlappedPipeTest, SynchronousHandlesHaveNoPort) {
  PipePair pair("no-port");
  EXPECT_EQ(nullptr, CreateIoCompletionPort(pair.server.get(), nullptr, 0, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
}

// ---- routines ------------------------------------------------------------------------------------------------------------------------

struct Told {
  DWORD error = 0xdead, bytes = 0;
  int times = 0;
};
Told told;
void CALLBACK tell(DWORD error, DWORD bytes, LPOVERLAPPED) {
  told = {error, bytes, told.times + 1};
}

TEST_F(OverlappedPipeTest, ReadFileExCallsItsRoutine) {
  told = {};
  PipePair pair = overlapped_pair("routine");
  PipeCall read;
  ASSERT_TRUE(ReadFileEx(pair.server.get(), read.data.data(), 64, &read.overlapped, tell));
  std::thread writer([&] {
    PipeCall write(std::string("hello"));
    EXPECT_EQ(0u, write.write(pair.client));
  });
  while (told.times == 0) ASSERT_EQ(static_cast<DWORD>(WAIT_IO_COMPLETION), SleepEx(kDeadlineMs, TRUE));
  writer.join();
  EXPECT_EQ(0u, told.error);
  EXPECT_EQ(5u, told.bytes);
  EXPECT_EQ("hello", read.data.substr(0, 5));
}

}  // namespace
}  // namespace regress
