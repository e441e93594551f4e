#include "server/duplication_table.h"

#include <cassert>
#include <cstring>
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

void DuplicationTable::insert(const wire::Ticket& ticket, ParkedSocket parked, UniqueFd pidfd, Charge pidfd_charge) {
  int pid = parked.target;
  auto [target, is_new] = targets_.try_emplace(pid);
  if (is_new) {
    target->second.pidfd = std::move(pidfd);
    target->second.charge = std::move(pidfd_charge);
    watcher_.watch_target(pid, target->second.pidfd.get());
  }
  target->second.tickets.insert(ticket);
  [[maybe_unused]] bool inserted = parked_.emplace(ticket, std::move(parked)).second;
  assert(inserted);
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
  if (target->second.tickets.empty()) erase_target(target);
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

void DuplicationTable::erase_target(Targets::iterator target) {
  watcher_.unwatch_target(target->first);
  targets_.erase(target);
}

}  // namespace windsock::server
