#include "dlls/ws2_32/duplication.h"

#include <cstring>
#include <mutex>
#include <unordered_map>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_protocol_info.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

// A socket on its way to this very process.
struct OwnTicket {
  UniqueFd fd;
  UnderlyingSocket* underlying = nullptr;  // with a reference
  SocketKind kind;
};

struct TicketHash {
  size_t operator()(const wire::Ticket& ticket) const {
    size_t hash;
    memcpy(&hash, ticket.data(), sizeof hash);
    return hash;
  }
};

struct OwnTickets {
  std::mutex mutex;
  std::unordered_map<wire::Ticket, OwnTicket, TicketHash> by_ticket;
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
Found take_own_ticket(const wire::Ticket& ticket, SocketKind kind, OwnTicket& own) {
  OwnTickets& tickets = own_tickets();
  std::lock_guard lock(tickets.mutex);
  auto found = tickets.by_ticket.find(ticket);
  if (found == tickets.by_ticket.end()) return Found::kNo;
  if (found->second.kind != kind) return Found::kAltered;
  own = std::move(found->second);
  tickets.by_ticket.erase(found);
  SocketTable::instance().unmark_internal(own.fd.get());
  return Found::kYes;
}

WsaResult<uintptr_t> redeem_from_server(const wire::Ticket& ticket, SocketKind kind, bool inheritable) {
  ServerClient::Claimed claimed = WS_TRY(ServerClient::instance().claim(ticket, kind));
  constexpr auto seen = static_cast<uint32_t>(Seen::kForeign) | static_cast<uint32_t>(Seen::kEndpoint);
  auto found = UnderlyingSocketRegistry::instance().find_or_create(claimed.fd.get(), kind, seen);
  if (!found) {
    ServerClient::instance().release(claimed.slot);
    return wsa_failure_from_host(found.error());
  }
  UnderlyingSocket* underlying = found.value();
  // The object keeps one reference to the slot; one that had it already gives the claim's back.
  if (!underlying->share_as(claimed.slot, claimed.mapped)) ServerClient::instance().release(claimed.slot);
  return SocketTable::instance().insert(std::move(claimed.fd), underlying, inheritable);
}

}  // namespace

WsaResult<void> duplicate_socket(SocketRef& socket, uint32_t process_id, WSAPROTOCOL_INFOW* info) {
  UniqueFd target;  // closed: this very process
  if (!services::is_own_process(process_id)) {
    auto process = services::open_target_process(process_id);
    if (!process) return host::is_want_of_room(process.error()) ? wsa_failure_from_host(process.error()) : wsa_failure(WSAEINVAL);
    target = std::move(process).take();
  }
  if (!info) return wsa_failure(WSAEFAULT);
  WSAPROTOCOL_INFOW filled{};
  if (!protocol_info(socket.socket().kind(), filled)) return wsa_failure(WSAEINVAL);
  wire::Ticket ticket =
      target.is_open() ? WS_TRY(ServerClient::instance().offer(socket, target.get(), process_id)) : WS_TRY(offer_to_oneself(socket));
  put_ticket(filled, ticket);
  *info = filled;
  return {};
}

WsaResult<uintptr_t> redeem_ticket(const wire::Ticket& ticket, SocketKind kind, uint32_t flags) {
  bool inheritable = !(flags & WSA_FLAG_NO_HANDLE_INHERIT);
  OwnTicket own;
  switch (take_own_ticket(ticket, kind, own)) {
    case Found::kAltered:
      return wsa_failure(WSAEINVAL);
    case Found::kYes:
      return SocketTable::instance().insert(std::move(own.fd), own.underlying, inheritable);
    case Found::kNo:
      break;
  }
  return redeem_from_server(ticket, kind, inheritable);
}

void lock_own_tickets() { own_tickets().mutex.lock(); }
void unlock_own_tickets() { own_tickets().mutex.unlock(); }

void drop_own_tickets_after_fork() {
  OwnTickets& tickets = own_tickets();
  for (auto& [ticket, own] : tickets.by_ticket) {
    SocketTable::instance().unmark_internal(own.fd.get());
    own.underlying->release();
  }
  tickets.by_ticket.clear();
}

}  // namespace windsock
