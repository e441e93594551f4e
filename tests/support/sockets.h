// Sockets for tests: an owner per SOCKET, loopback endpoints, connected pairs, waits.
//
// Everything here uses the documented API alone and loopback alone, and takes the system's choice of port, so that runs side
// by side never meet. A function that cannot do its job returns an invalid Socket (the test asserts it) and leaves the last
// error as the failed call set it.
#ifndef TESTS_SUPPORT_SOCKETS_H
#define TESTS_SUPPORT_SOCKETS_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <string>
#include <vector>

#include "tests/support/deadline.h"

namespace test_support {

class Socket {
 public:
  Socket() = default;
  explicit Socket(SOCKET socket) : socket_(socket) {}
  Socket(Socket&& other) noexcept : socket_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  SOCKET get() const { return socket_; }
  bool valid() const { return socket_ != INVALID_SOCKET; }
  SOCKET release();
  int close();  // the result of closesocket

 private:
  SOCKET socket_ = INVALID_SOCKET;
};

struct Endpoint {
  sockaddr_storage storage{};
  int length = 0;

  sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
  unsigned short port() const;
  void set_port(unsigned short port);
};

bool operator==(const Endpoint& left, const Endpoint& right);

Endpoint loopback(int family, unsigned short port = 0);
Endpoint any_address(int family, unsigned short port = 0);
Endpoint local_name(SOCKET socket);
Endpoint peer_name(SOCKET socket);

Socket make_socket(int family, int type);
Socket bound_socket(int family, int type);
Socket listener(int family, int backlog = 16);

// Two ends of one connection (or two datagram sockets connected to each other).
struct Pair {
  Socket client;
  Socket server;
  bool valid() const { return client.valid() && server.valid(); }
};
Pair tcp_pair(int family = AF_INET);
Pair udp_pair(int family = AF_INET);

// Connects a new socket to what `target` is bound to.
Socket connect_to(SOCKET target, int family = AF_INET);

enum class Readiness { kRead, kWrite, kExcept };
bool wait_for(SOCKET socket, Readiness readiness, int milliseconds = kDeadlineMs);

bool set_nonblocking(SOCKET socket, bool nonblocking = true);
bool set_option(SOCKET socket, int level, int name, int value);
int get_option(SOCKET socket, int level, int name);  // INT_MIN when it cannot be read
bool set_linger(SOCKET socket, unsigned short on, unsigned short seconds);

bool send_all(SOCKET socket, const std::string& data);
std::string receive_exactly(SOCKET socket, size_t length);  // shorter when the peer ends early or the deadline passes
std::string receive_to_end(SOCKET socket);

// Makes the non-blocking socket's way to its peer full: sends until the system refuses for good. Returns the bytes taken.
size_t fill_send_buffer(SOCKET socket);

// A server that answers no more connections, and a way to get a connection that stays pending on it: the queue of a listener
// that nobody accepts from is filled until one more non-blocking connect does not complete.
class BusyListener {
 public:
  explicit BusyListener(int family = AF_INET);
  bool valid() const { return full_; }
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  Socket listener_;
  Endpoint endpoint_;
  std::vector<Socket> queued_;
  bool full_ = false;
};

// A port on loopback that refuses connections: it was free a moment ago.
Endpoint refusing_endpoint(int family = AF_INET);

}  // namespace test_support

#endif
