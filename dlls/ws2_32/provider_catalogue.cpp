#include "dlls/ws2_32/provider_catalogue.h"

#include <svcguid.h>

#include <algorithm>
#include <cstring>

#include "dlls/ws2_32/protocol_catalogue.h"

namespace windsock {
namespace {

// As Windows has it; the host's own order of sources (files, DNS, …) stands behind it.
constexpr NameSpaceProvider kNameSpaceProviders[] = {
    {{0x22059d40, 0x7e9e, 0x11cf, {0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b}}, NS_DNS, u"Tcpip"},
};

constexpr ServiceClass kServiceClasses[] = {
    {SVCID_HOSTNAME, u"HostName"},
    {SVCID_INET_HOSTADDRBYNAME, u"InetHostAddrByName"},
    {SVCID_INET_HOSTADDRBYINETSTRING, u"InetHostAddrByInetString"},
    {SVCID_INET_SERVICEBYNAME, u"InetServiceByName"},
};

bool is_wanted(int protocol, const int* wanted) {
  if (!wanted) return true;
  for (; *wanted; ++wanted)
    if (*wanted == protocol) return true;
  return false;
}

// Whether each entry of `all` is in `given` once, and nothing else is.
template <typename T, typename Entry, typename Same>
bool is_permutation_of(std::span<const T> given, std::span<const Entry> all, Same same) {
  return given.size() == all.size() && std::all_of(all.begin(), all.end(), [&](const Entry& entry) {
           return std::count_if(given.begin(), given.end(), [&](const T& one) { return same(one, entry); }) == 1;
         });
}

}  // namespace

bool same_guid(const GUID& left, const GUID& right) { return memcmp(&left, &right, sizeof left) == 0; }

std::vector<WSAPROTOCOL_INFOW> enumerate_protocols(const int* wanted, Shown shown) {
  std::vector<WSAPROTOCOL_INFOW> entries;
  for (const ProtocolRow& row : protocol_catalogue()) {
    if (shown == Shown::kVisible && (row.provider_flags & PFL_HIDDEN)) continue;
    if (is_wanted(row.kind.protocol, wanted)) protocol_info(row.kind, entries.emplace_back());
  }
  return entries;
}

bool is_transport_provider(const GUID& provider) {
  auto rows = protocol_catalogue();
  return std::any_of(rows.begin(), rows.end(), [&](const ProtocolRow& row) { return same_guid(row.provider, provider); });
}

bool is_order_of_protocols(std::span<const DWORD> entries) {
  return is_permutation_of(entries, protocol_catalogue(), [](DWORD id, const ProtocolRow& row) { return id == row.catalogue_id; });
}

std::span<const NameSpaceProvider> name_space_providers() { return kNameSpaceProviders; }

const NameSpaceProvider* find_name_space_provider(const GUID& id) {
  for (const NameSpaceProvider& provider : kNameSpaceProviders)
    if (same_guid(provider.id, id)) return &provider;
  return nullptr;
}

bool is_order_of_name_spaces(std::span<const GUID> providers) {
  return is_permutation_of(providers, name_space_providers(),
                           [](const GUID& id, const NameSpaceProvider& provider) { return same_guid(id, provider.id); });
}

const ServiceClass* find_service_class(const GUID& id) {
  for (const ServiceClass& known : kServiceClasses)
    if (same_guid(known.id, id)) return &known;
  return nullptr;
}

}  // namespace windsock
