#include "dlls/ws2_32/translate_address.h"

#include <afunix.h>

#include <cstring>

#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using ws2_32_test::code_of;

sockaddr* as_name(void* address) { return static_cast<sockaddr*>(address); }

sockaddr_in ipv4(uint32_t address, uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(address);
  return name;
}

sockaddr_in6 ipv6(unsigned char last, uint16_t port) {
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  name.sin6_addr.u.Byte[15] = last;
  name.sin6_scope_id = 7;
  return name;
}

TEST(TranslateAddress, changes_the_family_of_ipv6_and_nothing_else) {
  sockaddr_in6 name = ipv6(1, 4711);
  auto address = address_to_host(as_name(&name), sizeof name, AF_INET6);
  ASSERT_EQ(code_of(address), 0);
  EXPECT_EQ(address.value().family(), 10);
  EXPECT_EQ(address.value().length, sizeof name);
  EXPECT_EQ(memcmp(address.value().bytes.data() + 2, reinterpret_cast<char*>(&name) + 2, sizeof name - 2), 0);

  sockaddr_in6 back{};
  int length = sizeof back;
  ASSERT_EQ(code_of(address_from_host(address.value(), as_name(&back), &length)), 0);
  EXPECT_EQ(length, static_cast<int>(sizeof name));
  EXPECT_EQ(memcmp(&back, &name, sizeof name), 0);
}

struct BadCase {
  const char* what;
  int name_family;
  int length;
  int socket_family;
  int expected;
};

TEST(TranslateAddress, refuses_what_is_too_short_or_of_another_family) {
  const BadCase cases[] = {
      {"one byte", AF_INET, 1, AF_INET, WSAEFAULT},
      {"negative", AF_INET, -1, AF_INET, WSAEFAULT},
      {"short IPv4", AF_INET, 15, AF_INET, WSAEFAULT},
      {"short IPv6", AF_INET6, 27, AF_INET6, WSAEFAULT},
      {"a local name without a family", AF_UNIX, 1, AF_UNIX, WSAEFAULT},
      {"IPv6 on IPv4", AF_INET6, 28, AF_INET, WSAEAFNOSUPPORT},
      {"IPv4 on IPv6", AF_INET, 16, AF_INET6, WSAEAFNOSUPPORT},
      {"no family", AF_UNSPEC, 16, AF_INET, WSAEAFNOSUPPORT},
      {"the host's number of IPv6", 10, 28, AF_INET6, WSAEAFNOSUPPORT},
      {"a family that is not supported", AF_IPX, 16, AF_IPX, WSAEAFNOSUPPORT},
  };
  for (const BadCase& one : cases) {
    sockaddr_storage name{};
    name.ss_family = static_cast<ADDRESS_FAMILY>(one.name_family);
    EXPECT_EQ(code_of(address_to_host(as_name(&name), one.length, one.socket_family)), one.expected) << one.what;
  }
  EXPECT_EQ(code_of(address_to_host(nullptr, 16, AF_INET)), WSAEFAULT);
}

TEST(TranslateAddress, takes_a_longer_structure_for_what_is_in_it) {
  sockaddr_storage storage{};
  sockaddr_in name = ipv4(INADDR_LOOPBACK, 80);
  memcpy(&storage, &name, sizeof name);
  auto address = address_to_host(as_name(&storage), sizeof storage, AF_INET);
  ASSERT_EQ(code_of(address), 0);
  EXPECT_EQ(address.value().length, sizeof name);
}

TEST(TranslateAddress, ends_a_local_name_where_it_ends) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  strcpy(name.sun_path, "/tmp/x");
  EXPECT_EQ(address_to_host(as_name(&name), sizeof name, AF_UNIX).value().length, 2u + 6u);
  EXPECT_EQ(address_to_host(as_name(&name), 2 + 4, AF_UNIX).value().length, 2u + 4u);
  memset(name.sun_path, 'x', sizeof name.sun_path);
  EXPECT_EQ(address_to_host(as_name(&name), sizeof name, AF_UNIX).value().length, 110u);
  EXPECT_FALSE(is_unnamed(address_to_host(as_name(&name), sizeof name, AF_UNIX).value()));
  EXPECT_TRUE(is_unnamed(address_to_host(as_name(&name), 2, AF_UNIX).value()));
  memset(name.sun_path, 0, sizeof name.sun_path);
  EXPECT_EQ(address_to_host(as_name(&name), sizeof name, AF_UNIX).value().length, 2u);
}

// The host counts a zero behind a path that fills the structure.
TEST(TranslateAddress, tells_the_longest_local_name_as_the_structure_has_it) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  memset(name.sun_path, 'x', sizeof name.sun_path);
  auto address = address_to_host(as_name(&name), sizeof name, AF_UNIX).value();
  ++address.length;
  sockaddr_un told{};
  int length = sizeof told;
  ASSERT_EQ(code_of(address_from_host(address, as_name(&told), &length)), 0);
  EXPECT_EQ(length, static_cast<int>(sizeof told));
  EXPECT_EQ(memcmp(&told, &name, sizeof told), 0);
}

TEST(TranslateAddress, writes_nothing_into_a_buffer_that_is_too_small) {
  sockaddr_in name = ipv4(INADDR_LOOPBACK, 80);
  auto address = address_to_host(as_name(&name), sizeof name, AF_INET).value();
  unsigned char buffer[16];
  memset(buffer, 0xee, sizeof buffer);
  int length = 15;
  EXPECT_EQ(code_of(address_from_host(address, as_name(buffer), &length)), WSAEFAULT);
  EXPECT_EQ(length, 15);
  for (unsigned char byte : buffer) EXPECT_EQ(byte, 0xee);
  length = 16;
  EXPECT_EQ(code_of(address_from_host(address, nullptr, &length)), WSAEFAULT);
  EXPECT_EQ(code_of(address_from_host(address, as_name(buffer), nullptr)), WSAEFAULT);
}

TEST(TranslateAddress, knows_wildcards_and_ports) {
  sockaddr_in any4 = ipv4(INADDR_ANY, 258), one4 = ipv4(INADDR_LOOPBACK, 0);
  sockaddr_in6 any6 = ipv6(0, 65535), one6 = ipv6(1, 80);
  auto of = [](auto& name, int family) { return address_to_host(as_name(&name), sizeof name, family).value(); };
  EXPECT_TRUE(is_wildcard(of(any4, AF_INET)));
  EXPECT_TRUE(is_wildcard(of(any6, AF_INET6)));
  EXPECT_FALSE(is_wildcard(of(one4, AF_INET)));
  EXPECT_FALSE(is_wildcard(of(one6, AF_INET6)));
  EXPECT_EQ(port_of(of(any4, AF_INET)), 258);
  EXPECT_EQ(port_of(of(any6, AF_INET6)), 65535);
  EXPECT_EQ(port_of(of(one4, AF_INET)), 0);
  EXPECT_EQ(port_of(host::Address{}), 0);
}

}  // namespace
}  // namespace windsock
