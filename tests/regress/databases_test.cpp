// Hosts, services and protocols by name and number; names of addresses.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

const in_addr kLoopback = [] {
  in_addr address;
  address.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}();

class HostEntryTest : public WinsockTest {};

TEST_F(HostEntryTest, LocalhostHasTheLoopbackAddress) {
  const hostent* host = gethostbyname("localhost");
  ASSERT_NE(nullptr, host);
  EXPECT_EQ(AF_INET, host->h_addrtype);
  EXPECT_EQ(4, host->h_length);
  ASSERT_NE(nullptr, host->h_addr_list[0]);
  EXPECT_EQ(0, std::memcmp(host->h_addr_list[0], &kLoopback, 4));
  ASSERT_NE(nullptr, host->h_aliases);
}

TEST_F(HostEntryTest, ADottedAddressIsItsOwnName) {
  const hostent* host = gethostbyname("1.2.3.4");
  ASSERT_NE(nullptr, host);
  EXPECT_STREQ("1.2.3.4", host->h_name);
  EXPECT_EQ(4, host->h_length);
  EXPECT_EQ(0, std::memcmp(host->h_addr_list[0], "\1\2\3\4", 4));
  EXPECT_EQ(nullptr, host->h_addr_list[1]);
}

TEST_F(HostEntryTest, NothingIsThisMachine) {
  char name[256];
  ASSERT_RETURNS(0, gethostname(name, sizeof name));
  const hostent* host = gethostbyname(nullptr);
  ASSERT_NE(nullptr, host);
  EXPECT_EQ(AF_INET, host->h_addrtype);
  host = gethostbyname("");
  ASSERT_NE(nullptr, host);
}

TEST_F(HostEntryTest, UnknownNames) {
  WSASetLastError(0);
  EXPECT_EQ(nullptr, gethostbyname("no-such-host.invalid"));
  // Without a name server that answers, the question is open.
  EXPECT_TRUE(WSAGetLastError() == WSAHOST_NOT_FOUND || WSAGetLastError() == WSATRY_AGAIN) << WSAGetLastError();
}

TEST_F(HostEntryTest, ByAddress) {
  const hostent* host = gethostbyaddr(bytes_of(&kLoopback), 4, AF_INET);
  ASSERT_NE(nullptr, host);
  EXPECT_NE('\0', host->h_name[0]);
  EXPECT_EQ(0, std::memcmp(host->h_addr_list[0], &kLoopback, 4));
}

TEST_F(HostEntryTest, ByAddressErrors) {
  WSASetLastError(0);
  EXPECT_EQ(nullptr, gethostbyaddr(nullptr, 4, AF_INET));
  EXPECT_EQ(WSAEFAULT, WSAGetLastError());
  EXPECT_EQ(nullptr, gethostbyaddr(bytes_of(&kLoopback), 3, AF_INET));
  EXPECT_EQ(WSAEFAULT, WSAGetLastError());
  EXPECT_EQ(nullptr, gethostbyaddr(bytes_of(&in6addr_loopback), 15, AF_INET6));
  EXPECT_EQ(WSAEINVAL, WSAGetLastError());
  EXPECT_EQ(nullptr, gethostbyaddr(bytes_of(&kLoopback), 4, 12345));
  EXPECT_EQ(WSAEAFNOSUPPORT, WSAGetLastError());
}

TEST_F(HostEntryTest, EachThreadHasItsOwn) {
  const hostent* mine = gethostbyname("1.2.3.4");
  ASSERT_NE(nullptr, mine);
  std::thread other([&] {
    const hostent* theirs = gethostbyname("5.6.7.8");
    ASSERT_NE(nullptr, theirs);
    EXPECT_NE(mine, theirs);
    EXPECT_STREQ("5.6.7.8", theirs->h_name);
  });
  other.join();
  EXPECT_STREQ("1.2.3.4", mine->h_name);
  EXPECT_EQ(mine, gethostbyname("5.6.7.8")) << "one structure a thread";
}

// Every thread finds in its own structures what it asked for, whatever the others ask meanwhile.
TEST_F(HostEntryTest, ManyThreadsAskAtOnce) {
  constexpr int kThreads = 8, kRounds = 40;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([i] {
      const std::string dotted = "10.20.30." + std::to_string(i);
      in_addr address;
      address.s_addr = inet_addr(dotted.c_str());
      const bool even = i % 2 == 0;
      for (int round = 0; round < kRounds; ++round) {
        const hostent* host = gethostbyname(dotted.c_str());
        const servent* service = getservbyname(even ? "http" : "domain", "tcp");
        const protoent* protocol = getprotobyname(even ? "tcp" : "udp");
        const char* text = inet_ntoa(address);
        addrinfo* list = nullptr;
        ASSERT_EQ(0, getaddrinfo(dotted.c_str(), "80", nullptr, &list));
        ASSERT_TRUE(host && service && protocol && text);
        EXPECT_EQ(dotted, host->h_name);
        EXPECT_EQ(0, std::memcmp(host->h_addr_list[0], &address, 4));
        EXPECT_STREQ(even ? "http" : "domain", service->s_name);
        EXPECT_STREQ(even ? "tcp" : "udp", protocol->p_name);
        EXPECT_EQ(dotted, text);
        EXPECT_EQ(address.s_addr, reinterpret_cast<const sockaddr_in*>(list->ai_addr)->sin_addr.s_addr);
        freeaddrinfo(list);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class ServiceTest : public WinsockTest {};

TEST_F(ServiceTest, ByName) {
  const servent* service = getservbyname("http", "tcp");
  ASSERT_NE(nullptr, service);
  EXPECT_STREQ("http", service->s_name);
  EXPECT_EQ(htons(80), static_cast<u_short>(service->s_port));
  EXPECT_STREQ("tcp", service->s_proto);
  ASSERT_NE(nullptr, service->s_aliases);
  EXPECT_NE(nullptr, getservbyname("domain", nullptr));
}

TEST_F(ServiceTest, ByPort) {
  const servent* service = getservbyport(htons(53), "udp");
  ASSERT_NE(nullptr, service);
  EXPECT_STREQ("domain", service->s_name);
  EXPECT_STREQ("udp", service->s_proto);
}

TEST_F(ServiceTest, Unknown) {
  WSASetLastError(0);
  EXPECT_EQ(nullptr, getservbyname("no-such-service", "tcp"));
  EXPECT_EQ(WSANO_DATA, WSAGetLastError());
  WSASetLastError(0);
  EXPECT_EQ(nullptr, getservbyport(htons(1), "no-such-protocol"));
  EXPECT_EQ(WSANO_DATA, WSAGetLastError());
}

class ProtocolTest : public WinsockTest {};

TEST_F(ProtocolTest, ByNameAndNumber) {
  const protoent* protocol = getprotobyname("udp");
  ASSERT_NE(nullptr, protocol);
  EXPECT_EQ(IPPROTO_UDP, protocol->p_proto);
  protocol = getprotobynumber(IPPROTO_TCP);
  ASSERT_NE(nullptr, protocol);
  EXPECT_STREQ("tcp", protocol->p_name);
  ASSERT_NE(nullptr, protocol->p_aliases);
}

TEST_F(ProtocolTest, Unknown) {
  WSASetLastError(0);
  EXPECT_EQ(nullptr, getprotobyname("no-such-protocol"));
  EXPECT_EQ(WSANO_DATA, WSAGetLastError());
  WSASetLastError(0);
  EXPECT_EQ(nullptr, getprotobynumber(254));
  EXPECT_EQ(WSANO_DATA, WSAGetLastError());
}

// ---- getnameinfo -------------------------------------------------------------------------------------------------------

sockaddr_in loopback_with_port(u_short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr = kLoopback;
  return address;
}

class NameInfoTest : public WinsockTest {
 protected:
  int ask(const sockaddr_in& address, int flags) {
    return getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address, node_, sizeof node_, service_, sizeof service_, flags);
  }
  char node_[NI_MAXHOST] = "", service_[NI_MAXSERV] = "";
};

TEST_F(NameInfoTest, Numbers) {
  ASSERT_EQ(0, ask(loopback_with_port(80), NI_NUMERICHOST | NI_NUMERICSERV));
  EXPECT_STREQ("127.0.0.1", node_);
  EXPECT_STREQ("80", service_);
}

TEST_F(NameInfoTest, Names) {
  ASSERT_EQ(0, ask(loopback_with_port(80), 0));
  EXPECT_STRNE("127.0.0.1", node_);
  EXPECT_STREQ("http", service_);
}

TEST_F(NameInfoTest, APortWithoutAServiceIsANumber) {
  ASSERT_EQ(0, ask(loopback_with_port(61234), NI_NUMERICHOST));
  EXPECT_STREQ("61234", service_);
}

TEST_F(NameInfoTest, V6) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(443);
  ASSERT_EQ(0, getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address, node_, sizeof node_, service_, sizeof service_,
                           NI_NUMERICHOST | NI_NUMERICSERV));
  EXPECT_STREQ("::1", node_);
  EXPECT_STREQ("443", service_);
}

TEST_F(NameInfoTest, EitherCanBeLeftOut) {
  const sockaddr_in address = loopback_with_port(80);
  auto* name = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(0, getnameinfo(name, sizeof address, node_, sizeof node_, nullptr, 0, NI_NUMERICHOST));
  EXPECT_STREQ("127.0.0.1", node_);
  EXPECT_EQ(0, getnameinfo(name, sizeof address, nullptr, 0, service_, sizeof service_, NI_NUMERICSERV));
  EXPECT_STREQ("80", service_);
}

TEST_F(NameInfoTest, Errors) {
  const sockaddr_in address = loopback_with_port(80);
  auto* name = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(WSAHOST_NOT_FOUND, getnameinfo(name, sizeof address, nullptr, 0, nullptr, 0, 0));
  EXPECT_EQ(WSAHOST_NOT_FOUND, WSAGetLastError());
  EXPECT_EQ(WSAEFAULT, getnameinfo(nullptr, sizeof address, node_, sizeof node_, nullptr, 0, 0));
  EXPECT_EQ(WSAEFAULT, getnameinfo(name, sizeof address - 1, node_, sizeof node_, nullptr, 0, 0));
  EXPECT_EQ(WSAEINVAL, getnameinfo(name, sizeof address, node_, 0, nullptr, 0, 0));
  EXPECT_EQ(WSAEINVAL, getnameinfo(name, sizeof address, nullptr, 0, service_, 0, 0));
  sockaddr_in other = address;
  other.sin_family = 12345;
  EXPECT_EQ(WSAEAFNOSUPPORT, ask(other, 0));
}

TEST_F(NameInfoTest, Wide) {
  const sockaddr_in address = loopback_with_port(80);
  WCHAR node[NI_MAXHOST], service[NI_MAXSERV];
  ASSERT_EQ(0, GetNameInfoW(reinterpret_cast<const SOCKADDR*>(&address), sizeof address, node, NI_MAXHOST, service, NI_MAXSERV,
                            NI_NUMERICHOST | NI_NUMERICSERV));
  const char* expected = "127.0.0.1";
  for (size_t i = 0; i <= std::strlen(expected); ++i) EXPECT_EQ(static_cast<WCHAR>(expected[i]), node[i]);
  EXPECT_EQ(static_cast<WCHAR>('8'), service[0]);
  WCHAR small[4];
  EXPECT_NE(0, GetNameInfoW(reinterpret_cast<const SOCKADDR*>(&address), sizeof address, small, 4, nullptr, 0, NI_NUMERICHOST));
}

}  // namespace
}  // namespace regress
