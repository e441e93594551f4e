// Sockets of a process that CreateProcess makes: they are duplicates of its creator's, so their state is common.
//
// A host fd alone does not tell the new process that its socket is shared. So the creator makes shared what is not yet and has
// Windows-only state, opens a connection to windsockd that holds references for the new process, and names all of them in one
// variable of its environment. The new process takes the variable out when the library is loaded, and makes the sockets its own at
// WSAStartup. Each fd is named with the SO_COOKIE of its socket: a variable that came to the wrong process says nothing to it.
//
// A child of fork() has a copy of the whole state, and what is shared stays common (ServerClient::before_fork). So only that is made shared
// before which must not be there twice: network events that are selected.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dlls/ws2_32/host_services.h"

namespace windsock {

inline constexpr char kInheritanceVariable[] = "WINDSOCK_INHERITED";

struct InheritedFd {
  int fd = -1;
  uint64_t cookie = 0;
  bool operator==(const InheritedFd&) const = default;
};
// The value of the variable, FD:COOKIE,FD:COOKIE… in decimal digits: the connection, then the sockets.
std::string inheritance_text(const std::vector<InheritedFd>& fds);
// Nothing: it is no such text.
std::optional<std::vector<InheritedFd>> parse_inheritance(std::string_view text);

// In the creator (services::SocketOperations::inherit). What cannot be shared is inherited as a plain host socket.
void bequeath(services::SocketInheritance* inheritance);

// In a process that is about to fork.
void share_selected();

// In the new process: when the library is loaded, and at its first WSAStartup.
void note_inheritance();
void take_inheritance();

}  // namespace windsock
