// What an I/O control is: THE table behind ioctlsocket and WSAIoctl.
//
// A row says which sockets have the control and in which states, how large its buffers are at least, and what does it; or that it is
// not supported, with the error that the documentation has for that. The tests take their cases from the rows.
//
// https://learn.microsoft.com/windows/win32/winsock/winsock-ioctls
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/socket_sets.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// An enumeration in a program's structure may hold any number, and is looked at as one.
template <typename Enumeration>
uint32_t number_of(const Enumeration& value) {
  static_assert(sizeof value == sizeof(uint32_t));
  uint32_t number;
  memcpy(&number, &value, sizeof number);
  return number;
}

// One call of WSAIoctl. Buffers that a row asks for are there and large enough when its function runs.
struct ControlCall {
  SocketRef& socket;
  const void* in = nullptr;
  size_t in_size = 0;
  void* out = nullptr;
  size_t out_size = 0;
  size_t returned = 0;  // bytes put into `out`; beside WSAEFAULT what would have been needed, where the documentation says so
  UniqueFd* until = nullptr;  // of an overlapped call: a control that would wait leaves the descriptor here whose readiness is its end

  template <typename T>
  T input() const {
    T value;
    memcpy(&value, in, sizeof value);
    return value;
  }
  template <typename T>
  WsaResult<void> answer(const T& value) {
    memcpy(out, &value, sizeof value);
    returned = sizeof value;
    return {};
  }
};

struct Control {
  uint32_t code = 0;
  const char* text = "";
  uint8_t sockets = kAll;       // SocketSet
  uint8_t states = kAnyState;   // SocketStates
  size_t in_size = 0;
  size_t out_size = 0;
  WsaResult<void> (*run)(ControlCall& call) = nullptr;  // null: not supported
  int wrong_socket = 10045;     // WSAEOPNOTSUPP; the answer to other sockets, and of a row without a function
  int wrong_state = 10022;      // WSAEINVAL
  int too_small = 10014;        // WSAEFAULT
};

std::span<const Control> all_controls();
// Null: no such control.
const Control* find_control(uint32_t code);

}  // namespace windsock
