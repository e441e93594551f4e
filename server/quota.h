// Quota: how many descriptors windsockd may hold, and for whom.
//
// Everything that costs a descriptor for longer than one request is charged: a parked socket (to the process that offered it,
// and it stays charged while the reply that carries it out waits to be sent), a watched target, a connection. A part of the limit,
// the reserve, is never given to offers, so that a table full of tickets still leaves room to connect and claim them, which is
// what empties it. Accounts are per process and not per connection: connecting anew buys nothing. Only our own user may
// connect, so the totals are also what this user may have.
//
// A Charge gives back what it stands for when it goes, so nothing can be forgotten. Pure; one thread.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "dlls/common/result.h"
#include "dlls/common/wire.h"

namespace windsock::server {

class Quota;

class Charge {
 public:
  Charge() = default;
  Charge(Charge&& other) noexcept;
  Charge& operator=(Charge&& other) noexcept;
  ~Charge();

 private:
  friend class Quota;
  static constexpr int kNobody = -1;
  Charge(Quota* quota, int account) : quota_(quota), account_(account) {}
  Quota* quota_ = nullptr;
  int account_ = kNobody;  // the process charged with a ticket, or nobody for what costs a descriptor only
};

class Quota {
 public:
  struct Limits {
    size_t descriptors = 1024;  // what the system allows windsockd
    size_t reserve = 64;        // of these, kept for serving
    size_t tickets = 0;         // 0: as many as the descriptors allow
    size_t tickets_per_client = 0;
  };

  explicit Quota(const Limits& limits) : limits_(limits) {}
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;

  // One socket to be parked for process `pid`. `more` descriptors will be charged beside it, `closing` are on their way out.
  Result<Charge, wire::Status> charge_ticket(int pid, size_t more, size_t closing);
  // One descriptor that windsockd itself needs.
  Charge charge_descriptor();
  // Whether one more connection can be taken: half of the reserve is open to them, half is for the work itself.
  bool has_room_for_connection(size_t closing) const;

  const Limits& limits() const { return limits_; }
  size_t descriptors() const { return descriptors_; }
  size_t tickets() const { return tickets_; }
  size_t tickets_of(int pid) const;

 private:
  friend class Charge;
  void release(int account);

  Limits limits_;
  size_t descriptors_ = 0;
  size_t tickets_ = 0;
  std::unordered_map<int, size_t> accounts_;
};

}  // namespace windsock::server
