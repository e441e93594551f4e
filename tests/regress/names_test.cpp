// Byte order, addresses as text, getaddrinfo, gethostname.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <string>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

class ByteOrderTest : public WinsockTest {};

TEST_F(ByteOrderTest, NetworkIsBigEndian) {
  const u_short port = htons(0x0102);
  const u_long address = htonl(0x01020304);
  EXPECT_EQ(0, std::memcmp(&port, "\x01\x02", 2));
  EXPECT_EQ(0, std::memcmp(&address, "\x01\x02\x03\x04", 4));
  EXPECT_EQ(0x0102, ntohs(port));
  EXPECT_EQ(0x01020304u, ntohl(address));
}

TEST_F(ByteOrderTest, LongIs32Bits) {
  EXPECT_EQ(4u, sizeof(u_long));
  EXPECT_EQ(0xffffffffu, ntohl(0xffffffffu));
}

TEST_F(ByteOrderTest, WsaFormsTakeASocketAndAPointer) {
  const Socket socket = make_socket(AF_INET, SOCK_STREAM);
  u_long address = 0;
  u_short port = 0;
  ASSERT_RETURNS(0, WSAHtonl(socket.get(), 0x01020304, &address));
  EXPECT_EQ(htonl(0x01020304), address);
  ASSERT_RETURNS(0, WSANtohl(socket.get(), htonl(0x01020304), &address));
  EXPECT_EQ(0x01020304u, address);
  ASSERT_RETURNS(0, WSAHtons(socket.get(), 0x0102, &port));
  EXPECT_EQ(htons(0x0102), port);
  ASSERT_RETURNS(0, WSANtohs(socket.get(), htons(0x0102), &port));
  EXPECT_EQ(0x0102, port);
}

TEST_F(ByteOrderTest, WsaFormsFaultOnNull) {
  const Socket socket = make_socket(AF_INET, SOCK_STREAM);
  EXPECT_FAILS_WITH(WSAHtonl(socket.get(), 1, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSANtohl(socket.get(), 1, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSAHtons(socket.get(), 1, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSANtohs(socket.get(), 1, nullptr), WSAEFAULT);
}

// ---- inet_addr, inet_ntoa --------------------------------------------------------------------------------------------

struct DottedText {
  const char* text;
  unsigned long address;  // in host order
};

const DottedText kDotted[] = {
    {"127.0.0.1", 0x7f000001},      {"1.2.3.4", 0x01020304},   {"0.0.0.0", 0},
    {"10.1.258", 0x0a010102},       {"10.66051", 0x0a010203},  {"16909060", 0x01020304},
    {"0x7f.0.0.1", 0x7f000001},     {"0x7f000001", 0x7f000001}, {"0177.0.0.01", 0x7f000001},
    {"255.255.255.254", 0xfffffffe}, {"0XFF.1", 0xff000001},
};

class InetAddrTest : public WinsockTest {};

TEST_F(InetAddrTest, TakesOneToFourPartsInThreeBases) {
  for (const DottedText& dotted : kDotted) EXPECT_EQ(htonl(dotted.address), inet_addr(dotted.text)) << dotted.text;
}

TEST_F(InetAddrTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"1.2.3.256", "1.2.3.4.5", "1.2.65536", "1.16777216", "abc", "1..2", "1.2.3.x", "0x1g", "08"})
    EXPECT_EQ(INADDR_NONE, inet_addr(text)) << text;
}

TEST_F(InetAddrTest, InetNtoaPrintsFourParts) {
  in_addr address;
  address.s_addr = htonl(0x01020304);
  EXPECT_STREQ("1.2.3.4", inet_ntoa(address));
  address.s_addr = 0xffffffff;
  EXPECT_STREQ("255.255.255.255", inet_ntoa(address));
  address.s_addr = 0;
  EXPECT_STREQ("0.0.0.0", inet_ntoa(address));
}

// ---- inet_pton, inet_ntop --------------------------------------------------------------------------------------------

struct V6Text {
  const char* text;
  const char* bytes;  // 16
};

const V6Text kV6Texts[] = {
    {"::", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
    {"::1", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"},
    {"2001:db8::1", "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"},
    {"1:2:3:4:5:6:7:8", "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x8"},
    {"fe80::abcd:0:1", "\xfe\x80\0\0\0\0\0\0\0\0\xab\xcd\0\0\0\1"},
    {"::ffff:1.2.3.4", "\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4"},
};

class InetTextTest : public WinsockTest {};

TEST_F(InetTextTest, FamilySixIs23) { EXPECT_EQ(23, AF_INET6); }

TEST_F(InetTextTest, V6BothWays) {
  for (const V6Text& v6 : kV6Texts) {
    in6_addr address;
    ASSERT_EQ(1, inet_pton(AF_INET6, v6.text, &address)) << v6.text;
    EXPECT_EQ(0, std::memcmp(&address, v6.bytes, 16)) << v6.text;
    char text[64];
    EXPECT_STREQ(v6.text, inet_ntop(AF_INET6, &address, text, sizeof text));
  }
}

TEST_F(InetTextTest, V4BothWays) {
  in_addr address;
  ASSERT_EQ(1, inet_pton(AF_INET, "1.2.3.4", &address));
  EXPECT_EQ(htonl(0x01020304), address.s_addr);
  char text[16];
  EXPECT_STREQ("1.2.3.4", inet_ntop(AF_INET, &address, text, sizeof text));
}

TEST_F(InetTextTest, PtonTakesOnlyTheStrictForm) {
  char address[16];
  for (const char* text : {"1.2.3", "1.2.3.4.5", "1.2.3.256", "0x7f.0.0.1", "1.2.3.", "", "x"})
    EXPECT_EQ(0, inet_pton(AF_INET, text, address)) << text;
  for (const char* text : {"1:2:3", "1::2::3", "12345::", ":::", "1:2:3:4:5:6:7:8:9", "g::", "", "::1.2.3"})
    EXPECT_EQ(0, inet_pton(AF_INET6, text, address)) << text;
}

TEST_F(InetTextTest, PtonErrors) {
  char address[16];
  EXPECT_FAILS_WITH(inet_pton(12345, "1.2.3.4", address), WSAEAFNOSUPPORT);
  EXPECT_FAILS_WITH(inet_pton(AF_INET, nullptr, address), WSAEFAULT);
  EXPECT_FAILS_WITH(inet_pton(AF_INET, "1.2.3.4", nullptr), WSAEFAULT);
}

TEST_F(InetTextTest, NtopErrors) {
  in_addr address{};
  char text[64];
  WSASetLastError(0);
  EXPECT_EQ(nullptr, inet_ntop(12345, &address, text, sizeof text));
  EXPECT_EQ(WSAEAFNOSUPPORT, WSAGetLastError());
  WSASetLastError(0);
  EXPECT_EQ(nullptr, inet_ntop(AF_INET, &address, text, 7));
  EXPECT_EQ(ERROR_INVALID_PARAMETER, WSAGetLastError());
  EXPECT_STREQ("0.0.0.0", inet_ntop(AF_INET, &address, text, 8));
}

// ---- getaddrinfo -----------------------------------------------------------------------------------------------------

class AddrInfo {
 public:
  AddrInfo(const char* node, const char* service, int flags = 0, int family = AF_UNSPEC, int type = 0) {
    addrinfo hints{};
    hints.ai_flags = flags;
    hints.ai_family = family;
    hints.ai_socktype = type;
    error_ = getaddrinfo(node, service, &hints, &list_);
  }
  AddrInfo(const AddrInfo&) = delete;
  AddrInfo& operator=(const AddrInfo&) = delete;
  ~AddrInfo() {
    if (error_ == 0) freeaddrinfo(list_);
  }
  int error() const { return error_; }
  const addrinfo* first() const { return list_; }

 private:
  addrinfo* list_ = nullptr;
  int error_;
};

class AddrInfoTest : public WinsockTest {};

TEST_F(AddrInfoTest, NumericV4) {
  const AddrInfo found("127.0.0.1", "80", 0, AF_UNSPEC, SOCK_STREAM);
  ASSERT_EQ(0, found.error());
  EXPECT_EQ(AF_INET, found.first()->ai_family);
  EXPECT_EQ(SOCK_STREAM, found.first()->ai_socktype);
  ASSERT_EQ(sizeof(sockaddr_in), found.first()->ai_addrlen);
  const sockaddr_in& address = *reinterpret_cast<const sockaddr_in*>(found.first()->ai_addr);
  EXPECT_EQ(AF_INET, address.sin_family);
  EXPECT_EQ(htons(80), address.sin_port);
  EXPECT_EQ(htonl(0x7f000001), address.sin_addr.s_addr);
  EXPECT_EQ(nullptr, found.first()->ai_next);
}

TEST_F(AddrInfoTest, NumericV6) {
  const AddrInfo found("::1", "8080");
  ASSERT_EQ(0, found.error());
  EXPECT_EQ(AF_INET6, found.first()->ai_family);
  ASSERT_EQ(sizeof(sockaddr_in6), found.first()->ai_addrlen);
  const sockaddr_in6& address = *reinterpret_cast<const sockaddr_in6*>(found.first()->ai_addr);
  EXPECT_EQ(AF_INET6, address.sin6_family);
  EXPECT_EQ(htons(8080), address.sin6_port);
}

TEST_F(AddrInfoTest, WithoutHintsTypeAndProtocolAreZero) {
  addrinfo* found = nullptr;
  ASSERT_EQ(0, getaddrinfo("127.0.0.1", "80", nullptr, &found));
  EXPECT_EQ(0, found->ai_socktype);
  EXPECT_EQ(0, found->ai_protocol);
  const Socket socket(::socket(found->ai_family, found->ai_socktype, found->ai_protocol));
  EXPECT_TRUE(socket.valid()) << "socket() takes what getaddrinfo answers";
  freeaddrinfo(found);
}

TEST_F(AddrInfoTest, PassiveIsTheWildcard) {
  const AddrInfo passive(nullptr, "0", AI_PASSIVE, AF_INET, SOCK_STREAM);
  ASSERT_EQ(0, passive.error());
  EXPECT_EQ(0u, reinterpret_cast<const sockaddr_in*>(passive.first()->ai_addr)->sin_addr.s_addr);
  const AddrInfo active(nullptr, "80", 0, AF_INET, SOCK_STREAM);
  ASSERT_EQ(0, active.error());
  EXPECT_EQ(htonl(0x7f000001), reinterpret_cast<const sockaddr_in*>(active.first()->ai_addr)->sin_addr.s_addr);
}

TEST_F(AddrInfoTest, LocalhostIsLoopback) {
  const AddrInfo found("localhost", "80", 0, AF_INET, SOCK_STREAM);
  ASSERT_EQ(0, found.error());
  EXPECT_EQ(0x7f, ntohl(reinterpret_cast<const sockaddr_in*>(found.first()->ai_addr)->sin_addr.s_addr) >> 24);
}

TEST_F(AddrInfoTest, CanonicalNameOfANumber) {
  const AddrInfo found("127.0.0.1", nullptr, AI_CANONNAME | AI_NUMERICHOST, AF_INET);
  ASSERT_EQ(0, found.error());
  ASSERT_NE(nullptr, found.first()->ai_canonname);
  EXPECT_STREQ("127.0.0.1", found.first()->ai_canonname);
}

TEST_F(AddrInfoTest, Errors) {
  EXPECT_EQ(WSAHOST_NOT_FOUND, AddrInfo(nullptr, nullptr).error());
  EXPECT_EQ(WSAHOST_NOT_FOUND, AddrInfo("localhost", "80", AI_NUMERICHOST).error());
  EXPECT_EQ(WSAEAFNOSUPPORT, AddrInfo("127.0.0.1", "80", 0, 12345).error());
  EXPECT_EQ(WSAESOCKTNOSUPPORT, AddrInfo("127.0.0.1", "80", 0, AF_INET, 77).error());
  EXPECT_EQ(WSATYPE_NOT_FOUND, AddrInfo("127.0.0.1", "no-such-service", 0, AF_INET, SOCK_STREAM).error());
}

TEST_F(AddrInfoTest, AnErrorLeavesNoList) {
  addrinfo* found = reinterpret_cast<addrinfo*>(1);
  EXPECT_NE(0, getaddrinfo(nullptr, nullptr, nullptr, &found));
  EXPECT_EQ(nullptr, found);
}

TEST_F(AddrInfoTest, TheErrorIsAlsoTheLastError) {
  WSASetLastError(0);
  EXPECT_EQ(WSAHOST_NOT_FOUND, AddrInfo(nullptr, nullptr).error());
  EXPECT_EQ(WSAHOST_NOT_FOUND, WSAGetLastError());
}

TEST_F(AddrInfoTest, LeadsToAConnection) {
  const Socket server = listener(AF_INET6);
  const std::string port = std::to_string(local_name(server.get()).port());
  const AddrInfo found("::1", port.c_str(), 0, AF_UNSPEC, SOCK_STREAM);
  ASSERT_EQ(0, found.error());
  const Socket client(socket(found.first()->ai_family, found.first()->ai_socktype, found.first()->ai_protocol));
  EXPECT_RETURNS(0, connect(client.get(), found.first()->ai_addr, static_cast<int>(found.first()->ai_addrlen)));
}

// ---- names that are not ASCII ----------------------------------------------------------------------------------------------

class InternationalNameTest : public WinsockTest {};

int look_up_wide(const WCHAR* node, int flags) {
  ADDRINFOW hints{}, *found = nullptr;
  hints.ai_flags = flags;
  const int error = GetAddrInfoW(node, nullptr, &hints, &found);
  if (error == 0) FreeAddrInfoW(found);
  return error;
}

// "bücher.invalid": nobody has such a name. (tests/system/names_test looks names up that somebody has.)
const WCHAR kBooks[] = {'b', 0xfc, 'c', 'h', 'e', 'r', '.', 'i', 'n', 'v', 'a', 'l', 'i', 'd', 0};
const WCHAR kHalfASurrogate[] = {'a', 0xd800, 'b', '.', 'i', 'n', 'v', 'a', 'l', 'i', 'd', 0};

TEST_F(InternationalNameTest, UnknownOnesAreUnknown) {
  // Without a name server that answers, the question is open.
  for (const int flags : {0, AI_DISABLE_IDN_ENCODING}) {
    const int error = look_up_wide(kBooks, flags);
    EXPECT_TRUE(error == WSAHOST_NOT_FOUND || error == WSATRY_AGAIN) << error;
  }
}

TEST_F(InternationalNameTest, WhatIsNoTextIsNoName) { EXPECT_EQ(WSAHOST_NOT_FOUND, look_up_wide(kHalfASurrogate, 0)); }

TEST_F(InternationalNameTest, TheyAreNoNumbers) { EXPECT_EQ(WSAHOST_NOT_FOUND, look_up_wide(kBooks, AI_NUMERICHOST)); }

// ---- registration ------------------------------------------------------------------------------

class ExtendedNameTest : public WinsockTest {};

TEST_F(ExtendedNameTest, NamesCannotBeRegistered) {
  Endpoint endpoint = loopback(AF_INET, 80);
  SOCKET_ADDRESS address = {endpoint.address(), endpoint.length};
  const WCHAR name[] = {'m', 'e', 0};
  EXPECT_EQ(WSANO_RECOVERY, SetAddrInfoExW(name, nullptr, &address, 1, nullptr, 0, NS_DNS, nullptr, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(WSANO_RECOVERY, SetAddrInfoExA("me", nullptr, &address, 1, nullptr, 0, NS_DNS, nullptr, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(WSANO_RECOVERY, WSAGetLastError());
}

TEST_F(ExtendedNameTest, RegistrationReservesItsLastParameters) {
  timeval timeout = {1, 0};
  WSAOVERLAPPED overlapped{};
  HANDLE handle = nullptr;
  const WCHAR name[] = {'m', 'e', 0};
  EXPECT_EQ(WSAEINVAL, SetAddrInfoExW(name, nullptr, nullptr, 0, nullptr, 0, NS_DNS, nullptr, &timeout, nullptr, nullptr, nullptr));
  EXPECT_EQ(WSAEINVAL, SetAddrInfoExW(name, nullptr, nullptr, 0, nullptr, 0, NS_DNS, nullptr, nullptr, &overlapped, nullptr, nullptr));
  EXPECT_EQ(WSAEINVAL, SetAddrInfoExA("me", nullptr, nullptr, 0, nullptr, 0, NS_DNS, nullptr, nullptr, nullptr, nullptr, &handle));
}

// ---- gethostname -----------------------------------------------------------------------------------------------------

class HostNameTest : public WinsockTest {};

// Natively libc declares a function of the same name that forbids null; through a pointer of a type of our own it does not.
template <typename Size>
using AskName = int(WSAAPI*)(char*, Size);
template <typename Size>
AskName<Size> plainly(AskName<Size> ask) {
  return ask;
}

TEST_F(HostNameTest, IsATerminatedName) {
  char name[256];
  std::memset(name, 'x', sizeof name);
  ASSERT_RETURNS(0, gethostname(name, sizeof name));
  EXPECT_NE('\0', name[0]);
  EXPECT_NE(nullptr, std::memchr(name, '\0', sizeof name));
}

TEST_F(HostNameTest, NullAndShortAreFaults) {
  char name[256];
  auto* volatile ask = plainly(gethostname);
  EXPECT_FAILS_WITH(ask(nullptr, sizeof name), WSAEFAULT);
  EXPECT_FAILS_WITH(gethostname(name, 0), WSAEFAULT);
  ASSERT_RETURNS(0, gethostname(name, sizeof name));
  EXPECT_FAILS_WITH(gethostname(name, static_cast<int>(std::strlen(name))), WSAEFAULT);
}

}  // namespace
}  // namespace regress
