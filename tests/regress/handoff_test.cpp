// WSADuplicateSocket between processes: a live connection is handed from one to another. The other processes are agents
// (tests/support/agent.h), so both sides of each handoff stand in the case.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <array>

#include "tests/regress/alterations.h"
#include "tests/regress/handoff_fixture.h"
#include "tests/regress/shared_options.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

SOCKET claim(WSAPROTOCOL_INFOW info) {
  return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
}

class HandoffTest : public AgentTest {};
FOR_BOTH_FAMILIES(HandoffTest);

// The documentation's scenario, steps 1 to 10.
TEST_P(HandoffTest, AConnectionIsServedByTheOtherProcess) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_TRUE(send_all(client(), "request"));
  std::string request;
  agent_.receive_exactly_from(there, &request, 7);
  EXPECT_EQ("request", request);
  EXPECT_EQ(5, agent_.send_data(there, "reply").result);
  EXPECT_EQ("reply", receive_exactly(client(), 5));
  EXPECT_EQ(0, agent_.close_socket(there).result);
  EXPECT_EQ("", receive_to_end(client()));
}

TEST_P(HandoffTest, TheSourceMayCloseBeforeTheClaim) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), agent_.pid(), &info));
  ASSERT_TRUE(send_all(client(), "waiting"));
  ASSERT_EQ(0, pair_.server.close());
  const Outcome claimed = agent_.claim(info);
  ASSERT_FALSE(claimed.failed()) << describe(claimed);
  std::string data;
  agent_.receive_exactly_from(static_cast<SOCKET>(claimed.result), &data, 7);
  EXPECT_EQ("waiting", data);
}

TEST_P(HandoffTest, TheSourceMayExitBeforeTheClaim) {
  const Socket server = listener(family());
  const Outcome connected = agent_.connect_to_port(family(), local_name(server.get()).port());
  ASSERT_FALSE(connected.failed()) << describe(connected);
  const Socket peer(accept(server.get(), nullptr, nullptr));
  WSAPROTOCOL_INFOW info;
  const Outcome duplicated = agent_.duplicate(static_cast<SOCKET>(connected.result), GetCurrentProcessId(), &info);
  ASSERT_EQ(0, duplicated.result) << describe(duplicated);
  ASSERT_TRUE(agent_.exit_at_once());
  const Socket mine(claim(info));
  ASSERT_TRUE(mine.valid()) << error_name(WSAGetLastError());
  ASSERT_TRUE(send_all(mine.get(), "survived"));
  EXPECT_EQ("survived", receive_exactly(peer.get(), 8));
}

TEST_P(HandoffTest, TheTargetNeedNotHaveStartedWinsock) {
  Agent late;
  ASSERT_TRUE(late.launch());
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), late.pid(), &info));
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_TRUE(late.connect());
  const Outcome claimed = late.claim(info);
  ASSERT_FALSE(claimed.failed()) << describe(claimed);
  EXPECT_EQ(4, late.send_data(static_cast<SOCKET>(claimed.result), "late").result);
  EXPECT_EQ("late", receive_exactly(client(), 4));
}

TEST_P(HandoffTest, AnUnclaimedOfferEndsWithItsTarget) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), agent_.pid(), &info));
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_TRUE(agent_.exit_at_once());
  EXPECT_EQ("", receive_to_end(client())) << "nobody holds the connection any more";
}

TEST_P(HandoffTest, AnEndedProcessIsNoTarget) {
  Agent gone;
  ASSERT_TRUE(gone.start());
  const DWORD pid = gone.pid();
  ASSERT_TRUE(gone.finish());
  WSAPROTOCOL_INFOW info;
  EXPECT_FAILS_WITH(WSADuplicateSocketW(server(), pid, &info), WSAEINVAL);
}

TEST_P(HandoffTest, OnlyTheNamedProcessMayClaim) {
  Agent other;
  ASSERT_TRUE(other.start());
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), agent_.pid(), &info));
  EXPECT_TRUE(failed_with(other.claim(info), {WSAEINVAL}));
  EXPECT_FAILS_WITH(claim(info), WSAEINVAL) << "nor the source itself";
  const Outcome claimed = agent_.claim(info);
  ASSERT_FALSE(claimed.failed()) << describe(claimed);
  EXPECT_EQ(4, agent_.send_data(static_cast<SOCKET>(claimed.result), "mine").result);
  EXPECT_EQ("mine", receive_exactly(client(), 4));
}

TEST_P(HandoffTest, ASecondClaimIsRefused) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), agent_.pid(), &info));
  const Outcome claimed = agent_.claim(info);
  ASSERT_FALSE(claimed.failed()) << describe(claimed);
  EXPECT_TRUE(failed_with(agent_.claim(info), {WSAEINVAL}));
  EXPECT_EQ(2, agent_.send_data(static_cast<SOCKET>(claimed.result), "ok").result);
  EXPECT_EQ("ok", receive_exactly(client(), 2));
}

// The process to name is the receiver's. Naming oneself is the mistake that programs make.
TEST_P(HandoffTest, TheSourcesOwnNumberIsNotForAnother) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), GetCurrentProcessId(), &info));
  EXPECT_TRUE(failed_with(agent_.claim(info), {WSAEINVAL}));
  const Socket mine(claim(info));
  ASSERT_TRUE(mine.valid()) << error_name(WSAGetLastError());
  ASSERT_TRUE(send_all(mine.get(), "still good"));
  EXPECT_EQ("still good", receive_exactly(client(), 10));
}

TEST_P(HandoffTest, AnAlteredStructureIsRefusedAndTheTrueOneStillGood) {
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), agent_.pid(), &info));
  for (const Alteration& alteration : kAlterations) {
    WSAPROTOCOL_INFOW altered = info;
    alteration.apply(altered);
    EXPECT_TRUE(failed_with(agent_.claim(altered), {WSAEINVAL})) << alteration.name;
  }
  const Outcome claimed = agent_.claim(info);
  ASSERT_FALSE(claimed.failed()) << describe(claimed);
  EXPECT_EQ(9, agent_.send_data(static_cast<SOCKET>(claimed.result), "untouched").result);
  EXPECT_EQ("untouched", receive_exactly(client(), 9));
}

// ---- state is common -------------------------------------------------------------------------------------------------

TEST_P(HandoffTest, OptionsAreCommon) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  for (const SharedOption& option : kSharedOptions) {
    const int before = get_option(server(), option.level, option.option);
    EXPECT_EQ(before, agent_.get_option(there, option.level, option.option).result) << option.name;
    ASSERT_TRUE(set_option(server(), option.level, option.option, option.value)) << option.name;
    EXPECT_EQ(option.value, agent_.get_option(there, option.level, option.option).result) << option.name;
    ASSERT_EQ(0, agent_.set_option(there, option.level, option.option, before).result) << option.name;
    EXPECT_EQ(before, get_option(server(), option.level, option.option)) << option.name;
  }
}

TEST_P(HandoffTest, TheBlockingModeIsCommon) {
  ASSERT_TRUE(set_nonblocking(server()));
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  std::string data;
  EXPECT_TRUE(failed_with(agent_.receive(there, &data, 1), {WSAEWOULDBLOCK}));
  ASSERT_EQ(0, agent_.set_nonblocking(there, false).result);
  ASSERT_TRUE(send_all(client(), "x"));
  char byte;
  EXPECT_RETURNS(1, recv(server(), &byte, 1, 0));
  ASSERT_EQ(0, agent_.set_nonblocking(there, true).result);
  EXPECT_FAILS_WITH(recv(server(), &byte, 1, 0), WSAEWOULDBLOCK);
}

TEST_P(HandoffTest, TheLastDescriptorOfAllProcessesEndsTheConnection) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.close_socket(there).result);
  ASSERT_TRUE(send_all(server(), "still here"));
  EXPECT_EQ("still here", receive_exactly(client(), 10));
  const SOCKET again = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, again);
  ASSERT_EQ(0, pair_.server.close());
  EXPECT_EQ(5, agent_.send_data(again, "there").result);
  EXPECT_EQ("there", receive_exactly(client(), 5));
  ASSERT_EQ(0, agent_.close_socket(again).result);
  EXPECT_EQ("", receive_to_end(client()));
}

TEST_P(HandoffTest, ShutdownIsCommon) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.shutdown_socket(there, SD_SEND).result);
  EXPECT_EQ("", receive_to_end(client()));
  EXPECT_FAILS_WITH(send(server(), "x", 1, 0), WSAESHUTDOWN);
}

TEST_P(HandoffTest, AnEndOfReceivingIsCommon) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.shutdown_socket(there, SD_RECEIVE).result);
  char byte;
  EXPECT_FAILS_WITH(recv(server(), &byte, 1, 0), WSAESHUTDOWN);
  // The other direction stays open, and its end is not taken for that.
  ASSERT_TRUE(send_all(server(), "x"));
  EXPECT_EQ("x", receive_exactly(client(), 1));
}

TEST_P(HandoffTest, ThePeersEndIsSeenByAll) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.shutdown_socket(there, SD_SEND).result);
  EXPECT_EQ("", receive_to_end(client()));
  ASSERT_EQ(0, shutdown(client(), SD_SEND));
  std::string data = "none";
  EXPECT_EQ(0, agent_.receive(there, &data, 1).result);
  char byte;
  EXPECT_RETURNS(0, recv(server(), &byte, 1, 0));
}

TEST_P(HandoffTest, LingerSetHereResetsThere) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_TRUE(set_linger(server(), 1, 0));
  ASSERT_EQ(0, pair_.server.close());
  EXPECT_FALSE(wait_for(client(), Readiness::kRead, 0)) << "a descriptor is left";
  ASSERT_EQ(0, agent_.close_socket(there).result);
  ASSERT_TRUE(wait_for(client(), Readiness::kRead));
  char byte;
  EXPECT_FAILS_WITH(recv(client(), &byte, 1, 0), WSAECONNRESET);
}

TEST_P(HandoffTest, UnreadDataResetsThePeerAtTheLastClose) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_TRUE(send_all(client(), "never read"));
  ASSERT_TRUE(wait_for(server(), Readiness::kRead));
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_EQ(0, agent_.close_socket(there).result);
  ASSERT_TRUE(wait_for(client(), Readiness::kRead));
  char byte;
  EXPECT_FAILS_WITH(recv(client(), &byte, 1, 0), WSAECONNRESET);
}

// ---- kinds of sockets ------------------------------------------------------------------------------------------------

TEST_P(HandoffTest, ADatagramSocket) {
  const Pair datagrams = udp_pair(family());
  ASSERT_TRUE(datagrams.valid());
  const SOCKET there = hand_over(datagrams.server.get());
  ASSERT_NE(INVALID_SOCKET, there);
  EXPECT_EQ(SOCK_DGRAM, agent_.get_option(there, SOL_SOCKET, SO_TYPE).result);
  ASSERT_EQ(4, send(datagrams.client.get(), "ping", 4, 0));
  std::string data;
  EXPECT_TRUE(failed_with(agent_.receive(there, &data, 2), {WSAEMSGSIZE}));
  EXPECT_EQ(4, agent_.send_data(there, "pong").result);
  EXPECT_EQ("pong", receive_exactly(datagrams.client.get(), 4));
}

TEST_P(HandoffTest, AListenerAcceptsInTheOtherProcess) {
  Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  const SOCKET there = hand_over(server.get());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, server.close());
  EXPECT_EQ(endpoint.port(), agent_.port_of(there).result);
  const Socket client = make_socket(family(), SOCK_STREAM);
  ASSERT_RETURNS(0, connect(client.get(), endpoint.address(), endpoint.length));
  const Outcome accepted = agent_.accept_on(there);
  ASSERT_FALSE(accepted.failed()) << describe(accepted);
  EXPECT_EQ(8, agent_.send_data(static_cast<SOCKET>(accepted.result), "accepted").result);
  EXPECT_EQ("accepted", receive_exactly(client.get(), 8));
}

TEST_P(HandoffTest, ANonBlockingListenerIsOneThereToo) {
  const Socket server = listener(family());
  ASSERT_TRUE(set_nonblocking(server.get()));
  const SOCKET there = hand_over(server.get());
  ASSERT_NE(INVALID_SOCKET, there);
  EXPECT_TRUE(failed_with(agent_.accept_on(there), {WSAEWOULDBLOCK}));
}

TEST_P(HandoffTest, AConnectingSocket) {
  const Socket server = listener(family());
  const Endpoint endpoint = local_name(server.get());
  Socket connecting = make_socket(family(), SOCK_STREAM);
  ASSERT_TRUE(set_nonblocking(connecting.get()));
  ASSERT_FAILS_WITH(connect(connecting.get(), endpoint.address(), endpoint.length), WSAEWOULDBLOCK);
  const SOCKET there = hand_over(connecting.get());
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_TRUE(wait_for(server.get(), Readiness::kRead));
  const Socket accepted(accept(server.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_TRUE(wait_for(connecting.get(), Readiness::kWrite));
  EXPECT_EQ(9, agent_.send_data(there, "connected").result);
  EXPECT_EQ("connected", receive_exactly(accepted.get(), 9));
}

// ---- longer ways -----------------------------------------------------------------------------------------------------

TEST_P(HandoffTest, ThereAndBack) {
  const SOCKET there = hand_over(server());
  ASSERT_NE(INVALID_SOCKET, there);
  WSAPROTOCOL_INFOW info;
  const Outcome duplicated = agent_.duplicate(there, GetCurrentProcessId(), &info);
  ASSERT_EQ(0, duplicated.result) << describe(duplicated);
  ASSERT_EQ(0, agent_.close_socket(there).result);
  Socket back(claim(info));
  ASSERT_TRUE(back.valid()) << error_name(WSAGetLastError());
  EXPECT_NE(server(), back.get());
  // It is the same socket still: state set through one descriptor is seen through the other.
  ASSERT_TRUE(set_option(server(), SOL_SOCKET, SO_RCVTIMEO, 777));
  EXPECT_EQ(777, get_option(back.get(), SOL_SOCKET, SO_RCVTIMEO));
  ASSERT_EQ(0, pair_.server.close());
  ASSERT_TRUE(send_all(back.get(), "back"));
  EXPECT_EQ("back", receive_exactly(client(), 4));
  ASSERT_EQ(0, back.close());
  EXPECT_EQ("", receive_to_end(client()));
}

TEST_P(HandoffTest, AChainThroughTenProcesses) {
  std::array<Agent, 10> agents;
  for (Agent& agent : agents) ASSERT_TRUE(agent.start());
  WSAPROTOCOL_INFOW info;
  ASSERT_RETURNS(0, WSADuplicateSocketW(server(), agents[0].pid(), &info));
  ASSERT_EQ(0, pair_.server.close());
  SOCKET last = INVALID_SOCKET;
  for (size_t i = 0; i < agents.size(); ++i) {
    const Outcome claimed = agents[i].claim(info);
    ASSERT_FALSE(claimed.failed()) << "process " << i << ": " << describe(claimed);
    last = static_cast<SOCKET>(claimed.result);
    const std::string greeting = "from " + std::to_string(i);
    ASSERT_EQ(static_cast<long long>(greeting.size()), agents[i].send_data(last, greeting).result);
    EXPECT_EQ(greeting, receive_exactly(client(), greeting.size()));
    if (i + 1 == agents.size()) break;
    const Outcome duplicated = agents[i].duplicate(last, agents[i + 1].pid(), &info);
    ASSERT_EQ(0, duplicated.result) << "process " << i << ": " << describe(duplicated);
    ASSERT_EQ(0, agents[i].close_socket(last).result);
  }
  ASSERT_EQ(0, agents.back().close_socket(last).result);
  EXPECT_EQ("", receive_to_end(client()));
}

TEST_P(HandoffTest, ManyAtOnce) {
  constexpr int kConnections = 50;
  std::vector<Pair> pairs(kConnections);
  std::vector<SOCKET> there;
  for (Pair& pair : pairs) {
    pair = tcp_pair(family());
    ASSERT_TRUE(pair.valid());
    there.push_back(hand_over(pair.server.get()));
    ASSERT_NE(INVALID_SOCKET, there.back());
    ASSERT_EQ(0, pair.server.close());
  }
  for (int i = 0; i < kConnections; ++i) {
    const std::string mark = std::to_string(i);
    ASSERT_EQ(static_cast<long long>(mark.size()), agent_.send_data(there[static_cast<size_t>(i)], mark).result);
    EXPECT_EQ(mark, receive_exactly(pairs[static_cast<size_t>(i)].client.get(), mark.size()));
  }
}

}  // namespace
}  // namespace regress
