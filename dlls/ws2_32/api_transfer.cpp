// Sending and receiving. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsarecvfrom and its neighbours.
#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_arguments.h"
#include "dlls/ws2_32/transfer_operations.h"
#include "dlls/ws2_32/translate_flags.h"
#include "dlls/ws2_32/turn.h"

using namespace windsock;

namespace {

[[gnu::always_inline]] inline WsaResult<SocketRef> find(SOCKET s) { return SocketTable::instance().find(s); }

HowToTell how_to_tell(WSAOVERLAPPED* overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine) {
  return {overlapped, reinterpret_cast<const void*>(routine)};
}

WsaResult<int> wsa_send(SOCKET s, const WSABUF* buffers, DWORD count, DWORD* sent, DWORD flags, const sockaddr* to, int tolen,
                        HowToTell how) {
  SocketRef socket = WS_TRY(find(s));
  how = heeded(socket, how);
  if (how.overlapped ? !null_or_memory(sent) : !can_be_memory(sent)) return wsa_failure(WSAEFAULT);
  BufferList list;
  WS_TRY(list.take(buffers, count));
  int host_flags = WS_TRY(send_flags_to_host(static_cast<int>(flags), FlagsOf::kWsaSend, socket.socket().kind()));
  host::Address room;
  const host::Address* target = WS_TRY(destination(socket, to, tolen, room));
  if (how.overlapped) {
    auto operation = std::make_unique<SendOperation>(list.span(), host_flags, target);
    return begin_operation(socket, SocketIo::Lane::kSend, std::move(operation), how, sent, nullptr);
  }
  *sent = WS_TRY(in_turn(socket, SocketIo::Lane::kSend, [&] { return not_connected(send_buffers(socket, list.span(), target, host_flags)); }));
  return 0;
}

WsaResult<int> wsa_receive(SOCKET s, const WSABUF* buffers, DWORD count, DWORD* received, DWORD* flags, sockaddr* from, int* fromlen,
                           HowToTell how) {
  SocketRef socket = WS_TRY(find(s));
  how = heeded(socket, how);
  if ((how.overlapped ? !null_or_memory(received) : !can_be_memory(received)) || !can_be_memory(flags)) return wsa_failure(WSAEFAULT);
  BufferList list;
  WS_TRY(list.take(buffers, count));
  int host_flags = WS_TRY(receive_flags_to_host(static_cast<int>(*flags), FlagsOf::kWsaReceive, socket.socket().kind()));
  bool with_sender = WS_TRY(wants_sender(socket, from, fromlen));
  if (how.overlapped) {
    if ((host_flags & host::kMsgWaitAll) && WS_TRY(is_nonblocking(socket))) return wsa_failure(WSAEOPNOTSUPP);
    auto operation = std::make_unique<ReceiveOperation>(list.span(), host_flags, with_sender ? from : nullptr, fromlen);
    return begin_operation(socket, lane_to_receive(host_flags), std::move(operation), how, received, flags);
  }
  host::Address sender;
  auto receive = [&] { return receive_buffers(socket, list.span(), with_sender ? &sender : nullptr, host_flags); };
  ReceivedData data = WS_TRY(in_turn(socket, lane_to_receive(host_flags), receive));
  *received = data.size;
  *flags = static_cast<DWORD>(received_flags_from_host(data.host_flags));
  if (with_sender) WS_TRY(address_from_host(sender, from, fromlen));
  if (data.host_flags & host::kMsgTrunc) return wsa_failure(WSAEMSGSIZE);
  return 0;
}

}  // namespace

int WSAAPI send(SOCKET s, const char* buf, int len, int flags) {
  auto body = [=]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    size_t size = WS_TRY(size_of(len));
    int host_flags = WS_TRY(send_flags_to_host(flags, FlagsOf::kSend, socket.socket().kind()));
    return not_connected(send_bytes(socket, buf, size, host_flags));
  };
  return entry::call("send", SOCKET_ERROR, body, s, trace::Bytes{buf, len}, len, trace::Flags{flags});
}

int WSAAPI recv(SOCKET s, char* buf, int len, int flags) {
  auto body = [=]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    size_t size = WS_TRY(size_of(len));
    int host_flags = WS_TRY(receive_flags_to_host(flags, FlagsOf::kReceive, socket.socket().kind()));
    return receive_bytes(socket, buf, size, host_flags);
  };
  return entry::call("recv", SOCKET_ERROR, body, s, trace::BytesResult{buf}, len, trace::Flags{flags});
}

int WSAAPI sendto(SOCKET s, const char* buf, int len, int flags, const struct sockaddr* to, int tolen) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    size_t size = WS_TRY(size_of(len));
    int host_flags = WS_TRY(send_flags_to_host(flags, FlagsOf::kSend, socket.socket().kind()));
    host::Address room;
    const host::Address* target = WS_TRY(destination(socket, to, tolen, room));
    host::Buffer buffer{const_cast<char*>(buf), size};
    uint32_t sent = WS_TRY(in_turn(socket, SocketIo::Lane::kSend, [&] { return send_buffers(socket, {&buffer, 1}, target, host_flags); }));
    return static_cast<int>(sent);
  };
  return entry::call("sendto", SOCKET_ERROR, body, s, trace::Bytes{buf, len}, len, trace::Flags{flags}, trace::Name{to, tolen});
}

int WSAAPI recvfrom(SOCKET s, char* buf, int len, int flags, struct sockaddr* from, int* fromlen) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    size_t size = WS_TRY(size_of(len));
    int host_flags = WS_TRY(receive_flags_to_host(flags, FlagsOf::kReceive, socket.socket().kind()));
    bool with_sender = WS_TRY(wants_sender(socket, from, fromlen));
    host::Buffer buffer{buf, size};
    host::Address sender;
    auto receive = [&] { return receive_buffers(socket, {&buffer, 1}, with_sender ? &sender : nullptr, host_flags); };
    ReceivedData data = WS_TRY(in_turn(socket, lane_to_receive(host_flags), receive));
    if (with_sender) WS_TRY(address_from_host(sender, from, fromlen));
    if (data.host_flags & host::kMsgTrunc) return wsa_failure(WSAEMSGSIZE);
    return static_cast<int>(data.size);
  };
  return entry::call("recvfrom", SOCKET_ERROR, body, s, trace::BytesResult{buf}, len, trace::Flags{flags},
                     trace::NameResult{from, fromlen});
}

int WSAAPI WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
                   LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return entry::call(
      "WSASend", SOCKET_ERROR,
      [&] {
        return wsa_send(s, lpBuffers, dwBufferCount, lpNumberOfBytesSent, dwFlags, nullptr, 0,
                        how_to_tell(lpOverlapped, lpCompletionRoutine));
      },
      s,
      trace::Buffers{lpBuffers, dwBufferCount}, dwBufferCount, trace::NumberResult{lpNumberOfBytesSent}, trace::Flags{dwFlags}, lpOverlapped);
}

int WSAAPI WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
                     const struct sockaddr* lpTo, int iTolen, LPWSAOVERLAPPED lpOverlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return entry::call(
      "WSASendTo", SOCKET_ERROR,
      [&] {
        return wsa_send(s, lpBuffers, dwBufferCount, lpNumberOfBytesSent, dwFlags, lpTo, iTolen,
                        how_to_tell(lpOverlapped, lpCompletionRoutine));
      },
      s,
      trace::Buffers{lpBuffers, dwBufferCount}, dwBufferCount, trace::NumberResult{lpNumberOfBytesSent}, trace::Flags{dwFlags},
      trace::Name{lpTo, iTolen}, lpOverlapped);
}

int WSAAPI WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
                   LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return entry::call(
      "WSARecv", SOCKET_ERROR,
      [&] {
        return wsa_receive(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd, lpFlags, nullptr, nullptr,
                           how_to_tell(lpOverlapped, lpCompletionRoutine));
      },
      s,
      trace::BuffersResult{lpBuffers, dwBufferCount, lpNumberOfBytesRecvd}, dwBufferCount, trace::NumberResult{lpNumberOfBytesRecvd},
      trace::NumberResult{lpFlags}, lpOverlapped);
}

int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
                       struct sockaddr* lpFrom, LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return entry::call(
      "WSARecvFrom", SOCKET_ERROR,
      [&] {
        return wsa_receive(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd, lpFlags, lpFrom, lpFromlen,
                           how_to_tell(lpOverlapped, lpCompletionRoutine));
      },
      s,
      trace::BuffersResult{lpBuffers, dwBufferCount, lpNumberOfBytesRecvd}, dwBufferCount, trace::NumberResult{lpNumberOfBytesRecvd},
      trace::NumberResult{lpFlags}, trace::NameResult{lpFrom, lpFromlen}, lpOverlapped);
}
