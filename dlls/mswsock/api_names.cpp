// What mswsock has of names: the protocols of Winsock 1.1, networks, names inside DNS messages, errors in words.
// https://learn.microsoft.com/windows/win32/api/nspapi/
//
// The functions of BSD's have no declaration in Windows' headers; programs declare them themselves.
#include <winsock2.h>
#include <nspapi.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "dlls/common/host_names.h"
#include "dlls/mswsock/export.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/packed_buffer.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/provider_catalogue.h"
#include "dlls/ws2_32/trace_words.h"

using namespace windsock;

MSWSOCK_EXPORT(EnumProtocolsA);
MSWSOCK_EXPORT(EnumProtocolsW);

extern "C" {
[[gnu::visibility("default")]] netent* windsock_getnetbyname(const char* name) __asm__("mswsock_WS_getnetbyname");
[[gnu::visibility("default")]] u_long windsock_inet_network(const char* text) __asm__("mswsock_WS_inet_network");
[[gnu::visibility("default")]] int windsock_dn_expand(const BYTE* message, const BYTE* end, const BYTE* name, char* text,
                                                      int size) __asm__("mswsock_WS_dn_expand");
[[gnu::visibility("default")]] void windsock_s_perror(const char* message) __asm__("mswsock_s_perror");
}

namespace {

void set_text(PackedBuffer& buffer, CHAR*& where, const WSAPROTOCOL_INFOW& entry) {
  where = buffer.put_text(std::string_view(narrow_protocol_info(entry).szProtocol));
}
void set_text(PackedBuffer& buffer, WCHAR*& where, const WSAPROTOCOL_INFOW& entry) {
  where = buffer.put_text(std::u16string_view(entry.szProtocol));
}

constexpr DWORD kFlagsOfWinsock1 = 0x7ff;

template <typename Info>
void put_protocols(PackedBuffer& buffer, const std::vector<WSAPROTOCOL_INFOW>& entries) {
  Info* infos = buffer.reserve<Info>(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const WSAPROTOCOL_INFOW& entry = entries[i];
    Info ignored{};
    Info& info = infos ? infos[i] : ignored;
    info.dwServiceFlags = entry.dwServiceFlags1 & kFlagsOfWinsock1;
    info.iAddressFamily = entry.iAddressFamily;
    info.iMaxSockAddr = entry.iMaxSockAddr;
    info.iMinSockAddr = entry.iMinSockAddr;
    info.iSocketType = entry.iSocketType;
    info.iProtocol = entry.iProtocol;
    info.dwMessageSize = entry.dwMessageSize;
    set_text(buffer, info.lpProtocol, entry);
  }
}

template <typename Info>
WsaResult<int> enumerate(const int* wanted, void* out, DWORD* length) {
  if (!length) return wsa_failure(WSAEFAULT);
  auto entries = enumerate_protocols(wanted, Shown::kVisible);
  PackedBuffer count;
  put_protocols<Info>(count, entries);
  if (*length < count.used() || !out) {
    *length = static_cast<DWORD>(count.used());
    return wsa_failure(ERROR_INSUFFICIENT_BUFFER);
  }
  PackedBuffer buffer(out, *length);
  put_protocols<Info>(buffer, entries);
  return static_cast<int>(entries.size());
}

}  // namespace

INT WINAPI EnumProtocolsA(LPINT wanted, LPVOID buffer, LPDWORD length) {
  return entry::call("EnumProtocolsA", SOCKET_ERROR, [&] { return enumerate<PROTOCOL_INFOA>(wanted, buffer, length); });
}

INT WINAPI EnumProtocolsW(LPINT wanted, LPVOID buffer, LPDWORD length) {
  return entry::call("EnumProtocolsW", SOCKET_ERROR, [&] { return enumerate<PROTOCOL_INFOW>(wanted, buffer, length); });
}

// The structure is the thread's, until its next call.
netent* windsock_getnetbyname(const char* name) {
  return entry::call("getnetbyname", static_cast<netent*>(nullptr), [&]() -> WsaResult<netent*> {
    if (!name) return wsa_failure(WSAEFAULT);
    auto number = host::network_number(name);
    if (!number) return wsa_failure(WSAHOST_NOT_FOUND);
    thread_local std::string kept;
    thread_local char* no_aliases[] = {nullptr};
    thread_local netent entry;
    kept = name;
    entry = {kept.data(), no_aliases, AF_INET, static_cast<u_long>(*number)};
    return &entry;
  }, trace::Text{name});
}

// The parts of a network's number, a byte each, in the byte order of the machine: "10.1" is 0x0a01. INADDR_NONE: it is none.
u_long windsock_inet_network(const char* text) {
  if (!text) return INADDR_NONE;
  u_long network = 0;
  for (int parts = 1; parts <= 4; ++parts) {
    char* end = nullptr;
    if (*text < '0' || *text > '9') return INADDR_NONE;
    unsigned long part = strtoul(text, &end, 0);
    if (part > 0xff) return INADDR_NONE;
    network = network << 8 | static_cast<u_long>(part);
    if (*end == '\0') return network;
    if (*end != '.') return INADDR_NONE;
    text = end + 1;
  }
  return INADDR_NONE;
}

// A name inside a DNS message (RFC 1035, 4.1.4) as text: the bytes that it takes there, or -1. Only backward pointers are
// followed, so that it comes to an end.
int windsock_dn_expand(const BYTE* message, const BYTE* end, const BYTE* name, char* text, int size) {
  if (!message || !end || !name || !text || size <= 0 || name < message || name >= end) return -1;
  const BYTE* at = name;
  const BYTE* lowest = name;
  int taken = -1, written = 0;
  while (at < end && *at != 0) {
    BYTE length = *at;
    if ((length & 0xc0) == 0xc0) {
      if (end - at < 2) return -1;
      if (taken < 0) taken = static_cast<int>(at + 2 - name);
      const BYTE* target = message + ((length & 0x3f) << 8 | at[1]);
      if (target >= lowest) return -1;
      at = lowest = target;
      continue;
    }
    if ((length & 0xc0) != 0 || end - at <= length) return -1;
    if (written + (written != 0) + length >= size) return -1;
    if (written != 0) text[written++] = '.';
    memcpy(text + written, at + 1, length);
    written += length;
    at += length + 1;
  }
  if (at >= end || written >= size) return -1;
  text[written] = '\0';
  return taken < 0 ? static_cast<int>(at + 1 - name) : taken;
}

// To the standard error: the message and the name of the last error.
void windsock_s_perror(const char* message) {
  uint32_t error = services::last_error();
  const char* name = trace::word_for(trace::Words::kError, error);
  char line[512];
  const int length =
      snprintf(line, sizeof line, "%s%s%s (%u)\n", message ? message : "", message && *message ? ": " : "", name ? name : "error", error);
  services::write_standard_error(line, std::min<uint32_t>(static_cast<uint32_t>(length), sizeof line - 1));
}
