// WSAConnectByName and WSAConnectByList: addresses tried one after the other, with a timeout, whatever the socket's mode.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

namespace regress {
namespace {

// The wide forms take WCHAR, which is 16 bits everywhere.
std::basic_string<WCHAR> wchars(const std::string& ascii) { return {ascii.begin(), ascii.end()}; }

struct Target {
  std::string node, service;
};
Target target_of(const Endpoint& endpoint) {
  char node[64], service[16];
  const int failed = getnameinfo(endpoint.address(), endpoint.length, node, sizeof node, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV);
  EXPECT_EQ(0, failed);
  return {node, service};
}

// A buffer for an address of the connection.
struct Place {
  DWORD* length = nullptr;
  sockaddr* address = nullptr;
};

// Some headers have the strings and the time as what the calls could write to.
BOOL by_text(SOCKET s, const char* node, const char* service, const Place& local = {}, const Place& remote = {},
             const timeval* timeout = nullptr, WSAOVERLAPPED* reserved = nullptr) {
  return WSAConnectByNameA(s, const_cast<char*>(node), const_cast<char*>(service), local.length, local.address, remote.length, remote.address,
                           const_cast<timeval*>(timeout), reserved);
}
BOOL by_name(SOCKET s, const Target& target, const timeval* timeout = nullptr) {
  return by_text(s, target.node.c_str(), target.service.c_str(), {}, {}, timeout);
}

// An outcome in the form of calls that give -1 for a failure.
Outcome outcome_of_bool(const std::function<BOOL()>& call) {
  return outcome_of([&]() -> long long { return call() ? 0 : -1; });
}
#define EXPECT_FALSE_WITH(call, error) EXPECT_TRUE(failed_with(outcome_of_bool([&] { return (call); }), {error})) << #call

// SOCKET_ADDRESS_LIST has room for one.
class AddressList {
 public:
  explicit AddressList(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {
    memory_.resize(sizeof(SOCKET_ADDRESS_LIST) + endpoints_.size() * sizeof(SOCKET_ADDRESS));
    get()->iAddressCount = static_cast<INT>(endpoints_.size());
    for (size_t i = 0; i < endpoints_.size(); ++i) get()->Address[i] = {endpoints_[i].address(), endpoints_[i].length};
  }
  SOCKET_ADDRESS_LIST* get() { return reinterpret_cast<SOCKET_ADDRESS_LIST*>(memory_.data()); }

 private:
  std::vector<Endpoint> endpoints_;
  std::vector<char> memory_;
};
BOOL by_list(SOCKET s, std::vector<Endpoint> endpoints, const timeval* timeout = nullptr) {
  AddressList list(std::move(endpoints));
  return WSAConnectByList(s, list.get(), nullptr, nullptr, nullptr, nullptr, const_cast<timeval*>(timeout), nullptr);
}

Socket dual_stack_socket() {
  Socket socket = make_socket(AF_INET6, SOCK_STREAM);
  EXPECT_TRUE(set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0));
  return socket;
}

class ConnectByTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    stream_ = make_socket(family(), SOCK_STREAM);
    server_ = listener(family());
    ASSERT_TRUE(stream_.valid() && server_.valid());
    endpoint_ = local_name(server_.get());
  }
  void TearDown() override {
    stream_ = Socket();
    server_ = Socket();
    FamilyTest::TearDown();
  }
  SOCKET stream() const { return stream_.get(); }
  // The socket works as any connected one.
  void expect_connected() {
    const Socket accepted(accept(server_.get(), nullptr, nullptr));
    ASSERT_TRUE(accepted.valid());
    EXPECT_RETURNS(0, setsockopt(stream(), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0));
    EXPECT_TRUE(peer_name(stream()) == endpoint_);
    ASSERT_TRUE(send_all(stream(), "through"));
    EXPECT_EQ("through", receive_exactly(accepted.get(), 7));
    ASSERT_TRUE(send_all(accepted.get(), "back"));
    EXPECT_EQ("back", receive_exactly(stream(), 4));
  }

  Socket stream_, server_;
  Endpoint endpoint_;
};
FOR_BOTH_FAMILIES(ConnectByTest);

// ---- by name ---------------------------------------------------------------------------------------------------------

TEST_P(ConnectByTest, NameConnects) {
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_)));
  expect_connected();
}

TEST_P(ConnectByTest, NameOfThisMachine) {
  ASSERT_RETURNS(TRUE, by_name(stream(), {family() == AF_INET ? "localhost" : "::1", std::to_string(endpoint_.port())}));
  expect_connected();
}

TEST_P(ConnectByTest, WideNameConnects) {
  const Target target = target_of(endpoint_);
  auto node = wchars(target.node), service = wchars(target.service);
  ASSERT_RETURNS(TRUE, WSAConnectByNameW(stream(), node.data(), service.data(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr));
  expect_connected();
}

TEST_P(ConnectByTest, TellsTheAddresses) {
  const Target target = target_of(endpoint_);
  Endpoint local, remote;
  DWORD local_length = sizeof local.storage, remote_length = sizeof remote.storage;
  ASSERT_RETURNS(TRUE, by_text(stream(), target.node.c_str(), target.service.c_str(), {&local_length, local.address()},
                               {&remote_length, remote.address()}));
  local.length = static_cast<int>(local_length);
  remote.length = static_cast<int>(remote_length);
  EXPECT_TRUE(local == local_name(stream()));
  EXPECT_TRUE(remote == endpoint_);
}

TEST_P(ConnectByTest, ANonBlockingSocketBlocksAndKeepsItsMode) {
  ASSERT_TRUE(set_nonblocking(stream()));
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_)));
  char byte;
  EXPECT_FAILS_WITH(recv(stream(), &byte, 1, 0), WSAEWOULDBLOCK);
}

TEST_P(ConnectByTest, ABlockingSocketKeepsItsMode) {
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_)));
  const SOCKET s = stream();
  char byte;
  BlockedCall receiving([&byte, s] { return recv(s, &byte, 1, 0); });
  EXPECT_TRUE(receiving.wait_until_blocked());
  ASSERT_RETURNS(0, stream_.close());
  EXPECT_TRUE(woken_with(receiving, closed_while_blocked()));
}

TEST_P(ConnectByTest, NameKeepsTheLocalPortOfABoundSocket) {
  const Endpoint any = loopback(family());
  ASSERT_RETURNS(0, bind(stream(), any.address(), any.length));
  const unsigned short port = local_name(stream()).port();
  ASSERT_FALSE(by_name(stream(), target_of(refusing_endpoint(family()))));
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_)));
  EXPECT_EQ(port, local_name(stream()).port());
  expect_connected();
}

TEST_P(ConnectByTest, RefusedAndThenAgain) {
  EXPECT_FALSE_WITH(by_name(stream(), target_of(refusing_endpoint(family()))), WSAECONNREFUSED);
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_)));
  expect_connected();
}

TEST_P(ConnectByTest, NullNamesAreInvalid) {
  EXPECT_FALSE_WITH(by_text(stream(), nullptr, "1"), WSAEINVAL);
  EXPECT_FALSE_WITH(by_text(stream(), "127.0.0.1", nullptr), WSAEINVAL);
  auto text = wchars("1");
  EXPECT_FALSE_WITH(WSAConnectByNameW(stream(), nullptr, text.data(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr), WSAEINVAL);
  EXPECT_FALSE_WITH(WSAConnectByNameW(stream(), text.data(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr), WSAEINVAL);
}

TEST_P(ConnectByTest, ReservedMustBeNull) {
  const Target target = target_of(endpoint_);
  WSAOVERLAPPED reserved{};
  EXPECT_FALSE_WITH((by_text(stream(), target.node.c_str(), target.service.c_str(), {}, {}, nullptr, &reserved)), WSAEINVAL);
  AddressList list({endpoint_});
  EXPECT_FALSE_WITH(WSAConnectByList(stream(), list.get(), nullptr, nullptr, nullptr, nullptr, nullptr, &reserved), WSAEINVAL);
}

TEST_P(ConnectByTest, UnknownNames) {
  EXPECT_FALSE_WITH((by_name(stream(), {"127.0.0.1", "no-such-service"})), WSATYPE_NOT_FOUND);
  const Outcome unknown = outcome_of_bool([&] { return by_name(stream(), {"no-such-host.invalid", "80"}); });
  EXPECT_TRUE(failed_with(unknown, {WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_DATA}));
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_))) << "nothing has happened to the socket";
}

TEST_P(ConnectByTest, AnotherFamilysAddressIsNoneOfTheName) {
  const Target other = {family() == AF_INET ? "::1" : "127.0.0.1", "9"};
  const Outcome outcome = outcome_of_bool([&] { return by_name(stream(), other); });
  EXPECT_TRUE(failed_with(outcome, {WSAHOST_NOT_FOUND, WSANO_DATA, WSAEAFNOSUPPORT, WSAEHOSTUNREACH}));
}

TEST_P(ConnectByTest, ShortBuffersLoseNothing) {
  const Target target = target_of(endpoint_);
  Endpoint name;
  DWORD length = 4, good = sizeof name.storage;
  const char *node = target.node.c_str(), *service = target.service.c_str();
  EXPECT_FALSE_WITH((by_text(stream(), node, service, {&length, name.address()})), WSAEFAULT);
  EXPECT_FALSE_WITH((by_text(stream(), node, service, {&good, name.address()}, {&length, name.address()})), WSAEFAULT);
  EXPECT_FALSE_WITH((by_text(stream(), node, service, {nullptr, name.address()})), WSAEFAULT);
  EXPECT_EQ(4u, length);
  ASSERT_RETURNS(TRUE, by_name(stream(), target));
  expect_connected();
}

TEST_P(ConnectByTest, SocketsThatCannotConnect) {
  const Target target = target_of(endpoint_);
  EXPECT_FALSE_WITH(by_name(INVALID_SOCKET, target), WSAENOTSOCK);
  EXPECT_FALSE_WITH(by_name(server_.get(), target), WSAEINVAL);
  const Socket datagram = make_socket(family(), SOCK_DGRAM);
  EXPECT_FALSE_WITH(by_name(datagram.get(), target), WSAEINVAL);
  ASSERT_RETURNS(TRUE, by_name(stream(), target));
  EXPECT_FALSE_WITH(by_name(stream(), target), WSAEISCONN);
}

TEST_P(ConnectByTest, WhileAConnectIsUnderWay) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  ASSERT_TRUE(set_nonblocking(stream()));
  EXPECT_FAILS_WITH(connect(stream(), busy.endpoint().address(), busy.endpoint().length), WSAEWOULDBLOCK);
  const Outcome outcome = outcome_of_bool([&] { return by_name(stream(), target_of(endpoint_)); });
  EXPECT_TRUE(failed_with(outcome, {WSAEALREADY, WSAEINVAL}));
}

TEST_P(ConnectByTest, AfterANonBlockingConnectThatFailed) {
  const Endpoint nobody = refusing_endpoint(family());
  ASSERT_TRUE(set_nonblocking(stream()));
  EXPECT_FAILS_WITH(connect(stream(), nobody.address(), nobody.length), WSAEWOULDBLOCK);
  ASSERT_TRUE(wait_for(stream(), Readiness::kExcept));
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_)));
  expect_connected();
}

// ---- timeouts, closing -----------------------------------------------------------------------------------------------

TEST_P(ConnectByTest, TimesOutAndConnectsElsewhere) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  const timeval timeout = {0, 150000};
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE_WITH(by_name(stream(), target_of(busy.endpoint()), &timeout), WSAETIMEDOUT);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(140));
  ASSERT_RETURNS(TRUE, by_name(stream(), target_of(endpoint_), &timeout));
  expect_connected();
}

TEST_P(ConnectByTest, ANegativeTimeoutIsInvalid) {
  const timeval timeout = {-1, 0};
  EXPECT_FALSE_WITH(by_name(stream(), target_of(endpoint_), &timeout), WSAEINVAL);
}

TEST_P(ConnectByTest, CloseWakesIt) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  const Target target = target_of(busy.endpoint());
  const SOCKET s = stream();
  BlockedCall connecting([&target, s]() -> long long { return by_name(s, target) ? 0 : -1; });
  ASSERT_TRUE(connecting.wait_until_blocked());
  ASSERT_RETURNS(0, stream_.close());
  EXPECT_TRUE(woken_with(connecting, closed_while_blocked()));
}

TEST_P(ConnectByTest, CloseWakesAList) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  const SOCKET s = stream();
  const std::vector<Endpoint> endpoints = {busy.endpoint(), endpoint_};
  BlockedCall connecting([&endpoints, s]() -> long long { return by_list(s, endpoints) ? 0 : -1; });
  ASSERT_TRUE(connecting.wait_until_blocked());
  ASSERT_RETURNS(0, stream_.close());
  EXPECT_TRUE(woken_with(connecting, closed_while_blocked()));
}

// ---- by list ---------------------------------------------------------------------------------------------------------

TEST_P(ConnectByTest, ListTakesTheFirstThatAnswers) {
  ASSERT_RETURNS(TRUE, by_list(stream(), {refusing_endpoint(family()), endpoint_}));
  expect_connected();
}

TEST_P(ConnectByTest, ListTellsTheAddresses) {
  AddressList list({refusing_endpoint(family()), endpoint_});
  Endpoint local, remote;
  DWORD local_length = sizeof local.storage, remote_length = sizeof remote.storage;
  ASSERT_RETURNS(TRUE, WSAConnectByList(stream(), list.get(), &local_length, local.address(), &remote_length, remote.address(), nullptr, nullptr));
  local.length = static_cast<int>(local_length);
  remote.length = static_cast<int>(remote_length);
  EXPECT_TRUE(local == local_name(stream()));
  EXPECT_TRUE(remote == endpoint_);
}

TEST_P(ConnectByTest, ListGivesTheErrorOfTheLastAttempt) {
  EXPECT_FALSE_WITH((by_list(stream(), {refusing_endpoint(family()), refusing_endpoint(family())})), WSAECONNREFUSED);
}

TEST_P(ConnectByTest, ListPassesOverOtherFamilies) {
  const Endpoint other = loopback(family() == AF_INET ? AF_INET6 : AF_INET, endpoint_.port());
  ASSERT_RETURNS(TRUE, by_list(stream(), {other, endpoint_}));
  expect_connected();
}

TEST_P(ConnectByTest, ListNeedsAnAddress) {
  EXPECT_FALSE_WITH(WSAConnectByList(stream(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr), WSAEINVAL);
  EXPECT_FALSE_WITH((by_list(stream(), {})), WSAEINVAL);
}

TEST_P(ConnectByTest, ListNeedsAnUnboundSocket) {
  const Endpoint any = loopback(family());
  ASSERT_RETURNS(0, bind(stream(), any.address(), any.length));
  EXPECT_FALSE_WITH((by_list(stream(), {endpoint_})), WSAEINVAL);
}

TEST_P(ConnectByTest, ListLooksAtTheTimeBetweenAttempts) {
  const BusyListener busy(family());
  ASSERT_TRUE(busy.valid());
  const timeval timeout = {0, 150000};
  EXPECT_FALSE_WITH((by_list(stream(), {busy.endpoint(), busy.endpoint(), busy.endpoint()}, &timeout)), WSAETIMEDOUT);
  ASSERT_RETURNS(TRUE, by_list(stream(), {endpoint_}, &timeout));
  expect_connected();
}

TEST_P(ConnectByTest, ListBlocksOnANonBlockingSocket) {
  ASSERT_TRUE(set_nonblocking(stream()));
  ASSERT_RETURNS(TRUE, by_list(stream(), {refusing_endpoint(family()), endpoint_}));
  expect_connected();
}

// ---- both families by one socket ---------------------------------------------------------------------------------------

class ConnectByDualStackTest : public WinsockTest {};

void expect_mapped_loopback(const Endpoint& endpoint) {
  ASSERT_EQ(AF_INET6, endpoint.storage.ss_family);
  const auto& address = reinterpret_cast<const sockaddr_in6&>(endpoint.storage);
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&address.sin6_addr));
  EXPECT_EQ(127, address.sin6_addr.s6_addr[12]);
}

TEST_F(ConnectByDualStackTest, ReachesIpv4ByName) {
  const Socket server = listener(AF_INET);
  const Socket client = dual_stack_socket();
  ASSERT_RETURNS(TRUE, by_name(client.get(), target_of(local_name(server.get()))));
  expect_mapped_loopback(peer_name(client.get()));
  const Socket accepted(accept(server.get(), nullptr, nullptr));
  EXPECT_TRUE(accepted.valid());
}

TEST_F(ConnectByDualStackTest, ReachesIpv6ByName) {
  const Socket server = listener(AF_INET6);
  const Socket client = dual_stack_socket();
  ASSERT_RETURNS(TRUE, by_name(client.get(), target_of(local_name(server.get()))));
}

TEST_F(ConnectByDualStackTest, WithoutItIpv4IsOutOfReach) {
  const Socket server = listener(AF_INET);
  const Socket client = make_socket(AF_INET6, SOCK_STREAM);
  EXPECT_FALSE(by_name(client.get(), target_of(local_name(server.get()))));
}

Endpoint mapped(const Endpoint& v4) {
  Endpoint v6 = loopback(AF_INET6, v4.port());
  auto& address = reinterpret_cast<sockaddr_in6&>(v6.storage);
  const auto& from = reinterpret_cast<const sockaddr_in&>(v4.storage);
  std::memset(&address.sin6_addr, 0, sizeof address.sin6_addr);
  address.sin6_addr.s6_addr[10] = address.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(&address.sin6_addr.s6_addr[12], &from.sin_addr, 4);
  return v6;
}

TEST_F(ConnectByDualStackTest, AListMixesMappedAndIpv6Addresses) {
  const Socket v4 = listener(AF_INET), v6 = listener(AF_INET6);
  {
    const Socket client = dual_stack_socket();
    ASSERT_RETURNS(TRUE, by_list(client.get(), {refusing_endpoint(AF_INET6), mapped(local_name(v4.get()))}));
    expect_mapped_loopback(peer_name(client.get()));
  }
  const Socket client = dual_stack_socket();
  ASSERT_RETURNS(TRUE, by_list(client.get(), {mapped(refusing_endpoint(AF_INET)), local_name(v6.get())}));
  EXPECT_TRUE(peer_name(client.get()) == local_name(v6.get()));
  const Socket accepted(accept(v6.get(), nullptr, nullptr));
  ASSERT_TRUE(send_all(client.get(), "six"));
  EXPECT_EQ("six", receive_exactly(accepted.get(), 3));
}

TEST_F(ConnectByDualStackTest, AListMayHaveIpv4Addresses) {
  const Socket server = listener(AF_INET);
  const Socket client = dual_stack_socket();
  ASSERT_RETURNS(TRUE, by_list(client.get(), {refusing_endpoint(AF_INET6), local_name(server.get())}));
  expect_mapped_loopback(peer_name(client.get()));
}

}  // namespace
}  // namespace regress
