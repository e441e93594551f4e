#include "dlls/ws2_32/resolver.h"

#include <cstring>
#include <string>

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

addrinfo hints_of(int flags, int family, int type, int protocol) {
  addrinfo hints{};
  hints.ai_flags = flags;
  hints.ai_family = family;
  hints.ai_socktype = type;
  hints.ai_protocol = protocol;
  return hints;
}

class Resolver : public ws2_32_test::Started {
 protected:
  void TearDown() override {
    freeaddrinfo(list_);
    Started::TearDown();
  }
  int look_up(const char* node, const char* service, const addrinfo* hints) {
    freeaddrinfo(list_);
    list_ = nullptr;
    return getaddrinfo(node, service, hints, &list_);
  }
  int count() const {
    int entries = 0;
    for (const addrinfo* one = list_; one; one = one->ai_next) ++entries;
    return entries;
  }

  addrinfo* list_ = nullptr;
};

TEST_F(Resolver, gives_a_numeric_address_once_with_zeros_when_nothing_was_asked) {
  ASSERT_EQ(look_up("127.0.0.1", "4711", nullptr), 0);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(list_->ai_family, AF_INET);
  EXPECT_EQ(list_->ai_socktype, 0);
  EXPECT_EQ(list_->ai_protocol, 0);
  EXPECT_EQ(list_->ai_addrlen, sizeof(sockaddr_in));
  EXPECT_EQ(list_->ai_canonname, nullptr);
  const auto* address = reinterpret_cast<sockaddr_in*>(list_->ai_addr);
  EXPECT_EQ(address->sin_family, AF_INET);
  EXPECT_EQ(address->sin_port, htons(4711));
  EXPECT_EQ(address->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

TEST_F(Resolver, uses_windows_number_of_ipv6) {
  addrinfo hints = hints_of(AI_NUMERICHOST, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
  ASSERT_EQ(look_up("::1", "53", &hints), 0);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(list_->ai_family, 23);
  EXPECT_EQ(list_->ai_addr->sa_family, 23);
  EXPECT_EQ(list_->ai_socktype, SOCK_DGRAM);
  EXPECT_EQ(list_->ai_protocol, IPPROTO_UDP);
  EXPECT_EQ(list_->ai_addrlen, sizeof(sockaddr_in6));
}

TEST_F(Resolver, answers_without_a_node_with_wildcard_or_loopback) {
  addrinfo hints = hints_of(AI_PASSIVE, AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(look_up(nullptr, "80", &hints), 0);
  EXPECT_EQ(reinterpret_cast<sockaddr_in*>(list_->ai_addr)->sin_addr.s_addr, 0u);
  hints.ai_flags = 0;
  ASSERT_EQ(look_up(nullptr, "80", &hints), 0);
  EXPECT_EQ(reinterpret_cast<sockaddr_in*>(list_->ai_addr)->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

TEST_F(Resolver, gives_the_name_with_the_first_entry_alone) {
  addrinfo hints = hints_of(AI_CANONNAME, AF_UNSPEC, SOCK_STREAM, 0);
  ASSERT_EQ(look_up("localhost", nullptr, &hints), 0);
  ASSERT_NE(list_->ai_canonname, nullptr);
  EXPECT_NE(std::string(list_->ai_canonname), "");
  for (const addrinfo* one = list_->ai_next; one; one = one->ai_next) EXPECT_EQ(one->ai_canonname, nullptr);
}

TEST_F(Resolver, lets_each_tail_of_a_list_be_freed_by_itself) {
  addrinfo hints = hints_of(AI_PASSIVE, AF_UNSPEC, SOCK_STREAM, 0);
  ASSERT_EQ(look_up(nullptr, "80", &hints), 0);
  addrinfo* tail = list_->ai_next;
  list_->ai_next = nullptr;
  freeaddrinfo(tail);
  EXPECT_EQ(list_->ai_addr->sa_family, list_->ai_family);
}

struct BadHints {
  const char* what;
  const char* node;
  const char* service;
  addrinfo hints;
  int code;
};

TEST_F(Resolver, refuses_bad_questions_with_winsock_codes) {
  addrinfo with_next = hints_of(0, AF_INET, 0, 0), with_length = with_next;
  with_next.ai_next = &with_length;
  with_length.ai_addrlen = 1;
  const BadHints cases[] = {
      {"nothing asked", nullptr, nullptr, hints_of(0, 0, 0, 0), WSAHOST_NOT_FOUND},
      {"no such family", "127.0.0.1", nullptr, hints_of(0, 10, 0, 0), WSAEAFNOSUPPORT},
      {"no such type", "127.0.0.1", nullptr, hints_of(0, 0, 99, 0), WSAESOCKTNOSUPPORT},
      {"host's flag numbers", "127.0.0.1", nullptr, hints_of(0x200, 0, 0, 0), WSAEINVAL},
      {"a name without a node", nullptr, "80", hints_of(AI_CANONNAME, 0, 0, 0), WSAEINVAL},
      {"two names at once", "localhost", nullptr, hints_of(AI_CANONNAME | AI_FQDN, 0, 0, 0), WSAEINVAL},
      {"a list as hints", "127.0.0.1", nullptr, with_next, WSANO_RECOVERY},
      {"hints with a length", "127.0.0.1", nullptr, with_length, WSANO_RECOVERY},
      {"no number", "localhost", nullptr, hints_of(AI_NUMERICHOST, 0, 0, 0), WSAHOST_NOT_FOUND},
      {"the other family's number", "::1", nullptr, hints_of(AI_NUMERICHOST, AF_INET, 0, 0), WSAHOST_NOT_FOUND},
      {"no such service", "127.0.0.1", "no-such-service", hints_of(0, 0, SOCK_STREAM, 0), WSATYPE_NOT_FOUND},
  };
  for (const BadHints& one : cases) {
    WSASetLastError(0);
    EXPECT_EQ(look_up(one.node, one.service, &one.hints), one.code) << one.what;
    EXPECT_EQ(WSAGetLastError(), one.code) << one.what;
    EXPECT_EQ(list_, nullptr) << one.what;
  }
  EXPECT_EQ(getaddrinfo("127.0.0.1", nullptr, nullptr, nullptr), WSAEFAULT);
}

TEST_F(Resolver, takes_flags_about_windows_own_services) {
  addrinfo hints = hints_of(AI_NUMERICHOST | AI_DNS_ONLY | AI_BYPASS_DNS_CACHE | AI_SECURE | AI_DISABLE_IDN_ENCODING, 0, 0, 0);
  EXPECT_EQ(look_up("127.0.0.1", nullptr, &hints), 0);
}

TEST_F(Resolver, maps_ipv4_into_ipv6_when_asked) {
  addrinfo hints = hints_of(AI_V4MAPPED, AF_INET6, SOCK_STREAM, 0);
  ASSERT_EQ(look_up("127.0.0.1", "1", &hints), 0);
  const auto* address = reinterpret_cast<sockaddr_in6*>(list_->ai_addr);
  EXPECT_EQ(memcmp(&address->sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16), 0);
}

TEST_F(Resolver, tells_the_name_of_the_machine) {
  char name[256] = "";
  ASSERT_EQ(gethostname(name, sizeof name), 0);
  size_t length = strlen(name);
  EXPECT_GT(length, 0u);
  char exact[256];
  EXPECT_EQ(gethostname(exact, length + 1), 0);
  EXPECT_STREQ(exact, name);
  EXPECT_EQ(gethostname(exact, length), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
  // libc's declaration of the same name forbids null, ours does not.
  int (*volatile ask)(char*, size_t) = gethostname;
  EXPECT_EQ(ask(nullptr, 10), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
}

TEST(ResolverBeforeStartup, needs_startup) {
  addrinfo* list = nullptr;
  EXPECT_EQ(getaddrinfo("127.0.0.1", nullptr, nullptr, &list), WSANOTINITIALISED);
  char name[256];
  EXPECT_EQ(gethostname(name, sizeof name), SOCKET_ERROR);
  EXPECT_EQ(WSAGetLastError(), WSANOTINITIALISED);
  freeaddrinfo(nullptr);
}

}  // namespace
}  // namespace windsock
