// Hosts, services and protocols by name and number. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-gethostbyname
#include <winsock2.h>

#include "dlls/ws2_32/database_entries.h"
#include "dlls/ws2_32/entry.h"

using namespace windsock;

namespace {

template <typename Entry, typename Ask, typename... Arguments>
Entry* ask(const char* call, Ask body, const Arguments&... arguments) {
  return entry::call(call, static_cast<Entry*>(nullptr), body, arguments...);
}

}  // namespace

extern "C" {

hostent* WSAAPI gethostbyname(const char* name) {
  return ask<hostent>("gethostbyname", [&] { return host_entry_by_name(name); }, trace::Text{name});
}

hostent* WSAAPI gethostbyaddr(const char* addr, int len, int type) {
  return ask<hostent>("gethostbyaddr", [&] { return host_entry_by_address(addr, len, type); }, addr, len, trace::Family{type});
}

servent* WSAAPI getservbyname(const char* name, const char* proto) {
  return ask<servent>("getservbyname", [&] { return service_entry_by_name(name, proto); }, trace::Text{name}, trace::Text{proto});
}

servent* WSAAPI getservbyport(int port, const char* proto) {
  return ask<servent>("getservbyport", [&] { return service_entry_by_port(port, proto); }, port, trace::Text{proto});
}

protoent* WSAAPI getprotobyname(const char* name) {
  return ask<protoent>("getprotobyname", [&] { return protocol_entry_by_name(name); }, trace::Text{name});
}

protoent* WSAAPI getprotobynumber(int number) {
  return ask<protoent>("getprotobynumber", [&] { return protocol_entry_by_number(number); }, number);
}

}  // extern "C"
