// WSAEventSelect on a socket that several processes share: a selection cancels the former one, whichever process made it.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaduplicatesocketw
#include <windows.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "tests/regress/handoff_fixture.h"
#include "tests/regress/second_descriptor.h"
#include "tests/regress/selected_events.h"

namespace regress {
namespace {

// Of two threads, the first waits here for the other.
class MeetingPoint {
 public:
  void meet() {
    std::unique_lock lock(mutex_);
    if (++here_ % 2 == 0)
      both_.notify_one();
    else
      both_.wait(lock, [this, mine = here_] { return here_ != mine; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable both_;
  unsigned here_ = 0;
};

class HandoffEventsTest : public AgentTest {
 protected:
  void SetUp() override {
    AgentTest::SetUp();
    mine_.emplace();
  }
  void TearDown() override {
    pair_ = Pair();
    mine_.reset();
    AgentTest::TearDown();
  }
  using AgentTest::hand_over;
  // The agent's descriptor of the server's socket.
  SOCKET hand_over() { return hand_over(server()); }
  static int set_blocking(SOCKET socket) {
    u_long nonblocking = 0;
    return ioctlsocket(socket, FIONBIO, &nonblocking);
  }
  int set_blocking() const { return set_blocking(server()); }
  // Two threads that select at once, many times, the other one these events on a second descriptor. Whoever is last has the selection,
  // whichever order windsockd has put them in: if the socket has one, it is told of what comes then, and by one event.
  void expect_one_selection(long others_events);

  std::optional<SelectedEvents> mine_;
};
FOR_BOTH_FAMILIES(HandoffEventsTest);

TEST_P(HandoffEventsTest, ASelectionInTheOtherProcessTakesThePlace) {
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.select_events(there, FD_READ).result);
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ(FD_READ, agent_.next_events(there).result);
  EXPECT_FALSE(mine_->is_set());
  EXPECT_EQ("", mine_->take(server()));
}

TEST_P(HandoffEventsTest, ASelectionIsTakenBack) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  ASSERT_EQ(0, agent_.select_events(there, FD_READ).result);
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ("FD_READ", mine_->next(server()));
  EXPECT_EQ(0, agent_.next_events(there, 0).result);
}

TEST_P(HandoffEventsTest, ManyTimes) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  char byte;
  for (int i = 0; i < 100; ++i) {
    ASSERT_RETURNS(0, mine_->select(server(), FD_READ)) << i;
    ASSERT_TRUE(send_all(client(), "x"));
    ASSERT_EQ("FD_READ", mine_->next(server())) << i;
    ASSERT_EQ(0, agent_.next_events(there, 0).result) << i;
    ASSERT_RETURNS(1, recv(server(), &byte, 1, 0));
    ASSERT_EQ(0, agent_.select_events(there, FD_READ).result) << i;
    ASSERT_TRUE(send_all(client(), "y"));
    ASSERT_EQ(FD_READ, agent_.next_events(there).result) << i;
    ASSERT_FALSE(mine_->is_set()) << i;
    std::string data;
    ASSERT_EQ(1, agent_.receive(there, &data, 1).result);
  }
}

// Nobody who is inside Winsock is needed for it: the former owner's thread waits, or does something else.
TEST_P(HandoffEventsTest, AThreadThatWaitsIsToldNoMore) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  SelectedEvents end;
  DWORD woken = WSA_WAIT_FAILED;
  std::thread waiting([&] {
    const WSAEVENT events[] = {mine_->event(), end.event()};
    woken = WSAWaitForMultipleEvents(2, events, FALSE, kDeadlineMs, FALSE);
  });
  EXPECT_EQ(0, agent_.select_events(there, FD_READ).result);
  EXPECT_TRUE(send_all(client(), "x"));
  EXPECT_EQ(FD_READ, agent_.next_events(there).result);
  WSASetEvent(end.event());
  waiting.join();
  EXPECT_EQ(WSA_WAIT_EVENT_0 + 1, woken);
}

TEST_P(HandoffEventsTest, ASelectionGoesOnInTheSource) {
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ("FD_READ", mine_->next(server()));
  EXPECT_TRUE(failed_with(agent_.set_nonblocking(there, false), {WSAEINVAL})) << "the mode is common, too";
}

TEST_P(HandoffEventsTest, NoEventsByAnybodyCancel) {
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  EXPECT_FAILS_WITH(set_blocking(), WSAEINVAL);
  ASSERT_EQ(0, agent_.select_events(there, 0).result);
  ASSERT_TRUE(send_all(client(), "x"));
  ASSERT_TRUE(wait_for(server(), Readiness::kRead));
  EXPECT_FALSE(mine_->is_set());
  EXPECT_RETURNS(0, set_blocking());
}

TEST_P(HandoffEventsTest, TheModeIsTheOwnersWherever) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.select_events(there, FD_READ).result);
  EXPECT_FAILS_WITH(set_blocking(), WSAEINVAL);
  ASSERT_RETURNS(0, mine_->select(server(), 0));
  EXPECT_EQ(0, agent_.set_nonblocking(there, false).result);
}

TEST_P(HandoffEventsTest, ItEndsWithItsDescriptor) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, agent_.select_events(there, FD_READ).result);
  ASSERT_EQ(0, agent_.close_socket(there).result);
  EXPECT_TRUE(eventually([&] { return set_blocking() == 0; }));
}

TEST_P(HandoffEventsTest, ItEndsWithItsProcess) {
  Agent other;
  ASSERT_TRUE(other.start());
  const SOCKET there = hand_over(server(), other);
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_EQ(0, other.select_events(there, FD_READ).result);
  ASSERT_TRUE(other.exit_at_once());
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ("FD_READ", mine_->next(server()));
}

TEST_P(HandoffEventsTest, AThirdProcessTakesIt) {
  Agent other;
  ASSERT_TRUE(other.start());
  const SOCKET there = hand_over(), elsewhere = hand_over(server(), other);
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_NE(INVALID_SOCKET, elsewhere);
  ASSERT_EQ(0, agent_.select_events(there, FD_READ).result);
  ASSERT_EQ(0, other.select_events(elsewhere, FD_READ).result);
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ(FD_READ, other.next_events(elsewhere).result);
  EXPECT_EQ(0, agent_.next_events(there, 0).result);
}

// A second descriptor here is of the same socket.
TEST_P(HandoffEventsTest, ASecondDescriptorOfASharedSocketTakesIt) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  Socket second = second_descriptor(server());
  ASSERT_TRUE(second.valid());
  SelectedEvents other;
  ASSERT_RETURNS(0, other.select(second.get(), FD_READ));
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ("FD_READ", other.next(second.get()));
  EXPECT_FALSE(mine_->is_set());
  ASSERT_EQ(0, agent_.select_events(there, FD_READ).result);
  EXPECT_EQ(FD_READ, agent_.next_events(there).result);
  EXPECT_FALSE(other.is_set());
}

void HandoffEventsTest::expect_one_selection(long others_events) {
  ASSERT_NE(INVALID_SOCKET, hand_over());
  const Socket second = second_descriptor(server());
  ASSERT_TRUE(second.valid());
  const SelectedEvents other;
  constexpr int kTurns = 200;
  MeetingPoint both;
  int failures = 0;
  std::thread another([&] {
    for (int i = 0; i < kTurns; ++i) {
      both.meet();
      if (WSAEventSelect(second.get(), others_events ? other.event() : nullptr, others_events) != 0) ++failures;
      both.meet();
    }
  });
  for (int i = 0; i < kTurns; ++i) {
    both.meet();
    EXPECT_RETURNS(0, mine_->select(server(), FD_READ)) << i;
    both.meet();
    if (HasFailure()) continue;
    const bool is_selected = set_blocking() != 0;
    EXPECT_TRUE(is_selected || others_events == 0) << i;
    EXPECT_TRUE(send_all(client(), "x")) << i;
    const WSAEVENT events[] = {mine_->event(), other.event()};
    if (is_selected) {
      EXPECT_NE(WSA_WAIT_TIMEOUT, WSAWaitForMultipleEvents(2, events, FALSE, kDeadlineMs, FALSE)) << i;
    }
    EXPECT_TRUE(wait_for(server(), Readiness::kRead)) << i;
    EXPECT_EQ(is_selected, mine_->is_set() != other.is_set()) << i;
    EXPECT_EQ(is_selected ? "FD_READ" : "", (other.is_set() ? other : *mine_).take(server())) << i;
    EXPECT_EQ("x", receive_exactly(server(), 1)) << i;
  }
  another.join();
  EXPECT_EQ(0, failures);
}

TEST_P(HandoffEventsTest, OfTwoThreadsThatSelectAtOnceOneIsTold) { expect_one_selection(FD_READ); }

TEST_P(HandoffEventsTest, OfTwoThreadsOneOfWhichSelectsNothingTheLastDecides) { expect_one_selection(0); }

TEST_P(HandoffEventsTest, ThereAndBackIsTheSameSocket) {
  const SOCKET there = hand_over();
  ASSERT_NE(INVALID_SOCKET, there);
  WSAPROTOCOL_INFOW info;
  ASSERT_EQ(0, agent_.duplicate(there, GetCurrentProcessId(), &info).result);
  const Socket back(claim(info));
  ASSERT_TRUE(back.valid()) << error_name(WSAGetLastError());
  ASSERT_RETURNS(0, mine_->select(server(), FD_READ));
  SelectedEvents other;
  ASSERT_RETURNS(0, other.select(back.get(), FD_READ));
  ASSERT_TRUE(send_all(client(), "x"));
  EXPECT_EQ("FD_READ", other.next(back.get()));
  EXPECT_FALSE(mine_->is_set());
}

TEST_P(HandoffEventsTest, AConnectionOfASharedListenerIsSelectedHere) {
  const Socket listening = listener(family());
  const SOCKET there = hand_over(listening.get(), agent_);
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_RETURNS(0, mine_->select(listening.get(), FD_ACCEPT | FD_READ));
  const Endpoint endpoint = local_name(listening.get());
  const Socket peer = make_socket(family(), SOCK_STREAM);
  ASSERT_RETURNS(0, connect(peer.get(), endpoint.address(), endpoint.length));
  EXPECT_EQ("FD_ACCEPT", mine_->next(listening.get()));
  const Socket accepted(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_EQ(0, agent_.select_events(there, FD_ACCEPT).result) << "which is of the listener alone";
  ASSERT_TRUE(send_all(peer.get(), "x"));
  EXPECT_EQ("FD_READ", mine_->next(accepted.get()));
}

// The connection that was told of is another process's by now; so the accept finds none, and the next one is told of.
TEST_P(HandoffEventsTest, AConnectionThatAnotherProcessHasTakenLeavesTheNextToBeTold) {
  const Socket listening = listener(family());
  const SOCKET there = hand_over(listening.get(), agent_);
  ASSERT_NE(INVALID_SOCKET, there);
  ASSERT_RETURNS(0, mine_->select(listening.get(), FD_ACCEPT));
  for (int turn = 0; turn < 2; ++turn) {
    const Socket peer = connect_to(listening.get(), family());
    EXPECT_EQ("FD_ACCEPT", mine_->next(listening.get())) << turn;
    const Outcome taken = agent_.accept_on(there);
    ASSERT_FALSE(taken.failed()) << describe(taken);
    EXPECT_FAILS_WITH(accept(listening.get(), nullptr, nullptr), WSAEWOULDBLOCK);
    EXPECT_EQ(0, agent_.close_socket(static_cast<SOCKET>(taken.result)).result);
  }
}

TEST_P(HandoffEventsTest, AConnectionOfASharedListenerHasAModeOfItsOwn) {
  const Socket listening = listener(family());
  ASSERT_NE(INVALID_SOCKET, hand_over(listening.get(), agent_));
  ASSERT_RETURNS(0, mine_->select(listening.get(), FD_ACCEPT));
  const Endpoint endpoint = local_name(listening.get());
  const Socket peer = make_socket(family(), SOCK_STREAM);
  ASSERT_RETURNS(0, connect(peer.get(), endpoint.address(), endpoint.length));
  EXPECT_EQ("FD_ACCEPT", mine_->next(listening.get()));
  const Socket accepted(accept(listening.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  EXPECT_FAILS_WITH(set_blocking(accepted.get()), WSAEINVAL) << "what is selected on the listener is selected on it";
  ASSERT_RETURNS(0, WSAEventSelect(accepted.get(), nullptr, 0));
  EXPECT_RETURNS(0, set_blocking(accepted.get()));
  EXPECT_FAILS_WITH(set_blocking(listening.get()), WSAEINVAL);
}

}  // namespace
}  // namespace regress
