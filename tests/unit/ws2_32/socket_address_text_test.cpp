// Tables of socket addresses as text: what is one, what it says, and how it is written.
#include "dlls/ws2_32/socket_address_text.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

using namespace windsock;

std::string bytes(const void* address, size_t size) { return {static_cast<const char*>(address), size}; }

struct V4Row {
  const char* text;
  uint32_t address;  // in the order of the machine, as is the port
  uint16_t port;
  const char* written;
};
const V4Row kV4[] = {
    {"1.2.3.4", 0x01020304, 0, "1.2.3.4"},
    {"0.0.0.0", 0, 0, "0.0.0.0"},
    {"255.255.255.255", 0xffffffff, 0, "255.255.255.255"},
    {"1.2.3.4:80", 0x01020304, 80, "1.2.3.4:80"},
    {"1.2.3.4:0", 0x01020304, 0, "1.2.3.4"},
    {"1.2.3.4:65535", 0x01020304, 65535, "1.2.3.4:65535"},
    {"1.2.3.4:0x1F", 0x01020304, 31, "1.2.3.4:31"},
    {"1.2.3.4:0XffFF", 0x01020304, 65535, "1.2.3.4:65535"},
    {"1.2.3.4:017", 0x01020304, 15, "1.2.3.4:15"},
};

TEST(SocketAddressTextTest, V4) {
  for (const V4Row& row : kV4) {
    auto found = socket_address_from_text(row.text, AF_INET);
    ASSERT_TRUE(found) << row.text;
    EXPECT_EQ(static_cast<int>(sizeof(sockaddr_in)), found.value().length);
    const auto& address = reinterpret_cast<const sockaddr_in&>(found.value().storage);
    EXPECT_EQ(AF_INET, address.sin_family);
    EXPECT_EQ(htonl(row.address), address.sin_addr.s_addr) << row.text;
    EXPECT_EQ(htons(row.port), address.sin_port) << row.text;
    EXPECT_EQ(std::string(8, '\0'), bytes(address.sin_zero, 8));
    auto written = socket_address_to_text(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ASSERT_TRUE(written);
    EXPECT_EQ(row.written, written.value());
  }
}

struct V6Row {
  const char* text;
  const char* address;
  uint32_t scope;
  uint16_t port;
  const char* written;
};
const V6Row kV6[] = {
    {"::", "::", 0, 0, "::"},
    {"::1", "::1", 0, 0, "::1"},
    {"[::1]", "::1", 0, 0, "::1"},
    {"[::1]:80", "::1", 0, 80, "[::1]:80"},
    {"[::1]:0", "::1", 0, 0, "::1"},
    {"[::1]:0x50", "::1", 0, 80, "[::1]:80"},
    {"[::1]:0120", "::1", 0, 80, "[::1]:80"},
    {"fe80::1%7", "fe80::1", 7, 0, "fe80::1%7"},
    {"[fe80::1%7]", "fe80::1", 7, 0, "fe80::1%7"},
    {"[fe80::1%7]:443", "fe80::1", 7, 443, "[fe80::1%7]:443"},
    {"fe80::1%4294967295", "fe80::1", 0xffffffff, 0, "fe80::1%4294967295"},
    {"fe80::1%0", "fe80::1", 0, 0, "fe80::1"},
    {"2001:DB8:0:0:1::A", "2001:db8:0:0:1::a", 0, 0, "2001:db8::1:0:0:a"},
    {"::ffff:1.2.3.4", "::ffff:1.2.3.4", 0, 0, "::ffff:1.2.3.4"},
};

TEST(SocketAddressTextTest, V6) {
  for (const V6Row& row : kV6) {
    auto found = socket_address_from_text(row.text, AF_INET6);
    ASSERT_TRUE(found) << row.text;
    EXPECT_EQ(static_cast<int>(sizeof(sockaddr_in6)), found.value().length);
    const auto& address = reinterpret_cast<const sockaddr_in6&>(found.value().storage);
    in6_addr expected;
    ASSERT_EQ(1, inet_pton(AF_INET6, row.address, &expected));
    EXPECT_EQ(AF_INET6, address.sin6_family);
    EXPECT_EQ(bytes(&expected, 16), bytes(&address.sin6_addr, 16)) << row.text;
    EXPECT_EQ(row.scope, address.sin6_scope_id) << row.text;
    EXPECT_EQ(htons(row.port), address.sin6_port) << row.text;
    EXPECT_EQ(0u, address.sin6_flowinfo);
    auto written = socket_address_to_text(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ASSERT_TRUE(written);
    EXPECT_EQ(row.written, written.value());
  }
}

TEST(SocketAddressTextTest, WhatIsNone) {
  for (const char* text : {"", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:0x", "1.2.3.4:08", "1.2.3.4:1:2",
                           "1.2.3.4: 80", ":80", "::1", "host", "1.2.3.4/24", "1.2.3.4:99999999999999999999"})
    EXPECT_EQ(static_cast<WsaError>(WSAEINVAL), socket_address_from_text(text, AF_INET).error()) << text;
  for (const char* text : {"", "[", "]", "[]", "[::1", "::1]", "[::1]x", "[::1]:", "[::1]:65536", "[::1]:x", "::1%", "::1%x", "::1%-1", "::1%4294967296", "::1:80:",
                           "[::1]80", "[[::1]]", "1.2.3.4", "fe80::1%eth0", "12345::", "[fe80::1]%7", "::1%0x10"})
    EXPECT_EQ(static_cast<WsaError>(WSAEINVAL), socket_address_from_text(text, AF_INET6).error()) << text;
}

TEST(SocketAddressTextTest, ATextBelongsToItsFamily) {
  for (const int family : {AF_UNSPEC, AF_UNIX, 12345}) EXPECT_FALSE(socket_address_from_text("1.2.3.4", family)) << family;
}

TEST(SocketAddressTextTest, ShortAndOtherStructuresHaveNoText) {
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  auto* address = reinterpret_cast<const sockaddr*>(&six);
  EXPECT_TRUE(socket_address_to_text(address, sizeof six));
  for (size_t length = 0; length < sizeof six; ++length) EXPECT_FALSE(socket_address_to_text(address, length)) << length;
  six.sin6_family = AF_INET;
  EXPECT_TRUE(socket_address_to_text(address, sizeof(sockaddr_in)));
  for (size_t length = 0; length < sizeof(sockaddr_in); ++length) EXPECT_FALSE(socket_address_to_text(address, length)) << length;
  six.sin6_family = AF_UNIX;
  EXPECT_FALSE(socket_address_to_text(address, sizeof six));
}

}  // namespace
