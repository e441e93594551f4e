// A windsockd without a daemon: the request handlers in fake surroundings, and conversations with them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "tests/unit/common/test_host.h"
#include "tests/unit/server/fake_surroundings.h"

namespace windsock::server {

inline UniqueFd copy_of(int fd) { return std::move(host::duplicate(fd)).take(); }
inline UniqueFd tcp_socket() { return std::move(host::create_socket(AF_INET, SOCK_STREAM, 0, host::Blocking::kYes)).take(); }

struct World {
  static constexpr size_t kSlots = 64;
  explicit World(Quota::Limits limits = {1000, 10, 0, 0}) : handlers({memory.get(), kSlots}, 0, surroundings, {limits, 99, 0, "/here"}) {}

  template <typename Message>
  Outcome send(Peer& peer, const Message& message, std::vector<UniqueFd> fds = {}) {
    Arrival arrival;
    arrival.packet = wire::encode(++serial, message);
    for (UniqueFd& fd : fds) arrival.fds.push(std::move(fd));
    return handlers.handle(peer, std::move(arrival), now);
  }
  template <typename Answer, typename Message>
  std::optional<Answer> ask(Peer& peer, const Message& message, std::vector<UniqueFd> fds = {}) {
    Outcome outcome = send(peer, message, std::move(fds));
    EXPECT_EQ(outcome.offence, nullptr);
    if (!outcome.reply) return std::nullopt;
    EXPECT_EQ(wire::decode_head(outcome.reply->packet.span())->serial, serial);
    return wire::decode<Answer>(outcome.reply->packet.span());
  }
  // Why a request failed.
  template <typename Message>
  wire::Status refusal(Peer& peer, const Message& message, std::vector<UniqueFd> fds = {}) {
    auto failed = ask<wire::Failed>(peer, message, std::move(fds));
    return failed ? static_cast<wire::Status>(failed->status) : wire::Status::kNone;
  }
  Peer& greeted(int pid) {
    Peer& peer = handlers.add_peer(pid, now);
    EXPECT_TRUE(ask<wire::Welcome>(peer, wire::Hello{wire::kMajor, wire::kMinor, "test"}));
    return peer;
  }
  static std::vector<UniqueFd> fds(UniqueFd one, UniqueFd other) {
    std::vector<UniqueFd> all;
    all.push_back(std::move(one));
    all.push_back(std::move(other));
    return all;
  }
  static std::vector<UniqueFd> fds(UniqueFd one) {
    std::vector<UniqueFd> all;
    all.push_back(std::move(one));
    return all;
  }
  static wire::Offer offer_of() { return {0, 2, 1, 6, {}, {}}; }
  std::optional<wire::Offered> offer(Peer& peer, const test::Child& target, int socket) {
    return ask<wire::Offered>(peer, offer_of(), fds(copy_of(socket), copy_of(target.pidfd())));
  }
  static wire::OfferTo offer_to(uint64_t target) { return {target, 2, 1, 6, {}, {}}; }
  static wire::Claim claim_of(const wire::Ticket& ticket) { return {ticket, 2, 1, 6}; }

  std::unique_ptr<SharedSlot[]> memory{new SharedSlot[kSlots]{}};
  FakeSurroundings surroundings;
  RequestHandlers handlers;
  uint32_t serial = 0;
  int64_t now = 0;
};

}  // namespace windsock::server
