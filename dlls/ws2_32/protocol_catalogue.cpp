#include "dlls/ws2_32/protocol_catalogue.h"

#include <algorithm>
#include <cstring>

#include "dlls/ws2_32/translate_address.h"

namespace windsock {
namespace {

constexpr GUID kIpv4Provider = {0xe70f1aa0, 0xab8b, 0x11cf, {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}};
constexpr GUID kIpv6Provider = {0xf9eab0c0, 0x26d4, 0x11d0, {0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4}};
constexpr GUID kUnixProvider = {0xa00943d9, 0x9c2e, 0x4633, {0x9b, 0x59, 0x00, 0x57, 0xa3, 0x16, 0x09, 0x94}};

constexpr uint32_t kTcpFlags =
    XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA | XP1_IFS_HANDLES;
constexpr uint32_t kDatagramFlags =
    XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES;
constexpr uint32_t kUnixFlags = XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_IFS_HANDLES;
static_assert(kTcpFlags == 0x20066 && kDatagramFlags == 0x20609 && kUnixFlags == 0x20026);

constexpr uint32_t kMaxDatagram = 0xffbb;
constexpr int kAnyProtocol = 255;

constexpr ProtocolRow kRows[] = {
    {{AF_INET, SOCK_STREAM, IPPROTO_TCP}, 0, kTcpFlags, PFL_MATCHES_PROTOCOL_ZERO, kIpv4Provider, 1001, 0, u"MSAFD Tcpip [TCP/IP]"},
    {{AF_INET, SOCK_DGRAM, IPPROTO_UDP}, 0, kDatagramFlags, PFL_MATCHES_PROTOCOL_ZERO, kIpv4Provider, 1002, kMaxDatagram,
     u"MSAFD Tcpip [UDP/IP]"},
    {{AF_INET, SOCK_RAW, 0}, kAnyProtocol, kDatagramFlags, PFL_HIDDEN | PFL_MATCHES_PROTOCOL_ZERO, kIpv4Provider, 1003, kMaxDatagram,
     u"MSAFD Tcpip [RAW/IP]"},
    {{AF_INET6, SOCK_STREAM, IPPROTO_TCP}, 0, kTcpFlags, PFL_MATCHES_PROTOCOL_ZERO, kIpv6Provider, 1004, 0,
     u"MSAFD Tcpip [TCP/IPv6]"},
    {{AF_INET6, SOCK_DGRAM, IPPROTO_UDP}, 0, kDatagramFlags, PFL_MATCHES_PROTOCOL_ZERO, kIpv6Provider, 1005, kMaxDatagram,
     u"MSAFD Tcpip [UDP/IPv6]"},
    {{AF_INET6, SOCK_RAW, 0}, kAnyProtocol, kDatagramFlags, PFL_HIDDEN | PFL_MATCHES_PROTOCOL_ZERO, kIpv6Provider, 1006, kMaxDatagram,
     u"MSAFD Tcpip [RAW/IPv6]"},
    {{AF_UNIX, SOCK_STREAM, 0}, 0, kUnixFlags, 0, kUnixProvider, 1007, 0, u"AF_UNIX"},
};

// Windows' entries say so, whatever its address structure would allow.
int min_length(int family) { return family == AF_UNIX ? static_cast<int>(sizeof(ADDRESS_FAMILY)) : min_address_length(family); }

}  // namespace

std::span<const ProtocolRow> protocol_catalogue() { return kRows; }

const ProtocolRow* find_protocol(SocketKind kind) {
  for (const ProtocolRow& row : kRows) {
    if (row.kind.family == kind.family && row.kind.type == kind.type && kind.protocol >= row.kind.protocol &&
        kind.protocol <= row.kind.protocol + row.protocol_span)
      return &row;
  }
  return nullptr;
}

bool protocol_info(SocketKind kind, WSAPROTOCOL_INFOW& info) {
  const ProtocolRow* row = find_protocol(kind);
  if (!row) return false;
  info = {};
  info.dwServiceFlags1 = row->service_flags;
  info.dwProviderFlags = row->provider_flags;
  info.ProviderId = row->provider;
  info.dwCatalogEntryId = row->catalogue_id;
  info.ProtocolChain.ChainLen = BASE_PROTOCOL;
  info.iVersion = 2;
  info.iAddressFamily = row->kind.family;
  info.iMaxSockAddr = max_address_length(row->kind.family);
  info.iMinSockAddr = min_length(row->kind.family);
  info.iSocketType = row->kind.type;
  info.iProtocol = kind.protocol;
  info.iProtocolMaxOffset = row->protocol_span;
  info.iNetworkByteOrder = BIGENDIAN;
  info.iSecurityScheme = SECURITY_PROTOCOL_NONE;
  info.dwMessageSize = row->max_message;
  std::copy_n(row->name, std::char_traits<char16_t>::length(row->name), info.szProtocol);
  return true;
}

namespace {
// All but the name is the same in both forms.
constexpr size_t kCommonSize = offsetof(WSAPROTOCOL_INFOW, szProtocol);
static_assert(kCommonSize == offsetof(WSAPROTOCOL_INFOA, szProtocol));
}  // namespace

WSAPROTOCOL_INFOA narrow_protocol_info(const WSAPROTOCOL_INFOW& info) {
  WSAPROTOCOL_INFOA narrow{};
  memcpy(&narrow, &info, kCommonSize);
  for (size_t i = 0; i < WSAPROTOCOL_LEN && info.szProtocol[i]; ++i)
    narrow.szProtocol[i] = info.szProtocol[i] < 0x80 ? static_cast<char>(info.szProtocol[i]) : '?';
  return narrow;
}

WSAPROTOCOL_INFOW wide_protocol_info(const WSAPROTOCOL_INFOA& info) {
  WSAPROTOCOL_INFOW wide{};
  memcpy(&wide, &info, kCommonSize);
  for (size_t i = 0; i < WSAPROTOCOL_LEN && info.szProtocol[i]; ++i) {
    auto character = static_cast<unsigned char>(info.szProtocol[i]);
    wide.szProtocol[i] = character < 0x80 ? character : u'?';
  }
  return wide;
}

}  // namespace windsock
