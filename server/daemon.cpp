#include "server/daemon.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "dlls/common/debug.h"

namespace windsock::server {

namespace {

constexpr int kAcceptsPerTurn = 32;

// With no descriptor left the listener is put aside; an end of a connection or of a ticket takes it up again, and this does
// when the descriptors are short for another reason.
constexpr std::chrono::milliseconds kAcceptAgainDelay{100};

constexpr int64_t kNanosecondsInMillisecond = 1000000;

}  // namespace

Daemon::Daemon(const Options& options, Listener listener, SharedMemory memory, RequestHandlers::Settings settings, Readiness readiness)
    : options_(options),
      listener_(std::move(listener)),
      memory_(std::move(memory)),
      readiness_(std::move(readiness)),
      handlers_(memory_.slots(), memory_.fd(), *this, std::move(settings)),
      acceptable_(Watch::readable(loop_, listener_.fd(), [this] { on_listener(); })),
      accept_again_(Watch::timer(loop_, [this] { review(); })),
      idle_(Watch::timer(loop_, [this] { on_idle(); })),
      lame_(Watch::timer(loop_, [this] { leave("the parked sockets were not claimed in time"); })),
      overdue_(Watch::timer(loop_, [this] { handlers_.answer_overdue(host::now_nanoseconds()); })),
      terminate_(Watch::signal(loop_, SIGTERM, [this] { on_signal(); })),
      interrupt_(Watch::signal(loop_, SIGINT, [this] { on_signal(); })) {
  ::signal(SIGPIPE, SIG_IGN);
}

// Nobody is told of what ends with it.
Daemon::~Daemon() {
  connection_of_.clear();
  connections_.clear();
}

void Daemon::run() {
  acceptable_.enable();
  terminate_.enable();
  interrupt_.enable();
  readiness_.ready();
  WS_INFO(kServer, "windsockd serves %s", listener_.path().c_str());
  review();
  if (!leaving_now_) loop_.run();
  readiness_.stopping();
}

void Daemon::watch_target(int pid, int pidfd) {
  Watch watch = Watch::readable(loop_, pidfd, [this, pid] {
    handlers_.target_ended(pid);
    review();
  });
  watch.enable();
  targets_[pid] = std::move(watch);
}

void Daemon::unwatch_target(int pid) { targets_.erase(pid); }
void Daemon::close_later(UniqueFd fd) { closer_.close(std::move(fd)); }
size_t Daemon::closing() const { return closer_.pending(); }

void Daemon::stop(StopMode mode) {
  if (mode == StopMode::kNow) return leave("asked to");
  become_lame(false);
}

void Daemon::send(Peer& peer, wire::Packet packet) {
  if (auto found = connection_of_.find(&peer); found != connection_of_.end()) found->second->send(packet);
}

void Daemon::call_back_at(int64_t time) {
  const int64_t left = std::max<int64_t>(time - host::now_nanoseconds(), 0);
  overdue_.enable_after(std::chrono::milliseconds(left / kNanosecondsInMillisecond + 1));
}

void Daemon::on_signal() {
  if (handlers_.is_leaving()) return leave("a second signal");
  become_lame(true);
  review();
}

void Daemon::become_lame(bool limited) {
  WS_INFO(kServer, "windsockd takes no more offers; %zu sockets are parked", handlers_.table().size());
  handlers_.leave();
  if (limited) lame_.enable_after(std::chrono::seconds(options_.lame_seconds));
}

void Daemon::on_listener() {
  for (int i = 0; i < kAcceptsPerTurn && accept_one(); ++i) {
  }
  review();
}

bool Daemon::accept_one() {
  if (!handlers_.has_room_for_connection()) {
    acceptable_.disable();
    accept_again_.enable_after(kAcceptAgainDelay);
    return false;
  }
  auto accepted = listener_.accept();
  if (accepted) {
    auto client = std::move(accepted).take();
    connections_.emplace_front(loop_, std::move(client.socket), client.pid, std::chrono::seconds(options_.hello_seconds), handlers_,
                               closer_, static_cast<ConnectionOwner&>(*this));
    connections_.front().self = connections_.begin();
    connection_of_[&connections_.front().peer()] = &connections_.front();
    return true;
  }
  switch (int error = static_cast<int>(accepted.error())) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      WS_WARN(kServer, "no descriptor or memory for one more client (error %d)", error);
      acceptable_.disable();
      accept_again_.enable_after(kAcceptAgainDelay);
      return false;
    default:  // that client is gone already, or was sent away
      return true;
  }
}

void Daemon::connection_ended(Connection& connection) {
  connection_of_.erase(&connection.peer());
  connections_.erase(connection.self);
  review();
}

void Daemon::connection_served() { review(); }

void Daemon::review() {
  if (leaving_now_) return;
  if (handlers_.is_leaving() && handlers_.quota().tickets() == 0) return leave("nothing is parked any more");
  if (!acceptable_.is_enabled() && !accept_again_.is_enabled() && handlers_.has_room_for_connection())
    acceptable_.enable();
  if (handlers_.is_idle() && options_.idle_seconds > 0) {
    if (!idle_.is_enabled()) idle_.enable_after(std::chrono::seconds(options_.idle_seconds));
  } else if (idle_.is_enabled()) {
    idle_.disable();
  }
  readiness_.status(handlers_.is_leaving() ? "leaving when the parked sockets are claimed" : "serving");
}

void Daemon::on_idle() {
  // Whoever has connected just now is served, not sent away.
  if (!handlers_.is_idle() || accept_one()) return review();
  leave("nobody has needed it for a while");
}

void Daemon::leave(const char* why) {
  if (std::exchange(leaving_now_, true)) return;
  WS_INFO(kServer, "windsockd leaves: %s", why);
  handlers_.end();
  acceptable_ = Watch();
  listener_.close();
  loop_.stop();
}

}  // namespace windsock::server
