// The part of host.h about names: the host's resolver and its address notation, under our own names and with the host's
// numbers, so that users see Windows' names only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dlls/common/host_socket.h"

namespace windsock::host {

// Flags of a query (checked against the host's header in host_names.cpp).
inline constexpr int kAiPassive = 0x1, kAiCanonicalName = 0x2, kAiNumericHost = 0x4, kAiV4Mapped = 0x8, kAiAll = 0x10,
                     kAiAddrConfig = 0x20, kAiNumericService = 0x400;

enum class NameError {
  kNone = 0,
  kTryAgain,
  kBadFlags,
  kFailed,
  kNoSuchFamily,
  kNoMemory,
  kNoSuchName,
  kNoAddress,
  kNoSuchService,
  kNoSuchType,
};

template <typename T>
using NameResult = windsock::Result<T, NameError>;

struct NameQuery {
  const char* node = nullptr;
  const char* service = nullptr;
  int flags = 0;
  int family = kAfUnspec;
  int type = 0;
  int protocol = 0;
};

struct NameAnswer {
  int family = 0;
  int type = 0;
  int protocol = 0;
  Address address;
};

struct NameAnswers {
  std::string canonical_name;  // empty without kAiCanonicalName
  std::vector<NameAnswer> answers;
};

// Looks a name up; may block for long.
NameResult<NameAnswers> look_up_name(const NameQuery& query);

// The name of this machine.
Result<std::string> machine_name();

// The number of a network by its name (/etc/networks), in the byte order of the machine.
std::optional<uint32_t> network_number(const char* name);

// The standard notation of an address of kAfInet or kAfInet6 (4 or 16 bytes).
inline constexpr size_t kMaxAddressText = 46;
bool address_from_text(int family, const char* text, void* address);
bool address_to_text(int family, const void* address, char* text, size_t size);

}  // namespace windsock::host
