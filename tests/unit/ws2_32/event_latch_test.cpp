// Every event, by every call that enables, with its condition there or not, told already or not.
#include "dlls/ws2_32/event_latch.h"

#include <winsock2.h>

#include <gtest/gtest.h>

#include <bit>
#include <iterator>

namespace windsock {
namespace {

constexpr uint32_t kAskedFor = FD_ROUTING_INTERFACE_CHANGE | FD_ADDRESS_LIST_CHANGE;

struct Call {
  const char* name;
  Enabling enabling;
  uint32_t enables;  // as the page says, and a new connection beside it
};
constexpr Call kCalls[] = {
    {"receive", Enabling::kReceive, FD_READ | FD_OOB},
    {"full send", Enabling::kFullSend, FD_WRITE},
    {"accept", Enabling::kAccept, FD_ACCEPT},
    {"connection", Enabling::kConnect, FD_CONNECT | FD_CLOSE | FD_READ | FD_WRITE | FD_OOB},
    {"routes", Enabling::kRouteQuery, FD_ROUTING_INTERFACE_CHANGE},
    {"addresses", Enabling::kAddressQuery, FD_ADDRESS_LIST_CHANGE},
};

NetworkEvents true_of(uint32_t events, WsaError error = WsaError::kNone) {
  NetworkEvents now;
  for (uint32_t left = events; left != 0; left &= left - 1) now.add(left & -left, error);
  return now;
}

constexpr uint32_t event_at(size_t index) { return 1u << index; }

TEST(EventLatch, tells_each_event_once_until_a_call_enables_it) {
  for (const Call& call : kCalls) {
    for (size_t index = 0; index < kNetworkEvents; ++index) {
      const uint32_t event = event_at(index);
      for (bool is_true_after : {false, true}) {
        for (bool was_told : {false, true}) {
          SCOPED_TRACE(testing::Message() << call.name << " FD_ bit " << index << (is_true_after ? ", true" : ", not true")
                                          << (was_told ? ", told before" : ""));
          EventLatch latch;
          latch.select(FD_ALL_EVENTS);
          if (event & kAskedFor) latch.enable(event == FD_ADDRESS_LIST_CHANGE ? Enabling::kAddressQuery : Enabling::kRouteQuery);
          if (was_told) {
            EXPECT_EQ(latch.note(true_of(event)), event);
            EXPECT_EQ(latch.note(true_of(event)), 0u) << "twice";
            EXPECT_EQ(latch.take().events, event);
          }
          latch.enable(call.enabling);
          const bool told = is_true_after && (!was_told || (call.enables & event));
          EXPECT_EQ(latch.note(is_true_after ? true_of(event) : NetworkEvents{}), told ? event : 0u);
          EXPECT_EQ(latch.take().events, told ? event : 0u);
          // What was enabled and was not true yet is told when it becomes true.
          const bool is_told_later = !is_true_after && (!was_told || (call.enables & event));
          EXPECT_EQ(latch.note(true_of(event)), is_told_later ? event : 0u);
        }
      }
    }
  }
}

TEST(EventLatch, tells_nothing_that_is_not_selected) {
  for (size_t selected = 0; selected < kNetworkEvents; ++selected) {
    EventLatch latch;
    latch.select(event_at(selected));
    EXPECT_EQ(latch.selected(), event_at(selected));
    for (const Call& call : kCalls) latch.enable(call.enabling);
    EXPECT_EQ(latch.note(true_of(FD_ALL_EVENTS)), event_at(selected));
    EXPECT_EQ(latch.take().events, event_at(selected));
  }
  EventLatch none;
  EXPECT_EQ(none.note(true_of(FD_ALL_EVENTS)), 0u);
  EXPECT_EQ(none.selected(), 0u);
}

TEST(EventLatch, an_event_that_is_not_selected_yet_stays_to_be_told) {
  EventLatch latch;
  latch.select(FD_WRITE);
  EXPECT_EQ(latch.note(true_of(FD_READ | FD_WRITE)), static_cast<uint32_t>(FD_WRITE));
  latch.select(FD_READ | FD_WRITE);
  EXPECT_EQ(latch.note(true_of(FD_READ | FD_WRITE)), static_cast<uint32_t>(FD_READ | FD_WRITE));
}

// But for what is told of changes alone: a new selection asks for nothing, and takes nothing back.
TEST(EventLatch, a_new_selection_forgets_what_was_told) {
  for (bool was_told : {false, true}) {
    EventLatch latch;
    latch.select(FD_ALL_EVENTS);
    latch.enable(Enabling::kRouteQuery);
    if (was_told) {
      EXPECT_EQ(latch.note(true_of(FD_ALL_EVENTS)), static_cast<uint32_t>(FD_ALL_EVENTS & ~FD_ADDRESS_LIST_CHANGE));
    }
    latch.select(FD_ALL_EVENTS);
    EXPECT_EQ(latch.take().events, 0u) << "the record is empty";
    EXPECT_EQ(latch.note(true_of(FD_ALL_EVENTS)), (FD_ALL_EVENTS & ~kAskedFor) | (was_told ? 0u : FD_ROUTING_INTERFACE_CHANGE));
  }
}

TEST(EventLatch, a_question_may_come_before_the_selection) {
  EventLatch latch;
  latch.enable(Enabling::kAddressQuery);
  latch.select(kAskedFor);
  EXPECT_EQ(latch.note(true_of(kAskedFor)), static_cast<uint32_t>(FD_ADDRESS_LIST_CHANGE));
}

TEST(EventLatch, what_happens_once_more_is_told_once_more) {
  EventLatch latch;
  latch.select(FD_CLOSE);
  EXPECT_EQ(latch.note(true_of(FD_CLOSE)), static_cast<uint32_t>(FD_CLOSE));
  NetworkEvents reset = true_of(FD_CLOSE, static_cast<WsaError>(WSAECONNRESET));
  reset.anew = FD_CLOSE;
  EXPECT_EQ(latch.note(reset), static_cast<uint32_t>(FD_CLOSE));
  EXPECT_EQ(latch.take().error_of(FD_CLOSE), static_cast<WsaError>(WSAECONNRESET));
  EXPECT_EQ(latch.note(true_of(FD_CLOSE)), 0u);
  latch.select(FD_READ);
  EXPECT_EQ(latch.note(reset), 0u) << "it is not selected";
}

TEST(EventLatch, the_record_has_the_errors_of_what_was_told) {
  EventLatch latch;
  latch.select(FD_ALL_EVENTS);
  const auto reset = static_cast<WsaError>(WSAECONNRESET), refused = static_cast<WsaError>(WSAECONNREFUSED);
  NetworkEvents now = true_of(FD_READ);
  now.add(FD_CLOSE, reset);
  latch.note(now);
  latch.note(true_of(FD_CLOSE, refused));
  latch.note(true_of(FD_CONNECT, refused));
  NetworkEvents record = latch.take();
  EXPECT_EQ(record.events, static_cast<uint32_t>(FD_READ | FD_CLOSE | FD_CONNECT)) << "it gathers";
  EXPECT_EQ(record.error_of(FD_READ), WsaError::kNone);
  EXPECT_EQ(record.error_of(FD_CLOSE), reset) << "the one that was told";
  EXPECT_EQ(record.error_of(FD_CONNECT), refused);
  EXPECT_EQ(record.error_of(0), WsaError::kNone);
  EXPECT_EQ(latch.take().events, 0u);
  // A later success has no error of the time before.
  latch.enable(Enabling::kConnect);
  latch.note(true_of(FD_CONNECT));
  EXPECT_EQ(latch.take().error_of(FD_CONNECT), WsaError::kNone);
}

}  // namespace
}  // namespace windsock
