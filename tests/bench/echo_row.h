// What the rows of echo servers have in common: a server thread, which is measured, and its clients in the row's own thread.
//
// A class Server is constructed with the connections of its clients, of which some may be idle for ever, and has serve(), which sends
// back each message and returns when all that are not idle have ended; serve_messages() returns when it has answered so many. The clock of the row is the
// processor time of the server thread:
// what its clients cost is the same on both sides and would only hide the difference. An operation is one message; where there are
// several connections, all their messages are sent before the first answer is read, so that the server finds many ready at once.
#ifndef TESTS_BENCH_ECHO_ROW_H
#define TESTS_BENCH_ECHO_ROW_H

#include "tests/bench/vocabulary.h"

#include <algorithm>
#include <thread>

#include "tests/bench/host_sockets.h"

namespace bench::BENCH_SIDE {

inline constexpr int kEchoMessage = 64;
inline constexpr int kEchoRoom = 128;  // a server's, who does not know how much comes

inline std::vector<Socket> far_ends(const std::vector<Connection>& connections) {
  std::vector<Socket> ends;
  for (const Connection& connection : connections) ends.push_back(connection.far_end.get());
  return ends;
}

template <class Server>
class EchoRow {
 public:
  explicit EchoRow(int connections) : EchoRow(connections, {}) {}
  ~EchoRow() {
    for (const Connection& connection : connections_) require(shutdown(connection.near_end.get(), 1) == 0, "shutdown");
    server_.join();
  }
  EchoRow(const EchoRow&) = delete;
  EchoRow& operator=(const EchoRow&) = delete;

  void fill(long) {}
  void run(long count) {
    char message[kEchoMessage] = {};
    for (long done = 0; done < count;) {
      const long together = std::min(count - done, static_cast<long>(connections_.size()));
      for (long i = 0; i < together; ++i)
        require(send(near_end(i), message, kEchoMessage, 0) == kEchoMessage, "send of a message");
      for (long i = 0; i < together; ++i)
        require(recv(near_end(i), message, kEchoMessage, 0) == kEchoMessage, "recv of an answer");
      done += together;
    }
  }
  double seconds() { return processor_seconds(server_); }

 protected:
  EchoRow(int connections, const std::vector<int>& idle) : connections_(static_cast<std::size_t>(connections)) {
    server_ = std::thread([served = far_ends(connections_), idle = std::vector<Socket>(idle.begin(), idle.end())] {
      Server server(served, idle);
      server.serve();
    });
  }

 private:
  Socket near_end(long index) const { return connections_[static_cast<std::size_t>(index)].near_end.get(); }

  std::vector<Connection> connections_;
  std::thread server_;
};

// Clients and server take turns in one thread: nothing depends on who is when on the processor, so what they do can be counted exactly. As
// above, all send before the first answer is read.
template <class Server>
class OneThreadEchoRow {
 public:
  explicit OneThreadEchoRow(int connections) : connections_(static_cast<std::size_t>(connections)), server_(far_ends(connections_), {}) {}
  ~OneThreadEchoRow() {
    for (const Connection& connection : connections_) require(shutdown(connection.near_end.get(), 1) == 0, "shutdown");
    server_.serve();
  }
  OneThreadEchoRow(const OneThreadEchoRow&) = delete;
  OneThreadEchoRow& operator=(const OneThreadEchoRow&) = delete;

  void fill(long) {}
  void run(long count) {
    char message[kEchoMessage] = {};
    for (long i = 0; i < count; ++i) {
      for (const Connection& connection : connections_)
        require(send(connection.near_end.get(), message, kEchoMessage, 0) == kEchoMessage, "send of a message");
      server_.serve_messages(static_cast<long>(connections_.size()));
      for (const Connection& connection : connections_)
        require(recv(connection.near_end.get(), message, kEchoMessage, 0) == kEchoMessage, "recv of an answer");
    }
  }

 private:
  std::vector<Connection> connections_;
  Server server_;
};

// One connection is used, beside many that are not.
template <class Server>
struct IdleEchoRow : EchoRow<Server> {
  explicit IdleEchoRow(int idle) : EchoRow<Server>(1, idle_connections(idle)) {}
};

// Blocks to a reader who is slower than their sender: what has no room waits for some. A class Waiter is constructed with the socket, which it
// makes non-blocking, and wait() returns when there may be room. The clock is the wall's: the reader sets the pace, if he is never kept waiting.
template <class Waiter>
class UploadRow {
 public:
  explicit UploadRow(int)
      : block_(kUploadBlock, 'x'), waiter_(connection_.near_end.get()), reader_([socket = connection_.far_end.get()] { read_slowly(socket); }) {}
  ~UploadRow() {
    require(shutdown(connection_.near_end.get(), 1) == 0, "shutdown");
    reader_.join();
  }
  UploadRow(const UploadRow&) = delete;
  UploadRow& operator=(const UploadRow&) = delete;

  void fill(long) {}
  void run(long count) {
    for (long left = count * kUploadBlock; left > 0;) {
      const auto sent = send(connection_.near_end.get(), block_.data(), static_cast<std::size_t>(std::min<long>(left, kUploadBlock)), 0);
      if (sent > 0) {
        left -= sent;
      } else {
        require(would_block(), "send of a block");
        waiter_.wait();
      }
    }
  }

 private:
  static constexpr long kUploadBlock = 64 * 1024;
  static void read_slowly(Socket socket) {
    char piece[4096];
    while (recv(socket, piece, sizeof piece, 0) > 0) continue;
  }

  Connection connection_;
  std::vector<char> block_;
  Waiter waiter_;
  std::thread reader_;
};

// The same by turns, in one thread: an operation fills all room, has it read, and waits until it is told that there is room again. The host gives
// out its room alike on both sides, for the buffers have a size and do not grow.
template <class Waiter>
class OneThreadUploadRow {
 public:
  explicit OneThreadUploadRow(int) : data_(kMoreThanFits, 'x'), waiter_(connection_.near_end.get()) {
    for (const OwnedSocket* end : {&connection_.near_end, &connection_.far_end}) {
      for (const int option : {SO_SNDBUF, SO_RCVBUF})
        require(setsockopt(end->get(), SOL_SOCKET, option, reinterpret_cast<const char*>(&kBuffer), sizeof kBuffer) == 0, "buffers");
    }
  }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      long unread = 0;
      for (;;) {
        const auto sent = send(connection_.near_end.get(), data_.data(), data_.size(), 0);
        if (sent <= 0) break;
        unread += sent;
      }
      require(would_block(), "send of more than fits");
      read_exactly(static_cast<int>(connection_.far_end.get()), unread);
      waiter_.wait();
    }
  }

 private:
  static constexpr int kBuffer = 64 * 1024;
  static constexpr std::size_t kMoreThanFits = 4 * 1024 * 1024;

  Connection connection_;
  std::vector<char> data_;
  Waiter waiter_;
};

}  // namespace bench::BENCH_SIDE

#endif
