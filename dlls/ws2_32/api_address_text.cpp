// Addresses as text: the protocol-independent functions, and the wide forms of inet_pton and inet_ntop.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsastringtoaddressw
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <cstring>

#include "dlls/common/host_names.h"
#include "dlls/ws2_32/address_lists.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/inet_text.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_address_text.h"

using namespace windsock;
using entry::Needs;

namespace {

// A structure that names a provider must be one for the family.
bool is_provider_for(const int* protocol_family, int family) { return !protocol_family || *protocol_family == family; }

template <typename Character, typename Info>
WsaResult<int> string_to_address(const Character* text, int family, const Info* info, sockaddr* address, int* length) {
  if (!can_be_memory(text) || !can_be_memory(address) || !can_be_memory(length) || !null_or_memory(info)) return wsa_failure(WSAEFAULT);
  if (info && !is_provider_for(&info->iAddressFamily, family)) return wsa_failure(WSAEINVAL);
  SocketAddress found = WS_TRY(socket_address_from_text(text_to_utf8(text), family));
  int room = *length;
  *length = found.length;
  if (room < found.length) return wsa_failure(WSAEFAULT);
  memcpy(address, &found.storage, static_cast<size_t>(found.length));
  return 0;
}

template <typename Character, typename Info>
WsaResult<int> address_to_string(const sockaddr* address, DWORD size, const Info* info, Character* text, DWORD* length) {
  if (!address || !length) return wsa_failure(WSAEINVAL);
  if (!can_be_memory(address) || !can_be_memory(length) || !null_or_memory(info)) return wsa_failure(WSAEFAULT);
  auto found = text_from_utf8(WS_TRY(socket_address_to_text(address, size)), Character{});
  if (info && !is_provider_for(&info->iAddressFamily, address->sa_family)) return wsa_failure(WSAEINVAL);
  auto needed = static_cast<DWORD>(found.size() + 1);
  DWORD room = *length;
  *length = needed;
  if (room < needed || !can_be_memory(text)) return wsa_failure(WSAEFAULT);
  memcpy(text, found.c_str(), needed * sizeof(Character));
  return 0;
}

}  // namespace

extern "C" {

INT WSAAPI WSAStringToAddressA(LPSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSOCKADDR lpAddress,
                               LPINT lpAddressLength) {
  return entry::call(
      "WSAStringToAddressA", SOCKET_ERROR,
      [&] { return string_to_address(AddressString, AddressFamily, lpProtocolInfo, lpAddress, lpAddressLength); },
      trace::Text{AddressString}, trace::Family{AddressFamily}, lpProtocolInfo, trace::NameResult{lpAddress, lpAddressLength});
}

INT WSAAPI WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily, LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
                               LPINT lpAddressLength) {
  return entry::call(
      "WSAStringToAddressW", SOCKET_ERROR,
      [&] { return string_to_address(AddressString, AddressFamily, lpProtocolInfo, lpAddress, lpAddressLength); }, AddressString,
      trace::Family{AddressFamily}, lpProtocolInfo, trace::NameResult{lpAddress, lpAddressLength});
}

INT WSAAPI WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength) {
  return entry::call(
      "WSAAddressToStringA", SOCKET_ERROR,
      [&] { return address_to_string(lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString, lpdwAddressStringLength); },
      trace::Name{lpsaAddress, static_cast<int>(dwAddressLength)}, lpProtocolInfo, lpszAddressString,
      trace::NumberResult{lpdwAddressStringLength});
}

INT WSAAPI WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength, LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength) {
  return entry::call(
      "WSAAddressToStringW", SOCKET_ERROR,
      [&] { return address_to_string(lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString, lpdwAddressStringLength); },
      trace::Name{lpsaAddress, static_cast<int>(dwAddressLength)}, lpProtocolInfo, lpszAddressString,
      trace::NumberResult{lpdwAddressStringLength});
}

INT WSAAPI InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf) {
  return entry::call<Needs::kNothing>(
      "InetPtonW", SOCKET_ERROR,
      [&]() -> WsaResult<int> {
        std::string text = can_be_memory(pszAddrString) ? text_to_utf8(pszAddrString) : "";
        return WS_TRY(address_from_text(Family, can_be_memory(pszAddrString) ? text.c_str() : nullptr, pAddrBuf)) ? 1 : 0;
      },
      trace::Family{Family}, pszAddrString, pAddrBuf);
}

PCWSTR WSAAPI InetNtopW(INT Family, const VOID* pAddr, PWSTR pStringBuf, size_t StringBufSize) {
  return entry::call<Needs::kNothing>(
      "InetNtopW", static_cast<PCWSTR>(nullptr),
      [&]() -> WsaResult<PCWSTR> {
        std::array<char, host::kMaxAddressText> narrow;
        WS_TRY(address_to_text(Family, pAddr, narrow.data(), narrow.size()));
        std::u16string text = utf16_from_utf8(narrow.data());
        if (!pStringBuf || text.size() >= StringBufSize) return wsa_failure(ERROR_INVALID_PARAMETER);
        memcpy(pStringBuf, text.c_str(), (text.size() + 1) * sizeof(WCHAR));
        return static_cast<PCWSTR>(pStringBuf);
      },
      trace::Family{Family}, pAddr, pStringBuf, StringBufSize);
}

}  // extern "C"
