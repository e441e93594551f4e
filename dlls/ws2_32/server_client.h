// ServerClient: this process's connection to windsockd.
//
// Made on the first request that needs it, and windsockd started if there is none. Requests of several threads share the
// connection: each sends under the lock, and whoever finds nobody reading reads for all, without the lock. A forked child
// never uses its parent's connection: the process id is compared before every request.
//
// A lost connection (windsockd ended or was killed) is noticed at the next request, which connects anew, declares the shared
// sockets of this process again and is repeated once. Without windsockd: WSAENETDOWN; nothing else of Winsock minds. Only requests start
// one in any case: what is merely kept or read needs none unless others have one, so that a windsockd that is told to stop stays away.
//
// While events are selected here on sockets that other processes have, too, a thread of its own reads the connection all the time: it
// heeds at once that a selection has become another process's, and finds another windsockd when this one has gone: it starts one in place of
// one that was killed, and looks every second for the successor of one that has left. So those
// who wait for events, and whoever brings operations forward, never wait for windsockd.
//
// A claim's reply carries the socket. With no free descriptor the kernel would drop it, so the reply is peeked at first: it stays
// in the queue, the claim answers WSAEMFILE, and the same claim succeeds once a descriptor is free. Another request's reply could
// be stuck behind it, and what it tells would have happened though the request failed: so only claims are sent after claims. And
// none while a selection is asked for, whose reply comes when it likes.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "dlls/common/fd_channel.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/server_connection.h"
#include "dlls/ws2_32/underlying_socket.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

class ServerClient {
 public:
  static ServerClient& instance();

  // Parks the socket for the process of `target` (a pidfd; `target_number` is its number here) and returns the ticket. The
  // socket is shared from then on. WSAEINVAL, WSAENOBUFS, WSAEMFILE, WSAENETDOWN.
  WsaResult<wire::Ticket> offer(SocketRef& socket, int target, uint32_t target_number);
  // The same for a target that had an offer before and is still known to windsockd, which then looks at the process itself: nothing
  // is asked and opened here. Nothing: it is not known, has ended, or has become another user's; its number says no more who it is.
  WsaResult<std::optional<wire::Ticket>> offer_to_known(SocketRef& socket, uint32_t target_number);

  // Redeems a ticket: the socket's fd, and the slot, of which the caller holds one more reference.
  // WSAEINVAL: not for us, used, forged, or the kind differs. WSAEMFILE: try again when a descriptor is free.
  struct Claimed {
    UniqueFd fd;
    SlotId slot;
    SharedSlot* mapped = nullptr;
    uint64_t cookie = 0;
  };
  WsaResult<Claimed> claim(const wire::Ticket& ticket, SocketKind kind);

  // Gives a reference to a slot back. Never waits for an answer.
  void release(SlotId slot);
  // Makes the socket shared though nothing is offered.
  WsaResult<void> share(SocketRef& socket);
  WsaResult<void> set_state(UnderlyingSocket& socket, StateField field, uint32_t value);

  // ---- network events of shared sockets (event_selection.h); no lock of a selection may be held ----
  // These events are this process's to select, none: nobody's; the epoch of that, and on which connection. WSAENETDOWN.
  struct EventsTaken {
    uint32_t epoch;
    uint64_t connection;
  };
  WsaResult<EventsTaken> take_events(UnderlyingSocket& socket, uint32_t events);
  // Once events are selected: the connection is read from now on. False: it is another one, whose windsockd does not know of them.
  bool keep_reading(uint64_t connection);
  // What is selected already goes on. False: it has become another's.
  bool keep_events(UnderlyingSocket& socket, uint32_t events, uint32_t epoch);
  // The selection has ended. Never waits for an answer.
  void drop_events(SlotId slot, uint32_t epoch);

  // Before shared state is read: when windsockd was lost, finds another one. If it has left and there is none, nobody can have changed anything.
  void notice_loss();

  // A connection that holds references to `shared` slots, for a process that is about to be made and inherits it. Closed: none are
  // needed, or there is no windsockd.
  FdChannel connection_for_child(const std::vector<SlotId>& shared);
  // Around fork(): the child's references are taken so, before it runs.
  void before_fork(const std::vector<SlotId>& shared);
  void after_fork_in_parent();
  void after_fork_in_child();

 private:
  using Lock = std::unique_lock<std::mutex>;
  // Pins that were taken under the lock, to be dropped after it: the last pin of a closing socket releases its slot.
  using Pins = std::vector<SocketRef>;

  struct Reply {
    std::optional<wire::Ticket> claims;  // the reply brings the socket of this ticket
    bool takes = false;                  // the reply is a Taken
    Arrival arrival;
    bool done = false;
  };
  // A claim whose reply could not be taken in time: still in the queue, or arrived for the next claim of the same ticket.
  struct LateClaim {
    wire::Ticket ticket;
    std::optional<Arrival> arrival;
  };

  template <typename Build>
  WsaResult<Arrival> request(std::optional<wire::Ticket> claims, std::span<const int> fds, Build build);
  std::optional<WsaResult<Arrival>> wait_for_reply(Lock& lock, Reply& reply, uint32_t serial);
  enum class Reader : uint8_t { kWantsReply, kKeeper };
  void read_one(Lock& lock, Reader reader = Reader::kWantsReply);
  void deliver(Arrival arrival);
  bool take_head(Lock& lock);
  WsaResult<void> wait_for_others(Lock& lock, bool claims);
  bool must_peek() const;
  bool take(host::Result<Arrival> received, bool peeked);
  WsaResult<wire::Ticket> offered_from(const Arrival& arrival, SocketRef& socket, uint32_t target_number);
  WsaResult<Claimed> claimed_from(Arrival arrival);
  std::optional<WsaResult<Claimed>> claim_late(const wire::Ticket& ticket);

  void heed_cancelled(Lock& lock);
  void wait_for_reader(Lock& lock);
  void start_keeper();
  static void* run_keeper(void*);
  void keep_registrations();
  bool is_keeper_needed(Lock& lock);

  WsaResult<void> connect(Pins& pins, IfNone if_none = IfNone::kStart);
  void disconnect();
  bool is_connected() const { return channel_.is_open(); }
  void leave_parents_connection();
  FdChannel retain_on_new_connection(const std::vector<SlotId>& shared);
  WsaResult<void> declare_shared(FdChannel& channel, SharedSlot* mapped, Pins& pins);

  std::mutex mutex_;
  std::condition_variable changed_;
  FdChannel channel_;
  int owner_ = 0;                 // the process that made channel_
  uint64_t connection_ = 0;       // counts them
  uint16_t minor_ = 0;            // of the protocol that windsockd speaks
  uint64_t epoch_ = 0;            // of the windsockd that channel_ leads, or led, to
  SharedSlot* mapped_ = nullptr;  // its shared state; former ones stay mapped for readers that are still inside
  uint32_t last_serial_ = 0;
  bool reading_ = false;          // somebody reads the channel, without the lock
  bool blocked_ = false;          // the packet at the head of the queue needs a descriptor, or memory, that we do not have
  int64_t last_failure_ = 0;      // when connecting failed last, so that reading state does not try without end
  std::map<uint32_t, Reply*> waiting_;
  std::map<uint32_t, LateClaim> late_;
  std::unordered_map<uint32_t, uint64_t> targets_;  // by number: windsockd's names of the processes that had offers
  std::vector<wire::Cancelled> cancelled_;          // read and not heeded yet
  bool keeper_runs_ = false;      // the thread that reads for the selections of this process
  bool keeper_wanted_ = false;    // since it looked last whether it is needed
  bool look_if_needed_ = false;
  FdChannel inherited_;           // after a fork: holds the references that the parent took for us
};

}  // namespace windsock
