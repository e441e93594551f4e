#include "dlls/ws2_32/server_client.h"

#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

constexpr int64_t kRetryInterval = 1000000000;  // nanoseconds between attempts to find a windsockd that nothing is asked of
constexpr size_t kMaxKnownTargets = 1024;

// The first minor version of the protocol that knows a message.
constexpr uint16_t minor_of(wire::Type type) { return type >= wire::Type::kTake ? wire::kMinorOfRegistrations : 0; }

}  // namespace

ServerClient& ServerClient::instance() {
  static auto* client = new ServerClient;
  return *client;
}

// A child that was forked past our handlers (a bare clone, say) leaves its parent's connection alone. Asked once a request.
void ServerClient::leave_parents_connection() {
  if (!channel_.is_open() || owner_ == host::process_id()) return;
  disconnect();
  reading_ = keeper_runs_ = false;  // by threads that are not here
}

// ---- the connection ------------------------------------------------------------------------------------------------------

WsaResult<void> ServerClient::connect(Pins& pins, IfNone if_none) {
  auto greeted = greet_server(if_none);
  if (!greeted) {
    last_failure_ = host::now_nanoseconds();
    return Failure{greeted.error()};
  }
  Greeting greeting = std::move(greeted).take();
  bool same_server = greeting.epoch == epoch_ && mapped_ != nullptr;
  auto* mapped = same_server ? mapped_
                             : static_cast<SharedSlot*>(WS_TRY_HOST(host::map(greeting.shared_state.get(), kSharedStateSize, false)));
  WS_TRY(declare_shared(greeting.channel, mapped, pins));
  if (inherited_.is_open()) SocketTable::instance().unmark_internal(inherited_.fd());
  inherited_.close();
  channel_ = std::move(greeting.channel);
  SocketTable::instance().mark_internal(channel_.fd());
  owner_ = host::process_id();
  ++connection_;
  minor_ = greeting.minor;
  epoch_ = greeting.epoch;
  mapped_ = mapped;
  blocked_ = false;
  return {};
}

// A new connection holds no references yet: every shared socket of this process is declared on it. windsockd finds the slot by
// the socket itself.
WsaResult<void> ServerClient::declare_shared(FdChannel& channel, SharedSlot* mapped, Pins& pins) {
  std::vector<UnderlyingSocket*> declared;
  WsaResult<void> result;
  SocketTable::instance().for_each([&](SocketRef& socket) {
    UnderlyingSocket& underlying = socket.socket();
    if (!result || !underlying.is_shared() || std::find(declared.begin(), declared.end(), &underlying) != declared.end()) return;
    declared.push_back(&underlying);
    int fd = socket.fd();
    auto arrival = exchange(channel, wire::encode(0, wire::Declare{underlying.epoch(), underlying.values()}), {&fd, 1});
    pins.push_back(std::move(socket));
    if (!arrival) {
      result = Failure{arrival.error()};
      return;
    }
    auto answer = decoded<wire::Declared>(arrival.value());
    if (!answer)
      result = Failure{answer.error()};
    else
      underlying.share_as(answer.value().slot, mapped + answer.value().slot.index);
  });
  return result;
}

void ServerClient::disconnect() {
  if (channel_.is_open()) SocketTable::instance().unmark_internal(channel_.fd());
  channel_.close();
  blocked_ = false;
  std::erase_if(late_, [](const auto& entry) { return !entry.second.arrival; });
  waiting_.clear();
  cancelled_.clear();
  look_if_needed_ = true;
  changed_.notify_all();
}

// ---- requests and replies --------------------------------------------------------------------------------------------------

template <typename Build>
WsaResult<Arrival> ServerClient::request(std::optional<wire::Ticket> claims, std::span<const int> fds, Build build) {
  using Message = decltype(build());
  constexpr bool keeps = std::is_same_v<Message, wire::Keep> || std::is_same_v<Message, wire::Drop>;
  Pins pins;
  Lock lock(mutex_);
  leave_parents_connection();
  for (int attempt = 0;; ++attempt) {
    if (!is_connected()) WS_TRY(connect(pins, keeps ? IfNone::kStartAfterKilled : IfNone::kStart));
    if (minor_ < minor_of(Message::kType)) return wsa_failure(WSAENETDOWN);
    if (blocked_ && !take_head(lock)) return wsa_failure(WSAEMFILE);
    WS_TRY(wait_for_others(lock, claims.has_value()));
    if (!is_connected()) continue;
    uint32_t serial = ++last_serial_;
    Reply reply;
    reply.claims = claims;
    reply.takes = std::is_same_v<Message, wire::Take>;
    waiting_[serial] = &reply;
    auto sent = channel_.send(wire::encode(serial, build()), fds);
    if (!sent) {
      waiting_.erase(serial);
      int error = static_cast<int>(sent.error());
      if (host::is_want_of_room(sent.error())) return wsa_failure(WSAENOBUFS);
      if (error == EAGAIN) return wsa_failure(WSAENETDOWN);  // windsockd is stopped: its queue is full
      wait_for_reader(lock);
    } else {
      auto answered = wait_for_reply(lock, reply, serial);
      waiting_.erase(serial);
      if (answered) return std::move(*answered);
    }
    // The connection was lost. Once more, on a new one.
    if (attempt > 0) return wsa_failure(WSAENETDOWN);
    WS_TRACE(kServer, "the connection to windsockd was lost; connecting again");
  }
}

// The connection has ended, for this side at least. Whoever reads is made to find that out too; the channel is theirs to close.
void ServerClient::wait_for_reader(Lock& lock) {
  if (!reading_) return disconnect();
  (void)host::shutdown(channel_.fd(), host::kShutBoth);
  const uint64_t ended = connection_;
  changed_.wait(lock, [&] { return !reading_ || !is_connected() || connection_ != ended; });
}

// Until no reply with a socket is on its way (WSAEMFILE: it is here and finds no descriptor); for a claim, none that comes when it likes.
WsaResult<void> ServerClient::wait_for_others(Lock& lock, bool claims) {
  auto is_pending = [this, claims] {
    if (claims)
      return std::any_of(waiting_.begin(), waiting_.end(), [](const auto& entry) { return entry.second->takes && !entry.second->done; });
    return std::any_of(waiting_.begin(), waiting_.end(), [](const auto& entry) { return entry.second->claims && !entry.second->done; }) ||
           std::any_of(late_.begin(), late_.end(), [](const auto& entry) { return !entry.second.arrival; });
  };
  int64_t deadline = host::now_nanoseconds() + kAnswerTime;
  while (is_connected() && is_pending()) {
    if (blocked_) return wsa_failure(WSAEMFILE);
    if (host::now_nanoseconds() >= deadline) return wsa_failure(WSAENETDOWN);
    if (!reading_)
      read_one(lock);
    else
      changed_.wait_for(lock, std::chrono::nanoseconds(deadline - host::now_nanoseconds()));
  }
  return {};
}

// Nothing: the connection was lost first.
std::optional<WsaResult<Arrival>> ServerClient::wait_for_reply(Lock& lock, Reply& reply, uint32_t serial) {
  int64_t deadline = host::now_nanoseconds() + kAnswerTime;
  for (;;) {
    if (reply.done) return WsaResult<Arrival>(std::move(reply.arrival));
    if (!waiting_.contains(serial)) return std::nullopt;
    bool late = host::now_nanoseconds() >= deadline;
    if (blocked_ || late) {
      // The socket of a claim is not lost: the reply waits for the next claim of the ticket.
      if (reply.claims) late_[serial] = LateClaim{*reply.claims, std::nullopt};
      if (late) WS_WARN(kServer, "windsockd does not answer");
      return WsaResult<Arrival>(wsa_failure(blocked_ ? WSAEMFILE : WSAENETDOWN));
    }
    if (!reading_)
      read_one(lock);
    else
      changed_.wait_for(lock, std::chrono::nanoseconds(deadline - host::now_nanoseconds()));
  }
}

// Waits for one packet, without the lock, for whoever it is for. Its socket has a receive timeout, so that a windsockd that was
// stopped is an error and no hang.
void ServerClient::read_one(Lock& lock, Reader reader) {
  reading_ = true;
  // Whoever waits for a reply gets it before that of a claim which is made meanwhile.
  bool peek = reader == Reader::kKeeper || must_peek();
  lock.unlock();
  auto received = channel_.receive(peek ? host::Take::kPeek : host::Take::kConsume, host::Blocking::kYes);
  lock.lock();
  reading_ = false;
  take(std::move(received), peek);
  changed_.notify_all();
  heed_cancelled(lock);
}

// Takes the packet at the head of the queue, if it is there and its fds find room. False: they do not.
bool ServerClient::take_head(Lock& lock) {
  if (reading_) return !blocked_;
  bool peek = must_peek();
  bool taken = take(channel_.receive(peek ? host::Take::kPeek : host::Take::kConsume, host::Blocking::kNo), peek);
  heed_cancelled(lock);
  return taken;
}

bool ServerClient::must_peek() const {
  return blocked_ || !late_.empty() || std::any_of(waiting_.begin(), waiting_.end(), [](const auto& entry) { return entry.second->claims; });
}

bool ServerClient::take(host::Result<Arrival> received, bool peeked) {
  if (!received) {
    // Without memory it stays in the queue, as without a descriptor.
    if (host::is_want_of_room(received.error())) return !(blocked_ = true);
    int error = static_cast<int>(received.error());
    if (error == EAGAIN)
      blocked_ = false;  // it had not come yet
    else if (error != EINTR)
      disconnect();
    return true;
  }
  Arrival arrival = std::move(received).take();
  if (arrival.closed()) {
    disconnect();
    return true;
  }
  blocked_ = peeked && arrival.fds_truncated;
  if (blocked_) return false;
  if (peeked) (void)channel_.receive(host::Take::kDropFds, host::Blocking::kNo);
  deliver(std::move(arrival));
  return true;
}

void ServerClient::deliver(Arrival arrival) {
  auto head = wire::decode_head(arrival.packet.span());
  if (!head) return;
  if (auto waiting = waiting_.find(head->serial); waiting != waiting_.end()) {
    waiting->second->arrival = std::move(arrival);
    waiting->second->done = true;
  } else if (auto late = late_.find(head->serial); late != late_.end()) {
    late->second.arrival = std::move(arrival);
  } else if (auto offered = wire::decode<wire::Offered>(arrival.packet.span())) {
    // Its offer has failed for want of an answer in time, so nobody will ever get this ticket.
    (void)channel_.send(wire::encode(0, wire::Revoke{offered->ticket}));
  } else if (auto taken = wire::decode<wire::Taken>(arrival.packet.span())) {
    // Likewise: nobody selects what it is for.
    (void)channel_.send(wire::encode(0, wire::Drop{taken->slot, taken->epoch}));
  } else if (auto cancelled = wire::decode<wire::Cancelled>(arrival.packet.span())) {
    if (cancelled->slot.index < kSlotCount) cancelled_.push_back(*cancelled);
  }
  changed_.notify_all();
}

// ---- what windsockd does for us ----------------------------------------------------------------------------------------------

namespace {

template <typename Offer>
Offer offer_of(const UnderlyingSocket& socket) {
  Offer offer;
  offer.family = static_cast<uint32_t>(socket.kind().family);
  offer.type = static_cast<uint32_t>(socket.kind().type);
  offer.protocol = static_cast<uint32_t>(socket.kind().protocol);
  offer.slot = socket.slot();
  offer.state = socket.values();
  return offer;
}

bool tells_no_target(const Arrival& arrival) {
  auto failed = wire::decode<wire::Failed>(arrival.packet.span());
  return failed && static_cast<wire::Status>(failed->status) == wire::Status::kNoTarget;
}

}  // namespace

WsaResult<wire::Ticket> ServerClient::offer(SocketRef& socket, int target, uint32_t target_number) {
  const int fds[] = {socket.fd(), target};
  auto arrival = WS_TRY(request(std::nullopt, fds, [&] {
    auto offer = offer_of<wire::Offer>(socket.socket());
    offer.target = target_number;
    return offer;
  }));
  return offered_from(arrival, socket, target_number);
}

WsaResult<std::optional<wire::Ticket>> ServerClient::offer_to_known(SocketRef& socket, uint32_t target_number) {
  uint64_t target;
  {
    Lock lock(mutex_);
    auto known = targets_.find(target_number);
    if (known == targets_.end()) return std::optional<wire::Ticket>();
    target = known->second;
  }
  int fd = socket.fd();
  // Should windsockd be lost and another one found meanwhile, that does not know the name.
  auto arrival = WS_TRY(request(std::nullopt, {&fd, 1}, [&] {
    auto offer = offer_of<wire::OfferTo>(socket.socket());
    offer.target = target;
    return offer;
  }));
  if (tells_no_target(arrival)) {
    Lock lock(mutex_);
    if (auto known = targets_.find(target_number); known != targets_.end() && known->second == target) targets_.erase(known);
    return std::optional<wire::Ticket>();
  }
  return std::optional(WS_TRY(offered_from(arrival, socket, target_number)));
}

WsaResult<wire::Ticket> ServerClient::offered_from(const Arrival& arrival, SocketRef& socket, uint32_t target_number) {
  UnderlyingSocket& underlying = socket.socket();
  wire::Offered offered = WS_TRY(decoded<wire::Offered>(arrival));
  UnderlyingSocketRegistry::instance().identify_as(underlying, offered.cookie);
  bool newly_shared;
  {
    Lock lock(mutex_);
    if (targets_.size() >= kMaxKnownTargets && !targets_.contains(target_number)) targets_.clear();
    targets_[target_number] = offered.target;
    underlying.saw(Seen::kForeign);
    newly_shared = is_connected() && underlying.share_as(offered.slot, mapped_ + offered.slot.index);
  }
  if (newly_shared) EventSelection::keep(underlying);
  WS_TRACE(kDup, "offer: socket %d for process %u: ticket %s, slot %u", socket.fd(), target_number, wire::ticket_prefix(offered.ticket).c_str(),
           offered.slot.index);
  return offered.ticket;
}

WsaResult<ServerClient::Claimed> ServerClient::claimed_from(Arrival arrival) {
  wire::Claimed claimed = WS_TRY(decoded<wire::Claimed>(arrival));
  Lock lock(mutex_);
  return Claimed{arrival.fds.take(0), claimed.slot, mapped_ + claimed.slot.index, claimed.cookie};
}

// The rest of a claim that could not be finished before. Nothing: there is none, or the connection was lost, and the ticket with it.
std::optional<WsaResult<ServerClient::Claimed>> ServerClient::claim_late(const wire::Ticket& ticket) {
  Arrival arrival;
  {
    Lock lock(mutex_);
    auto late = std::find_if(late_.begin(), late_.end(), [&](const auto& entry) { return entry.second.ticket == ticket; });
    if (late == late_.end()) return std::nullopt;
    auto [serial, kept] = std::move(*late);
    late_.erase(late);
    if (kept.arrival) {
      arrival = std::move(*kept.arrival);
    } else {
      Reply reply;
      reply.claims = ticket;
      waiting_[serial] = &reply;
      if (blocked_) (void)take_head(lock);
      auto answered = wait_for_reply(lock, reply, serial);
      waiting_.erase(serial);
      if (!answered) return std::nullopt;
      arrival = WS_TRY(std::move(*answered));
    }
  }
  return claimed_from(std::move(arrival));
}

WsaResult<ServerClient::Claimed> ServerClient::claim(const wire::Ticket& ticket, SocketKind kind) {
  if (auto late = claim_late(ticket)) return std::move(*late);
  Arrival arrival = WS_TRY(request(ticket, {}, [&] {
    return wire::Claim{ticket, static_cast<uint32_t>(kind.family), static_cast<uint32_t>(kind.type), static_cast<uint32_t>(kind.protocol)};
  }));
  Claimed claimed = WS_TRY(claimed_from(std::move(arrival)));
  WS_TRACE(kDup, "claim: ticket %s is socket %d, slot %u", wire::ticket_prefix(ticket).c_str(), claimed.fd.get(), claimed.slot.index);
  return claimed;
}

void ServerClient::release(SlotId slot) {
  Lock lock(mutex_);
  leave_parents_connection();
  FdChannel& channel = is_connected() ? channel_ : inherited_;
  if (channel.is_open()) (void)channel.send(wire::encode(0, wire::Release{slot}));
}

WsaResult<void> ServerClient::share(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  WS_TRY_HOST(UnderlyingSocketRegistry::instance().identify(underlying, socket.fd()));
  int fd = socket.fd();
  Arrival arrival = WS_TRY(request(std::nullopt, {&fd, 1}, [&] { return wire::Declare{0, underlying.values()}; }));
  wire::Declared declared = WS_TRY(decoded<wire::Declared>(arrival));
  bool needed = false;
  {
    Lock lock(mutex_);
    underlying.saw(Seen::kForeign);
    if (is_connected()) needed = underlying.share_as(declared.slot, mapped_ + declared.slot.index);
  }
  if (!needed) {
    release(declared.slot);
  } else {
    EventSelection::keep(underlying);
  }
  return {};
}

WsaResult<void> ServerClient::set_state(UnderlyingSocket& socket, StateField field, uint32_t value) {
  Arrival arrival = WS_TRY(
      request(std::nullopt, {}, [&] { return wire::SetState{socket.slot(), static_cast<uint32_t>(field), value}; }));
  WS_TRY(decoded<wire::Done>(arrival));
  return {};
}

void ServerClient::notice_loss() {
  Pins pins;
  Lock lock(mutex_);
  leave_parents_connection();
  if (is_connected()) {
    auto ready = host::ready_now(channel_.fd(), 0);
    if (ready && (ready.value() & (host::kPollHup | host::kPollErr))) wait_for_reader(lock);
  }
  if (!is_connected() && host::now_nanoseconds() - last_failure_ > kRetryInterval)
    (void)connect(pins, IfNone::kStartAfterKilled);
}

// ---- network events --------------------------------------------------------------------------------------------------------

WsaResult<ServerClient::EventsTaken> ServerClient::take_events(UnderlyingSocket& socket, uint32_t events) {
  EventsTaken result{};
  Arrival arrival = WS_TRY(request(std::nullopt, {}, [&] {
    result.connection = connection_;
    return wire::Take{socket.slot(), events};
  }));
  result.epoch = WS_TRY(decoded<wire::Taken>(arrival)).epoch;
  return result;
}

bool ServerClient::keep_reading(uint64_t connection) {
  Lock lock(mutex_);
  start_keeper();
  return connection_ == connection;
}

bool ServerClient::keep_events(UnderlyingSocket& socket, uint32_t events, uint32_t epoch) {
  auto arrival = request(std::nullopt, {}, [&] { return wire::Keep{socket.slot(), events, epoch}; });
  (void)keep_reading(0);  // should windsockd be lost, another one is found
  return !arrival || decoded<wire::Done>(arrival.value());
}

void ServerClient::drop_events(SlotId slot, uint32_t epoch) {
  Lock lock(mutex_);
  leave_parents_connection();
  look_if_needed_ = true;
  changed_.notify_all();
  // The answer is for the keeper, which looks then.
  if (is_connected() && minor_ >= minor_of(wire::Type::kDrop)) (void)channel_.send(wire::encode(0, wire::Drop{slot, epoch}));
}

// Outside the lock, which those who are selecting may wait for.
void ServerClient::heed_cancelled(Lock& lock) {
  while (!cancelled_.empty()) {
    auto cancelled = std::exchange(cancelled_, {});
    const uint64_t connection = connection_;
    SharedSlot* mapped = mapped_;
    lock.unlock();
    for (const wire::Cancelled& one : cancelled) {
      UnderlyingSocket* socket = UnderlyingSocketRegistry::instance().find(mapped[one.slot.index].cookie.load(std::memory_order_acquire));
      if (!socket) continue;
      EventSelection::cancelled(*socket);
      socket->release();
    }
    lock.lock();
    look_if_needed_ = true;
    for (const wire::Cancelled& one : cancelled)
      if (is_connected() && connection_ == connection) (void)channel_.send(wire::encode(0, wire::Ceased{one.slot, one.epoch}));
  }
}

namespace {

bool is_any_kept() {
  auto selected = UnderlyingSocketRegistry::instance().shared_and_selected();
  for (UnderlyingSocket* socket : selected) socket->release();
  return !selected.empty();
}

}  // namespace

void ServerClient::start_keeper() {
  keeper_wanted_ = true;
  if (keeper_runs_) return;
  look_if_needed_ = true;  // what it is wanted for may have ended already, and will not tell again
  keeper_runs_ = services::start_background_thread(run_keeper);
  if (!keeper_runs_) WS_WARN(kServer, "no thread to heed windsockd: who selects events on a socket of ours elsewhere waits for a second");
}

void* ServerClient::run_keeper(void*) {
  instance().keep_registrations();
  return nullptr;
}

bool ServerClient::is_keeper_needed(Lock& lock) {
  look_if_needed_ = keeper_wanted_ = false;
  const bool connected = is_connected();
  lock.unlock();
  bool needed = is_any_kept();
  // A selection that found the epoch changed may have ended before its Cancelled is here, which has to be answered: that comes before
  // the answer to this.
  if (!needed && connected) (void)request(std::nullopt, {}, [] { return wire::Drop{}; });
  lock.lock();
  // What it was wanted for meanwhile may have ended meanwhile, too.
  if (!needed && keeper_wanted_) look_if_needed_ = true;
  return needed || keeper_wanted_;
}

void ServerClient::keep_registrations() {
  Lock lock(mutex_);
  uint64_t kept_on = 0;  // what was selected before it ran is kept on a later connection, too
  for (;;) {
    if (look_if_needed_) {
      if (!is_keeper_needed(lock)) break;
    } else if (!is_connected()) {
      Pins pins;
      auto connected = connect(pins, IfNone::kStartAfterKilled);
      lock.unlock();
      pins.clear();
      lock.lock();
      if (!connected) {
        const bool has_left = connected.error() == static_cast<WsaError>(WSASYSNOTREADY);
        if (has_left) WS_TRACE(kServer, "windsockd has left; the next one is waited for");
        changed_.wait_for(lock, std::chrono::nanoseconds(has_left ? kRetryInterval : kAnswerTime),
                          [this] { return is_connected() || look_if_needed_; });
      }
    } else if (connection_ != kept_on) {
      kept_on = connection_;
      lock.unlock();
      for (UnderlyingSocket* socket : UnderlyingSocketRegistry::instance().shared_and_selected()) {
        EventSelection::keep(*socket);
        socket->release();
      }
      lock.lock();
    } else if (blocked_ || reading_) {
      changed_.wait(lock);
    } else {
      read_one(lock, Reader::kKeeper);
    }
  }
  keeper_runs_ = false;
}

// ---- children --------------------------------------------------------------------------------------------------------------

FdChannel ServerClient::retain_on_new_connection(const std::vector<SlotId>& shared) {
  leave_parents_connection();
  if (shared.empty() || !is_connected()) return {};
  auto greeting = greet_server();
  if (!greeting || greeting.value().epoch != epoch_) return {};
  FdChannel channel = std::move(std::move(greeting).take().channel);
  for (size_t first = 0; first < shared.size(); first += wire::kMaxSlots) {
    wire::Retain retain;
    retain.slots.assign(shared.begin() + static_cast<ptrdiff_t>(first),
                        shared.begin() + static_cast<ptrdiff_t>(std::min(first + wire::kMaxSlots, shared.size())));
    auto arrival = exchange(channel, wire::encode(0, retain));
    if (!arrival || !decoded<wire::Done>(arrival.value())) return {};
  }
  return channel;
}

FdChannel ServerClient::connection_for_child(const std::vector<SlotId>& shared) {
  Lock lock(mutex_);
  return retain_on_new_connection(shared);
}

void ServerClient::before_fork(const std::vector<SlotId>& shared) {
  mutex_.lock();
  inherited_ = retain_on_new_connection(shared);
}

void ServerClient::after_fork_in_parent() {
  inherited_.close();
  mutex_.unlock();
}

void ServerClient::after_fork_in_child() {
  // The threads that waited are not here; the connection is the parent's.
  if (channel_.is_open()) SocketTable::instance().unmark_internal(channel_.fd());
  channel_.close();
  owner_ = 0;
  reading_ = false;
  blocked_ = false;
  waiting_.clear();
  late_.clear();
  cancelled_.clear();
  keeper_runs_ = false;
  new (&changed_) std::condition_variable;
  if (inherited_.is_open()) SocketTable::instance().mark_internal(inherited_.fd());
  mutex_.unlock();
}

}  // namespace windsock
