// mswsock's extensions as far as they need no overlapped I/O: WSARecvEx, TransmitFile, the protocols of Winsock 1.1, and what it
// has of BSD's.
#include <winsock2.h>
#include <mswsock.h>
#include <nspapi.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/open_file.h"
#include "tests/regress/windows_differences.h"
#include "tests/support/blocked_call.h"

// No header of Windows declares these.
#ifdef _WIN32
#define BSD_NAME(name)
#define BSD_CALL WINAPI
#else
#define BSD_NAME(name) __asm__("WS_" #name)
#define BSD_CALL
#endif
extern "C" {
u_long BSD_CALL inet_network(const char* text) BSD_NAME(inet_network);
struct netent* BSD_CALL getnetbyname(const char* name) BSD_NAME(getnetbyname);
int BSD_CALL dn_expand(const BYTE* message, const BYTE* end, const BYTE* name, char* text, int size) BSD_NAME(dn_expand);
void BSD_CALL s_perror(const char* message);
}

namespace regress {
namespace {

class MswsockTest : public WinsockTest {};

TEST_F(MswsockTest, ACutDatagramIsPartialAndNoError) {
  const Pair pair = udp_pair();
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(10, send(pair.client.get(), "0123456789", 10, 0));
  ASSERT_EQ(3, send(pair.client.get(), "abc", 3, 0));
  char buffer[8];
  int flags = 0;
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  ASSERT_RETURNS(4, WSARecvEx(pair.server.get(), buffer, 4, &flags));
  EXPECT_EQ(MSG_PARTIAL, flags);
  EXPECT_EQ(0, std::memcmp(buffer, "0123", 4));
  flags = 0;
  ASSERT_TRUE(wait_for(pair.server.get(), Readiness::kRead));
  ASSERT_RETURNS(3, WSARecvEx(pair.server.get(), buffer, sizeof buffer, &flags));
  EXPECT_EQ(0, flags);
}

TEST_F(MswsockTest, AStreamIsReceivedAsByRecv) {
  const Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  ASSERT_EQ(3, send(pair.client.get(), "abc", 3, 0));
  char buffer[8];
  int flags = 0;
  ASSERT_RETURNS(3, WSARecvEx(pair.server.get(), buffer, sizeof buffer, &flags));
  EXPECT_EQ(0, flags);
  EXPECT_FAILS_WITH(WSARecvEx(pair.server.get(), buffer, 0, &flags), WSAEINVAL) << "a stream is asked for at least one byte";
  EXPECT_FAILS_WITH(WSARecvEx(pair.server.get(), buffer, sizeof buffer, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSARecvEx(INVALID_SOCKET, buffer, sizeof buffer, &flags), WSAENOTSOCK);
}

TEST_F(MswsockTest, WithoutADatagramThereIsNothingToReceive) {
  char buffer[4];
  int flags = 0;
  const Socket unbound = make_socket(AF_INET, SOCK_DGRAM);
  ASSERT_TRUE(set_nonblocking(unbound.get()));
  EXPECT_FAILS_WITH(WSARecvEx(unbound.get(), buffer, sizeof buffer, &flags), WSAEINVAL) << "never bound";
  const Pair pair = udp_pair();
  ASSERT_TRUE(pair.valid() && set_nonblocking(pair.server.get()));
  EXPECT_FAILS_WITH(WSARecvEx(pair.server.get(), buffer, sizeof buffer, &flags), WSAEWOULDBLOCK);
}

TEST_F(MswsockTest, TransmitsWhatStandsAroundAFile) {
  const Pair pair = tcp_pair();
  ASSERT_TRUE(pair.valid());
  char head[] = "head,", tail[] = "tail";
  TRANSMIT_FILE_BUFFERS buffers = {head, 5, tail, 4};
  ASSERT_TRUE(TransmitFile(pair.client.get(), nullptr, 0, 0, nullptr, &buffers, 0)) << error_name(WSAGetLastError());
  EXPECT_EQ("head,tail", receive_exactly(pair.server.get(), 9));
}

TEST_F(MswsockTest, TransmitsAFileBetweenItsBuffers) {
  const Pair pair = tcp_pair();
  const OpenFile file("the file,");
  ASSERT_TRUE(pair.valid() && file.valid());
  char head[] = "head,", tail[] = "tail";
  TRANSMIT_FILE_BUFFERS buffers = {head, 5, tail, 4};
  ASSERT_TRUE(TransmitFile(pair.client.get(), file.get(), 0, 0, nullptr, &buffers, 0)) << error_name(WSAGetLastError());
  EXPECT_EQ("head,the file,tail", receive_exactly(pair.server.get(), 18));
}

TEST_F(MswsockTest, TransmitsFromTheFilesPositionAsMuchAsIsAskedFor) {
  const Pair pair = tcp_pair();
  const OpenFile file("0123456789");
  ASSERT_TRUE(pair.valid() && file.valid());
  LARGE_INTEGER two{};
  two.QuadPart = 2;
  ASSERT_TRUE(SetFilePointerEx(file.get(), two, nullptr, FILE_BEGIN));
  ASSERT_TRUE(TransmitFile(pair.client.get(), file.get(), 3, 0, nullptr, nullptr, 0)) << error_name(WSAGetLastError());
  EXPECT_EQ("234", receive_exactly(pair.server.get(), 3));
}

TEST_F(MswsockTest, TransmitsALargeFileWhateverTheMode) {
  std::string content(3 << 20, '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>('a' + (i / 7 + i / 4096) % 26);
  const OpenFile file(content);
  ASSERT_TRUE(file.valid());
  for (const bool nonblocking : {false, true}) {
    Pair pair = tcp_pair();
    ASSERT_TRUE(pair.valid());
    ASSERT_TRUE(set_nonblocking(pair.client.get(), nonblocking));
    const LARGE_INTEGER begin{};
    ASSERT_TRUE(SetFilePointerEx(file.get(), begin, nullptr, FILE_BEGIN));
    const SOCKET s = pair.client.get();
    std::thread sender([s, &file] {
      EXPECT_TRUE(TransmitFile(s, file.get(), 0, 0, nullptr, nullptr, TF_DISCONNECT)) << error_name(WSAGetLastError());
    });
    EXPECT_TRUE(content == receive_to_end(pair.server.get())) << nonblocking;
    sender.join();
  }
}

TEST_F(MswsockTest, TransmitFileEndsTheConnectionWhenItIsAskedTo) {
  const Pair pair = tcp_pair();
  const OpenFile file("all");
  ASSERT_TRUE(pair.valid() && file.valid());
  ASSERT_TRUE(TransmitFile(pair.client.get(), file.get(), 0, 0, nullptr, nullptr, TF_DISCONNECT)) << error_name(WSAGetLastError());
  EXPECT_EQ("all", receive_to_end(pair.server.get()));
}

TEST_F(MswsockTest, CloseWakesATransmission) {
  Pair pair = tcp_pair();
  const OpenFile file(std::string(16 << 20, 'x'));
  ASSERT_TRUE(pair.valid() && file.valid());
  const SOCKET s = pair.client.get();
  BlockedCall sending([s, &file]() -> long long { return TransmitFile(s, file.get(), 0, 0, nullptr, nullptr, 0) ? 0 : -1; });
  ASSERT_TRUE(sending.wait_until_blocked());
  ASSERT_TRUE(set_linger(s, 1, 0));
  EXPECT_RETURNS(0, pair.client.close());
  EXPECT_TRUE(woken_with(sending, closed_while_blocked()));
}

TEST_F(MswsockTest, TransmitFileRefusesWhatItCannotSend) {
  const Pair pair = tcp_pair();
  const OpenFile file("unsent");
  ASSERT_TRUE(pair.valid() && file.valid());
  const Socket datagram = bound_socket(AF_INET, SOCK_DGRAM), alone = make_socket(AF_INET, SOCK_STREAM);
  struct {
    SOCKET socket;
    DWORD size, flags;
    int error;
  } const rows[] = {
      {datagram.get(), 0, 0, WSAEINVAL},
      {pair.client.get(), 0x7fffffff, 0, WSAEINVAL},
      {pair.client.get(), 0, TF_REUSE_SOCKET, WSAEINVAL},
      {alone.get(), 0, 0, WSAENOTCONN},
  };
  for (const auto& row : rows) {
    WSASetLastError(0);
    EXPECT_FALSE(TransmitFile(row.socket, file.get(), row.size, 0, nullptr, nullptr, row.flags));
    EXPECT_EQ(row.error, WSAGetLastError());
    EXPECT_EQ(0, file.position());
  }
  ASSERT_RETURNS(0, shutdown(pair.client.get(), SD_SEND));
  EXPECT_FALSE(TransmitFile(pair.client.get(), file.get(), 0, 0, nullptr, nullptr, 0));
  EXPECT_EQ(WSAESHUTDOWN, WSAGetLastError());
}

TEST_F(MswsockTest, AnEventIsNoFile) {
  const Pair pair = tcp_pair();
  const WSAEVENT event = WSACreateEvent();
  ASSERT_TRUE(pair.valid());
  EXPECT_FALSE(TransmitFile(pair.client.get(), event, 0, 0, nullptr, nullptr, 0));
  WSACloseEvent(event);
}

TEST_F(MswsockTest, TransmitFileRefusesWhatIsNoSocket) {
  WSASetLastError(0);
  EXPECT_FALSE(TransmitFile(INVALID_SOCKET, nullptr, 0, 0, nullptr, nullptr, 0));
  EXPECT_EQ(WSAENOTSOCK, WSAGetLastError());
}

template <typename Info, typename Enumerate>
void lists_tcp(Enumerate enumerate) {
  DWORD length = 0;
  int wanted[] = {IPPROTO_TCP, 0};
  EXPECT_FAILS_WITH(enumerate(wanted, nullptr, &length), ERROR_INSUFFICIENT_BUFFER);
  ASSERT_GT(length, sizeof(Info));
  std::vector<long long> buffer(length / sizeof(long long) + 1);
  const auto* infos = reinterpret_cast<const Info*>(buffer.data());
  const int count = enumerate(wanted, buffer.data(), &length);
  ASSERT_GT(count, 0) << error_name(WSAGetLastError());
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(IPPROTO_TCP, infos[i].iProtocol);
    EXPECT_EQ(SOCK_STREAM, infos[i].iSocketType);
    EXPECT_TRUE(infos[i].dwServiceFlags & XP_GUARANTEED_DELIVERY);
    ASSERT_NE(nullptr, infos[i].lpProtocol);
    EXPECT_NE(0, infos[i].lpProtocol[0]);
  }
}

TEST_F(MswsockTest, TheProtocolsOfWinsock1) {
  lists_tcp<PROTOCOL_INFOA>([](int* wanted, void* buffer, DWORD* length) { return EnumProtocolsA(wanted, buffer, length); });
  lists_tcp<PROTOCOL_INFOW>([](int* wanted, void* buffer, DWORD* length) { return EnumProtocolsW(wanted, buffer, length); });
}

#ifndef _WIN32  // what AcceptEx writes is its own affair on each side; only it may fill the buffer elsewhere
TEST_F(MswsockTest, AddressesOfAnAcceptedConnectionAreFoundInItsBuffer) {
  constexpr DWORD kArea = sizeof(sockaddr_in) + 16;
  char buffer[8 + 2 * kArea] = {};
  sockaddr *local = nullptr, *remote = nullptr;
  int local_length = -1, remote_length = -1;
  GetAcceptExSockaddrs(buffer, 8, kArea, kArea, &local, &local_length, &remote, &remote_length);
  EXPECT_TRUE(bytes_of(local) >= buffer + 8 && bytes_of(local) < buffer + 8 + kArea);
  EXPECT_TRUE(bytes_of(remote) >= buffer + 8 + kArea && bytes_of(remote) < buffer + sizeof buffer);
  EXPECT_EQ(0, local_length);
  EXPECT_EQ(0, remote_length);
}
#endif

TEST_F(MswsockTest, NumbersOfNetworks) {
  EXPECT_EQ(0x0a01u, inet_network("10.1"));
  EXPECT_EQ(0x7f000001u, inet_network("127.0.0.1"));
  EXPECT_EQ(0x10u, inet_network("0x10"));
  for (const char* text : {"", "a", "1..2", "1.2.3.4.5", "256"}) EXPECT_EQ(INADDR_NONE, inet_network(text)) << text;
}

TEST_F(MswsockTest, AnUnknownNetwork) {
  WSASetLastError(0);
  EXPECT_EQ(nullptr, getnetbyname("no-such-network"));
  EXPECT_EQ(WSAHOST_NOT_FOUND, WSAGetLastError());
}

TEST_F(MswsockTest, NamesInDnsMessages) {
  const BYTE message[] = {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0, 3, 'w', 'w', 'w', 0xc0, 0, 0xc0, 19, 5, 'x'};
  const BYTE* const end = message + sizeof message;
  char text[32];
  EXPECT_EQ(13, dn_expand(message, end, message, text, sizeof text));
  EXPECT_STREQ("example.org", text);
  EXPECT_EQ(6, dn_expand(message, end, message + 13, text, sizeof text));
  EXPECT_STREQ("www.example.org", text);
  EXPECT_EQ(-1, dn_expand(message, end, message, text, 11)) << "no room for the end of the text";
  EXPECT_EQ(-1, dn_expand(message, end, message + 19, text, sizeof text)) << "a pointer to itself";
  EXPECT_EQ(-1, dn_expand(message, end, message + 21, text, sizeof text)) << "a label that goes beyond the message";
}

TEST_F(MswsockTest, ErrorsInWords) {
  WSASetLastError(WSAENOTCONN);
  ::testing::internal::CaptureStderr();
  s_perror("no peer");
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(0u, said.find("no peer: ")) << said;
  EXPECT_GT(said.size(), 10u);
}

}  // namespace
}  // namespace regress
