#include "dlls/ws2_32/socket_controls.h"

#include <mswsock.h>

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class SocketControls : public ws2_32_test::Started {
 protected:
  static int64_t ask(SOCKET s, LONG code) {
    u_long value = 0xeeeeeeee;
    return ioctlsocket(s, code, &value) == 0 ? static_cast<int64_t>(value) : -WSAGetLastError();
  }
  // Waits until the socket has something to read.
  static void await_data(SOCKET s, short events = POLLRDNORM) {
    WSAPOLLFD entry{s, events, 0};
    ASSERT_EQ(WSAPoll(&entry, 1, 10000), 1);
  }
};

TEST_F(SocketControls, change_the_blocking_mode) {
  SOCKET s = make(AF_INET, SOCK_DGRAM);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  ASSERT_EQ(bind(s, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
  char byte;
  EXPECT_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
  EXPECT_EQ(on, 1u);
}

TEST_F(SocketControls, change_the_mode_of_a_listener) {
  SOCKET s = make(AF_INET, SOCK_STREAM);
  ASSERT_EQ(listen(s, 1) == 0 ? 0 : WSAGetLastError(), WSAEINVAL) << "not bound";
  sockaddr_in any{};
  any.sin_family = AF_INET;
  ASSERT_EQ(bind(s, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  ASSERT_EQ(listen(s, 1), 0);
  u_long on = 1;
  ASSERT_EQ(ioctlsocket(s, FIONBIO, &on), 0);
  EXPECT_EQ(accept(s, nullptr, nullptr), INVALID_SOCKET);
  EXPECT_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
}

TEST_F(SocketControls, count_what_can_be_read) {
  Pair pair = connected();
  EXPECT_EQ(ask(pair.server, FIONREAD), 0);
  ASSERT_EQ(send(pair.client, "12345", 5, 0), 5);
  await_data(pair.server);
  EXPECT_EQ(ask(pair.server, FIONREAD), 5);

  u_long value = 0;
  DWORD returned = 0;
  EXPECT_EQ(WSAIoctl(pair.server, static_cast<DWORD>(FIONREAD), nullptr, 0, &value, sizeof value, &returned, nullptr, nullptr), 0);
  EXPECT_EQ(value, 5u);
  EXPECT_EQ(returned, sizeof value);
}

TEST_F(SocketControls, tell_whether_urgent_data_is_waiting) {
  Pair pair = connected();
  u_long on = 1;
  ASSERT_EQ(setsockopt(pair.server, SOL_SOCKET, SO_OOBINLINE, reinterpret_cast<char*>(&on), sizeof on), 0);
  EXPECT_EQ(ask(pair.server, SIOCATMARK), 1) << "none is";
  ASSERT_EQ(send(pair.client, "ab", 2, 0), 2);
  ASSERT_EQ(send(pair.client, "!", 1, MSG_OOB), 1);
  await_data(pair.server, POLLRDBAND);
  EXPECT_EQ(ask(pair.server, SIOCATMARK), 0) << "behind two bytes";
  char bytes[4];
  ASSERT_EQ(recv(pair.server, bytes, sizeof bytes, 0), 2);
  ASSERT_EQ(recv(pair.server, bytes, sizeof bytes, 0), 1);
  EXPECT_EQ(ask(pair.server, SIOCATMARK), 1) << "it was read";
}

// docs/differences.md: "Registered I/O"
TEST_F(SocketControls, have_no_table_of_registered_io) {
  SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_REGISTERED_IO);
  ASSERT_NE(s, INVALID_SOCKET) << WSAGetLastError();
  GUID registered_io = WSAID_MULTIPLE_RIO, unknown = WSAID_ACCEPTEX;
  char table[256];
  DWORD returned = 0;
  auto ask_for = [&](GUID& id) {
    return WSAIoctl(s, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, &id, sizeof id, table, sizeof table, &returned, nullptr, nullptr);
  };
  EXPECT_EQ(ask_for(registered_io), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEOPNOTSUPP);
  EXPECT_EQ(ask_for(unknown), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEINVAL);
  EXPECT_EQ(closesocket(s), 0);
}

TEST_F(SocketControls, say_what_is_wrong) {
  SOCKET udp = make(AF_INET, SOCK_DGRAM), tcp = make(AF_INET, SOCK_STREAM);
  EXPECT_EQ(ask(udp, SIOCATMARK), -WSAEINVAL);
  EXPECT_EQ(ask(tcp, 0x1234), -WSAEOPNOTSUPP);
  EXPECT_EQ(ask(tcp, FIOASYNC), -WSAEOPNOTSUPP);
  EXPECT_EQ(ask(INVALID_SOCKET, FIONREAD), -WSAENOTSOCK);
  EXPECT_EQ(ioctlsocket(tcp, FIONBIO, static_cast<u_long*>(nullptr)), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);

  u_long value = 0;
  DWORD returned = 0;
  OVERLAPPED overlapped{};
  auto control = [&](DWORD out_size, DWORD* count, LPWSAOVERLAPPED operation) {
    WSASetLastError(0);
    WSAIoctl(udp, static_cast<DWORD>(FIONREAD), nullptr, 0, &value, out_size, count, operation, nullptr);
    return WSAGetLastError();
  };
  EXPECT_EQ(control(sizeof value, nullptr, nullptr), WSAEFAULT);
  EXPECT_EQ(control(sizeof value - 1, &returned, nullptr), WSAEFAULT);
  EXPECT_EQ(control(sizeof value, nullptr, &overlapped), 0);
  EXPECT_EQ(overlapped.InternalHigh, sizeof value);
}

}  // namespace
}  // namespace windsock
