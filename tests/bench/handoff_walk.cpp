// The walk and its target; see handoff_walk.h.
#include "tests/bench/handoff_walk.h"

#include "tests/bench/relay.h"

#include <unistd.h>

#include <algorithm>

namespace bench {
namespace {

constexpr long kUnderWay = 32;

std::vector<long> make_sockets(const HandoffCode& handoff, long count) {
  std::vector<long> sockets;
  for (long i = 0; i < count; ++i) {
    sockets.push_back(handoff.make_socket());
  }
  return sockets;
}

}  // namespace

HandoffWalk::HandoffWalk(const Side& side) : HandoffWalk(side, start_with_channel({"--role=target", side.name})) { side.handoff.connect(); }

HandoffWalk::HandoffWalk(const Side& side, std::pair<int, ChildProcess> started)
    : side_(side), channel_(started.first), target_(std::move(started.second)) {}

// The target leaves when its channel ends; ChildProcess waits for it.
HandoffWalk::~HandoffWalk() { close(channel_); }

void HandoffWalk::offer_and_ship(long socket) {
  char ticket[kTicketRoom];
  const std::size_t size = side_.handoff.offer(socket, target_.pid(), ticket, sizeof ticket);
  send_packet(channel_, ticket, size);
}

double HandoffWalk::receive_answer() {
  double claimed_at = 0;
  require(receive_packet(channel_, &claimed_at, sizeof claimed_at) == sizeof claimed_at, "the target's answer");
  return claimed_at;
}

double HandoffWalk::median_latency(long count) {
  const std::vector<long> sockets = make_sockets(side_.handoff, count);
  std::vector<double> latencies;
  for (const long socket : sockets) {
    const double started_at = now();
    offer_and_ship(socket);
    latencies.push_back(receive_answer() - started_at);
    side_.handoff.close(socket);
  }
  return median(latencies);
}

double HandoffWalk::duration(long count) {
  const std::vector<long> sockets = make_sockets(side_.handoff, count);
  const double started_at = now();
  long answered = 0;
  for (long i = 0; i < count; ++i) {
    if (i - answered == kUnderWay) {
      receive_answer();
      ++answered;
    }
    offer_and_ship(sockets[static_cast<std::size_t>(i)]);
  }
  for (; answered < count; ++answered) {
    receive_answer();
  }
  const double ended_at = now();
  std::for_each(sockets.begin(), sockets.end(), side_.handoff.close);
  return ended_at - started_at;
}

void serve_as_target(const Side& side, int channel) {
  side.start();
  side.handoff.connect();
  char ticket[kTicketRoom];
  while (const std::size_t size = receive_packet(channel, ticket, sizeof ticket)) {
    const long claimed = side.handoff.claim(ticket, size);
    const double claimed_at = now();
    side.handoff.close(claimed);
    send_packet(channel, &claimed_at, sizeof claimed_at);
  }
  side.stop();
}

}  // namespace bench
