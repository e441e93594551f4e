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

// By whatever call comes first, in the state in which its maker left it.
TEST_F(Adoption, by_its_first_use_it_is_a_socket_like_others) {
  Pair pair = connected();
  auto foreign = std::move(host::duplicate(SocketTable::to_fd(pair.server))).take();
  ASSERT_EQ(closesocket(pair.server), 0);
  ASSERT_TRUE(host::set_nonblocking(foreign.get(), true).ok());
  SOCKET s = services::socket_from_fd(foreign.release());
  char byte = 0;
  EXPECT_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
  EXPECT_EQ(send(s, "1", 1, 0), 1);
  EXPECT_EQ(recv(pair.client, &byte, 1, 0), 1);
  EXPECT_EQ(closesocket(s), 0);
  EXPECT_EQ(recv(pair.client, &byte, 1, 0), 0) << "it was the last descriptor";
  EXPECT_EQ(closesocket(s), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
}

TEST_F(Adoption, is_for_sockets_alone_and_for_none_of_our_own) {
  auto pipe = std::move(host::create_pipe()).take();
  EXPECT_EQ(closesocket(services::socket_from_fd(pipe.read_end.get())), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
  EXPECT_TRUE(host::duplicate(pipe.read_end.get()).ok()) << "it was closed";

  // The host gives the lowest number out: that of the socket that will wait for its claim.
  SOCKET s = make(AF_INET, SOCK_DGRAM);
  int next = std::move(host::duplicate(SocketTable::to_fd(s))).take().get();
  WSAPROTOCOL_INFOW info;
  ASSERT_EQ(WSADuplicateSocketW(s, static_cast<DWORD>(host::process_id()), &info), 0);
  SOCKET waiting = services::socket_from_fd(next);
  ASSERT_TRUE(host::local_address(next).ok()) << "it is another number";
  EXPECT_EQ(closesocket(waiting), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
  EXPECT_EQ(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0), waiting);
  EXPECT_EQ(closesocket(waiting), 0);
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
