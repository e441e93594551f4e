// The calls that have a network event told again: each kind of receive for FD_READ, each kind of send for FD_WRITE, accepts for FD_ACCEPT.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaeventselect
#include <tuple>

#include "tests/regress/message.h"
#include "tests/regress/overlapped_call.h"
#include "tests/regress/selected_events.h"

namespace regress {
namespace {

// A call that moves the bytes of `data`: 0, or SOCKET_ERROR with the last error.
struct Way {
  const char* name;
  int type;
  int (*move)(SOCKET socket, std::string& data);
};

int moved(int count, const std::string& data) { return count == static_cast<int>(data.size()) ? 0 : SOCKET_ERROR; }
int size_of(const std::string& data) { return static_cast<int>(data.size()); }

// Of one that ends at once, and gives its data then.
template <typename Begin>
int receive_overlapped(std::string& data, Begin begin) {
  OverlappedCall call(data.size());
  if (begin(call) != 0) return SOCKET_ERROR;
  data = call.received();
  return 0;
}

int receive_at_once(SOCKET s, std::string& data) {
  WSABUF buffer{static_cast<ULONG>(data.size()), data.data()};
  DWORD count = 0, flags = 0;
  return WSARecv(s, &buffer, 1, &count, &flags, nullptr, nullptr);
}

const Way kReceives[] = {
    {"recv", SOCK_STREAM, [](SOCKET s, std::string& data) { return moved(recv(s, data.data(), size_of(data), 0), data); }},
    {"recvfrom", SOCK_STREAM, [](SOCKET s, std::string& data) { return moved(recvfrom(s, data.data(), size_of(data), 0, nullptr, nullptr), data); }},
    {"WSARecv", SOCK_STREAM, receive_at_once},
    {"WSARecvEx", SOCK_STREAM,
     [](SOCKET s, std::string& data) {
       int flags = 0;
       return moved(WSARecvEx(s, data.data(), size_of(data), &flags), data);
     }},
    {"OverlappedWSARecv", SOCK_STREAM,
     [](SOCKET s, std::string& data) { return receive_overlapped(data, [s](OverlappedCall& call) { return call.receive(s); }); }},
    {"ReadFile", SOCK_STREAM, [](SOCKET s, std::string& data) { return receive_overlapped(data, [s](OverlappedCall& call) { return call.read(s); }); }},
    {"DatagramRecv", SOCK_DGRAM, [](SOCKET s, std::string& data) { return moved(recv(s, data.data(), size_of(data), 0), data); }},
    {"DatagramRecvfrom", SOCK_DGRAM,
     [](SOCKET s, std::string& data) {
       Endpoint from;
       from.length = sizeof from.storage;
       return moved(recvfrom(s, data.data(), size_of(data), 0, from.address(), &from.length), data);
     }},
    {"DatagramWSARecv", SOCK_DGRAM, receive_at_once},
    {"WSARecvFrom", SOCK_DGRAM,
     [](SOCKET s, std::string& data) {
       WSABUF buffer{static_cast<ULONG>(data.size()), data.data()};
       Endpoint from;
       from.length = sizeof from.storage;
       DWORD count = 0, flags = 0;
       return WSARecvFrom(s, &buffer, 1, &count, &flags, from.address(), &from.length, nullptr, nullptr);
     }},
    {"WSARecvMsg", SOCK_DGRAM,
     [](SOCKET s, std::string& data) {
       Message message(data.size());
       DWORD count = 0;
       if (receive_function(s)(s, &message.message, &count, nullptr, nullptr) != 0) return SOCKET_ERROR;
       data.assign(message.data.data(), count);
       return 0;
     }},
    {"DatagramOverlappedWSARecv", SOCK_DGRAM,
     [](SOCKET s, std::string& data) { return receive_overlapped(data, [s](OverlappedCall& call) { return call.receive(s); }); }},
    {"OverlappedWSARecvFrom", SOCK_DGRAM,
     [](SOCKET s, std::string& data) { return receive_overlapped(data, [s](OverlappedCall& call) { return call.receive_from(s); }); }},
    {"OverlappedWSARecvMsg", SOCK_DGRAM,
     [](SOCKET s, std::string& data) {
       Message message(data.size());
       const int result = receive_overlapped(data, [&](OverlappedCall& call) {
         return call.begin(s, [&] { return receive_function(s)(s, &message.message, nullptr, &call.overlapped, nullptr); });
       });
       data.assign(message.data.data(), data.size());
       return result;
     }},
    {"DatagramReadFile", SOCK_DGRAM,
     [](SOCKET s, std::string& data) { return receive_overlapped(data, [s](OverlappedCall& call) { return call.read(s); }); }},
};

// On a stream that has no room for it: WSAEWOULDBLOCK in the end. An overlapped send would wait instead.
const Way kSends[] = {
    {"send", SOCK_STREAM, [](SOCKET s, std::string& data) { return send(s, data.data(), size_of(data), 0) < 0 ? SOCKET_ERROR : 0; }},
    {"sendto", SOCK_STREAM,
     [](SOCKET s, std::string& data) { return sendto(s, data.data(), size_of(data), 0, nullptr, 0) < 0 ? SOCKET_ERROR : 0; }},
    {"WSASend", SOCK_STREAM,
     [](SOCKET s, std::string& data) {
       WSABUF buffer{static_cast<ULONG>(data.size()), data.data()};
       DWORD count = 0;
       return WSASend(s, &buffer, 1, &count, 0, nullptr, nullptr);
     }},
    {"WSASendTo", SOCK_STREAM,
     [](SOCKET s, std::string& data) {
       WSABUF buffer{static_cast<ULONG>(data.size()), data.data()};
       DWORD count = 0;
       return WSASendTo(s, &buffer, 1, &count, 0, nullptr, 0, nullptr, nullptr);
     }},
};

class EventEnablingTest : public StartedTest<::testing::TestWithParam<std::tuple<int, Way>>> {
 protected:
  static int family() { return std::get<int>(GetParam()); }
  static const Way& way() { return std::get<Way>(GetParam()); }
  static Pair pair() { return way().type == SOCK_STREAM ? tcp_pair(family()) : udp_pair(family()); }
  static std::string received(SOCKET socket, size_t size) {
    std::string data(size, '-');
    return way().move(socket, data) == 0 ? data : error_name(WSAGetLastError());
  }
};
std::string way_name(const ::testing::TestParamInfo<std::tuple<int, Way>>& info) {
  return std::string(std::get<Way>(info.param).name) + (std::get<int>(info.param) == AF_INET6 ? "_v6" : "_v4");
}
const auto kFamilies = ::testing::Values(AF_INET, AF_INET6);

class ReceiveEnablesTest : public EventEnablingTest {};
INSTANTIATE_TEST_SUITE_P(By, ReceiveEnablesTest, ::testing::Combine(kFamilies, ::testing::ValuesIn(kReceives)), way_name);

TEST_P(ReceiveEnablesTest, WhatComesNextIsTold) {
  Pair pair = EventEnablingTest::pair();
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  for (const char* const text : {"one", "two", "six"}) {
    ASSERT_TRUE(send_all(pair.client.get(), text));
    EXPECT_EQ("FD_READ", events.next(pair.server.get())) << text;
    EXPECT_EQ(text, received(pair.server.get(), 3));
    EXPECT_FALSE(events.is_set()) << text;
  }
}

TEST_P(ReceiveEnablesTest, WhatIsLeftIsTold) {
  Pair pair = EventEnablingTest::pair();
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  for (const char* const text : {"one", "two"}) ASSERT_TRUE(send_all(pair.client.get(), text));
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  ASSERT_RETURNS(0, events.select(pair.server.get(), FD_READ));
  for (const char* const text : {"one", "two"}) {
    EXPECT_EQ("FD_READ", events.next(pair.server.get())) << text;
    EXPECT_EQ(text, received(pair.server.get(), 3));
  }
  EXPECT_FALSE(events.is_set());
}

class SendEnablesTest : public EventEnablingTest {};
INSTANTIATE_TEST_SUITE_P(By, SendEnablesTest, ::testing::Combine(kFamilies, ::testing::ValuesIn(kSends)), way_name);

TEST_P(SendEnablesTest, RoomIsToldOfAfterNone) {
  Pair pair = EventEnablingTest::pair();
  ASSERT_TRUE(pair.valid());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(pair.client.get(), FD_WRITE));
  EXPECT_EQ("FD_WRITE", events.next(pair.client.get()));
  for (int turn = 0; turn < 2; ++turn) {
    // As fill_send_buffer does it, but by this call alone.
    const auto fill = [&] {
      bool any = false;
      for (const size_t size : {size_t{65536}, size_t{1}})
        for (std::string more(size, 'f'); way().move(pair.client.get(), more) == 0;) any = true;
      EXPECT_EQ(WSAEWOULDBLOCK, WSAGetLastError());
      return any;
    };
    fill();
    do wait_for(pair.client.get(), Readiness::kWrite, 100);
    while (fill());
    (void)events.take(pair.client.get());  // some room may have come while it was being filled
    EXPECT_FALSE(events.is_set());
    std::string drained(65536, '-');
    ASSERT_TRUE(set_nonblocking(pair.server.get()));
    ASSERT_TRUE(eventually([&] {
      while (recv(pair.server.get(), drained.data(), size_of(drained), 0) > 0) {
      }
      return events.is_set();
    })) << turn;
    EXPECT_EQ("FD_WRITE", events.take(pair.client.get())) << turn;
  }
}

// ---- FD_ACCEPT ------------------------------------------------------------------------------------------------------------------

class AcceptEnablesTest : public FamilyTest {};
FOR_BOTH_FAMILIES(AcceptEnablesTest);

int CALLBACK reject(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP*, DWORD_PTR) { return CF_REJECT; }

TEST_P(AcceptEnablesTest, AlsoWhenTheConditionRejects) {
  Socket listening = listener(family());
  SelectedEvents events;
  ASSERT_RETURNS(0, events.select(listening.get(), FD_ACCEPT));
  const Socket one = connect_to(listening.get(), family()), two = connect_to(listening.get(), family());
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get()));
  EXPECT_FALSE(events.is_set());
  EXPECT_FAILS_WITH(WSAAccept(listening.get(), nullptr, nullptr, reject, 0), WSAECONNREFUSED);
  EXPECT_EQ("FD_ACCEPT", events.next(listening.get())) << "the other one";
  const Socket accepted(accept(listening.get(), nullptr, nullptr));
  EXPECT_TRUE(accepted.valid());
  EXPECT_FALSE(events.is_set());
}

}  // namespace
}  // namespace regress
