// An event that is being told, and the word that the selection has become another process's: windsockd raises the epoch first, then sends
// the word. Each step of the owner's is stopped where it matters, so that the other one's comes just then.
#include "dlls/ws2_32/event_selection.h"

#include <winsock2.h>

#include <atomic>
#include <functional>
#include <thread>

#include "dlls/common/host_epoll.h"
#include "dlls/common/shared_state.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/socket_table.h"
#include "tests/support/deadline.h"
#include "tests/support/process_info.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

// Counts when it has told.
class CountingTarget : public EventTarget {
 public:
  void tell(uintptr_t, EventLatch&) override {
    while_telling();
    ++told;
  }
  std::function<void()> while_telling = [] {};
  std::atomic<int> told{0};
};

class SharedSelection : public ws2_32_test::Started {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Started::SetUp());
    pair_ = connected();
    socket_ = std::move(SocketTable::instance().find(pair_.server)).take();
    ASSERT_TRUE(EventSelection::select(socket_, target_, FD_READ));
    underlying().share_as(SlotId{0, 1}, &slot_);
  }
  void TearDown() override {
    underlying().detach();
    socket_ = SocketRef();
    Started::TearDown();
  }

  UnderlyingSocket& underlying() { return socket_.socket(); }
  void look_finds_data(uint32_t look) { underlying().selection()->ready(socket_, EventSelection::Found{host::kReadyIn, look}); }
  void data_arrives() { look_finds_data(IoDriver::looks() + 1); }
  void data_arrives_after_a_receive() {
    underlying().selection()->called(socket_, Enabling::kReceive);
    data_arrives();
  }
  void raise_epoch() { slot_.epoch.fetch_add(1); }
  uint32_t recorded() { return EventSelection::take_record(socket_, nullptr).value().events; }

  SharedSlot slot_{};
  std::shared_ptr<CountingTarget> target_ = std::make_shared<CountingTarget>();
  Pair pair_;
  SocketRef socket_;
};

TEST_F(SharedSelection, tells_while_nobody_takes_it) {
  data_arrives();
  EXPECT_EQ(target_->told, 1);
  EXPECT_EQ(recorded(), uint32_t{FD_READ});
  data_arrives_after_a_receive();
  EXPECT_EQ(target_->told, 2);
}

// The thread that looks may be late to tell what it has found.
TEST_F(SharedSelection, tells_nothing_of_data_that_was_received_since_the_look) {
  const uint32_t look = IoDriver::looks();
  underlying().selection()->called(socket_, Enabling::kReceive);
  look_finds_data(look);
  EXPECT_EQ(target_->told, 0);
  look_finds_data(look + 1);
  EXPECT_EQ(target_->told, 1);
}

TEST_F(SharedSelection, tells_nothing_from_the_epoch_on_before_the_word_comes) {
  raise_epoch();
  data_arrives();
  EXPECT_EQ(target_->told, 0);
  EXPECT_EQ(recorded(), 0u);
  EXPECT_EQ(EventSelection::of(socket_), nullptr);
}

TEST_F(SharedSelection, tells_what_it_has_begun_to_tell_and_nothing_more) {
  target_->while_telling = [this] { raise_epoch(); };
  data_arrives();
  EXPECT_EQ(target_->told, 1);
  data_arrives_after_a_receive();
  EXPECT_EQ(target_->told, 1);
  EXPECT_EQ(recorded(), 0u);
}

// Whoever has sent the word for another process's sake hears that it has been heeded, and nothing is told after that.
TEST_F(SharedSelection, the_word_waits_for_what_is_being_told) {
  std::atomic<int> thread{0};
  std::thread word;
  target_->while_telling = [&] {
    raise_epoch();
    word = std::thread([&] {
      thread = host::thread_id();
      EventSelection::cancelled(underlying());
      EXPECT_EQ(target_->told, 1);
    });
    EXPECT_TRUE(test_support::eventually([&] { return thread != 0 && test_support::thread_sleeps(thread); }));
  };
  data_arrives();
  word.join();
  EXPECT_EQ(EventSelection::of(socket_), nullptr);
  data_arrives_after_a_receive();
  EXPECT_EQ(target_->told, 1);
}

TEST_F(SharedSelection, stays_when_the_word_is_of_an_epoch_that_is_over) {
  EventSelection::cancelled(underlying());
  data_arrives();
  EXPECT_EQ(target_->told, 1);
}

}  // namespace
}  // namespace windsock
