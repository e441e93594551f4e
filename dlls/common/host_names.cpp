#include "dlls/common/host_names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace windsock::host {

static_assert(kAiPassive == AI_PASSIVE && kAiCanonicalName == AI_CANONNAME && kAiNumericHost == AI_NUMERICHOST &&
              kAiV4Mapped == AI_V4MAPPED && kAiAll == AI_ALL && kAiAddrConfig == AI_ADDRCONFIG && kAiNumericService == AI_NUMERICSERV);
static_assert(kMaxAddressText == INET6_ADDRSTRLEN);

namespace {

NameError error_of(int code) {
  switch (code) {
    case EAI_AGAIN: return NameError::kTryAgain;
    case EAI_BADFLAGS: return NameError::kBadFlags;
    case EAI_FAMILY: return NameError::kNoSuchFamily;
    case EAI_MEMORY: return NameError::kNoMemory;
    case EAI_NONAME:
    case EAI_ADDRFAMILY: return NameError::kNoSuchName;
    case EAI_NODATA: return NameError::kNoAddress;
    case EAI_SERVICE: return NameError::kNoSuchService;
    case EAI_SOCKTYPE: return NameError::kNoSuchType;
    case EAI_SYSTEM: return errno == ENOMEM ? NameError::kNoMemory : NameError::kFailed;
    default: return NameError::kFailed;
  }
}

}  // namespace

NameResult<NameAnswers> look_up_name(const NameQuery& query) {
  addrinfo hints{};
  hints.ai_flags = query.flags;
  hints.ai_family = query.family;
  hints.ai_socktype = query.type;
  hints.ai_protocol = query.protocol;
  addrinfo* found = nullptr;
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
