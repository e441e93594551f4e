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
                     kAiAddrConfig = 0x20, kAiInternational = 0x40, kAiNumericService = 0x400;

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

// Looks a name up; may block for long. With kAiInternational a name that is not ASCII is UTF-8, and asked for in its ASCII form
// (xn--…), whatever the program's locale is; kNoSuchName: it has none.
NameResult<NameAnswers> look_up_name(const NameQuery& query);

// What the host's databases tell of hosts, services and protocols.
struct HostEntry {
  std::string name;
  std::vector<std::string> aliases;
  int family = 0;
  std::vector<std::string> addresses;  // their bytes
};
struct ServiceEntry {
  std::string name;
  std::vector<std::string> aliases;
  uint16_t port = 0;  // in network byte order
  std::string protocol;
};
struct ProtocolEntry {
  std::string name;
  std::vector<std::string> aliases;
  int number = 0;
};
// May block for long.
NameResult<HostEntry> host_by_name(const char* name, int family);
NameResult<HostEntry> host_by_address(int family, const void* address, size_t size);
// kNoAddress: there is none. A null protocol means any.
NameResult<ServiceEntry> service_by_name(const char* name, const char* protocol);
NameResult<ServiceEntry> service_by_port(uint16_t port, const char* protocol);
NameResult<ProtocolEntry> protocol_by_name(const char* name);
NameResult<ProtocolEntry> protocol_by_number(int number);

// The names of an address and its port; what has none is told in numbers. May block for long.
enum : int { kNiNumericHost = 1, kNiNumericService = 2, kNiNoDomain = 4, kNiNameRequired = 8, kNiDatagram = 16 };
struct AddressNames {
  std::string node;
  std::string service;
};
NameResult<AddressNames> names_of(const Address& address, int flags);

// The name of this machine.
Result<std::string> machine_name();

// The number of a network by its name (/etc/networks), in the byte order of the machine.
std::optional<uint32_t> network_number(const char* name);

// The standard notation of an address of kAfInet or kAfInet6 (4 or 16 bytes).
inline constexpr size_t kMaxAddressText = 46;
bool address_from_text(int family, const char* text, void* address);
bool address_to_text(int family, const void* address, char* text, size_t size);

}  // namespace windsock::host
