// The relay and its clients; see relay.h.
#include "tests/bench/relay.h"

#include "tests/bench/side.h"

#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace bench {
namespace {

using Token = std::array<unsigned char, 16>;

struct TokenHash {
  std::size_t operator()(const Token& token) const {
    std::size_t hash = 0;
    std::memcpy(&hash, token.data(), sizeof hash);  // random bits already
    return hash;
  }
};

constexpr int kClaim = 0, kTake = -1, kCeased = -2;

struct Request {
  int target;  // of an offer: a process; or one of these
  Token token;
};

struct Parked {
  int descriptor;
  int target;
};

int channel_to_relay = -1;

sockaddr_un path_address(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  require(std::strlen(path) < sizeof address.sun_path, "the length of the relay's path");
  std::strcpy(address.sun_path, path);
  return address;
}

class Relay {
 public:
  explicit Relay(int listening) : listening_(listening), poller_(epoll_create1(EPOLL_CLOEXEC)) {
    require(poller_ >= 0, "epoll_create1");
    watch(listening_);
  }

  [[noreturn]] void serve() {
    for (;;) {
      epoll_event events[16];
      const int count = epoll_wait(poller_, events, 16, -1);
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listening_) {
          admit();
        } else {
          answer(events[i].data.fd);
        }
      }
    }
  }

 private:
  void watch(int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    require(epoll_ctl(poller_, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
  }

  void admit() {
    const int client = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    ucred peer{};
    socklen_t length = sizeof peer;
    require(client >= 0 && getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0, "admitting a client");
    peers_[client] = peer.pid;
    watch(client);
  }

  void answer(int client) {
    Request request{};
    int descriptor = -1;
    if (receive_packet(client, &request, sizeof request, &descriptor) != sizeof request) {
      close(client);
      peers_.erase(client);
      if (owner_ == client) owner_ = -1;
      return;
    }
    if (request.target == kTake) return take(client);
    if (request.target == kCeased) return send_packet(std::exchange(taker_, -1), "", 1);
    if (descriptor >= 0) {
      Token token;
      require(getrandom(token.data(), token.size(), 0) == static_cast<ssize_t>(token.size()), "getrandom");
      parked_[token] = Parked{descriptor, request.target};
      send_packet(client, token.data(), token.size());
      return;
    }
    const auto found = parked_.find(request.token);
    require(found != parked_.end() && found->second.target == peers_[client], "a claim of what was offered");
    const int claimed = found->second.descriptor;
    parked_.erase(found);
    send_packet(client, "", 1, claimed);
    close(claimed);
  }

  void take(int client) {
    const int former = std::exchange(owner_, client);
    const bool must_cease = former >= 0 && former != client;
    if (must_cease) taker_ = client;
    send_packet(must_cease ? former : client, "", 1);
  }

  int listening_;
  int poller_;
  int owner_ = -1;  // of the events
  int taker_ = -1;  // waits for the former owner
  std::unordered_map<int, int> peers_;
  std::unordered_map<Token, Parked, TokenHash> parked_;
};

}  // namespace

int listen_for_relay(const char* path) {
  const int listening = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  const sockaddr_un address = path_address(path);
  require(listening >= 0 && bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
              listen(listening, 16) == 0,
          "listening for the relay");
  return listening;
}

void serve_relay(int listening) { Relay(listening).serve(); }

void connect_to_relay() {
  if (channel_to_relay >= 0) return;
  const char* path = std::getenv(kRelayPathVariable);
  require(path != nullptr, "the path of the relay");
  channel_to_relay = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  const sockaddr_un address = path_address(path);
  require(connect(channel_to_relay, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
          "connecting to the relay");
}

std::size_t offer_to_relay(long socket, int target, void* ticket, std::size_t capacity) {
  Request request{};
  request.target = target;
  send_packet(channel_to_relay, &request, sizeof request, static_cast<int>(socket));
  require(receive_packet(channel_to_relay, ticket, capacity) == sizeof(Token), "the relay's token");
  return sizeof(Token);
}

long claim_from_relay(const void* ticket, std::size_t size) {
  Request request{kClaim, {}};
  require(size == request.token.size(), "the size of a token");
  std::memcpy(request.token.data(), ticket, size);
  send_packet(channel_to_relay, &request, sizeof request);
  char answer = 0;
  int descriptor = -1;
  require(receive_packet(channel_to_relay, &answer, 1, &descriptor) == 1 && descriptor >= 0, "the relay's descriptor");
  return descriptor;
}

void take_at_relay() {
  const Request request{kTake, {}};
  send_packet(channel_to_relay, &request, sizeof request);
  char answer = 0;
  require(receive_packet(channel_to_relay, &answer, 1) == 1, "the relay's answer to a take");
}

void cease_at_relay(const std::function<void()>& cease) {
  char told = 0;
  require(receive_packet(channel_to_relay, &told, 1) == 1, "the relay's word that the events are another's");
  cease();
  const Request request{kCeased, {}};
  send_packet(channel_to_relay, &request, sizeof request);
}

void send_packet(int channel, const void* data, std::size_t size, int descriptor) {
  iovec part{const_cast<void*>(data), size};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof descriptor)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = room;
    message.msg_controllen = sizeof room;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  require(sendmsg(channel, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(size), "sendmsg");
}

std::size_t receive_packet(int channel, void* data, std::size_t capacity, int* descriptor) {
  iovec part{data, capacity};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof *descriptor)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor != nullptr) {
    message.msg_control = room;
    message.msg_controllen = sizeof room;
  }
  ssize_t size = 0;
  do {
    size = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  require(size >= 0 && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0, "recvmsg");
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); descriptor != nullptr && header != nullptr) {
    std::memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  }
  return static_cast<std::size_t>(size);
}

}  // namespace bench
