// AcceptEx: a connection, its addresses and perhaps its first data by one overlapped call.
// https://learn.microsoft.com/windows/win32/api/mswsock/nf-mswsock-acceptex
//
// The buffer has three areas one after the other: the first data, the local address, the remote address. An address area begins with
// the length of the address; it is 16 bytes longer than the longest address.
#include <winsock2.h>
#include <mswsock.h>

#include <cstring>

#include "dlls/mswsock/export.h"
#include "dlls/mswsock/extensions.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_operations.h"
#include "dlls/ws2_32/translate_address.h"

using namespace windsock;

MSWSOCK_EXPORT(GetAcceptExSockaddrs);

namespace {

constexpr DWORD kAreaHead = sizeof(int);
constexpr int kAreaExtra = 16;

// An area of the buffer for an address.
struct AddressArea {
  char* begin;
  DWORD size;
};

void put_address(AddressArea area, const host::Address& address) {
  int length = static_cast<int>(area.size - kAreaHead);
  if (!address_from_host(address, reinterpret_cast<sockaddr*>(area.begin + kAreaHead), &length)) length = 0;
  memcpy(area.begin, &length, sizeof length);
}

void get_address(AddressArea area, sockaddr** address, int* length) {
  int stored = 0;
  if (area.size > kAreaHead) memcpy(&stored, area.begin, sizeof stored);
  *address = reinterpret_cast<sockaddr*>(area.begin + kAreaHead);
  *length = stored;
}

class AcceptOperation final : public Operation {
 public:
  AcceptOperation(SocketRef& accepting, char* data, DWORD size, AddressArea local, AddressArea remote)
      : accepting_(SocketTable::token_of(accepting.descriptor())), data_(data), size_(size), local_(local), remote_(remote) {}

  // An accept that finds nobody has made a socket and dropped it again: a look costs less.
  bool may_end_at_once(SocketRef& listener) override {
    auto ready = host::ready_now(listener.fd(), host::kPollIn);
    return !ready || ready.value() != 0 || listener.socket().has_deferred();
  }
  // First of the listener, then of the connection.
  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    if (connected_) return receive(socket);
    SocketRef accepting = SocketTable::instance().find_token(accepting_);
    if (!accepting) return OperationEnd{.error = static_cast<WsaError>(WSA_OPERATION_ABORTED)};
    if (!is_still_free(accepting)) return OperationEnd{.error = static_cast<WsaError>(WSAEINVAL)};
    auto accepted = try_accept(socket);
    enable_events(socket, Enabling::kAccept);
    if (!accepted) return end_by(accepted.error());
    Accepted connection = std::move(accepted).take();
    auto local = host::local_address(connection.fd.get());
    put_address(local_, local ? local.value() : host::Address{});
    put_address(remote_, connection.peer);
    if (auto taken = take_connection(accepting, socket, std::move(connection.fd)); !taken) return OperationEnd{.error = taken.error()};
    connected_ = true;
    if (size_ == 0) return OperationEnd{};
    auto end = receive(accepting);
    if (!end) connection_ = std::move(accepting);
    return end;
  }

  void ending() override {
    if (connected_) return;
    if (SocketRef accepting = SocketTable::instance().find_token(accepting_)) accepting.socket().forget(Seen::kAwaitsConnection);
  }

  // Once. The connection is there even if the program closes it just now: then this has an end there.
  SocketRef goes_on_with() override { return std::move(connection_); }

 private:
  std::optional<OperationEnd> receive(SocketRef& connection) {
    host::Buffer buffer{data_, size_};
    auto received = receive_buffers(connection, {&buffer, 1}, nullptr, host::kMsgDontWait);
    if (!received) return end_by(received.error());
    return OperationEnd{.bytes = received.value().size};
  }

  uint64_t accepting_;    // a number of the socket table: the program may close it meanwhile
  SocketRef connection_;  // from the attempt that found no data yet until the operation goes on with it
  char* data_;
  DWORD size_;
  AddressArea local_, remote_;
  bool connected_ = false;
};

WsaResult<BOOL> accept_ex(SOCKET listening, SOCKET accepting, void* buffer, DWORD size, DWORD local_size, DWORD remote_size, DWORD* bytes,
                          WSAOVERLAPPED* overlapped) {
  SocketRef listener = WS_TRY(SocketTable::instance().find(listening));
  SocketRef socket = WS_TRY(SocketTable::instance().find(accepting));
  if (!overlapped) return wsa_failure(WSA_INVALID_PARAMETER);
  if (!can_be_memory(buffer) || !null_or_memory(bytes)) return wsa_failure(WSAEFAULT);
  const int least = max_address_length(listener.socket().kind().family) + kAreaExtra;
  if (local_size < static_cast<DWORD>(least) || remote_size < static_cast<DWORD>(least)) return wsa_failure(WSAEINVAL);
  if (!listener.socket().is_stream() || !is_listening(listener)) return wsa_failure(WSAEINVAL);
  if (socket.socket().kind() != listener.socket().kind() || !may_take_connection(socket)) return wsa_failure(WSAEINVAL);
  if (socket.socket().has_seen(Seen::kAwaitsConnection)) return wsa_failure(WSAEINVAL);
  socket.socket().saw(Seen::kAwaitsConnection);
  char* data = static_cast<char*>(buffer);
  AddressArea local{data + size, local_size}, remote{data + size + local_size, remote_size};
  auto operation = std::make_unique<AcceptOperation>(socket, data, size, local, remote);
  auto begun = begin_operation(listener, SocketIo::Lane::kReceive, std::move(operation), {overlapped}, bytes, nullptr);
  if (begun) return TRUE;
  if (begun.error() != static_cast<WsaError>(WSA_IO_PENDING)) socket.socket().forget(Seen::kAwaitsConnection);
  return Failure{begun.error()};
}

}  // namespace

BOOL PASCAL windsock_accept_ex(SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
                               DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived,
                               LPOVERLAPPED lpOverlapped) {
  auto body = [=] {
    return accept_ex(sListenSocket, sAcceptSocket, lpOutputBuffer, dwReceiveDataLength, dwLocalAddressLength, dwRemoteAddressLength,
                     lpdwBytesReceived, lpOverlapped);
  };
  return entry::call("AcceptEx", FALSE, body, sListenSocket, sAcceptSocket, lpOutputBuffer, dwReceiveDataLength, dwLocalAddressLength,
                     dwRemoteAddressLength, lpdwBytesReceived, lpOverlapped);
}

VOID PASCAL GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                 DWORD dwRemoteAddressLength, struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
                                 struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength) {
  if (!lpOutputBuffer || !LocalSockaddr || !LocalSockaddrLength || !RemoteSockaddr || !RemoteSockaddrLength) return;
  char* local = static_cast<char*>(lpOutputBuffer) + dwReceiveDataLength;
  get_address({local, dwLocalAddressLength}, LocalSockaddr, LocalSockaddrLength);
  get_address({local + dwLocalAddressLength, dwRemoteAddressLength}, RemoteSockaddr, RemoteSockaddrLength);
}
