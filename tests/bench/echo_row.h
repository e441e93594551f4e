// What the rows of echo servers have in common: a server thread, which is measured, and its clients in the row's own thread.
//
// A class Server is constructed with the connections of its clients, of which some may be idle for ever, and has serve(), which sends
// back each message and returns when all that are not idle have ended; serve_message() is one turn of it. The clock of the row is the processor time of the server thread:
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
    std::vector<Socket> served;
    for (const Connection& connection : connections_) served.push_back(connection.far_end.get());
    server_ = std::thread([served = std::move(served), idle = std::vector<Socket>(idle.begin(), idle.end())] {
      Server server(served, idle);
      server.serve();
    });
  }

 private:
  Socket near_end(long index) const { return connections_[static_cast<std::size_t>(index)].near_end.get(); }

  std::vector<Connection> connections_;
  std::thread server_;
};

// Client and server take turns in one thread: nothing depends on who is when on the processor, so what they do can be counted exactly.
template <class Server>
class OneThreadEchoRow {
 public:
  explicit OneThreadEchoRow(int) : server_({connection_.far_end.get()}, {}) {}
  ~OneThreadEchoRow() {
    require(shutdown(connection_.near_end.get(), 1) == 0, "shutdown");
    server_.serve();
  }
  OneThreadEchoRow(const OneThreadEchoRow&) = delete;
  OneThreadEchoRow& operator=(const OneThreadEchoRow&) = delete;

  void fill(long) {}
  void run(long count) {
    char message[kEchoMessage] = {};
    for (long i = 0; i < count; ++i) {
      require(send(connection_.near_end.get(), message, kEchoMessage, 0) == kEchoMessage, "send of a message");
      server_.serve_message();
      require(recv(connection_.near_end.get(), message, kEchoMessage, 0) == kEchoMessage, "recv of an answer");
    }
  }

 private:
  Connection connection_;
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

}  // namespace bench::BENCH_SIDE

#endif
