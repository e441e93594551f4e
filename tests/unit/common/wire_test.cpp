// Every message of wire.def goes out and comes back; nothing that is not exactly one message is taken for one.
#include "dlls/common/wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace windsock::wire {
namespace {

// Gives every field a value of its own.
struct Filler {
  uint32_t next = 0x01020304;
  template <typename T>
    requires std::is_unsigned_v<T>
  void operator()(T& value) {
    value = static_cast<T>(next += 0x01010101);
  }
  void operator()(Ticket& ticket) {
    for (auto& byte : ticket) byte = static_cast<std::byte>(next += 7);
  }
  void operator()(SlotId& slot) {
    (*this)(slot.index);
    (*this)(slot.generation);
  }
  void operator()(StateSnapshot& state) {
    for (auto& value : state) (*this)(value);
  }
  void operator()(Text& text) { text = "text " + std::to_string(next++); }
  void operator()(SlotList& slots) {
    slots.resize(3);
    for (auto& slot : slots) (*this)(slot);
  }
};

template <typename Message>
Message sample();

#define MESSAGE(name, number, fds) \
  template <>                      \
  name sample() {                  \
    [[maybe_unused]] Filler fill;  \
    name message;
#define FIELD(type, name) fill(message.name);
#define END       \
  return message; \
  }
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END

bool same_bytes(std::span<const std::byte> one, std::span<const std::byte> other) { return std::ranges::equal(one, other); }

template <typename Message>
class EveryMessage : public testing::Test {};

// Ends the list, which has a comma after each message.
struct NoMessage {};

using Messages = testing::Types<
#define MESSAGE(name, number, fds) name,
#define FIELD(type, name)
#define END
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END
    NoMessage>;

TYPED_TEST_SUITE(EveryMessage, Messages);

TYPED_TEST(EveryMessage, comes_back_as_it_went_out) {
  if constexpr (!std::is_same_v<TypeParam, NoMessage>) {
    Packet packet = encode(0xcafe, sample<TypeParam>());
    auto head = decode_head(packet.span());
    ASSERT_TRUE(head);
    EXPECT_EQ(head->type, TypeParam::kType);
    EXPECT_EQ(head->serial, 0xcafeu);
    auto message = decode<TypeParam>(packet.span());
    ASSERT_TRUE(message);
    EXPECT_TRUE(same_bytes(encode(0xcafe, *message).span(), packet.span()));
    EXPECT_STRNE(type_name(TypeParam::kType), "?");
  }
}

TYPED_TEST(EveryMessage, is_refused_when_cut_at_any_length) {
  if constexpr (!std::is_same_v<TypeParam, NoMessage>) {
    Packet packet = encode(1, sample<TypeParam>());
    for (size_t size = 0; size < packet.size; ++size) {
      // A copy of exactly that size, so that a sanitizer sees a read beyond it.
      std::vector<std::byte> cut(packet.bytes.begin(), packet.bytes.begin() + static_cast<long>(size));
      EXPECT_FALSE(decode<TypeParam>(cut)) << size << " of " << packet.size;
    }
  }
}

TYPED_TEST(EveryMessage, is_refused_with_a_byte_too_many) {
  if constexpr (!std::is_same_v<TypeParam, NoMessage>) {
    Packet packet = encode(1, sample<TypeParam>());
    packet.bytes[packet.size++] = std::byte{0};
    EXPECT_FALSE(decode<TypeParam>(packet.span()));
  }
}

TYPED_TEST(EveryMessage, is_refused_under_another_type) {
  if constexpr (!std::is_same_v<TypeParam, NoMessage>) {
    Packet packet = encode(1, sample<TypeParam>());
    packet.bytes[0] ^= std::byte{0x40};
    EXPECT_FALSE(decode<TypeParam>(packet.span()));
  }
}

TYPED_TEST(EveryMessage, made_of_random_bytes_is_refused_or_exact) {
  if constexpr (!std::is_same_v<TypeParam, NoMessage>) {
    std::mt19937 random(2026);
    const size_t usual = encode(1, sample<TypeParam>()).size;
    for (int i = 0; i < 3000; ++i) {
      std::vector<std::byte> bytes(i % 2 ? usual : random() % 700);
      for (auto& byte : bytes) byte = static_cast<std::byte>(random());
      if (bytes.size() >= 2) {
        bytes[0] = static_cast<std::byte>(TypeParam::kType);
        bytes[1] = std::byte{0};
      }
      if (auto message = decode<TypeParam>(bytes)) {
        EXPECT_TRUE(same_bytes(encode(decode_head(bytes)->serial, *message).span(), bytes));
      }
    }
  }
}

// The layout is what two versions of the product agree on: it is pinned byte by byte.
TEST(wire, layout_of_a_claim_is_pinned) {
  Claim claim;
  for (size_t i = 0; i < claim.ticket.size(); ++i) claim.ticket[i] = static_cast<std::byte>(0xa0 + i);
  claim.family = 2;
  claim.type = 1;
  claim.protocol = 6;
  const uint8_t expected[] = {5,    0,    0x04, 0x03, 0x02, 0x01, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa,
                              0xab, 0xac, 0xad, 0xae, 0xaf, 2,    0,    0,    0,    1,    0,    0,    0,    6,    0,    0,    0};
  EXPECT_TRUE(same_bytes(encode(0x01020304, claim).span(), std::as_bytes(std::span(expected))));
}

TEST(wire, layout_of_a_hello_is_pinned) {
  const uint8_t expected[] = {1, 0, 9, 0, 0, 0, 1, 0, 2, 0, 3, 0, 'a', 'b', 'c'};
  EXPECT_TRUE(same_bytes(encode(9, Hello{1, 2, "abc"}).span(), std::as_bytes(std::span(expected))));
}

TEST(wire, sizes_are_pinned) {
  EXPECT_EQ(encode(0, Offer{}).size, kHeadSize + 4 * 4 + 8 + 128);
  EXPECT_EQ(encode(0, Offered{}).size, kHeadSize + 16 + 8 + 8 + 8);
  EXPECT_EQ(encode(0, Claimed{}).size, kHeadSize + 8 + 8);
  EXPECT_EQ(encode(0, OfferTo{}).size, kHeadSize + 8 + 3 * 4 + 8 + 128);
  EXPECT_EQ(encode(0, Done{}).size, kHeadSize);
  EXPECT_EQ(encode(0, Declare{}).size, kHeadSize + 4 + 128);
}

TEST(wire, the_longest_of_everything_fits_into_a_packet) {
  EXPECT_LE(encode(0, Retain{SlotList(kMaxSlots)}).size, kMaxPacket);
  EXPECT_LE(encode(0, Hello{1, 0, Text(kMaxText, 'x')}).size, kMaxPacket);
}

TEST(wire, what_is_too_long_is_cut_when_sent) {
  auto hello = decode<Hello>(encode(0, Hello{1, 0, Text(kMaxText + 100, 'x')}).span());
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->program, Text(kMaxText, 'x'));
  auto retain = decode<Retain>(encode(0, Retain{SlotList(kMaxSlots + 5)}).span());
  ASSERT_TRUE(retain);
  EXPECT_EQ(retain->slots.size(), kMaxSlots);
}

TEST(wire, a_text_that_claims_more_than_there_is_is_refused) {
  Packet packet = encode(0, Hello{1, 0, "abc"});
  packet.bytes[kHeadSize + 4] = std::byte{4};
  EXPECT_FALSE(decode<Hello>(packet.span()));
  packet.bytes[kHeadSize + 4] = std::byte{2};
  EXPECT_FALSE(decode<Hello>(packet.span()));
}

TEST(wire, a_list_that_claims_more_than_allowed_is_refused) {
  std::vector<std::byte> bytes(kHeadSize + 2 + (kMaxSlots + 1) * 8);
  bytes[0] = static_cast<std::byte>(Type::kRetain);
  bytes[kHeadSize] = static_cast<std::byte>((kMaxSlots + 1) & 0xff);
  bytes[kHeadSize + 1] = static_cast<std::byte>((kMaxSlots + 1) >> 8);
  EXPECT_FALSE(decode<Retain>(bytes));
}

TEST(wire, unknown_types_have_no_name) {
  EXPECT_STREQ(type_name(static_cast<Type>(0)), "?");
  EXPECT_STREQ(type_name(static_cast<Type>(999)), "?");
  EXPECT_STREQ(type_name(Type::kOffer), "Offer");
}

TEST(wire, a_head_needs_six_bytes) {
  std::vector<std::byte> bytes(kHeadSize - 1);
  EXPECT_FALSE(decode_head(bytes));
}

}  // namespace
}  // namespace windsock::wire
