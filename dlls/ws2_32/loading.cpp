// What happens when the library is loaded, and when the process forks.
//
// Loading hands the socket operations to the host, so that CloseHandle, ReadFile and CreateProcess know SOCKETs, and takes what the
// creator of this process left for it. Around fork() the
// locks are held, the child's references to shared sockets are taken, and the child forgets the parent's threads and connection.
#include <winsock2.h>

#include <pthread.h>

#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/duplication.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/inheritance.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

// ---- operations on a SOCKET that come by way of its being a handle ---------------------------------------------------------

template <typename T>
bool succeeded(const WsaResult<T>& result) {
  if (result.ok()) return true;
  services::set_last_error(static_cast<uint32_t>(result.error()));
  return false;
}

bool close_handle(uintptr_t socket) { return succeeded(close_socket(socket)); }

uintptr_t duplicate_handle(uintptr_t socket) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return INVALID_SOCKET;
  SocketRef pinned = std::move(found).take();
  auto fd = wsa_result(host::duplicate(pinned.fd()));
  if (!succeeded(fd)) return INVALID_SOCKET;
  pinned.socket().retain();
  auto inserted = SocketTable::instance().insert(std::move(fd).take(), &pinned.socket(), false);
  return succeeded(inserted) ? inserted.value() : INVALID_SOCKET;
}

bool get_inheritable(uintptr_t socket, bool* inheritable) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return false;
  *inheritable = std::move(found).take().descriptor().inheritable.load();
  return true;
}

bool set_inheritable(uintptr_t socket, bool inheritable) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return false;
  std::move(found).take().descriptor().inheritable.store(inheritable);
  return true;
}

int64_t read_handle(uintptr_t socket, void* data, uint32_t size) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return -1;
  SocketRef pinned = std::move(found).take();
  auto received = receive_bytes(pinned, data, size, 0);
  return succeeded(received) ? received.value() : -1;
}

int64_t write_handle(uintptr_t socket, const void* data, uint32_t size) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return -1;
  SocketRef pinned = std::move(found).take();
  auto sent = send_bytes(pinned, data, size, 0);
  return succeeded(sent) ? sent.value() : -1;
}

constexpr services::SocketOperations kOperations = {close_handle, duplicate_handle, get_inheritable, set_inheritable,
                                                    bequeath,     read_handle,      write_handle};

// ---- fork ------------------------------------------------------------------------------------------------------------------

// The locks in the order in which calls take them; given back in the reverse one.
void before_fork() {
  lock_own_tickets();
  SocketTable::instance().lock();
  UnderlyingSocketRegistry::instance().lock();
  ServerClient::instance().before_fork(UnderlyingSocketRegistry::instance().shared_slots());
}

void after_fork_in_parent() {
  ServerClient::instance().after_fork_in_parent();
  UnderlyingSocketRegistry::instance().unlock();
  SocketTable::instance().unlock();
  unlock_own_tickets();
}

void after_fork_in_child() {
  ServerClient::instance().after_fork_in_child();
  UnderlyingSocketRegistry::instance().unlock();
  SocketTable::instance().unlock();
  blocking::after_fork_in_child();
  SocketTable::instance().after_fork_in_child();
  drop_own_tickets_after_fork();
  unlock_own_tickets();
}

[[gnu::constructor]] void loaded() {
  services::register_socket_operations(&kOperations);
  note_inheritance();
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

}  // namespace

}  // namespace windsock
