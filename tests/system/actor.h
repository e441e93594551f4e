// What the parts of the actor share: its commands, and the helpers of their bodies.
#pragma once

#include <winsock2.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>

namespace actor {

// A command that failed; the answer is "error CODE".
struct Failed {
  int code;
};

template <typename T>
T check(T value, T failure) {
  if (value == failure) throw Failed{WSAGetLastError()};
  return value;
}
inline void check(int result) { check(result, SOCKET_ERROR); }

using Words = std::istringstream;
template <typename T>
T next(Words& words) {
  T value{};
  words >> value;
  return value;
}
std::string text(auto value) { return std::to_string(value); }

using Body = std::function<std::string(Words&)>;
using Commands = std::map<std::string, Body>;
struct Unknown {};
const Body& command_named(const std::string& name);  // or Unknown

// Those that need the system beside Winsock: processes and descriptors of the host, or handles and processes of Windows.
extern const Commands kSystemCommands;
extern const Commands kEventCommands;
extern const Commands kPortCommands;

// A WSAPROTOCOL_INFOW in hexadecimal digits.
std::string duplicate_for(SOCKET s, DWORD pid);
SOCKET claim(const std::string& hex);

}  // namespace actor
