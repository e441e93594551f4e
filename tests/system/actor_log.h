// What an actor observes of network events on a shared socket, for a log in which the entries of all processes have one order: each gets the
// next place by one atomic addition, before what it announces is done, or after what it tells of was seen.
#pragma once

#include <cstdint>
#include <string>

namespace actor {

// As in take_log.py.
enum class Observed : uint32_t {
  kTakeBegins = 1,   // WSAEventSelect is to be called
  kTakeReturned = 2,
  kSignalled = 3,    // the event object was found set
  kAsks = 4,         // WSAEnumNetworkEvents is to be called, which also resets the event object
  kTold = 5,         // what it gave: FD_ bits, or 0
  // By one that watches the others:
  kEnded = 6,        // a process (in the place of the events) was killed, and windsockd knows it
  kServerEnds = 7,   // windsockd is to be killed
  kServerEnded = 8,  // and has been
};

// The file, which is there and has a size; from then on write_log() writes to it, and before it does nothing.
void open_log(const std::string& path);
void write_log(Observed what, long events = 0);

}  // namespace actor
