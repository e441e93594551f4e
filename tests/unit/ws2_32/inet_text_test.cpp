#include "dlls/ws2_32/inet_text.h"

#include <cstring>
#include <thread>

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using ws2_32_test::code_of;

struct Loose {
  const char* text;
  uint32_t address;  // in the byte order of the machine
};

TEST(LooseIpv4, knows_all_its_forms) {
  const Loose cases[] = {
      {"127.0.0.1", 0x7f000001},      {"1.2.3.4", 0x01020304},     {"255.255.255.255", 0xffffffff},
      {"0", 0},                       {" ", 0},                    {"1", 1},
      {"4294967295", 0xffffffff},     {"1.2", 0x01000002},         {"1.0xffffff", 0x01ffffff},
      {"1.2.3", 0x01020003},          {"1.2.65535", 0x0102ffff},   {"0x7f.1", 0x7f000001},
      {"0X7F000001", 0x7f000001},     {"017700000001", 0x7f000001}, {"010.010.010.010", 0x08080808},
      {"1.2.3.4 trailing", 0x01020304}, {"1.2.3.4\n", 0x01020304},
  };
  for (const Loose& one : cases) EXPECT_EQ(ipv4_from_loose_text(one.text), htonl(one.address)) << '"' << one.text << '"';
}

TEST(LooseIpv4, refuses_what_is_none) {
  for (const char* text : {"", "a", "1.2.3.4.5", "1.2.3.256", "256.1", "1.16777216", "1.2.65536", "4294967296", "1..2", ".1", "1.", "08",
                           "0x", "0xg", "-1", "1.2.3.4x", " 1", "1.2.3.", "99999999999999999999"})
    EXPECT_EQ(ipv4_from_loose_text(text), std::nullopt) << '"' << text << '"';
  EXPECT_EQ(ipv4_from_loose_text(nullptr), std::nullopt);
}

in_addr address_of(uint32_t value) {
  in_addr address{};
  address.s_addr = htonl(value);
  return address;
}

TEST(InetNtoa, has_a_buffer_for_each_thread) {
  char* mine = inet_ntoa(address_of(0xff10c001));
  EXPECT_STREQ(mine, "255.16.192.1");
  char* other = nullptr;
  std::thread([&] { other = inet_ntoa(address_of(1)); }).join();
  EXPECT_NE(mine, other);
  EXPECT_STREQ(mine, "255.16.192.1");
  EXPECT_EQ(inet_ntoa(address_of(1)), mine);
  EXPECT_STREQ(mine, "0.0.0.1");
}

TEST(InetAddr, gives_none_for_what_is_no_address) {
  EXPECT_EQ(inet_addr("127.0.0.1"), htonl(INADDR_LOOPBACK));
  EXPECT_EQ(inet_addr("localhost"), INADDR_NONE);
  EXPECT_EQ(inet_addr(nullptr), INADDR_NONE);
}

TEST(InetPton, tells_addresses_from_other_text) {
  unsigned char bytes[16] = {};
  EXPECT_EQ(inet_pton(AF_INET, "1.2.3.4", bytes), 1);
  EXPECT_EQ(memcmp(bytes, "\1\2\3\4", 4), 0);
  EXPECT_EQ(inet_pton(AF_INET6, "::ffff:1.2.3.4", bytes), 1);
  EXPECT_EQ(memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4", 16), 0);
  for (const char* text : {"1.2.3", "1.2.3.4.5", "0x1.2.3.4", "1.2.3.4 ", "", "::1"}) EXPECT_EQ(inet_pton(AF_INET, text, bytes), 0) << text;
  for (const char* text : {"1.2.3.4", ":::1", "fe80::1%1", "", "1:2:3:4:5:6:7:8:9"}) EXPECT_EQ(inet_pton(AF_INET6, text, bytes), 0) << text;
}

TEST(InetPton, needs_no_startup_and_says_what_is_wrong) {
  unsigned char bytes[16];
  EXPECT_EQ(inet_pton(10, "::1", bytes), -1);
  EXPECT_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
  EXPECT_EQ(inet_pton(AF_INET, nullptr, bytes), -1);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
  EXPECT_EQ(inet_pton(AF_INET, "1.2.3.4", nullptr), -1);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
}

struct Text {
  const char* text;
  int family;
};

TEST(InetNtop, writes_the_shortest_form) {
  for (const Text& one : {Text{"1.2.3.4", AF_INET}, Text{"::", AF_INET6}, Text{"::1", AF_INET6}, Text{"fe80::1:2:3:4", AF_INET6},
                          Text{"2001:db8:0:1::5", AF_INET6}, Text{"::ffff:1.2.3.4", AF_INET6},
                          Text{"1:2:3:4:5:6:7:8", AF_INET6}}) {
    unsigned char bytes[16];
    char text[46];
    ASSERT_EQ(inet_pton(one.family, one.text, bytes), 1) << one.text;
    EXPECT_EQ(inet_ntop(one.family, bytes, text, sizeof text), text);
    EXPECT_STREQ(text, one.text);
  }
}

TEST(InetNtop, wants_room_for_the_end_too) {
  const unsigned char bytes[4] = {1, 2, 3, 4};
  char text[8];
  EXPECT_EQ(inet_ntop(AF_INET, bytes, text, 8), text);
  EXPECT_EQ(inet_ntop(AF_INET, bytes, text, 7), nullptr);
  EXPECT_EQ(WSAGetLastError(), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(inet_ntop(AF_INET, bytes, nullptr, 16), nullptr);
  EXPECT_EQ(WSAGetLastError(), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(inet_ntop(AF_UNIX, bytes, text, 8), nullptr);
  EXPECT_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
}

TEST(ByteOrder, turns_the_bytes_round) {
  EXPECT_EQ(htonl(0x01020304u), 0x04030201u);
  EXPECT_EQ(ntohl(0x01020304u), 0x04030201u);
  EXPECT_EQ(htons(0x0102), 0x0201);
  EXPECT_EQ(ntohs(0x0102), 0x0201);
}

class ByteOrderOfSocket : public ws2_32_test::Started {};

TEST_F(ByteOrderOfSocket, checks_socket_and_pointer) {
  SOCKET s = make(AF_INET, SOCK_DGRAM);
  u_long wide = 0;
  u_short narrow = 0;
  EXPECT_EQ(WSAHtonl(s, 0x01020304, &wide), 0);
  EXPECT_EQ(wide, 0x04030201u);
  EXPECT_EQ(WSANtohl(s, 0x01020304, &wide), 0);
  EXPECT_EQ(WSAHtons(s, 0x0102, &narrow), 0);
  EXPECT_EQ(narrow, 0x0201);
  EXPECT_EQ(WSANtohs(s, 0x0102, &narrow), 0);
  EXPECT_EQ(WSAHtonl(s, 1, static_cast<u_long*>(nullptr)), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
  EXPECT_EQ(WSAHtons(INVALID_SOCKET, 1, &narrow), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAENOTSOCK);
}

}  // namespace
}  // namespace windsock
