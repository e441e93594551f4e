// Overlapped transfers of datagrams.
#include "tests/regress/overlapped_call.h"

#include <deque>

#include "tests/regress/message.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

class OverlappedDatagramTest : public DatagramPairTest {
 protected:
  bool sent(const std::string& text) {
    const int size = static_cast<int>(text.size());
    return sendto(here(), text.data(), size, 0, target_.address(), target_.length) == size;
  }
};
FOR_BOTH_FAMILIES(OverlappedDatagramTest);

TEST_P(OverlappedDatagramTest, TheSenderIsKnownAtTheEnd) {
  OverlappedCall call;
  ASSERT_PENDING(call.receive_from(there()));
  ASSERT_TRUE(sent("hello"));
  EXPECT_EQ("hello", call.received());
  EXPECT_TRUE(call.sender == local_name(here()));
  EXPECT_EQ(target_.length, call.sender.length);
}

TEST_P(OverlappedDatagramTest, TheSenderOfWhatIsThereIsKnownAtOnce) {
  ASSERT_TRUE(arrived("hello"));
  OverlappedCall call;
  ASSERT_RETURNS(0, call.receive_from(there()));
  EXPECT_EQ(5u, call.at_once);
  EXPECT_TRUE(call.sender == local_name(here()));
  EXPECT_EQ("hello", call.received());
}

TEST_P(OverlappedDatagramTest, IsSentWhereItIsToldTo) {
  OverlappedCall in, out("hello");
  ASSERT_PENDING(in.receive(there()));
  ASSERT_BEGUN(out.send_to(here(), target_));
  EXPECT_EQ(5, out.end());
  EXPECT_EQ("hello", in.received());
}

TEST_P(OverlappedDatagramTest, EachReceiveTakesOne) {
  std::deque<OverlappedCall> calls;
  for (int i = 0; i < 4; ++i) ASSERT_PENDING(calls.emplace_back().receive_from(there()));
  for (const char* text : {"one", "", "three"}) ASSERT_TRUE(sent(text));
  EXPECT_EQ("one", calls[0].received());
  EXPECT_EQ(0, calls[1].end()) << "an empty datagram is one too";
  EXPECT_TRUE(calls[1].sender == local_name(here()));
  EXPECT_EQ("three", calls[2].received());
  EXPECT_FALSE(calls[3].told());
}

TEST_P(OverlappedDatagramTest, ALongOneFillsTheBufferAndFails) {
  OverlappedCall call(4), next;
  ASSERT_PENDING(call.receive_from(there()));
  ASSERT_TRUE(sent("0123456789"));
  EXPECT_FAILS_WITH(call.end(), WSAEMSGSIZE);
  EXPECT_EQ("0123", call.data);
  EXPECT_EQ(4u, call.overlapped.InternalHigh);
  EXPECT_TRUE(call.sender == local_name(here()));
  ASSERT_PENDING(next.receive_from(there())) << "the rest is gone";
}

TEST_P(OverlappedDatagramTest, AnEmptyReceiveTellsOfALongOne) {
  OverlappedCall call(0);
  ASSERT_PENDING(call.receive(there()));
  ASSERT_TRUE(sent("hello"));
  EXPECT_FAILS_WITH(call.end(), WSAEMSGSIZE);
}

TEST_P(OverlappedDatagramTest, AnUnboundSocketReceivesNothing) {
  const Socket unbound = make_socket(family(), SOCK_DGRAM);
  OverlappedCall call;
  EXPECT_FAILS_WITH(call.receive_from(unbound.get()), WSAEINVAL);
  EXPECT_FALSE(call.told());
}

TEST_P(OverlappedDatagramTest, HasNoUrgentData) {
  ASSERT_RETURNS(0, connect(here(), target_.address(), target_.length));
  OverlappedCall call("x");
  EXPECT_FAILS_WITH(call.receive(here(), MSG_OOB), WSAEOPNOTSUPP);
  EXPECT_FAILS_WITH(call.send(here(), MSG_OOB), WSAEOPNOTSUPP);
  EXPECT_FALSE(call.told());
}

TEST_P(OverlappedDatagramTest, AReceiveIsToldThatWhatWasSentReachedNobody) {
  const Endpoint nobody = [this] {
    const Socket gone = bound_socket(family(), SOCK_DGRAM);
    return local_name(gone.get());
  }();
  OverlappedCall call;
  ASSERT_PENDING(call.receive_from(here()));
  ASSERT_RETURNS(1, sendto(here(), "x", 1, 0, nobody.address(), nobody.length));
  EXPECT_FAILS_WITH(call.end(), WSAECONNRESET);
}

TEST_P(OverlappedDatagramTest, WhatBindsTheSocketLetsItReceive) {
  const Socket unbound = make_socket(family(), SOCK_DGRAM);
  OverlappedCall out("hello"), in;
  ASSERT_BEGUN(out.send_to(unbound.get(), target_));
  EXPECT_EQ(5, out.end());
  ASSERT_TRUE(wait_for(there(), Readiness::kRead));
  Endpoint from;
  from.length = sizeof from.storage;
  char text[8];
  ASSERT_RETURNS(5, recvfrom(there(), text, sizeof text, 0, from.address(), &from.length));
  ASSERT_PENDING(in.receive_from(unbound.get()));
  ASSERT_RETURNS(2, sendto(there(), "ok", 2, 0, from.address(), from.length));
  EXPECT_EQ("ok", in.received());
}

// ---- messages -------------------------------------------------------------------------------------------------------------
class OverlappedMessageTest : public MessageTest {};
FOR_BOTH_FAMILIES(OverlappedMessageTest);

TEST_P(OverlappedMessageTest, ThereAndBack) {
  ASSERT_TRUE(set_option(there(), ip(), of_family(IP_PKTINFO, IPV6_PKTINFO), 1));
  Message in, out("hello", &target_);
  OverlappedCall receiving, sending;
  ASSERT_PENDING(receiving.begin(there(), [&] { return receive_(there(), &in.message, nullptr, &receiving.overlapped, nullptr); }));
  ASSERT_BEGUN(sending.begin(here(), [&] { return WSASendMsg(here(), &out.message, 0, nullptr, &sending.overlapped, nullptr); }));
  EXPECT_EQ(5, sending.end());
  ASSERT_EQ(5, receiving.end()) << error_name(WSAGetLastError());
  EXPECT_EQ("hello", std::string(in.data.data(), 5));
  in.sender.length = in.message.namelen;
  EXPECT_TRUE(in.sender == local_name(here()));
  EXPECT_EQ(1, in.items());
}

TEST_P(OverlappedMessageTest, ALongOneIsCut) {
  Message in(4);
  OverlappedCall receiving;
  ASSERT_PENDING(receiving.begin(there(), [&] { return receive_(there(), &in.message, nullptr, &receiving.overlapped, nullptr); }));
  ASSERT_RETURNS(10, sendto(here(), "0123456789", 10, 0, target_.address(), target_.length));
  EXPECT_FAILS_WITH(receiving.end(), WSAEMSGSIZE);
  EXPECT_EQ("0123", std::string(in.data.data(), 4));
  EXPECT_TRUE(in.message.dwFlags & MSG_TRUNC);
}

}  // namespace
}  // namespace regress
