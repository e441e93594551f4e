#include "dlls/ws2_32/translate_address.h"

#include <afunix.h>
#include <ws2ipdef.h>

#include <algorithm>
#include <cstring>

#include "dlls/ws2_32/program_pointer.h"

namespace windsock {
namespace {

struct Family {
  int windows;
  int host;
  int min_length;
  int max_length;
};
// A local address may be as short as its family: it names nothing then.
constexpr Family kFamilies[] = {
    {AF_INET, host::kAfInet, sizeof(sockaddr_in), sizeof(sockaddr_in)},
    {AF_INET6, host::kAfInet6, sizeof(sockaddr_in6), sizeof(sockaddr_in6)},
    {AF_UNIX, host::kAfUnix, sizeof(ADDRESS_FAMILY), sizeof(sockaddr_un)},
};
static_assert(sizeof(sockaddr_in) == 16 && sizeof(sockaddr_in6) == 28 && sizeof(sockaddr_un) == 110);

const Family* find_family(int windows) {
  for (const Family& family : kFamilies)
    if (family.windows == windows) return &family;
  return nullptr;
}

int family_from_host(int family) { return family == host::kAfInet6 ? AF_INET6 : family; }

void put_family(unsigned char* bytes, int family) {
  auto value = static_cast<uint16_t>(family);
  memcpy(bytes, &value, sizeof value);
}

bool all_zero(const unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i)
    if (bytes[i]) return false;
  return true;
}

}  // namespace

int min_address_length(int family) {
  const Family* known = find_family(family);
  return known ? known->min_length : 0;
}

int max_address_length(int family) {
  const Family* known = find_family(family);
  return known ? known->max_length : 0;
}

WsaResult<host::Address> address_to_host(const sockaddr* name, int length, int socket_family) {
  if (!can_be_memory(name) || length < static_cast<int>(sizeof name->sa_family)) return wsa_failure(WSAEFAULT);
  if (name->sa_family != socket_family) return wsa_failure(WSAEAFNOSUPPORT);
  const Family* family = find_family(socket_family);
  if (!family) return wsa_failure(WSAEAFNOSUPPORT);
  if (length < family->min_length) return wsa_failure(WSAEFAULT);
  // Programs may pass the size of a sockaddr_storage; what is behind the address says nothing.
  if (length > family->max_length) length = family->max_length;

  host::Address address;
  memcpy(address.bytes.data(), name, static_cast<size_t>(length));
  if (socket_family == AF_UNIX) {
    const char* path = reinterpret_cast<const sockaddr_un*>(name)->sun_path;
    size_t room = static_cast<size_t>(length) - offsetof(sockaddr_un, sun_path);
    // A path ends at its first zero. A name that begins with one is in the abstract name space and has all its bytes; the whole
    // structure with nothing in it is no name at all.
    size_t used = strnlen(path, room);
    if (used == 0) used = all_zero(reinterpret_cast<const unsigned char*>(path), room) ? 0 : room;
    address.length = static_cast<uint32_t>(offsetof(sockaddr_un, sun_path) + used);
  } else {
    address.length = static_cast<uint32_t>(length);
  }
  put_family(address.bytes.data(), family->host);
  return address;
}

WsaResult<void> address_from_host(const host::Address& address, sockaddr* name, int* length) {
  if (!can_be_memory(name) || !can_be_memory(length)) return wsa_failure(WSAEFAULT);
  int size = static_cast<int>(address.length);
  // The host counts a zero behind the longest path, for which the structure has no room.
  if (address.family() == host::kAfUnix) size = std::min(size, static_cast<int>(sizeof(sockaddr_un)));
  if (*length < size) return wsa_failure(WSAEFAULT);
  memcpy(name, address.bytes.data(), static_cast<size_t>(size));
  if (address.length >= sizeof name->sa_family) put_family(reinterpret_cast<unsigned char*>(name), family_from_host(address.family()));
  *length = size;
  return {};
}

bool is_unnamed(const host::Address& address) {
  return address.family() == host::kAfUnix && address.length <= offsetof(sockaddr_un, sun_path);
}

bool is_wildcard(const host::Address& address) {
  const unsigned char* bytes = address.bytes.data();
  switch (address.family()) {
    case host::kAfInet: return all_zero(bytes + offsetof(sockaddr_in, sin_addr), sizeof(in_addr));
    case host::kAfInet6: return all_zero(bytes + offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr));
    default: return false;
  }
}

uint16_t port_of(const host::Address& address) {
  static_assert(offsetof(sockaddr_in, sin_port) == 2 && offsetof(sockaddr_in6, sin6_port) == 2);
  if (address.family() != host::kAfInet && address.family() != host::kAfInet6) return 0;
  return static_cast<uint16_t>(address.bytes[2] << 8 | address.bytes[3]);
}

}  // namespace windsock
