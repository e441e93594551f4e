#include "dlls/ws2_32/translate_protocol_info.h"

#include <cstring>

namespace windsock {
namespace {

static_assert(sizeof(DWORD) * 4 == sizeof(wire::Ticket));

}  // namespace

void put_ticket(WSAPROTOCOL_INFOW& info, const wire::Ticket& ticket) {
  DWORD words[4];
  memcpy(words, ticket.data(), sizeof words);
  info.dwServiceFlags2 = words[0];
  info.dwServiceFlags3 = words[1];
  info.dwServiceFlags4 = words[2];
  info.dwProviderReserved = words[3];
}

std::optional<wire::Ticket> get_ticket(const WSAPROTOCOL_INFOW& info) {
  const DWORD words[4] = {info.dwServiceFlags2, info.dwServiceFlags3, info.dwServiceFlags4, info.dwProviderReserved};
  if (!(words[0] | words[1] | words[2] | words[3])) return std::nullopt;
  wire::Ticket ticket;
  memcpy(ticket.data(), words, sizeof words);
  return ticket;
}

}  // namespace windsock
