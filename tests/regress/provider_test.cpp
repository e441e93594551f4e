// The catalogues of transport and name-space providers: what they list, and who may change them.
#include <winsock2.h>
#include <ws2spi.h>
#include <sporder.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

class ProviderTest : public WinsockTest {};

template <typename Info>
using EnumProtocols = int (*)(int*, Info*, DWORD*);

int enum_a(int* wanted, WSAPROTOCOL_INFOA* buffer, DWORD* length) { return WSAEnumProtocolsA(wanted, buffer, length); }
int enum_w(int* wanted, WSAPROTOCOL_INFOW* buffer, DWORD* length) { return WSAEnumProtocolsW(wanted, buffer, length); }
int g_error;
int enum_all(int* wanted, WSAPROTOCOL_INFOW* buffer, DWORD* length) {
  const int result = WSCEnumProtocols(wanted, buffer, length, &g_error);
  if (result == SOCKET_ERROR) WSASetLastError(g_error);
  return result;
}

template <typename Info>
std::vector<Info> protocols(EnumProtocols<Info> enumerate, int* wanted = nullptr) {
  DWORD length = 0;
  EXPECT_FAILS_WITH(enumerate(wanted, nullptr, &length), WSAENOBUFS);
  EXPECT_EQ(0u, length % sizeof(Info));
  std::vector<Info> entries(length / sizeof(Info));
  const int count = enumerate(wanted, entries.data(), &length);
  EXPECT_EQ(static_cast<int>(entries.size()), count);
  entries.resize(count < 0 ? 0 : count);
  return entries;
}

template <typename Info>
bool has(const std::vector<Info>& entries, int family, int type, int protocol) {
  return std::any_of(entries.begin(), entries.end(), [&](const Info& entry) {
    return entry.iAddressFamily == family && entry.iSocketType == type && entry.iProtocol == protocol;
  });
}

TEST_F(ProviderTest, BothFormsListTheInternetProtocols) {
  const auto narrow = protocols<WSAPROTOCOL_INFOA>(enum_a);
  const auto wide = protocols<WSAPROTOCOL_INFOW>(enum_w);
  ASSERT_EQ(narrow.size(), wide.size());
  for (const int family : {AF_INET, AF_INET6}) {
    EXPECT_TRUE(has(narrow, family, SOCK_STREAM, IPPROTO_TCP)) << family;
    EXPECT_TRUE(has(wide, family, SOCK_DGRAM, IPPROTO_UDP)) << family;
  }
  for (size_t i = 0; i < wide.size(); ++i) {
    EXPECT_EQ(0, std::memcmp(&narrow[i], &wide[i], offsetof(WSAPROTOCOL_INFOW, szProtocol)));
    for (size_t at = 0; at <= WSAPROTOCOL_LEN && wide[i].szProtocol[at]; ++at)
      EXPECT_EQ(wide[i].szProtocol[at], static_cast<unsigned char>(narrow[i].szProtocol[at]));
    EXPECT_EQ(BASE_PROTOCOL, wide[i].ProtocolChain.ChainLen);
    EXPECT_EQ(0u, wide[i].dwProviderFlags & PFL_HIDDEN);
  }
}

TEST_F(ProviderTest, AShortBufferIsRefusedWithTheSizeItNeeds) {
  DWORD length = 0;
  EXPECT_FAILS_WITH(WSAEnumProtocolsW(nullptr, nullptr, &length), WSAENOBUFS);
  const DWORD needed = length;
  ASSERT_GT(needed, sizeof(WSAPROTOCOL_INFOW));
  std::vector<char> bytes(needed, 'x');
  length = needed - 1;
  EXPECT_FAILS_WITH(WSAEnumProtocolsW(nullptr, reinterpret_cast<WSAPROTOCOL_INFOW*>(bytes.data()), &length), WSAENOBUFS);
  EXPECT_EQ(needed, length);
  EXPECT_EQ('x', bytes[0]);
}

TEST_F(ProviderTest, WithoutALengthItIsAFault) {
  WSAPROTOCOL_INFOA narrow;
  WSAPROTOCOL_INFOW wide;
  EXPECT_FAILS_WITH(enum_a(nullptr, &narrow, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(enum_w(nullptr, &wide, nullptr), WSAEFAULT);
}

TEST_F(ProviderTest, TheListCanBeNarrowedToProtocols) {
  int wanted[] = {IPPROTO_UDP, 0};
  const auto entries = protocols<WSAPROTOCOL_INFOW>(enum_w, wanted);
  ASSERT_FALSE(entries.empty());
  for (const auto& entry : entries) EXPECT_EQ(IPPROTO_UDP, entry.iProtocol);
  int unknown[] = {253, 0};
  WSAPROTOCOL_INFOW entry;
  DWORD length = sizeof entry;
  EXPECT_EQ(0, WSAEnumProtocolsW(unknown, &entry, &length));
}

TEST_F(ProviderTest, AnEntryMakesASocketOfItsKind) {
  for (auto& entry : protocols<WSAPROTOCOL_INFOW>(enum_w)) {
    if (entry.iAddressFamily != AF_INET && entry.iAddressFamily != AF_INET6) continue;
    if (entry.iSocketType == SOCK_RAW) continue;
    const Socket socket(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &entry, 0, 0));
    ASSERT_TRUE(socket.valid());
    EXPECT_EQ(entry.iSocketType, get_option(socket.get(), SOL_SOCKET, SO_TYPE));
    WSAPROTOCOL_INFOW info;
    int length = sizeof info;
    ASSERT_RETURNS(0, getsockopt(socket.get(), SOL_SOCKET, SO_PROTOCOL_INFOW, bytes_of(&info), &length));
    EXPECT_EQ(entry.dwCatalogEntryId, info.dwCatalogEntryId);
    EXPECT_EQ(entry.dwServiceFlags1, info.dwServiceFlags1);
  }
}

TEST_F(ProviderTest, TheSideOfProvidersSeesTheHiddenEntriesToo) {
  const auto visible = protocols<WSAPROTOCOL_INFOW>(enum_w);
  const auto all = protocols<WSAPROTOCOL_INFOW>(enum_all);
  EXPECT_GT(all.size(), visible.size());
  EXPECT_TRUE(has(all, AF_INET, SOCK_RAW, 0));
  EXPECT_FALSE(has(visible, AF_INET, SOCK_RAW, 0));
  DWORD length = 0;
  int error = 0;
  EXPECT_EQ(SOCKET_ERROR, WSCEnumProtocols32(nullptr, nullptr, &length, &error));
  EXPECT_EQ(WSAENOBUFS, error);
  EXPECT_EQ(SOCKET_ERROR, WSCEnumProtocols(nullptr, nullptr, nullptr, &error));
  EXPECT_EQ(WSAEFAULT, error);
}

// The error of the calls of ws2spi.h goes where their last argument points.
#define EXPECT_SPI_ERROR(expected, call)   \
  do {                                      \
    int spi_error = 0;                      \
    int* const error = &spi_error;          \
    EXPECT_EQ(SOCKET_ERROR, call) << #call; \
    EXPECT_EQ(expected, spi_error) << #call; \
  } while (false)

GUID tcp_provider() {
  int wanted[] = {IPPROTO_TCP, 0};
  const auto entries = protocols<WSAPROTOCOL_INFOW>(enum_w, wanted);
  return entries.empty() ? GUID{} : entries[0].ProviderId;
}
GUID g_unknown = {0x12345678, 0x1234, 0x1234, {1, 2, 3, 4, 5, 6, 7, 8}};
[[maybe_unused]] WCHAR g_path[] = {'%', 'S', 'y', 's', 't', 'e', 'm', 'R', 'o', 'o', 't', '%', '\\', 'a', '.', 'd', 'l', 'l', 0};
[[maybe_unused]] WCHAR g_name[] = {'n', 'a', 'm', 'e', 0};

TEST_F(ProviderTest, PathOfAProvider) {
  GUID provider = tcp_provider();
  WCHAR path[260];
  int length = 260, error = 0;
  ASSERT_EQ(0, WSCGetProviderPath(&provider, path, &length, &error)) << error;
  EXPECT_EQ(0, path[length - 1]);
  EXPECT_EQ('%', path[0]) << "the environment string is not expanded";
  const int needed = length;
  length = needed - 1;
  EXPECT_SPI_ERROR(WSAEFAULT, WSCGetProviderPath(&provider, path, &length, error));
  EXPECT_EQ(needed, length);
  EXPECT_SPI_ERROR(WSAEINVAL, WSCGetProviderPath(&g_unknown, path, &length, error));
  EXPECT_SPI_ERROR(WSAEFAULT, WSCGetProviderPath(&provider, nullptr, &length, error));
  length = 260;
  ASSERT_EQ(0, WSCGetProviderPath32(&provider, path, &length, &error)) << error;
}

TEST_F(ProviderTest, CategoriesOfAProvider) {
  GUID provider = tcp_provider();
  DWORD categories = 77;
  size_t size = 0;
  int no_error = 0;
  EXPECT_SPI_ERROR(WSAEFAULT, WSCGetProviderInfo(&provider, ProviderInfoLspCategories, nullptr, &size, 0, error));
  EXPECT_EQ(sizeof categories, size);
  ASSERT_EQ(0, WSCGetProviderInfo(&provider, ProviderInfoLspCategories, reinterpret_cast<BYTE*>(&categories), &size, 0, &no_error));
  EXPECT_EQ(0u, categories);
  EXPECT_SPI_ERROR(ERROR_CALL_NOT_IMPLEMENTED, WSCGetProviderInfo(&provider, ProviderInfoAudit, nullptr, &size, 0, error));
  EXPECT_SPI_ERROR(WSAEINVALIDPROVIDER, WSCGetProviderInfo32(&g_unknown, ProviderInfoLspCategories, nullptr, &size, 0, error));
  BYTE* const bytes = reinterpret_cast<BYTE*>(&categories);
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCSetProviderInfo(&provider, ProviderInfoLspCategories, bytes, sizeof categories, 0, error));
  EXPECT_SPI_ERROR(WSAEFAULT, WSCSetProviderInfo32(&provider, ProviderInfoLspCategories, nullptr, 4, 0, error));
}

#ifndef _WIN32  // where the suite may run with an administrator's rights these would change the machine
TEST_F(ProviderTest, NobodyInstallsProviders) {
  GUID provider = tcp_provider();
  auto entries = protocols<WSAPROTOCOL_INFOW>(enum_w);
  WSAPROTOCOL_INFOW* const entry = entries.data();
  DWORD id = 0;
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCInstallProvider(&g_unknown, g_path, entry, 1, error));
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCInstallProvider64_32(&g_unknown, g_path, entry, 1, error));
  EXPECT_SPI_ERROR(WSAEINVAL, WSCInstallProvider(&g_unknown, g_path, entry, 0, error));
  EXPECT_SPI_ERROR(WSAEFAULT, WSCInstallProvider(&g_unknown, nullptr, entry, 1, error));
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCInstallProviderAndChains(&g_unknown, g_path, g_name, 0, entry, 1, &id, error));
  EXPECT_SPI_ERROR(WSAEFAULT, WSCInstallProviderAndChains64_32(&g_unknown, g_path, nullptr, g_name, 0, entry, 1, &id, error));
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCUpdateProvider(&provider, g_path, entry, 1, error));
  EXPECT_SPI_ERROR(WSAEINVAL, WSCUpdateProvider32(&g_unknown, g_path, entry, 1, error));
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCDeinstallProvider(&provider, error));
  EXPECT_SPI_ERROR(WSAEINVAL, WSCDeinstallProvider32(&g_unknown, error));
  EXPECT_SPI_ERROR(WSAEFAULT, WSCDeinstallProvider(nullptr, error));
  DWORD categories = 0;
  EXPECT_SPI_ERROR(WSASERVICE_NOT_FOUND, WSCGetApplicationCategory(g_path, 18, nullptr, 0, &categories, error));
  EXPECT_SPI_ERROR(WSANO_RECOVERY, WSCSetApplicationCategory(g_path, 18, nullptr, 0, LSP_SYSTEM, &categories, error));
  EXPECT_SPI_ERROR(WSAEFAULT, WSCSetApplicationCategory(nullptr, 18, nullptr, 0, LSP_SYSTEM, &categories, error));
  EXPECT_SPI_ERROR(WSAEINVAL, WSCGetApplicationCategory(g_path, 0, nullptr, 0, &categories, error));
}

TEST_F(ProviderTest, NobodyChangesTheOrder) {
  std::vector<DWORD> ids;
  for (const auto& entry : protocols<WSAPROTOCOL_INFOW>(enum_all)) ids.push_back(entry.dwCatalogEntryId);
  const auto count = static_cast<DWORD>(ids.size());
  EXPECT_EQ(WSANO_RECOVERY, WSCWriteProviderOrder(ids.data(), count));
  EXPECT_EQ(WSAEINVAL, WSCWriteProviderOrder32(ids.data(), count - 1));
  ids[0] = ids[1];
  EXPECT_EQ(WSAEINVAL, WSCWriteProviderOrder(ids.data(), count));
  EXPECT_EQ(WSAEINVAL, WSCWriteProviderOrder(nullptr, count));
  EXPECT_EQ(WSAEINVAL, WSCWriteNameSpaceOrder(&g_unknown, 1));
  EXPECT_EQ(WSAEINVAL, WSCWriteNameSpaceOrder32(nullptr, 1));
}
#endif

// ---- name-space providers --------------------------------------------------------------------------------------------

template <typename Info, typename Enumerate>
void lists_dns(Enumerate enumerate) {
  DWORD length = 0;
  EXPECT_FAILS_WITH(enumerate(&length, nullptr), WSAEFAULT);
  ASSERT_GT(length, sizeof(Info));
  std::vector<long long> buffer(length / sizeof(long long) + 1);
  Info* const infos = reinterpret_cast<Info*>(buffer.data());
  DWORD short_length = length - 1;
  EXPECT_FAILS_WITH(enumerate(&short_length, infos), WSAEFAULT);
  EXPECT_EQ(length, short_length);
  const int count = enumerate(&length, infos);
  ASSERT_GT(count, 0) << error_name(WSAGetLastError());
  const bool dns = std::any_of(infos, infos + count, [](const Info& info) {
    return info.dwNameSpace == NS_DNS && info.fActive && info.lpszIdentifier && info.lpszIdentifier[0];
  });
  EXPECT_TRUE(dns);
}

TEST_F(ProviderTest, TheNameSpaceOfDnsIsListed) {
  lists_dns<WSANAMESPACE_INFOA>([](DWORD* length, WSANAMESPACE_INFOA* out) { return WSAEnumNameSpaceProvidersA(length, out); });
  lists_dns<WSANAMESPACE_INFOW>([](DWORD* length, WSANAMESPACE_INFOW* out) { return WSAEnumNameSpaceProvidersW(length, out); });
}

TEST_F(ProviderTest, TheNameSpaceOfDnsIsListedInTheExtendedForms) {
  lists_dns<WSANAMESPACE_INFOEXA>([](DWORD* length, WSANAMESPACE_INFOEXA* out) { return WSAEnumNameSpaceProvidersExA(length, out); });
  lists_dns<WSANAMESPACE_INFOEXW>([](DWORD* length, WSANAMESPACE_INFOEXW* out) { return WSAEnumNameSpaceProvidersExW(length, out); });
}

TEST_F(ProviderTest, TheNameSpaceOfDnsIsListedFor32Bits) {
  lists_dns<WSANAMESPACE_INFOW>([](DWORD* length, WSANAMESPACE_INFOW* out) { return WSCEnumNameSpaceProviders32(length, out); });
  lists_dns<WSANAMESPACE_INFOEXW>([](DWORD* length, WSANAMESPACE_INFOEXW* out) { return WSCEnumNameSpaceProvidersEx32(length, out); });
}

#ifndef _WIN32
TEST_F(ProviderTest, NobodyInstallsNameSpaces) {
  EXPECT_FAILS_WITH(WSCInstallNameSpace(g_name, g_path, NS_DNS, 1, &g_unknown), WSAEACCES);
  EXPECT_FAILS_WITH(WSCInstallNameSpace32(g_name, g_path, NS_DNS, 1, nullptr), WSAEINVAL);
  EXPECT_FAILS_WITH(WSCInstallNameSpaceEx(g_name, g_path, NS_DNS, 1, &g_unknown, nullptr), WSAEACCES);
  EXPECT_FAILS_WITH(WSCInstallNameSpaceEx32(nullptr, g_path, NS_DNS, 1, &g_unknown, nullptr), WSAEINVAL);
  EXPECT_FAILS_WITH(WSCUnInstallNameSpace(&g_unknown), WSAEINVAL);
  EXPECT_FAILS_WITH(WSCUnInstallNameSpace32(nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSCEnableNSProvider(&g_unknown, FALSE), WSAEINVAL);
  EXPECT_FAILS_WITH(WSCEnableNSProvider32(nullptr, FALSE), WSAEFAULT);
  long long buffer[64];
  DWORD length = sizeof buffer;
  auto* const info = reinterpret_cast<WSANAMESPACE_INFOW*>(buffer);
  ASSERT_EQ(1, WSAEnumNameSpaceProvidersW(&length, info));
  EXPECT_FAILS_WITH(WSCUnInstallNameSpace(&info->NSProviderId), WSAEACCES);
  EXPECT_FAILS_WITH(WSCInstallNameSpace(g_name, g_path, NS_DNS, 1, &info->NSProviderId), WSANO_RECOVERY);
  EXPECT_EQ(WSANO_RECOVERY, WSCWriteNameSpaceOrder(&info->NSProviderId, 1));
}
#endif

}  // namespace
}  // namespace regress
