// What the host that has nothing (null_host.cpp) is to have of events and has seen of ports: there is none, but whoever has a Port* may
// refer to it.
#pragma once

#include <atomic>
#include <functional>

namespace null_host {

// An overlapped structure may name it while it is the_event.
struct Event {
  std::atomic<bool> is_set{false};
  std::function<void()> before_it_is_set = [] {};
};
inline Event* the_event = nullptr;

inline int port_references = 0;
inline int references_without_packet = -1;  // during the last post_packet, when the packet had been taken and released

}  // namespace null_host
