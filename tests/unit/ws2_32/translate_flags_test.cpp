#include "dlls/ws2_32/translate_flags.h"

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using enum FlagsOf;
using ws2_32_test::code_of;

constexpr SocketKind kTcp{AF_INET, SOCK_STREAM, IPPROTO_TCP};
constexpr SocketKind kUdp{AF_INET6, SOCK_DGRAM, IPPROTO_UDP};
constexpr SocketKind kUnix{AF_UNIX, SOCK_STREAM, 0};

struct Case {
  int flags;
  FlagsOf call;
  SocketKind kind;
  int host;  // -1: WSAEOPNOTSUPP
};

TEST(TranslateFlags, takes_what_the_call_documents) {
  const Case cases[] = {
      {0, kSend, kTcp, 0},
      {MSG_OOB, kSend, kTcp, host::kMsgOob},
      {MSG_OOB, kWsaSend, kUdp, -1},
      {MSG_OOB, kSend, kUnix, -1},
      {MSG_DONTROUTE, kSend, kUdp, 0},
      {MSG_PEEK, kSend, kTcp, -1},
      {MSG_PARTIAL, kWsaSend, kUdp, -1},
      {MSG_WAITALL, kSend, kTcp, -1},
      {MSG_PEEK, kReceive, kTcp, host::kMsgPeek},
      {MSG_PEEK, kReceive, kUdp, host::kMsgPeek},
      {MSG_PEEK | MSG_OOB, kReceive, kTcp, host::kMsgPeek | host::kMsgOob},
      {MSG_OOB, kReceive, kUdp, -1},
      {MSG_WAITALL, kReceive, kTcp, host::kMsgWaitAll},
      {MSG_WAITALL, kReceive, kUnix, host::kMsgWaitAll},
      {MSG_WAITALL, kReceive, kUdp, -1},
      {MSG_WAITALL | MSG_PEEK, kReceive, kTcp, -1},
      {MSG_WAITALL | MSG_OOB, kReceive, kTcp, -1},
      {MSG_WAITALL | MSG_PARTIAL, kWsaReceive, kTcp, -1},
      {MSG_PARTIAL, kWsaReceive, kUdp, 0},
      {MSG_PARTIAL, kReceive, kUdp, -1},
      {MSG_PUSH_IMMEDIATE, kWsaReceive, kTcp, 0},
      {0x40, kReceive, kTcp, -1},    // the host's MSG_DONTWAIT
      {0x4000, kSend, kTcp, -1},     // the host's MSG_NOSIGNAL
      {0x8000000, kSend, kTcp, -1},
  };
  for (const Case& one : cases) {
    bool sends = one.call == kSend || one.call == kWsaSend;
    auto host = sends ? send_flags_to_host(one.flags, one.call, one.kind) : receive_flags_to_host(one.flags, one.call, one.kind);
    if (one.host < 0)
      EXPECT_EQ(code_of(host), WSAEOPNOTSUPP) << "flags " << one.flags << " of call " << static_cast<int>(one.call);
    else
      EXPECT_EQ(host.ok() ? host.value() : -1, one.host) << "flags " << one.flags << " of call " << static_cast<int>(one.call);
  }
}

TEST(TranslateFlags, reports_cut_messages_and_urgent_data) {
  EXPECT_EQ(received_flags_from_host(0), 0);
  EXPECT_EQ(received_flags_from_host(host::kMsgTrunc), MSG_PARTIAL);
  EXPECT_EQ(received_flags_from_host(host::kMsgOob), MSG_OOB);
  EXPECT_EQ(received_flags_from_host(host::kMsgNoSignal | host::kMsgDontWait), 0);
}

struct PollCase {
  short windows;
  short host;
};

TEST(TranslatePoll, asks_the_host_for_the_same_thing) {
  // The peer's orderly end is told unasked, so the host is always asked for it.
  constexpr short kAlways = host::kPollReadHangUp;
  const PollCase cases[] = {
      {0, kAlways},
      {POLLRDNORM, kAlways | host::kPollReadNormal},
      {POLLRDBAND, kAlways | host::kPollPri},
      {POLLIN, kAlways | host::kPollReadNormal | host::kPollPri},
      {POLLOUT, kAlways | host::kPollOut},
      {POLLERR | POLLHUP | POLLNVAL, kAlways},
      {POLLIN | POLLOUT, kAlways | host::kPollReadNormal | host::kPollPri | host::kPollOut},
  };
  for (const PollCase& one : cases) EXPECT_EQ(poll_events_to_host(one.windows), one.host) << "events " << one.windows;
}

TEST(TranslatePoll, tells_what_the_host_tells) {
  const PollCase cases[] = {
      {0, 0},
      {POLLRDNORM, host::kPollReadNormal},
      {POLLRDBAND, host::kPollPri},
      {POLLWRNORM, host::kPollOut},
      {POLLERR, host::kPollErr},
      {POLLHUP, host::kPollHup},
      {POLLHUP, host::kPollReadHangUp},
      {POLLHUP, host::kPollHup | host::kPollReadHangUp},
      {POLLNVAL, host::kPollInvalid},
      {POLLERR | POLLHUP | POLLWRNORM, host::kPollErr | host::kPollHup | host::kPollOut},
      {0, host::kPollIn | host::kPollWriteNormal | host::kPollReadBand},
  };
  for (const PollCase& one : cases) EXPECT_EQ(poll_events_from_host(one.host), one.windows) << "events " << one.host;
}

TEST(TranslateShutdown, knows_three_ways) {
  EXPECT_EQ(shutdown_how_to_host(SD_RECEIVE).value(), host::kShutRead);
  EXPECT_EQ(shutdown_how_to_host(SD_SEND).value(), host::kShutWrite);
  EXPECT_EQ(shutdown_how_to_host(SD_BOTH).value(), host::kShutBoth);
  EXPECT_EQ(code_of(shutdown_how_to_host(3)), WSAEINVAL);
  EXPECT_EQ(code_of(shutdown_how_to_host(-1)), WSAEINVAL);
}

}  // namespace
}  // namespace windsock
