// The network events of a socket that two processes share, on either side: one takes them from the other.
//
// The other one, the partner, is this same program in another role. It gets the socket by a handoff of the side, and takes the events back
// whenever it is told to.
#ifndef TESTS_BENCH_TAKE_WALK_H
#define TESTS_BENCH_TAKE_WALK_H

#include "tests/bench/processes.h"
#include "tests/bench/side.h"

#include <utility>

namespace bench {

class TakeWalk {
 public:
  // Starts the partner.
  explicit TakeWalk(const Side& side);
  ~TakeWalk();
  TakeWalk(const TakeWalk&) = delete;
  TakeWalk& operator=(const TakeWalk&) = delete;

  // The time of `count` selections, each of which takes the events from the partner, in seconds.
  double duration(long count);

 private:
  TakeWalk(const Side& side, std::pair<int, ChildProcess> started);

  const Side& side_;
  int channel_;
  ChildProcess partner_;
  long socket_;
  void* selection_;
};

// The partner's role, until `channel` ends.
void serve_as_partner(const Side& side, int channel);

}  // namespace bench

#endif
