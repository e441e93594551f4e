#include "dlls/ws2_32/inheritance.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "dlls/common/debug.h"
#include "dlls/common/host_child.h"
#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock {

namespace {

// What the creator left, until the first WSAStartup.
struct Legacy {
  UniqueFd connection;
  std::vector<InheritedFd> sockets;
};

Legacy& legacy() {
  static auto* the_legacy = new Legacy;
  return *the_legacy;
}

bool is_socket_of(const InheritedFd& named) {
  auto cookie = host::get_option<uint64_t>(named.fd, host::kSolSocket, host::kSoCookie);
  return cookie && cookie.value() == named.cookie;
}

host::Result<InheritedFd> named(int fd) {
  return InheritedFd{fd, WS_TRY(host::get_option<uint64_t>(fd, host::kSolSocket, host::kSoCookie))};
}

// A number, and what has to follow it unless the text ends there.
template <typename Number>
bool take_number(std::string_view& text, char follows, Number& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != follows) return false;
  text.remove_prefix(1);
  return true;
}

// Whether anything of it would be lost on a process that knows the host socket alone.
bool has_state(const UnderlyingSocket& socket) {
  StateSnapshot values = socket.values();
  return socket.is_shared() || socket.has_seen(Seen::kSelected) || std::any_of(values.begin(), values.end(), [](uint32_t value) { return value != 0; });
}

// False: windsockd cannot share it.
bool make_shared(SocketRef& socket) { return socket.socket().is_shared() || ServerClient::instance().share(socket).ok(); }

}  // namespace

std::string inheritance_text(const std::vector<InheritedFd>& fds) {
  std::string text;
  for (const InheritedFd& one : fds) text += (text.empty() ? "" : ",") + std::to_string(one.fd) + ":" + std::to_string(one.cookie);
  return text;
}

std::optional<std::vector<InheritedFd>> parse_inheritance(std::string_view text) {
  std::vector<InheritedFd> fds;
  do {
    InheritedFd one;
    if (!take_number(text, ':', one.fd) || one.fd < 0 || text.empty()) return std::nullopt;
    bool last = text.find(',') == text.npos;
    if (!take_number(text, ',', one.cookie) || (text.empty() && !last)) return std::nullopt;
    fds.push_back(one);
  } while (!text.empty());
  return fds;
}

void bequeath(services::SocketInheritance* inheritance) {
  std::vector<SocketRef> common;
  SocketTable::instance().for_each([&](SocketRef& socket) {
    if (!socket.descriptor().inheritable.load()) return;
    inheritance->fds.push_back(socket.fd());
    if (has_state(socket.socket())) common.push_back(std::move(socket));
  });
  std::vector<SlotId> slots;
  std::vector<InheritedFd> told(1);
  for (SocketRef& socket : common) {
    if (!make_shared(socket)) {
      WS_WARN(kDup, "socket %d is inherited without its Windows-only state: windsockd cannot share it", socket.fd());
      continue;
    }
    auto name = named(socket.fd());
    if (!name) continue;
    slots.push_back(socket.socket().slot());
    told.push_back(name.value());
  }
  FdChannel connection = ServerClient::instance().connection_for_child(slots);
  if (!connection.is_open()) return;
  auto name = named(connection.fd());
  if (!name) return;
  told.front() = name.value();
  inheritance->connection = connection.take();
  inheritance->variable = kInheritanceVariable;
  inheritance->value = inheritance_text(told);
  WS_TRACE(kDup, "a new process inherits %zu sockets, %zu of them shared", inheritance->fds.size(), slots.size());
}

void note_inheritance() {
  const char* text = host::environment_variable(kInheritanceVariable);
  if (text == nullptr) return;
  auto left = parse_inheritance(text);
  // Not for the children of this process, who are told their own.
  host::remove_environment_variable(kInheritanceVariable);
  if (!left || !is_socket_of(left->front()) || !host::set_inheritable(left->front().fd, false)) return;
  legacy().connection = UniqueFd::adopt(left->front().fd);
  legacy().sockets.assign(left->begin() + 1, left->end());
  SocketTable::instance().mark_internal(legacy().connection.get());
}

// The creator's connection goes when our own holds all that it held.
void take_inheritance() {
  auto [connection, sockets] = std::exchange(legacy(), {});
  for (const InheritedFd& one : sockets) {
    if (!is_socket_of(one)) continue;
    auto found = SocketTable::instance().find(services::socket_from_fd(one.fd));
    if (!found) continue;
    SocketRef socket = std::move(found).take();
    if (!make_shared(socket))
      WS_WARN(kDup, "the state of inherited socket %d is no longer common: windsockd cannot share it", one.fd);
  }
  if (connection.is_open()) SocketTable::instance().unmark_internal(connection.get());
}

// Without locks: windsockd is asked, and may have to be started.
void share_selected() {
  std::vector<SocketRef> selected;
  SocketTable::instance().for_each([&](SocketRef& socket) {
    if (socket.socket().has_seen(Seen::kSelected) && !socket.socket().is_shared()) selected.push_back(std::move(socket));
  });
  for (SocketRef& socket : selected)
    if (!make_shared(socket)) WS_WARN(kDup, "a forked child does not know what is selected on socket %d: windsockd cannot share it", socket.fd());
}

}  // namespace windsock
