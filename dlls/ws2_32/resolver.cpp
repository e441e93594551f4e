#include "dlls/ws2_32/resolver.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <string_view>

#include "dlls/common/debug.h"
#include "dlls/common/host_names.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/translate_kind.h"

namespace windsock {
namespace {

struct FlagPair {
  int windows;
  int host;
};
constexpr FlagPair kFlags[] = {
    {AI_PASSIVE, host::kAiPassive},           {AI_CANONNAME, host::kAiCanonicalName},
    {AI_NUMERICHOST, host::kAiNumericHost},   {AI_NUMERICSERV, host::kAiNumericService},
    {AI_ALL, host::kAiAll},                   {AI_ADDRCONFIG, host::kAiAddrConfig},
    {AI_V4MAPPED, host::kAiV4Mapped},         {AI_FQDN, host::kAiCanonicalName},
};
constexpr FlagPair kNameFlags[] = {
    {NI_NOFQDN, host::kNiNoDomain},        {NI_NUMERICHOST, host::kNiNumericHost}, {NI_NAMEREQD, host::kNiNameRequired},
    {NI_NUMERICSERV, host::kNiNumericService}, {NI_DGRAM, host::kNiDatagram},
};
// About Windows' own name services and caches; the host decides these for itself.
constexpr unsigned kAdvice = AI_DNS_ONLY | AI_FORCE_CLEAR_TEXT | AI_BYPASS_DNS_CACHE | AI_RETURN_TTL | AI_NON_AUTHORITATIVE | AI_SECURE |
                             AI_RETURN_PREFERRED_NAMES | AI_FILESERVER | AI_DISABLE_IDN_ENCODING;

WsaResult<int> flags_to_host(int flags) {
  int host_flags = 0;
  unsigned known = kAdvice;
  for (const FlagPair& pair : kFlags) {
    known |= static_cast<unsigned>(pair.windows);
    if (flags & pair.windows) host_flags |= pair.host;
  }
  if (static_cast<unsigned>(flags) & ~known) return wsa_failure(WSAEINVAL);
  // Two answers to one question.
  if ((flags & AI_CANONNAME) && (flags & AI_FQDN)) return wsa_failure(WSAEINVAL);
  return host_flags;
}

bool is_number(const char* text) { return *text && text[strspn(text, "0123456789")] == '\0'; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char one) { return static_cast<unsigned char>(one) < 0x80; });
}

// What is asked of the host, and what the entries shall say where the host knows better than the program asked.
struct Question {
  host::NameQuery query;
  int type = 0;
  int protocol = 0;
  bool type_from_service = false;
};

WsaResult<Question> question_of(const char* node, const char* service, const addrinfo* hints) {
  static constexpr addrinfo kNoHints{};
  if (!hints) hints = &kNoHints;
  // An empty service is none; an empty node is this machine.
  if (service && !*service) service = nullptr;
  if (!node && !service) return wsa_failure(WSAHOST_NOT_FOUND);
  if (hints->ai_addrlen || hints->ai_canonname || hints->ai_addr || hints->ai_next) return wsa_failure(WSANO_RECOVERY);
  if (!node && (hints->ai_flags & (AI_CANONNAME | AI_FQDN))) return wsa_failure(WSAEINVAL);
  if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET && hints->ai_family != AF_INET6)
    return wsa_failure(WSAEAFNOSUPPORT);
  if (hints->ai_socktype != 0 && hints->ai_socktype != SOCK_STREAM && hints->ai_socktype != SOCK_DGRAM && hints->ai_socktype != SOCK_RAW)
    return wsa_failure(WSAESOCKTNOSUPPORT);

  Question question;
  question.type = hints->ai_socktype;
  question.protocol = hints->ai_protocol;
  question.type_from_service = !hints->ai_socktype && service && !is_number(service);
  question.query.node = node;
  question.query.service = service;
  question.query.flags = WS_TRY(flags_to_host(hints->ai_flags));
  if (node && !is_ascii(node) && !(hints->ai_flags & AI_DISABLE_IDN_ENCODING)) question.query.flags |= host::kAiInternational;
  question.query.family = hints->ai_family == AF_INET6 ? host::kAfInet6 : hints->ai_family;
  // Without a type the host gives each address once per type. Windows gives it once, with the zeros that were asked for; so any
  // one type is as good, unless the name of a service decides about it.
  question.query.type = hints->ai_socktype || question.type_from_service ? hints->ai_socktype
                        : hints->ai_protocol == IPPROTO_UDP            ? host::kSockDgram
                                                                       : host::kSockStream;
  question.query.protocol = hints->ai_socktype || question.type_from_service ? hints->ai_protocol : 0;
  return question;
}

struct Free {
  void operator()(addrinfo* list) const { free_addresses(list); }
};
using List = std::unique_ptr<addrinfo, Free>;

addrinfo* make_entry(const host::NameAnswer& answer, const Question& question, const char* name) {
  size_t name_size = name ? strlen(name) + 1 : 0;
  void* memory = calloc(1, sizeof(addrinfo) + sizeof(sockaddr_storage) + name_size);
  if (!memory) return nullptr;
  auto* entry = static_cast<addrinfo*>(memory);
  auto* address = reinterpret_cast<sockaddr*>(entry + 1);
  int length = sizeof(sockaddr_storage);
  if (!address_from_host(answer.address, address, &length).ok()) {
    free(memory);
    return nullptr;
  }
  entry->ai_family = address->sa_family;
  entry->ai_socktype = question.type_from_service ? answer.type : question.type;
  entry->ai_protocol = question.protocol;
  entry->ai_addr = address;
  entry->ai_addrlen = static_cast<size_t>(length);
  if (name) {
    entry->ai_canonname = reinterpret_cast<char*>(address) + sizeof(sockaddr_storage);
    memcpy(entry->ai_canonname, name, name_size);
  }
  return entry;
}

}  // namespace

WsaError name_error_from_host(host::NameError error) {
  switch (error) {
    case host::NameError::kTryAgain: return static_cast<WsaError>(WSATRY_AGAIN);
    case host::NameError::kBadFlags: return static_cast<WsaError>(WSAEINVAL);
    case host::NameError::kNoSuchFamily: return static_cast<WsaError>(WSAEAFNOSUPPORT);
    case host::NameError::kNoMemory: return static_cast<WsaError>(WSA_NOT_ENOUGH_MEMORY);
    case host::NameError::kNoSuchName: return static_cast<WsaError>(WSAHOST_NOT_FOUND);
    case host::NameError::kNoAddress: return static_cast<WsaError>(WSANO_DATA);
    case host::NameError::kNoSuchService: return static_cast<WsaError>(WSATYPE_NOT_FOUND);
    case host::NameError::kNoSuchType: return static_cast<WsaError>(WSAESOCKTNOSUPPORT);
    default: return static_cast<WsaError>(WSANO_RECOVERY);
  }
}

WsaResult<addrinfo*> resolve_addresses(const char* node, const char* service, const addrinfo* hints) {
  Question question = WS_TRY(question_of(node, service, hints));
  std::string machine;
  if (node && !*node) {
    machine = WS_TRY_HOST(host::machine_name());
    question.query.node = machine.c_str();
  }
  host::NameResult<host::NameAnswers> found = host::look_up_name(question.query);
  if (!found) {
    WS_INFO(kName, "%s %s: the host's resolver says error %d", node ? node : "-", service ? service : "-",
            static_cast<int>(found.error()));
    return Failure{name_error_from_host(found.error())};
  }

  List list;
  addrinfo** end = nullptr;
  const std::string& canonical = found.value().canonical_name;
  for (const host::NameAnswer& answer : found.value().answers) {
    // A service that raw sockets could have too says nothing about them.
    if (question.type_from_service && answer.type != SOCK_STREAM && answer.type != SOCK_DGRAM) continue;
    addrinfo* entry = make_entry(answer, question, !list && !canonical.empty() ? canonical.c_str() : nullptr);
    if (!entry) return wsa_failure(WSA_NOT_ENOUGH_MEMORY);
    if (end)
      *end = entry;
    else
      list.reset(entry);
    end = &entry->ai_next;
  }
  if (!list) return wsa_failure(WSANO_DATA);
  return list.release();
}

void free_addresses(addrinfo* list) {
  while (list) {
    addrinfo* next = list->ai_next;
    free(list);
    list = next;
  }
}

WsaResult<void> local_host_name(char* name, size_t size) {
  if (!can_be_memory(name)) return wsa_failure(WSAEFAULT);
  std::string machine = WS_TRY_HOST(host::machine_name());
  if (machine.size() >= size) return wsa_failure(WSAEFAULT);
  memcpy(name, machine.c_str(), machine.size() + 1);
  return {};
}

WsaResult<host::AddressNames> resolve_names(const sockaddr* address, int length, bool with_node, bool with_service, int flags) {
  if (!can_be_memory(address)) return wsa_failure(WSAEFAULT);
  if (length < static_cast<int>(sizeof address->sa_family)) return wsa_failure(WSAEFAULT);
  if (address->sa_family != AF_INET && address->sa_family != AF_INET6) return wsa_failure(WSAEAFNOSUPPORT);
  host::Address host_address = WS_TRY(address_to_host(address, length, address->sa_family));
  if (!with_node && !with_service) return wsa_failure(WSAHOST_NOT_FOUND);
  int host_flags = 0;
  for (const FlagPair& pair : kNameFlags)
    if (flags & pair.windows) host_flags |= pair.host;
  // What nobody wants to know is not looked up.
  if (!with_node) host_flags = (host_flags | host::kNiNumericHost) & ~host::kNiNameRequired;
  if (!with_service) host_flags |= host::kNiNumericService;
  auto names = host::names_of(host_address, host_flags);
  if (!names) return Failure{name_error_from_host(names.error())};
  return std::move(names).take();
}

}  // namespace windsock
