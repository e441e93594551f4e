// WSADuplicateSocket and WSASocket inside one process: errors and their order, single use, altered structures, and the state
// that all descriptors of a socket share. Between processes: handoff_test.cpp.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/regress/alterations.h"
#include "tests/regress/fixture.h"
#include "tests/regress/second_descriptor.h"
#include "tests/regress/shared_options.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

// No process has this number: identifiers are multiples of four on Windows, and small everywhere.
constexpr DWORD kNoProcess = 0x3ffffffd;

class DuplicateTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    pair_ = tcp_pair(family());
    ASSERT_TRUE(pair_.valid());
  }
  void TearDown() override {
    pair_ = Pair();
    FamilyTest::TearDown();
  }
  SOCKET client() const { return pair_.client.get(); }
  SOCKET server() const { return pair_.server.get(); }
  // A second descriptor of the server side's socket.
  Socket second_descriptor() { return regress::second_descriptor(server()); }

  Pair pair_;
};
FOR_BOTH_FAMILIES(DuplicateTest);

// ---- errors ----------------------------------------------------------------------------------------------------------

TEST_P(DuplicateTest, TheSocketIsCheckedFirst) {
  EXPECT_FAILS_WITH(WSADuplicateSocketW(INVALID_SOCKET, kNoProcess, nullptr), WSAENOTSOCK);
  EXPECT_FAILS_WITH(WSADuplicateSocketA(INVALID_SOCKET, kNoProcess, nullptr), WSAENOTSOCK);
}

TEST_P(DuplicateTest, TheProcessIsCheckedSecond) {
  for (const DWORD process : {DWORD{0}, kNoProcess, DWORD{0xffffffff}}) {
    EXPECT_FAILS_WITH(WSADuplicateSocketW(server(), process, nullptr), WSAEINVAL) << process;
    EXPECT_FAILS_WITH(WSADuplicateSocketA(server(), process, nullptr), WSAEINVAL) << process;
    WSAPROTOCOL_INFOW info;
    EXPECT_FAILS_WITH(WSADuplicateSocketW(server(), process, &info), WSAEINVAL) << process;
  }
}

TEST_P(DuplicateTest, ThePointerIsCheckedLast) {
  EXPECT_FAILS_WITH(WSADuplicateSocketW(server(), GetCurrentProcessId(), nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSADuplicateSocketA(server(), GetCurrentProcessId(), nullptr), WSAEFAULT);
}

TEST_P(DuplicateTest, AFailureLeavesTheSocketAlone) {
  EXPECT_FAILS_WITH(WSADuplicateSocketW(server(), GetCurrentProcessId(), nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSADuplicateSocketW(server(), kNoProcess, nullptr), WSAEINVAL);
  ASSERT_TRUE(send_all(client(), "alive"));
  EXPECT_EQ("alive", receive_exactly(server(), 5));
}

// ---- the structure ---------------------------------------------------------------------------------------------------

TEST_P(DuplicateTest, TheStructureDescribesTheSocket) {
  WSAPROTOCOL_INFOW info{};
  ASSERT_RETURNS(0, duplicate_to_self(server(), &info));
  EXPECT_EQ(family(), info.iAddressFamily);
  EXPECT_EQ(SOCK_STREAM, info.iSocketType);
  EXPECT_EQ(IPPROTO_TCP, info.iProtocol);
  EXPECT_EQ(2, info.iVersion);
  const Socket second(claim(info));
  EXPECT_TRUE(second.valid());
}

TEST_P(DuplicateTest, TheNarrowFormsWorkTogether) {
  WSAPROTOCOL_INFOA info{};
  ASSERT_RETURNS(0, WSADuplicateSocketA(server(), GetCurrentProcessId(), &info));
  EXPECT_EQ(family(), info.iAddressFamily);
  const Socket second(WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0));
  ASSERT_TRUE(second.valid()) << error_name(WSAGetLastError());
  ASSERT_TRUE(send_all(client(), "narrow"));
  EXPECT_EQ("narrow", receive_exactly(second.get(), 6));
}

TEST_P(DuplicateTest, IsGoodForOneClaim) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, duplicate_to_self(server(), &info));
  Socket second(claim(info));
  ASSERT_TRUE(second.valid());
  EXPECT_FAILS_WITH(claim(info), WSAEINVAL);
  // Also when the first claim's socket is gone.
  ASSERT_EQ(0, second.close());
  EXPECT_FAILS_WITH(claim(info), WSAEINVAL);
  ASSERT_TRUE(send_all(client(), "alive"));
  EXPECT_EQ("alive", receive_exactly(server(), 5));
}

TEST_P(DuplicateTest, OneOfManyClaimersWins) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, duplicate_to_self(server(), &info));
  constexpr int kClaimers = 8;
  std::atomic<int> ready{0};
  std::vector<Outcome> outcomes(kClaimers);
  std::vector<std::thread> threads;
  for (Outcome& outcome : outcomes)
    threads.emplace_back([&] {
      ++ready;
      eventually([&] { return ready == kClaimers; });
      outcome = outcome_of([&] { return claim(info); });
    });
  for (std::thread& thread : threads) thread.join();
  int winners = 0;
  for (const Outcome& outcome : outcomes) {
    if (outcome.failed()) {
      EXPECT_EQ(WSAEINVAL, outcome.error) << error_name(outcome.error);
      continue;
    }
    ++winners;
    closesocket(static_cast<SOCKET>(outcome.result));
  }
  EXPECT_EQ(1, winners);
}

TEST_P(DuplicateTest, EveryDuplicationIsAClaimOfItsOwn) {
  WSAPROTOCOL_INFOW first, second;
  ASSERT_RETURNS(0, duplicate_to_self(server(), &first));
  ASSERT_RETURNS(0, duplicate_to_self(server(), &second));
  const Socket two(claim(second));
  const Socket one(claim(first));
  ASSERT_TRUE(one.valid() && two.valid());
  EXPECT_NE(one.get(), two.get());
  EXPECT_NE(one.get(), server());
}

class AlteredStructureTest : public StartedTest<::testing::TestWithParam<Alteration>> {};

TEST_P(AlteredStructureTest, IsRefusedAndTheTrueOneStillGood) {
  const Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  WSAPROTOCOL_INFOW info{};
  ASSERT_RETURNS(0, duplicate_to_self(pair.server.get(), &info));
  WSAPROTOCOL_INFOW altered = info;
  GetParam().apply(altered);
  const Outcome outcome = outcome_of([&] { return claim(altered); });
  EXPECT_TRUE(failed_with(outcome, {WSAEINVAL}));
  const Socket wrong(outcome.failed() ? INVALID_SOCKET : static_cast<SOCKET>(outcome.result));
  const Socket second(claim(info));
  ASSERT_TRUE(second.valid()) << error_name(WSAGetLastError());
  ASSERT_TRUE(send_all(pair.client.get(), "untouched"));
  EXPECT_EQ("untouched", receive_exactly(second.get(), 9));
}

INSTANTIATE_TEST_SUITE_P(Field, AlteredStructureTest, ::testing::ValuesIn(kAlterations),
                         [](const auto& info) { return std::string(info.param.name); });

// ---- one socket, several descriptors ---------------------------------------------------------------------------------

TEST_P(DuplicateTest, BothDescriptorsReadAndWrite) {
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  EXPECT_NE(server(), second.get());
  ASSERT_TRUE(send_all(client(), "abcd"));
  EXPECT_EQ("ab", receive_exactly(server(), 2));
  EXPECT_EQ("cd", receive_exactly(second.get(), 2));
  ASSERT_TRUE(send_all(server(), "12"));
  ASSERT_TRUE(send_all(second.get(), "34"));
  EXPECT_EQ("1234", receive_exactly(client(), 4));
}

TEST_P(DuplicateTest, BothHaveTheSameNames) {
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  EXPECT_TRUE(local_name(second.get()) == local_name(server()));
  EXPECT_TRUE(peer_name(second.get()) == peer_name(server()));
}

TEST_P(DuplicateTest, OptionsAreCommon) {
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  for (const SharedOption& option : kSharedOptions) {
    const int before = get_option(server(), option.level, option.option);
    EXPECT_EQ(before, get_option(second.get(), option.level, option.option)) << option.name;
    ASSERT_TRUE(set_option(server(), option.level, option.option, option.value)) << option.name;
    EXPECT_EQ(option.value, get_option(second.get(), option.level, option.option)) << option.name;
    ASSERT_TRUE(set_option(second.get(), option.level, option.option, before)) << option.name;
    EXPECT_EQ(before, get_option(server(), option.level, option.option)) << option.name;
  }
}

TEST_P(DuplicateTest, OptionsSetBeforeAreThere) {
  for (const SharedOption& option : kSharedOptions) ASSERT_TRUE(set_option(server(), option.level, option.option, option.value));
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  for (const SharedOption& option : kSharedOptions)
    EXPECT_EQ(option.value, get_option(second.get(), option.level, option.option)) << option.name;
}

TEST_P(DuplicateTest, TheBlockingModeIsCommon) {
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  ASSERT_TRUE(set_nonblocking(server()));
  char byte;
  EXPECT_FAILS_WITH(recv(second.get(), &byte, 1, 0), WSAEWOULDBLOCK);
  ASSERT_TRUE(set_nonblocking(second.get(), false));
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_RETURNS(1, recv(server(), &byte, 1, 0));
}

TEST_P(DuplicateTest, ShutdownIsCommon) {
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  ASSERT_EQ(0, shutdown(second.get(), SD_SEND));
  EXPECT_EQ("", receive_to_end(client()));
  EXPECT_FAILS_WITH(send(server(), "x", 1, 0), WSAESHUTDOWN);
}

TEST_P(DuplicateTest, TheLastDescriptorEndsTheConnection) {
  Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_TRUE(send_all(second.get(), "still here"));
  EXPECT_EQ("still here", receive_exactly(client(), 10));
  EXPECT_FALSE(wait_for(client(), Readiness::kRead, 0));
  ASSERT_EQ(0, second.close());
  EXPECT_EQ("", receive_to_end(client()));
}

TEST_P(DuplicateTest, AnOfferHoldsTheConnectionOpen) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, duplicate_to_self(server(), &info));
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_TRUE(send_all(client(), "to nobody yet"));
  const Socket second(claim(info));
  ASSERT_TRUE(second.valid()) << error_name(WSAGetLastError());
  EXPECT_EQ("to nobody yet", receive_exactly(second.get(), 13));
}

TEST_P(DuplicateTest, ClosingOneDoesNotDisturbACallOnTheOther) {
  Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  const SOCKET s = server();
  char byte = 0;
  BlockedCall call([&byte, s] { return recv(s, &byte, 1, 0); });
  ASSERT_TRUE(call.wait_until_blocked());
  ASSERT_EQ(0, second.close());
  EXPECT_FALSE(call.returned());
  ASSERT_TRUE(send_all(client(), "x"));
  const std::optional<Outcome> outcome = call.outcome();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(1, outcome->result) << describe(*outcome);
}

TEST_P(DuplicateTest, CloseWakesACallEvenIfADuplicateLivesOn) {
  const Socket second = second_descriptor();
  ASSERT_TRUE(second.valid());
  const SOCKET s = server();
  char byte = 0;
  BlockedCall call([&byte, s] { return recv(s, &byte, 1, 0); });
  ASSERT_TRUE(call.wait_until_blocked());
  ASSERT_EQ(0, pair_.server.close());
  EXPECT_TRUE(woken_with(call, closed_while_blocked()));
  ASSERT_TRUE(send_all(client(), "next"));
  EXPECT_EQ("next", receive_exactly(second.get(), 4));
}

// ---- what can be duplicated ------------------------------------------------------------------------------------------

TEST_P(DuplicateTest, ADatagramSocket) {
  const Pair datagrams = udp_pair(family());
  ASSERT_TRUE(datagrams.valid());
  WSAPROTOCOL_INFOW info{};
  ASSERT_RETURNS(0, duplicate_to_self(datagrams.server.get(), &info));
  EXPECT_EQ(SOCK_DGRAM, info.iSocketType);
  const Socket second(claim(info));
  ASSERT_TRUE(second.valid());
  ASSERT_EQ(1, send(datagrams.client.get(), "x", 1, 0));
  EXPECT_EQ("x", receive_exactly(second.get(), 1));
}

TEST_P(DuplicateTest, AFreshSocket) {
  const Socket fresh = make_socket(family(), SOCK_STREAM);
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, duplicate_to_self(fresh.get(), &info));
  const Socket second(claim(info));
  ASSERT_TRUE(second.valid());
  const Endpoint any = loopback(family());
  ASSERT_RETURNS(0, bind(second.get(), any.address(), any.length));
  EXPECT_TRUE(local_name(fresh.get()) == local_name(second.get()));
  EXPECT_FAILS_WITH(bind(fresh.get(), any.address(), any.length), WSAEINVAL);
}

TEST_P(DuplicateTest, AListener) {
  Socket server = listener(family());
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, duplicate_to_self(server.get(), &info));
  const Socket second(claim(info));
  ASSERT_TRUE(second.valid());
  const Socket one = connect_to(server.get(), family());
  const Socket two = connect_to(server.get(), family());
  const Socket first_accepted(accept(server.get(), nullptr, nullptr));
  const Socket second_accepted(accept(second.get(), nullptr, nullptr));
  EXPECT_TRUE(first_accepted.valid());
  EXPECT_TRUE(second_accepted.valid());
}

}  // namespace
}  // namespace regress
