// What the transfer calls refuse before they touch the socket.
#include "dlls/ws2_32/data_transfer.h"

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class Overlapped : public ws2_32_test::Started {
 protected:
  static int error_of(int result) { return result == 0 ? 0 : WSAGetLastError(); }
};

TEST_F(Overlapped, what_is_no_socket_is_told_first) {
  WSAOVERLAPPED operation{};
  char byte;
  WSABUF buffer{1, &byte};
  EXPECT_EQ(error_of(WSASend(INVALID_SOCKET, &buffer, 1, nullptr, 0, &operation, nullptr)), WSAENOTSOCK);
}

}  // namespace
}  // namespace windsock
