// Datagrams with control data. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasendmsg and
// https://learn.microsoft.com/windows/win32/api/mswsock/nc-mswsock-lpfn_wsarecvmsg.
#include "dlls/ws2_32/api_message.h"

#include <ws2tcpip.h>

#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_arguments.h"
#include "dlls/ws2_32/transfer_operations.h"
#include "dlls/ws2_32/translate_control.h"
#include "dlls/ws2_32/translate_flags.h"
#include "dlls/ws2_32/turn.h"

using namespace windsock;

namespace {

WsaResult<SocketRef> find(SOCKET s) { return SocketTable::instance().find(s); }

// What both calls ask of their arguments, in this order.
WsaResult<void> check_message(SocketRef& socket, const WSAMSG* message, const DWORD* count, HowToTell how) {
  if (socket.socket().is_stream()) return wsa_failure(WSAEOPNOTSUPP);
  if (!can_be_memory(message) || (how.overlapped ? !null_or_memory(count) : !can_be_memory(count))) return wsa_failure(WSAEFAULT);
  bool name_fits = message->name ? can_be_memory(message->name) : message->namelen == 0;
  bool control_fits = message->Control.len == 0 || can_be_memory(message->Control.buf);
  if (!name_fits || !control_fits) return wsa_failure(WSAEFAULT);
  return {};
}

std::span<std::byte> control_of(const WSAMSG& message) {
  return {reinterpret_cast<std::byte*>(message.Control.buf), message.Control.len};
}

// The bits of the traffic class beside an ECN that stands alone.
WsaResult<void> complete_ecn(SocketRef& socket, HostControl& control) {
  if (control.bare_ecn4)
    control.complete_ecn(*control.bare_ecn4,
                         static_cast<uint32_t>(WS_TRY_HOST(host::get_option<int>(socket.fd(), host::kIpprotoIp, host::kIpTos))));
  if (control.bare_ecn6)
    control.complete_ecn(*control.bare_ecn6, static_cast<uint32_t>(WS_TRY_HOST(
                                                 host::get_option<int>(socket.fd(), host::kIpprotoIpv6, host::kIpv6TrafficClass))));
  return {};
}

WsaResult<int> send_with_control(SOCKET s, const WSAMSG* message, DWORD flags, DWORD* sent, HowToTell how) {
  SocketRef socket = WS_TRY(find(s));
  how = heeded(socket, how);
  WS_TRY(check_message(socket, message, sent, how));
  int host_flags = WS_TRY(send_flags_to_host(static_cast<int>(flags), FlagsOf::kWsaSend, socket.socket().kind()));
  BufferList list;
  WS_TRY(list.take(message->lpBuffers, message->dwBufferCount));
  host::Address room;
  const host::Address* target = WS_TRY(destination(socket, message->name, message->namelen, room));
  HostControl control;
  if (message->Control.len != 0) {
    WS_TRY(control_to_host(control_of(*message), socket.socket().kind(), control));
    WS_TRY(complete_ecn(socket, control));
  }
  if (how.overlapped) {
    auto operation = std::make_unique<SendOperation>(list.span(), host_flags, target, control.span());
    return begin_operation(socket, SocketIo::Lane::kSend, std::move(operation), how, sent, nullptr);
  }
  auto send = [&] {
    return not_connected(message->Control.len == 0 ? send_buffers(socket, list.span(), target, host_flags)
                                                   : send_message(socket, list.span(), target, control.span(), host_flags));
  };
  *sent = WS_TRY(in_turn(socket, SocketIo::Lane::kSend, send));
  return 0;
}

// MSG_PEEK, and MSG_ERRQUEUE where errors are kept for the program.
WsaResult<int> message_flags_to_host(SocketRef& socket, DWORD flags) {
  if (flags & ~static_cast<DWORD>(MSG_PEEK | MSG_ERRQUEUE)) return wsa_failure(WSAEOPNOTSUPP);
  bool keeps_errors = socket.socket().wants(ControlData::kErrors4) || socket.socket().wants(ControlData::kErrors6);
  if ((flags & MSG_ERRQUEUE) && !keeps_errors) return wsa_failure(WSAEOPNOTSUPP);
  static_assert(MSG_PEEK == host::kMsgPeek);
  return static_cast<int>(flags & MSG_PEEK) | (flags & MSG_ERRQUEUE ? host::kMsgErrQueue : 0);
}

// One message into the program's structure: its bytes. What was cut is told by dwFlags.
WsaResult<uint32_t> receive_into(SocketRef& socket, WSAMSG& message, std::span<const host::Buffer> buffers, bool with_sender, int host_flags) {
  host::Address sender;
  HostControlRoom room;
  host::ReceivedMessage data = WS_TRY(receive_message(socket, buffers, with_sender ? &sender : nullptr, room, host_flags));
  ReceivedControl control = control_from_host(std::span(room).first(data.control_size),
                                              socket.socket().get(StateField::kControlData), control_of(message));
  message.Control.len = static_cast<ULONG>(control.size);
  message.dwFlags = message_flags_from_host(data.flags) | control.flags;
  if (with_sender && sender.length != 0) WS_TRY(address_from_host(sender, message.name, &message.namelen));
  return static_cast<uint32_t>(data.size);
}

bool was_cut(const WSAMSG& message) { return message.dwFlags & (MSG_TRUNC | MSG_CTRUNC); }

class MessageReceiveOperation final : public Operation {
 public:
  MessageReceiveOperation(WSAMSG* message, std::span<const host::Buffer> buffers, bool with_sender, int host_flags)
      : message_(*message), buffers_(buffers), with_sender_(with_sender), host_flags_(host_flags | host::kMsgDontWait) {}

  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    auto received = receive_into(socket, message_, buffers_.span(), with_sender_, host_flags_);
    if (!received) return end_by(received.error());
    OperationEnd end{.bytes = received.value(), .flags = message_.dwFlags};
    if (was_cut(message_)) end.error = static_cast<WsaError>(WSAEMSGSIZE);
    return end;
  }

 private:
  WSAMSG& message_;
  BuffersLeft buffers_;
  bool with_sender_;
  int host_flags_;
};

WsaResult<int> receive_with_control(SOCKET s, WSAMSG* message, DWORD* received, HowToTell how) {
  SocketRef socket = WS_TRY(find(s));
  how = heeded(socket, how);
  WS_TRY(check_message(socket, message, received, how));
  BufferList list;
  WS_TRY(list.take(message->lpBuffers, message->dwBufferCount));
  int host_flags = WS_TRY(message_flags_to_host(socket, message->dwFlags));
  bool with_sender = WS_TRY(wants_sender(socket, message->name, message->name ? &message->namelen : nullptr));
  if (how.overlapped) {
    auto operation = std::make_unique<MessageReceiveOperation>(message, list.span(), with_sender, host_flags);
    return begin_operation(socket, SocketIo::Lane::kReceive, std::move(operation), how, received, nullptr);
  }
  auto receive = [&] { return receive_into(socket, *message, list.span(), with_sender, host_flags); };
  // The queue of errors is nobody's turn.
  *received = WS_TRY(host_flags & host::kMsgErrQueue ? receive() : in_turn(socket, SocketIo::Lane::kReceive, receive));
  if (was_cut(*message)) return wsa_failure(WSAEMSGSIZE);
  return 0;
}

}  // namespace

int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent, LPWSAOVERLAPPED lpOverlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  HowToTell how{lpOverlapped, reinterpret_cast<const void*>(lpCompletionRoutine)};
  return entry::call(
      "WSASendMsg", SOCKET_ERROR, [=] { return send_with_control(s, lpMsg, dwFlags, lpNumberOfBytesSent, how); }, s, lpMsg,
      trace::Flags{static_cast<int>(dwFlags)}, lpNumberOfBytesSent, lpOverlapped);
}

INT PASCAL windsock_receive_message(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd, LPWSAOVERLAPPED lpOverlapped,
                                    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  HowToTell how{lpOverlapped, reinterpret_cast<const void*>(lpCompletionRoutine)};
  return entry::call(
      "WSARecvMsg", SOCKET_ERROR, [=] { return receive_with_control(s, lpMsg, lpdwNumberOfBytesRecvd, how); }, s, lpMsg,
      lpdwNumberOfBytesRecvd, lpOverlapped);
}
