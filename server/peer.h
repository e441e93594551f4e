// Peer: what windsockd knows of the process at the other end of a connection, and what that process holds here.
//
// Who it is comes from the kernel (SO_PEERCRED, taken at connect) and never from what it says; only the name of its program is
// its own word, for people to read. The references to shared slots are counted per connection: a process that lets go of more
// than it took harms nobody else's, and the end of the connection lets go of the rest.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "server/quota.h"
#include "server/shared_state.h"

namespace windsock::server {

class SlotReferences {
 public:
  void add(SlotRef reference) {
    Held& held = held_[reference.id().index];
    // A slot that is referred to keeps its generation, so an entry of this index is of the same socket.
    if (held.count++ == 0) held.reference = std::move(reference);
  }
  bool holds(SlotId id) const {
    auto found = held_.find(id.index);
    return found != held_.end() && found->second.reference.id() == id;
  }
  // Gives one reference back, of those it holds.
  void release(SlotId id) {
    auto found = held_.find(id.index);
    if (--found->second.count == 0) held_.erase(found);
  }
  bool is_last(SlotId id) const { return holds(id) && held_.find(id.index)->second.count == 1; }
  size_t size() const { return held_.size(); }

 private:
  struct Held {
    SlotRef reference;
    uint64_t count = 0;
  };
  std::unordered_map<uint32_t, Held> held_;
};

struct Peer {
  int pid = -1;
  int64_t since = 0;     // nanoseconds, as all times here
  bool greeted = false;  // has said Hello in our version
  std::string program;   // by its own account
  Charge charge;         // of the connection's descriptor
  SlotReferences references;
};

}  // namespace windsock::server
