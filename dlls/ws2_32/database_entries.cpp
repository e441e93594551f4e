#include "dlls/ws2_32/database_entries.h"

#include <string>
#include <vector>

#include "dlls/common/host_names.h"
#include "dlls/ws2_32/inet_text.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/resolver.h"

namespace windsock {
namespace {

// Null-terminated, as programs walk them. The strings stay where they are as long as the list is not filled again.
class PointerList {
 public:
  char** fill(std::vector<std::string> strings) {
    strings_ = std::move(strings);
    pointers_.clear();
    for (std::string& string : strings_) pointers_.push_back(string.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> strings_;
  std::vector<char*> pointers_;
};

// An entry with what it points to.
template <typename Entry>
struct Stored {
  Entry entry{};
  std::string name, second;
  PointerList aliases, addresses;
};

template <typename Entry>
Stored<Entry>& of_thread() {
  static thread_local Stored<Entry> stored;
  return stored;
}

hostent* store(host::HostEntry found) {
  auto& stored = of_thread<hostent>();
  stored.name = std::move(found.name);
  stored.entry.h_name = stored.name.data();
  stored.entry.h_aliases = stored.aliases.fill(std::move(found.aliases));
  stored.entry.h_addrtype = found.family == host::kAfInet6 ? AF_INET6 : AF_INET;
  stored.entry.h_length = found.family == host::kAfInet6 ? sizeof(in6_addr) : sizeof(in_addr);
  stored.entry.h_addr_list = stored.addresses.fill(std::move(found.addresses));
  return &stored.entry;
}

servent* store(host::ServiceEntry found) {
  auto& stored = of_thread<servent>();
  stored.name = std::move(found.name);
  stored.second = std::move(found.protocol);
  stored.entry.s_name = stored.name.data();
  stored.entry.s_aliases = stored.aliases.fill(std::move(found.aliases));
  stored.entry.s_port = static_cast<short>(found.port);
  stored.entry.s_proto = stored.second.data();
  return &stored.entry;
}

protoent* store(host::ProtocolEntry found) {
  auto& stored = of_thread<protoent>();
  stored.name = std::move(found.name);
  stored.entry.p_name = stored.name.data();
  stored.entry.p_aliases = stored.aliases.fill(std::move(found.aliases));
  stored.entry.p_proto = static_cast<short>(found.number);
  return &stored.entry;
}

template <typename Found>
auto stored(host::NameResult<Found> found) -> WsaResult<decltype(store(std::declval<Found>()))> {
  if (!found) return Failure{name_error_from_host(found.error())};
  return store(std::move(found).take());
}

// The host matches an empty protocol with nothing; Windows takes it for any.
const char* or_any(const char* protocol) { return protocol && *protocol ? protocol : nullptr; }

}  // namespace

WsaResult<hostent*> host_entry_by_name(const char* name) {
  if (!null_or_memory(name)) return wsa_failure(WSAEFAULT);
  std::string machine;
  if (!name || !*name) {
    machine = WS_TRY_HOST(host::machine_name());
    name = machine.c_str();
  }
  // An address is its own name; the host's resolver takes no octal and hexadecimal forms here that inet_addr takes.
  if (auto address = ipv4_from_loose_text(name); address && *name != ' ')
    return store(host::HostEntry{name, {}, host::kAfInet, {std::string(reinterpret_cast<const char*>(&*address), sizeof *address)}});
  return stored(host::host_by_name(name, host::kAfInet));
}

WsaResult<hostent*> host_entry_by_address(const char* address, int length, int family) {
  if (family != AF_INET && family != AF_INET6) return wsa_failure(WSAEAFNOSUPPORT);
  int size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
  if (!can_be_memory(address)) return wsa_failure(WSAEFAULT);
  if (family == AF_INET6 && length != size) return wsa_failure(WSAEINVAL);
  if (length < size) return wsa_failure(WSAEFAULT);
  return stored(host::host_by_address(family == AF_INET ? host::kAfInet : host::kAfInet6, address, static_cast<size_t>(size)));
}

WsaResult<servent*> service_entry_by_name(const char* name, const char* protocol) {
  if (!can_be_memory(name) || !null_or_memory(protocol)) return wsa_failure(WSAEFAULT);
  return stored(host::service_by_name(name, or_any(protocol)));
}

WsaResult<servent*> service_entry_by_port(int port, const char* protocol) {
  if (!null_or_memory(protocol)) return wsa_failure(WSAEFAULT);
  return stored(host::service_by_port(static_cast<uint16_t>(port), or_any(protocol)));
}

WsaResult<protoent*> protocol_entry_by_name(const char* name) {
  if (!can_be_memory(name)) return wsa_failure(WSAEFAULT);
  return stored(host::protocol_by_name(name));
}

WsaResult<protoent*> protocol_entry_by_number(int number) { return stored(host::protocol_by_number(number)); }

}  // namespace windsock
