#include "dlls/common/host_names.h"

#include <arpa/inet.h>
#include <locale.h>
#include <netdb.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace windsock::host {

static_assert(kAiPassive == AI_PASSIVE && kAiCanonicalName == AI_CANONNAME && kAiNumericHost == AI_NUMERICHOST &&
              kAiV4Mapped == AI_V4MAPPED && kAiAll == AI_ALL && kAiAddrConfig == AI_ADDRCONFIG && kAiNumericService == AI_NUMERICSERV && kAiInternational == AI_IDN);
static_assert(kNiNumericHost == NI_NUMERICHOST && kNiNumericService == NI_NUMERICSERV && kNiNoDomain == NI_NOFQDN &&
              kNiNameRequired == NI_NAMEREQD && kNiDatagram == NI_DGRAM);
static_assert(kMaxAddressText == INET6_ADDRSTRLEN);

namespace {

NameError error_of(int code) {
  switch (code) {
    case EAI_AGAIN: return NameError::kTryAgain;
    case EAI_BADFLAGS: return NameError::kBadFlags;
    case EAI_FAMILY: return NameError::kNoSuchFamily;
    case EAI_MEMORY: return NameError::kNoMemory;
    case EAI_IDN_ENCODE:
    case EAI_NONAME:
    case EAI_ADDRFAMILY: return NameError::kNoSuchName;
    case EAI_NODATA: return NameError::kNoAddress;
    case EAI_SERVICE: return NameError::kNoSuchService;
    case EAI_SOCKTYPE: return NameError::kNoSuchType;
    case EAI_SYSTEM: return errno == ENOMEM ? NameError::kNoMemory : NameError::kFailed;
    default: return NameError::kFailed;
  }
}

// libc takes names to be in the locale's encoding. While this lives the thread's is UTF-8; no other thread sees it.
class Utf8Scope {
 public:
  Utf8Scope() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8) before_ = ::uselocale(utf8);
  }
  Utf8Scope(const Utf8Scope&) = delete;
  Utf8Scope& operator=(const Utf8Scope&) = delete;
  ~Utf8Scope() {
    if (before_) ::uselocale(before_);
  }

 private:
  locale_t before_ = nullptr;
};

}  // namespace

NameResult<NameAnswers> look_up_name(const NameQuery& query) {
  addrinfo hints{};
  hints.ai_flags = query.flags;
  hints.ai_family = query.family;
  hints.ai_socktype = query.type;
  hints.ai_protocol = query.protocol;
  addrinfo* found = nullptr;
  std::optional<Utf8Scope> scope;
  if (query.flags & kAiInternational) scope.emplace();
  if (int code = ::getaddrinfo(query.node, query.service, &hints, &found)) return Failure{error_of(code)};
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);

  NameAnswers result;
  if (found && found->ai_canonname) result.canonical_name = found->ai_canonname;
  for (const addrinfo* one = found; one; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(Address::bytes)) continue;
    NameAnswer& answer = result.answers.emplace_back();
    answer.family = one->ai_family;
    answer.type = one->ai_socktype;
    answer.protocol = one->ai_protocol;
    answer.address.length = one->ai_addrlen;
    memcpy(answer.address.bytes.data(), one->ai_addr, one->ai_addrlen);
  }
  return result;
}

namespace {

NameError database_error(int code, int herror) {
  if (code == ENOMEM) return NameError::kNoMemory;
  switch (herror) {
    case HOST_NOT_FOUND: return NameError::kNoSuchName;
    case TRY_AGAIN: return NameError::kTryAgain;
    case NO_DATA: return NameError::kNoAddress;
    default: return NameError::kFailed;
  }
}

// Asks one of the libc functions that store their answer in the caller's buffer, with as much room as it needs. An answer that is
// null with code 0 is none.
template <typename Entry, typename Ask>
NameResult<std::vector<char>> ask_database(Entry& entry, Entry*& found, Ask ask) {
  std::vector<char> room(1024);
  for (;;) {
    int herror = NO_DATA;
    int code = ask(entry, room.data(), room.size(), found, herror);
    if (code == ERANGE) {
      room.resize(room.size() * 2);
      continue;
    }
    if (!found) return Failure{database_error(code, herror)};
    return room;
  }
}

std::vector<std::string> strings_of(char** list) {
  std::vector<std::string> strings;
  for (; list && *list; ++list) strings.emplace_back(*list);
  return strings;
}

HostEntry entry_of(const hostent& found) {
  HostEntry entry{found.h_name, strings_of(found.h_aliases), found.h_addrtype, {}};
  for (char** address = found.h_addr_list; address && *address; ++address)
    entry.addresses.emplace_back(*address, static_cast<size_t>(found.h_length));
  return entry;
}

ServiceEntry entry_of(const servent& found) {
  return {found.s_name, strings_of(found.s_aliases), static_cast<uint16_t>(found.s_port), found.s_proto};
}

ProtocolEntry entry_of(const protoent& found) { return {found.p_name, strings_of(found.p_aliases), found.p_proto}; }

// The strings of a found entry lie in the room, which lives until they are copied.
template <typename Libc, typename Ask>
auto look_up_entry(Ask ask) -> NameResult<decltype(entry_of(std::declval<Libc>()))> {
  Libc entry{};
  Libc* found = nullptr;
  auto room = WS_TRY(ask_database(entry, found, ask));
  return entry_of(*found);
}

}  // namespace

NameResult<HostEntry> host_by_name(const char* name, int family) {
  return look_up_entry<hostent>([&](hostent& entry, char* room, size_t size, hostent*& found, int& herror) {
    return ::gethostbyname2_r(name, family, &entry, room, size, &found, &herror);
  });
}

NameResult<HostEntry> host_by_address(int family, const void* address, size_t size) {
  return look_up_entry<hostent>([&](hostent& entry, char* room, size_t room_size, hostent*& found, int& herror) {
    return ::gethostbyaddr_r(address, static_cast<socklen_t>(size), family, &entry, room, room_size, &found, &herror);
  });
}

NameResult<ServiceEntry> service_by_name(const char* name, const char* protocol) {
  return look_up_entry<servent>([&](servent& entry, char* room, size_t size, servent*& found, int&) {
    return ::getservbyname_r(name, protocol, &entry, room, size, &found);
  });
}

NameResult<ServiceEntry> service_by_port(uint16_t port, const char* protocol) {
  return look_up_entry<servent>([&](servent& entry, char* room, size_t size, servent*& found, int&) {
    return ::getservbyport_r(port, protocol, &entry, room, size, &found);
  });
}

NameResult<ProtocolEntry> protocol_by_name(const char* name) {
  return look_up_entry<protoent>([&](protoent& entry, char* room, size_t size, protoent*& found, int&) {
    return ::getprotobyname_r(name, &entry, room, size, &found);
  });
}

NameResult<ProtocolEntry> protocol_by_number(int number) {
  return look_up_entry<protoent>([&](protoent& entry, char* room, size_t size, protoent*& found, int&) {
    return ::getprotobynumber_r(number, &entry, room, size, &found);
  });
}

NameResult<AddressNames> names_of(const Address& address, int flags) {
  char node[NI_MAXHOST], service[NI_MAXSERV];
  int code = ::getnameinfo(reinterpret_cast<const sockaddr*>(address.bytes.data()), address.length, node, sizeof node, service,
                           sizeof service, flags);
  if (code) return Failure{error_of(code)};
  return AddressNames{node, service};
}

Result<std::string> machine_name() {
  utsname names;
  if (::uname(&names) < 0) return last_failure();
  return std::string(names.nodename);
}

std::optional<uint32_t> network_number(const char* name) {
  netent entry{}, *found = nullptr;
  char texts[4096];
  int error = 0;
  if (::getnetbyname_r(name, &entry, texts, sizeof texts, &found, &error) != 0 || !found) return std::nullopt;
  return entry.n_net;
}

bool address_from_text(int family, const char* text, void* address) { return ::inet_pton(family, text, address) == 1; }

bool address_to_text(int family, const void* address, char* text, size_t size) {
  return ::inet_ntop(family, address, text, static_cast<socklen_t>(size)) != nullptr;
}

}  // namespace windsock::host
