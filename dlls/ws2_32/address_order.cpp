#include "dlls/ws2_32/address_order.h"

#include <algorithm>
#include <numeric>

namespace windsock {
namespace {

struct Policy {
  Ip6 prefix;
  int bits;
  int precedence;
  int label;
};

// The RFC's default table, longest prefixes first.
constexpr Policy kPolicies[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, 50, 0},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 35, 4},
    {{}, 96, 1, 3},
    {{0x20, 0x01}, 32, 5, 5},
    {{0x20, 0x02}, 16, 30, 2},
    {{0x3f, 0xfe}, 16, 1, 12},
    {{0xfe, 0xc0}, 10, 1, 11},
    {{0xfc}, 7, 3, 13},
    {{}, 0, 40, 1},
};

int common_bits(const Ip6& one, const Ip6& other) {
  for (int i = 0; i < 16; ++i)
    if (uint8_t differing = one[static_cast<size_t>(i)] ^ other[static_cast<size_t>(i)]) return i * 8 + __builtin_clz(differing) - 24;
  return 128;
}

const Policy& policy_of(const Ip6& address) {
  for (const Policy& policy : kPolicies)
    if (common_bits(address, policy.prefix) >= policy.bits) return policy;
  return kPolicies[std::size(kPolicies) - 1];
}

bool is_four(const Ip6& address) { return common_bits(address, kPolicies[1].prefix) >= 96; }

constexpr int kLinkLocal = 2, kSiteLocal = 5, kGlobal = 14;

int scope_of(const Ip6& address) {
  if (is_four(address)) {
    bool near = address[12] == 127 || (address[12] == 169 && address[13] == 254);
    return near ? kLinkLocal : kGlobal;
  }
  if (address[0] == 0xff) return address[1] & 0x0f;
  if (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) return kLinkLocal;
  if (address[0] == 0xfe && (address[1] & 0xc0) == 0xc0) return kSiteLocal;
  return common_bits(address, kPolicies[0].prefix) == 128 ? kLinkLocal : kGlobal;
}

// What the rules compare, the first that differs decides; greater is better.
struct Rank {
  bool usable = false;
  bool scope_fits = false;
  bool label_fits = false;
  int precedence = 0;
  int near = 0;
  int common = 0;
  auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const Candidate& candidate) {
  Rank rank;
  const Policy& policy = policy_of(candidate.destination);
  rank.precedence = policy.precedence;
  rank.near = -scope_of(candidate.destination);
  if (!candidate.source) return rank;
  rank.usable = true;
  rank.scope_fits = scope_of(*candidate.source) == scope_of(candidate.destination);
  rank.label_fits = policy_of(*candidate.source).label == policy.label;
  // The prefix that the two share says something among IPv6 addresses alone, and no more than a subnet has.
  if (!is_four(candidate.destination)) rank.common = std::min(common_bits(*candidate.source, candidate.destination), 64);
  return rank;
}

}  // namespace

std::vector<size_t> order_of(const std::vector<Candidate>& candidates) {
  std::vector<Rank> ranks;
  for (const Candidate& candidate : candidates) ranks.push_back(rank_of(candidate));
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return ranks[a] > ranks[b]; });
  return order;
}

}  // namespace windsock
