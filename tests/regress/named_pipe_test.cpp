// Named pipes with synchronous handles: names and instances, connecting, bytes and messages, modes, what each end sees of the other's end.
#include <winsock2.h>

#include <windows.h>

#include <functional>
#include <string>
#include <thread>

#include "tests/regress/pipe_child.h"
#include "tests/regress/pipe_end.h"
#include "tests/regress/sleeping_call.h"

namespace regress {
namespace {

class NamedPipeTest : public WinsockTest {};
constexpr PipeKind kMessages{PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE};

#define EXPECT_LAST_ERROR(error) EXPECT_EQ(static_cast<DWORD>(error), GetLastError())

// ---- names and instances ----------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, IsFoundByItsNameWhateverItsCase) {
  PipeHandle server = serve(R"(\\.\pipe\Windsock-Case-)" + std::to_string(GetCurrentProcessId()));
  ASSERT_TRUE(server.valid());
  PipeHandle client = open_pipe(R"(\\.\PIPE\windsock-cASE-)" + std::to_string(GetCurrentProcessId()));
  ASSERT_TRUE(client.valid()) << GetLastError();
  EXPECT_EQ(0u, client.write("here"));
  EXPECT_EQ("here", server.read());
}

TEST_F(NamedPipeTest, TheWideFormsAreTheSame) {
  const std::string path = pipe_path("wide");
  const std::basic_string<WCHAR> wide(path.begin(), path.end());
  PipeHandle server(CreateNamedPipeW(wide.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, nullptr));
  ASSERT_TRUE(server.valid());
  EXPECT_TRUE(WaitNamedPipeW(wide.c_str(), NMPWAIT_USE_DEFAULT_WAIT));
  PipeHandle client(CreateFileW(wide.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  EXPECT_TRUE(client.valid());
}

TEST_F(NamedPipeTest, ThatIsNotThereIsNotFound) {
  EXPECT_FALSE(open_pipe(pipe_path("nowhere")).valid());
  EXPECT_LAST_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_FALSE(WaitNamedPipeA(pipe_path("nowhere").c_str(), NMPWAIT_WAIT_FOREVER));
  EXPECT_LAST_ERROR(ERROR_FILE_NOT_FOUND);
  { PipeHandle server = serve(pipe_path("nowhere")); }
  EXPECT_FALSE(open_pipe(pipe_path("nowhere")).valid()) << "the last instance is closed";
  EXPECT_LAST_ERROR(ERROR_FILE_NOT_FOUND);
}

TEST_F(NamedPipeTest, EachInstanceHasOneClient) {
  const std::string path = pipe_path("instances");
  PipeHandle one = serve(path), two = serve(path);
  PipeHandle first = open_pipe(path), second = open_pipe(path);
  ASSERT_TRUE(first.valid());
  ASSERT_TRUE(second.valid());
  EXPECT_FALSE(open_pipe(path).valid());
  EXPECT_LAST_ERROR(ERROR_PIPE_BUSY);
  EXPECT_EQ(0u, one.write("1"));
  EXPECT_EQ(0u, two.write("2"));
  const std::string both = first.read() + second.read();
  EXPECT_TRUE(both == "12" || both == "21") << both;
}

TEST_F(NamedPipeTest, ThereAreNoMoreInstancesThanTheFirstOneAllows) {
  const std::string path = pipe_path("most");
  const PipeKind two_at_most{PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2};
  PipeHandle one = serve(path, two_at_most), two = serve(path, two_at_most);
  ASSERT_TRUE(two.valid());
  EXPECT_FALSE(serve(path, two_at_most).valid());
  EXPECT_LAST_ERROR(ERROR_PIPE_BUSY);
  one.close();
  EXPECT_TRUE(serve(path, two_at_most).valid());
}

TEST_F(NamedPipeTest, InstancesGoTheSameWays) {
  const std::string path = pipe_path("ways");
  PipeHandle server = serve(path);
  EXPECT_FALSE(serve(path, {PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE}).valid());
  EXPECT_LAST_ERROR(ERROR_ACCESS_DENIED);
}

TEST_F(NamedPipeTest, InstancesAreOfOneType) {
  const std::string path = pipe_path("types");
  PipeHandle server = serve(path);
  EXPECT_FALSE(serve(path, {PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE}).valid());
  EXPECT_LAST_ERROR(ERROR_ACCESS_DENIED);
}

TEST_F(NamedPipeTest, CanInsistOnBeingTheFirst) {
  const std::string path = pipe_path("first");
  const PipeKind first{PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE};
  PipeHandle server = serve(path, first);
  ASSERT_TRUE(server.valid());
  EXPECT_FALSE(serve(path, first).valid());
  EXPECT_LAST_ERROR(ERROR_ACCESS_DENIED);
  EXPECT_TRUE(serve(path).valid());
}

TEST_F(NamedPipeTest, CannotBeMadeSo) {
  const std::string path = pipe_path("not-so");
  EXPECT_FALSE(serve(path, {0, PIPE_TYPE_BYTE}).valid());
  EXPECT_LAST_ERROR(ERROR_INVALID_PARAMETER);
  EXPECT_FALSE(serve(path, {PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_READMODE_MESSAGE}).valid());
  EXPECT_LAST_ERROR(ERROR_INVALID_PARAMETER);
  EXPECT_FALSE(serve("no-pipe-path").valid());
  EXPECT_LAST_ERROR(ERROR_INVALID_NAME);
}

TEST_F(NamedPipeTest, MayHaveUpTo255Instances) {
  for (DWORD most : {0u, 256u}) {
    EXPECT_FALSE(serve(pipe_path("number"), {PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, most}).valid());
    EXPECT_LAST_ERROR(ERROR_INVALID_PARAMETER);
  }
}

// ---- connecting --------------------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, ConnectNamedPipeWaitsForAClient) {
  PipeHandle server = serve(pipe_path("connect"));
  ASSERT_TRUE(server.valid());
  DWORD result = 0xdead;
  SleepingCall waits([&] { result = server.connect(); });
  PipeHandle client = open_pipe(pipe_path("connect"));
  EXPECT_TRUE(client.valid());
  waits.join();
  EXPECT_EQ(0u, result);
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_CONNECTED), server.connect());
}

TEST_F(NamedPipeTest, AClientThatCameFirstIsConnected) {
  PipePair pair("came-first");
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_CONNECTED), pair.server.connect());
  EXPECT_EQ(0u, pair.client.write("x"));
  EXPECT_EQ("x", pair.server.read());
}

TEST_F(NamedPipeTest, AClientThatHasGoneIsToBeDisconnectedFirst) {
  PipePair pair("gone");
  ASSERT_TRUE(pair.valid());
  pair.client.close();
  EXPECT_EQ(static_cast<DWORD>(ERROR_NO_DATA), pair.server.connect());
  EXPECT_FALSE(open_pipe(pipe_path("gone")).valid());
  EXPECT_LAST_ERROR(ERROR_PIPE_BUSY);
  EXPECT_EQ(0u, pair.server.disconnect());
  EXPECT_FALSE(open_pipe(pipe_path("gone")).valid()) << "nobody listens yet";
  EXPECT_LAST_ERROR(ERROR_PIPE_BUSY);
  DWORD result = 0xdead;
  SleepingCall waits([&] { result = pair.server.connect(); });
  EXPECT_TRUE(WaitNamedPipeA(pipe_path("gone").c_str(), NMPWAIT_WAIT_FOREVER));
  PipeHandle next = open_pipe(pipe_path("gone"));
  EXPECT_TRUE(next.valid());
  waits.join();
  EXPECT_EQ(0u, result);
  EXPECT_EQ(0u, next.write("next"));
  EXPECT_EQ("next", pair.server.read());
}

TEST_F(NamedPipeTest, WithoutAClientThereIsNothingToReadOrWrite) {
  PipeHandle server = serve(pipe_path("alone"));
  EXPECT_EQ("(" + std::to_string(ERROR_PIPE_LISTENING) + ")", server.read());
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_LISTENING), server.write("x"));
  PipeHandle client = open_pipe(pipe_path("alone"));
  EXPECT_EQ(0u, server.disconnect());
  EXPECT_EQ("(" + std::to_string(ERROR_PIPE_NOT_CONNECTED) + ")", server.read());
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_NOT_CONNECTED), server.write("x"));
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_NOT_CONNECTED), server.disconnect());
}

TEST_F(NamedPipeTest, OnlyServersConnectAndDisconnect) {
  PipePair pair("only-servers");
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_FUNCTION), pair.client.connect());
  EXPECT_NE(0u, pair.client.disconnect());
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), PipeHandle::result(ConnectNamedPipe(nullptr, nullptr)));
}

TEST_F(NamedPipeTest, WaitNamedPipeWaitsUntilOneIsFree) {
  const std::string path = pipe_path("wait");
  PipePair pair("wait");
  ASSERT_TRUE(pair.valid());
  EXPECT_FALSE(WaitNamedPipeA(path.c_str(), 1));
  EXPECT_LAST_ERROR(ERROR_SEM_TIMEOUT);
  BOOL found = FALSE;
  SleepingCall waits([&] { found = WaitNamedPipeA(path.c_str(), kDeadlineMs); });
  PipeHandle another = serve(path);
  waits.join();
  EXPECT_TRUE(found);
  EXPECT_TRUE(open_pipe(path).valid());
}

// ---- bytes ---------------------------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, CarriesBytesBothWays) {
  PipePair pair("bytes");
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(0u, pair.client.write("one"));
  EXPECT_EQ(0u, pair.client.write(",two"));
  EXPECT_EQ("one,t", pair.server.read(5));
  EXPECT_EQ("wo", pair.server.read());
  EXPECT_EQ(0u, pair.server.write("back"));
  EXPECT_EQ("back", pair.client.read());
}

TEST_F(NamedPipeTest, ReadingWaitsForBytes) {
  PipePair pair("late");
  std::string got;
  SleepingCall reader([&] { got = pair.server.read(); });
  EXPECT_EQ(0u, pair.client.write("late"));
  reader.join();
  EXPECT_EQ("late", got);
}

TEST_F(NamedPipeTest, WritingWaitsUntilEverythingIsWritten) {
  PipePair pair("much");
  const std::string text(2'000'000, 'x');
  DWORD error = 0xdead;
  std::thread writer([&] {
    error = pair.client.write(text);
    pair.client.close();
  });
  std::string all;
  for (std::string part; (part = pair.server.read(65536)) != broken();) all += part;
  writer.join();
  EXPECT_EQ(0u, error);
  EXPECT_TRUE(all == text) << all.size();
}

TEST_F(NamedPipeTest, IsBrokenWhenTheOtherEndHasGoneAndAllIsRead) {
  PipePair pair("broken");
  EXPECT_EQ(0u, pair.client.write("rest"));
  pair.client.close();
  EXPECT_EQ("rest", pair.server.read());
  EXPECT_EQ(broken(), pair.server.read());
  EXPECT_EQ(static_cast<DWORD>(ERROR_NO_DATA), pair.server.write("x"));
  PipePair other("broken-too");
  other.server.close();
  EXPECT_EQ(broken(), other.client.read());
  EXPECT_EQ(static_cast<DWORD>(ERROR_NO_DATA), other.client.write("x"));
}

TEST_F(NamedPipeTest, ADisconnectedClientHasNoPipe) {
  PipePair pair("disconnected");
  EXPECT_EQ(0u, pair.server.disconnect());
  EXPECT_EQ("(" + std::to_string(ERROR_PIPE_NOT_CONNECTED) + ")", pair.client.read());
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_NOT_CONNECTED), pair.client.write("x"));
}

TEST_F(NamedPipeTest, OneWayIsOneWay) {
  PipeHandle server = serve(pipe_path("inbound"), {PIPE_ACCESS_INBOUND});
  EXPECT_FALSE(open_pipe(pipe_path("inbound")).valid());
  EXPECT_LAST_ERROR(ERROR_ACCESS_DENIED);
  EXPECT_FALSE(open_pipe(pipe_path("inbound"), GENERIC_READ).valid());
  EXPECT_LAST_ERROR(ERROR_ACCESS_DENIED);
  PipeHandle client = open_pipe(pipe_path("inbound"), GENERIC_WRITE);
  ASSERT_TRUE(client.valid());
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), server.write("x"));
  EXPECT_EQ("(" + std::to_string(ERROR_ACCESS_DENIED) + ")", client.read());
  EXPECT_EQ(0u, client.write("in"));
  EXPECT_EQ("in", server.read());
  PipeHandle outbound = serve(pipe_path("outbound"), {PIPE_ACCESS_OUTBOUND});
  EXPECT_FALSE(open_pipe(pipe_path("outbound"), GENERIC_WRITE).valid());
  EXPECT_LAST_ERROR(ERROR_ACCESS_DENIED);
  PipeHandle reader = open_pipe(pipe_path("outbound"), GENERIC_READ);
  EXPECT_EQ(0u, outbound.write("out"));
  EXPECT_EQ("out", reader.read());
}

// ---- messages ------------------------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, MessagesStayApart) {
  PipePair pair("messages", kMessages);
  ASSERT_TRUE(pair.valid());
  EXPECT_EQ(0u, pair.client.write("one"));
  EXPECT_EQ(0u, pair.client.write("three"));
  EXPECT_EQ("one", pair.server.read());
  EXPECT_EQ("three", pair.server.read());
}

TEST_F(NamedPipeTest, AMessageIsReadInParts) {
  PipePair pair("parts", kMessages);
  EXPECT_EQ(0u, pair.client.write("0123456789"));
  EXPECT_EQ(0u, pair.client.write("next"));
  const std::string more = "(" + std::to_string(ERROR_MORE_DATA) + ")";
  EXPECT_EQ("0123" + more, pair.server.read(4));
  EXPECT_EQ("4567" + more, pair.server.read(4));
  EXPECT_EQ("89", pair.server.read(4));
  EXPECT_EQ("next", pair.server.read(4));
}

TEST_F(NamedPipeTest, AMessageMayBeEmpty) {
  PipePair pair("empty", kMessages);
  EXPECT_EQ(0u, pair.client.write(""));
  EXPECT_EQ(0u, pair.client.write("x"));
  EXPECT_EQ("", pair.server.read());
  EXPECT_EQ("x", pair.server.read());
}

TEST_F(NamedPipeTest, AMessageMayBeLargerThanAllBuffers) {
  PipePair pair("large", kMessages);
  const std::string text(2'000'000, 'x');
  DWORD error = 0xdead;
  std::thread writer([&] { error = pair.client.write(text); });
  EXPECT_TRUE(pair.server.read(static_cast<DWORD>(text.size())) == text);
  writer.join();
  EXPECT_EQ(0u, error);
}

TEST_F(NamedPipeTest, MessagesOfSeveralWritersDoNotMix) {
  PipePair pair("writers", kMessages);
  constexpr int kEach = 20;
  constexpr size_t kSize = 100'000;
  std::thread writers[2];
  for (int i = 0; i < 2; ++i)
    writers[i] = std::thread([&pair, i] {
      for (int n = 0; n < kEach; ++n) EXPECT_EQ(0u, pair.client.write(std::string(kSize, static_cast<char>('a' + i))));
    });
  int counts[2] = {};
  for (int n = 0; n < 2 * kEach; ++n) {
    const std::string message = pair.server.read(kSize);
    ASSERT_TRUE(message == std::string(kSize, message[0])) << message.size();
    ++counts[message[0] - 'a'];
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(kEach, counts[0]);
  EXPECT_EQ(kEach, counts[1]);
}

TEST_F(NamedPipeTest, AReaderOfBytesTakesMessagesTogether) {
  PipePair pair("together", kMessages);
  EXPECT_EQ(0u, pair.server.write("one"));
  EXPECT_EQ(0u, pair.server.write("two"));
  EXPECT_EQ("onetwo", pair.client.read()) << "a client begins with bytes";
  EXPECT_EQ(0u, pair.client.set_mode(PIPE_READMODE_MESSAGE));
  EXPECT_EQ(0u, pair.server.write("one"));
  EXPECT_EQ(0u, pair.server.write("two"));
  EXPECT_EQ("one", pair.client.read());
  EXPECT_EQ("two", pair.client.read());
}

// ---- looking -------------------------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, PeekingTellsMessages) {
  PipePair pair("peek", kMessages);
  char buffer[8] = "";
  DWORD got = 9, available = 9, left = 9;
  EXPECT_TRUE(PeekNamedPipe(pair.server.get(), buffer, 4, &got, &available, &left));
  EXPECT_EQ(0u, got + available + left);
  EXPECT_EQ(0u, pair.client.write("0123456789"));
  EXPECT_EQ(0u, pair.client.write("next"));
  EXPECT_TRUE(PeekNamedPipe(pair.server.get(), buffer, 4, &got, &available, &left));
  EXPECT_EQ(4u, got);
  EXPECT_EQ(14u, available);
  EXPECT_EQ(6u, left);
  EXPECT_EQ("0123", std::string(buffer, 4));
  EXPECT_EQ("0123456789", pair.server.read());
  EXPECT_EQ("next", pair.server.read());
}

TEST_F(NamedPipeTest, PeekingTellsBytesAndTheEnd) {
  PipePair pair("peek-bytes");
  DWORD available = 9, left = 9;
  EXPECT_EQ(0u, pair.client.write("0123456789"));
  EXPECT_TRUE(PeekNamedPipe(pair.server.get(), nullptr, 0, nullptr, &available, &left));
  EXPECT_EQ(10u, available);
  EXPECT_EQ(0u, left);
  pair.client.close();
  EXPECT_TRUE(PeekNamedPipe(pair.server.get(), nullptr, 0, nullptr, &available, nullptr));
  EXPECT_EQ("0123456789", pair.server.read());
  EXPECT_FALSE(PeekNamedPipe(pair.server.get(), nullptr, 0, nullptr, &available, nullptr));
  EXPECT_LAST_ERROR(ERROR_BROKEN_PIPE);
}

TEST_F(NamedPipeTest, TellsWhatItIs) {
  PipePair pair("info", {PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 7});
  DWORD flags = 0, most = 0, state = 0, instances = 0;
  EXPECT_TRUE(GetNamedPipeInfo(pair.server.get(), &flags, nullptr, nullptr, &most));
  EXPECT_EQ(static_cast<DWORD>(PIPE_SERVER_END | PIPE_TYPE_MESSAGE), flags);
  EXPECT_EQ(7u, most);
  EXPECT_TRUE(GetNamedPipeInfo(pair.client.get(), &flags, nullptr, nullptr, nullptr));
  EXPECT_EQ(static_cast<DWORD>(PIPE_TYPE_MESSAGE), flags);
  EXPECT_TRUE(GetNamedPipeHandleStateA(pair.server.get(), &state, &instances, nullptr, nullptr, nullptr, 0));
  EXPECT_EQ(static_cast<DWORD>(PIPE_READMODE_MESSAGE), state);
  EXPECT_EQ(1u, instances);
  EXPECT_TRUE(GetNamedPipeHandleStateW(pair.client.get(), &state, nullptr, nullptr, nullptr, nullptr, 0));
  EXPECT_EQ(0u, state);
  EXPECT_EQ(static_cast<DWORD>(FILE_TYPE_PIPE), GetFileType(pair.client.get()));
}

TEST_F(NamedPipeTest, BytesHaveNoMessageMode) {
  PipePair pair("byte-mode");
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), pair.client.set_mode(PIPE_READMODE_MESSAGE));
}

TEST_F(NamedPipeTest, KnowsTheProcessesAtItsEnds) {
  PipePair pair("processes");
  ULONG client = 0, server = 0;
  EXPECT_TRUE(GetNamedPipeClientProcessId(pair.server.get(), &client));
  EXPECT_TRUE(GetNamedPipeServerProcessId(pair.client.get(), &server));
  EXPECT_EQ(GetCurrentProcessId(), client);
  EXPECT_EQ(GetCurrentProcessId(), server);
}

// ---- without waiting -------------------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, WithNoWaitNothingWaits) {
  PipeHandle server = serve(pipe_path("no-wait"), {PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT});
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_LISTENING), server.connect());
  PipeHandle client = open_pipe(pipe_path("no-wait"));
  ASSERT_TRUE(client.valid());
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_CONNECTED), server.connect());
  EXPECT_EQ("(" + std::to_string(ERROR_NO_DATA) + ")", server.read());
  EXPECT_EQ(0u, client.write("x"));
  EXPECT_EQ("x", server.read());
}

TEST_F(NamedPipeTest, WithNoWaitItListensAgainWhenItIsToldTo) {
  PipePair pair("no-wait-again", {PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT});
  EXPECT_EQ(0u, pair.server.disconnect());
  EXPECT_EQ(0u, pair.server.connect());
  EXPECT_EQ(static_cast<DWORD>(ERROR_PIPE_LISTENING), pair.server.connect());
  EXPECT_TRUE(open_pipe(pipe_path("no-wait-again")).valid());
}

// ---- a request and its answer ------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, TransactNamedPipeSendsAndReceives) {
  PipePair pair("transact", kMessages);
  char answer[4];
  DWORD got = 0;
  EXPECT_FALSE(TransactNamedPipe(pair.client.get(), const_cast<char*>("ask"), 3, answer, sizeof answer, &got, nullptr));
  EXPECT_LAST_ERROR(ERROR_BAD_PIPE);
  EXPECT_EQ(0u, pair.client.set_mode(PIPE_READMODE_MESSAGE));
  std::thread server([&] {
    EXPECT_EQ("ask", pair.server.read());
    EXPECT_EQ(0u, pair.server.write("answer"));
  });
  EXPECT_FALSE(TransactNamedPipe(pair.client.get(), const_cast<char*>("ask"), 3, answer, sizeof answer, &got, nullptr));
  EXPECT_LAST_ERROR(ERROR_MORE_DATA);
  server.join();
  EXPECT_EQ("answ", std::string(answer, got));
  EXPECT_EQ("er", pair.client.read());
}

TEST_F(NamedPipeTest, CallNamedPipeDoesItAll) {
  const std::string path = pipe_path("call");
  const std::basic_string<WCHAR> wide(path.begin(), path.end());
  PipeHandle server = serve(path, kMessages);
  char ask[] = "ask", answer[16];
  DWORD got = 0;
  const std::function<BOOL()> calls[] = {
      [&] { return CallNamedPipeA(path.c_str(), ask, 3, answer, sizeof answer, &got, NMPWAIT_WAIT_FOREVER); },
      [&] { return CallNamedPipeW(wide.c_str(), ask, 3, answer, sizeof answer, &got, NMPWAIT_WAIT_FOREVER); }};
  for (const auto& call : calls) {
    std::thread serving([&] {
      const DWORD connected = server.connect();
      EXPECT_TRUE(connected == 0 || connected == ERROR_PIPE_CONNECTED) << connected;
      EXPECT_EQ("ask", server.read());
      EXPECT_EQ(0u, server.write("answer"));
      EXPECT_EQ(broken(), server.read());
      EXPECT_EQ(0u, server.disconnect());
    });
    got = 0;
    EXPECT_TRUE(call()) << GetLastError();
    EXPECT_EQ("answer", std::string(answer, got));
    serving.join();
  }
}

// ---- between processes ---------------------------------------------------------------------------------------------------------------

void expect_end(HANDLE child, DWORD expected) {
  EXPECT_EQ(WAIT_OBJECT_0, WaitForSingleObject(child, kDeadlineMs));
  DWORD code = 99;
  EXPECT_TRUE(GetExitCodeProcess(child, &code));
  EXPECT_EQ(expected, code);
  EXPECT_TRUE(CloseHandle(child));
}

TEST_F(NamedPipeTest, AnotherProcessIsAClient) {
  const std::string path = pipe_path("other-client");
  PipeHandle server = serve(path, kMessages);
  HANDLE child = start_pipe_child(kPipeClientArgument, path);
  ASSERT_NE(nullptr, child);
  const DWORD connected = server.connect();
  EXPECT_TRUE(connected == 0 || connected == ERROR_PIPE_CONNECTED) << connected;
  EXPECT_EQ("hello", server.read());
  ULONG client = 0;
  EXPECT_TRUE(GetNamedPipeClientProcessId(server.get(), &client));
  EXPECT_EQ(GetProcessId(child), client);
  EXPECT_EQ(0u, server.write("welcome"));
  expect_end(child, 0);
  EXPECT_EQ(broken(), server.read());
}

TEST_F(NamedPipeTest, AServersEndIsSeenWhateverItDiesOf) {
  const std::string path = pipe_path("other-server");
  PipeHandle ready = serve(ready_path(path));
  HANDLE child = start_pipe_child(kPipeServerArgument, path);
  ASSERT_NE(nullptr, child);
  const DWORD connected = ready.connect();
  EXPECT_TRUE(connected == 0 || connected == ERROR_PIPE_CONNECTED) << connected;
  PipeHandle client = open_pipe(path);
  ASSERT_TRUE(client.valid());
  EXPECT_EQ(0u, client.write("there and back"));
  EXPECT_EQ("there and back", client.read());
  PipeHandle own = serve(path);
  EXPECT_TRUE(own.valid()) << "several processes may have instances of one name";
  own.close();
  EXPECT_TRUE(TerminateProcess(child, 77));
  expect_end(child, 77);
  EXPECT_EQ(broken(), client.read());
  EXPECT_FALSE(open_pipe(path).valid());
  EXPECT_LAST_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_TRUE(serve(path, {PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE}).valid()) << "nothing of it is left";
}

}  // namespace
}  // namespace regress
