// Queries of name spaces, and service classes.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsalookupservicebeginw and its neighbours
#include <winsock2.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "dlls/common/utf.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/name_lookup.h"
#include "dlls/ws2_32/packed_buffer.h"
#include "dlls/ws2_32/provider_catalogue.h"

using namespace windsock;

namespace {

std::string utf8(const CHAR* text) { return text ? text : ""; }
std::string utf8(const WCHAR* text) { return text ? utf8_from_utf16(text) : ""; }

void set_text(PackedBuffer& buffer, CHAR*& where, const std::string& text) { where = buffer.put_text(std::string_view(text)); }
void set_text(PackedBuffer& buffer, WCHAR*& where, const std::string& text) {
  where = buffer.put_text(std::u16string_view(utf16_from_utf8(text)));
}

template <typename QuerySet>
WsaResult<int> begin(const QuerySet* restrictions, DWORD flags, HANDLE* lookup) {
  if (!restrictions || !lookup) return wsa_failure(WSAEFAULT);
  if (restrictions->dwSize != sizeof *restrictions || !restrictions->lpServiceClassId) return wsa_failure(WSAEINVAL);
  if (restrictions->dwNumberOfProtocols != 0 && !restrictions->lpafpProtocols) return wsa_failure(WSAEINVAL);
  NameQuestion question;
  if (restrictions->lpszServiceInstanceName) question.name = utf8(restrictions->lpszServiceInstanceName);
  question.service_class = *restrictions->lpServiceClassId;
  question.name_space = restrictions->dwNameSpace;
  if (restrictions->lpNSProviderId) question.provider = *restrictions->lpNSProviderId;
  question.protocols.assign(restrictions->lpafpProtocols, restrictions->lpafpProtocols + restrictions->dwNumberOfProtocols);
  question.query_string = utf8(restrictions->lpszQueryString);
  question.flags = flags;
  *lookup = name_lookups::insert(WS_TRY(look_up(std::move(question))));
  return 0;
}

void put_addresses(PackedBuffer& buffer, const NameAnswerSet& answers, DWORD& count, CSADDR_INFO*& where) {
  count = static_cast<DWORD>(answers.addresses.size());
  CSADDR_INFO* infos = buffer.reserve<CSADDR_INFO>(answers.addresses.size());
  for (size_t i = 0; i < answers.addresses.size(); ++i) {
    const NameAddress& one = answers.addresses[i];
    // The local part is usable too: the wildcard of the family.
    sockaddr_storage local{};
    local.ss_family = one.address.ss_family;
    auto* remote_place = buffer.put(one.address);
    auto* local_place = buffer.put(local);
    if (!infos || !remote_place || !local_place) continue;
    infos[i].RemoteAddr = {reinterpret_cast<sockaddr*>(remote_place), one.length};
    infos[i].LocalAddr = {reinterpret_cast<sockaddr*>(local_place), one.length};
    infos[i].iSocketType = one.type;
    infos[i].iProtocol = one.protocol;
  }
  where = infos;
}

// One set of results, with what both the query and this call ask for.
template <typename QuerySet>
void put_answers(PackedBuffer& buffer, const NameLookup& lookup, const NameAnswerSet& answers, DWORD flags) {
  QuerySet ignored{};
  QuerySet* place = buffer.reserve<QuerySet>();
  QuerySet& set = place ? *place : ignored;
  set.dwSize = sizeof set;
  set.dwNameSpace = NS_DNS;
  set.dwOutputFlags = answers.is_alias ? RESULT_IS_ALIAS : 0;
  set.lpNSProviderId = buffer.put(name_space_providers().front().id);
  if (flags & LUP_RETURN_NAME) set_text(buffer, set.lpszServiceInstanceName, answers.name);
  if (flags & LUP_RETURN_TYPE) set.lpServiceClassId = buffer.put(lookup.question.service_class);
  if ((flags & LUP_RETURN_QUERY_STRING) && !lookup.question.query_string.empty())
    set_text(buffer, set.lpszQueryString, lookup.question.query_string);
  if (flags & LUP_RETURN_ADDR) put_addresses(buffer, answers, set.dwNumberOfCsAddrs, set.lpcsaBuffer);
}

template <typename QuerySet>
WsaResult<int> next(HANDLE handle, DWORD flags, DWORD* length, QuerySet* results) {
  std::shared_ptr<NameLookup> lookup = WS_TRY(name_lookups::find(handle));
  if (!length) return wsa_failure(WSAEFAULT);
  static std::mutex one_fetches;  // the answers of one query go to one thread each
  std::lock_guard lock(one_fetches);
  if ((flags & LUP_FLUSHPREVIOUS) && !lookup->answers.empty()) lookup->answers.pop_front();
  if (lookup->answers.empty()) return wsa_failure(WSA_E_NO_MORE);
  DWORD wanted = flags & lookup->question.flags;
  PackedBuffer count;
  put_answers<QuerySet>(count, *lookup, lookup->answers.front(), wanted);
  if (!results || *length < count.used()) {
    *length = static_cast<DWORD>(count.used());
    return wsa_failure(WSAEFAULT);
  }
  PackedBuffer buffer(results, *length);
  put_answers<QuerySet>(buffer, *lookup, lookup->answers.front(), wanted);
  lookup->answers.pop_front();
  return 0;
}

// ---- service classes -------------------------------------------------------------------------------------------------------

// Lengths are in characters, with the final zero.
template <typename Character>
WsaResult<int> class_name(const GUID* id, Character* name, DWORD* length) {
  if (!id || !length) return wsa_failure(WSAEINVAL);
  const ServiceClass* known = find_service_class(*id);
  if (!known) return wsa_failure(WSATYPE_NOT_FOUND);
  std::u16string_view text = known->name;  // ASCII
  bool fits = name && *length > text.size();
  *length = static_cast<DWORD>(text.size() + 1);
  if (!fits) return wsa_failure(WSAEFAULT);
  std::transform(text.begin(), text.end(), name, [](char16_t character) { return static_cast<Character>(character); });
  name[text.size()] = 0;
  return 0;
}

// The name space of DNS keeps no schema of its classes.
WsaResult<int> class_info(const GUID* provider, const GUID* id, const DWORD* length, const void* info) {
  if (!provider || !id || !length || !info || !find_name_space_provider(*provider)) return wsa_failure(WSAEINVAL);
  return wsa_failure(find_service_class(*id) ? WSAEOPNOTSUPP : WSATYPE_NOT_FOUND);
}

template <typename ClassInfo>
WsaResult<int> install_class(const ClassInfo* info) {
  if (!info || !info->lpServiceClassId || !info->lpszServiceClassName || (info->dwCount != 0 && !info->lpClassInfos))
    return wsa_failure(WSAEINVAL);
  return wsa_failure(find_service_class(*info->lpServiceClassId) ? WSAEALREADY : WSAEACCES);
}

// Hosts are entered into DNS by who runs it, not by programs.
template <typename QuerySet>
WsaResult<int> set_service(const QuerySet* service, WSAESETSERVICEOP operation) {
  if (!service || service->dwSize != sizeof *service || operation < RNRSERVICE_REGISTER || operation > RNRSERVICE_DELETE)
    return wsa_failure(WSAEINVAL);
  return wsa_failure(WSAEOPNOTSUPP);
}

}  // namespace

extern "C" {

INT WSAAPI WSALookupServiceBeginA(LPWSAQUERYSETA lpqsRestrictions, DWORD dwControlFlags, LPHANDLE lphLookup) {
  return entry::call("WSALookupServiceBeginA", SOCKET_ERROR, [&] { return begin(lpqsRestrictions, dwControlFlags, lphLookup); },
                     lpqsRestrictions, dwControlFlags, lphLookup);
}

INT WSAAPI WSALookupServiceBeginW(LPWSAQUERYSETW lpqsRestrictions, DWORD dwControlFlags, LPHANDLE lphLookup) {
  return entry::call("WSALookupServiceBeginW", SOCKET_ERROR, [&] { return begin(lpqsRestrictions, dwControlFlags, lphLookup); },
                     lpqsRestrictions, dwControlFlags, lphLookup);
}

INT WSAAPI WSALookupServiceNextA(HANDLE hLookup, DWORD dwControlFlags, LPDWORD lpdwBufferLength, LPWSAQUERYSETA lpqsResults) {
  return entry::call("WSALookupServiceNextA", SOCKET_ERROR,
                     [&] { return next(hLookup, dwControlFlags, lpdwBufferLength, lpqsResults); }, hLookup, dwControlFlags,
                     lpdwBufferLength, lpqsResults);
}

INT WSAAPI WSALookupServiceNextW(HANDLE hLookup, DWORD dwControlFlags, LPDWORD lpdwBufferLength, LPWSAQUERYSETW lpqsResults) {
  return entry::call("WSALookupServiceNextW", SOCKET_ERROR,
                     [&] { return next(hLookup, dwControlFlags, lpdwBufferLength, lpqsResults); }, hLookup, dwControlFlags,
                     lpdwBufferLength, lpqsResults);
}

INT WSAAPI WSALookupServiceEnd(HANDLE hLookup) {
  return entry::call("WSALookupServiceEnd", SOCKET_ERROR, [&]() -> WsaResult<int> {
    WS_TRY(name_lookups::remove(hLookup));
    return 0;
  }, hLookup);
}

// The name space of DNS has no controls.
INT WSAAPI WSANSPIoctl(HANDLE hLookup, DWORD dwControlCode, LPVOID, DWORD, LPVOID, DWORD, LPDWORD lpcbBytesReturned, LPWSACOMPLETION) {
  return entry::call("WSANSPIoctl", SOCKET_ERROR, [&]() -> WsaResult<int> {
    WS_TRY(name_lookups::find(hLookup));
    if (!lpcbBytesReturned) return wsa_failure(WSAEFAULT);
    return wsa_failure(WSAEOPNOTSUPP);
  }, hLookup, dwControlCode);
}

INT WSAAPI WSAGetServiceClassNameByClassIdA(LPGUID lpServiceClassId, LPSTR lpszServiceClassName, LPDWORD lpdwBufferLength) {
  return entry::call("WSAGetServiceClassNameByClassIdA", SOCKET_ERROR,
                     [&] { return class_name(lpServiceClassId, lpszServiceClassName, lpdwBufferLength); });
}

INT WSAAPI WSAGetServiceClassNameByClassIdW(LPGUID lpServiceClassId, LPWSTR lpszServiceClassName, LPDWORD lpdwBufferLength) {
  return entry::call("WSAGetServiceClassNameByClassIdW", SOCKET_ERROR,
                     [&] { return class_name(lpServiceClassId, lpszServiceClassName, lpdwBufferLength); });
}

INT WSAAPI WSAGetServiceClassInfoA(LPGUID provider, LPGUID service_class, LPDWORD length, LPWSASERVICECLASSINFOA info) {
  return entry::call("WSAGetServiceClassInfoA", SOCKET_ERROR, [&] { return class_info(provider, service_class, length, info); });
}

INT WSAAPI WSAGetServiceClassInfoW(LPGUID provider, LPGUID service_class, LPDWORD length, LPWSASERVICECLASSINFOW info) {
  return entry::call("WSAGetServiceClassInfoW", SOCKET_ERROR, [&] { return class_info(provider, service_class, length, info); });
}

INT WSAAPI WSAInstallServiceClassA(LPWSASERVICECLASSINFOA info) {
  return entry::call("WSAInstallServiceClassA", SOCKET_ERROR, [&] { return install_class(info); });
}

INT WSAAPI WSAInstallServiceClassW(LPWSASERVICECLASSINFOW info) {
  return entry::call("WSAInstallServiceClassW", SOCKET_ERROR, [&] { return install_class(info); });
}

INT WSAAPI WSARemoveServiceClass(LPGUID id) {
  return entry::call("WSARemoveServiceClass", SOCKET_ERROR, [&]() -> WsaResult<int> {
    if (!id) return wsa_failure(WSAEINVAL);
    return wsa_failure(find_service_class(*id) ? WSAEACCES : WSATYPE_NOT_FOUND);
  });
}

INT WSAAPI WSASetServiceA(LPWSAQUERYSETA service, WSAESETSERVICEOP operation, DWORD) {
  return entry::call("WSASetServiceA", SOCKET_ERROR, [&] { return set_service(service, operation); });
}

INT WSAAPI WSASetServiceW(LPWSAQUERYSETW service, WSAESETSERVICEOP operation, DWORD) {
  return entry::call("WSASetServiceW", SOCKET_ERROR, [&] { return set_service(service, operation); });
}

}  // extern "C"
