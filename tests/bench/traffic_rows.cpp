// Rows with a second thread at the other end of the connection. Compiled once for each side (see vocabulary.h).
//
// The peer lives as long as the row and stops when the connection ends. In a benchmark both threads share one CPU, so what
// is measured is the work of both ends and two switches between them.
#include "tests/bench/vocabulary.h"

#include <cstdint>
#include <cstring>
#include <thread>

namespace bench::BENCH_SIDE {
namespace {

constexpr int kMessage = 64;
constexpr int kBlock = 64 * 1024;

struct StreamPingPong {
  explicit StreamPingPong(int) : peer_([socket = connection_.far_end.get()] { echo(socket); }) {}
  ~StreamPingPong() {
    require(shutdown(connection_.near_end.get(), 1) == 0, "shutdown");
    peer_.join();
  }
  void fill(long) {}
  void run(long count) {
    char message[kMessage] = {};
    for (long i = 0; i < count; ++i) {
      require(send(connection_.near_end.get(), message, kMessage, 0) == kMessage, "send of a ping");
      require(recv(connection_.near_end.get(), message, kMessage, 0) == kMessage, "recv of a pong");
    }
  }

 private:
  static void echo(Socket socket) {
    char message[kMessage];
    while (recv(socket, message, kMessage, 0) == kMessage) {
      require(send(socket, message, kMessage, 0) == kMessage, "send of a pong");
    }
  }

  Connection connection_;
  std::thread peer_;
};

struct DatagramPingPong {
  explicit DatagramPingPong(int) : near_end_(make_socket(AF_INET, SOCK_DGRAM)), far_end_(make_socket(AF_INET, SOCK_DGRAM)) {
    const sockaddr_in near_address = bind_to_loopback(near_end_.get());
    const sockaddr_in far_address = bind_to_loopback(far_end_.get());
    connect_to(near_end_.get(), far_address);
    connect_to(far_end_.get(), near_address);
    peer_ = std::thread([socket = far_end_.get()] { echo(socket); });
  }
  ~DatagramPingPong() {
    require(send(near_end_.get(), "x", 1, 0) == 1, "send of the last datagram");
    peer_.join();
  }
  void fill(long) {}
  void run(long count) {
    char message[kMessage] = {};
    for (long i = 0; i < count; ++i) {
      require(send(near_end_.get(), message, kMessage, 0) == kMessage, "send of a ping");
      require(recv(near_end_.get(), message, kMessage, 0) == kMessage, "recv of a pong");
    }
  }

 private:
  static void echo(Socket socket) {
    char message[kMessage];
    while (recv(socket, message, kMessage, 0) == kMessage) {
      require(send(socket, message, kMessage, 0) == kMessage, "send of a pong");
    }
  }

  OwnedSocket near_end_;
  OwnedSocket far_end_;
  std::thread peer_;
};

// Blocks in one direction; a byte comes back when the last one has arrived, so that the time includes both ends' work.
struct OneWay {
  explicit OneWay(int) : block_(kBlock, 'x'), peer_([socket = connection_.far_end.get()] { drain(socket); }) {}
  ~OneWay() {
    require(shutdown(connection_.near_end.get(), 1) == 0, "shutdown");
    peer_.join();
  }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      block_[0] = i + 1 == count ? 'l' : 'x';
      require(send(connection_.near_end.get(), block_.data(), kBlock, 0) == kBlock, "send of a block");
    }
    char arrived = 0;
    require(recv(connection_.near_end.get(), &arrived, 1, 0) == 1, "recv of the receipt");
  }

 private:
  // Reads what there is, as receivers do, and so has to find the first byte of each block by counting.
  static void drain(Socket socket) {
    std::vector<char> buffer(kBlock);
    std::int64_t position = 0;
    bool last = false;
    for (;;) {
      const auto taken = recv(socket, buffer.data(), kBlock, 0);
      if (taken <= 0) {
        return;
      }
      const std::int64_t start_of_next = (kBlock - position % kBlock) % kBlock;
      if (start_of_next < taken) {
        last = buffer[static_cast<std::size_t>(start_of_next)] == 'l';
      }
      position += taken;
      if (last && position % kBlock == 0) {
        last = false;
        require(send(socket, "r", 1, 0) == 1, "send of the receipt");
      }
    }
  }

  Connection connection_;
  std::vector<char> block_;
  std::thread peer_;
};

}  // namespace

std::vector<RowCode> traffic_rows() {
  return {
      row_code<StreamPingPong>("tcp-ping-pong"),
      row_code<DatagramPingPong>("udp-ping-pong"),
      row_code<OneWay>("tcp-one-way"),
  };
}

}  // namespace bench::BENCH_SIDE
