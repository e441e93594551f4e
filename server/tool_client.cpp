#include "server/tool_client.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "config.h"
#include "dlls/common/runtime_directory.h"

namespace windsock::tool {

namespace {

// A windsockd with thousands of tickets on a busy machine takes its time for a report. After the first wait the user is told.
constexpr int kFirstWaitMilliseconds = 10'000, kLastWaitMilliseconds = 50'000;

constexpr struct {
  wire::Status status;
  const char* text;
} kRefusals[] = {
    {wire::Status::kInvalid, "there is no such ticket any more"},
    {wire::Status::kQuota, "a limit of windsockd is reached"},
    {wire::Status::kNoDescriptor, "windsockd has no descriptor left (raise the limit: ulimit -n)"},
    {wire::Status::kVersion, "it speaks another version of the protocol; stop it with its own windsock stop, and use one version"},
    {wire::Status::kLeaving, "windsockd is leaving and takes nothing new"},
    {wire::Status::kInternal, "something failed inside windsockd; its log says more (WINDSOCK_DEBUG=trace+server)"},
};

}  // namespace

host::Result<ToolClient> ToolClient::connect() {
  // Looked at and not made: asking is no reason to leave something behind.
  UniqueFd directory = WS_TRY(host::open_directory(runtime_directory_path().c_str(), false));
  host::Ownership owner = WS_TRY(host::ownership(directory.get()));
  if (owner.uid != host::effective_uid()) return host::failure(EPERM);
  UniqueFd socket = WS_TRY(host::create_socket(host::kAfUnix, host::kSockSeqpacket, 0, host::Blocking::kYes));
  WS_TRY(host::connect_unix_at(socket.get(), directory.get(), kServerSocketName));
  if (WS_TRY(host::peer_credentials(socket.get())).uid != host::effective_uid()) return host::failure(EPERM);

  ToolClient client;
  client.channel_ = FdChannel(std::move(socket));
  auto answer = client.ask<wire::Welcome>(wire::Hello{wire::kMajor, wire::kMinor, "windsock"});
  if (!answer && client.refusal_ == wire::Status::kVersion) return host::failure(EPROTO);
  if (!answer) return Failure{answer.error()};
  auto welcome = wire::decode<wire::Welcome>(answer.value().packet.span());
  if (!welcome) return host::failure(EPROTO);
  client.welcome_ = *welcome;
  return client;
}

host::Result<Arrival> ToolClient::receive() {
  host::PollEntry entry{channel_.fd(), host::kPollIn, 0};
  if (WS_TRY(host::poll(&entry, 1, kFirstWaitMilliseconds)) == 0) {
    fprintf(stderr, "windsock: %s; waiting\n", explain(static_cast<host::Errno>(ETIMEDOUT), nullptr).c_str());
    if (WS_TRY(host::poll(&entry, 1, kLastWaitMilliseconds)) == 0) return host::failure(ETIMEDOUT);
  }
  return channel_.receive(host::Take::kConsume, host::Blocking::kNo);
}

host::Result<Arrival> ToolClient::exchange(const wire::Packet& request, wire::Type answer, size_t fds) {
  WS_TRY(channel_.send(request));
  Arrival arrival = WS_TRY(receive());
  if (arrival.closed()) return host::failure(ECONNRESET);
  if (auto failed = wire::decode<wire::Failed>(arrival.packet.span())) {
    refusal_ = static_cast<wire::Status>(failed->status);
    return host::failure(EREMOTEIO);
  }
  auto head = wire::decode_head(arrival.packet.span());
  if (!head || head->type != answer || arrival.fds.size() != fds) return host::failure(EPROTO);
  return arrival;
}

bool ToolClient::wait_for_end() {
  auto arrival = receive();
  return arrival ? arrival.value().closed() : static_cast<int>(arrival.error()) == ECONNRESET;
}

bool means_not_running(host::Errno error) { return static_cast<int>(error) == ENOENT || static_cast<int>(error) == ECONNREFUSED; }

std::string explain(host::Errno error, const ToolClient* client) {
  const std::string directory = runtime_directory_path();
  if (means_not_running(error)) return "no windsockd is running in " + directory + " (programs start it when they need it)";
  switch (int number = static_cast<int>(error)) {
    case EREMOTEIO:
      for (const auto& [status, text] : kRefusals)
        if (client && client->refusal() == status) return text;
      return "windsockd refused it";
    case EPROTO:
      return "the windsockd in " + directory + " speaks another protocol than windsock " PACKAGE_VERSION "; stop it and use one version";
    case ETIMEDOUT:
      return "the windsockd in " + directory + " does not answer; is it stopped (SIGSTOP, a debugger)?";
    case ECONNRESET:
    case EPIPE:
      return "windsockd has just left";
    case EPERM:
      return directory + " or the windsockd in it belongs to another user; set WINDSOCK_DIR to a directory of your own";
    default:
      return "cannot reach windsockd in " + directory + ": " + strerror(number);
  }
}

host::Result<std::string> fetch_status(ToolClient& client) {
  Arrival arrival = WS_TRY(client.ask<wire::StatusReport>(wire::AskStatus{}));
  // Opened anew, to read from the beginning.
  UniqueFd file = WS_TRY(host::open_read(("/proc/self/fd/" + std::to_string(arrival.fds.get(0))).c_str()));
  std::string text;
  char part[65536];
  for (;;) {
    size_t got = WS_TRY(host::read(file.get(), part, sizeof part));
    if (got == 0) return text;
    text.append(part, got);
  }
}

}  // namespace windsock::tool
