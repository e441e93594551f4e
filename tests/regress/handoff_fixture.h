// A connection here, and another process (the agent) that gets descriptors of it.
#ifndef TESTS_REGRESS_HANDOFF_FIXTURE_H
#define TESTS_REGRESS_HANDOFF_FIXTURE_H

#include <winsock2.h>

#include "tests/regress/fixture.h"
#include "tests/support/agent.h"

namespace regress {

class AgentTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    ASSERT_TRUE(agent_.start());
    pair_ = tcp_pair(family());
    ASSERT_TRUE(pair_.valid());
  }
  void TearDown() override {
    pair_ = Pair();
    EXPECT_TRUE(agent_.finish()) << "the agent did not end";
    FamilyTest::TearDown();
  }
  SOCKET client() const { return pair_.client.get(); }
  SOCKET server() const { return pair_.server.get(); }
  // Gives an agent a descriptor of the socket; its value there, or INVALID_SOCKET.
  static SOCKET hand_over(SOCKET socket, Agent& agent) {
    WSAPROTOCOL_INFOW info;
    if (WSADuplicateSocketW(socket, agent.pid(), &info) != 0) return INVALID_SOCKET;
    const Outcome claimed = agent.claim(info);
    return claimed.failed() ? INVALID_SOCKET : static_cast<SOCKET>(claimed.result);
  }
  SOCKET hand_over(SOCKET socket) { return hand_over(socket, agent_); }

  Agent agent_;
  Pair pair_;
};

}  // namespace regress

#endif
