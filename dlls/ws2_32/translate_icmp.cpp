#include "dlls/ws2_32/translate_icmp.h"

#include <cstring>

namespace windsock {
namespace {

constexpr size_t kChecksum = 2, kId = 4, kSequence = 6;
constexpr uint8_t kEchoReply4 = 0, kEchoReply6 = 129;

uint16_t read16(const std::byte* at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}
void write16(std::byte* at, uint16_t value) { memcpy(at, &value, sizeof value); }

uint16_t folded(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

// RFC 1624: the checksum after one word has changed. It holds in either byte order, and with the pseudo header of IPv6.
uint16_t changed_checksum(uint16_t checksum, uint16_t before, uint16_t after) {
  return static_cast<uint16_t>(~folded(static_cast<uint16_t>(~checksum) + uint32_t{static_cast<uint16_t>(~before)} + after));
}

uint16_t big_endian(size_t value) { return __builtin_bswap16(static_cast<uint16_t>(value)); }

}  // namespace

size_t EchoIds::cell(uint16_t sequence) { return __builtin_bswap16(sequence) % std::tuple_size_v<decltype(recent_)>; }

void EchoIds::remember(uint16_t sequence, uint16_t id) {
  recent_[cell(sequence)].store(kKnown | uint64_t{sequence} << 16 | id, std::memory_order_relaxed);
}

std::optional<uint16_t> EchoIds::find(uint16_t sequence) const {
  uint64_t kept = recent_[cell(sequence)].load(std::memory_order_relaxed);
  if (!(kept & kKnown) || static_cast<uint16_t>(kept >> 16) != sequence) return std::nullopt;
  return static_cast<uint16_t>(kept);
}

void echo_to_host(std::span<const std::byte> head, EchoIds& ids) {
  if (head.size() < kIcmpHeaderSize) return;  // the host refuses it
  ids.remember(read16(head.data() + kSequence), read16(head.data() + kId));
}

void echo_from_host(std::span<std::byte> head, const EchoIds& ids) {
  if (head.size() < kIcmpHeaderSize) return;
  auto type = static_cast<uint8_t>(head[0]);
  if (type != kEchoReply4 && type != kEchoReply6) return;
  auto id = ids.find(read16(head.data() + kSequence));
  if (!id) return;
  write16(head.data() + kChecksum, changed_checksum(read16(head.data() + kChecksum), read16(head.data() + kId), *id));
  write16(head.data() + kId, *id);
}

std::array<std::byte, kIpHeaderSize> make_ip_header(const IpHeader& header, size_t payload) {
  std::array<std::byte, kIpHeaderSize> bytes{};
  bytes[0] = std::byte{0x45};  // version 4, five words
  bytes[1] = std::byte{header.type_of_service};
  write16(&bytes[2], big_endian(kIpHeaderSize + payload));
  bytes[8] = std::byte{header.time_to_live};
  bytes[9] = std::byte{header.protocol};
  memcpy(&bytes[12], &header.source, sizeof header.source);
  memcpy(&bytes[16], &header.destination, sizeof header.destination);
  uint32_t sum = 0;
  for (size_t i = 0; i < kIpHeaderSize; i += 2) sum += read16(&bytes[i]);
  write16(&bytes[10], static_cast<uint16_t>(~folded(sum)));
  return bytes;
}

}  // namespace windsock
