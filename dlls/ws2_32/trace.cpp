#include "dlls/ws2_32/trace.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <afunix.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "dlls/common/debug.h"

namespace windsock::trace {

namespace {

struct NamedValue {
  int value;
  const char* name;
};
#define NAMED(name) {static_cast<int>(name), #name}

constexpr NamedValue kFamilies[] = {NAMED(AF_UNSPEC), NAMED(AF_UNIX), NAMED(AF_INET), NAMED(AF_INET6)};
constexpr NamedValue kTypes[] = {NAMED(SOCK_STREAM), NAMED(SOCK_DGRAM), NAMED(SOCK_RAW), NAMED(SOCK_RDM), NAMED(SOCK_SEQPACKET)};
constexpr NamedValue kLevels[] = {NAMED(SOL_SOCKET), NAMED(IPPROTO_TCP), NAMED(IPPROTO_UDP), NAMED(IPPROTO_IPV6), {0, "IPPROTO_IP"}};
constexpr NamedValue kSocketOptions[] = {
    NAMED(SO_DEBUG),    NAMED(SO_ACCEPTCONN), NAMED(SO_REUSEADDR), NAMED(SO_KEEPALIVE), NAMED(SO_DONTROUTE), NAMED(SO_BROADCAST),
    NAMED(SO_LINGER),   NAMED(SO_OOBINLINE),  NAMED(SO_SNDBUF),    NAMED(SO_RCVBUF),    NAMED(SO_SNDTIMEO),  NAMED(SO_RCVTIMEO),
    NAMED(SO_ERROR),    NAMED(SO_TYPE),       NAMED(SO_DONTLINGER), NAMED(SO_EXCLUSIVEADDRUSE)};
constexpr NamedValue kControls[] = {NAMED(FIONBIO), NAMED(FIONREAD), NAMED(SIOCATMARK)};
constexpr NamedValue kMessageFlags[] = {NAMED(MSG_OOB), NAMED(MSG_PEEK), NAMED(MSG_DONTROUTE), NAMED(MSG_WAITALL), NAMED(MSG_PARTIAL)};
constexpr NamedValue kErrors[] = {
    NAMED(WSAEINTR),        NAMED(WSAEBADF),         NAMED(WSAEACCES),       NAMED(WSAEFAULT),        NAMED(WSAEINVAL),
    NAMED(WSAEMFILE),       NAMED(WSAEWOULDBLOCK),   NAMED(WSAEINPROGRESS),  NAMED(WSAEALREADY),      NAMED(WSAENOTSOCK),
    NAMED(WSAEDESTADDRREQ), NAMED(WSAEMSGSIZE),      NAMED(WSAEPROTOTYPE),   NAMED(WSAENOPROTOOPT),   NAMED(WSAEPROTONOSUPPORT),
    NAMED(WSAESOCKTNOSUPPORT), NAMED(WSAEOPNOTSUPP), NAMED(WSAEPFNOSUPPORT), NAMED(WSAEAFNOSUPPORT),  NAMED(WSAEADDRINUSE),
    NAMED(WSAEADDRNOTAVAIL), NAMED(WSAENETDOWN),     NAMED(WSAENETUNREACH),  NAMED(WSAENETRESET),     NAMED(WSAECONNABORTED),
    NAMED(WSAECONNRESET),   NAMED(WSAENOBUFS),       NAMED(WSAEISCONN),      NAMED(WSAENOTCONN),      NAMED(WSAESHUTDOWN),
    NAMED(WSAETIMEDOUT),    NAMED(WSAECONNREFUSED),  NAMED(WSAEHOSTDOWN),    NAMED(WSAEHOSTUNREACH),  NAMED(WSASYSNOTREADY),
    NAMED(WSAVERNOTSUPPORTED), NAMED(WSANOTINITIALISED), NAMED(WSASYSCALLFAILURE), NAMED(WSATRY_AGAIN), NAMED(WSAHOST_NOT_FOUND),
    NAMED(WSANO_RECOVERY),  NAMED(WSANO_DATA),       NAMED(WSATYPE_NOT_FOUND)};
#undef NAMED

template <size_t N>
const char* name_of(const NamedValue (&table)[N], int value) {
  auto found = std::find_if(std::begin(table), std::end(table), [&](const NamedValue& row) { return row.value == value; });
  return found == std::end(table) ? nullptr : found->name;
}

}  // namespace

const char* error_name(uint32_t code) {
  const char* name = name_of(kErrors, static_cast<int>(code));
  return name ? name : "?";
}

Line::Line(const char* call) { append("%s(", call); }

void Line::append(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(text_ + length_, sizeof text_ - length_, format, arguments);
  va_end(arguments);
  if (added > 0) length_ = std::min(sizeof text_ - 1, length_ + static_cast<size_t>(added));
}

void Line::separate() {
  if (!first_) append(", ");
  first_ = false;
}

void Line::number(int64_t value) {
  separate();
  append("%lld", static_cast<long long>(value));
}

void Line::address(const void* pointer) {
  separate();
  if (pointer)
    append("%p", pointer);
  else
    append("NULL");
}

void Line::argument(const Family& family) {
  const char* name = name_of(kFamilies, family.value);
  if (!name) return number(family.value);
  separate();
  append("%s", name);
}

void Line::argument(const SocketType& type) {
  const char* name = name_of(kTypes, type.value);
  if (!name) return number(type.value);
  separate();
  append("%s", name);
}

void Line::argument(const Name& name) {
  if (!name.address || name.length < 2) return address(name.address);
  separate();
  uint16_t family;
  memcpy(&family, name.address, sizeof family);
  auto* bytes = static_cast<const unsigned char*>(name.address);
  if (family == AF_INET && name.length >= static_cast<int>(sizeof(sockaddr_in)))
    append("%u.%u.%u.%u:%u", bytes[4], bytes[5], bytes[6], bytes[7], bytes[2] << 8 | bytes[3]);
  else if (family == AF_INET6 && name.length >= static_cast<int>(sizeof(sockaddr_in6))) {
    append("[");
    for (int i = 0; i < 8; ++i) append(i ? ":%x" : "%x", bytes[8 + 2 * i] << 8 | bytes[9 + 2 * i]);
    append("]:%u", bytes[2] << 8 | bytes[3]);
  } else if (family == AF_UNIX)
    append("unix:%.*s", name.length - 2, reinterpret_cast<const char*>(bytes + 2));
  else
    append("{family %u, %d bytes}", family, name.length);
}

void Line::argument(const Bytes& bytes) {
  if (!bytes.data || bytes.size <= 0) return address(bytes.data);
  separate();
  constexpr int64_t kShown = 32;
  append("\"");
  for (int64_t i = 0; i < std::min(bytes.size, kShown); ++i) {
    unsigned char c = static_cast<const unsigned char*>(bytes.data)[i];
    if (c == '\n')
      append("\\n");
    else if (c == '\r')
      append("\\r");
    else if (c >= ' ' && c < 127 && c != '"' && c != '\\')
      append("%c", c);
    else
      append("\\x%02x", c);
  }
  append(bytes.size > kShown ? "\".." : "\"");
}

void Line::argument(const Option& option) {
  const char* level = name_of(kLevels, option.level);
  const char* name = option.level == SOL_SOCKET ? name_of(kSocketOptions, option.name) : nullptr;
  separate();
  level ? append("%s, ", level) : append("%d, ", option.level);
  name ? append("%s", name) : append("%d", option.name);
}

void Line::argument(const Control& control) {
  const char* name = name_of(kControls, static_cast<int>(control.code));
  separate();
  name ? append("%s", name) : append("0x%08x", control.code);
}

void Line::argument(const Flags& flags) {
  separate();
  if (!flags.value) return append("0");
  int rest = flags.value;
  bool any = false;
  for (const auto& [value, name] : kMessageFlags) {
    if (!(rest & value)) continue;
    append(any ? "|%s" : "%s", name);
    rest &= ~value;
    any = true;
  }
  if (rest) append(any ? "|0x%x" : "0x%x", static_cast<unsigned>(rest));
}

void Line::argument(const Text& text) {
  if (!text.text) return address(nullptr);
  separate();
  append("\"%.64s\"", text.text);
}

void Line::begin() {
  append(")");
  debug::log(debug::Level::kTrace, debug::Channel::kApi, "> %s", text_);
}

void Line::finish(int64_t value, bool is_pointer, uint32_t error) {
  if (is_pointer)
    append(" = 0x%llx", static_cast<unsigned long long>(value));
  else
    append(" = %lld", static_cast<long long>(value));
  if (error) append(" %s (%u)", error_name(error), error);
  debug::log(debug::Level::kTrace, debug::Channel::kApi, "< %s", text_);
}

}  // namespace windsock::trace
