#include "dlls/ws2_32/datagram_errors.h"

#include <winsock2.h>

#include <cerrno>

#include "dlls/ws2_32/event_selection.h"

namespace windsock {
namespace {

constexpr uint32_t kMayReport = static_cast<uint32_t>(Seen::kReportsErrors) | static_cast<uint32_t>(Seen::kForeign);

// Whether the queue is ours to read.
bool may_take(const UnderlyingSocket& socket) {
  return socket.has_seen_any(kMayReport) && !socket.wants(ControlData::kErrors4) && !socket.wants(ControlData::kErrors6);
}

enum class Meaning { kNothing, kUnreachable, kExpired };

Meaning meaning_of(const host::QueuedError& queued) {
  // "Destination unreachable: port" and "time exceeded" in both families.
  if (queued.origin == host::ErrorOrigin::kIcmp)
    return queued.type == 3 && queued.code == 3 ? Meaning::kUnreachable : queued.type == 11 ? Meaning::kExpired : Meaning::kNothing;
  if (queued.origin == host::ErrorOrigin::kIcmp6)
    return queued.type == 1 && queued.code == 4 ? Meaning::kUnreachable : queued.type == 3 ? Meaning::kExpired : Meaning::kNothing;
  return Meaning::kNothing;
}

std::optional<WsaError> code_of(const UnderlyingSocket& socket, Meaning meaning) {
  if (meaning == Meaning::kUnreachable && !socket.is_on(Switch::kNoConnectionReset)) return static_cast<WsaError>(WSAECONNRESET);
  if (meaning == Meaning::kExpired && socket.is_on(Switch::kNetworkReset)) return static_cast<WsaError>(WSAENETRESET);
  return std::nullopt;
}

// Errors that only an earlier datagram can have caused, or that it can have caused as well.
bool is_late(host::Errno error) { return static_cast<int>(error) == ECONNREFUSED; }
bool may_be_late(host::Errno error) {
  int code = static_cast<int>(error);
  return code == EHOSTUNREACH || code == ENETUNREACH || code == EMSGSIZE || code == EPROTO || code == ENOPROTOOPT || code == EACCES ||
         code == EOPNOTSUPP || code == EHOSTDOWN || code == ENONET;
}

}  // namespace

void ask_for_errors(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  SocketKind kind = underlying.kind();
  underlying.saw(Seen::kReportsErrors);
  if (kind.type != SOCK_DGRAM || kind.family == AF_UNIX) return;
  int for_rules = !underlying.is_on(Switch::kNoConnectionReset) || underlying.is_on(Switch::kNetworkReset);
  // A host that refuses leaves the socket as it is: connected ones are told of unreachable ports all the same.
  int four = for_rules || underlying.wants(ControlData::kErrors4), six = for_rules || underlying.wants(ControlData::kErrors6);
  if (kind.family == AF_INET6) (void)host::set_option(socket.fd(), host::kIpprotoIpv6, host::kIpv6RecvErr, six);
  (void)host::set_option(socket.fd(), host::kIpprotoIp, host::kIpRecvErr, four);
}

std::optional<WsaError> datagram_error(SocketRef& socket, Direction direction, host::Errno error) {
  UnderlyingSocket& underlying = socket.socket();
  if (direction == Direction::kSend) {
    if (is_late(error)) {
      underlying.saw(Seen::kErrorWaiting);
      note_events(socket);
      return std::nullopt;
    }
    // It may be this datagram's own, which the host queues too as one of local origin.
    if (may_be_late(error) && may_take(underlying)) {
      auto queued = host::take_queued_error(socket.fd());
      bool from_elsewhere = queued && queued.value().origin != host::ErrorOrigin::kLocal;
      if (from_elsewhere && queued.value().error == error) return std::nullopt;
    }
    return wsa_error_from_host(error);
  }
  if (!is_late(error) && !may_be_late(error)) return wsa_error_from_host(error);
  if (may_take(underlying)) {
    if (auto queued = host::take_queued_error(socket.fd())) return code_of(underlying, meaning_of(queued.value()));
  }
  if (is_late(error)) return code_of(underlying, Meaning::kUnreachable);
  return wsa_error_from_host(error);
}

std::optional<WsaError> take_waiting_error(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  underlying.forget(Seen::kErrorWaiting);
  if (!may_take(underlying)) return code_of(underlying, Meaning::kUnreachable);
  while (auto queued = host::take_queued_error(socket.fd())) {
    auto code = code_of(underlying, meaning_of(queued.value()));
    if (!code) continue;
    underlying.saw(Seen::kErrorWaiting);  // there may be more
    return code;
  }
  return std::nullopt;
}

}  // namespace windsock
