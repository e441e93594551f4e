#include "server/duplication_table.h"

#include <cassert>
#include <cstring>
#include <iterator>
#include <utility>

#include "dlls/common/host.h"

namespace windsock::server {

size_t TicketHash::operator()(const wire::Ticket& ticket) const {
  size_t hash;
  memcpy(&hash, ticket.data(), sizeof hash);
  return hash;
}

DuplicationTable::~DuplicationTable() {
  while (!targets_.empty()) erase_target(targets_.begin());
}

bool DuplicationTable::target_ended(int pid) const {
  auto target = targets_.find(pid);
  return target != targets_.end() && host::process_ended(target->second.pidfd.get());
}

std::optional<DuplicationTable::KnownTarget> DuplicationTable::find_target(TargetId id) const {
  auto number = numbers_.find(id);
  if (number == numbers_.end()) return std::nullopt;
  return KnownTarget{number->second, targets_.at(number->second).pidfd.get()};
}

void DuplicationTable::add_target(int pid, UniqueFd pidfd, Charge charge) {
  assert(!has_target(pid));
  TargetId id = next_target_++;
  numbers_[id] = pid;
  auto& target = targets_[pid] = Target{id, std::move(pidfd), std::move(charge), {}};
  ++idle_targets_;
  watcher_.watch_target(pid, target.pidfd.get());
}

TargetId DuplicationTable::insert(const wire::Ticket& ticket, ParkedSocket parked) {
  Target& target = targets_.at(parked.target);
  if (target.tickets.empty()) --idle_targets_;
  target.tickets.insert(ticket);
  [[maybe_unused]] bool inserted = parked_.emplace(ticket, std::move(parked)).second;
  assert(inserted);
  return target.id;
}

const ParkedSocket* DuplicationTable::find(const wire::Ticket& ticket) const {
  auto found = parked_.find(ticket);
  return found == parked_.end() ? nullptr : &found->second;
}

std::optional<ParkedSocket> DuplicationTable::remove(const wire::Ticket& ticket) {
  auto found = parked_.extract(ticket);
  if (found.empty()) return std::nullopt;
  auto target = targets_.find(found.mapped().target);
  target->second.tickets.erase(ticket);
  if (target->second.tickets.empty() && ++idle_targets_ > kMaxIdleTargets) drop_idle_targets();
  return std::move(found.mapped());
}

std::vector<DroppedSocket> DuplicationTable::remove_target(int pid) {
  std::vector<DroppedSocket> dropped;
  auto target = targets_.find(pid);
  if (target == targets_.end()) return dropped;
  dropped.reserve(target->second.tickets.size());
  for (const wire::Ticket& ticket : target->second.tickets) dropped.push_back({ticket, std::move(parked_.extract(ticket).mapped())});
  erase_target(target);
  return dropped;
}

std::vector<DroppedSocket> DuplicationTable::remove_all() {
  std::vector<DroppedSocket> all;
  all.reserve(parked_.size());
  for (auto& [ticket, parked] : parked_) all.push_back({ticket, std::move(parked)});
  parked_.clear();
  while (!targets_.empty()) erase_target(targets_.begin());
  return all;
}

void DuplicationTable::drop_idle_targets(int kept) {
  for (auto target = targets_.begin(); target != targets_.end();) {
    bool idle = target->second.tickets.empty() && target->first != kept;
    target = idle ? erase_target(target) : std::next(target);
  }
}

DuplicationTable::Targets::iterator DuplicationTable::erase_target(Targets::iterator target) {
  watcher_.unwatch_target(target->first);
  if (target->second.tickets.empty()) --idle_targets_;
  numbers_.erase(target->second.id);
  return targets_.erase(target);
}

}  // namespace windsock::server
