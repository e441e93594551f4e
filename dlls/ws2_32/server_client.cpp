#include "dlls/ws2_32/server_client.h"

#include <winsock2.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/server_connection.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

constexpr int64_t kRetryInterval = 1000000000;  // nanoseconds between attempts to find a windsockd for reading state only
constexpr size_t kMaxKnownTargets = 1024;

}  // namespace

ServerClient& ServerClient::instance() {
  static auto* client = new ServerClient;
  return *client;
}

// A child that was forked past our handlers (a bare clone, say) leaves its parent's connection alone. Asked once a request.
void ServerClient::leave_parents_connection() {
  if (channel_.is_open() && owner_ != host::process_id()) disconnect();
}

// ---- the connection ------------------------------------------------------------------------------------------------------

WsaResult<void> ServerClient::connect(Pins& pins) {
  auto greeted = greet_server();
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
    auto arrival = exchange(channel, wire::encode(0, wire::Declare{0, underlying.values()}), {&fd, 1});
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
  changed_.notify_all();
}

// ---- requests and replies --------------------------------------------------------------------------------------------------

template <typename Build>
WsaResult<Arrival> ServerClient::request(std::optional<wire::Ticket> claims, std::span<const int> fds, Build build) {
  Pins pins;
  Lock lock(mutex_);
  leave_parents_connection();
  for (int attempt = 0;; ++attempt) {
    if (!is_connected()) WS_TRY(connect(pins));
    if (blocked_ && !take_head()) return wsa_failure(WSAEMFILE);
    if (!claims) WS_TRY(wait_for_claims(lock));
    if (!is_connected()) continue;
    uint32_t serial = ++last_serial_;
    Reply reply;
    reply.claims = claims;
    waiting_[serial] = &reply;
    auto sent = channel_.send(wire::encode(serial, build()), fds);
    if (!sent) {
      waiting_.erase(serial);
      int error = static_cast<int>(sent.error());
      if (host::is_want_of_room(sent.error())) return wsa_failure(WSAENOBUFS);
      if (error == EAGAIN) return wsa_failure(WSAENETDOWN);  // windsockd is stopped: its queue is full
      // Whoever reads finds the end too; the channel is theirs to close.
      if (!reading_) disconnect();
      changed_.wait(lock, [&] { return !reading_; });
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

// Until no reply with a socket is on its way. WSAEMFILE: it is here and finds no descriptor.
WsaResult<void> ServerClient::wait_for_claims(Lock& lock) {
  auto is_pending = [this] {
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
void ServerClient::read_one(Lock& lock) {
  reading_ = true;
  // Replies come in the order of the requests, so nothing that is asked for meanwhile can arrive first.
  bool peek = must_peek();
  lock.unlock();
  auto received = channel_.receive(peek ? host::Take::kPeek : host::Take::kConsume, host::Blocking::kYes);
  lock.lock();
  reading_ = false;
  take(std::move(received), peek);
  changed_.notify_all();
}

// Takes the packet at the head of the queue, if it is there and its fds find room. False: they do not.
bool ServerClient::take_head() {
  if (reading_) return !blocked_;
  bool peek = must_peek();
  return take(channel_.receive(peek ? host::Take::kPeek : host::Take::kConsume, host::Blocking::kNo), peek);
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
  {
    Lock lock(mutex_);
    if (targets_.size() >= kMaxKnownTargets && !targets_.contains(target_number)) targets_.clear();
    targets_[target_number] = offered.target;
    underlying.saw(Seen::kForeign);
    if (is_connected()) underlying.share_as(offered.slot, mapped_ + offered.slot.index);
  }
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
      if (blocked_) (void)take_head();
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
  if (!needed) release(declared.slot);
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
  if (is_connected() && !reading_) {
    host::PollEntry entry{channel_.fd(), 0, 0};
    auto polled = host::poll(&entry, 1, 0);
    if (polled && (entry.revents & (host::kPollHup | host::kPollErr))) disconnect();
  }
  if (!is_connected() && host::now_nanoseconds() - last_failure_ > kRetryInterval) (void)connect(pins);
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
  new (&changed_) std::condition_variable;
  if (inherited_.is_open()) SocketTable::instance().mark_internal(inherited_.fd());
  mutex_.unlock();
}

}  // namespace windsock
