// The catalogue of transport providers and that of name-space providers: reading them, and the answers to who would change them.
// https://learn.microsoft.com/windows/win32/api/ws2spi/
//
// Natively the catalogue is a constant that no program may write, as on Windows for everybody but administrators.
#include <winsock2.h>
#include <ws2spi.h>
#include <sporder.h>

#include <cstring>
#include <iterator>

#include "dlls/common/utf.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/packed_buffer.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/provider_catalogue.h"

using namespace windsock;
using entry::Needs;

namespace {

constexpr size_t kMaxPath = 260;

// The calls of ws2spi.h want no WSAStartup, and put their error where a pointer says.
template <typename Body>
int spi_call(const char* name, int* error, Body body) {
  return entry::call<Needs::kNothing>(name, SOCKET_ERROR, [&]() -> WsaResult<int> {
    if (!error) return wsa_failure(WSAEFAULT);
    WsaResult<int> result = body();
    if (!result) *error = static_cast<int>(result.error());
    return result;
  }, error);
}

// The error is the result.
template <typename Body>
int order_call(const char* name, Body body) {
  return entry::call<Needs::kNothing>(name, SOCKET_ERROR, [&]() -> WsaResult<int> {
    WsaResult<int> result = body();
    return result ? result.value() : static_cast<int>(result.error());
  });
}

// What Windows says to a program that has not the rights of an administrator.
constexpr int kMayNotWrite = WSANO_RECOVERY;

// ---- transport providers ---------------------------------------------------------------------------------------------------

WSAPROTOCOL_INFOA in_form(const WSAPROTOCOL_INFOW& info, const WSAPROTOCOL_INFOA*) { return narrow_protocol_info(info); }
const WSAPROTOCOL_INFOW& in_form(const WSAPROTOCOL_INFOW& info, const WSAPROTOCOL_INFOW*) { return info; }

template <typename Info>
WsaResult<int> put_protocols(const int* wanted, Shown shown, Info* buffer, DWORD* length) {
  if (!length) return wsa_failure(WSAEFAULT);
  auto entries = enumerate_protocols(wanted, shown);
  auto needed = static_cast<DWORD>(entries.size() * sizeof(Info));
  if (!buffer || *length < needed) {
    *length = needed;
    return wsa_failure(WSAENOBUFS);
  }
  for (size_t i = 0; i < entries.size(); ++i) buffer[i] = in_form(entries[i], buffer);
  return static_cast<int>(entries.size());
}

WsaResult<int> get_provider_path(const GUID* provider, WCHAR* path, int* length) {
  if (!provider || !path || !length) return wsa_failure(WSAEFAULT);
  if (!is_transport_provider(*provider)) return wsa_failure(WSAEINVAL);
  constexpr int kLength = std::size(kProviderPath);
  bool fits = *length >= kLength;
  *length = kLength;
  if (!fits) return wsa_failure(WSAEFAULT);
  memcpy(path, kProviderPath, sizeof kProviderPath);
  return 0;
}

WsaResult<void> check_provider_info(const GUID* provider, WSC_PROVIDER_INFO_TYPE type, DWORD flags) {
  if (!provider) return wsa_failure(WSAEFAULT);
  if (type == ProviderInfoAudit) return wsa_failure(ERROR_CALL_NOT_IMPLEMENTED);
  if (type != ProviderInfoLspCategories || flags != 0) return wsa_failure(WSAEINVAL);
  if (!is_transport_provider(*provider)) return wsa_failure(WSAEINVALIDPROVIDER);
  return {};
}

// The categories of a layered provider; the base providers are in none.
WsaResult<int> get_provider_info(const GUID* provider, WSC_PROVIDER_INFO_TYPE type, BYTE* info, size_t* size, DWORD flags) {
  if (!size) return wsa_failure(WSAEFAULT);
  WS_TRY(check_provider_info(provider, type, flags));
  bool fits = info && *size >= sizeof(DWORD);
  *size = sizeof(DWORD);
  if (!fits) return wsa_failure(WSAEFAULT);
  memset(info, 0, sizeof(DWORD));
  return 0;
}

WsaResult<int> set_provider_info(const GUID* provider, WSC_PROVIDER_INFO_TYPE type, const BYTE* info, size_t size, DWORD flags) {
  WS_TRY(check_provider_info(provider, type, flags));
  if (!info) return wsa_failure(WSAEFAULT);
  if (size < sizeof(DWORD)) return wsa_failure(WSAEINVAL);
  return wsa_failure(kMayNotWrite);
}

bool is_path(const WCHAR* path) {
  size_t length = 0;
  while (length < kMaxPath && path[length]) ++length;
  return length > 0 && length < kMaxPath;
}

WsaResult<void> check_installation(const GUID* provider, const WCHAR* path, const WSAPROTOCOL_INFOW* entries, DWORD count) {
  if (!provider || !path || !entries) return wsa_failure(WSAEFAULT);
  if (count == 0 || !is_path(path)) return wsa_failure(WSAEINVAL);
  return {};
}

WsaResult<int> install_provider(const GUID* provider, const WCHAR* path, const WSAPROTOCOL_INFOW* entries, DWORD count) {
  WS_TRY(check_installation(provider, path, entries, count));
  return wsa_failure(kMayNotWrite);
}

WsaResult<int> update_provider(const GUID* provider, const WCHAR* path, const WSAPROTOCOL_INFOW* entries, DWORD count) {
  WS_TRY(check_installation(provider, path, entries, count));
  return wsa_failure(is_transport_provider(*provider) ? kMayNotWrite : WSAEINVAL);
}

WsaResult<int> remove_provider(const GUID* provider) {
  if (!provider) return wsa_failure(WSAEFAULT);
  return wsa_failure(is_transport_provider(*provider) ? kMayNotWrite : WSAEINVAL);
}

WsaResult<int> install_chains(const GUID* provider, const WCHAR* path, const WCHAR* path32, const WCHAR* name,
                              const WSAPROTOCOL_INFOW* entries, DWORD count, const DWORD* id) {
  if (!path32 || !name || !id) return wsa_failure(WSAEFAULT);
  return install_provider(provider, path, entries, count);
}

WsaResult<void> check_application(const WCHAR* path, DWORD path_length, const WCHAR* extra, DWORD extra_length) {
  if (!path) return wsa_failure(WSAEFAULT);
  if (path_length == 0 || path_length >= kMaxPath || (!extra && extra_length != 0)) return wsa_failure(WSAEINVAL);
  return {};
}

// ---- name-space providers --------------------------------------------------------------------------------------------------

void set_text(PackedBuffer& buffer, CHAR*& where, std::u16string_view text) {
  CHAR* place = buffer.put_text(std::string_view(utf8_from_utf16(text)));
  if (place) where = place;
}
void set_text(PackedBuffer& buffer, WCHAR*& where, std::u16string_view text) {
  WCHAR* place = buffer.put_text(text);
  if (place) where = place;
}

// Fills either form, plain and extended.
template <typename Info>
WsaResult<int> put_name_spaces(DWORD* length, Info* out) {
  if (!length) return wsa_failure(WSAEFAULT);
  auto providers = name_space_providers();
  auto fill = [&](PackedBuffer& buffer) {
    Info* infos = buffer.reserve<Info>(providers.size());
    for (size_t i = 0; i < providers.size(); ++i) {
      Info ignored{};
      Info& info = infos ? infos[i] : ignored;
      info.NSProviderId = providers[i].id;
      info.dwNameSpace = providers[i].name_space;
      info.fActive = TRUE;
      set_text(buffer, info.lpszIdentifier, providers[i].identifier);
    }
  };
  PackedBuffer count;
  fill(count);
  if (!out || *length < count.used()) {
    *length = static_cast<DWORD>(count.used());
    return wsa_failure(WSAEFAULT);
  }
  PackedBuffer buffer(out, *length);
  fill(buffer);
  return static_cast<int>(providers.size());
}

WsaResult<int> install_name_space(const WCHAR* identifier, const WCHAR* path, const GUID* provider) {
  if (!identifier || !path || !provider || !is_path(path)) return wsa_failure(WSAEINVAL);
  // Installed already, or not allowed.
  return wsa_failure(find_name_space_provider(*provider) ? WSANO_RECOVERY : WSAEACCES);
}

WsaResult<int> change_name_space(const GUID* provider) {
  if (!provider) return wsa_failure(WSAEFAULT);
  return wsa_failure(find_name_space_provider(*provider) ? WSAEACCES : WSAEINVAL);
}

WsaResult<int> order_name_spaces(const GUID* providers, DWORD count) {
  if (!providers || !is_order_of_name_spaces({providers, count})) return wsa_failure(WSAEINVAL);
  return wsa_failure(kMayNotWrite);
}

WsaResult<int> order_protocols(const DWORD* entries, DWORD count) {
  if (!entries || !is_order_of_protocols({entries, count})) return wsa_failure(WSAEINVAL);
  return wsa_failure(kMayNotWrite);
}

}  // namespace

extern "C" {

int WSAAPI WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer, LPDWORD lpdwBufferLength) {
  return entry::call("WSAEnumProtocolsA", SOCKET_ERROR, [&] {
    return put_protocols(lpiProtocols, Shown::kVisible, lpProtocolBuffer, lpdwBufferLength);
  }, lpiProtocols, lpProtocolBuffer, lpdwBufferLength);
}

int WSAAPI WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer, LPDWORD lpdwBufferLength) {
  return entry::call("WSAEnumProtocolsW", SOCKET_ERROR, [&] {
    return put_protocols(lpiProtocols, Shown::kVisible, lpProtocolBuffer, lpdwBufferLength);
  }, lpiProtocols, lpProtocolBuffer, lpdwBufferLength);
}

// The catalogue that 32-bit programs of a 64-bit system see is the same one.
#define WINDSOCK_BOTH_WIDTHS(name, parameters, arguments) \
  int WSPAPI name parameters;                              \
  int WSPAPI name##32 parameters { return name arguments; } \
  int WSPAPI name parameters

WINDSOCK_BOTH_WIDTHS(WSCEnumProtocols, (LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD length, LPINT error),
                     (protocols, buffer, length, error)) {
  return spi_call("WSCEnumProtocols", error, [&] { return put_protocols(protocols, Shown::kAll, buffer, length); });
}

WINDSOCK_BOTH_WIDTHS(WSCGetProviderPath, (LPGUID provider, WCHAR* path, LPINT length, LPINT error),
                     (provider, path, length, error)) {
  return spi_call("WSCGetProviderPath", error, [&] { return get_provider_path(provider, path, length); });
}

WINDSOCK_BOTH_WIDTHS(WSCGetProviderInfo,
                     (LPGUID provider, WSC_PROVIDER_INFO_TYPE type, PBYTE info, size_t* size, DWORD flags, LPINT error),
                     (provider, type, info, size, flags, error)) {
  return spi_call("WSCGetProviderInfo", error, [&] { return get_provider_info(provider, type, info, size, flags); });
}

WINDSOCK_BOTH_WIDTHS(WSCSetProviderInfo,
                     (LPGUID provider, WSC_PROVIDER_INFO_TYPE type, PBYTE info, size_t size, DWORD flags, LPINT error),
                     (provider, type, info, size, flags, error)) {
  return spi_call("WSCSetProviderInfo", error, [&] { return set_provider_info(provider, type, info, size, flags); });
}

int WSPAPI WSCInstallProvider(LPGUID provider, const WCHAR* path, const LPWSAPROTOCOL_INFOW entries, DWORD count, LPINT error) {
  return spi_call("WSCInstallProvider", error, [&] { return install_provider(provider, path, entries, count); });
}

int WSPAPI WSCInstallProvider64_32(LPGUID provider, const WCHAR* path, const LPWSAPROTOCOL_INFOW entries, DWORD count, LPINT error) {
  return WSCInstallProvider(provider, path, entries, count, error);
}

WINDSOCK_BOTH_WIDTHS(WSCUpdateProvider,
                     (LPGUID provider, const WCHAR* path, const LPWSAPROTOCOL_INFOW entries, DWORD count, LPINT error),
                     (provider, path, entries, count, error)) {
  return spi_call("WSCUpdateProvider", error, [&] { return update_provider(provider, path, entries, count); });
}

WINDSOCK_BOTH_WIDTHS(WSCDeinstallProvider, (LPGUID provider, LPINT error), (provider, error)) {
  return spi_call("WSCDeinstallProvider", error, [&] { return remove_provider(provider); });
}

int WSPAPI WSCInstallProviderAndChains(LPGUID provider, const LPWSTR path, const LPWSTR name, DWORD, LPWSAPROTOCOL_INFOW entries,
                                       DWORD count, LPDWORD id, LPINT error) {
  return spi_call("WSCInstallProviderAndChains", error,
                  [&] { return install_chains(provider, path, path, name, entries, count, id); });
}

int WSPAPI WSCInstallProviderAndChains64_32(LPGUID provider, const LPWSTR path, const LPWSTR path32, const LPWSTR name, DWORD,
                                            LPWSAPROTOCOL_INFOW entries, DWORD count, LPDWORD id, LPINT error) {
  return spi_call("WSCInstallProviderAndChains64_32", error,
                  [&] { return install_chains(provider, path, path32, name, entries, count, id); });
}

int WSPAPI WSCGetApplicationCategory(LPCWSTR path, DWORD path_length, LPCWSTR extra, DWORD extra_length, DWORD* categories,
                                     LPINT error) {
  return spi_call("WSCGetApplicationCategory", error, [&]() -> WsaResult<int> {
    if (!categories) return wsa_failure(WSAEFAULT);
    WS_TRY(check_application(path, path_length, extra, extra_length));
    return wsa_failure(WSASERVICE_NOT_FOUND);  // no program has been given categories
  });
}

int WSPAPI WSCSetApplicationCategory(LPCWSTR path, DWORD path_length, LPCWSTR extra, DWORD extra_length, DWORD, DWORD*,
                                     LPINT error) {
  return spi_call("WSCSetApplicationCategory", error, [&]() -> WsaResult<int> {
    WS_TRY(check_application(path, path_length, extra, extra_length));
    return wsa_failure(kMayNotWrite);
  });
}

WINDSOCK_BOTH_WIDTHS(WSCWriteProviderOrder, (LPDWORD entries, DWORD count), (entries, count)) {
  return order_call("WSCWriteProviderOrder", [&] { return order_protocols(entries, count); });
}

WINDSOCK_BOTH_WIDTHS(WSCWriteNameSpaceOrder, (LPGUID providers, DWORD count), (providers, count)) {
  return order_call("WSCWriteNameSpaceOrder", [&] { return order_name_spaces(providers, count); });
}

INT WSAAPI WSAEnumNameSpaceProvidersA(LPDWORD lpdwBufferLength, LPWSANAMESPACE_INFOA lpnspBuffer) {
  return entry::call("WSAEnumNameSpaceProvidersA", SOCKET_ERROR, [&] { return put_name_spaces(lpdwBufferLength, lpnspBuffer); });
}

INT WSAAPI WSAEnumNameSpaceProvidersW(LPDWORD lpdwBufferLength, LPWSANAMESPACE_INFOW lpnspBuffer) {
  return entry::call("WSAEnumNameSpaceProvidersW", SOCKET_ERROR, [&] { return put_name_spaces(lpdwBufferLength, lpnspBuffer); });
}

INT WSAAPI WSAEnumNameSpaceProvidersExA(LPDWORD lpdwBufferLength, LPWSANAMESPACE_INFOEXA lpnspBuffer) {
  return entry::call("WSAEnumNameSpaceProvidersExA", SOCKET_ERROR, [&] { return put_name_spaces(lpdwBufferLength, lpnspBuffer); });
}

INT WSAAPI WSAEnumNameSpaceProvidersExW(LPDWORD lpdwBufferLength, LPWSANAMESPACE_INFOEXW lpnspBuffer) {
  return entry::call("WSAEnumNameSpaceProvidersExW", SOCKET_ERROR, [&] { return put_name_spaces(lpdwBufferLength, lpnspBuffer); });
}

INT WSPAPI WSCEnumNameSpaceProviders32(LPDWORD length, LPWSANAMESPACE_INFOW buffer) {
  return WSAEnumNameSpaceProvidersW(length, buffer);
}

INT WSPAPI WSCEnumNameSpaceProvidersEx32(LPDWORD length, LPWSANAMESPACE_INFOEXW buffer) {
  return WSAEnumNameSpaceProvidersExW(length, buffer);
}

WINDSOCK_BOTH_WIDTHS(WSCInstallNameSpace, (LPWSTR identifier, LPWSTR path, DWORD name_space, DWORD version, LPGUID provider),
                     (identifier, path, name_space, version, provider)) {
  (void)name_space, (void)version;
  return entry::call<Needs::kNothing>("WSCInstallNameSpace", SOCKET_ERROR,
                                      [&] { return install_name_space(identifier, path, provider); });
}

WINDSOCK_BOTH_WIDTHS(WSCInstallNameSpaceEx,
                     (LPWSTR identifier, LPWSTR path, DWORD name_space, DWORD version, LPGUID provider, LPBLOB specific),
                     (identifier, path, name_space, version, provider, specific)) {
  (void)specific;
  return WSCInstallNameSpace(identifier, path, name_space, version, provider);
}

WINDSOCK_BOTH_WIDTHS(WSCUnInstallNameSpace, (LPGUID provider), (provider)) {
  return entry::call<Needs::kNothing>("WSCUnInstallNameSpace", SOCKET_ERROR, [&] { return change_name_space(provider); });
}

WINDSOCK_BOTH_WIDTHS(WSCEnableNSProvider, (LPGUID provider, BOOL enable), (provider, enable)) {
  (void)enable;
  return entry::call<Needs::kNothing>("WSCEnableNSProvider", SOCKET_ERROR, [&] { return change_name_space(provider); });
}

}  // extern "C"
