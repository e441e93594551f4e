#include "dlls/ws2_32/inet_text.h"

#include <cstdio>

#include "dlls/common/host_names.h"
#include "dlls/ws2_32/program_pointer.h"

namespace windsock {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// A number in C's notation; nothing when there is none or it does not fit into 32 bits.
std::optional<uint32_t> take_number(const char*& text) {
  int base = 10;
  bool digits = false;
  if (*text == '0') {
    base = 8;
    digits = true;
    ++text;
    if (*text == 'x' || *text == 'X') {
      base = 16;
      digits = false;
      ++text;
    }
  }
  uint64_t number = 0;
  for (; digit_value(*text) < base; ++text) {
    number = number * static_cast<unsigned>(base) + static_cast<unsigned>(digit_value(*text));
    if (number > UINT32_MAX) return std::nullopt;
    digits = true;
  }
  if (!digits) return std::nullopt;
  return static_cast<uint32_t>(number);
}

std::optional<int> family_to_host(int family) {
  if (family == AF_INET) return host::kAfInet;
  if (family == AF_INET6) return host::kAfInet6;
  return std::nullopt;
}

}  // namespace

std::optional<uint32_t> ipv4_from_loose_text(const char* text) {
  if (!text) return std::nullopt;
  if (text[0] == ' ' && text[1] == '\0') return 0u;
  uint32_t address = 0;
  for (unsigned part = 0;; ++part) {
    std::optional<uint32_t> number = take_number(text);
    if (!number) return std::nullopt;
    if (*text != '.') {
      if (*text && !is_blank(*text)) return std::nullopt;
      // The last part has the room that the parts before have left.
      uint32_t room = UINT32_MAX >> (8 * part);
      if (*number > room) return std::nullopt;
      return __builtin_bswap32(address | *number);
    }
    if (part == 3 || *number > 0xff) return std::nullopt;
    address |= *number << (24 - 8 * part);
    ++text;
  }
}

char* ipv4_text_of_thread(in_addr address) {
  static thread_local char text[16];
  const auto& bytes = address.S_un.S_un_b;
  snprintf(text, sizeof text, "%u.%u.%u.%u", bytes.s_b1, bytes.s_b2, bytes.s_b3, bytes.s_b4);
  return text;
}

WsaResult<bool> address_from_text(int family, const char* text, void* destination) {
  std::optional<int> host_family = family_to_host(family);
  if (!host_family) return wsa_failure(WSAEAFNOSUPPORT);
  if (!can_be_memory(text) || !can_be_memory(destination)) return wsa_failure(WSAEFAULT);
  return host::address_from_text(*host_family, text, destination);
}

WsaResult<const char*> address_to_text(int family, const void* address, char* text, size_t size) {
  std::optional<int> host_family = family_to_host(family);
  if (!host_family) return wsa_failure(WSAEAFNOSUPPORT);
  if (!address || !text || !host::address_to_text(*host_family, address, text, size)) return wsa_failure(ERROR_INVALID_PARAMETER);
  return static_cast<const char*>(text);
}

}  // namespace windsock
