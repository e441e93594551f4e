// In which order to try the addresses of a destination: the rules of RFC 6724, section 6, for SIO_ADDRESS_LIST_SORT.
//
// Pure: the source that the host would use for each destination comes in as an argument.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace windsock {

// IPv4 addresses in the mapped form, ::ffff:a.b.c.d.
using Ip6 = std::array<uint8_t, 16>;

struct Candidate {
  Ip6 destination{};
  std::optional<Ip6> source;  // none: there is no route
};

// The places of the candidates, best first. Those that no rule tells apart stay in their order.
std::vector<size_t> order_of(const std::vector<Candidate>& candidates);

}  // namespace windsock
