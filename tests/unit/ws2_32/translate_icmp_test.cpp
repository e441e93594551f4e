#include "dlls/ws2_32/translate_icmp.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace windsock {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

// In the order of the wire; 0 when the bytes hold their own checksum.
unsigned checksum(std::span<const std::byte> data) {
  unsigned long sum = 0;
  for (size_t i = 0; i < data.size(); ++i) sum += static_cast<unsigned long>(data[i]) << (i % 2 ? 0 : 8);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<unsigned>(~sum & 0xffff);
}
std::vector<std::byte> with_checksum(std::vector<std::byte> message) {
  unsigned sum = checksum(message);
  message[2] = static_cast<std::byte>(sum >> 8);
  message[3] = static_cast<std::byte>(sum & 0xff);
  return message;
}

TEST(TranslateIcmp, a_reply_gets_the_identifier_of_its_request) {
  for (int host_id : {0, 1, 0x00ff, 0x1234, 0xff00, 0xffff}) {
    for (int id : {0, 1, 0x00ff, 0x4321, 0xff00, 0xffff}) {
      EchoIds ids;
      echo_to_host(bytes({8, 0, 0, 0, id >> 8, id & 0xff, 0x12, 0x34, 'a'}), ids);
      auto reply = with_checksum(bytes({0, 0, 0, 0, host_id >> 8, host_id & 0xff, 0x12, 0x34, 'a', 'b', 'c', 'd'}));
      echo_from_host(reply, ids);
      EXPECT_EQ(static_cast<int>(reply[4]) << 8 | static_cast<int>(reply[5]), id);
      EXPECT_EQ(checksum(reply), 0u) << std::hex << host_id << " to " << id;
    }
  }
}

TEST(TranslateIcmp, other_sequences_and_messages_stay) {
  EchoIds ids;
  echo_to_host(bytes({8, 0, 0, 0, 1, 2, 0, 1}), ids);
  const auto untouched = {
      bytes({0, 0, 0, 0, 9, 9, 0, 2}),       // a sequence that was not sent
      bytes({0, 0, 0, 0, 9, 9, 1, 1}),       // one that shares its cell
      bytes({3, 1, 0, 0, 9, 9, 0, 1}),       // no reply
      bytes({0, 0, 0, 0, 9, 9, 0}),          // cut
      bytes({}),
  };
  for (auto message : untouched) {
    auto before = message;
    echo_from_host(message, ids);
    EXPECT_EQ(message, before);
  }
  auto reply6 = bytes({129, 0, 0, 0, 9, 9, 0, 1});
  echo_from_host(reply6, ids);
  EXPECT_EQ(static_cast<int>(reply6[4]), 1);
}

TEST(TranslateIcmp, what_is_too_short_is_not_noted) {
  EchoIds ids;
  echo_to_host(bytes({8, 0, 0, 0, 1, 2, 0}), ids);
  EXPECT_FALSE(ids.find(0));
}

TEST(TranslateIcmp, the_last_sixty_four_are_known) {
  EchoIds ids;
  auto in_network_order = [](int sequence) { return __builtin_bswap16(static_cast<uint16_t>(sequence)); };
  for (int i = 0; i < 100; ++i) ids.remember(in_network_order(i), static_cast<uint16_t>(i + 7));
  for (int i = 0; i < 100; ++i) {
    auto found = ids.find(in_network_order(i));
    EXPECT_EQ(found.has_value(), i >= 36) << i;
    EXPECT_EQ(found.value_or(0), i >= 36 ? i + 7 : 0);
  }
}

TEST(TranslateIcmp, makes_the_header_that_was_in_front) {
  IpHeader header;
  header.type_of_service = 0x20;
  header.time_to_live = 64;
  header.protocol = 1;
  header.source = 0x0100007f;
  header.destination = 0x0200007f;
  auto made = make_ip_header(header, 300);
  EXPECT_EQ(checksum(made), 0u);
  auto expected = bytes({0x45, 0x20, 320 >> 8, 320 & 0xff, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2});
  made[10] = made[11] = std::byte{0};
  EXPECT_EQ(std::vector<std::byte>(made.begin(), made.end()), expected);
}

}  // namespace
}  // namespace windsock
