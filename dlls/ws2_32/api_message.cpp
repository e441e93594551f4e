// Datagrams with control data. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasendmsg and
// https://learn.microsoft.com/windows/win32/api/mswsock/nc-mswsock-lpfn_wsarecvmsg.
#include "dlls/ws2_32/api_message.h"

#include <ws2tcpip.h>

#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_arguments.h"
#include "dlls/ws2_32/translate_control.h"
#include "dlls/ws2_32/translate_flags.h"

using namespace windsock;

namespace {

WsaResult<SocketRef> find(SOCKET s) { return SocketTable::instance().find(s); }

// What both calls ask of their arguments, in this order.
WsaResult<void> check_message(SocketRef& socket, const WSAMSG* message, const DWORD* count, const void* overlapped) {
  if (overlapped || socket.socket().is_stream()) return wsa_failure(WSAEOPNOTSUPP);
  if (!can_be_memory(message) || !can_be_memory(count)) return wsa_failure(WSAEFAULT);
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

WsaResult<int> send_with_control(SOCKET s, const WSAMSG* message, DWORD flags, DWORD* sent, const void* overlapped) {
  SocketRef socket = WS_TRY(find(s));
  WS_TRY(check_message(socket, message, sent, overlapped));
  int host_flags = WS_TRY(send_flags_to_host(static_cast<int>(flags), FlagsOf::kWsaSend, socket.socket().kind()));
  BufferList list = WS_TRY(BufferList::from(message->lpBuffers, message->dwBufferCount));
  Destination target = WS_TRY(destination(socket, message->name, message->namelen));
  if (message->Control.len == 0) {
    *sent = WS_TRY(not_connected(send_buffers(socket, list.span(), target.pointer(), host_flags)));
    return 0;
  }
  HostControl control;
  WS_TRY(control_to_host(control_of(*message), socket.socket().kind(), control));
  WS_TRY(complete_ecn(socket, control));
  *sent = WS_TRY(not_connected(send_message(socket, list.span(), target.pointer(), control.span(), host_flags)));
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

WsaResult<int> receive_with_control(SOCKET s, WSAMSG* message, DWORD* received, const void* overlapped) {
  SocketRef socket = WS_TRY(find(s));
  WS_TRY(check_message(socket, message, received, overlapped));
  BufferList list = WS_TRY(BufferList::from(message->lpBuffers, message->dwBufferCount));
  int host_flags = WS_TRY(message_flags_to_host(socket, message->dwFlags));
  bool with_sender = WS_TRY(wants_sender(socket, message->name, message->name ? &message->namelen : nullptr));
  host::Address sender;
  HostControlRoom room;
  host::ReceivedMessage data = WS_TRY(receive_message(socket, list.span(), with_sender ? &sender : nullptr, room, host_flags));
  ReceivedControl control = control_from_host(std::span(room).first(data.control_size),
                                              socket.socket().get(StateField::kControlData), control_of(*message));
  *received = static_cast<DWORD>(data.size);
  message->Control.len = static_cast<ULONG>(control.size);
  message->dwFlags = message_flags_from_host(data.flags) | control.flags;
  if (with_sender && sender.length != 0) WS_TRY(address_from_host(sender, message->name, &message->namelen));
  if (message->dwFlags & (MSG_TRUNC | MSG_CTRUNC)) return wsa_failure(WSAEMSGSIZE);
  return 0;
}

}  // namespace

int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent, LPWSAOVERLAPPED lpOverlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
  return entry::call(
      "WSASendMsg", SOCKET_ERROR, [=] { return send_with_control(s, lpMsg, dwFlags, lpNumberOfBytesSent, lpOverlapped); }, s, lpMsg,
      trace::Flags{static_cast<int>(dwFlags)}, lpNumberOfBytesSent, lpOverlapped);
}

INT PASCAL windsock_receive_message(SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd, LPWSAOVERLAPPED lpOverlapped,
                                    LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
  return entry::call(
      "WSARecvMsg", SOCKET_ERROR, [=] { return receive_with_control(s, lpMsg, lpdwNumberOfBytesRecvd, lpOverlapped); }, s, lpMsg,
      lpdwNumberOfBytesRecvd, lpOverlapped);
}
