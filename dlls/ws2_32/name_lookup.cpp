#include "dlls/ws2_32/name_lookup.h"

#include <svcguid.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "dlls/ws2_32/provider_catalogue.h"
#include "dlls/ws2_32/resolver.h"

namespace windsock {
namespace {

constexpr GUID kHostName = SVCID_HOSTNAME, kHostByName = SVCID_INET_HOSTADDRBYNAME, kServiceByName = SVCID_INET_SERVICEBYNAME;

// A class that stands for a port: SVCID_TCP(port), SVCID_UDP(port).
struct PortClass {
  int type;
  int protocol;
  unsigned port;
};
std::optional<PortClass> port_class(const GUID& id) {
  constexpr GUID kTcp = SVCID_TCP(0), kUdp = SVCID_UDP(0);
  GUID base = id;
  base.Data1 &= 0xffff0000;
  base.Data3 = 0;  // the type of a DNS record
  unsigned port = id.Data1 & 0xffff;
  if (same_guid(base, kTcp)) return PortClass{SOCK_STREAM, IPPROTO_TCP, port};
  if (same_guid(base, kUdp)) return PortClass{SOCK_DGRAM, IPPROTO_UDP, port};
  return std::nullopt;
}

bool protocol_is_wanted(const NameQuestion& question, int family, int protocol) {
  return question.protocols.empty() ||
         std::any_of(question.protocols.begin(), question.protocols.end(), [&](const AFPROTOCOLS& wanted) {
           return (wanted.iAddressFamily == AF_UNSPEC || wanted.iAddressFamily == family) &&
                  (wanted.iProtocol == 0 || protocol == 0 || wanted.iProtocol == protocol);
         });
}

WsaResult<NameAnswerSet> resolve(const NameQuestion& question, const char* node, const char* service, const addrinfo& hints) {
  auto found = resolve_addresses(node, service, &hints);
  // The codes of a name space for what getaddrinfo calls otherwise.
  if (!found) {
    int code = static_cast<int>(found.error());
    return wsa_failure(code == WSAHOST_NOT_FOUND || code == WSATYPE_NOT_FOUND ? WSASERVICE_NOT_FOUND : code);
  }
  std::unique_ptr<addrinfo, decltype(&free_addresses)> list(found.value(), free_addresses);
  NameAnswerSet answers;
  if (list->ai_canonname) answers.name = list->ai_canonname;
  for (const addrinfo* one = list.get(); one; one = one->ai_next) {
    if (!protocol_is_wanted(question, one->ai_family, one->ai_protocol)) continue;
    NameAddress& address = answers.addresses.emplace_back();
    address.length = static_cast<int>(std::min(one->ai_addrlen, sizeof address.address));
    memcpy(&address.address, one->ai_addr, static_cast<size_t>(address.length));
    address.type = one->ai_socktype;
    address.protocol = one->ai_protocol;
  }
  if (answers.addresses.empty()) return wsa_failure(WSANO_DATA);
  return answers;
}

WsaResult<std::string> host_of(const NameQuestion& question, bool local_by_default) {
  if (question.name && !question.name->empty()) return *question.name;
  if (!local_by_default) return wsa_failure(WSAEINVAL);
  char name[256];
  WS_TRY(local_host_name(name, sizeof name));
  return std::string(name);
}

WsaResult<NameAnswerSet> host_addresses(const NameQuestion& question, int type, int protocol, unsigned port) {
  bool local = same_guid(question.service_class, kHostName);
  std::string host = WS_TRY(host_of(question, local));
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = type;
  hints.ai_protocol = protocol;
  auto service = std::to_string(port);
  NameAnswerSet answers = WS_TRY(resolve(question, host.c_str(), port ? service.c_str() : nullptr, hints));
  if (answers.name.empty()) answers.name = host;
  return answers;
}

// "name" or "name/protocol", where the protocol is tcp unless it says udp.
WsaResult<NameAnswerSet> service_port(const NameQuestion& question) {
  std::string text = WS_TRY(host_of(question, false));
  auto slash = text.find('/');
  std::string name = text.substr(0, slash), protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
  if (protocol != "tcp" && protocol != "udp") return wsa_failure(WSASERVICE_NOT_FOUND);
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = protocol == "tcp" ? SOCK_STREAM : SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE;
  NameAnswerSet answers = WS_TRY(resolve(question, nullptr, name.c_str(), hints));
  answers.name = name;
  return answers;
}

WsaResult<NameAnswerSet> answer(const NameQuestion& question) {
  const GUID& wanted = question.service_class;
  if (same_guid(wanted, kHostName) || same_guid(wanted, kHostByName)) return host_addresses(question, SOCK_STREAM, 0, 0);
  if (same_guid(wanted, kServiceByName)) return service_port(question);
  if (auto port = port_class(wanted)) return host_addresses(question, port->type, port->protocol, port->port);
  return wsa_failure(WSASERVICE_NOT_FOUND);
}

struct Table {
  std::mutex mutex;
  std::map<uintptr_t, std::shared_ptr<NameLookup>> by_handle;
  uintptr_t next = 0x4e530004;  // no other kind of handle is in this range
};
Table& table() {
  static auto* the_table = new Table;
  return *the_table;
}
uintptr_t number(HANDLE handle) { return reinterpret_cast<uintptr_t>(handle); }

}  // namespace

WsaResult<NameLookup> look_up(NameQuestion question) {
  if (question.provider && !find_name_space_provider(*question.provider)) return wsa_failure(WSAEINVAL);
  if (question.name_space != NS_ALL && question.name_space != NS_DNS) return wsa_failure(WSASERVICE_NOT_FOUND);
  if (question.flags & LUP_CONTAINERS) return wsa_failure(WSANO_DATA);  // the names of hosts are in none
  NameLookup lookup;
  NameAnswerSet found = WS_TRY(answer(question));
  bool other_name = question.name && !question.name->empty() && *question.name != found.name;
  lookup.answers.push_back(found);
  if ((question.flags & LUP_RETURN_ALIASES) && other_name) {
    found.name = *question.name;
    found.is_alias = true;
    lookup.answers.push_back(std::move(found));
  }
  lookup.question = std::move(question);
  return lookup;
}

namespace name_lookups {

HANDLE insert(NameLookup lookup) {
  auto kept = std::make_shared<NameLookup>(std::move(lookup));
  std::lock_guard lock(table().mutex);
  uintptr_t handle = table().next;
  table().by_handle.emplace(handle, std::move(kept));
  table().next += 4;
  return reinterpret_cast<HANDLE>(handle);
}

WsaResult<std::shared_ptr<NameLookup>> find(HANDLE handle) {
  std::lock_guard lock(table().mutex);
  auto found = table().by_handle.find(number(handle));
  if (found == table().by_handle.end()) return wsa_failure(WSA_INVALID_HANDLE);
  return found->second;
}

WsaResult<void> remove(HANDLE handle) {
  std::lock_guard lock(table().mutex);
  if (table().by_handle.erase(number(handle)) == 0) return wsa_failure(WSA_INVALID_HANDLE);
  return {};
}

}  // namespace name_lookups

}  // namespace windsock
