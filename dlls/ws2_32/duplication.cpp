#include "dlls/ws2_32/duplication.h"

#include <map>
#include <mutex>
#include <new>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/echo_socket.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_protocol_info.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

// A socket that is in this process and waits for the claim of its ticket: it was offered to this very process, or windsockd gave
// it and there was no room to make it a SOCKET. The claim is repeated then, and loses nothing.
struct OwnTicket {
  UniqueFd fd;
  UnderlyingSocket* underlying = nullptr;  // with a reference; null: not looked up yet
  SocketKind kind;
  SlotId slot{};                           // of one that windsockd gave, with a reference until it is looked up
  SharedSlot* mapped = nullptr;
  uint64_t cookie = 0;
};

// A map, for its nodes: what may have to be kept after a claim is allocated before it.
using OwnTicketMap = std::map<wire::Ticket, OwnTicket>;
using OwnTicketNode = OwnTicketMap::node_type;

struct OwnTickets {
  std::mutex mutex;
  OwnTicketMap by_ticket;
};

OwnTickets& own_tickets() {
  static auto* tickets = new OwnTickets;
  return *tickets;
}

WsaResult<wire::Ticket> offer_to_oneself(SocketRef& socket) {
  wire::Ticket ticket;
  WS_TRY_HOST(host::random_bytes(ticket.data(), ticket.size()));
  OwnTicket own{WS_TRY_HOST(host::duplicate(socket.fd())), &socket.socket(), socket.socket().kind()};
  SocketTable::instance().mark_internal(own.fd.get());
  OwnTickets& tickets = own_tickets();
  std::lock_guard lock(tickets.mutex);
  tickets.by_ticket.emplace(ticket, std::move(own));
  socket.socket().retain();
  return ticket;
}

// Takes the ticket out if it is one of this process and the kind is right.
enum class Found { kNo, kYes, kAltered };
Found take_own_ticket(const wire::Ticket& ticket, SocketKind kind, OwnTicketNode& own) {
  OwnTickets& tickets = own_tickets();
  std::lock_guard lock(tickets.mutex);
  auto found = tickets.by_ticket.find(ticket);
  if (found == tickets.by_ticket.end()) return Found::kNo;
  if (found->second.kind != kind) return Found::kAltered;
  own = tickets.by_ticket.extract(found);
  SocketTable::instance().unmark_internal(own.mapped().fd.get());
  return Found::kYes;
}

// Until the next claim.
void keep(OwnTicketNode own) {
  SocketTable::instance().mark_internal(own.mapped().fd.get());
  OwnTickets& tickets = own_tickets();
  std::lock_guard lock(tickets.mutex);
  tickets.by_ticket.insert(std::move(own));
}

// All that can fail comes first.
WsaResult<uintptr_t> insert_in_table(OwnTicket& own, bool inheritable) {
  Descriptor* room = WS_TRY(SocketTable::instance().make_room(own.fd));
  if (!own.underlying) {
    constexpr auto seen = static_cast<uint32_t>(Seen::kForeign) | static_cast<uint32_t>(Seen::kEndpoint);
    own.underlying = UnderlyingSocketRegistry::instance().find_or_create_as(own.cookie, own.kind, seen);
    recognise_echo_socket(*own.underlying, own.fd.get());
    // The object keeps one reference to the slot; one that had it already gives the claim's back.
    if (own.underlying->share_as(own.slot, own.mapped)) {
      EventSelection::keep(*own.underlying);
    } else {
      ServerClient::instance().release(own.slot);
    }
  }
  return SocketTable::instance().insert_at(*room, std::move(own.fd), own.underlying, inheritable);
}

WsaResult<uintptr_t> redeem(OwnTicketNode own, bool inheritable) {
  WsaResult<uintptr_t> socket = wsa_failure(WSAENOBUFS);
  try {
    socket = insert_in_table(own.mapped(), inheritable);
  } catch (const std::bad_alloc&) {
  }
  if (!socket) keep(std::move(own));
  return socket;
}

OwnTicketNode node_for(const wire::Ticket& ticket, SocketKind kind) {
  OwnTicketMap one;
  one.emplace(ticket, OwnTicket{.fd = {}, .kind = kind});
  return one.extract(one.begin());
}

WsaResult<UniqueFd> open_target(uint32_t process_id) {
  auto process = services::open_target_process(process_id);
  if (!process) return host::is_want_of_room(process.error()) ? wsa_failure_from_host(process.error()) : wsa_failure(WSAEINVAL);
  return std::move(process).take();
}

WsaResult<wire::Ticket> offer_to_process(SocketRef& socket, uint32_t process_id) {
  auto known = ServerClient::instance().offer_to_known(socket, process_id);
  if (known && known.value()) return *known.value();
  // What is wrong with the target is told before what is wrong with windsockd.
  UniqueFd target = WS_TRY(open_target(process_id));
  if (!known) return Failure{known.error()};
  return ServerClient::instance().offer(socket, target.get(), process_id);
}

}  // namespace

WsaResult<void> duplicate_socket(SocketRef& socket, uint32_t process_id, WSAPROTOCOL_INFOW* info) {
  bool to_oneself = services::is_own_process(process_id);
  WSAPROTOCOL_INFOW filled{};
  if (!can_be_memory(info) || !protocol_info(socket.socket().kind(), filled)) {
    if (!to_oneself) WS_TRY(open_target(process_id));  // its errors come first
    return wsa_failure(can_be_memory(info) ? WSAEINVAL : WSAEFAULT);
  }
  wire::Ticket ticket = WS_TRY(to_oneself ? offer_to_oneself(socket) : offer_to_process(socket, process_id));
  put_ticket(filled, ticket);
  *info = filled;
  return {};
}

WsaResult<uintptr_t> redeem_ticket(const wire::Ticket& ticket, SocketKind kind, uint32_t flags) {
  bool inheritable = !(flags & WSA_FLAG_NO_HANDLE_INHERIT);
  OwnTicketNode own;
  switch (take_own_ticket(ticket, kind, own)) {
    case Found::kAltered:
      return wsa_failure(WSAEINVAL);
    case Found::kYes:
      return redeem(std::move(own), inheritable);
    case Found::kNo:
      break;
  }
  own = node_for(ticket, kind);
  ServerClient::Claimed claimed = WS_TRY(ServerClient::instance().claim(ticket, kind));
  own.mapped().fd = std::move(claimed.fd);
  own.mapped().slot = claimed.slot;
  own.mapped().mapped = claimed.mapped;
  own.mapped().cookie = claimed.cookie;
  return redeem(std::move(own), inheritable);
}

void drop_own_tickets() {
  OwnTicketMap dropped;
  {
    OwnTickets& tickets = own_tickets();
    std::lock_guard lock(tickets.mutex);
    dropped.swap(tickets.by_ticket);
  }
  for (auto& [ticket, own] : dropped) {
    SocketTable::instance().unmark_internal(own.fd.get());
    own.fd.reset();
    if (own.underlying)
      own.underlying->release();
    else
      ServerClient::instance().release(own.slot);
  }
}

void lock_own_tickets() { own_tickets().mutex.lock(); }
void unlock_own_tickets() { own_tickets().mutex.unlock(); }

void drop_own_tickets_after_fork() {
  OwnTickets& tickets = own_tickets();
  for (auto& [ticket, own] : tickets.by_ticket) {
    SocketTable::instance().unmark_internal(own.fd.get());
    if (own.underlying) own.underlying->release();
  }
  tickets.by_ticket.clear();
}

}  // namespace windsock
