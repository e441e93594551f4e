#include "dlls/ws2_32/socket_life.h"

#include <winsock2.h>

#include <algorithm>
#include <cerrno>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/echo_socket.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/inherited_options.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/translate_kind.h"
#include "dlls/ws2_32/underlying_socket_registry.h"
#include "dlls/ws2_32/waiting.h"
#include "dlls/ws2_32/translate_flags.h"

namespace windsock {

namespace {

constexpr int kOn = 1;

bool is_tcp(const UnderlyingSocket& socket) { return socket.is_stream() && socket.kind().family != AF_UNIX; }

// SOMAXCONN asks for the most there is; SOMAXCONN_HINT(n) is -n, clamped to 200..65535.
int host_backlog(int backlog) {
  if (backlog < 0) return std::clamp(-static_cast<int64_t>(backlog), int64_t{200}, int64_t{65535});
  return backlog;
}

bool is_zero_address(const host::Address& address) { return is_wildcard(address) && port_of(address) == 0; }

// The host's code for a connect that failed at once, or later by SO_ERROR.
Failure<WsaError> connect_failure(host::Errno error) {
  if (static_cast<int>(error) == EINPROGRESS || static_cast<int>(error) == EAGAIN) return wsa_failure(WSAEWOULDBLOCK);
  return wsa_failure_from_host(error);
}

// Whether a blocking connect ended for nothing that a connect knows of: by a signal, or by SO_SNDTIMEO, which is for sends alone.
bool is_cut_short(SocketRef& socket, host::Errno error) {
  int code = static_cast<int>(error);
  if (code == EINPROGRESS || code == EAGAIN) return would_block_error(socket, Direction::kSend) == static_cast<WsaError>(WSAETIMEDOUT);
  return code == EINTR;
}

// One host connect. A blocking one that is cut short goes on at the host, and is waited for; a local one has to begin anew.
WsaResult<void> connect_once(SocketRef& socket, const host::Address& address, host::Errno& host_error) {
  blocking::Scope scope(socket.fd());
  for (;;) {
    auto result = host::connect(socket.fd(), address);
    host_error = result.error();
    if (result) return {};
    if (!is_cut_short(socket, host_error)) return connect_failure(host_error);
    if (socket.closing()) return wsa_failure(WSAEINTR);
    if (socket.socket().kind().family != AF_UNIX) break;
    WS_TRY(blocking_hook::run());
  }
  WS_TRY(wait_until(socket, host::kPollOut));
  host_error = static_cast<host::Errno>(WS_TRY_HOST(host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoError)));
  if (host_error != host::Errno::kNone) return connect_failure(host_error);
  return {};
}

bool still_in_progress(host::Errno error) {
  int code = static_cast<int>(error);
  return code == EALREADY || code == EINPROGRESS || code == EISCONN;
}

}  // namespace

WsaResult<uintptr_t> create_socket(SocketKind kind, uint32_t flags) {
  HostKind host_kind = kind_to_host(kind);
  auto made = host::create_socket(host_kind.family, host_kind.type, host_kind.protocol, host::Blocking::kYes);
  auto seen = static_cast<uint32_t>(Seen::kEndpoint);
  if (!made && static_cast<int>(made.error()) == EPERM && is_echo_kind(kind)) {
    // Not allowed either: the program is told of the socket that it asked for.
    if (auto echo = create_echo_socket(kind); echo || static_cast<int>(echo.error()) != EACCES) {
      made = std::move(echo);
      seen |= static_cast<uint32_t>(Seen::kEcho);
    }
  }
  UniqueFd fd = WS_TRY_HOST(std::move(made));
  // Dual stack is off until the program asks for it; raw sockets have none.
  if (kind.family == AF_INET6 && kind.type != SOCK_RAW) WS_TRY_HOST(host::set_option(fd.get(), host::kIpprotoIpv6, host::kIpv6V6only, kOn));
  UnderlyingSocket* underlying = UnderlyingSocket::create(kind, seen);
  if (!(flags & WSA_FLAG_OVERLAPPED)) (void)underlying->set(StateField::kCompletion, static_cast<uint32_t>(Completion::kNotOverlapped));
  return SocketTable::instance().insert(std::move(fd), underlying, !(flags & WSA_FLAG_NO_HANDLE_INHERIT));
}

WsaResult<void> listen_socket(SocketRef& socket, int backlog) {
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.is_stream()) return wsa_failure(WSAEOPNOTSUPP);
  if (is_listening(socket)) {
    WS_TRY_HOST(host::listen(socket.fd(), host_backlog(backlog)));
    return {};
  }
  if (host::peer_address(socket.fd())) return wsa_failure(WSAEISCONN);
  if (!is_bound(socket)) return wsa_failure(WSAEINVAL);

  // A listener's host fd never blocks: accept4 would hang when another process took the connection. The mode the program knows
  // becomes state, and must be right before the first accept.
  bool nonblocking = WS_TRY_HOST(host::get_nonblocking(socket.fd()));
  if (is_tcp(underlying)) WS_TRY_HOST(host::set_option(socket.fd(), host::kSolSocket, host::kSoReuseAddr, kOn));
  WS_TRY(underlying.set(StateField::kNonblocking, nonblocking));
  WS_TRY_HOST(host::set_nonblocking(socket.fd(), true));
  auto listening = host::listen(socket.fd(), host_backlog(backlog));
  if (!listening) {
    (void)host::set_nonblocking(socket.fd(), nonblocking);
    return wsa_failure_from_host(listening.error());
  }
  underlying.saw(Seen::kListening);
  return {};
}

WsaResult<Accepted> try_accept(SocketRef& listener) {
  UnderlyingSocket& underlying = listener.socket();
  if (UnderlyingSocket::Deferred deferred; underlying.has_deferred() && underlying.take_deferred(deferred)) {
    if (!underlying.has_deferred()) listener.descriptor().state.fetch_and(~Descriptor::kReadable);
    return Accepted{std::move(deferred.fd), deferred.peer};
  }
  auto mode = underlying.get(StateField::kNonblocking) != 0 ? host::Blocking::kNo : host::Blocking::kYes;
  for (;;) {
    Accepted connection;
    auto accepted = host::accept(listener.fd(), connection.peer, mode);  // the listener itself never blocks
    if (accepted) {
      connection.fd = std::move(accepted).take();
      if (underlying.get(StateField::kPauseAccept) == 0) [[likely]] return connection;
      reject_connection(std::move(connection));
      continue;
    }
    switch (static_cast<int>(accepted.error())) {
      case EAGAIN:
        return wsa_failure(WSAEWOULDBLOCK);
      case EINTR:
        if (listener.closing()) return wsa_failure(WSAEINTR);
        break;
      case ECONNABORTED:  // the peer took the connection back before it was accepted
        return wsa_failure(WSAECONNRESET);
      default:
        return wsa_failure_from_host(accepted.error());
    }
  }
}

WsaResult<Accepted> accept_connection(SocketRef& listener) {
  UnderlyingSocket& underlying = listener.socket();
  if (!underlying.is_stream()) return wsa_failure(WSAEOPNOTSUPP);
  if (!is_listening(listener)) return wsa_failure(WSAEINVAL);
  for (;;) {
    auto accepted = try_accept(listener);
    if (accepted || accepted.error() != static_cast<WsaError>(WSAEWOULDBLOCK) || underlying.get(StateField::kNonblocking) != 0) return accepted;
    WS_TRY(wait_until(listener, host::kPollIn));
  }
}

StateSnapshot inherited_values(const UnderlyingSocket& listener) {
  StateSnapshot values = listener.values();
  for (StateField own : {StateField::kNonblocking, StateField::kPauseAccept, StateField::kSelectedEvents}) values[static_cast<size_t>(own)] = 0;
  values[static_cast<size_t>(StateField::kCompletion)] &= static_cast<uint32_t>(Completion::kNotOverlapped);
  return values;
}

namespace {

constexpr uint32_t bits(std::initializer_list<Seen> all) {
  uint32_t sum = 0;
  for (Seen one : all) sum |= static_cast<uint32_t>(one);
  return sum;
}

uint32_t sights_of_accepted(const UnderlyingSocket& listener) {
  return bits({Seen::kEndpoint, Seen::kBound, Seen::kConnected}) | listener.inherited_sights();
}

bool may_have_options(const UnderlyingSocket& socket) { return socket.has_seen_any(bits({Seen::kOptionsSet, Seen::kForeign})); }

// The SOCKET is another socket of the host from now on, in the mode of the former; the other one's mode so far is known.
WsaResult<void> replace_host_socket(SocketRef& socket, UniqueFd with, bool with_nonblocking, uint32_t seen) {
  UnderlyingSocket& underlying = socket.socket();
  bool nonblocking = WS_TRY_HOST(host::get_nonblocking(socket.fd()));
  if (nonblocking != with_nonblocking) WS_TRY_HOST(host::set_nonblocking(with.get(), nonblocking));
  WS_TRY_HOST(SocketIo::replace(socket, std::move(with)));
  UnderlyingSocketRegistry::instance().forget_identity(underlying);
  expect_connection(socket);
  underlying.renew(seen);
  note_events(socket);
  return {};
}

// Where the former is bound, if the host allows two there for a while; a connection of a listener's is not.
void bind_alike(int former, int fresh) {
  auto address = host::local_address(former);
  if (!address) return;
  (void)host::set_option(former, host::kSolSocket, host::kSoReuseAddr, kOn);
  (void)host::set_option(fresh, host::kSolSocket, host::kSoReuseAddr, kOn);
  (void)host::bind(fresh, address.value());
}

}  // namespace

WsaResult<uintptr_t> adopt_connection(SocketRef& listener, Accepted connection) {
  UnderlyingSocket& parent = listener.socket();
  UnderlyingSocket* underlying = UnderlyingSocket::create(parent.kind(), sights_of_accepted(parent));
  underlying->initialise(inherited_values(parent));
  uintptr_t socket = WS_TRY(SocketTable::instance().insert(std::move(connection.fd), underlying, true));
  if (EventSelection::of(listener)) [[unlikely]] {
    if (auto found = SocketTable::instance().find(socket)) {
      SocketRef accepted = std::move(found).take();
      EventSelection::inherit(listener, accepted);
    }
  }
  return socket;
}

bool is_still_free(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  return underlying.has_one_owner() && !underlying.has_seen_any(bits({Seen::kConnected, Seen::kListening})) &&
         (underlying.has_seen(Seen::kReused) || !underlying.has_seen(Seen::kBound));
}

bool may_take_connection(SocketRef& socket) {
  // What this process has made and has alone is bound by it, or not at all.
  const UnderlyingSocket& underlying = socket.socket();
  return is_still_free(socket) && (underlying.has_seen(Seen::kReused) || !underlying.has_seen(Seen::kForeign) || !is_bound(socket));
}

WsaResult<void> take_connection(SocketRef& socket, SocketRef& listener, UniqueFd connection) {
  // Until SO_UPDATE_ACCEPT_CONTEXT its options are its own.
  if (may_have_options(listener.socket()) || may_have_options(socket.socket())) copy_host_options(socket.fd(), connection.get());
  bool nonblocking = listener.socket().get(StateField::kNonblocking) != 0;
  return replace_host_socket(socket, std::move(connection), nonblocking, sights_of_accepted(listener.socket()) | bits({Seen::kNeedsContext}));
}

void update_context(SocketRef& socket, SocketRef& listener) {
  UnderlyingSocket& underlying = socket.socket();
  underlying.forget(Seen::kNeedsContext);
  if (underlying.is_shared()) return;
  if (may_have_options(listener.socket())) copy_host_options(listener.fd(), socket.fd());
  StateSnapshot values = inherited_values(listener.socket()), own = underlying.values();
  for (StateField kept : {StateField::kNonblocking, StateField::kCompletion})
    values[static_cast<size_t>(kept)] = own[static_cast<size_t>(kept)];
  underlying.initialise(values);
}

WsaResult<void> check_context(const SocketRef& socket) {
  if (socket.socket().has_seen(Seen::kNeedsContext)) [[unlikely]] return wsa_failure(WSAENOTCONN);
  return {};
}

WsaResult<void> disconnect_socket(SocketRef& socket, bool reuse) {
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.is_stream()) return wsa_failure(WSAENOTCONN);
  WS_TRY_HOST(host::peer_address(socket.fd()));
  if (reuse && !underlying.has_one_owner()) return wsa_failure(WSAEINVAL);
  UniqueFd fresh;
  if (reuse) {
    HostKind kind = kind_to_host(underlying.kind());
    fresh = WS_TRY_HOST(host::create_socket(kind.family, kind.type, kind.protocol, host::Blocking::kYes));
    if (underlying.kind().family == AF_INET6) {
      auto only = host::get_option<int>(socket.fd(), host::kIpprotoIpv6, host::kIpv6V6only);
      if (only) WS_TRY_HOST(host::set_option(fresh.get(), host::kIpprotoIpv6, host::kIpv6V6only, only.value()));
    }
    if (may_have_options(underlying)) copy_host_options(socket.fd(), fresh.get());
    if (underlying.kind().family != AF_UNIX) bind_alike(socket.fd(), fresh.get());
  }
  WS_TRY(shutdown_socket(socket, SD_BOTH));
  if (!reuse) return {};
  if (SocketIo* io = SocketIo::if_any(socket.descriptor())) io->cancel_receives();
  uint32_t seen = bits({Seen::kEndpoint, Seen::kBound, Seen::kReused}) | underlying.inherited_sights();
  return replace_host_socket(socket, std::move(fresh), false, seen);
}

void defer_connection(SocketRef& listener, Accepted connection) {
  listener.socket().defer({std::move(connection.fd), connection.peer});
  listener.descriptor().state.fetch_or(Descriptor::kReadable);
}

void reject_connection(Accepted connection) {
  (void)host::set_option(connection.fd.get(), host::kSolSocket, host::kSoLinger, host::Linger{1, 0});
}

void drain_listener(SocketRef& listener, void (*take)(SocketRef& listener, Accepted connection)) {
  for (;;) {
    Accepted connection;
    auto accepted = host::accept(listener.fd(), connection.peer, host::Blocking::kYes);  // the listener itself never blocks
    if (!accepted) return;
    connection.fd = std::move(accepted).take();
    take(listener, std::move(connection));
  }
}

namespace {

WsaResult<void> try_connect(SocketRef& socket, const host::Address& address) {
  UnderlyingSocket& underlying = socket.socket();
  host::Errno error{};
  if (!underlying.is_stream()) {
    // A datagram socket forgets its peer when it is connected to the zero address.
    if (is_zero_address(address)) {
      host::Address nobody;
      nobody.length = 16;
      underlying.forget(Seen::kConnected);
      return wsa_result(host::connect(socket.fd(), nobody));
    }
    WS_TRY(connect_once(socket, address, error));
    underlying.saw(Seen::kBound);
    underlying.saw(Seen::kConnected);
    return {};
  }
  if (is_listening(socket)) return wsa_failure(WSAEINVAL);
  // The host looks at the path first, which may be gone.
  if (underlying.kind().family == AF_UNIX && host::peer_address(socket.fd())) return wsa_failure(WSAEISCONN);
  // The host would take the wildcard for loopback.
  if (underlying.kind().family != AF_UNIX && (is_wildcard(address) || port_of(address) == 0)) return wsa_failure(WSAEADDRNOTAVAIL);

  bool pending = underlying.has_seen(Seen::kConnecting);
  auto connected = connect_once(socket, address, error);
  // The host has not done with an attempt whose failure was told already.
  if (static_cast<int>(error) == ECONNABORTED) connected = connect_once(socket, address, error);
  if (pending) {
    underlying.forget(Seen::kConnecting);
    if (connected) {
      // The host tells the end of the pending connect once; here it is "connected already".
      underlying.saw(Seen::kConnected);
      return wsa_failure(WSAEISCONN);
    }
    // Likewise its failure, which the program knows from elsewhere: this call is a new attempt.
    if (!still_in_progress(error)) connected = connect_once(socket, address, error);
  }
  if (connected) {
    underlying.forget_loss();
    underlying.saw(Seen::kConnected);
    underlying.saw(Seen::kBound);
    return {};
  }
  if (static_cast<int>(error) == EINPROGRESS || static_cast<int>(error) == EALREADY) {
    underlying.saw(Seen::kConnecting);
    underlying.saw(Seen::kBound);
  }
  return connected;
}

}  // namespace

WsaResult<void> connect_socket(SocketRef& socket, const host::Address& address) {
  // What has, or is getting, its connection already has nothing new to tell of.
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.is_stream() || !underlying.has_seen_any(bits({Seen::kConnected, Seen::kConnecting}))) expect_connection(socket);
  if (EventSelection* selection = underlying.selection()) (void)selection->take_told_error();  // of an attempt before
  auto connected = try_connect(socket, address);
  note_events(socket);
  return connected;
}

WsaResult<void> shutdown_socket(SocketRef& socket, int how) {
  const int host_how = WS_TRY(shutdown_how_to_host(how));
  UnderlyingSocket& underlying = socket.socket();
  auto shut = host::shutdown(socket.fd(), host_how);
  // The host shuts an unconnected datagram socket down and complains nevertheless.
  if (!shut && !(static_cast<int>(shut.error()) == ENOTCONN && !underlying.is_stream())) return wsa_failure_from_host(shut.error());
  if (how != SD_RECEIVE) underlying.saw(Seen::kSendShut);
  if (how != SD_SEND) underlying.saw(Seen::kReceiveShut);
  return {};
}

WsaResult<void> close_socket(uintptr_t socket) {
  {
    // A lingering close of a non-blocking socket would have to block.
    SocketRef pinned = WS_TRY(SocketTable::instance().find(socket));
    UnderlyingSocket& underlying = pinned.socket();
    if (underlying.is_stream() && (underlying.has_seen(Seen::kLingers) || underlying.has_seen(Seen::kForeign))) {
      auto linger = host::get_option<host::Linger>(pinned.fd(), host::kSolSocket, host::kSoLinger);
      if (linger && linger.value().on && linger.value().seconds > 0) {
        auto unsent = host::bytes_unsent(pinned.fd());
        if (WS_TRY(is_nonblocking(pinned)) && unsent && unsent.value() > 0) return wsa_failure(WSAEWOULDBLOCK);
      }
    }
  }
  return SocketTable::instance().close(socket);
}

WsaResult<host::Address> local_name(SocketRef& socket) {
  host::Address address = WS_TRY_HOST(host::local_address(socket.fd()));
  // Windows has no name for a socket that was not bound; the host has the zero address.
  // A local one without a path: connected, it has that for a name.
  bool named = socket.socket().has_seen(Seen::kBound) || (address.family() == host::kAfUnix ? !is_unnamed(address) : !is_zero_address(address)) ||
               (is_unnamed(address) && host::peer_address(socket.fd()));
  if (!named) return wsa_failure(WSAEINVAL);
  return address;
}

WsaResult<host::Address> peer_name(SocketRef& socket) { return wsa_result(host::peer_address(socket.fd())); }

bool is_bound(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kBound)) return true;
  auto address = host::local_address(socket.fd());
  if (!address) return false;
  // A raw socket's port is its protocol at the host, bound or not.
  if (underlying.kind().type == SOCK_RAW) return !is_wildcard(address.value());
  bool named = address.value().family() == host::kAfUnix ? address.value().length > 2 : !is_zero_address(address.value());
  if (named) underlying.saw(Seen::kBound);
  return named;
}

// A listener that was made elsewhere, or by another process that has it, shows itself at the first call that matters.
bool is_listening(SocketRef& socket) {
  UnderlyingSocket& underlying = socket.socket();
  if (underlying.has_seen(Seen::kListening)) return true;
  if (!underlying.has_seen(Seen::kForeign) || !underlying.is_stream()) return false;
  auto listening = host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoAcceptConn);
  if (!listening || listening.value() == 0) return false;
  if (!underlying.is_shared()) {
    // Not one of Windsock's: its mode is the host's, until now.
    auto nonblocking = host::get_nonblocking(socket.fd());
    if (nonblocking && !nonblocking.value()) (void)host::set_nonblocking(socket.fd(), true);
    (void)underlying.set(StateField::kNonblocking, !nonblocking || nonblocking.value());
  }
  underlying.saw(Seen::kListening);
  return true;
}

SocketStates state_of(SocketRef& socket) {
  if (is_listening(socket)) return kListening;
  if (host::peer_address(socket.fd())) return kConnected;
  return is_bound(socket) ? kBound : kUnbound;
}

WsaResult<bool> is_nonblocking(SocketRef& socket) {
  if (is_listening(socket)) return socket.socket().get(StateField::kNonblocking) != 0;
  return wsa_result(host::get_nonblocking(socket.fd()));
}

}  // namespace windsock
