// RegistrationTable: which connection owns the registration for network events of each shared socket, and who waits to own it.
//
// There is one registration for a socket, whichever process made it; a new one cancels the former. The slot's epoch tells every process
// at once, but the former owner may be telling an event at that very moment. So it is told, too, and the new one is answered when the
// former has ceased, has gone, or has had a second for it (it may have been stopped: it looks at the epoch when it goes on).
//
// Whoever takes is the owner from then on, answered or not: a third one cancels it like any other. A connection has one take waiting for a
// socket at most; another one of its takes ends the wait of the first. So no more is kept for a connection than it holds slots.
//
// Pure: the time is an argument, and what is to be sent is returned.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dlls/common/shared_state.h"

namespace windsock::server {

struct Peer;

class RegistrationTable {
 public:
  static constexpr int64_t kTimeToCease = INT64_C(1000000000);

  // A take that has waited long enough.
  struct Answer {
    Peer* taker;
    uint32_t serial;
    SlotId slot;
    uint32_t epoch;
  };
  using Answers = std::vector<Answer>;
  struct Taken {
    Peer* former = nullptr;  // has to be told that it is cancelled
    Answers answers;
  };

  // By a holder of the slot, which has got the epoch for it.
  Taken take(Peer& taker, SlotId slot, uint32_t epoch, bool any_events, uint32_t serial, int64_t now);
  // False: somebody else is the owner.
  bool keep(Peer& peer, SlotId slot);
  // False: it is not the owner's to end.
  bool drop(Peer& peer, SlotId slot);
  // What was told to cease with this epoch, or an earlier one, has ceased. Anything else is none of ours.
  Answers ceased(Peer& peer, SlotId slot, uint32_t epoch);
  // It does not hold the slot any more. Whether it was the owner.
  struct Left {
    bool was_owner = false;
    Answers answers;
  };
  Left leave(Peer& peer, SlotId slot);
  Answers overdue(int64_t now);

  Peer* owner(uint32_t slot_index) const;
  // When overdue() has something to do.
  std::optional<int64_t> next_deadline() const;
  // The slots in which the connection has a part.
  std::vector<SlotId> slots_of(const Peer& peer) const;

 private:
  struct Former {
    Peer* peer;
    uint32_t epoch;  // with which it was told
    int64_t deadline;
  };
  struct Waiting {
    Answer answer;
    int64_t deadline;
  };
  struct Registration {
    SlotId slot;
    Peer* owner = nullptr;
    std::vector<Former> former;    // may still tell
    std::vector<Waiting> waiting;  // in the order of their deadlines
  };
  using Registrations = std::unordered_map<uint32_t, Registration>;

  Registration& at(SlotId slot);
  static void give_up_waiting_for(Registration& registration, int64_t now);
  static Answers take_answers(Registration& registration);
  void forget_if_empty(uint32_t slot_index);

  Registrations by_slot_;
};

}  // namespace windsock::server
