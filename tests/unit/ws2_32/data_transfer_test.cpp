// What the transfer calls refuse before they touch the socket.
#include "dlls/ws2_32/data_transfer.h"

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class Overlapped : public ws2_32_test::Started {
 protected:
  static int error_of(int result) { return result == 0 ? 0 : WSAGetLastError(); }
};

// A blocking call in its place would hang a program that relies on its returning.
TEST_F(Overlapped, calls_are_refused_and_move_nothing) {
  Pair pair = connected();
  ASSERT_EQ(send(pair.client, "1", 1, 0), 1);
  char byte = '?';
  WSABUF buffer{1, &byte};
  DWORD count = 77, flags = 0;
  WSAOVERLAPPED operation{};
  for (DWORD* optional : {&count, static_cast<DWORD*>(nullptr)}) {
    EXPECT_EQ(error_of(WSASend(pair.client, &buffer, 1, optional, 0, &operation, nullptr)), WSAEOPNOTSUPP);
    EXPECT_EQ(error_of(WSASendTo(pair.client, &buffer, 1, optional, 0, nullptr, 0, &operation, nullptr)), WSAEOPNOTSUPP);
    EXPECT_EQ(error_of(WSARecv(pair.server, &buffer, 1, optional, &flags, &operation, nullptr)), WSAEOPNOTSUPP);
    EXPECT_EQ(error_of(WSARecvFrom(pair.server, &buffer, 1, optional, &flags, nullptr, nullptr, &operation, nullptr)), WSAEOPNOTSUPP);
  }
  EXPECT_EQ(byte, '?');
  EXPECT_EQ(count, 77u);
  char all[4];
  EXPECT_EQ(recv(pair.server, all, sizeof all, 0), 1);
  EXPECT_EQ(all[0], '1');
}

TEST_F(Overlapped, what_is_no_socket_is_told_first) {
  WSAOVERLAPPED operation{};
  char byte;
  WSABUF buffer{1, &byte};
  EXPECT_EQ(error_of(WSASend(INVALID_SOCKET, &buffer, 1, nullptr, 0, &operation, nullptr)), WSAENOTSOCK);
}

}  // namespace
}  // namespace windsock
