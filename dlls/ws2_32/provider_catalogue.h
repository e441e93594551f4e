// The catalogues of providers as programs see them: transport providers, name-space providers, service classes.
//
// There are no layered providers natively, and nobody may install one: the catalogue is a constant. What Windows keeps in its
// registry for administrators is answered as it answers everybody else. The kinds of socket themselves stand in
// protocol_catalogue.h. Pure functions.
#pragma once

#include <winsock2.h>

#include <span>
#include <vector>

namespace windsock {

bool same_guid(const GUID& left, const GUID& right);

enum class Shown { kVisible, kAll };  // without and with what carries PFL_HIDDEN
// The entries for the protocols in `wanted` (ended by a zero; null: all), in the order of the catalogue.
std::vector<WSAPROTOCOL_INFOW> enumerate_protocols(const int* wanted, Shown shown);

bool is_transport_provider(const GUID& provider);
// Where its library would be, with the environment string unexpanded as Windows gives it.
inline constexpr char16_t kProviderPath[] = u"%SystemRoot%\\system32\\mswsock.dll";

// Whether the identifiers name each entry of the catalogue just once: what WSCWriteProviderOrder must be given.
bool is_order_of_protocols(std::span<const DWORD> entries);

struct NameSpaceProvider {
  GUID id;
  DWORD name_space;
  const char16_t* identifier;
};
std::span<const NameSpaceProvider> name_space_providers();
const NameSpaceProvider* find_name_space_provider(const GUID& id);
bool is_order_of_name_spaces(std::span<const GUID> providers);

struct ServiceClass {
  GUID id;
  const char16_t* name;
};
// One of the classes that the name space of DNS knows by itself; null: not known.
const ServiceClass* find_service_class(const GUID& id);

}  // namespace windsock
