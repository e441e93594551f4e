#include "server/request_handlers.h"

#include <cerrno>
#include <cinttypes>
#include <utility>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "server/status_report.h"

namespace windsock::server {

namespace {

template <typename Message>
Outcome reply_with(uint32_t serial, const Message& message) {
  Outcome outcome;
  outcome.reply.emplace();
  outcome.reply->packet = wire::encode(serial, message);
  return outcome;
}

Outcome offence(const char* why) {
  Outcome outcome;
  outcome.offence = why;
  return outcome;
}

// What could not be looked at is wrong, unless it was windsockd that had no room to look.
wire::Status refusal_for(host::Errno error) {
  return host::is_want_of_room(error) ? wire::Status::kNoDescriptor : wire::Status::kInvalid;
}

bool is_sharable_kind(int family, int type) {
  switch (family) {
    case host::kAfInet:
    case host::kAfInet6:
      return type == host::kSockStream || type == host::kSockDgram || type == host::kSockRaw;
    case host::kAfUnix:
      return type == host::kSockStream || type == host::kSockDgram || type == host::kSockSeqpacket;
    default:
      return false;
  }
}

// What may be handed over: sockets of the families that Winsock has here, and of the types that a program can have made.
Result<void, wire::Status> check_sharable(int fd) {
  auto family = host::get_option<int>(fd, host::kSolSocket, host::kSoDomain);
  if (!family) return Failure{refusal_for(family.error())};
  auto type = host::get_option<int>(fd, host::kSolSocket, host::kSoType);
  if (!type) return Failure{refusal_for(type.error())};
  if (!is_sharable_kind(family.value(), type.value())) return Failure{wire::Status::kInvalid};
  return {};
}

// The process of a pidfd: alive, and of our own user.
Result<int, wire::Status> eligible_target(int pidfd) {
  auto process = host::living_process(pidfd);
  if (!process) return Failure{refusal_for(process.error())};
  if (process.value().owner != host::effective_uid()) return Failure{wire::Status::kInvalid};
  return process.value().pid;
}

}  // namespace

template <typename Message, Outcome (RequestHandlers::*serve)(RequestHandlers::Call&, const Message&)>
Outcome RequestHandlers::decode_and_serve(Call& call, std::span<const std::byte> packet) {
  auto message = wire::decode<Message>(packet);
  if (!message) return offence("a malformed packet");
  return (this->*serve)(call, *message);
}

template <typename Message, Outcome (RequestHandlers::*serve)(RequestHandlers::Call&, const Message&)>
constexpr RequestHandlers::Entry RequestHandlers::entry() {
  return {Message::kType, Message::kFds, &RequestHandlers::decode_and_serve<Message, serve>};
}

const RequestHandlers::Entry RequestHandlers::kEntries[] = {
    entry<wire::Hello, &RequestHandlers::hello>(),         entry<wire::Offer, &RequestHandlers::offer>(),
    entry<wire::Claim, &RequestHandlers::claim>(),         entry<wire::Revoke, &RequestHandlers::revoke>(),
    entry<wire::Release, &RequestHandlers::release>(),     entry<wire::Retain, &RequestHandlers::retain>(),
    entry<wire::Declare, &RequestHandlers::declare>(),     entry<wire::SetState, &RequestHandlers::set_state>(),
    entry<wire::AskStatus, &RequestHandlers::ask_status>(), entry<wire::Stop, &RequestHandlers::stop>(),
    entry<wire::OfferTo, &RequestHandlers::offer_to>(),    entry<wire::Take, &RequestHandlers::take>(),
    entry<wire::Keep, &RequestHandlers::keep>(),           entry<wire::Ceased, &RequestHandlers::ceased>(),
    entry<wire::Drop, &RequestHandlers::drop_registration>(),
};

RequestHandlers::RequestHandlers(std::span<SharedSlot> slots, int state_fd, Surroundings& surroundings, Settings settings)
    : surroundings_(surroundings),
      settings_(std::move(settings)),
      state_fd_(state_fd),
      quota_(settings_.limits),
      slots_(slots),
      table_(surroundings, settings_.epoch) {}

RequestHandlers::~RequestHandlers() {
  drop(table_.remove_all(), "windsockd leaves");
}

Peer& RequestHandlers::add_peer(int pid, int64_t now) {
  Peer& peer = peers_.emplace_back();
  peer.pid = pid;
  peer.since = now;
  peer.charge = quota_.charge_descriptor();
  ++counters_.clients;
  note_peaks();
  WS_TRACE(kServer, "pid %d has connected", pid);
  return peer;
}

void RequestHandlers::remove_peer(Peer& peer) {
  WS_TRACE(kServer, "the connection of pid %d has ended; it held %zu shared sockets", peer.pid, peer.references.size());
  for (SlotId slot : registrations_.slots_of(peer)) leave_registration(peer, slot);
  peers_.remove_if([&](const Peer& one) { return &one == &peer; });
}

Outcome RequestHandlers::handle(Peer& peer, Arrival arrival, int64_t now) {
  ++counters_.packets_in;
  Outcome outcome = dispatch(peer, arrival, now);
  // What the request did not take is closed by somebody who has time.
  for (size_t i = 0; i < arrival.fds.size(); ++i)
    if (UniqueFd fd = arrival.fds.take(i); fd.is_open()) surroundings_.close_later(std::move(fd));
  note_peaks();
  return outcome;
}

Outcome RequestHandlers::dispatch(Peer& peer, Arrival& arrival, int64_t now) {
  if (arrival.truncated) return offence("a packet that is too long");
  auto head = wire::decode_head(arrival.packet.span());
  if (!head) return offence("a packet without a head");
  const Entry* found = nullptr;
  for (const Entry& one : kEntries)
    if (one.type == head->type) found = &one;
  if (!found) return offence("a message that is no request");
  if (!peer.greeted && head->type != wire::Type::kHello) return offence("a request before Hello");

  Call call{peer, head->serial, arrival.fds, now};
  if (arrival.fds_truncated && arrival.fds.size() < found->fds)
    return refuse(call, wire::Status::kNoDescriptor, "no free descriptor for what came with it");
  if (arrival.fds_truncated || arrival.fds.size() != found->fds) return offence("a wrong number of descriptors");
  return (this->*found->handler)(call, arrival.packet.span());
}

Outcome RequestHandlers::refuse(const Call& call, wire::Status status, const char* why) {
  ++counters_.refused[static_cast<size_t>(status)];
  WS_TRACE(kServer, "request %u of pid %d refused: %s", call.serial, call.peer.pid, why);
  return reply_with(call.serial, wire::Failed{static_cast<uint32_t>(status)});
}

Outcome RequestHandlers::hello(Call& call, const wire::Hello& message) {
  if (call.peer.greeted) return offence("a second Hello");
  if (message.major != wire::kMajor) {
    WS_WARN(kServer, "pid %d (%s) speaks protocol %u.%u, this windsockd %u.%u: install the same version of both", call.peer.pid,
            message.program.c_str(), message.major, message.minor, wire::kMajor, wire::kMinor);
    return refuse(call, wire::Status::kVersion, "another major version of the protocol");
  }
  call.peer.greeted = true;
  call.peer.program = message.program;
  Outcome outcome = reply_with(call.serial, wire::Welcome{wire::kMajor, wire::kMinor, settings_.epoch, kVersionText});
  outcome.reply->lent_fd = state_fd_;
  return outcome;
}

Outcome RequestHandlers::offer(Call& call, const wire::Offer& message) {
  auto eligible = eligible_target(call.fds.get(1));
  if (!eligible) {
    WS_TRACE(kDup, "an offer by pid %d for pid %u, as it counts, refused: no live process of this user", call.peer.pid, message.target);
    return refuse(call, eligible.error(), "the target is no live process of this user");
  }
  // The number may have been another process's until a moment ago.
  if (table_.target_ended(eligible.value())) target_ended(eligible.value());
  return park(call, message, eligible.value());
}

Outcome RequestHandlers::offer_to(Call& call, const wire::OfferTo& message) {
  auto known = table_.find_target(message.target);
  if (!known) return refuse(call, wire::Status::kNoTarget, "a target that is not known here");
  // Asked each time: a process may end, and it may become another user's.
  if (auto eligible = eligible_target(known->pidfd); !eligible) {
    if (table_.target_ended(known->pid)) target_ended(known->pid);
    bool no_room = eligible.error() == wire::Status::kNoDescriptor;
    return refuse(call, no_room ? eligible.error() : wire::Status::kNoTarget, "the target is no live process of this user any more");
  }
  return park(call, message, known->pid);
}

template <typename Message>
Outcome RequestHandlers::park(Call& call, const Message& message, int target) {
  using wire::Status;
  if (leaving_) return refuse(call, Status::kLeaving, "windsockd is leaving");
  int socket = call.fds.get(0);
  if (auto sharable = check_sharable(socket); !sharable) return refuse(call, sharable.error(), "not a socket that can be handed over");
  auto cookie = host::get_option<uint64_t>(socket, host::kSolSocket, host::kSoCookie);
  if (!cookie) return refuse(call, Status::kInternal, "a socket without a cookie");

  auto charge = charge_ticket(call.peer.pid, target);
  if (!charge) return refuse(call, charge.error(), "a limit of parked sockets is reached");
  auto slot = slots_.acquire(cookie.value(), message.state);
  if (!slot) return refuse(call, Status::kQuota, "no free slot for one more shared socket");
  wire::Ticket ticket;
  if (!host::random_bytes(ticket.data(), ticket.size())) return refuse(call, Status::kInternal, "no random numbers");

  SlotId id = slot->id();
  if (!call.peer.references.holds(id)) call.peer.references.add(*slots_.retain(id));
  // Not needed of a target that is here: closed at once, which no process delays.
  UniqueFd pidfd = call.fds.size() > 1 ? call.fds.take(1) : UniqueFd();
  if (!table_.has_target(target)) table_.add_target(target, std::move(pidfd), quota_.charge_descriptor());
  ParkedSocket parked{call.fds.take(0), {message.family, message.type, message.protocol}, std::move(*slot), std::move(charge).take(),
                      target,           call.peer.pid, call.peer.program, call.now, cookie.value()};
  TargetId target_id = table_.insert(ticket, std::move(parked));
  ++counters_.offers;
  WS_TRACE(kDup, "ticket %s: offered by pid %d for pid %d, socket cookie %" PRIu64 ", slot %u/%u", ticket_prefix(ticket).c_str(),
           call.peer.pid, target, cookie.value(), id.index, id.generation);
  return reply_with(call.serial, wire::Offered{ticket, id, cookie.value(), target_id});
}

// Targets that are kept for later offers only make room first.
Result<Charge, wire::Status> RequestHandlers::charge_ticket(int pid, int target) {
  bool new_target = !table_.has_target(target);
  auto charge = quota_.charge_ticket(pid, new_target, surroundings_.closing());
  if (charge || table_.idle_target_count() == 0) return charge;
  table_.drop_idle_targets(target);
  return quota_.charge_ticket(pid, new_target, surroundings_.closing());
}

bool RequestHandlers::has_room_for_connection() {
  if (quota_.has_room_for_connection(surroundings_.closing())) return true;
  table_.drop_idle_targets();
  return quota_.has_room_for_connection(surroundings_.closing());
}

Outcome RequestHandlers::claim(Call& call, const wire::Claim& message) {
  using wire::Status;
  const ParkedSocket* parked = table_.find(message.ticket);
  if (!parked) {
    WS_TRACE(kDup, "ticket %s: claimed by pid %d, but it is used, revoked or never was", ticket_prefix(message.ticket).c_str(), call.peer.pid);
    return refuse(call, Status::kInvalid, "no such ticket");
  }
  if (parked->target != call.peer.pid) {
    WS_TRACE(kDup, "ticket %s: claimed by pid %d, but it is for pid %d", ticket_prefix(message.ticket).c_str(), call.peer.pid,
             parked->target);
    return refuse(call, Status::kInvalid, "the ticket is for another process");
  }
  // A connection may be of a process that has ended (a child keeps it open), and its number the target's.
  if (table_.target_ended(parked->target)) {
    target_ended(parked->target);
    return refuse(call, Status::kInvalid, "the target has ended");
  }
  if (parked->shape != SocketShape{message.family, message.type, message.protocol}) {
    WS_TRACE(kDup, "ticket %s: claimed as family %u type %u protocol %u; it stays", ticket_prefix(message.ticket).c_str(),
             message.family, message.type, message.protocol);
    return refuse(call, Status::kInvalid, "family, type or protocol differ from the offer");
  }

  ParkedSocket taken = *table_.remove(message.ticket);
  SlotId id = taken.slot.id();
  call.peer.references.add(std::move(taken.slot));
  ++counters_.claims;
  WS_TRACE(kDup, "ticket %s: claimed by pid %d after %" PRId64 " us; the socket leaves windsockd", ticket_prefix(message.ticket).c_str(),
           call.peer.pid, (call.now - taken.since) / 1000);
  Outcome outcome = reply_with(call.serial, wire::Claimed{id, taken.cookie});
  outcome.reply->fd = std::move(taken.socket);
  outcome.reply->charge = std::move(taken.charge);
  return outcome;
}

Outcome RequestHandlers::revoke(Call& call, const wire::Revoke& message) {
  auto parked = table_.remove(message.ticket);
  if (!parked) return refuse(call, wire::Status::kInvalid, "no such ticket");
  ++counters_.revokes;
  WS_TRACE(kDup, "ticket %s: revoked by pid %d", ticket_prefix(message.ticket).c_str(), call.peer.pid);
  surroundings_.close_later(std::move(parked->socket));
  return reply_with(call.serial, wire::Done{});
}

Outcome RequestHandlers::release(Call& call, const wire::Release& message) {
  // A client that has lived through a restart may still let go of what the earlier windsockd gave it.
  if (!call.peer.references.holds(message.slot)) {
    WS_TRACE(kServer, "pid %d releases slot %u/%u, which it does not hold", call.peer.pid, message.slot.index, message.slot.generation);
    return {};
  }
  if (call.peer.references.is_last(message.slot)) leave_registration(call.peer, message.slot);
  call.peer.references.release(message.slot);
  return {};
}

Outcome RequestHandlers::retain(Call& call, const wire::Retain& message) {
  std::vector<SlotRef> references;
  for (SlotId id : message.slots) {
    auto reference = slots_.retain(id);
    if (!reference) return refuse(call, wire::Status::kInvalid, "no such shared socket");
    references.push_back(std::move(*reference));
  }
  for (SlotRef& reference : references) call.peer.references.add(std::move(reference));
  return reply_with(call.serial, wire::Done{});
}

Outcome RequestHandlers::declare(Call& call, const wire::Declare& message) {
  using wire::Status;
  int socket = call.fds.get(0);
  if (auto sharable = check_sharable(socket); !sharable) return refuse(call, sharable.error(), "not a socket that can be shared");
  auto cookie = host::get_option<uint64_t>(socket, host::kSolSocket, host::kSoCookie);
  if (!cookie) return refuse(call, Status::kInternal, "a socket without a cookie");
  auto slot = slots_.declare(cookie.value(), message.epoch, message.state);
  if (!slot) return refuse(call, Status::kQuota, "no free slot for one more shared socket");
  SlotId id = slot->id();
  call.peer.references.add(std::move(*slot));
  // A higher epoch is another registration than the one that is known here.
  if (Peer* owner = registrations_.owner(id.index); owner && slots_.value(id, StateField::kSelectedEvents) == 0) {
    registrations_.drop(*owner, id);
    surroundings_.send(*owner, wire::encode(0, wire::Cancelled{id, slots_.epoch(id)}));
  }
  ++counters_.declared;
  WS_TRACE(kServer, "pid %d declares the socket with cookie %" PRIu64 ": slot %u/%u", call.peer.pid, cookie.value(), id.index,
           id.generation);
  return reply_with(call.serial, wire::Declared{id});
}

Outcome RequestHandlers::set_state(Call& call, const wire::SetState& message) {
  if (message.field >= kStateFieldCount || message.field == static_cast<uint32_t>(StateField::kSelectedEvents))
    return offence("a change of a value that it cannot set");
  if (!call.peer.references.holds(message.slot)) return refuse(call, wire::Status::kInvalid, "it does not hold that shared socket");
  slots_.set(message.slot, static_cast<StateField>(message.field), message.value);
  return reply_with(call.serial, wire::Done{});
}

// ---- network events --------------------------------------------------------------------------------------------------------

Outcome RequestHandlers::take(Call& call, const wire::Take& message) {
  if (!call.peer.references.holds(message.slot)) return refuse(call, wire::Status::kInvalid, "it does not hold that shared socket");
  const uint32_t epoch = slots_.register_events(message.slot, message.events);
  ++counters_.takes;
  auto taken = registrations_.take(call.peer, message.slot, epoch, message.events != 0, call.serial, call.now);
  WS_TRACE(kServer, "slot %u: pid %d selects events 0x%x, epoch %u, former owner %d", message.slot.index, call.peer.pid, message.events, epoch,
           taken.former ? taken.former->pid : 0);
  if (taken.former) surroundings_.send(*taken.former, wire::encode(0, wire::Cancelled{message.slot, epoch}));
  answer(taken.answers);
  if (auto deadline = registrations_.next_deadline()) surroundings_.call_back_at(*deadline);
  return {};
}

Outcome RequestHandlers::keep(Call& call, const wire::Keep& message) {
  if (!call.peer.references.holds(message.slot)) return refuse(call, wire::Status::kInvalid, "it does not hold that shared socket");
  if (message.events == 0) return offence("no events to keep");
  if (slots_.epoch(message.slot) != message.epoch || !registrations_.keep(call.peer, message.slot))
    return refuse(call, wire::Status::kInvalid, "another one has taken the registration");
  slots_.set(message.slot, StateField::kSelectedEvents, message.events);
  return reply_with(call.serial, wire::Done{});
}

// A client that has lived through a restart may be late with what the earlier windsockd asked for.
Outcome RequestHandlers::ceased(Call& call, const wire::Ceased& message) {
  answer(registrations_.ceased(call.peer, message.slot, message.epoch));
  return {};
}

Outcome RequestHandlers::drop_registration(Call& call, const wire::Drop& message) {
  if (slots_.in_use(message.slot) && slots_.epoch(message.slot) == message.epoch && registrations_.drop(call.peer, message.slot))
    slots_.register_events(message.slot, 0);
  return reply_with(call.serial, wire::Done{});
}

// Before it gives its last reference back. The epoch stays: a process that has only lost its connection keeps what it has selected, on
// another one, unless somebody has taken it meanwhile.
void RequestHandlers::leave_registration(Peer& peer, SlotId slot) {
  auto left = registrations_.leave(peer, slot);
  if (left.was_owner && !ended_) slots_.set(slot, StateField::kSelectedEvents, 0);
  answer(left.answers);
}

void RequestHandlers::answer_overdue(int64_t now) {
  answer(registrations_.overdue(now));
  if (auto deadline = registrations_.next_deadline()) surroundings_.call_back_at(*deadline);
}

void RequestHandlers::answer(const RegistrationTable::Answers& answers) {
  for (const auto& [taker, serial, slot, epoch] : answers) surroundings_.send(*taker, wire::encode(serial, wire::Taken{slot, epoch}));
}

Outcome RequestHandlers::ask_status(Call& call, const wire::AskStatus&) {
  auto file = write_status(*this, call.now);
  if (!file) return refuse(call, wire::Status::kInternal, "no memory for the report");
  Outcome outcome = reply_with(call.serial, wire::StatusReport{});
  outcome.reply->fd = std::move(file).take();
  outcome.reply->charge = quota_.charge_descriptor();
  return outcome;
}

Outcome RequestHandlers::stop(Call& call, const wire::Stop& message) {
  WS_INFO(kServer, "pid %d (%s) asks windsockd to leave%s", call.peer.pid, call.peer.program.c_str(), message.when_idle ? " when idle" : "");
  surroundings_.stop(message.when_idle ? StopMode::kWhenIdle : StopMode::kNow);
  return reply_with(call.serial, wire::Done{});
}

void RequestHandlers::target_ended(int pid) { drop(table_.remove_target(pid), "its target has ended"); }

void RequestHandlers::drop(std::vector<DroppedSocket> dropped, const char* why) {
  counters_.expired += dropped.size();
  for (auto& [ticket, parked] : dropped) {
    WS_TRACE(kDup, "ticket %s: dropped: %s", ticket_prefix(ticket).c_str(), why);
    surroundings_.close_later(std::move(parked.socket));
  }
}

void RequestHandlers::note_peaks() {
  counters_.peak_clients = std::max<uint64_t>(counters_.peak_clients, peers_.size());
  counters_.peak_tickets = std::max<uint64_t>(counters_.peak_tickets, table_.size());
  counters_.peak_descriptors = std::max<uint64_t>(counters_.peak_descriptors, quota_.descriptors());
}

}  // namespace windsock::server
