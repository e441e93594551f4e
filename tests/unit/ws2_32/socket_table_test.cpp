// Host descriptors that were made elsewhere and become SOCKETs by their first use.
#include "dlls/ws2_32/socket_table.h"

#include "dlls/common/host_socket.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class Adoption : public ws2_32_test::Started {
 protected:
  static SOCKET adopt(UniqueFd fd) {
    SOCKET s = services::socket_from_fd(fd.release());
    EXPECT_TRUE(SocketTable::instance().find(s).ok());
    return s;
  }
  static SOCKET adopt_duplicate(SOCKET of) { return adopt(std::move(host::duplicate(SocketTable::to_fd(of))).take()); }
  static UnderlyingSocket* underlying(SOCKET s) { return &std::move(SocketTable::instance().find(s)).take().socket(); }
};

// Also one that was made after the table was searched for duplicates last.
TEST_F(Adoption, finds_the_socket_that_it_is_a_duplicate_of) {
  for (int round = 0; round < 3; ++round) {
    SOCKET s = make(AF_INET, SOCK_DGRAM);
    SOCKET one = adopt_duplicate(s), other = adopt_duplicate(s);
    EXPECT_EQ(underlying(one), underlying(s));
    EXPECT_EQ(underlying(other), underlying(s));
    EXPECT_EQ(closesocket(one), 0);
    EXPECT_EQ(closesocket(other), 0);
  }
}

TEST_F(Adoption, takes_every_stream_for_tcp) {
  constexpr int kMultipathTcp = 262;
  auto made = host::create_socket(host::kAfInet, host::kSockStream, kMultipathTcp, host::Blocking::kYes);
  if (!made) GTEST_SKIP() << "this host has no other protocol for streams";
  SOCKET s = adopt(std::move(made).take());
  EXPECT_EQ(underlying(s)->kind(), (SocketKind{AF_INET, SOCK_STREAM, IPPROTO_TCP}));
  EXPECT_EQ(closesocket(s), 0);
}

}  // namespace
}  // namespace windsock
