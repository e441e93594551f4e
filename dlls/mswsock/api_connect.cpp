// ConnectEx and DisconnectEx.
// https://learn.microsoft.com/windows/win32/api/mswsock/nc-mswsock-lpfn_connectex and …-lpfn_disconnectex
#include <cerrno>

#include "dlls/mswsock/extensions.h"
#include "dlls/mswsock/run_to_end.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/host_mode.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_operations.h"
#include "dlls/ws2_32/translate_address.h"

using namespace windsock;

namespace {

class ConnectOperation final : public Operation {
 public:
  ConnectOperation(const host::Address& address, std::span<const host::Buffer> first_data) : address_(address), data_(first_data, 0, nullptr), has_data_(first_data.front().size != 0) {}

  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    const bool has_begun = stage_ != Stage::kBegin;
    if (!has_begun) {
      auto connected = begin(socket);
      if (!connected && connected.error() != static_cast<WsaError>(WSAEWOULDBLOCK)) return end_by(connected.error());
      stage_ = connected ? Stage::kConnected : Stage::kUnderWay;
    }
    if (stage_ == Stage::kUnderWay) {
      auto error = host::get_option<int>(socket.fd(), host::kSolSocket, host::kSoError);
      if (error && error.value() != 0) return fail(socket, wsa_error_from_host(static_cast<host::Errno>(error.value())));
      auto peer = host::peer_address(socket.fd());
      if (!peer && static_cast<int>(peer.error()) == ENOTCONN) {
        if (!has_begun || !is_over(socket)) return std::nullopt;
        EventSelection* selection = socket.socket().selection();
        WsaError told = selection ? selection->take_told_error() : WsaError::kNone;
        return fail(socket, told != WsaError::kNone ? told : static_cast<WsaError>(WSAECONNREFUSED));
      }
      // The host tells of a connection once: whoever cannot look now would wait for ever.
      if (!peer) return OperationEnd{.error = wsa_error_from_host(peer.error())};
      stage_ = Stage::kConnected;
    }
    if (stage_ == Stage::kConnected) {
      socket.socket().forget(Seen::kConnecting);
      socket.socket().forget_loss();
      for (Seen now : {Seen::kConnected, Seen::kBound, Seen::kNeedsContext}) socket.socket().saw(now);
      stage_ = Stage::kSending;
      note_events(socket);
    }
    return has_data_ ? data_.attempt(socket) : OperationEnd{};
  }

  bool begins_for_good() const override { return true; }
  // A refusal of this machine comes at once at the host.
  bool fails_later() const override { return true; }

  void ending() override {
    if (SocketRef socket = begun_ ? SocketTable::instance().find_token(begun_) : SocketRef()) socket.socket().forget(Seen::kAwaitsConnection);
  }

 private:
  enum class Stage : uint8_t { kBegin, kUnderWay, kConnected, kSending };

  // Whether the attempt has failed, and somebody else has met its error: the host tells of it once.
  static bool is_over(SocketRef& socket) {
    auto ready = host::ready_now(socket.fd(), 0);
    return ready && (ready.value() & host::kPollHup);
  }

  OperationEnd fail(SocketRef& socket, WsaError error) {
    socket.socket().forget(Seen::kConnecting);
    // The host, too, has the attempt behind it once it has been asked again.
    NonblockingLoan loan(socket);
    if (loan.is_granted()) (void)host::connect(socket.fd(), address_);
    return {.error = error};
  }

  // WSAEWOULDBLOCK: under way.
  WsaResult<void> begin(SocketRef& socket) {
    NonblockingLoan loan(socket);
    if (!loan.is_granted()) return wsa_failure(WSAENOBUFS);
    socket.socket().saw(Seen::kAwaitsConnection);
    expect_connection(socket);
    begun_ = SocketTable::token_of(socket.descriptor());
    auto connected = host::connect(socket.fd(), address_);
    if (connected) return {};
    const int error = static_cast<int>(connected.error());
    if (error != EINPROGRESS && error != EINTR) return wsa_failure_from_host(connected.error());  // interrupted, it goes on all the same
    socket.socket().saw(Seen::kConnecting);
    return wsa_failure(WSAEWOULDBLOCK);
  }

  host::Address address_;
  SendOperation data_;  // never told of by itself
  bool has_data_;
  uint64_t begun_ = 0;  // on which socket: a number of the socket table
  Stage stage_ = Stage::kBegin;
};

WsaResult<void> check_connect(SocketRef& socket, const host::Address& address) {
  UnderlyingSocket& underlying = socket.socket();
  if (!underlying.is_stream() || is_listening(socket) || !is_bound(socket)) return wsa_failure(WSAEINVAL);
  if (underlying.kind().family == AF_UNIX) return wsa_failure(WSAEOPNOTSUPP);
  if (host::peer_address(socket.fd())) return wsa_failure(WSAEISCONN);
  if (underlying.has_seen(Seen::kConnecting) || underlying.has_seen(Seen::kAwaitsConnection)) return wsa_failure(WSAEALREADY);
  if (is_wildcard(address) || port_of(address) == 0) return wsa_failure(WSAEADDRNOTAVAIL);
  return {};
}

WsaResult<BOOL> connect_ex(SOCKET s, const sockaddr* name, int namelen, void* data, DWORD size, DWORD* sent, WSAOVERLAPPED* overlapped) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (!overlapped) return wsa_failure(WSA_INVALID_PARAMETER);
  if ((data && size != 0 && !can_be_memory(data)) || !null_or_memory(sent)) return wsa_failure(WSAEFAULT);
  host::Address address = WS_TRY(address_to_host(name, namelen, socket.socket().kind().family));
  WS_TRY(check_connect(socket, address));
  host::Buffer buffer{data, data ? size : 0};
  auto operation = std::make_unique<ConnectOperation>(address, std::span(&buffer, 1));
  WS_TRY(begin_operation(socket, SocketIo::Lane::kSend, std::move(operation), {overlapped}, sent, nullptr));
  return TRUE;
}

// After what is still to be sent.
class DisconnectOperation final : public Operation {
 public:
  explicit DisconnectOperation(bool reuse) : reuse_(reuse) {}
  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    auto ended = disconnect_socket(socket, reuse_);
    return OperationEnd{.error = ended.error()};
  }

 private:
  bool reuse_;
};

WsaResult<BOOL> disconnect_ex(SOCKET s, WSAOVERLAPPED* overlapped, DWORD flags, DWORD reserved) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (reserved != 0 || (flags & ~static_cast<DWORD>(TF_REUSE_SOCKET))) return wsa_failure(WSAEINVAL);
  return run_or_begin(socket, std::make_unique<DisconnectOperation>((flags & TF_REUSE_SOCKET) != 0), overlapped);
}

}  // namespace

BOOL PASCAL windsock_connect_ex(SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer, DWORD dwSendDataLength,
                                LPDWORD lpdwBytesSent, LPOVERLAPPED lpOverlapped) {
  return entry::call(
      "ConnectEx", FALSE, [=] { return connect_ex(s, name, namelen, lpSendBuffer, dwSendDataLength, lpdwBytesSent, lpOverlapped); }, s,
      trace::Name{name, namelen}, lpSendBuffer, dwSendDataLength, lpdwBytesSent, lpOverlapped);
}

BOOL PASCAL windsock_disconnect_ex(SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags, DWORD dwReserved) {
  return entry::call(
      "DisconnectEx", FALSE, [=] { return disconnect_ex(s, lpOverlapped, dwFlags, dwReserved); }, s, lpOverlapped, dwFlags, dwReserved);
}
