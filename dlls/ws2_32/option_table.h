// What a socket option is: THE table behind getsockopt and setsockopt.
//
// A row says which sockets have the option and in which states, what its value looks like, what it is at first, and where it
// lives: in the host's socket under another number, in the Windows-only state of the underlying socket, or behind functions of its
// own (option_functions.h); or that it is not supported, with the error that the documentation has for that. So the common options
// are one row each, and what they have in common (lengths, one-byte booleans, who may read and write when) is written once, in
// socket_options.cpp. The tests take their cases from the rows. Rows are found by a perfect hash that the compiler computes, since
// some programs ask per message.
//
// https://learn.microsoft.com/windows/win32/winsock/socket-options and the pages of the levels below it.
#pragma once

#include <winsock2.h>

#include <array>
#include <cstdint>
#include <span>

#include "dlls/common/shared_state.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/socket_sets.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// What a value looks like in the program's memory.
enum class OptionValue : uint8_t {
  kBoolean,      // BOOL, or one byte: both ways, and then the length that comes back is 1
  kInteger,      // DWORD or int
  kByteInteger,  // an integer that programs also pass as one byte, as elsewhere
  kBytes,        // a structure; its functions look at the length
  kNothing,      // none: setting is a command
};

enum class OptionHome : uint8_t {
  kHost,     // an option of the host
  kState,    // a value of the Windows-only state
  kSwitch,   // bits of such a value
  kNumber,   // functions for a number
  kBytes,    // functions for a structure
  kMissing,  // documented, and not supported
};

// Of Option::initial: it depends on the host's settings or on the socket.
inline constexpr int64_t kHostDecides = -1;

struct Option {
  using GetNumber = WsaResult<uint32_t> (*)(SocketRef& socket);
  using SetNumber = WsaResult<void> (*)(SocketRef& socket, uint32_t value);
  // The size of the value put into `room` bytes; WSAEFAULT when they do not do.
  using GetBytes = WsaResult<int> (*)(SocketRef& socket, char* value, int room);
  using SetBytes = WsaResult<void> (*)(SocketRef& socket, const char* value, int length);

  int level = 0;
  int name = 0;
  const char* text = "";      // "SO_KEEPALIVE"
  uint8_t sockets = 0;        // SocketSet
  uint8_t plain_readers = 0;  // the sockets for which reading is one call of the host and no more
  uint8_t plain_writers = 0;
  OptionValue value = OptionValue::kInteger;
  OptionHome home = OptionHome::kHost;
  bool readable = true;
  bool writable = true;
  uint8_t set_states = kAnyState;
  uint8_t get_states = kAnyState;
  uint16_t state_error = WSAEINVAL;  // in another state; of kMissing: always
  int64_t initial = kHostDecides;    // the value of a new socket

  int host_level = 0;  // kHost
  int host_name = 0;

  StateField field{};          // kState, kSwitch
  uint32_t state_default = 0;  // kState: what a stored 0 means
  uint32_t mask = 0;           // kSwitch: which bits
  SetNumber changed = nullptr; // kSwitch: what else there is to do when it is changed; may be null

  GetNumber get_number = nullptr;  // kNumber
  SetNumber set_number = nullptr;
  GetBytes get_bytes = nullptr;  // kBytes
  SetBytes set_bytes = nullptr;
};

// The rows, and the perfect hash over them: each cell has the number of a row. Empty cells lead to row 0, which no socket has.
// Computed in option_table.cpp.
namespace option_hash {
inline constexpr unsigned kBits = 11;
extern const uint32_t g_multiplier;
extern const std::array<uint8_t, size_t{1} << kBits> g_cells;
extern const Option* const g_rows;

constexpr unsigned cell(int level, int name, uint32_t multiplier) {
  uint32_t key = static_cast<uint32_t>(level) * 0x85ebca6b + static_cast<uint32_t>(name);
  return key * multiplier >> (32 - kBits);
}
}  // namespace option_hash

// All rows, for tests.
std::span<const Option> all_options();

// Null: no such option.
inline const Option* find_option(int level, int name) {
  const Option* option = &option_hash::g_rows[option_hash::g_cells[option_hash::cell(level, name, option_hash::g_multiplier)]];
  return option->level == level && option->name == name ? option : nullptr;
}
// Whether any option stands at the level.
bool is_option_level(int level);

}  // namespace windsock
