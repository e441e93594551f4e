#include "dlls/ws2_32/server_connection.h"

#include <winsock2.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "dlls/common/debug.h"
#include "dlls/common/runtime_directory.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock {

namespace {

struct StatusError {
  wire::Status status;
  int error;
  const char* meaning;
};
constexpr StatusError kStatusErrors[] = {
    {wire::Status::kInvalid, WSAEINVAL, "invalid"},
    {wire::Status::kQuota, WSAENOBUFS, "a limit of windsockd is reached"},
    {wire::Status::kNoDescriptor, WSAEMFILE, "windsockd has no descriptor left"},
    {wire::Status::kVersion, WSAENETDOWN, "this windsockd speaks another version of the protocol; stop it (windsock stop)"},
    {wire::Status::kLeaving, WSAENETDOWN, "windsockd is leaving"},
    {wire::Status::kInternal, WSAENETDOWN, "windsockd failed"},
    {wire::Status::kNoTarget, WSAEINVAL, "windsockd does not know the target"},
};

// A host error on the way to windsockd: what is short here is told as that, all else is the network that is down.
Failure<WsaError> network_failure(host::Errno error) {
  if (static_cast<int>(error) == ETOOMANYREFS) return wsa_failure(WSAENOBUFS);
  return host::is_want_of_room(error) ? wsa_failure_from_host(error) : wsa_failure(WSAENETDOWN);
}

Failure<WsaError> unreachable(const char* what, host::Errno error) {
  WS_WARN(kServer, "%s: %s", what, strerror(static_cast<int>(error)));
  return network_failure(error);
}

host::Result<FdChannel> connect_in(const RuntimeDirectory& directory) {
  UniqueFd socket = WS_TRY(host::create_socket(host::kAfUnix, host::kSockSeqpacket, 0, host::Blocking::kYes));
  for (int timeout : {host::kSoSndTimeo, host::kSoRcvTimeo})
    WS_TRY(host::set_option(socket.get(), host::kSolSocket, timeout, host::Interval{kAnswerTime / 1000000000, 0}));
  WS_TRY(host::connect_unix_at(socket.get(), directory.fd.get(), kServerSocketName));
  host::Credentials server = WS_TRY(host::peer_credentials(socket.get()));
  if (server.uid != host::effective_uid()) return host::failure(EPERM);
  return FdChannel(std::move(socket));
}

bool nobody_listens(host::Errno error) { return static_cast<int>(error) == ECONNREFUSED || static_cast<int>(error) == ENOENT; }

// Where windsockd is: as the user says, beside the library, or where it was installed.
std::string server_program() {
  if (const char* chosen = getenv("WINDSOCK_SERVER"); chosen && *chosen) return chosen;
  std::string library = host::directory_of_module(reinterpret_cast<const void*>(&server_program));
  for (const char* relative : {"/windsockd", "/../bin/windsockd", "/../windsockd", "/../../bin/windsockd"}) {
    std::string path = library + relative;
    if (host::is_executable(path.c_str())) return path;
  }
  return WINDSOCK_BINDIR "/windsockd";
}

// Starts windsockd and waits until it listens. The caller holds the start lock.
host::Result<void> start_server() {
  host::Pipe ready = WS_TRY(host::create_pipe());
  std::string program = server_program();
  if (!host::is_executable(program.c_str())) {
    WS_WARN(kServer, "windsockd is not running and %s cannot be started; set WINDSOCK_SERVER to its path", program.c_str());
    return host::failure(ENOENT);
  }
  // Unless somebody wants to see what it does, it keeps neither of the program's output streams: they may be pipes that are read
  // to the end.
  const char* specification = getenv("WINDSOCK_DEBUG");
  const char* arguments[] = {program.c_str(), "--ready-fd=3", specification && *specification ? nullptr : "--quiet", nullptr};
  WS_TRACE(kServer, "starting %s", program.c_str());
  WS_TRY(host::spawn_detached(program.c_str(), arguments, ready.write_end.get()));
  ready.write_end.reset();
  host::PollEntry entry{ready.read_end.get(), host::kPollIn, 0};
  int64_t end = host::now_nanoseconds() + kAnswerTime;
  for (;;) {
    int64_t left = (end - host::now_nanoseconds()) / 1000000;
    auto readable = host::poll(&entry, 1, static_cast<int>(left > 0 ? left : 0));
    if (!readable && static_cast<int>(readable.error()) == EINTR) continue;
    if (!readable || readable.value() == 0) return host::failure(ETIMEDOUT);
    break;
  }
  char byte;
  // End of file without a word: it gave up, and said why on its standard error.
  if (WS_TRY(host::read(ready.read_end.get(), &byte, 1)) == 0) return host::failure(ECONNREFUSED);
  return {};
}

bool has_left(host::Errno error) { return static_cast<int>(error) == ENOENT; }

host::Result<FdChannel> connect_or_start(const RuntimeDirectory& directory, IfNone if_none) {
  auto connected = connect_in(directory);
  if (connected || !nobody_listens(connected.error())) return connected;
  if (if_none == IfNone::kStartAfterKilled && has_left(connected.error())) return connected;
  // One starter at a time; whoever waited finds windsockd running.
  UniqueFd lock = WS_TRY(host::create_file_at(directory.fd.get(), kStartLockName));
  WS_TRY(host::lock_file(lock.get(), host::LockWait::kWait));
  connected = connect_in(directory);
  if (connected || !nobody_listens(connected.error())) return connected;
  WS_TRY(start_server());
  return connect_in(directory);
}

}  // namespace

Failure<WsaError> failure_in(const Arrival& arrival) {
  if (auto failed = wire::decode<wire::Failed>(arrival.packet.span()))
    for (const StatusError& row : kStatusErrors)
      if (row.status == static_cast<wire::Status>(failed->status)) {
        WS_TRACE(kServer, "windsockd refuses: %s", row.meaning);
        if (row.error == WSAENETDOWN) WS_WARN(kServer, "%s", row.meaning);
        return wsa_failure(row.error);
      }
  WS_ERR(kServer, "windsockd sent something that is no answer to the request");
  return wsa_failure(WSAENETDOWN);
}

WsaResult<Arrival> exchange(FdChannel& channel, const wire::Packet& packet, std::span<const int> fds) {
  if (auto sent = channel.send(packet, fds); !sent) return network_failure(sent.error());
  int64_t end = host::now_nanoseconds() + kAnswerTime;
  for (;;) {
    auto arrival = channel.receive(host::Take::kConsume, host::Blocking::kYes);
    if (!arrival && static_cast<int>(arrival.error()) == EINTR && host::now_nanoseconds() < end) continue;
    if (!arrival) return network_failure(arrival.error());
    if (arrival.value().closed()) return wsa_failure(WSAENETDOWN);
    if (arrival.value().fds_truncated) return wsa_failure(WSAEMFILE);
    return std::move(arrival).take();
  }
}

WsaResult<Greeting> greet_server(IfNone if_none) {
  auto directory = open_runtime_directory();
  if (!directory) return unreachable(("no directory for windsockd at " + runtime_directory_path()).c_str(), directory.error());
  // A windsockd that was just leaving may close the connection on us: once more, to a new one.
  for (int attempt = 0;; ++attempt) {
    auto connected = connect_or_start(directory.value(), if_none);
    if (!connected && if_none == IfNone::kStartAfterKilled && has_left(connected.error())) return wsa_failure(WSASYSNOTREADY);
    if (!connected) return unreachable("cannot connect to windsockd", connected.error());
    Greeting greeting;
    greeting.channel = std::move(connected).take();
    auto arrival = exchange(greeting.channel, wire::encode(0, wire::Hello{wire::kMajor, wire::kMinor, services::program_name()}));
    if (!arrival) {
      if (attempt == 0 && arrival.error() == static_cast<WsaError>(WSAENETDOWN)) continue;
      return Failure{arrival.error()};
    }
    auto welcome = decoded<wire::Welcome>(arrival.value());
    if (!welcome) return wsa_failure(WSAENETDOWN);  // another version, say
    greeting.epoch = welcome.value().epoch;
    greeting.minor = welcome.value().minor;
    greeting.shared_state = std::move(arrival).take().fds.take(0);
    WS_TRACE(kServer, "connected to windsockd %s in %s", welcome.value().version.c_str(), directory.value().path.c_str());
    return greeting;
  }
}

}  // namespace windsock
