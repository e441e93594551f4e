#include "dlls/ws2_32/address_order.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace windsock {
namespace {

Ip6 ip(const std::string& text) {
  Ip6 address{};
  bool four = text.find(':') == std::string::npos;
  EXPECT_EQ(inet_pton(AF_INET6, (four ? "::ffff:" + text : text).c_str(), address.data()), 1) << text;
  return address;
}

// The destinations in their order, with the source of each; an empty source: no route.
using Pairs = std::vector<std::pair<std::string, std::string>>;
std::string sorted(const Pairs& pairs) {
  std::vector<Candidate> candidates;
  for (auto& [destination, source] : pairs) {
    Candidate& candidate = candidates.emplace_back(Candidate{ip(destination), {}});
    if (!source.empty()) candidate.source = ip(source);
  }
  std::string order;
  for (size_t place : order_of(candidates)) order += pairs[place].first + " ";
  return order;
}

// The examples of RFC 6724, section 10.2.
TEST(AddressOrder, follows_the_examples_of_the_standard) {
  EXPECT_EQ(sorted({{"198.51.100.121", "169.254.13.78"}, {"2001:db8:1::1", "2001:db8:1::2"}}), "2001:db8:1::1 198.51.100.121 ")
      << "matching scope";
  EXPECT_EQ(sorted({{"2001:db8:1::1", "fe80::1"}, {"198.51.100.121", "198.51.100.117"}}), "198.51.100.121 2001:db8:1::1 ")
      << "matching scope";
  EXPECT_EQ(sorted({{"10.1.2.3", "10.1.2.4"}, {"2001:db8:1::1", "2001:db8:1::2"}}), "2001:db8:1::1 10.1.2.3 ") << "higher precedence";
  EXPECT_EQ(sorted({{"2001:db8:1::1", "2001:db8:1::2"}, {"fe80::1", "fe80::2"}}), "fe80::1 2001:db8:1::1 ") << "smaller scope";
  EXPECT_EQ(sorted({{"2001:db8:3ffe::1", "2001:db8:3f44::2"}, {"2001:db8:1::1", "2001:db8:1::2"}}), "2001:db8:1::1 2001:db8:3ffe::1 ")
      << "longest matching prefix";
  EXPECT_EQ(sorted({{"2001:db8:1::1", "2002:c633:6401::2"}, {"2002:c633:6401::1", "2002:c633:6401::2"}}),
            "2002:c633:6401::1 2001:db8:1::1 ")
      << "matching label";
}

TEST(AddressOrder, puts_what_cannot_be_reached_last_and_changes_nothing_without_a_reason) {
  EXPECT_EQ(sorted({{"2001:db8::1", ""}, {"192.0.2.1", "192.0.2.9"}}), "192.0.2.1 2001:db8::1 ");
  EXPECT_EQ(sorted({{"192.0.2.3", "192.0.2.9"}, {"192.0.2.1", "192.0.2.9"}}), "192.0.2.3 192.0.2.1 ");
  EXPECT_EQ(sorted({}), "");
}

}  // namespace
}  // namespace windsock
