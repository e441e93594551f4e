// RequestHandlers: what windsockd does for each request; the whole behaviour of the server without its plumbing.
//
// A packet comes in with the descriptors that travelled along, and at most one reply goes out at once. No event loop, no clock and no
// socket of a client is known here: the time is an argument, replies are values, and what must happen outside (watch a process,
// close a descriptor, send what was not asked for or is answered later, end the server) is asked of Surroundings. So every rule is
// tested without a daemon.
//
// Invariants: everything that can fail comes before the first change; an adopted descriptor never closes here, because close()
// may linger for seconds: it goes to Surroundings::close_later. What a client sends wrong ends in a Failed reply when an honest
// client could have sent it (the ticket is gone, a limit is reached), and in Outcome::offence when only a broken or hostile
// one could.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "dlls/common/fd_channel.h"
#include "server/duplication_table.h"
#include "server/peer.h"
#include "server/quota.h"
#include "server/registration_table.h"
#include "server/shared_state.h"

namespace windsock::server {

enum class StopMode { kNow, kWhenIdle };

class Surroundings : public TargetWatcher {
 public:
  virtual void close_later(UniqueFd fd) = 0;
  // Descriptors given to close_later that are still open.
  virtual size_t closing() const = 0;
  virtual void stop(StopMode mode) = 0;
  // A message beside the reply to what is being served. Never ends the connection before it returns.
  virtual void send(Peer& peer, wire::Packet packet) = 0;
  // answer_overdue is to be called then; an earlier time that was asked for is moved.
  virtual void call_back_at(int64_t time) = 0;

 protected:
  ~Surroundings() = default;
};

struct Reply {
  wire::Packet packet;
  UniqueFd fd;       // goes out with the packet and leaves us
  int lent_fd = -1;  // goes out with the packet and stays ours
  Charge charge;     // for `fd`, until it is out
};

struct Outcome {
  std::optional<Reply> reply;
  const char* offence = nullptr;  // why this peer is to be disconnected
};

struct Counters {
  static constexpr size_t kStatusCount = 8;
  uint64_t offers = 0, claims = 0, revokes = 0, expired = 0, declared = 0, takes = 0;
  std::array<uint64_t, kStatusCount> refused{};  // by wire::Status
  uint64_t clients = 0, bad_peers = 0, peak_clients = 0, peak_tickets = 0, peak_descriptors = 0;
  uint64_t packets_in = 0, packets_out = 0;
};

class RequestHandlers {
 public:
  struct Settings {
    Quota::Limits limits;
    uint64_t epoch = 0;     // of this life of windsockd
    int64_t started = 0;
    std::string directory;  // for the status
  };

  RequestHandlers(std::span<SharedSlot> slots, int state_fd, Surroundings& surroundings, Settings settings);
  ~RequestHandlers();
  RequestHandlers(const RequestHandlers&) = delete;
  RequestHandlers& operator=(const RequestHandlers&) = delete;

  // A connection whose other end the kernel says is process `pid` of our own user.
  Peer& add_peer(int pid, int64_t now);
  void remove_peer(Peer& peer);
  Outcome handle(Peer& peer, Arrival arrival, int64_t now);
  void target_ended(int pid);
  void answer_overdue(int64_t now);
  // Whether one more connection can be taken; targets that are kept for later offers make room for it.
  bool has_room_for_connection();
  // From now on nothing new is taken; what is parked can still be claimed.
  void leave() { leaving_ = true; }
  // It leaves now. The ends of connections that follow are its own and not the clients', so what these see of shared sockets stays.
  void end() { ended_ = true; }

  bool is_leaving() const { return leaving_; }
  // Nobody is connected and nothing is kept for anybody.
  bool is_idle() const { return peers_.empty() && table_.size() == 0 && slots_.size() == 0; }
  const DuplicationTable& table() const { return table_; }
  const SlotTable& slots() const { return slots_; }
  const RegistrationTable& registrations() const { return registrations_; }
  const Quota& quota() const { return quota_; }
  const std::list<Peer>& peers() const { return peers_; }
  const Settings& settings() const { return settings_; }
  const Surroundings& surroundings() const { return surroundings_; }
  const Counters& counters() const { return counters_; }
  void count_sent() { ++counters_.packets_out; }
  void count_bad_peer() { ++counters_.bad_peers; }

 private:
  // One request being served.
  struct Call {
    Peer& peer;
    uint32_t serial;
    FdList& fds;
    int64_t now;
  };
  using Handler = Outcome (RequestHandlers::*)(Call&, std::span<const std::byte>);
  struct Entry {
    wire::Type type;
    size_t fds;
    Handler handler;
  };
  static const Entry kEntries[];
  template <typename Message, Outcome (RequestHandlers::*serve)(Call&, const Message&)>
  Outcome decode_and_serve(Call& call, std::span<const std::byte> packet);
  template <typename Message, Outcome (RequestHandlers::*serve)(Call&, const Message&)>
  static constexpr Entry entry();

  Outcome dispatch(Peer& peer, Arrival& arrival, int64_t now);
  Outcome refuse(const Call& call, wire::Status status, const char* why);

  Outcome hello(Call& call, const wire::Hello& message);
  Outcome offer(Call& call, const wire::Offer& message);
  Outcome offer_to(Call& call, const wire::OfferTo& message);
  // What both kinds of offer do once the target is known to be good. If it is new, the packet's second descriptor is its pidfd.
  template <typename Message>
  Outcome park(Call& call, const Message& message, int target);
  Result<Charge, wire::Status> charge_ticket(int pid, int target);
  Outcome claim(Call& call, const wire::Claim& message);
  Outcome revoke(Call& call, const wire::Revoke& message);
  Outcome release(Call& call, const wire::Release& message);
  Outcome retain(Call& call, const wire::Retain& message);
  Outcome declare(Call& call, const wire::Declare& message);
  Outcome set_state(Call& call, const wire::SetState& message);
  Outcome ask_status(Call& call, const wire::AskStatus& message);
  Outcome stop(Call& call, const wire::Stop& message);
  Outcome take(Call& call, const wire::Take& message);
  Outcome keep(Call& call, const wire::Keep& message);
  Outcome ceased(Call& call, const wire::Ceased& message);
  Outcome drop_registration(Call& call, const wire::Drop& message);
  void leave_registration(Peer& peer, SlotId slot);
  void answer(const RegistrationTable::Answers& answers);

  void drop(std::vector<DroppedSocket> dropped, const char* why);
  void note_peaks();

  Surroundings& surroundings_;
  Settings settings_;
  int state_fd_;
  Counters counters_;
  bool leaving_ = false;
  bool ended_ = false;
  // In this order: peers and tickets hold charges and references, which must go first.
  Quota quota_;
  SlotTable slots_;
  DuplicationTable table_;
  RegistrationTable registrations_;
  std::list<Peer> peers_;
};

}  // namespace windsock::server
