// What a socket option is: THE table behind getsockopt and setsockopt.
//
// A row says which sockets have the option, what its value looks like and where it lives: in the host's socket under another
// number, in the Windows-only state of the underlying socket, or behind functions of its own (option_functions.h). So the common
// options are one row each, and what they have in common (lengths, one-byte booleans, who may read and write) is written once, in
// socket_options.cpp. Rows are found by a perfect hash that the compiler computes, since some programs ask per message.
#pragma once

#include <winsock2.h>

#include <array>
#include <cstdint>

#include "dlls/common/shared_state.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// What a value looks like in the program's memory.
enum class OptionValue : uint8_t {
  kBoolean,      // BOOL, or one byte: both ways, and then the length that comes back is 1
  kInteger,      // DWORD or int
  kByteInteger,  // an integer that programs also pass as one byte, as elsewhere
  kBytes,        // a structure; its functions look at the length
};

enum class OptionHome : uint8_t { kHost, kState, kNumber, kBytes };

// The kinds of socket that have an option, as a set.
enum SocketSet : uint8_t {
  kTcp4 = 1,
  kTcp6 = 2,
  kUdp4 = 4,
  kUdp6 = 8,
  kRaw4 = 16,
  kRaw6 = 32,
  kLocal = 64,
};
inline uint8_t socket_set_of(SocketKind kind) {
  static_assert(kTcp6 == kTcp4 << 1 && kUdp4 == kTcp4 << 2 && kRaw4 == kTcp4 << 4 && SOCK_STREAM == 1 && SOCK_DGRAM == 2 &&
                SOCK_RAW == 3);
  if (kind.family == AF_UNIX) return kLocal;
  return static_cast<uint8_t>(1 << ((kind.type - SOCK_STREAM) * 2 + (kind.family == AF_INET6)));
}

struct Option {
  using GetNumber = WsaResult<uint32_t> (*)(SocketRef& socket);
  using SetNumber = WsaResult<void> (*)(SocketRef& socket, uint32_t value);
  // The size of the value put into `room` bytes; WSAEFAULT when they do not do.
  using GetBytes = WsaResult<int> (*)(SocketRef& socket, char* value, int room);
  using SetBytes = WsaResult<void> (*)(SocketRef& socket, const char* value, int length);

  int level = 0;
  int name = 0;
  uint8_t sockets = 0;        // SocketSet
  uint8_t plain_readers = 0;  // the sockets for which reading is one call of the host and no more
  uint8_t plain_writers = 0;
  OptionValue value = OptionValue::kInteger;
  OptionHome home = OptionHome::kHost;
  bool readable = true;
  bool writable = true;

  int host_level = 0;  // kHost
  int host_name = 0;

  StateField field{};       // kState
  uint32_t state_default = 0;  // what a stored 0 means

  GetNumber get_number = nullptr;  // kNumber
  SetNumber set_number = nullptr;
  GetBytes get_bytes = nullptr;  // kBytes
  SetBytes set_bytes = nullptr;
};

// The rows, and the perfect hash over them: each cell has the number of a row. Empty cells lead to row 0, which no socket has.
// Computed in option_table.cpp.
namespace option_hash {
inline constexpr unsigned kBits = 9;
extern const uint32_t g_multiplier;
extern const std::array<uint8_t, size_t{1} << kBits> g_cells;
extern const Option* const g_rows;

constexpr unsigned cell(int level, int name, uint32_t multiplier) {
  uint32_t key = static_cast<uint32_t>(level) * 0x85ebca6b + static_cast<uint32_t>(name);
  return key * multiplier >> (32 - kBits);
}
}  // namespace option_hash

// Null: no such option.
inline const Option* find_option(int level, int name) {
  const Option* option = &option_hash::g_rows[option_hash::g_cells[option_hash::cell(level, name, option_hash::g_multiplier)]];
  return option->level == level && option->name == name ? option : nullptr;
}
// Whether any option stands at the level.
bool is_option_level(int level);

}  // namespace windsock
