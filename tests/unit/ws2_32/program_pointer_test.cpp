// Addresses that no program can have, in every place where the library itself follows a pointer.
#include "dlls/ws2_32/program_pointer.h"

#include "dlls/common/host.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class ProgramPointer : public ws2_32_test::Started, public testing::WithParamInterface<uintptr_t> {
 protected:
  template <typename T>
  static T* wild() {
    return reinterpret_cast<T*>(GetParam());
  }
  static int error_of(int result) { return result == SOCKET_ERROR ? WSAGetLastError() : 0; }
  static int error_of(SOCKET result) { return result == INVALID_SOCKET ? WSAGetLastError() : 0; }
};

#define EXPECT_FAULT(call) EXPECT_EQ(error_of(call), WSAEFAULT) << #call

TEST_P(ProgramPointer, of_select_and_poll) {
  SOCKET s = make(AF_INET, SOCK_DGRAM);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(s, &set);
  timeval now{};
  EXPECT_FAULT(select(0, wild<fd_set>(), nullptr, nullptr, &now));
  EXPECT_FAULT(select(0, &set, wild<fd_set>(), nullptr, &now));
  EXPECT_FAULT(select(0, &set, nullptr, wild<fd_set>(), &now));
  EXPECT_FAULT(select(0, &set, nullptr, nullptr, wild<timeval>()));
  EXPECT_EQ(set.fd_count, 1u) << "untouched";
  EXPECT_FAULT(WSAPoll(wild<WSAPOLLFD>(), 1, 0));
}

TEST_P(ProgramPointer, of_names) {
  Pair pair = connected();
  SOCKET s = make(AF_INET, SOCK_STREAM), datagram = make(AF_INET, SOCK_DGRAM);
  sockaddr_in name{};
  int length = sizeof name;
  auto* address = reinterpret_cast<sockaddr*>(&name);
  EXPECT_FAULT(bind(s, wild<sockaddr>(), length));
  EXPECT_FAULT(connect(s, wild<sockaddr>(), length));
  EXPECT_FAULT(sendto(datagram, "x", 1, 0, wild<sockaddr>(), length));
  EXPECT_FAULT(getsockname(pair.client, wild<sockaddr>(), &length));
  EXPECT_FAULT(getsockname(pair.client, address, wild<int>()));
  EXPECT_FAULT(getpeername(pair.client, wild<sockaddr>(), &length));
  EXPECT_FAULT(getpeername(pair.client, address, wild<int>()));
  name.sin_family = AF_INET;
  ASSERT_EQ(bind(datagram, address, length), 0);
  char byte;
  EXPECT_FAULT(recvfrom(datagram, &byte, 1, 0, address, wild<int>()));
  EXPECT_FAULT(recvfrom(datagram, &byte, 1, 0, wild<sockaddr>(), &length));
  ASSERT_EQ(bind(s, address, length), 0);
  ASSERT_EQ(listen(s, 1), 0);
  EXPECT_FAULT(accept(s, wild<sockaddr>(), &length));
  EXPECT_FAULT(accept(s, address, wild<int>()));
}

TEST_P(ProgramPointer, of_transfers) {
  Pair pair = connected();
  char byte = 0;
  WSABUF buffer{1, &byte};
  DWORD count = 0, flags = 0;
  EXPECT_FAULT(WSASend(pair.client, wild<WSABUF>(), 1, &count, 0, nullptr, nullptr));
  EXPECT_FAULT(WSASend(pair.client, &buffer, 1, wild<DWORD>(), 0, nullptr, nullptr));
  EXPECT_FAULT(WSARecv(pair.server, wild<WSABUF>(), 1, &count, &flags, nullptr, nullptr));
  EXPECT_FAULT(WSARecv(pair.server, &buffer, 1, wild<DWORD>(), &flags, nullptr, nullptr));
  EXPECT_FAULT(WSARecv(pair.server, &buffer, 1, &count, wild<DWORD>(), nullptr, nullptr));
}

TEST_P(ProgramPointer, of_options_and_controls) {
  SOCKET s = make(AF_INET, SOCK_STREAM);
  int value = 0, length = sizeof value;
  DWORD count = 0;
  EXPECT_FAULT(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, wild<char>(), sizeof value));
  EXPECT_FAULT(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, wild<char>(), &length));
  EXPECT_FAULT(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&value), wild<int>()));
  EXPECT_FAULT(ioctlsocket(s, FIONBIO, wild<u_long>()));
  EXPECT_FAULT(ioctlsocket(s, FIONREAD, wild<u_long>()));
  EXPECT_FAULT(WSAIoctl(s, static_cast<DWORD>(FIONBIO), wild<char>(), 4, nullptr, 0, &count, nullptr, nullptr));
  EXPECT_FAULT(WSAIoctl(s, static_cast<DWORD>(FIONBIO), &value, 4, nullptr, 0, wild<DWORD>(), nullptr, nullptr));
}

TEST_P(ProgramPointer, of_structures) {
  SOCKET s = make(AF_INET, SOCK_STREAM);
  auto self = static_cast<DWORD>(host::process_id());
  EXPECT_FAULT(WSADuplicateSocketW(s, self, wild<WSAPROTOCOL_INFOW>()));
  EXPECT_FAULT(WSADuplicateSocketA(s, self, wild<WSAPROTOCOL_INFOA>()));
  EXPECT_FAULT(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, wild<WSAPROTOCOL_INFOW>(), 0, 0));
  EXPECT_FAULT(WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, wild<WSAPROTOCOL_INFOA>(), 0, 0));
  EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), wild<WSADATA>()), WSAEFAULT);
}

INSTANTIATE_TEST_SUITE_P(Near, ProgramPointer, testing::Values(uintptr_t{1}, uintptr_t{0xffff}));
#if defined(__x86_64__)
INSTANTIATE_TEST_SUITE_P(Far, ProgramPointer, testing::Values(UINTPTR_MAX, uintptr_t{0xcdcdcdcdcdcdcdcd}, uintptr_t{0xffff800000000000}));
#endif

TEST(ProgramPointerRange, has_every_address_of_the_program) {
  static int in_data;
  int on_stack;
  EXPECT_TRUE(can_be_memory(&in_data) && can_be_memory(&on_stack));
  EXPECT_FALSE(can_be_memory(nullptr));
  EXPECT_TRUE(null_or_memory(nullptr));
}

}  // namespace
}  // namespace windsock
