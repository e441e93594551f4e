#include "server/registration_table.h"

#include <algorithm>
#include <utility>

namespace windsock::server {

RegistrationTable::Registration& RegistrationTable::at(SlotId slot) {
  Registration& registration = by_slot_[slot.index];
  registration.slot = slot;
  return registration;
}

void RegistrationTable::forget_if_empty(uint32_t slot_index) {
  auto found = by_slot_.find(slot_index);
  if (found != by_slot_.end() && !found->second.owner && found->second.former.empty() && found->second.waiting.empty()) by_slot_.erase(found);
}

void RegistrationTable::give_up_waiting_for(Registration& registration, int64_t now) {
  std::erase_if(registration.former, [now](const Former& one) { return one.deadline <= now; });
}

// Takes out those that wait for nobody but themselves.
RegistrationTable::Answers RegistrationTable::take_answers(Registration& registration) {
  Answers answers;
  std::erase_if(registration.waiting, [&](const Waiting& one) {
    if (std::any_of(registration.former.begin(), registration.former.end(), [&](const Former& former) { return former.peer != one.answer.taker; }))
      return false;
    answers.push_back(one.answer);
    return true;
  });
  return answers;
}

RegistrationTable::Taken RegistrationTable::take(Peer& taker, SlotId slot, uint32_t epoch, bool any_events, uint32_t serial, int64_t now) {
  Taken taken;
  Registration& registration = at(slot);
  give_up_waiting_for(registration, now);
  std::erase_if(registration.waiting, [&](const Waiting& one) {
    if (one.answer.taker != &taker) return false;
    taken.answers.push_back(one.answer);
    return true;
  });
  if (Peer* former = std::exchange(registration.owner, any_events ? &taker : nullptr); former && former != &taker) {
    taken.former = former;
    std::erase_if(registration.former, [&](const Former& one) { return one.peer == former; });
    registration.former.push_back({former, epoch, now + kTimeToCease});
  }
  registration.waiting.push_back({{&taker, serial, slot, epoch}, now + kTimeToCease});
  for (const Answer& answer : take_answers(registration)) taken.answers.push_back(answer);
  forget_if_empty(slot.index);
  return taken;
}

bool RegistrationTable::keep(Peer& peer, SlotId slot) {
  Registration& registration = at(slot);
  if (registration.owner && registration.owner != &peer) return false;
  registration.owner = &peer;
  return true;
}

bool RegistrationTable::drop(Peer& peer, SlotId slot) {
  if (owner(slot.index) != &peer) return false;
  at(slot).owner = nullptr;
  forget_if_empty(slot.index);
  return true;
}

RegistrationTable::Answers RegistrationTable::ceased(Peer& peer, SlotId slot, uint32_t epoch) {
  auto found = by_slot_.find(slot.index);
  if (found == by_slot_.end() || found->second.slot != slot) return {};
  std::erase_if(found->second.former, [&](const Former& one) { return one.peer == &peer && one.epoch <= epoch; });
  Answers answers = take_answers(found->second);
  forget_if_empty(slot.index);
  return answers;
}

RegistrationTable::Left RegistrationTable::leave(Peer& peer, SlotId slot) {
  auto found = by_slot_.find(slot.index);
  if (found == by_slot_.end() || found->second.slot != slot) return {};
  Registration& registration = found->second;
  Left left;
  left.was_owner = registration.owner == &peer;
  if (left.was_owner) registration.owner = nullptr;
  std::erase_if(registration.former, [&](const Former& one) { return one.peer == &peer; });
  left.answers = take_answers(registration);
  std::erase_if(registration.waiting, [&](const Waiting& one) {
    if (one.answer.taker != &peer) return false;
    left.answers.push_back(one.answer);
    return true;
  });
  forget_if_empty(slot.index);
  return left;
}

RegistrationTable::Answers RegistrationTable::overdue(int64_t now) {
  Answers answers;
  for (auto next = by_slot_.begin(); next != by_slot_.end();) {
    auto& [index, registration] = *next++;
    // Who has had its time is waited for no more, by later ones either.
    give_up_waiting_for(registration, now);
    std::erase_if(registration.waiting, [&](const Waiting& one) {
      if (one.deadline > now) return false;
      answers.push_back(one.answer);
      return true;
    });
    for (const Answer& answer : take_answers(registration)) answers.push_back(answer);
    forget_if_empty(registration.slot.index);
  }
  return answers;
}

Peer* RegistrationTable::owner(uint32_t slot_index) const {
  auto found = by_slot_.find(slot_index);
  return found == by_slot_.end() ? nullptr : found->second.owner;
}

std::optional<int64_t> RegistrationTable::next_deadline() const {
  std::optional<int64_t> next;
  for (const auto& [index, registration] : by_slot_)
    if (!registration.waiting.empty() && (!next || registration.waiting.front().deadline < *next)) next = registration.waiting.front().deadline;
  return next;
}

std::vector<SlotId> RegistrationTable::slots_of(const Peer& peer) const {
  std::vector<SlotId> slots;
  for (const auto& [index, registration] : by_slot_) {
    bool part = registration.owner == &peer;
    for (const Former& one : registration.former) part |= one.peer == &peer;
    for (const Waiting& one : registration.waiting) part |= one.answer.taker == &peer;
    if (part) slots.push_back(registration.slot);
  }
  return slots;
}

}  // namespace windsock::server
