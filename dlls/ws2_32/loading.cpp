// What happens when the library is loaded, and when the process forks.
//
// Loading hands the socket operations to the host, so that CloseHandle, ReadFile and CreateProcess know SOCKETs, and takes what the
// creator of this process left for it. Around fork() the locks are held, sockets on which events are selected become shared, the child's
// references to shared sockets are taken, and the child forgets the parent's threads, operations and connection.
#include "dlls/ws2_32/loading.h"

#include <winsock2.h>

#include <pthread.h>

#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/duplication.h"
#include "dlls/ws2_32/handle_operations.h"
#include "dlls/ws2_32/inheritance.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/underlying_socket_registry.h"

namespace windsock {

namespace {

// ---- fork ------------------------------------------------------------------------------------------------------------------

// The locks in the order in which calls take them; given back in the reverse one. Those of the drivers come later (handle_operations.cpp).
void before_fork() {
  share_selected();
  lock_own_tickets();
  SocketTable::instance().lock();
  UnderlyingSocketRegistry::instance().lock();
  ServerClient::instance().before_fork(UnderlyingSocketRegistry::instance().shared_slots());
  SocketIo::lock_for_fork();
}

void after_fork_in_parent() {
  SocketIo::unlock_after_fork();
  ServerClient::instance().after_fork_in_parent();
  UnderlyingSocketRegistry::instance().unlock();
  SocketTable::instance().unlock();
  unlock_own_tickets();
}

void after_fork_in_child() {
  SocketIo::reset_in_child();
  SocketIo::unlock_after_fork();
  ServerClient::instance().after_fork_in_child();
  UnderlyingSocketRegistry::instance().unlock();
  SocketTable::instance().unlock();
  blocking::after_fork_in_child();
  SocketTable::instance().after_fork_in_child();
  drop_own_tickets_after_fork();
  unlock_own_tickets();
}

}  // namespace

[[gnu::constructor]] void loaded() {
  services::register_socket_operations(&kHandleOperations);
  note_inheritance();
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

}  // namespace windsock
