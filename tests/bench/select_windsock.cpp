// Windsock's side of the rows of network events: an echo server by WSAEventSelect, the calls by themselves, and a sender that waits for room.
#include "tests/bench/echo_row.h"

#include <windows.h>

namespace bench::windsock {
namespace {

class Event {
 public:
  Event() : event_(WSACreateEvent()) { require(event_ != WSA_INVALID_EVENT, "WSACreateEvent"); }
  ~Event() { WSACloseEvent(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void select(Socket socket, long events) const { require(WSAEventSelect(socket, event_, events) == 0, "WSAEventSelect"); }
  void wait() const {
    require(WSAWaitForMultipleEvents(1, &event_, FALSE, WSA_INFINITE, FALSE) == WSA_WAIT_EVENT_0, "WSAWaitForMultipleEvents");
  }
  long take(Socket socket) const {
    WSANETWORKEVENTS record;
    require(WSAEnumNetworkEvents(socket, event_, &record) == 0, "WSAEnumNetworkEvents");
    return record.lNetworkEvents;
  }
  WSAEVENT get() const { return event_; }

 private:
  WSAEVENT event_;
};

class SelectEcho {
 public:
  SelectEcho(const std::vector<Socket>& used, const std::vector<Socket>&) : sockets_(used), events_(used.size()), open_(used.size()) {
    for (std::size_t i = 0; i < used.size(); ++i) {
      events_[i].select(used[i], FD_READ | FD_CLOSE);
      handles_.push_back(events_[i].get());
    }
  }

  void serve() {
    while (open_ > 0) go_on();
  }
  void serve_messages(long count) {
    for (; count > 0; --count) go_on();
  }

 private:
  void go_on() {
    const DWORD count = static_cast<DWORD>(handles_.size());
    const DWORD first = WSAWaitForMultipleEvents(count, handles_.data(), FALSE, WSA_INFINITE, FALSE) - WSA_WAIT_EVENT_0;
    require(first < count, "WSAWaitForMultipleEvents");
    const long told = events_[first].take(sockets_[first]);
    if (told & FD_READ) answer(sockets_[first]);
    if (told & FD_CLOSE) --open_;
  }
  static void answer(Socket socket) {
    char message[kEchoRoom];
    const int taken = recv(socket, message, sizeof message, 0);
    require(taken > 0, "recv");
    require(send(socket, message, taken, 0) == taken, "send");
  }

  std::vector<Socket> sockets_;
  std::vector<Event> events_;
  std::vector<WSAEVENT> handles_;
  std::size_t open_;
};

struct SelectEvents {
  explicit SelectEvents(int) {}
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) event_.select(connection_.near_end.get(), FD_READ | FD_CLOSE);
  }

 private:
  Connection connection_;
  Event event_;
};

// Another process might have the socket at any time: a ticket for it is there.
struct SelectSharedEvents {
  explicit SelectSharedEvents(int) {
    WSAPROTOCOL_INFOW info;
    require(WSADuplicateSocketW(connection_.near_end.get(), static_cast<DWORD>(parent_process()), &info) == 0, "WSADuplicateSocketW");
  }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) event_.select(connection_.near_end.get(), FD_READ | FD_CLOSE);
  }

 private:
  Connection connection_;
  Event event_;
};

// The events of a socket that another process has, too. To lose them a thread of the library is there.
class Selection {
 public:
  explicit Selection(Socket socket) : socket_(socket) {}
  void select() const { event_.select(socket_, FD_READ | FD_CLOSE); }
  void lose() const {}

 private:
  Event event_;
  Socket socket_;
};

struct WaitForSetEvent {
  explicit WaitForSetEvent(int) { require(WSASetEvent(event_.get()), "WSASetEvent"); }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) event_.wait();
  }

 private:
  Event event_;
};

class RoomWaiter {
 public:
  explicit RoomWaiter(Socket socket) : socket_(socket) { event_.select(socket, FD_WRITE | FD_CLOSE); }
  void wait() const {
    event_.wait();
    (void)event_.take(socket_);  // an empty record is no harm: the next send tells
  }

 private:
  Event event_;
  Socket socket_;
};

}  // namespace

std::vector<RowCode> select_rows() {
  return {
      row_code<EchoRow<SelectEcho>>("select-echo"),
      row_code<OneThreadEchoRow<SelectEcho>>("select-echo-one-thread"),
      row_code<SelectEvents>("event-select"),
      row_code<SelectSharedEvents>("shared-select"),
      row_code<WaitForSetEvent>("event-wait"),
      row_code<UploadRow<RoomWaiter>>("select-upload"),
      row_code<OneThreadUploadRow<RoomWaiter>>("select-upload-one-thread"),
  };
}

SelectionCode selection() { return selection_code<Selection>(); }

}  // namespace bench::windsock
