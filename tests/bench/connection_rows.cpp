// Rows in which sockets come and go. Compiled once for each side (see vocabulary.h).
#include "tests/bench/vocabulary.h"

#include <deque>

namespace bench::BENCH_SIDE {
namespace {

struct SocketAndClose {
  explicit SocketAndClose(int family) : family_(family == 6 ? AF_INET6 : AF_INET) {}
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      require(close_socket(make_socket(family_, SOCK_STREAM)) == 0, "close");
    }
  }

 private:
  int family_;
};

// One thread is both ends: a connection to a listener on the loopback is complete before it is accepted.
struct ConnectAcceptClose {
  explicit ConnectAcceptClose(int) {}
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      OwnedSocket client(make_socket(AF_INET, SOCK_STREAM));
      connect_to(client.get(), listener_.address());
      const OwnedSocket server(listener_.take());
      reset_on_close(client.get());
      client.reset(kNoSocket);
    }
  }

 private:
  Listener listener_;
};

// accept alone, with the connection already waiting.
struct Accept {
  explicit Accept(int) {}
  void fill(long count) {
    accepted_.clear();
    clients_.clear();
    for (long i = 0; i < count; ++i) {
      OwnedSocket& client = clients_.emplace_back(make_socket(AF_INET, SOCK_STREAM));
      connect_to(client.get(), listener_.address());
      reset_on_close(client.get());
    }
  }
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      accepted_.emplace_back(listener_.take());
    }
  }

 private:
  Listener listener_;
  std::deque<OwnedSocket> clients_;
  std::deque<OwnedSocket> accepted_;
};

}  // namespace

Socket accept_connection() {
  constexpr std::size_t kClients = 512;
  // Left to the end of the process: that comes after WSACleanup, which closes them.
  static const auto& listener = *new Listener;
  static auto& clients = *new std::deque<OwnedSocket>;
  if (clients.size() == kClients) {
    clients.pop_front();
  }
  OwnedSocket& client = clients.emplace_back(make_socket(AF_INET, SOCK_STREAM));
  connect_to(client.get(), listener.address());
  reset_on_close(client.get());
  return listener.take();
}

std::vector<RowCode> connection_rows() {
  return {
      row_code<SocketAndClose>("socket-close"),
      row_code<ConnectAcceptClose>("connect-accept-close"),
      row_code<Accept>("accept"),
  };
}

}  // namespace bench::BENCH_SIDE
