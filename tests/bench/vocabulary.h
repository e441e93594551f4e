// The two vocabularies in which the rows are read: Winsock by the public headers, or the host's own calls.
//
// BENCH_WINDSOCK chooses. Only what the two spell differently gets a name here; send, recv, select and the rest are the
// same word on both sides. Everything stands in an unnamed namespace or is inline in the side's own namespace, so that the
// two compilations of one source do not collide.
#ifndef TESTS_BENCH_VOCABULARY_H
#define TESTS_BENCH_VOCABULARY_H

#ifdef BENCH_WINDSOCK

#include <winsock2.h>
#include <ws2tcpip.h>

#include <mstcpip.h>

#ifndef UDP_SEND_MSG_SIZE  // mingw's headers have not got it
#define UDP_SEND_MSG_SIZE 2
#endif

#define BENCH_SIDE windsock

namespace bench::BENCH_SIDE {

using Socket = SOCKET;
using PollEntry = WSAPOLLFD;
using Length = int;
using ByteCount = u_long;

inline constexpr Socket kNoSocket = INVALID_SOCKET;

inline int close_socket(Socket socket) { return closesocket(socket); }
inline int poll_sockets(PollEntry* entries, unsigned count, int timeout) { return WSAPoll(entries, count, timeout); }
inline int control(Socket socket, long command, ByteCount* value) { return ioctlsocket(socket, command, value); }
inline int segment_sends(Socket socket, unsigned long size) {
  const DWORD value = static_cast<DWORD>(size);
  return setsockopt(socket, IPPROTO_UDP, UDP_SEND_MSG_SIZE, reinterpret_cast<const char*>(&value), sizeof value);
}
inline int ask_tcp_info(Socket socket) {
  const DWORD version = 0;
  TCP_INFO_v0 info;
  DWORD returned = 0;
  return WSAIoctl(socket, SIO_TCP_INFO, const_cast<DWORD*>(&version), sizeof version, &info, sizeof info, &returned, nullptr, nullptr);
}
inline int last_error() { return WSAGetLastError(); }
inline bool would_block() { return last_error() == WSAEWOULDBLOCK; }

}  // namespace bench::BENCH_SIDE

#else

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#define BENCH_SIDE host

namespace bench::BENCH_SIDE {

using Socket = int;
using PollEntry = pollfd;
using Length = socklen_t;
using ByteCount = int;

inline constexpr Socket kNoSocket = -1;

inline int close_socket(Socket socket) { return close(socket); }
inline int poll_sockets(PollEntry* entries, unsigned count, int timeout) { return poll(entries, count, timeout); }
inline int control(Socket socket, unsigned long command, ByteCount* value) { return ioctl(socket, command, value); }
inline int segment_sends(Socket socket, int size) { return setsockopt(socket, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size); }
inline int ask_tcp_info(Socket socket) {
  tcp_info info;
  int buffer = 0;
  Length length = sizeof info, size = sizeof buffer;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return -1;
  return getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, &size);  // part of what Windows answers
}
inline int last_error() { return errno; }
inline bool would_block() { return last_error() == EAGAIN; }

}  // namespace bench::BENCH_SIDE

#endif

#include "tests/bench/side.h"

namespace bench::BENCH_SIDE {

// In place of bench::require: tells the side's own error code.
inline void require(bool condition, const char* what) {
  if (!condition) [[unlikely]]
    fail(what, last_error());
}

// The rows of each source; side_<name>.cpp joins them.
std::vector<RowCode> call_rows();
std::vector<RowCode> connection_rows();
std::vector<RowCode> traffic_rows();
std::vector<RowCode> echo_rows();
std::vector<RowCode> select_rows();

SelectionCode selection();

// A connection that a server has accepted; its client stays for the next few hundred of them.
Socket accept_connection();

// Makes a RowCode of a class with a constructor from int, fill and run, and seconds if it has a clock of its own.
template <class Row>
RowCode row_code(const char* name) {
  RowCode code{
      name,
      [](int argument) -> void* { return new Row(argument); },
      [](void* state, long count) { static_cast<Row*>(state)->fill(count); },
      [](void* state, long count) { static_cast<Row*>(state)->run(count); },
      [](void* state) { delete static_cast<Row*>(state); },
  };
  if constexpr (requires(Row row) { row.seconds(); })
    code.seconds = [](void* state) { return static_cast<Row*>(state)->seconds(); };
  return code;
}

// Makes a SelectionCode of a class with a constructor from a socket, select and lose.
template <class Selection>
SelectionCode selection_code() {
  return {
      [](long socket) -> void* { return new Selection(static_cast<Socket>(socket)); },
      [](void* state) { static_cast<Selection*>(state)->select(); },
      [](void* state) { static_cast<Selection*>(state)->lose(); },
      [](void* state) { delete static_cast<Selection*>(state); },
  };
}

// A socket that its owner closes.
class OwnedSocket {
 public:
  explicit OwnedSocket(Socket socket = kNoSocket) : socket_(socket) {}
  OwnedSocket(OwnedSocket&& other) noexcept : socket_(other.release()) {}
  OwnedSocket(const OwnedSocket&) = delete;
  OwnedSocket& operator=(const OwnedSocket&) = delete;
  ~OwnedSocket() { reset(kNoSocket); }

  Socket get() const { return socket_; }
  Socket release() {
    const Socket socket = socket_;
    socket_ = kNoSocket;
    return socket;
  }
  void reset(Socket socket) {
    if (socket_ != kNoSocket) {
      require(close_socket(socket_) == 0, "closing a socket");
    }
    socket_ = socket;
  }

 private:
  Socket socket_;
};

inline sockaddr_in loopback(unsigned short port_in_network_order) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = port_in_network_order;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline Socket make_socket(int family, int type) {
  const Socket made = socket(family, type, 0);
  require(made != kNoSocket, "socket");
  return made;
}

inline sockaddr_in bind_to_loopback(Socket socket) {
  sockaddr_in address = loopback(0);
  Length length = sizeof address;
  require(bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
  require(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
  return address;
}

inline void connect_to(Socket socket, const sockaddr_in& address) {
  require(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
}

// A close that leaves no TIME_WAIT behind: thousands of those would use up the ports.
inline void reset_on_close(Socket socket) {
  const linger abort{1, 0};
  require(setsockopt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&abort), sizeof abort) == 0, "SO_LINGER");
}

inline void send_at_once(Socket socket) {
  const int on = 1;
  require(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on) == 0, "TCP_NODELAY");
}

class Listener {
 public:
  Listener() : socket_(make_socket(AF_INET, SOCK_STREAM)), address_(bind_to_loopback(socket_.get())) {
    require(listen(socket_.get(), SOMAXCONN) == 0, "listen");
  }
  Socket get() const { return socket_.get(); }
  const sockaddr_in& address() const { return address_; }
  Socket take() const {
    const Socket accepted = accept(socket_.get(), nullptr, nullptr);
    require(accepted != kNoSocket, "accept");
    return accepted;
  }

 private:
  OwnedSocket socket_;
  sockaddr_in address_;
};

// Two ends of one TCP connection.
struct Connection {
  OwnedSocket near_end;
  OwnedSocket far_end;

  Connection() : near_end(make_socket(AF_INET, SOCK_STREAM)) {
    const Listener listener;
    connect_to(near_end.get(), listener.address());
    far_end.reset(listener.take());
    reset_on_close(near_end.get());
    send_at_once(near_end.get());
    send_at_once(far_end.get());
  }
};

}  // namespace bench::BENCH_SIDE

#endif
