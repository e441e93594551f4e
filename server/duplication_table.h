// DuplicationTable: the sockets that have been offered and not yet claimed.
//
// A ticket is 128 random bits, good once, for one target process. The target is known by a pidfd, which names one process for
// ever, where a number may come to name another. One pidfd per live target is kept, however many tickets wait for it, and it is
// watched: the end of the target drops its tickets, because nobody else may claim them. A target without a ticket is kept for the
// next offer, which may name it by its TargetId instead of bringing a pidfd again: idle targets are dropped when they become too
// many, or when descriptors are short.
//
// Same number, same process? Only while the earlier target lives: a process that has ended gives its number free. So the kept
// pidfd is asked whether it has ended before another ticket is added under its number (target_ended), and in claim(). A TargetId
// is never used again, neither here nor, being random at first, by the next windsockd.
//
// Pure, but for asking a pidfd: no event loop, no clock. Everything that can fail is done before insert().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dlls/common/unique_fd.h"
#include "dlls/common/wire.h"
#include "server/quota.h"
#include "server/shared_state.h"

namespace windsock::server {

// Who is told that a target is to be watched. The table calls unwatch before it closes the pidfd.
class TargetWatcher {
 public:
  virtual void watch_target(int pid, int pidfd) = 0;
  virtual void unwatch_target(int pid) = 0;

 protected:
  ~TargetWatcher() = default;
};

// What the claimant's structure must say, number for number. windsockd compares these and reads nothing into them.
struct SocketShape {
  uint32_t family = 0;
  uint32_t type = 0;
  uint32_t protocol = 0;
  bool operator==(const SocketShape&) const = default;
};

struct ParkedSocket {
  UniqueFd socket;
  SocketShape shape;
  SlotRef slot;
  Charge charge;
  int target = -1;
  int offered_by = -1;
  std::string offered_by_program;
  int64_t since = 0;
  uint64_t cookie = 0;
};

// A socket that nobody can claim any more, with the ticket it had.
struct DroppedSocket {
  wire::Ticket ticket{};
  ParkedSocket parked;
};

// The first eight hex digits: enough to follow a ticket through the logs, too little to use it.
using wire::ticket_prefix;
using wire::ticket_text;

struct TicketHash {
  // Tickets are random already.
  size_t operator()(const wire::Ticket& ticket) const;
};

using TargetId = uint64_t;

class DuplicationTable {
 public:
  static constexpr size_t kMaxIdleTargets = 256;

  DuplicationTable(TargetWatcher& watcher, TargetId first_target) : watcher_(watcher), next_target_(first_target) {}
  DuplicationTable(const DuplicationTable&) = delete;
  DuplicationTable& operator=(const DuplicationTable&) = delete;
  ~DuplicationTable();

  bool has_target(int pid) const { return targets_.contains(pid); }
  struct KnownTarget {
    int pid;
    int pidfd;
  };
  std::optional<KnownTarget> find_target(TargetId id) const;
  // Whether the kept pidfd of this number says that its process has ended.
  bool target_ended(int pid) const;

  // Only when there is no target of this number yet.
  void add_target(int pid, UniqueFd pidfd, Charge charge);
  // Parks a socket under a new ticket; its target must be here.
  TargetId insert(const wire::Ticket& ticket, ParkedSocket parked);
  const ParkedSocket* find(const wire::Ticket& ticket) const;
  std::optional<ParkedSocket> remove(const wire::Ticket& ticket);
  // All tickets of a target, for dropping.
  std::vector<DroppedSocket> remove_target(int pid);
  // All but `kept`, if it is one of them.
  void drop_idle_targets(int kept = -1);

  std::vector<DroppedSocket> remove_all();

  size_t size() const { return parked_.size(); }
  size_t target_count() const { return targets_.size(); }
  size_t idle_target_count() const { return idle_targets_; }
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& [ticket, parked] : parked_) visit(ticket, parked);
  }

 private:
  struct Target {
    TargetId id;
    UniqueFd pidfd;
    Charge charge;
    std::unordered_set<wire::Ticket, TicketHash> tickets;
  };
  using Targets = std::unordered_map<int, Target>;
  Targets::iterator erase_target(Targets::iterator target);

  TargetWatcher& watcher_;
  std::unordered_map<wire::Ticket, ParkedSocket, TicketHash> parked_;
  Targets targets_;
  std::unordered_map<TargetId, int> numbers_;  // the number of each target
  TargetId next_target_;
  size_t idle_targets_ = 0;
};

}  // namespace windsock::server
