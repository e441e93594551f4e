// The life of a socket: creation, addresses, connections, end.
// https://learn.microsoft.com/windows/win32/api/winsock2/
#include <winsock2.h>
#include <ws2tcpip.h>

#include "dlls/ws2_32/duplication.h"
#include "dlls/ws2_32/binding.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_options.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/translate_kind.h"
#include "dlls/ws2_32/translate_protocol_info.h"
#include "dlls/ws2_32/turn.h"

using namespace windsock;

namespace {

constexpr DWORD kKnownFlags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT | WSA_FLAG_REGISTERED_IO;

[[gnu::always_inline]] inline WsaResult<SocketRef> find(SOCKET s) { return SocketTable::instance().find(s); }

// An optional buffer for an address is checked before the call takes effect, so that a bad one loses nothing.
WsaResult<void> check_name_buffer(const sockaddr* name, const int* length, int family) {
  if (!name && !length) return {};
  if (!null_or_memory(name) || !can_be_memory(length) || (name && *length < max_address_length(family))) return wsa_failure(WSAEFAULT);
  return {};
}

WsaResult<void> store_name(const host::Address& address, sockaddr* name, int* length) {
  if (!name) return {};
  return address_from_host(address, name, length);
}

// WSASocket by a structure: what FROM_PROTOCOL_INFO leaves open stands in it; a ticket inside redeems a duplicate.
WsaResult<SOCKET> create_from(int af, int type, int protocol, const WSAPROTOCOL_INFOW* info, DWORD flags) {
  if (flags & ~kKnownFlags) return wsa_failure(flags & WSA_FLAG_ACCESS_SYSTEM_SECURITY ? WSAEACCES : WSAEINVAL);
  if (!info) {
    SocketKind kind = WS_TRY(resolve_kind(af, type, protocol));
    return create_socket(kind, flags);
  }
  if (!can_be_memory(info)) return wsa_failure(WSAEFAULT);
  SocketKind asked{af == FROM_PROTOCOL_INFO ? info->iAddressFamily : af, type == FROM_PROTOCOL_INFO ? info->iSocketType : type,
                   protocol == FROM_PROTOCOL_INFO ? info->iProtocol : protocol};
  if (auto ticket = get_ticket(*info)) return redeem_ticket(*ticket, asked, flags);
  SocketKind kind = WS_TRY(resolve_kind(asked.family, asked.type, asked.protocol));
  return create_socket(kind, flags);
}

// What the condition of WSAAccept says about a connection.
int ask_condition(SocketRef& listener, const Accepted& connection, LPCONDITIONPROC condition, DWORD_PTR callback_data) {
  SOCKADDR_STORAGE caller{}, callee{};
  int caller_length = sizeof caller, callee_length = sizeof callee;
  (void)address_from_host(connection.peer, reinterpret_cast<sockaddr*>(&caller), &caller_length);
  if (auto local = host::local_address(connection.fd.get()))
    (void)address_from_host(local.value(), reinterpret_cast<sockaddr*>(&callee), &callee_length);
  WSABUF caller_id{static_cast<ULONG>(caller_length), reinterpret_cast<CHAR*>(&caller)};
  WSABUF callee_id{static_cast<ULONG>(callee_length), reinterpret_cast<CHAR*>(&callee)};
  WSABUF callee_data{0, nullptr};
  GROUP group = 0;
  auto pointer = [](auto* p) { return reinterpret_cast<uintptr_t>(p); };
  const uintptr_t arguments[] = {pointer(&caller_id), 0, 0, 0, pointer(&callee_id), pointer(&callee_data), pointer(&group), callback_data};
  WS_TRACE(kApi, "WSAAccept on %d asks its condition", listener.fd());
  ++process::g_in_callback;
  auto answer = services::call_procedure(reinterpret_cast<const void*>(condition), arguments, 8);
  --process::g_in_callback;
  return static_cast<int>(answer);
}

WsaResult<SOCKET> accept_on(SocketRef& listener, sockaddr* addr, int* addrlen, LPCONDITIONPROC condition, DWORD_PTR callback_data) {
  Accepted connection = WS_TRY(in_turn(listener, SocketIo::Lane::kReceive, [&] { return accept_connection(listener); }));
  if (condition) {
    switch (ask_condition(listener, connection, condition, callback_data)) {
      case CF_ACCEPT:
        break;
      case CF_REJECT:
        reject_connection(std::move(connection));
        return wsa_failure(WSAECONNREFUSED);
      case CF_DEFER:
        defer_connection(listener, std::move(connection));
        return wsa_failure(WSATRY_AGAIN);
      default:  // no decision: the connection waits for one
        defer_connection(listener, std::move(connection));
        return wsa_failure(WSAEINVAL);
    }
  }
  WS_TRY(store_name(connection.peer, addr, addrlen));
  return adopt_connection(listener, std::move(connection));
}

WsaResult<SOCKET> accept_with(SOCKET s, sockaddr* addr, int* addrlen, LPCONDITIONPROC condition, DWORD_PTR callback_data) {
  SocketRef listener = WS_TRY(find(s));
  WS_TRY(check_name_buffer(addr, addrlen, listener.socket().kind().family));
  auto accepted = accept_on(listener, addr, addrlen, condition, callback_data);
  if (accepted.error() != static_cast<WsaError>(WSATRY_AGAIN)) enable_events(listener, Enabling::kAccept);
  return accepted;
}

// The end of sending, behind what is still to be sent.
class ShutdownOperation final : public Operation {
 public:
  ShutdownOperation() : Operation(nobodys_) {}
  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    (void)shutdown_socket(socket, SD_SEND);
    return OperationEnd{};
  }

 private:
  WSAOVERLAPPED nobodys_{};
};

WsaResult<void> shut_down_in_turn(SocketRef& socket, int how) {
  SocketIo* io = SocketIo::if_any(socket.descriptor());
  const bool waits = (how == SD_SEND || how == SD_BOTH) && io && !socket.socket().has_seen(Seen::kAwaitsConnection) &&
                     io->is_busy(socket, SocketIo::Lane::kSend);
  if (!waits) return shutdown_socket(socket, how);
  if (how == SD_BOTH) WS_TRY(shutdown_socket(socket, SD_RECEIVE));
  auto begun = io->begin(socket, SocketIo::Lane::kSend, std::make_unique<ShutdownOperation>());
  if (!begun && begun.error() != static_cast<WsaError>(WSA_IO_PENDING)) return Failure{begun.error()};
  return {};
}

WsaResult<int> connect_to(SOCKET s, const sockaddr* name, int namelen) {
  SocketRef socket = WS_TRY(find(s));
  host::Address address = WS_TRY(address_to_host(name, namelen, socket.socket().kind().family));
  WS_TRY(connect_socket(socket, address));
  return 0;
}

template <typename AskName>
[[gnu::noinline]] WsaResult<int> give_name(SocketRef& socket, sockaddr* name, int* namelen, AskName ask) {
  host::Address address = WS_TRY(ask(socket));
  WS_TRY(address_from_host(address, name, namelen));
  return 0;
}

// IPv4 and IPv6 addresses differ from the host's in the number of the family alone: with room for one, the host writes where
// the program wants it.
[[gnu::always_inline]] inline bool has_room_for_internet_name(SocketRef& socket, const int* namelen) {
  int family = socket.socket().kind().family;
  return (family == AF_INET && *namelen >= static_cast<int>(sizeof(sockaddr_in))) ||
         (family == AF_INET6 && *namelen >= static_cast<int>(sizeof(sockaddr_in6)));
}

using AskHost = host::Result<void> (*)(int fd, void* address, uint32_t& length);
[[gnu::always_inline]] inline WsaResult<int> give_internet_name(SocketRef& socket, sockaddr* name, int* namelen, AskHost ask) {
  auto length = static_cast<uint32_t>(*namelen);
  auto asked = ask(socket.fd(), name, length);
  if (!asked) [[unlikely]] return wsa_failure_from_host(asked.error());
  name->sa_family = static_cast<ADDRESS_FAMILY>(socket.socket().kind().family);
  *namelen = static_cast<int>(length);
  return 0;
}

}  // namespace

SOCKET WSAAPI socket(int af, int type, int protocol) {
  auto body = [&]() -> WsaResult<SOCKET> {
    return create_from(af, type, protocol, nullptr, open_type_of_thread() ? 0 : WSA_FLAG_OVERLAPPED);
  };
  return entry::call("socket", INVALID_SOCKET, body, trace::Family{af}, trace::SocketType{type}, trace::Protocol{protocol});
}

SOCKET WSAAPI WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g, DWORD dwFlags) {
  return entry::call(
      "WSASocketW", INVALID_SOCKET, [&]() -> WsaResult<SOCKET> { return create_from(af, type, protocol, lpProtocolInfo, dwFlags); },
      trace::Family{af}, trace::SocketType{type}, trace::Protocol{protocol}, trace::ProtocolInfo{lpProtocolInfo}, g,
      trace::CreationFlags{dwFlags});
}

SOCKET WSAAPI WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP g, DWORD dwFlags) {
  auto body = [&]() -> WsaResult<SOCKET> {
    if (!lpProtocolInfo) return create_from(af, type, protocol, nullptr, dwFlags);
    if (!can_be_memory(lpProtocolInfo)) return wsa_failure(WSAEFAULT);
    WSAPROTOCOL_INFOW wide = wide_protocol_info(*lpProtocolInfo);
    return create_from(af, type, protocol, &wide, dwFlags);
  };
  return entry::call("WSASocketA", INVALID_SOCKET, body, trace::Family{af}, trace::SocketType{type}, trace::Protocol{protocol},
                     trace::ProtocolInfo{lpProtocolInfo}, g, trace::CreationFlags{dwFlags});
}

int WSAAPI closesocket(SOCKET s) {
  auto body = [&]() -> WsaResult<int> {
    WS_TRY(close_socket(s));
    return 0;
  };
  return entry::call("closesocket", SOCKET_ERROR, body, s);
}

int WSAAPI bind(SOCKET s, const struct sockaddr* name, int namelen) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    host::Address address = WS_TRY(address_to_host(name, namelen, socket.socket().kind().family));
    WS_TRY(bind_socket(socket, address));
    return 0;
  };
  return entry::call("bind", SOCKET_ERROR, body, s, trace::Name{name, namelen});
}

int WSAAPI listen(SOCKET s, int backlog) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    WS_TRY(listen_socket(socket, backlog));
    return 0;
  };
  return entry::call("listen", SOCKET_ERROR, body, s, trace::Backlog{backlog});
}

SOCKET WSAAPI accept(SOCKET s, struct sockaddr* addr, int* addrlen) {
  return entry::call(
      "accept", INVALID_SOCKET, [&]() -> WsaResult<SOCKET> { return accept_with(s, addr, addrlen, nullptr, 0); }, s,
      trace::NameResult{addr, addrlen});
}

SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr* addr, LPINT addrlen, LPCONDITIONPROC lpfnCondition, DWORD_PTR dwCallbackData) {
  return entry::call(
      "WSAAccept", INVALID_SOCKET,
      [&]() -> WsaResult<SOCKET> { return accept_with(s, addr, addrlen, lpfnCondition, dwCallbackData); }, s, trace::NameResult{addr, addrlen},
      reinterpret_cast<const void*>(lpfnCondition), dwCallbackData);
}

int WSAAPI connect(SOCKET s, const struct sockaddr* name, int namelen) {
  return entry::call(
      "connect", SOCKET_ERROR, [&]() -> WsaResult<int> { return connect_to(s, name, namelen); }, s, trace::Name{name, namelen});
}

// TCP has no connect data: what the caller gives is not sent, what it asks for is empty.
int WSAAPI WSAConnect(SOCKET s, const struct sockaddr* name, int namelen, LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
                      LPQOS lpGQOS) {
  auto body = [&]() -> WsaResult<int> {
    WS_TRY(connect_to(s, name, namelen));
    if (lpCalleeData) lpCalleeData->len = 0;
    return 0;
  };
  return entry::call("WSAConnect", SOCKET_ERROR, body, s, trace::Name{name, namelen}, lpCallerData, lpCalleeData, lpSQOS, lpGQOS);
}

int WSAAPI shutdown(SOCKET s, int how) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    WS_TRY(check_context(socket));
    WS_TRY(shut_down_in_turn(socket, how));
    return 0;
  };
  return entry::call("shutdown", SOCKET_ERROR, body, s, trace::How{how});
}

// No provider here has disconnect data (XP1_DISCONNECT_DATA); without it these are shutdown. Asked for it, they say so before
// anything has happened.
int WSAAPI WSASendDisconnect(SOCKET s, LPWSABUF lpOutboundDisconnectData) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    if (lpOutboundDisconnectData) return wsa_failure(WSAENOPROTOOPT);
    WS_TRY(shut_down_in_turn(socket, SD_SEND));
    return 0;
  };
  return entry::call("WSASendDisconnect", SOCKET_ERROR, body, s, lpOutboundDisconnectData);
}

int WSAAPI WSARecvDisconnect(SOCKET s, LPWSABUF lpInboundDisconnectData) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    if (lpInboundDisconnectData) return wsa_failure(WSAENOPROTOOPT);
    WS_TRY(shutdown_socket(socket, SD_RECEIVE));
    return 0;
  };
  return entry::call("WSARecvDisconnect", SOCKET_ERROR, body, s, lpInboundDisconnectData);
}

int WSAAPI getsockname(SOCKET s, struct sockaddr* name, int* namelen) {
  auto body = [=]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    if (!can_be_memory(name) || !can_be_memory(namelen)) return wsa_failure(WSAEFAULT);
    // Windows has no name for a socket that is not bound, where the host has the zero address.
    if (has_room_for_internet_name(socket, namelen) && socket.socket().has_seen(Seen::kBound)) [[likely]]
      return give_internet_name(socket, name, namelen, host::local_address);
    return give_name(socket, name, namelen, local_name);
  };
  return entry::call("getsockname", SOCKET_ERROR, body, s, trace::NameResult{name, namelen});
}

int WSAAPI getpeername(SOCKET s, struct sockaddr* name, int* namelen) {
  auto body = [=]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    if (!can_be_memory(name) || !can_be_memory(namelen)) return wsa_failure(WSAEFAULT);
    WS_TRY(check_context(socket));
    if (has_room_for_internet_name(socket, namelen)) [[likely]]
      return give_internet_name(socket, name, namelen, host::peer_address);
    return give_name(socket, name, namelen, peer_name);
  };
  return entry::call("getpeername", SOCKET_ERROR, body, s, trace::NameResult{name, namelen});
}
