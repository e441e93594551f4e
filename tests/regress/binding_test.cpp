// Who may bind to what: the matrix of "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE" for one user account, cell by cell; the second
// socket in this process and in another.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "tests/regress/fixture.h"
#include "tests/support/agent.h"

namespace regress {
namespace {

// A socket as the matrix names it.
struct Party {
  const char* name;
  int option;  // 0, SO_REUSEADDR or SO_EXCLUSIVEADDRUSE
  bool wildcard;
};

const Party kParties[] = {
    {"DefaultWildcard", 0, true},
    {"DefaultSpecific", 0, false},
    {"ReuseWildcard", SO_REUSEADDR, true},
    {"ReuseSpecific", SO_REUSEADDR, false},
    {"ExclusiveWildcard", SO_EXCLUSIVEADDRUSE, true},
    {"ExclusiveSpecific", SO_EXCLUSIVEADDRUSE, false},
};
constexpr int kCount = 6;

// By the first and the second to bind, in the order above. 0 is success.
constexpr int kInUse = WSAEADDRINUSE, kAccess = WSAEACCES;
constexpr int kMatrix[kCount][kCount] = {
    {kInUse, 0, kAccess, 0, kInUse, 0},
    {0, kInUse, 0, kAccess, kInUse, kInUse},
    {kInUse, 0, 0, 0, kInUse, 0},
    {0, kInUse, 0, 0, kInUse, kInUse},
    {kInUse, kAccess, kAccess, kAccess, kInUse, kAccess},
    {0, kInUse, 0, kAccess, kInUse, kInUse},
};

Endpoint endpoint_of(const Party& party, int family, unsigned short port) {
  return party.wildcard ? any_address(family, port) : loopback(family, port);
}

// A socket with its option, not bound yet.
Socket socket_of(const Party& party, int family, int type) {
  Socket socket = make_socket(family, type);
  if (party.option != 0 && !set_option(socket.get(), SOL_SOCKET, party.option, 1)) return {};
  return socket;
}

struct Cell {
  int type, family, first, second;
};

std::vector<Cell> all_cells() {
  std::vector<Cell> cells;
  for (const int type : {SOCK_STREAM, SOCK_DGRAM})
    for (const int family : {AF_INET, AF_INET6})
      for (int first = 0; first < kCount; ++first)
        for (int second = 0; second < kCount; ++second) cells.push_back({type, family, first, second});
  return cells;
}

class BindingTest : public StartedTest<::testing::TestWithParam<Cell>> {
 protected:
  void SetUp() override {
    StartedTest::SetUp();
    first_ = socket_of(first(), family(), type());
    ASSERT_TRUE(first_.valid());
    const Endpoint place = endpoint_of(first(), family(), 0);
    ASSERT_RETURNS(0, bind(first_.get(), place.address(), place.length));
    port_ = local_name(first_.get()).port();
  }
  void TearDown() override {
    first_ = Socket();
    StartedTest::TearDown();
  }

  int type() const { return GetParam().type; }
  int family() const { return GetParam().family; }
  const Party& first() const { return kParties[GetParam().first]; }
  const Party& second() const { return kParties[GetParam().second]; }
  int expected() const { return kMatrix[GetParam().first][GetParam().second]; }
  void expect_as_documented(int error) const { EXPECT_EQ(error_name(expected()), error_name(error)); }
  int error_of_second() const {
    const Socket socket = socket_of(second(), family(), type());
    const Endpoint place = endpoint_of(second(), family(), port_);
    return bind(socket.get(), place.address(), place.length) == 0 ? 0 : WSAGetLastError();
  }

  Socket first_;
  unsigned short port_ = 0;
};

TEST_P(BindingTest, InOneProcess) { expect_as_documented(error_of_second()); }

TEST_P(BindingTest, AgainstAListener) {
  if (type() == SOCK_STREAM) {
    ASSERT_RETURNS(0, listen(first_.get(), 4));
  }
  expect_as_documented(error_of_second());
}

TEST_P(BindingTest, FromAnotherProcess) {
  Agent agent;
  ASSERT_TRUE(agent.start());
  const Outcome bound = agent.bind_to_port(family(), type(), second().option, endpoint_of(second(), family(), port_));
  expect_as_documented(bound.failed() ? bound.error : 0);
  EXPECT_TRUE(agent.finish());
}

INSTANTIATE_TEST_SUITE_P(Cell, BindingTest, ::testing::ValuesIn(all_cells()), [](const auto& info) {
  const Cell& cell = info.param;
  return std::string(cell.type == SOCK_STREAM ? "tcp" : "udp") + (cell.family == AF_INET ? "4_" : "6_") + kParties[cell.first].name +
         "_" + kParties[cell.second].name;
});

// ---- what the matrix does not show -----------------------------------------------------------------------------------

class SharedPortTest : public FamilyTest {};
FOR_BOTH_FAMILIES(SharedPortTest);

class TwoAddressesTest : public WinsockTest {};

TEST_F(TwoAddressesTest, DoNotConflict) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const Socket first = make_socket(AF_INET, type), second = make_socket(AF_INET, type);
    Endpoint place = loopback(AF_INET);
    ASSERT_RETURNS(0, bind(first.get(), place.address(), place.length));
    place.set_port(local_name(first.get()).port());
    reinterpret_cast<sockaddr_in&>(place.storage).sin_addr.s_addr = htonl(0x7f000002);
    EXPECT_RETURNS(0, bind(second.get(), place.address(), place.length));
  }
}

TEST_P(SharedPortTest, SeveralMayListenWhereAllAsked) {
  const Socket first = socket_of(kParties[3], family(), SOCK_STREAM), second = socket_of(kParties[3], family(), SOCK_STREAM);
  Endpoint place = loopback(family());
  ASSERT_RETURNS(0, bind(first.get(), place.address(), place.length));
  place.set_port(local_name(first.get()).port());
  ASSERT_RETURNS(0, listen(first.get(), 4));
  ASSERT_RETURNS(0, bind(second.get(), place.address(), place.length));
  EXPECT_RETURNS(0, listen(second.get(), 4));
}

// The default: a server that ended its connections first has its port again at once.
TEST_P(SharedPortTest, AServerComesBackOverItsOldConnections) {
  Endpoint place;
  {
    Socket server = listener(family());
    place = local_name(server.get());
    const Socket client = connect_to(server.get(), family());
    Socket accepted(accept(server.get(), nullptr, nullptr));
    ASSERT_TRUE(client.valid() && accepted.valid());
    ASSERT_RETURNS(0, shutdown(accepted.get(), SD_SEND));
    EXPECT_EQ("", receive_to_end(client.get()));
    ASSERT_RETURNS(0, shutdown(client.get(), SD_SEND));
    EXPECT_EQ("", receive_to_end(accepted.get()));
  }
  for (const int party : {0, 1, 2, 3}) {
    const Socket again = socket_of(kParties[party], family(), SOCK_STREAM);
    const Endpoint here = endpoint_of(kParties[party], family(), place.port());
    EXPECT_RETURNS(0, bind(again.get(), here.address(), here.length)) << kParties[party].name;
    EXPECT_RETURNS(0, listen(again.get(), 4)) << kParties[party].name;
  }
}

// ---- both families in one socket ------------------------------------------------------------------------------------------

struct DualCell {
  const char* name;
  int type;
  bool dual_first;
};

class DualBindingTest : public StartedTest<::testing::TestWithParam<DualCell>> {
 protected:
  static Socket dual(int type) {
    Socket socket = make_socket(AF_INET6, type);
    return set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0) ? std::move(socket) : Socket();
  }
};

// The port is reserved on both stacks; the wildcards conflict.
TEST_P(DualBindingTest, TheWildcardsOfBothStacksConflict) {
  const Socket two = dual(GetParam().type), four = make_socket(AF_INET, GetParam().type);
  ASSERT_TRUE(two.valid());
  const Socket& first = GetParam().dual_first ? two : four;
  const Socket& second = GetParam().dual_first ? four : two;
  const int first_family = GetParam().dual_first ? AF_INET6 : AF_INET, second_family = GetParam().dual_first ? AF_INET : AF_INET6;
  const Endpoint here = any_address(first_family);
  ASSERT_RETURNS(0, bind(first.get(), here.address(), here.length));
  const Endpoint there = any_address(second_family, local_name(first.get()).port());
  EXPECT_FAILS_WITH(bind(second.get(), there.address(), there.length), WSAEADDRINUSE);
}

// An exclusive dual-stack wildcard and anything of IPv4 exclude each other.
TEST_P(DualBindingTest, AnExclusiveOneToleratesNoSpecificAddress) {
  const Socket two = dual(GetParam().type), four = make_socket(AF_INET, GetParam().type);
  ASSERT_TRUE(two.valid());
  ASSERT_TRUE(set_option(two.get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1));
  if (GetParam().dual_first) {
    const Endpoint here = any_address(AF_INET6);
    ASSERT_RETURNS(0, bind(two.get(), here.address(), here.length));
    const Endpoint there = loopback(AF_INET, local_name(two.get()).port());
    EXPECT_FAILS_WITH(bind(four.get(), there.address(), there.length), WSAEACCES);
  } else {
    const Endpoint here = loopback(AF_INET);
    ASSERT_RETURNS(0, bind(four.get(), here.address(), here.length));
    const Endpoint there = any_address(AF_INET6, local_name(four.get()).port());
    // The page: WSAEACCES in this example, "either WSAEADDRINUSE or WSAEACCES" in general.
    EXPECT_FAILS_WITH_ONE_OF(bind(two.get(), there.address(), there.length), (std::vector<int>{WSAEACCES, WSAEADDRINUSE}));
  }
}

const DualCell kDualCells[] = {
    {"tcp_dual_then_v4", SOCK_STREAM, true},
    {"tcp_v4_then_dual", SOCK_STREAM, false},
    {"udp_dual_then_v4", SOCK_DGRAM, true},
    {"udp_v4_then_dual", SOCK_DGRAM, false},
};
INSTANTIATE_TEST_SUITE_P(Dual, DualBindingTest, ::testing::ValuesIn(kDualCells),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace regress
