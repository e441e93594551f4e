#include "server/connection.h"

#include <cerrno>
#include <utility>

#include "dlls/common/debug.h"

namespace windsock::server {

namespace {

// The host refuses to carry more descriptors for this user just now (ETOOMANYREFS). There is no event for "now it would", so
// it is asked again, for five seconds in all.
constexpr std::chrono::milliseconds kRetryDelay{10};
constexpr int kMaxAttempts = 500;

}  // namespace

Connection::Connection(EventLoop& loop, UniqueFd socket, int pid, std::chrono::milliseconds hello_limit, RequestHandlers& handlers,
                       Closer& closer, ConnectionOwner& owner)
    : channel_(std::move(socket)),
      handlers_(handlers),
      closer_(closer),
      owner_(owner),
      peer_(handlers.add_peer(pid, host::now_nanoseconds())),
      readable_(Watch::readable(loop, channel_.fd(), [this] { on_readable(); })),
      writable_(Watch::writable(loop, channel_.fd(), [this] { on_writable(); })),
      retry_(Watch::timer(loop, [this] { on_writable(); })),
      hello_deadline_(Watch::timer(loop, [this] {
        if (offend("silence where Hello was due") == State::kEnded) owner_.connection_ended(*this);
      })) {
  readable_.enable();
  hello_deadline_.enable_after(hello_limit);
}

Connection::~Connection() {
  for (Reply& one : unsent_)
    if (one.fd.is_open()) closer_.close(std::move(one.fd));
  handlers_.remove_peer(peer_);
}

void Connection::on_readable() {
  if (serve_one() == State::kEnded) return owner_.connection_ended(*this);
  owner_.connection_served();
}

Connection::State Connection::serve_one() {
  auto arrival = channel_.receive(host::Take::kConsume, host::Blocking::kNo);
  if (!arrival) {
    int error = static_cast<int>(arrival.error());
    return error == EINTR || error == EAGAIN ? State::kGoesOn : State::kEnded;
  }
  if (arrival.value().closed()) return State::kEnded;

  Outcome outcome = handlers_.handle(peer_, std::move(arrival).take(), host::now_nanoseconds());
  if (outcome.offence) return offend(outcome.offence);
  if (peer_.greeted && hello_deadline_.is_enabled()) hello_deadline_.disable();
  if (!outcome.reply) return State::kGoesOn;
  unsent_.push_back(std::move(*outcome.reply));
  return flush();
}

void Connection::send(wire::Packet packet) {
  unsent_.push_back({});
  unsent_.back().packet = packet;
  // What waits before it is sent when there is room.
  if (unsent_.size() > 1 || flush() == State::kGoesOn) return;
  unsent_.clear();
  readable_.enable();
}

Connection::State Connection::offend(const char* offence) {
  handlers_.count_bad_peer();
  WS_WARN(kServer, "pid %d (%s) disconnected: it sent %s", peer_.pid, peer_.program.empty() ? "unnamed" : peer_.program.c_str(), offence);
  return State::kEnded;
}

// All that there is room for.
Connection::State Connection::flush() {
  while (!unsent_.empty()) {
    Reply& first = unsent_.front();
    int fd = first.fd.is_open() ? first.fd.get() : first.lent_fd;
    auto sent = channel_.send(first.packet, fd >= 0 ? std::span<const int>(&fd, 1) : std::span<const int>());
    if (!sent) return wait_for_room(sent.error());
    handlers_.count_sent();
    if (first.fd.is_open()) close_promptly(std::move(first.fd), closer_);
    unsent_.pop_front();
    send_attempts_ = 0;
  }
  writable_.disable();
  readable_.enable();
  return State::kGoesOn;
}

Connection::State Connection::wait_for_room(host::Errno error) {
  readable_.disable();
  switch (static_cast<int>(error)) {
    case EAGAIN:
    case ENOBUFS:
      writable_.enable();
      return State::kGoesOn;
    case ETOOMANYREFS:
      if (++send_attempts_ < kMaxAttempts) {
        writable_.disable();
        retry_.enable_after(kRetryDelay);
        return State::kGoesOn;
      }
      WS_ERR(kServer, "the host carries no more descriptors (ETOOMANYREFS); pid %d is disconnected with its reply", peer_.pid);
      return State::kEnded;
    default:
      return State::kEnded;
  }
}

void Connection::on_writable() {
  if (flush() == State::kEnded) return owner_.connection_ended(*this);
  owner_.connection_served();
}

}  // namespace windsock::server
