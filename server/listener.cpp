#include "server/listener.h"

#include <cerrno>
#include <utility>

#include "dlls/common/debug.h"

namespace windsock::server {

namespace {

// The host cuts it to what it allows (net.core.somaxconn).
constexpr int kBacklog = 4096;

// How long another windsockd may take to start or to leave.
constexpr int64_t kHandoverNanoseconds = 5'000'000'000;
constexpr int kHandoverPollMilliseconds = 5;

bool is_answered(const RuntimeDirectory& directory) {
  auto probe = host::create_socket(host::kAfUnix, host::kSockSeqpacket, 0, host::Blocking::kNo);
  if (!probe) return false;
  auto connected = host::connect_unix_at(probe.value().get(), directory.fd.get(), kServerSocketName);
  // A full backlog is an answer too.
  return connected.ok() || static_cast<int>(connected.error()) == EAGAIN;
}

enum class Claimed { kOurs, kServed };
// With a socket of the service manager the name answers for us already: only the lock tells.
enum class Probe { kYes, kNo };

host::Result<Claimed> claim_directory(const RuntimeDirectory& directory, int lock, Probe probe) {
  const int64_t end = host::now_nanoseconds() + kHandoverNanoseconds;
  for (;;) {
    auto locked = host::lock_file(lock, host::LockWait::kTry);
    if (locked) return Claimed::kOurs;
    if (static_cast<int>(locked.error()) != EWOULDBLOCK) return Failure{locked.error()};
    if (probe == Probe::kYes && is_answered(directory)) return Claimed::kServed;
    if (host::now_nanoseconds() > end) return host::failure(EBUSY);
    (void)host::poll(nullptr, 0, kHandoverPollMilliseconds);
  }
}

}  // namespace

host::Result<std::optional<Listener>> Listener::open(RuntimeDirectory directory, UniqueFd activated) {
  Listener listener;
  listener.lock_ = WS_TRY(host::create_file_at(directory.fd.get(), kServerLockName));
  const Probe probe = activated.is_open() ? Probe::kNo : Probe::kYes;
  if (WS_TRY(claim_directory(directory, listener.lock_.get(), probe)) == Claimed::kServed) return std::optional<Listener>();
  // The directory moves in last: until then close() has nothing to remove.
  if (activated.is_open()) {
    WS_TRY(host::set_nonblocking(activated.get(), true));
    listener.socket_ = std::move(activated);
    listener.directory_ = std::move(directory);
    return std::optional<Listener>(std::move(listener));
  }

  UniqueFd socket = WS_TRY(host::create_socket(host::kAfUnix, host::kSockSeqpacket, 0, host::Blocking::kNo));
  auto removed = host::remove_at(directory.fd.get(), kServerSocketName);
  if (!removed && static_cast<int>(removed.error()) != ENOENT) return Failure{removed.error()};
  WS_TRY(host::bind_unix_at(socket.get(), directory.fd.get(), kServerSocketName));
  listener.owns_name_ = true;
  listener.directory_ = std::move(directory);
  listener.socket_ = std::move(socket);
  WS_TRY(host::listen(listener.socket_.get(), kBacklog));
  return std::optional<Listener>(std::move(listener));
}

host::Result<Listener::Accepted> Listener::accept() {
  host::Address peer;
  UniqueFd socket = WS_TRY(host::accept(socket_.get(), peer, host::Blocking::kNo));
  host::Credentials credentials = WS_TRY(host::peer_credentials(socket.get()));
  if (credentials.uid != host::effective_uid()) {
    WS_WARN(kServer, "pid %d of uid %u may not connect here", credentials.pid, credentials.uid);
    return host::failure(EPERM);
  }
  return Accepted{std::move(socket), credentials.pid};
}

void Listener::close() {
  if (!socket_.is_open()) return;
  if (owns_name_) (void)host::remove_at(directory_.fd.get(), kServerSocketName);
  socket_.reset();
  lock_.reset();
}

}  // namespace windsock::server
