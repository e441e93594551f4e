// The walk and its partner; see take_walk.h.
#include "tests/bench/take_walk.h"

#include "tests/bench/relay.h"

#include <unistd.h>

namespace bench {

TakeWalk::TakeWalk(const Side& side) : TakeWalk(side, start_with_channel({"--role=partner", side.name})) {}

TakeWalk::TakeWalk(const Side& side, std::pair<int, ChildProcess> started)
    : side_(side), channel_(started.first), partner_(std::move(started.second)) {
  side.handoff.connect();
  socket_ = side.handoff.make_socket();
  char ticket[kTicketRoom];
  const std::size_t size = side.handoff.offer(socket_, partner_.pid(), ticket, sizeof ticket);
  send_packet(channel_, ticket, size);
  selection_ = side.selection.begin(socket_);
  side.selection.select(selection_);
}

// The partner leaves when its channel ends; ChildProcess waits for it.
TakeWalk::~TakeWalk() {
  side_.selection.end(selection_);
  side_.handoff.close(socket_);
  close(channel_);
}

double TakeWalk::duration(long count) {
  double seconds = 0;
  for (long i = 0; i < count; ++i) {
    char word = 'x';
    send_packet(channel_, &word, 1);
    side_.selection.lose(selection_);
    require(receive_packet(channel_, &word, 1) == 1, "the partner's word that it has taken them");
    const double started_at = now();
    side_.selection.select(selection_);
    seconds += now() - started_at;
  }
  return seconds;
}

void serve_as_partner(const Side& side, int channel) {
  side.start();
  side.handoff.connect();
  char ticket[kTicketRoom];
  const long socket = side.handoff.claim(ticket, receive_packet(channel, ticket, sizeof ticket));
  void* selection = side.selection.begin(socket);
  for (char word; receive_packet(channel, &word, 1) == 1;) {
    side.selection.select(selection);
    send_packet(channel, &word, 1);
    side.selection.lose(selection);
  }
  side.selection.end(selection);
  side.handoff.close(socket);
  side.stop();
}

}  // namespace bench
