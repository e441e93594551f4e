#include "dlls/ws2_32/socket_options.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <cstring>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/option_functions.h"
#include "dlls/ws2_32/option_table.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock {
namespace {

// Whether sockets of a kind have options of a level at all.
bool level_fits(int level, SocketKind kind) {
  switch (level) {
    case SOL_SOCKET: return true;
    case IPPROTO_TCP: return kind.type == SOCK_STREAM && kind.family != AF_UNIX;
    case IPPROTO_UDP: return kind.type == SOCK_DGRAM;
    case IPPROTO_IP: return kind.family != AF_UNIX;
    case IPPROTO_IPV6: return kind.family == AF_INET6;
    default: return false;
  }
}

// Programs stop at an option that is missing, so whoever looks into the log shall find it; once is enough.
void complain_once(const Option* option, int level, int name) {
  static std::array<std::atomic<uint64_t>, 64> told;
  uint32_t hash = (static_cast<uint32_t>(level) * 31 + static_cast<uint32_t>(name)) * 0x9e3779b1u >> 20;
  uint64_t bit = uint64_t{1} << (hash & 63);
  if (told[hash >> 6].fetch_or(bit, std::memory_order_relaxed) & bit) return;
  WS_WARN(kOption, "option 0x%x of level 0x%x %s is not supported", static_cast<unsigned>(name), static_cast<unsigned>(level),
          option ? option->text : "");
}

// What the row says of a socket that does not have the option, or cannot do this with it.
Failure<WsaError> refusal(const Option* option, int level, int name, SocketRef& socket) {
  if (!is_option_level(level) || !level_fits(level, socket.socket().kind())) return wsa_failure(WSAEINVAL);
  bool missing = !option || option->home == OptionHome::kMissing;
  if (missing) complain_once(option, level, name);
  bool on_this_socket = option && (option->sockets & socket_set_of(socket.socket().kind()));
  return wsa_failure(missing && on_this_socket ? option->state_error : WSAENOPROTOOPT);
}

bool has_option(const Option* option, SocketRef& socket) {
  return option && option->home != OptionHome::kMissing && (option->sockets & socket_set_of(socket.socket().kind()));
}

WsaResult<void> check_state(const Option& option, uint8_t states, SocketRef& socket) {
  if (states == kAnyState || (states & state_of(socket))) return {};
  return wsa_failure(option.state_error);
}

// The number that a program put into memory, by the rules for its kind of value.
WsaResult<uint32_t> read_number(OptionValue kind, const char* value, int length) {
  if (length >= static_cast<int>(sizeof(uint32_t))) {
    uint32_t number;
    memcpy(&number, value, sizeof number);
    return number;
  }
  if (length < 1 || kind == OptionValue::kInteger) return wsa_failure(WSAEFAULT);
  return static_cast<unsigned char>(*value);
}

WsaResult<void> write_number(OptionValue kind, uint32_t number, char* value, int* length) {
  if (kind == OptionValue::kBoolean) number = number != 0;
  if (*length >= static_cast<int>(sizeof number)) {
    memcpy(value, &number, sizeof number);
    *length = sizeof number;
    return {};
  }
  if (*length < 1 || kind == OptionValue::kInteger) return wsa_failure(WSAEFAULT);
  *value = static_cast<char>(number);
  *length = 1;
  return {};
}

}  // namespace

WsaResult<void> set_state(SocketRef& socket, StateField field, uint32_t value) {
  if (socket.socket().get(field) == value) return {};
  return socket.socket().set(field, value);
}

WsaResult<void> get_any_option(SocketRef& socket, int level, int name, char* value, int* length) {
  const Option* option = find_option(level, name);
  if (!has_option(option, socket) || !option->readable) return refusal(option, level, name, socket);
  if (!can_be_memory(value) || !can_be_memory(length)) return wsa_failure(WSAEFAULT);
  WS_TRY(check_state(*option, option->get_states, socket));
  uint32_t number = 0;
  switch (option->home) {
    case OptionHome::kHost:
      WS_TRY_HOST(host::get_option(socket.fd(), option->host_level, option->host_name, &number, sizeof number));
      break;
    case OptionHome::kState:
      number = socket.socket().get_current(option->field);
      if (number == 0) number = option->state_default;
      break;
    case OptionHome::kSwitch:
      number = (socket.socket().get_current(option->field) & option->mask) != 0;
      break;
    case OptionHome::kMissing:
      return refusal(option, level, name, socket);
    case OptionHome::kNumber:
      // What is read may be gone by it (SO_ERROR), so a buffer that will not do is refused before.
      if (*length < 1 || (option->value == OptionValue::kInteger && *length < static_cast<int>(sizeof number)))
        return wsa_failure(WSAEFAULT);
      number = WS_TRY(option->get_number(socket));
      break;
    case OptionHome::kBytes:
      *length = WS_TRY(option->get_bytes(socket, value, *length));
      return {};
  }
  return write_number(option->value, number, value, length);
}

WsaResult<void> set_any_option(SocketRef& socket, int level, int name, const char* value, int length) {
  const Option* option = find_option(level, name);
  if (!has_option(option, socket) || !option->writable) return refusal(option, level, name, socket);
  if (!can_be_memory(value) && option->value != OptionValue::kNothing) return wsa_failure(WSAEFAULT);
  WS_TRY(check_state(*option, option->set_states, socket));
  if (option->home == OptionHome::kBytes) return option->set_bytes(socket, value, length);

  uint32_t number = WS_TRY(read_number(option->value, value, length));
  if (option->value == OptionValue::kBoolean) number = number != 0;
  switch (option->home) {
    case OptionHome::kHost: return wsa_result(host::set_option(socket.fd(), option->host_level, option->host_name, number));
    case OptionHome::kState: return set_state(socket, option->field, number);
    case OptionHome::kSwitch:
      WS_TRY(socket.socket().set_bits(option->field, option->mask, number != 0));
      return option->changed ? option->changed(socket, number) : WsaResult<void>{};
    default: return option->set_number(socket, number);
  }
}

int option_name_from_winsock1(int level, int name) {
  if (level != IPPROTO_IP) return name;
  // By the numbers of Winsock 1.1, from 2 on.
  static constexpr int kNames[] = {IP_MULTICAST_IF,    IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_ADD_MEMBERSHIP,
                                   IP_DROP_MEMBERSHIP, IP_TTL,           IP_TOS,            IP_DONTFRAGMENT};
  size_t index = static_cast<size_t>(name) - 2;
  return index < std::size(kNames) ? kNames[index] : name;
}

// ---- the option that belongs to the thread -------------------------------------------------------------------------------------
namespace {
thread_local uint32_t t_open_type = 0;
}  // namespace

uint32_t open_type_of_thread() { return t_open_type; }

WsaResult<void> get_thread_option(char* value, int* length) {
  if (!can_be_memory(value) || !can_be_memory(length)) return wsa_failure(WSAEFAULT);
  return write_number(OptionValue::kInteger, t_open_type, value, length);
}

WsaResult<void> set_thread_option(const char* value, int length) {
  if (!can_be_memory(value)) return wsa_failure(WSAEFAULT);
  t_open_type = WS_TRY(read_number(OptionValue::kInteger, value, length));
  return {};
}

}  // namespace windsock
