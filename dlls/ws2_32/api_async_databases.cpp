// Hosts, services and protocols by name and number, told by a message to a window.
// https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsaasyncgethostbyname and its neighbours.
//
// The buffer should have MAXGETHOSTSTRUCT bytes. The message has the handle in wParam, the error in the high half of lParam, and in the low
// one the size of the answer, or what it needs (WSAENOBUFS).
#include <winsock2.h>
#include <ws2tcpip.h>

#include <string>
#include <string_view>

#include "dlls/ws2_32/database_entries.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/message_query.h"
#include "dlls/ws2_32/program_pointer.h"

using namespace windsock;

namespace {

// ---- entries of the databases in a buffer; they lie in the storage of the thread that has looked them up --------------------------------

char** put_list(PackedBuffer& buffer, char* const* list, size_t size_of_item) {
  size_t count = 0;
  while (list[count]) ++count;
  char** placed = buffer.reserve<char*>(count + 1);
  for (size_t i = 0; i < count; ++i) {
    char* item = buffer.put_text(size_of_item == 0 ? std::string_view(list[i]) : std::string_view(list[i], size_of_item));
    if (placed) placed[i] = item;
  }
  return placed;
}

void put(PackedBuffer& buffer, const hostent& found) {
  auto* entry = buffer.put(found);
  char** addresses = put_list(buffer, found.h_addr_list, static_cast<size_t>(found.h_length));
  char** aliases = put_list(buffer, found.h_aliases, 0);
  char* name = buffer.put_text(std::string_view(found.h_name));
  if (!entry) return;
  entry->h_name = name;
  entry->h_aliases = aliases;
  entry->h_addr_list = addresses;
}

void put(PackedBuffer& buffer, const servent& found) {
  auto* entry = buffer.put(found);
  char** aliases = put_list(buffer, found.s_aliases, 0);
  char* name = buffer.put_text(std::string_view(found.s_name));
  char* protocol = buffer.put_text(std::string_view(found.s_proto));
  if (!entry) return;
  entry->s_name = name;
  entry->s_aliases = aliases;
  entry->s_proto = protocol;
}

void put(PackedBuffer& buffer, const protoent& found) {
  auto* entry = buffer.put(found);
  char** aliases = put_list(buffer, found.p_aliases, 0);
  char* name = buffer.put_text(std::string_view(found.p_name));
  if (!entry) return;
  entry->p_name = name;
  entry->p_aliases = aliases;
}

// `ask` gives a pointer to the entry; it owns what it needs.
template <typename Ask>
WsaResult<HANDLE> begin(HWND window, u_int message, char* buffer, int size, Ask ask) {
  if (!can_be_memory(buffer)) return wsa_failure(WSAEFAULT);
  auto messages = WindowMessages::to(window, message);
  if (!messages) return wsa_failure(WSAEINVAL);
  auto look_up = [ask]() -> WsaResult<message_query::Fill> {
    auto* entry = WS_TRY(ask());
    return message_query::Fill([entry](PackedBuffer& out) { put(out, *entry); });
  };
  return message_query::begin(std::move(messages), buffer, size, look_up);
}

// A text of the program's that may be null.
struct OwnText {
  explicit OwnText(const char* given) : is_null(!given), text(given ? given : "") {}
  const char* get() const { return is_null ? nullptr : text.c_str(); }
  bool is_null;
  std::string text;
};

template <typename Body, typename... Arguments>
HANDLE call(const char* name, Body body, const Arguments&... arguments) {
  return entry::call(name, static_cast<HANDLE>(nullptr), body, arguments...);
}

}  // namespace

HANDLE WSAAPI WSAAsyncGetHostByName(HWND hWnd, u_int wMsg, const char* name, char* buf, int buflen) {
  auto body = [=]() -> WsaResult<HANDLE> {
    if (!null_or_memory(name)) return wsa_failure(WSAEFAULT);
    return begin(hWnd, wMsg, buf, buflen, [own = OwnText(name)] { return host_entry_by_name(own.get()); });
  };
  return call("WSAAsyncGetHostByName", body, hWnd, wMsg, trace::Text{name}, buf, buflen);
}

HANDLE WSAAPI WSAAsyncGetHostByAddr(HWND hWnd, u_int wMsg, const char* addr, int len, int type, char* buf, int buflen) {
  auto body = [=]() -> WsaResult<HANDLE> {
    if (!can_be_memory(addr) || len < 0) return wsa_failure(WSAEFAULT);
    constexpr int kLongest = sizeof(in6_addr);
    return begin(hWnd, wMsg, buf, buflen, [own = std::string(addr, static_cast<size_t>(len < kLongest ? len : kLongest)), len, type] {
      return host_entry_by_address(own.data(), len, type);
    });
  };
  return call("WSAAsyncGetHostByAddr", body, hWnd, wMsg, addr, len, trace::Family{type}, buf, buflen);
}

HANDLE WSAAPI WSAAsyncGetServByName(HWND hWnd, u_int wMsg, const char* name, const char* proto, char* buf, int buflen) {
  auto body = [=]() -> WsaResult<HANDLE> {
    if (!can_be_memory(name) || !null_or_memory(proto)) return wsa_failure(WSAEFAULT);
    return begin(hWnd, wMsg, buf, buflen,
                 [own = OwnText(name), protocol = OwnText(proto)] { return service_entry_by_name(own.get(), protocol.get()); });
  };
  return call("WSAAsyncGetServByName", body, hWnd, wMsg, trace::Text{name}, trace::Text{proto}, buf, buflen);
}

HANDLE WSAAPI WSAAsyncGetServByPort(HWND hWnd, u_int wMsg, int port, const char* proto, char* buf, int buflen) {
  auto body = [=]() -> WsaResult<HANDLE> {
    if (!null_or_memory(proto)) return wsa_failure(WSAEFAULT);
    return begin(hWnd, wMsg, buf, buflen, [port, protocol = OwnText(proto)] { return service_entry_by_port(port, protocol.get()); });
  };
  return call("WSAAsyncGetServByPort", body, hWnd, wMsg, port, trace::Text{proto}, buf, buflen);
}

HANDLE WSAAPI WSAAsyncGetProtoByName(HWND hWnd, u_int wMsg, const char* name, char* buf, int buflen) {
  auto body = [=]() -> WsaResult<HANDLE> {
    if (!can_be_memory(name)) return wsa_failure(WSAEFAULT);
    return begin(hWnd, wMsg, buf, buflen, [own = OwnText(name)] { return protocol_entry_by_name(own.get()); });
  };
  return call("WSAAsyncGetProtoByName", body, hWnd, wMsg, trace::Text{name}, buf, buflen);
}

HANDLE WSAAPI WSAAsyncGetProtoByNumber(HWND hWnd, u_int wMsg, int number, char* buf, int buflen) {
  auto body = [=] { return begin(hWnd, wMsg, buf, buflen, [number] { return protocol_entry_by_number(number); }); };
  return call("WSAAsyncGetProtoByNumber", body, hWnd, wMsg, number, buf, buflen);
}

int WSAAPI WSACancelAsyncRequest(HANDLE hAsyncTaskHandle) {
  auto body = [=]() -> WsaResult<int> {
    WS_TRY(message_query::cancel(hAsyncTaskHandle));
    return 0;
  };
  return entry::call("WSACancelAsyncRequest", SOCKET_ERROR, body, hAsyncTaskHandle);
}
