// getaddrinfo in all its forms, and getnameinfo. The error is the result, and the last error too.
// https://learn.microsoft.com/windows/win32/api/ws2tcpip/nf-ws2tcpip-getaddrinfoexw
#include <winsock2.h>
#include <ws2tcpip.h>

#include <optional>

#include "dlls/common/nt_status.h"
#include "dlls/ws2_32/address_lists.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/name_query.h"
#include "dlls/ws2_32/operation.h"
#include "dlls/ws2_32/program_pointer.h"

using namespace windsock;
using entry::Needs;

namespace {

template <typename Body, typename... Arguments>
INT code_of(const char* call, Body body, const Arguments&... arguments) {
  int outcome = entry::call(
      call, SOCKET_ERROR,
      [&]() -> WsaResult<int> {
        WS_TRY(body());
        return 0;
      },
      arguments...);
  return outcome == 0 ? 0 : static_cast<INT>(services::last_error());
}

template <typename Info, typename Character>
WsaResult<void> give_list(const Character* node, const Character* service, const Info* hints, Info** list) {
  if (!can_be_memory(list) || !null_or_memory(node) || !null_or_memory(service) || !null_or_memory(hints)) return wsa_failure(WSAEFAULT);
  *list = nullptr;
  *list = WS_TRY(resolve_address_list(node, service, hints));
  return {};
}

// There is one provider here, for DNS and hosts.
template <typename Info, typename Character>
WsaResult<void> check_question(const Character* node, const Character* service, DWORD name_space, const Info* hints, Info** list) {
  if (name_space != NS_ALL && name_space != NS_DNS) return wsa_failure(WSAEINVAL);
  if (!can_be_memory(list) || !null_or_memory(node) || !null_or_memory(service) || !null_or_memory(hints)) return wsa_failure(WSAEFAULT);
  if (!node && !service) return wsa_failure(WSAHOST_NOT_FOUND);
  return {};
}

// What GetAddrInfoExW can be asked for beside.
struct Extras {
  timeval* timeout;
  WSAOVERLAPPED* overlapped;
  LPLOOKUPSERVICE_COMPLETION_ROUTINE routine;
  HANDLE* handle;
};

WsaResult<std::optional<int64_t>> deadline_of(const timeval* timeout) {
  constexpr int64_t kSecond = 1'000'000'000;
  if (!timeout) return std::optional<int64_t>();
  if (!can_be_memory(timeout)) return wsa_failure(WSAEFAULT);
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return wsa_failure(WSAEINVAL);
  return std::optional(host::now_nanoseconds() + timeout->tv_sec * kSecond + timeout->tv_usec * 1000);
}

WsaResult<void> begin_query(const WCHAR* node, const WCHAR* service, const ADDRINFOEXW* hints, ADDRINFOEXW** list, const Extras& extras) {
  if (!can_be_memory(extras.overlapped) || !null_or_memory(extras.handle)) return wsa_failure(WSAEFAULT);
  if (extras.routine && extras.overlapped->hEvent) return wsa_failure(WSAEINVAL);  // one of the two
  if (extras.routine && !services::kBackgroundThreadsCallProcedures) return wsa_failure(WSAEOPNOTSUPP);
  name_query::Call call;
  call.deadline = WS_TRY(deadline_of(extras.timeout));
  auto copied = [](const WCHAR* text) { return text ? std::optional<std::u16string>(text) : std::nullopt; };
  call.look_up = [node = copied(node), service = copied(service), with_hints = hints != nullptr, hints = hints ? *hints : ADDRINFOEXW{}] {
    return resolve_address_list(node ? node->c_str() : nullptr, service ? service->c_str() : nullptr, with_hints ? &hints : nullptr);
  };
  call.result = list;
  call.overlapped = extras.overlapped;
  call.routine = extras.routine;
  call.handle = extras.handle;
  return Failure{name_query::begin(std::move(call))};
}

// What SetAddrInfoEx keeps for later versions, and the name space it is asked to write to.
struct Registration {
  const void* name;
  DWORD name_space;
  const void *timeout, *overlapped, *routine, *handle;
};

// "The default NS_DNS … namespace providers do not currently support name registration."
WsaResult<void> register_name(const Registration& asked) {
  if (asked.timeout || asked.overlapped || asked.routine || asked.handle) return wsa_failure(WSAEINVAL);
  if (!can_be_memory(asked.name)) return wsa_failure(asked.name ? WSAEFAULT : WSAEINVAL);
  if (asked.name_space != NS_ALL && asked.name_space != NS_DNS) return wsa_failure(WSAEINVAL);
  return wsa_failure(WSANO_RECOVERY);
}

template <typename Character>
WsaResult<void> put_text(const std::string& text, Character* buffer, DWORD room) {
  auto found = text_from_utf8(text, Character{});
  if (found.size() >= room) return wsa_failure(ERROR_INSUFFICIENT_BUFFER);
  memcpy(buffer, found.c_str(), (found.size() + 1) * sizeof(Character));
  return {};
}

template <typename Character>
WsaResult<void> give_names(const sockaddr* address, socklen_t length, Character* node, DWORD node_room, Character* service,
                           DWORD service_room, int flags) {
  if (!null_or_memory(node) || !null_or_memory(service)) return wsa_failure(WSAEFAULT);
  if ((node && node_room == 0) || (service && service_room == 0)) return wsa_failure(WSAEINVAL);
  host::AddressNames names = WS_TRY(resolve_names(address, static_cast<int>(length), node, service, flags));
  if (node) WS_TRY(put_text(names.node, node, node_room));
  if (service) WS_TRY(put_text(names.service, service, service_room));
  return {};
}

}  // namespace

extern "C" {

INT WSAAPI getaddrinfo(const char* nodename, const char* servname, const struct addrinfo* hints, struct addrinfo** res) {
  auto body = [&]() -> WsaResult<void> {
    if (!can_be_memory(res) || !null_or_memory(nodename) || !null_or_memory(servname) || !null_or_memory(hints))
      return wsa_failure(WSAEFAULT);
    *res = nullptr;
    *res = WS_TRY(resolve_addresses(nodename, servname, hints));
    return {};
  };
  return code_of("getaddrinfo", body, trace::Text{nodename}, trace::Text{servname}, hints, res);
}

VOID WSAAPI freeaddrinfo(struct addrinfo* pAddrInfo) {
  entry::call<Needs::kNothing>("freeaddrinfo", SOCKET_ERROR, [&]() -> WsaResult<int> {
    free_addresses(pAddrInfo);
    return 0;
  }, pAddrInfo);
}

INT WSAAPI GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW* pHints, PADDRINFOW* ppResult) {
  return code_of("GetAddrInfoW", [&] { return give_list(pNodeName, pServiceName, pHints, ppResult); }, pNodeName, pServiceName, pHints,
                 ppResult);
}

VOID WSAAPI FreeAddrInfoW(PADDRINFOW pAddrInfo) { free_address_list(pAddrInfo); }

// "If lpCompletionRoutine or lpOverlapped … must be NULL": only the form with wide characters goes on after its call.
INT WSAAPI GetAddrInfoExA(PCSTR pName, PCSTR pServiceName, DWORD dwNameSpace, LPGUID lpNspId, const ADDRINFOEXA* hints,
                          PADDRINFOEXA* ppResult, struct timeval*, LPOVERLAPPED lpOverlapped,
                          LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine, LPHANDLE) {
  auto body = [&]() -> WsaResult<void> {
    if (lpOverlapped || lpCompletionRoutine) return wsa_failure(WSAEINVAL);
    WS_TRY(check_question(pName, pServiceName, dwNameSpace, hints, ppResult));
    return give_list(pName, pServiceName, hints, ppResult);
  };
  return code_of("GetAddrInfoExA", body, trace::Text{pName}, trace::Text{pServiceName}, dwNameSpace, lpNspId, hints, ppResult, lpOverlapped);
}

INT WSAAPI GetAddrInfoExW(PCWSTR pName, PCWSTR pServiceName, DWORD dwNameSpace, LPGUID lpNspId, const ADDRINFOEXW* hints,
                          PADDRINFOEXW* ppResult, struct timeval* timeout, LPOVERLAPPED lpOverlapped,
                          LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine, LPHANDLE lpHandle) {
  auto body = [&]() -> WsaResult<void> {
    // A routine without an OVERLAPPED has nothing to tell of.
    if (lpCompletionRoutine && !lpOverlapped) return wsa_failure(WSAEINVAL);
    WS_TRY(check_question(pName, pServiceName, dwNameSpace, hints, ppResult));
    if (lpOverlapped) return begin_query(pName, pServiceName, hints, ppResult, {timeout, lpOverlapped, lpCompletionRoutine, lpHandle});
    return give_list(pName, pServiceName, hints, ppResult);
  };
  return code_of("GetAddrInfoExW", body, pName, pServiceName, dwNameSpace, lpNspId, hints, ppResult, lpOverlapped);
}

INT WSAAPI GetAddrInfoExCancel(LPHANDLE lpHandle) {
  auto body = [&]() -> WsaResult<void> {
    if (!can_be_memory(lpHandle)) return wsa_failure(WSA_INVALID_HANDLE);
    return name_query::cancel(*lpHandle);
  };
  return code_of("GetAddrInfoExCancel", body, lpHandle);
}

INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED lpOverlapped) {
  auto body = [&]() -> WsaResult<void> {
    if (!can_be_memory(lpOverlapped)) return wsa_failure(WSAEINVAL);
    uint32_t status = status_of(*lpOverlapped);
    if (status == kStatusPending) return wsa_failure(WSAEINPROGRESS);
    if (is_failure(status)) return wsa_failure(wsa_from_nt_status(status));
    return {};
  };
  return code_of("GetAddrInfoExOverlappedResult", body, lpOverlapped);
}

INT WSAAPI SetAddrInfoExA(PCSTR pName, PCSTR pServiceName, SOCKET_ADDRESS* pAddresses, DWORD dwAddressCount, LPBLOB, DWORD dwFlags,
                          DWORD dwNameSpace, LPGUID, struct timeval* timeout, LPOVERLAPPED lpOverlapped,
                          LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine, LPHANDLE lpNameHandle) {
  Registration asked{pName, dwNameSpace, timeout, lpOverlapped, reinterpret_cast<const void*>(lpCompletionRoutine), lpNameHandle};
  return code_of("SetAddrInfoExA", [&] { return register_name(asked); }, trace::Text{pName}, trace::Text{pServiceName}, pAddresses,
                 dwAddressCount, dwFlags, dwNameSpace);
}

INT WSAAPI SetAddrInfoExW(PCWSTR pName, PCWSTR pServiceName, SOCKET_ADDRESS* pAddresses, DWORD dwAddressCount, LPBLOB, DWORD dwFlags,
                          DWORD dwNameSpace, LPGUID, struct timeval* timeout, LPOVERLAPPED lpOverlapped,
                          LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine, LPHANDLE lpNameHandle) {
  Registration asked{pName, dwNameSpace, timeout, lpOverlapped, reinterpret_cast<const void*>(lpCompletionRoutine), lpNameHandle};
  return code_of("SetAddrInfoExW", [&] { return register_name(asked); }, pName, pServiceName, pAddresses, dwAddressCount, dwFlags, dwNameSpace);
}

VOID WSAAPI FreeAddrInfoEx(PADDRINFOEXA pAddrInfoEx) { free_address_list(pAddrInfoEx); }
VOID WSAAPI FreeAddrInfoExW(PADDRINFOEXW pAddrInfoEx) { free_address_list(pAddrInfoEx); }

INT WSAAPI getnameinfo(const struct sockaddr* sa, socklen_t salen, char* host, DWORD hostlen, char* serv, DWORD servlen, int flags) {
  return code_of("getnameinfo", [&] { return give_names(sa, salen, host, hostlen, serv, servlen, flags); },
                 trace::Name{sa, static_cast<int>(salen)}, host, hostlen, serv, servlen, flags);
}

INT WSAAPI GetNameInfoW(const SOCKADDR* pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer, DWORD NodeBufferSize,
                        PWCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags) {
  return code_of(
      "GetNameInfoW",
      [&] { return give_names(pSockaddr, SockaddrLength, pNodeBuffer, NodeBufferSize, pServiceBuffer, ServiceBufferSize, Flags); },
      trace::Name{pSockaddr, static_cast<int>(SockaddrLength)}, pNodeBuffer, NodeBufferSize, pServiceBuffer, ServiceBufferSize, Flags);
}

int WSAAPI GetHostNameW(PWSTR name, int namelen) {
  return entry::call(
      "GetHostNameW", SOCKET_ERROR,
      [&]() -> WsaResult<int> {
        if (!can_be_memory(name)) return wsa_failure(WSAEFAULT);
        std::u16string machine = utf16_from_utf8(WS_TRY_HOST(host::machine_name()));
        if (namelen < 0 || machine.size() >= static_cast<size_t>(namelen)) return wsa_failure(WSAEFAULT);
        memcpy(name, machine.c_str(), (machine.size() + 1) * sizeof(WCHAR));
        return 0;
      },
      name, namelen);
}

}  // extern "C"
