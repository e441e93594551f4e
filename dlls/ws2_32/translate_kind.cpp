#include "dlls/ws2_32/translate_kind.h"

#include "dlls/ws2_32/protocol_catalogue.h"

namespace windsock {
namespace {

// The host's TCP that may use several paths at once; to a Windows program it is TCP.
constexpr int kHostMultipathTcp = 262;

bool fits(int asked, int offered) { return asked == 0 || asked == offered; }

bool protocol_fits(int asked, const ProtocolRow& row) {
  return asked == 0 || (asked >= row.kind.protocol && asked <= row.kind.protocol + row.protocol_span);
}

}  // namespace

WsaResult<SocketKind> resolve_kind(int family, int type, int protocol) {
  if (family == AF_UNSPEC && type == 0 && protocol == 0) return wsa_failure(WSAEINVAL);
  bool family_seen = false, type_seen = false, protocol_seen = false;
  for (const ProtocolRow& row : protocol_catalogue()) {
    if (!fits(family, row.kind.family)) continue;
    family_seen = true;
    // A provider that takes every protocol says nothing about the type that a protocol needs.
    if (row.protocol_span == 0 && protocol_fits(protocol, row)) protocol_seen = true;
    if (!fits(type, row.kind.type)) continue;
    type_seen = true;
    if (!protocol_fits(protocol, row)) continue;
    return SocketKind{row.kind.family, row.kind.type, protocol ? protocol : row.kind.protocol};
  }
  if (!family_seen) return wsa_failure(WSAEAFNOSUPPORT);
  if (!type_seen) return wsa_failure(WSAESOCKTNOSUPPORT);
  return wsa_failure(protocol_seen ? WSAEPROTOTYPE : WSAEPROTONOSUPPORT);
}

HostKind kind_to_host(SocketKind kind) {
  static_assert(AF_INET == host::kAfInet && AF_UNIX == host::kAfUnix);
  static_assert(SOCK_STREAM == host::kSockStream && SOCK_DGRAM == host::kSockDgram && SOCK_RAW == host::kSockRaw);
  static_assert(IPPROTO_TCP == host::kIpprotoTcp && IPPROTO_UDP == host::kIpprotoUdp && IPPROTO_ICMP == host::kIpprotoIcmp);
  return {kind.family == AF_INET6 ? host::kAfInet6 : kind.family, kind.type, kind.protocol};
}

std::optional<SocketKind> kind_from_host(int domain, int type, int protocol) {
  SocketKind kind{domain == host::kAfInet6 ? AF_INET6 : domain == host::kAfInet || domain == host::kAfUnix ? domain : AF_UNSPEC, type,
                  type == SOCK_STREAM && protocol == kHostMultipathTcp ? IPPROTO_TCP : protocol};
  if (!find_protocol(kind)) return std::nullopt;
  return kind;
}

}  // namespace windsock
