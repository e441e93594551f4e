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

}  // namespace

ServerClient& ServerClient::instance() {
  static auto* client = new ServerClient;
  return *client;
}

bool ServerClient::is_connected() const { return channel_.is_open() && owner_ == host::process_id(); }

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
      read_one(lock, deadline);
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
      read_one(lock, deadline);
    else
      changed_.wait_for(lock, std::chrono::nanoseconds(deadline - host::now_nanoseconds()));
  }
}

// Waits for one packet, without the lock, for whoever it is for.
void ServerClient::read_one(Lock& lock, int64_t deadline) {
  reading_ = true;
  int fd = channel_.fd();
  lock.unlock();
  host::PollEntry entry{fd, host::kPollIn, 0};
  int64_t left = (deadline - host::now_nanoseconds() + 999999) / 1000000;
  auto ready = host::poll(&entry, 1, static_cast<int>(std::max<int64_t>(left, 0)));
  lock.lock();
  reading_ = false;
  if (ready && ready.value() > 0) take_head();
  changed_.notify_all();
}

// Takes the packet at the head of the queue, if it is there and its fds find room. False: they do not.
bool ServerClient::take_head() {
  if (reading_) return !blocked_;
  bool peek = blocked_ || std::any_of(waiting_.begin(), waiting_.end(), [](const auto& entry) { return entry.second->claims; }) ||
              !late_.empty();
  auto received = channel_.receive(peek ? host::Take::kPeek : host::Take::kConsume, host::Blocking::kNo);
  if (!received) {
    // Without memory it stays in the queue, as without a descriptor.
    if (host::is_want_of_room(received.error())) return !(blocked_ = true);
    if (static_cast<int>(received.error()) != EAGAIN && static_cast<int>(received.error()) != EINTR) disconnect();
    return true;
  }
  Arrival arrival = std::move(received).take();
  if (arrival.closed()) {
    disconnect();
    return true;
  }
  blocked_ = peek && arrival.fds_truncated;
  if (blocked_) return false;
  if (peek) (void)channel_.receive(host::Take::kDropFds, host::Blocking::kNo);
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
  }
  changed_.notify_all();
}

// ---- what windsockd does for us ----------------------------------------------------------------------------------------------

WsaResult<wire::Ticket> ServerClient::offer(SocketRef& socket, int target, uint32_t target_id) {
  UnderlyingSocket& underlying = socket.socket();
  WS_TRY_HOST(UnderlyingSocketRegistry::instance().identify(underlying, socket.fd()));
  const int fds[] = {socket.fd(), target};
  SocketKind kind = underlying.kind();
  auto arrival = WS_TRY(request(std::nullopt, fds, [&] {
    return wire::Offer{target_id,
                       static_cast<uint32_t>(kind.family),
                       static_cast<uint32_t>(kind.type),
                       static_cast<uint32_t>(kind.protocol),
                       underlying.slot(),
                       underlying.values()};
  }));
  wire::Offered offered = WS_TRY(decoded<wire::Offered>(arrival));
  {
    Lock lock(mutex_);
    underlying.saw(Seen::kForeign);
    if (is_connected()) underlying.share_as(offered.slot, mapped_ + offered.slot.index);
  }
  WS_TRACE(kDup, "offer: socket %d for process %u: ticket %s, slot %u", socket.fd(), target_id, wire::ticket_prefix(offered.ticket).c_str(),
           offered.slot.index);
  return offered.ticket;
}

WsaResult<ServerClient::Claimed> ServerClient::claimed_from(Arrival arrival) {
  wire::Claimed claimed = WS_TRY(decoded<wire::Claimed>(arrival));
  Lock lock(mutex_);
  return Claimed{arrival.fds.take(0), claimed.slot, mapped_ + claimed.slot.index};
}

// The rest of a claim that could not be finished before.
std::optional<WsaResult<ServerClient::Claimed>> ServerClient::claim_late(const wire::Ticket& ticket) {
  Arrival arrival;
  {
    Lock lock(mutex_);
    auto same = [&](const auto& entry) { return entry.second.ticket == ticket; };
    auto late = std::find_if(late_.begin(), late_.end(), same);
    if (late == late_.end()) return std::nullopt;
    if (!late->second.arrival && is_connected()) (void)take_head();
    late = std::find_if(late_.begin(), late_.end(), same);
    if (late == late_.end()) return std::nullopt;  // the connection was lost, and the ticket with it
    if (!late->second.arrival) return WsaResult<Claimed>(wsa_failure(blocked_ ? WSAEMFILE : WSAENETDOWN));
    arrival = std::move(*late->second.arrival);
    late_.erase(late);
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
  FdChannel& channel = is_connected() ? channel_ : inherited_;
  if (channel.is_open()) (void)channel.send(wire::encode(0, wire::Release{slot}));
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
  if (is_connected() && !reading_) {
    host::PollEntry entry{channel_.fd(), 0, 0};
    auto polled = host::poll(&entry, 1, 0);
    if (polled && (entry.revents & (host::kPollHup | host::kPollErr))) disconnect();
  }
  if (!is_connected() && host::now_nanoseconds() - last_failure_ > kRetryInterval) (void)connect(pins);
}

// ---- fork ------------------------------------------------------------------------------------------------------------------

void ServerClient::before_fork(const std::vector<SlotId>& shared) {
  mutex_.lock();
  if (shared.empty() || !is_connected()) return;
  auto greeting = greet_server();
  if (!greeting || greeting.value().epoch != epoch_) return;
  FdChannel channel = std::move(std::move(greeting).take().channel);
  for (size_t first = 0; first < shared.size(); first += wire::kMaxSlots) {
    wire::Retain retain;
    retain.slots.assign(shared.begin() + static_cast<ptrdiff_t>(first),
                        shared.begin() + static_cast<ptrdiff_t>(std::min(first + wire::kMaxSlots, shared.size())));
    auto arrival = exchange(channel, wire::encode(0, retain));
    if (!arrival || !decoded<wire::Done>(arrival.value())) return;
  }
  inherited_ = std::move(channel);
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
