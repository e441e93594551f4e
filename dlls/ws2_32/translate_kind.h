// Family, type and protocol of a socket, between Windows' numbers and the host's, and Windows' rules for the ones left zero.
//
// Pure functions over one table of what is supported (translate_kind.cpp).
#pragma once

#include <optional>

#include "dlls/ws2_32/underlying_socket.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

struct HostKind {
  int family = 0;
  int type = 0;
  int protocol = 0;
  bool operator==(const HostKind&) const = default;
};

// What socket(af, type, protocol) makes: zeros are filled in as Windows does, so the result names all three. Windows looks
// for the first provider that fits; a zero fits any.
// WSAEAFNOSUPPORT, WSAESOCKTNOSUPPORT, WSAEPROTONOSUPPORT, WSAEPROTOTYPE; WSAEINVAL when all three are zero.
WsaResult<SocketKind> resolve_kind(int family, int type, int protocol);

// A kind that resolve_kind gave.
HostKind kind_to_host(SocketKind kind);
// The kind of a host fd made elsewhere (SO_DOMAIN, SO_TYPE, SO_PROTOCOL); nothing for what Winsock has no name for.
std::optional<SocketKind> kind_from_host(int domain, int type, int protocol);

}  // namespace windsock
