// The host's side of the rows of overlapped calls and of network events: a server around epoll, and accept4 for AcceptEx.
#include "tests/bench/echo_row.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "tests/bench/relay.h"

namespace bench::host {
namespace {

class ReadySet {
 public:
  ReadySet() : set_(epoll_create1(EPOLL_CLOEXEC)) { require(set_.get() >= 0, "epoll_create1"); }
  explicit ReadySet(Socket socket) : ReadySet() { add(socket); }
  void add(Socket socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    require(epoll_ctl(set_.get(), EPOLL_CTL_ADD, socket, &event) == 0, "EPOLL_CTL_ADD");
  }
  void change(Socket socket, unsigned events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    require(epoll_ctl(set_.get(), EPOLL_CTL_MOD, socket, &event) == 0, "EPOLL_CTL_MOD");
  }
  void remove(Socket socket) const { require(epoll_ctl(set_.get(), EPOLL_CTL_DEL, socket, nullptr) == 0, "EPOLL_CTL_DEL"); }
  template <std::size_t kMost>
  int wait(epoll_event (&events)[kMost]) const {
    const int count = epoll_wait(set_.get(), events, kMost, -1);
    require(count > 0, "epoll_wait");
    return count;
  }

 private:
  OwnedSocket set_;
};

// The plain loop: told by level, it needs no more than a wait for many, and a receive and a send for each.
class EpollEcho {
 public:
  EpollEcho(const std::vector<Socket>& used, const std::vector<Socket>& idle) : open_(used.size()), idle_(idle) {
    for (Socket socket : used) set_.add(socket);
    for (Socket socket : idle) set_.add(socket);
  }

  void serve() {
    while (open_ > 0) go_on();
  }
  void serve_messages(long count) {
    while (count > 0) count -= go_on();
  }

 private:
  int go_on() {
    epoll_event events[64];
    const int count = set_.wait(events);
    for (int i = 0; i < count; ++i) answer(events[i].data.fd);
    return count;
  }
  void answer(Socket socket) {
    char message[kEchoRoom];
    const auto taken = recv(socket, message, sizeof message, MSG_DONTWAIT);
    require(taken >= 0, "recv");
    if (taken == 0) {
      set_.remove(socket);
      --open_;
    } else {
      require(send(socket, message, static_cast<std::size_t>(taken), MSG_DONTWAIT) == taken, "send");
    }
  }

  ReadySet set_;
  std::size_t open_;
  std::vector<Socket> idle_;
};

// A caller comes, is accepted when the set tells of him, and both ends are closed.
class AcceptCycle {
 public:
  explicit AcceptCycle(int) { set_.add(listener_.get()); }
  void fill(long) {}
  void run(long count) {
    epoll_event events[64];
    for (long i = 0; i < count; ++i) {
      OwnedSocket client(make_socket(AF_INET, SOCK_STREAM));
      connect_to(client.get(), listener_.address());
      require(set_.wait(events) == 1, "one caller");
      const OwnedSocket accepted(accept4(events[0].data.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      require(accepted.get() >= 0, "accept4");
      reset_on_close(client.get());
      client.reset(kNoSocket);
    }
  }

 private:
  Listener listener_;
  ReadySet set_;
};

class ChangeWatch {
 public:
  explicit ChangeWatch(int) : set_(connection_.near_end.get()) {}
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) set_.change(connection_.near_end.get(), EPOLLIN | EPOLLRDHUP);
  }

 private:
  Connection connection_;
  ReadySet set_;
};

// The least that a change of what is watched takes where others have a say in it: a question to a server, and its answer.
class AskAndChangeWatch {
 public:
  explicit AskAndChangeWatch(int) : set_(connection_.near_end.get()) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
    server_ = fork();
    require(server_ >= 0, "fork");
    if (server_ == 0) {
      close(ends[0]);
      answer(ends[1]);
    }
    close(ends[1]);
    channel_.reset(ends[0]);
  }
  ~AskAndChangeWatch() {
    channel_.reset(kNoSocket);
    require(waitpid(server_, nullptr, 0) == server_, "waitpid");
  }
  AskAndChangeWatch(const AskAndChangeWatch&) = delete;
  AskAndChangeWatch& operator=(const AskAndChangeWatch&) = delete;

  void fill(long) {}
  void run(long count) {
    char word = 'x';
    for (long i = 0; i < count; ++i) {
      send_packet(channel_.get(), &word, 1);
      require(receive_packet(channel_.get(), &word, 1) == 1, "the server's answer");
      set_.change(connection_.near_end.get(), EPOLLIN | EPOLLRDHUP);
    }
  }

 private:
  [[noreturn]] static void answer(int channel) {
    char word;
    while (receive_packet(channel, &word, 1) == 1) send_packet(channel, &word, 1);
    _exit(0);
  }

  Connection connection_;
  ReadySet set_;
  OwnedSocket channel_;
  pid_t server_;
};

// The events of a socket that another process has, too: watched by one of them, as the relay says.
class Selection {
 public:
  explicit Selection(Socket socket) : socket_(socket), set_(socket) {}
  void select() const {
    take_at_relay();
    set_.change(socket_, EPOLLIN | EPOLLRDHUP);
  }
  void lose() const {
    cease_at_relay([this] { set_.change(socket_, 0); });
  }

 private:
  Socket socket_;
  ReadySet set_;
};

class WaitForCounter {
 public:
  explicit WaitForCounter(int) : counter_(eventfd(1, EFD_CLOEXEC)) { require(counter_.get() >= 0, "eventfd"); }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      pollfd entry{counter_.get(), POLLIN, 0};
      require(poll(&entry, 1, -1) == 1, "poll");
    }
  }

 private:
  OwnedSocket counter_;
};

class RoomWaiter {
 public:
  explicit RoomWaiter(Socket socket) {
    require(fcntl(socket, F_SETFL, O_NONBLOCK) == 0, "O_NONBLOCK");
    set_.add(socket);
    set_.change(socket, EPOLLOUT | EPOLLET);
  }
  void wait() const {
    epoll_event events[1];
    set_.wait(events);
  }

 private:
  ReadySet set_;
};

}  // namespace

std::vector<RowCode> select_rows() {
  return {
      row_code<EchoRow<EpollEcho>>("select-echo"),
      row_code<OneThreadEchoRow<EpollEcho>>("select-echo-one-thread"),
      row_code<ChangeWatch>("event-select"),
      row_code<AskAndChangeWatch>("shared-select"),
      row_code<WaitForCounter>("event-wait"),
      row_code<UploadRow<RoomWaiter>>("select-upload"),
      row_code<OneThreadUploadRow<RoomWaiter>>("select-upload-one-thread"),
  };
}

SelectionCode selection() { return selection_code<Selection>(); }

std::vector<RowCode> echo_rows() {
  return {
      row_code<EchoRow<EpollEcho>>("port-echo"),
      row_code<EchoRow<EpollEcho>>("port-echo-batched"),
      row_code<OneThreadEchoRow<EpollEcho>>("port-echo-one-thread"),
      row_code<OneThreadEchoRow<EpollEcho>>("port-echo-batched-one-thread"),
      row_code<OneThreadEchoRow<EpollEcho>>("event-echo-one-thread"),
      row_code<OneThreadEchoRow<EpollEcho>>("routine-echo-one-thread"),
      row_code<IdleEchoRow<EpollEcho>>("port-echo-idle"),
      row_code<EchoRow<EpollEcho>>("event-echo"),
      row_code<EchoRow<EpollEcho>>("routine-echo"),
      row_code<AcceptCycle>("accept-ex"),
  };
}

}  // namespace bench::host
