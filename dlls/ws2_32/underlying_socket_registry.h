// UnderlyingSocketRegistry: the underlying sockets of this process whose cookie is known, by cookie.
//
// A socket gets in when its identity first matters: it is offered, claimed, adopted or duplicated. So a handoff to oneself, or
// A -> B -> A, leads back to the object that the earlier descriptors have.
#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "dlls/ws2_32/underlying_socket.h"

namespace windsock {

class UnderlyingSocketRegistry {
 public:
  static UnderlyingSocketRegistry& instance();

  // The cookie of an object we hold a descriptor of, asking the host and registering it on first use.
  host::Result<uint64_t> identify(UnderlyingSocket& socket, int fd);
  // The object for the socket behind a new fd, with a reference for the caller: the one its other descriptors in this process
  // have, else a new one.
  host::Result<UnderlyingSocket*> find_or_create(int fd, SocketKind kind, uint32_t seen);
  // The same for those who have been told the cookie by windsockd, which reads it itself.
  void identify_as(UnderlyingSocket& socket, uint64_t cookie);
  UnderlyingSocket* find_or_create_as(uint64_t cookie, SocketKind kind, uint32_t seen);
  // The object of a cookie with a reference for the caller, or null.
  UnderlyingSocket* find(uint64_t cookie);
  // Those that are shared and have events selected here, each with a reference for the caller.
  std::vector<UnderlyingSocket*> shared_and_selected();
  // The object's socket of the host has been replaced; it has one owner.
  void forget_identity(UnderlyingSocket& socket);
  // Drops a reference of a registered object.
  void release(UnderlyingSocket& socket);
  // The slots of the objects that are shared. The caller holds the lock.
  std::vector<SlotId> shared_slots() const;

  // Around fork(), so that the child finds the registry consistent.
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
  std::unordered_map<uint64_t, UnderlyingSocket*> by_cookie_;
};

}  // namespace windsock
