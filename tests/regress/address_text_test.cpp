// Addresses as text with ports and scopes, and the wide forms.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <string>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

std::basic_string<WCHAR> wide(const std::string& text) { return {text.begin(), text.end()}; }

struct AddressText {
  int family;
  const char* text;
  const char* number;  // the address alone, as inet_ntop prints it
  u_short port;
  ULONG scope;
};

const AddressText kTexts[] = {
    {AF_INET, "1.2.3.4", "1.2.3.4", 0, 0},
    {AF_INET, "127.0.0.1:65535", "127.0.0.1", 65535, 0},
    {AF_INET6, "::1", "::1", 0, 0},
    {AF_INET6, "[::1]", "::1", 0, 0},
    {AF_INET6, "[2001:db8::1]:80", "2001:db8::1", 80, 0},
    {AF_INET6, "fe80::1%3", "fe80::1", 0, 3},
    {AF_INET6, "[fe80::1%3]:80", "fe80::1", 80, 3},
};

class AddressTextTest : public WinsockTest {
 protected:
  static void expect_is(const AddressText& text, const sockaddr_storage& found, int length) {
    char number[64];
    if (text.family == AF_INET) {
      const auto& four = reinterpret_cast<const sockaddr_in&>(found);
      ASSERT_EQ(static_cast<int>(sizeof four), length) << text.text;
      EXPECT_EQ(htons(text.port), four.sin_port) << text.text;
      EXPECT_STREQ(text.number, inet_ntop(AF_INET, &four.sin_addr, number, sizeof number));
    } else {
      const auto& six = reinterpret_cast<const sockaddr_in6&>(found);
      ASSERT_EQ(static_cast<int>(sizeof six), length) << text.text;
      EXPECT_EQ(htons(text.port), six.sin6_port) << text.text;
      EXPECT_EQ(text.scope, six.sin6_scope_id) << text.text;
      EXPECT_STREQ(text.number, inet_ntop(AF_INET6, &six.sin6_addr, number, sizeof number));
    }
    EXPECT_EQ(text.family, found.ss_family) << text.text;
  }
};

TEST_F(AddressTextTest, FromText) {
  for (const AddressText& text : kTexts) {
    sockaddr_storage found{};
    int length = sizeof found;
    std::string narrow = text.text;
    ASSERT_RETURNS(0, WSAStringToAddressA(narrow.data(), text.family, nullptr, reinterpret_cast<sockaddr*>(&found), &length)) << narrow;
    expect_is(text, found, length);
    found = {};
    length = sizeof found;
    auto characters = wide(narrow);
    ASSERT_RETURNS(0, WSAStringToAddressW(characters.data(), text.family, nullptr, reinterpret_cast<sockaddr*>(&found), &length));
    expect_is(text, found, length);
  }
}

TEST_F(AddressTextTest, ToText) {
  for (const AddressText& text : kTexts) {
    if (std::string(text.text) == "[::1]") continue;  // brackets are for ports
    sockaddr_storage address{};
    int size = sizeof address;
    std::string narrow = text.text;
    ASSERT_RETURNS(0, WSAStringToAddressA(narrow.data(), text.family, nullptr, reinterpret_cast<sockaddr*>(&address), &size));
    char buffer[80];
    DWORD length = sizeof buffer;
    ASSERT_RETURNS(0, WSAAddressToStringA(reinterpret_cast<sockaddr*>(&address), static_cast<DWORD>(size), nullptr, buffer, &length));
    EXPECT_STREQ(text.text, buffer);
    EXPECT_EQ(std::strlen(text.text) + 1, length);
    WCHAR characters[80];
    length = 80;
    ASSERT_RETURNS(0, WSAAddressToStringW(reinterpret_cast<sockaddr*>(&address), static_cast<DWORD>(size), nullptr, characters, &length));
    EXPECT_EQ(wide(text.text), std::basic_string<WCHAR>(characters));
  }
}

TEST_F(AddressTextTest, TheLengthThatIsNeededIsTold) {
  sockaddr_storage address{};
  char text[] = "1.2.3.4:80";
  int size = sizeof(sockaddr_in) - 1;
  EXPECT_FAILS_WITH(WSAStringToAddressA(text, AF_INET, nullptr, reinterpret_cast<sockaddr*>(&address), &size), WSAEFAULT);
  ASSERT_EQ(static_cast<int>(sizeof(sockaddr_in)), size);
  ASSERT_RETURNS(0, WSAStringToAddressA(text, AF_INET, nullptr, reinterpret_cast<sockaddr*>(&address), &size));
  char buffer[sizeof text];
  DWORD length = sizeof text - 1;
  EXPECT_FAILS_WITH(WSAAddressToStringA(reinterpret_cast<sockaddr*>(&address), sizeof(sockaddr_in), nullptr, buffer, &length), WSAEFAULT);
  ASSERT_EQ(sizeof text, length);
  EXPECT_RETURNS(0, WSAAddressToStringA(reinterpret_cast<sockaddr*>(&address), sizeof(sockaddr_in), nullptr, buffer, &length));
  EXPECT_STREQ(text, buffer);
}

TEST_F(AddressTextTest, WhatIsNoAddress) {
  struct {
    int family;
    const char* text;
  } const cases[] = {{AF_INET, "1.2.3.256"},   {AF_INET, "1.2.3.4:65536"}, {AF_INET, "1.2.3.4:"},  {AF_INET, "::1"},
                     {AF_INET, ""},            {AF_INET, "localhost"},     {AF_INET6, "1.2.3.4"},  {AF_INET6, "[::1"},
                     {AF_INET6, "::1]"},       {AF_INET6, "[::1]80"},      {AF_INET6, "[::1]:x"},  {AF_INET6, "::1%"},
                     {AF_INET6, "fe80::1%x"},  {AF_INET6, ""},             {12345, "1.2.3.4"}};
  for (const auto& one : cases) {
    sockaddr_storage address;
    int size = sizeof address;
    std::string text = one.text;
    EXPECT_FAILS_WITH(WSAStringToAddressA(text.data(), one.family, nullptr, reinterpret_cast<sockaddr*>(&address), &size), WSAEINVAL)
        << one.text;
  }
}

TEST_F(AddressTextTest, BadPointers) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  char buffer[32];
  char text[] = "1.2.3.4";
  int size = sizeof address;
  DWORD length = sizeof buffer;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  EXPECT_FAILS_WITH(WSAAddressToStringA(nullptr, sizeof address, nullptr, buffer, &length), WSAEINVAL);
  EXPECT_FAILS_WITH(WSAAddressToStringA(name, 0, nullptr, buffer, &length), WSAEINVAL);
  EXPECT_FAILS_WITH(WSAAddressToStringA(name, sizeof address, nullptr, buffer, nullptr), WSAEINVAL);
  EXPECT_FAILS_WITH(WSAAddressToStringA(name, sizeof address, nullptr, nullptr, &length), WSAEFAULT);
  EXPECT_FAILS_WITH(WSAStringToAddressA(text, AF_INET, nullptr, nullptr, &size), WSAEFAULT);
  EXPECT_FAILS_WITH(WSAStringToAddressA(text, AF_INET, nullptr, name, nullptr), WSAEFAULT);
  address.sin_family = 12345;
  EXPECT_FAILS_WITH(WSAAddressToStringA(name, sizeof address, nullptr, buffer, &length), WSAEINVAL);
}

// ---- wide forms --------------------------------------------------------------------------------------------------------

TEST_F(AddressTextTest, InetPtonAndNtopW) {
  in6_addr address;
  ASSERT_EQ(1, InetPtonW(AF_INET6, wide("2001:db8::1").c_str(), &address));
  WCHAR text[64];
  ASSERT_EQ(text, InetNtopW(AF_INET6, &address, text, 64));
  EXPECT_EQ(wide("2001:db8::1"), std::basic_string<WCHAR>(text));
  EXPECT_EQ(0, InetPtonW(AF_INET, wide("1.2.3").c_str(), &address));
  EXPECT_FAILS_WITH(InetPtonW(12345, wide("1.2.3.4").c_str(), &address), WSAEAFNOSUPPORT);
  EXPECT_FAILS_WITH(InetPtonW(AF_INET, nullptr, &address), WSAEFAULT);
  WSASetLastError(0);
  EXPECT_EQ(nullptr, InetNtopW(AF_INET, &address, text, 7));
  EXPECT_EQ(ERROR_INVALID_PARAMETER, WSAGetLastError());
}

TEST_F(AddressTextTest, HostNameW) {
  WCHAR name[256];
  ASSERT_RETURNS(0, GetHostNameW(name, 256));
  char narrow[256];
  ASSERT_RETURNS(0, gethostname(narrow, sizeof narrow));
  EXPECT_EQ(wide(narrow), std::basic_string<WCHAR>(name));
  EXPECT_FAILS_WITH(GetHostNameW(nullptr, 256), WSAEFAULT);
  EXPECT_FAILS_WITH(GetHostNameW(name, 0), WSAEFAULT);
}

TEST_F(AddressTextTest, AddrInfoW) {
  ADDRINFOW hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_CANONNAME;
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  PADDRINFOW found = nullptr;
  ASSERT_EQ(0, GetAddrInfoW(wide("127.0.0.1").c_str(), wide("80").c_str(), &hints, &found));
  EXPECT_EQ(AF_INET, found->ai_family);
  EXPECT_EQ(SOCK_STREAM, found->ai_socktype);
  ASSERT_EQ(sizeof(sockaddr_in), found->ai_addrlen);
  EXPECT_EQ(htons(80), reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_port);
  ASSERT_NE(nullptr, found->ai_canonname);
  EXPECT_EQ(wide("127.0.0.1"), std::basic_string<WCHAR>(found->ai_canonname));
  FreeAddrInfoW(found);
  EXPECT_EQ(WSAHOST_NOT_FOUND, GetAddrInfoW(nullptr, nullptr, nullptr, &found));
  EXPECT_EQ(nullptr, found);
}

TEST_F(AddressTextTest, AddrInfoExW) {
  PADDRINFOEXW found = nullptr;
  ASSERT_EQ(0, GetAddrInfoExW(wide("::1").c_str(), wide("443").c_str(), NS_ALL, nullptr, nullptr, &found, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(AF_INET6, found->ai_family);
  ASSERT_EQ(sizeof(sockaddr_in6), found->ai_addrlen);
  EXPECT_EQ(htons(443), reinterpret_cast<sockaddr_in6*>(found->ai_addr)->sin6_port);
  FreeAddrInfoExW(found);
  EXPECT_EQ(WSAHOST_NOT_FOUND,
            GetAddrInfoExW(nullptr, nullptr, NS_ALL, nullptr, nullptr, &found, nullptr, nullptr, nullptr, nullptr));
}

TEST_F(AddressTextTest, AddrInfoExA) {
  PADDRINFOEXA found = nullptr;
  ASSERT_EQ(0, GetAddrInfoExA("127.0.0.1", "80", NS_DNS, nullptr, nullptr, &found, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(AF_INET, found->ai_family);
  ASSERT_EQ(sizeof(sockaddr_in), found->ai_addrlen);
  EXPECT_EQ(nullptr, found->ai_next);
  FreeAddrInfoEx(found);
}

}  // namespace
}  // namespace regress
