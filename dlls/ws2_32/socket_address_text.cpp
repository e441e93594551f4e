#include "dlls/ws2_32/socket_address_text.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "dlls/common/host_names.h"

namespace windsock {
namespace {

// All of the text is a number of the base, or in C's notation when the base is 0.
std::optional<uint32_t> number_in(std::string_view text, int base, uint32_t most) {
  if (base == 0) {
    base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
      base = 16;
      text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
      base = 8;
      text.remove_prefix(1);
    }
  }
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

std::optional<uint16_t> port_in(std::string_view text) {
  auto number = number_in(text, 0, 0xffff);
  if (!number) return std::nullopt;
  return __builtin_bswap16(static_cast<uint16_t>(*number));
}

bool parse_ipv4(std::string_view text, sockaddr_in& address) {
  size_t colon = text.find(':');
  if (colon != text.npos) {
    auto port = port_in(text.substr(colon + 1));
    if (!port) return false;
    address.sin_port = *port;
  }
  address.sin_family = AF_INET;
  return host::address_from_text(host::kAfInet, std::string(text.substr(0, colon)).c_str(), &address.sin_addr);
}

bool parse_ipv6(std::string_view text, sockaddr_in6& address) {
  if (text.starts_with('[')) {
    size_t bracket = text.find(']');
    if (bracket == text.npos) return false;
    std::string_view behind = text.substr(bracket + 1);
    if (!behind.empty()) {
      auto port = behind[0] == ':' ? port_in(behind.substr(1)) : std::nullopt;
      if (!port) return false;
      address.sin6_port = *port;
    }
    text = text.substr(1, bracket - 1);
  }
  size_t percent = text.find('%');
  if (percent != text.npos) {
    auto scope = number_in(text.substr(percent + 1), 10, UINT32_MAX);
    if (!scope) return false;
    address.sin6_scope_id = *scope;
  }
  address.sin6_family = AF_INET6;
  return host::address_from_text(host::kAfInet6, std::string(text.substr(0, percent)).c_str(), &address.sin6_addr);
}

template <typename Address>
std::string number_text(int family, const Address& address) {
  char text[host::kMaxAddressText];
  host::address_to_text(family, &address, text, sizeof text);
  return text;
}

}  // namespace

WsaResult<SocketAddress> socket_address_from_text(std::string_view text, int family) {
  SocketAddress result;
  bool is_address = false;
  if (family == AF_INET) {
    result.length = sizeof(sockaddr_in);
    is_address = parse_ipv4(text, reinterpret_cast<sockaddr_in&>(result.storage));
  } else if (family == AF_INET6) {
    result.length = sizeof(sockaddr_in6);
    is_address = parse_ipv6(text, reinterpret_cast<sockaddr_in6&>(result.storage));
  }
  if (!is_address) return wsa_failure(WSAEINVAL);
  return result;
}

WsaResult<std::string> socket_address_to_text(const sockaddr* address, size_t length) {
  if (length < sizeof address->sa_family) return wsa_failure(WSAEINVAL);
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in four;
    memcpy(&four, address, sizeof four);
    std::string text = number_text(host::kAfInet, four.sin_addr);
    if (four.sin_port) text += ":" + std::to_string(__builtin_bswap16(four.sin_port));
    return text;
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 six;
    memcpy(&six, address, sizeof six);
    std::string text = number_text(host::kAfInet6, six.sin6_addr);
    if (six.sin6_scope_id) text += "%" + std::to_string(six.sin6_scope_id);
    if (six.sin6_port) text = "[" + text + "]:" + std::to_string(__builtin_bswap16(six.sin6_port));
    return text;
  }
  return wsa_failure(WSAEINVAL);
}

}  // namespace windsock
