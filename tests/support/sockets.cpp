#include "tests/support/sockets.h"

#include <climits>
#include <cstring>
#include <utility>

namespace test_support {

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (valid()) closesocket(socket_);
    socket_ = other.release();
  }
  return *this;
}

Socket::~Socket() {
  if (valid()) closesocket(socket_);
}

SOCKET Socket::release() { return std::exchange(socket_, INVALID_SOCKET); }

int Socket::close() { return closesocket(release()); }

unsigned short Endpoint::port() const {
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

void Endpoint::set_port(unsigned short port) {
  if (storage.ss_family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
}

bool operator==(const Endpoint& left, const Endpoint& right) {
  if (left.storage.ss_family != right.storage.ss_family || left.port() != right.port()) return false;
  if (left.storage.ss_family == AF_INET6)
    return std::memcmp(&reinterpret_cast<const sockaddr_in6&>(left.storage).sin6_addr,
                       &reinterpret_cast<const sockaddr_in6&>(right.storage).sin6_addr, sizeof(in6_addr)) == 0;
  return reinterpret_cast<const sockaddr_in&>(left.storage).sin_addr.s_addr ==
         reinterpret_cast<const sockaddr_in&>(right.storage).sin_addr.s_addr;
}

Endpoint any_address(int family, unsigned short port) {
  Endpoint endpoint;
  endpoint.storage.ss_family = static_cast<decltype(endpoint.storage.ss_family)>(family);
  endpoint.length = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  endpoint.set_port(port);
  return endpoint;
}

Endpoint loopback(int family, unsigned short port) {
  Endpoint endpoint = any_address(family, port);
  if (family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(endpoint.storage).sin6_addr.s6_addr[15] = 1;
  else
    reinterpret_cast<sockaddr_in&>(endpoint.storage).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return endpoint;
}

Endpoint local_name(SOCKET socket) {
  Endpoint endpoint;
  endpoint.length = sizeof endpoint.storage;
  if (getsockname(socket, endpoint.address(), &endpoint.length) != 0) return {};
  return endpoint;
}

Endpoint peer_name(SOCKET socket) {
  Endpoint endpoint;
  endpoint.length = sizeof endpoint.storage;
  if (getpeername(socket, endpoint.address(), &endpoint.length) != 0) return {};
  return endpoint;
}

Socket make_socket(int family, int type) { return Socket(::socket(family, type, 0)); }

Socket bound_socket(int family, int type) {
  Socket socket = make_socket(family, type);
  const Endpoint endpoint = loopback(family);
  if (!socket.valid() || bind(socket.get(), endpoint.address(), endpoint.length) != 0) return {};
  return socket;
}

Socket listener(int family, int backlog) {
  Socket socket = bound_socket(family, SOCK_STREAM);
  if (!socket.valid() || listen(socket.get(), backlog) != 0) return {};
  return socket;
}

Socket connect_to(SOCKET target, int family) {
  const Endpoint endpoint = local_name(target);
  Socket client = make_socket(family, SOCK_STREAM);
  if (!client.valid() || connect(client.get(), endpoint.address(), endpoint.length) != 0) return {};
  return client;
}

Pair tcp_pair(int family) {
  const Socket server = listener(family);
  if (!server.valid()) return {};
  Pair pair;
  pair.client = connect_to(server.get(), family);
  if (pair.client.valid()) pair.server = Socket(accept(server.get(), nullptr, nullptr));
  return pair;
}

Pair udp_pair(int family) {
  Pair pair{bound_socket(family, SOCK_DGRAM), bound_socket(family, SOCK_DGRAM)};
  if (!pair.valid()) return {};
  const Endpoint client = local_name(pair.client.get());
  const Endpoint server = local_name(pair.server.get());
  if (connect(pair.client.get(), server.address(), server.length) != 0) return {};
  if (connect(pair.server.get(), client.address(), client.length) != 0) return {};
  return pair;
}

bool wait_for(SOCKET socket, Readiness readiness, int milliseconds) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(socket, &set);
  timeval timeout{milliseconds / 1000, milliseconds % 1000 * 1000};
  return select(0, readiness == Readiness::kRead ? &set : nullptr, readiness == Readiness::kWrite ? &set : nullptr,
                readiness == Readiness::kExcept ? &set : nullptr, &timeout) == 1;
}

bool set_nonblocking(SOCKET socket, bool nonblocking) {
  u_long value = nonblocking ? 1 : 0;
  return ioctlsocket(socket, FIONBIO, &value) == 0;
}

bool set_option(SOCKET socket, int level, int name, int value) {
  return setsockopt(socket, level, name, reinterpret_cast<const char*>(&value), sizeof value) == 0;
}

int get_option(SOCKET socket, int level, int name) {
  int value = 0;
  int length = sizeof value;
  return getsockopt(socket, level, name, reinterpret_cast<char*>(&value), &length) == 0 ? value : INT_MIN;
}

bool set_linger(SOCKET socket, unsigned short on, unsigned short seconds) {
  linger value{};
  value.l_onoff = on;
  value.l_linger = seconds;
  return setsockopt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&value), sizeof value) == 0;
}

bool send_all(SOCKET socket, const std::string& data) {
  size_t sent = 0;
  while (sent < data.size()) {
    const int count = send(socket, data.data() + sent, static_cast<int>(data.size() - sent), 0);
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

std::string receive_exactly(SOCKET socket, size_t length) {
  std::string data(length, '\0');
  size_t received = 0;
  while (received < length && wait_for(socket, Readiness::kRead)) {
    const int count = recv(socket, &data[received], static_cast<int>(length - received), 0);
    if (count <= 0) break;
    received += static_cast<size_t>(count);
  }
  data.resize(received);
  return data;
}

std::string receive_to_end(SOCKET socket) {
  std::string data;
  char part[65536];
  while (wait_for(socket, Readiness::kRead)) {
    const int count = recv(socket, part, sizeof part, 0);
    if (count <= 0) break;
    data.append(part, static_cast<size_t>(count));
  }
  return data;
}

size_t fill_send_buffer(SOCKET socket) {
  // The peer's receive buffer drains ours in the background, so "would block" is believed only when, some time later, the
  // next attempt is refused at once.
  const std::string block(65536, 'f');
  size_t sent = 0;
  const auto fill = [&] {
    const size_t before = sent;
    for (const int size : {static_cast<int>(block.size()), 1}) {
      int count;
      while ((count = send(socket, block.data(), size, 0)) > 0) sent += static_cast<size_t>(count);
    }
    return sent != before;
  };
  fill();
  do wait_for(socket, Readiness::kWrite, 100);
  while (fill());
  return sent;
}

BusyListener::BusyListener(int family) : listener_(listener(family, 1)) {
  if (!listener_.valid()) return;
  endpoint_ = local_name(listener_.get());
  constexpr int kMostQueued = 64;
  for (int i = 0; i < kMostQueued && !full_; ++i) {
    Socket client = make_socket(family, SOCK_STREAM);
    if (!client.valid() || !set_nonblocking(client.get())) return;
    if (connect(client.get(), endpoint_.address(), endpoint_.length) != 0 && WSAGetLastError() != WSAEWOULDBLOCK) return;
    full_ = !wait_for(client.get(), Readiness::kWrite, 300);
    queued_.push_back(std::move(client));
  }
}

Endpoint refusing_endpoint(int family) {
  const Socket socket = bound_socket(family, SOCK_STREAM);
  return local_name(socket.get());
}

}  // namespace test_support
