#include "server/quota.h"

#include <utility>

namespace windsock::server {

Charge::Charge(Charge&& other) noexcept : quota_(std::exchange(other.quota_, nullptr)), account_(other.account_) {}

Charge& Charge::operator=(Charge&& other) noexcept {
  Charge old(std::move(*this));
  quota_ = std::exchange(other.quota_, nullptr);
  account_ = other.account_;
  return *this;
}

Charge::~Charge() {
  if (quota_) quota_->release(account_);
}

namespace {

bool reached(size_t limit, size_t count) { return limit != 0 && count >= limit; }

}  // namespace

Result<Charge, wire::Status> Quota::charge_ticket(int pid, size_t more, size_t closing) {
  if (reached(limits_.tickets, tickets_) || reached(limits_.tickets_per_client, tickets_of(pid)) ||
      descriptors_ + closing + 1 + more + limits_.reserve > limits_.descriptors)
    return Failure{wire::Status::kQuota};
  ++accounts_[pid];
  ++tickets_;
  ++descriptors_;
  return Charge(this, pid);
}

Charge Quota::charge_descriptor() {
  ++descriptors_;
  return Charge(this, Charge::kNobody);
}

bool Quota::has_room_for_connection(size_t closing) const {
  return descriptors_ + closing + 1 + limits_.reserve / 2 <= limits_.descriptors;
}

size_t Quota::tickets_of(int pid) const {
  auto account = accounts_.find(pid);
  return account == accounts_.end() ? 0 : account->second;
}

void Quota::release(int account) {
  --descriptors_;
  if (account == Charge::kNobody) return;
  --tickets_;
  auto found = accounts_.find(account);
  if (--found->second == 0) accounts_.erase(found);
}

}  // namespace windsock::server
