// A handoff to another process, on either side: offer, the program's own message, claim.
//
// The target is this same program in another role. The program's own message is a packet on a socket pair of the host on
// both sides, so that only offer and claim differ. The target answers with the time at which it held the socket; the
// clock is one for the whole machine.
#ifndef TESTS_BENCH_HANDOFF_WALK_H
#define TESTS_BENCH_HANDOFF_WALK_H

#include "tests/bench/processes.h"
#include "tests/bench/side.h"

#include <utility>

namespace bench {

class HandoffWalk {
 public:
  // Starts the target.
  explicit HandoffWalk(const Side& side);
  ~HandoffWalk();
  HandoffWalk(const HandoffWalk&) = delete;
  HandoffWalk& operator=(const HandoffWalk&) = delete;

  // The median time from the beginning of the offer until the target holds the socket, in seconds.
  double median_latency(long count);

  // The time of `count` handoffs, of which up to 32 are under way at once, in seconds.
  double duration(long count);

 private:
  HandoffWalk(const Side& side, std::pair<int, ChildProcess> started);
  void offer_and_ship(long socket);
  double receive_answer();

  const Side& side_;
  int channel_;
  ChildProcess target_;
};

// The target's role: serves the handoffs that arrive on `channel` until it ends.
void serve_as_target(const Side& side, int channel);

}  // namespace bench

#endif
