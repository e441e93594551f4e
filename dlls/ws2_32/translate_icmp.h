// ICMP echoes between a program that has a raw socket and the host's socket for echoes, which an ordinary user may open
// (net.ipv4.ping_group_range; https://man7.org/linux/man-pages/man7/icmp.7.html).
//
// Two things differ. The host puts an identifier of its own into every request and delivers only replies to it: here each reply gets
// back the identifier that the program sent, by its sequence number. And the host delivers the ICMP message alone, where a raw
// IPv4 socket has the IP header in front: it is made here from what the host tells beside the message.
// Pure functions, but for EchoIds, which is lock-free: threads may send and receive at once.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace windsock {

inline constexpr size_t kIpHeaderSize = 20, kIcmpHeaderSize = 8;

// Which identifier a program sent with which sequence number, of the last ones; both as they lie in the message.
class EchoIds {
 public:
  void remember(uint16_t sequence, uint16_t id);
  std::optional<uint16_t> find(uint16_t sequence) const;

 private:
  static constexpr uint64_t kKnown = uint64_t{1} << 32;
  static size_t cell(uint16_t sequence);
  std::array<std::atomic<uint64_t>, 64> recent_{};
};

// Notes the identifier of an echo request that is on its way to the host. `head`: the first bytes of the message.
void echo_to_host(std::span<const std::byte> head, EchoIds& ids);
// Gives a reply its identifier back, and the checksum that belongs to it. `head`: the first kIcmpHeaderSize bytes at least, or the
// message is left as it is.
void echo_from_host(std::span<std::byte> head, const EchoIds& ids);

struct IpHeader {
  uint8_t type_of_service = 0;
  uint8_t time_to_live = 0;
  uint8_t protocol = 0;
  uint32_t source = 0;  // in network byte order
  uint32_t destination = 0;
};
// The header in front of `payload` bytes, in network byte order.
std::array<std::byte, kIpHeaderSize> make_ip_header(const IpHeader& header, size_t payload);

}  // namespace windsock
