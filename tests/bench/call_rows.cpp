// Rows of one call each, on sockets that are ready for it. Compiled once for each side (see vocabulary.h).
//
// A row checks what its calls answer, for a failing call is the fastest of all; the check is the same instructions on both
// sides. Loops keep nothing else: whatever makes a call possible again belongs into fill, which is not counted.
#include "tests/bench/vocabulary.h"

#include "tests/bench/host_sockets.h"

#include <memory>

namespace bench::BENCH_SIDE {
namespace {

struct ConnectedRow {
  explicit ConnectedRow(int) {}
  void fill(long) {}
  Connection connection;
};

struct SendByte : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  // Takes out what the last run put in, so that the queue has always the same room.
  void fill(long) {
    static char waste[4096];
    while (unread_ > 0) {
      const auto taken = recv(connection.far_end.get(), waste, sizeof waste, 0);
      require(taken > 0, "recv of what was sent");
      unread_ -= taken;
    }
  }
  void run(long count) {
    const char byte = 'x';
    for (long i = 0; i < count; ++i) {
      require(send(connection.near_end.get(), &byte, 1, 0) == 1, "send");
    }
    unread_ = count;
  }

 private:
  long unread_ = 0;
};

struct ReceiveByte : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  void fill(long count) {
    const std::vector<char> bytes(static_cast<std::size_t>(count), 'x');
    require(send(connection.far_end.get(), bytes.data(), bytes.size(), 0) == count, "send");
    PollEntry entry{};
    entry.fd = connection.near_end.get();
    entry.events = POLLIN;
    require(poll_sockets(&entry, 1, 10000) == 1, "waiting for the bytes");
  }
  void run(long count) {
    char byte = 0;
    for (long i = 0; i < count; ++i) {
      require(recv(connection.near_end.get(), &byte, 1, 0) == 1, "recv");
    }
  }
};

struct ReceiveNothing : ConnectedRow {
  explicit ReceiveNothing(int argument) : ConnectedRow(argument) {
    ByteCount on = 1;
    require(control(connection.near_end.get(), FIONBIO, &on) == 0, "FIONBIO");
  }
  void run(long count) {
    char byte = 0;
    for (long i = 0; i < count; ++i) {
      require(recv(connection.near_end.get(), &byte, 1, 0) == -1, "recv that would block");
    }
    require(would_block(), "the error of recv");
  }
};

struct SetOption : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  void run(long count) {
    for (long i = 0; i < count; ++i) {
      send_at_once(connection.near_end.get());
    }
  }
};

struct GetOption : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  void run(long count) {
    for (long i = 0; i < count; ++i) {
      int value = 0;
      Length length = sizeof value;
      require(getsockopt(connection.near_end.get(), IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<char*>(&value), &length) == 0,
              "getsockopt");
    }
  }
};

struct GetName : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  void run(long count) {
    for (long i = 0; i < count; ++i) {
      sockaddr_in address;
      Length length = sizeof address;
      require(getsockname(connection.near_end.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
    }
  }
};

struct CountReadable : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  void run(long count) {
    for (long i = 0; i < count; ++i) {
      ByteCount readable = 0;
      require(control(connection.near_end.get(), FIONREAD, &readable) == 0, "FIONREAD");
    }
  }
};

// An address and a port in numbers: what servers ask for at their start and clients at each connection.
struct LookUpNumbers {
  explicit LookUpNumbers(int) {}
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      addrinfo hints{};
      hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
      hints.ai_socktype = SOCK_STREAM;
      addrinfo* found = nullptr;
      require(getaddrinfo("127.0.0.1", "80", &hints, &found) == 0, "getaddrinfo");
      freeaddrinfo(found);
    }
  }
};

struct AskTcpInfo : ConnectedRow {
  using ConnectedRow::ConnectedRow;

  void run(long count) {
    for (long i = 0; i < count; ++i) {
      require(ask_tcp_info(connection.near_end.get()) == 0, "statistics of a connection");
    }
  }
};

// 64,800 bytes in datagrams of 1,200, as QUIC sends them: each by a call of its own (argument 0), or all by one (1). Nobody reads
// them: what has no room in the queue is dropped, which costs the sender nothing more.
struct SendManyDatagrams {
  static constexpr int kDatagram = 1200, kDatagrams = 54;
  explicit SendManyDatagrams(int at_once)
      : at_once_(at_once), sender_(make_socket(AF_INET, SOCK_DGRAM)), receiver_(make_socket(AF_INET, SOCK_DGRAM)) {
    connect_to(sender_.get(), bind_to_loopback(receiver_.get()));
    if (at_once_) {
      require(segment_sends(sender_.get(), kDatagram) == 0, "segmentation");
    }
  }
  void fill(long) {}
  void run(long count) {
    const int size = at_once_ ? kDatagram * kDatagrams : kDatagram;
    for (long i = 0; i < (at_once_ ? count : count * kDatagrams); ++i) {
      require(send(sender_.get(), data_, static_cast<unsigned>(size), 0) == size, "send of datagrams");
    }
  }

 private:
  const int at_once_;
  OwnedSocket sender_, receiver_;
  char data_[kDatagram * kDatagrams] = {};
};

// A descriptor that the host made, at the first call that gets to know it.
struct MeetHostSocket {
  explicit MeetHostSocket(int) {}

  void fill(long count) {
    sockets_.clear();
    for (long i = 0; i < count; ++i) {
      sockets_.emplace_back(static_cast<Socket>(make_host_udp_socket()));
    }
  }
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      sockaddr_in address;
      Length length = sizeof address;
      require(getsockname(sockets_[static_cast<std::size_t>(i)].get(), reinterpret_cast<sockaddr*>(&address), &length) == 0,
              "getsockname of a host's socket");
    }
  }

 private:
  std::vector<OwnedSocket> sockets_;
};

// Many sockets of which the last has something to read: the usual find of a server's loop.
class WatchedSockets {
 public:
  explicit WatchedSockets(int count) {
    for (int i = 0; i < count; ++i) {
      sockets_.emplace_back(make_socket(AF_INET, SOCK_DGRAM));
    }
    const sockaddr_in address = bind_to_loopback(sockets_.back().get());
    const OwnedSocket sender(make_socket(AF_INET, SOCK_DGRAM));
    require(sendto(sender.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 1, "sendto");
  }
  const std::vector<OwnedSocket>& all() const { return sockets_; }

 private:
  std::vector<OwnedSocket> sockets_;
};

// The set is built once and copied before each call, as programs with many sockets do.
struct Select {
  explicit Select(int count) : sockets_(count) {
    FD_ZERO(&watched_);
    for (const OwnedSocket& socket : sockets_.all()) {
      FD_SET(socket.get(), &watched_);
      limit_ = socket.get() + 1;
    }
  }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      fd_set readable = watched_;
      timeval at_once{};
      require(select(static_cast<int>(limit_), &readable, nullptr, nullptr, &at_once) == 1, "select");
    }
  }

 private:
  WatchedSockets sockets_;
  fd_set watched_;
  Socket limit_ = 0;
};

struct Poll {
  explicit Poll(int count) : sockets_(count) {
    for (const OwnedSocket& socket : sockets_.all()) {
      PollEntry entry{};
      entry.fd = socket.get();
      entry.events = POLLIN;
      entries_.push_back(entry);
    }
  }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      require(poll_sockets(entries_.data(), static_cast<unsigned>(entries_.size()), 0) == 1, "poll");
    }
  }

 private:
  WatchedSockets sockets_;
  std::vector<PollEntry> entries_;
};

}  // namespace

std::vector<RowCode> call_rows() {
  return {
      row_code<SendByte>("send"),
      row_code<ReceiveByte>("recv"),
      row_code<ReceiveNothing>("recv-would-block"),
      row_code<SetOption>("setsockopt"),
      row_code<GetOption>("getsockopt"),
      row_code<GetName>("getsockname"),
      row_code<CountReadable>("fionread"),
      row_code<AskTcpInfo>("tcp-info"),
      row_code<LookUpNumbers>("numeric-name"),
      row_code<SendManyDatagrams>("udp-many"),
      row_code<MeetHostSocket>("adopt"),
      row_code<Select>("select"),
      row_code<Poll>("poll"),
  };
}

}  // namespace bench::BENCH_SIDE
