// Windsock's side of the rows of overlapped calls: servers on a completion port, with events, with completion routines; and AcceptEx.
#include "tests/bench/echo_row.h"

#include <mswsock.h>
#include <windows.h>

#include <deque>

namespace bench::windsock {
namespace {

inline bool has_begun(bool succeeded) { return succeeded || last_error() == WSA_IO_PENDING; }

// A connection, and its one operation at a time.
struct Peer : OVERLAPPED {
  Peer() : OVERLAPPED{} {}

  // Whether it ended at once; if so, with how many bytes.
  bool receive(Socket from, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr, DWORD* received = nullptr) {
    DWORD flags = 0;
    socket = from;
    sends = false;
    buffer.len = sizeof data;
    const bool ended = WSARecv(socket, &buffer, 1, received, &flags, this, routine) == 0;
    require(has_begun(ended), "WSARecv");
    return ended;
  }
  bool send_back(DWORD bytes, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    sends = true;
    buffer.len = bytes;
    const bool ended = WSASend(socket, &buffer, 1, nullptr, 0, this, routine) == 0;
    require(has_begun(ended), "WSASend");
    return ended;
  }

  Socket socket = kNoSocket;
  bool sends = false;
  WSABUF buffer{sizeof data, data};
  char data[kEchoRoom];
};

class Port {
 public:
  Port() : port_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)) { require(port_ != nullptr, "CreateIoCompletionPort"); }
  ~Port() { CloseHandle(port_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  void add(Socket socket) const {
    require(CreateIoCompletionPort(reinterpret_cast<HANDLE>(socket), port_, 0, 0) == port_, "a socket's port");
  }
  OVERLAPPED* take(DWORD* bytes) const {
    ULONG_PTR key = 0;
    OVERLAPPED* ended = nullptr;
    require(GetQueuedCompletionStatus(port_, bytes, &key, &ended, INFINITE), "GetQueuedCompletionStatus");
    return ended;
  }
  template <std::size_t kMost>
  ULONG take(OVERLAPPED_ENTRY (&entries)[kMost]) const {
    ULONG count = 0;
    require(GetQueuedCompletionStatusEx(port_, entries, kMost, &count, INFINITE, FALSE), "GetQueuedCompletionStatusEx");
    return count;
  }
  void take_failure() const {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* ended = nullptr;
    GetQueuedCompletionStatus(port_, &bytes, &key, &ended, INFINITE);
  }

 private:
  HANDLE port_;
};

// As programs are: each receive and each send ends with a packet.
class PortEcho {
 public:
  PortEcho(const std::vector<Socket>& used, const std::vector<Socket>& idle) : open_(used.size()) {
    for (Socket socket : used) begin(socket);
    for (Socket socket : idle) begin(socket);
    idle_ = idle;
  }
  ~PortEcho() {
    for (Socket socket : idle_) CancelIoEx(reinterpret_cast<HANDLE>(socket), nullptr);
    for (std::size_t i = 0; i < idle_.size(); ++i) port_.take_failure();
  }
  PortEcho(const PortEcho&) = delete;
  PortEcho& operator=(const PortEcho&) = delete;

  void serve() {
    while (open_ > 0) go_on();
  }
  void serve_messages(long count) {
    while (count > 0) count -= go_on();
  }

 private:
  // With one packet; whether it was an answer's end.
  bool go_on() {
    DWORD bytes = 0;
    auto& peer = static_cast<Peer&>(*port_.take(&bytes));
    const bool answered = peer.sends;
    if (answered)
      peer.receive(peer.socket);
    else if (bytes != 0)
      peer.send_back(bytes);
    else
      --open_;
    return answered;
  }
  void begin(Socket socket) {
    port_.add(socket);
    peers_.emplace_back().receive(socket);
  }

  Port port_;
  std::deque<Peer> peers_;
  std::size_t open_;
  std::vector<Socket> idle_;
};

// As runtimes are: many packets are taken at once, and there is none for what ends at once.
class BatchedPortEcho {
 public:
  BatchedPortEcho(const std::vector<Socket>& used, const std::vector<Socket>&) : open_(used.size()) {
    for (Socket socket : used) {
      port_.add(socket);
      require(SetFileCompletionNotificationModes(reinterpret_cast<HANDLE>(socket), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS),
              "SetFileCompletionNotificationModes");
      DWORD bytes = 0;
      Peer& peer = peers_.emplace_back();
      if (peer.receive(socket, nullptr, &bytes)) go_on(peer, bytes);
    }
  }

  void serve() {
    while (open_ > 0) take_and_go_on();
  }
  void serve_messages(long count) {
    for (const long end = answered_ + count; answered_ < end;) take_and_go_on();
  }

 private:
  void take_and_go_on() {
    OVERLAPPED_ENTRY entries[64];
    const ULONG count = port_.take(entries);
    for (ULONG i = 0; i < count; ++i) go_on(static_cast<Peer&>(*entries[i].lpOverlapped), entries[i].dwNumberOfBytesTransferred);
  }
  // Until something does not end at once.
  void go_on(Peer& peer, DWORD bytes) {
    do {
      if (peer.sends) continue;
      if (bytes == 0) {
        --open_;
        return;
      }
      ++answered_;
      if (!peer.send_back(bytes)) return;
    } while (peer.receive(peer.socket, nullptr, &bytes));
  }

  Port port_;
  std::deque<Peer> peers_;
  std::size_t open_;
  long answered_ = 0;
};

class EventEcho {
 public:
  EventEcho(const std::vector<Socket>& used, const std::vector<Socket>&) : socket_(used.at(0)) {
    peer_.hEvent = WSACreateEvent();
    require(peer_.hEvent != WSA_INVALID_EVENT, "WSACreateEvent");
    peer_.receive(socket_);
  }
  ~EventEcho() { WSACloseEvent(peer_.hEvent); }
  EventEcho(const EventEcho&) = delete;
  EventEcho& operator=(const EventEcho&) = delete;

  void serve() {
    while (go_on()) continue;
  }
  void serve_messages(long count) {
    for (; count > 0; --count) go_on();
  }

 private:
  // Whether there was a message.
  bool go_on() {
    const DWORD bytes = await_end();
    if (bytes == 0) return false;
    peer_.send_back(bytes);
    await_end();
    peer_.receive(socket_);
    return true;
  }
  DWORD await_end() {
    DWORD bytes = 0, flags = 0;
    require(WSAWaitForMultipleEvents(1, &peer_.hEvent, FALSE, WSA_INFINITE, FALSE) == WSA_WAIT_EVENT_0, "WSAWaitForMultipleEvents");
    require(WSAGetOverlappedResult(socket_, &peer_, &bytes, FALSE, &flags), "WSAGetOverlappedResult");
    return bytes;
  }

  Peer peer_;
  Socket socket_;
};

class RoutineEcho {
 public:
  RoutineEcho(const std::vector<Socket>& used, const std::vector<Socket>&) { peer_.receive(used.at(0), on_received); }

  void serve() {
    while (peer_.open) await_routine();
  }
  void serve_messages(long count) {
    for (const long end = peer_.answered + count; peer_.answered < end;) await_routine();
  }

 private:
  struct RoutinePeer : Peer {
    bool open = true;
    long answered = 0;
  };
  static void await_routine() { require(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION, "SleepEx"); }
  static void CALLBACK on_received(DWORD error, DWORD bytes, OVERLAPPED* overlapped, DWORD) {
    auto& peer = static_cast<RoutinePeer&>(*overlapped);
    if (error != 0 || bytes == 0)
      peer.open = false;
    else
      peer.send_back(bytes, on_sent);
  }
  static void CALLBACK on_sent(DWORD error, DWORD, OVERLAPPED* overlapped, DWORD) {
    auto& peer = static_cast<RoutinePeer&>(*overlapped);
    ++peer.answered;
    if (error != 0)
      peer.open = false;
    else
      peer.receive(peer.socket, on_received);
  }

  RoutinePeer peer_;
};

// Connections begin to wait for what never comes, each once.
class IdleReceive {
 public:
  explicit IdleReceive(int connections) : peers_(idle_connections(connections).size()) {}
  ~IdleReceive() {
    for (std::size_t i = 0; i < begun_; ++i) CancelIoEx(reinterpret_cast<HANDLE>(peers_[i].socket), nullptr);
    for (std::size_t i = 0; i < begun_; ++i) port_.take_failure();
  }
  IdleReceive(const IdleReceive&) = delete;
  IdleReceive& operator=(const IdleReceive&) = delete;

  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i, ++begun_) {
      const auto socket = static_cast<Socket>(idle_connections(0).at(begun_));
      port_.add(socket);
      require(!peers_[begun_].receive(socket), "a receive that waits");
    }
  }

 private:
  Port port_;
  std::vector<Peer> peers_;
  std::size_t begun_ = 0;
};

// A socket for the caller is made, and waits for him; he comes, the packet is taken, and both ends are closed.
class AcceptCycle {
 public:
  explicit AcceptCycle(int) {
    GUID acceptex = WSAID_ACCEPTEX;
    DWORD bytes = 0;
    require(WSAIoctl(listener_.get(), SIO_GET_EXTENSION_FUNCTION_POINTER, &acceptex, sizeof acceptex, &accept_ex_, sizeof accept_ex_, &bytes,
                     nullptr, nullptr) == 0,
            "AcceptEx's address");
    port_.add(listener_.get());
  }
  void fill(long) {}
  void run(long count) {
    constexpr DWORD kAddress = sizeof(sockaddr_in) + 16;
    char addresses[2 * kAddress];
    for (long i = 0; i < count; ++i) {
      const OwnedSocket accepted(make_socket(AF_INET, SOCK_STREAM));
      OVERLAPPED overlapped{};
      DWORD bytes = 0;
      require(has_begun(accept_ex_(listener_.get(), accepted.get(), addresses, 0, kAddress, kAddress, &bytes, &overlapped)), "AcceptEx");
      OwnedSocket client(make_socket(AF_INET, SOCK_STREAM));
      connect_to(client.get(), listener_.address());
      require(port_.take(&bytes) == &overlapped, "one caller");
      reset_on_close(client.get());
      client.reset(kNoSocket);
    }
  }

 private:
  Listener listener_;
  Port port_;
  LPFN_ACCEPTEX accept_ex_ = nullptr;
};

}  // namespace

std::vector<RowCode> echo_rows() {
  return {
      row_code<EchoRow<PortEcho>>("port-echo"),
      row_code<EchoRow<BatchedPortEcho>>("port-echo-batched"),
      row_code<OneThreadEchoRow<PortEcho>>("port-echo-one-thread"),
      row_code<OneThreadEchoRow<BatchedPortEcho>>("port-echo-batched-one-thread"),
      row_code<OneThreadEchoRow<EventEcho>>("event-echo-one-thread"),
      row_code<OneThreadEchoRow<RoutineEcho>>("routine-echo-one-thread"),
      row_code<IdleEchoRow<PortEcho>>("port-echo-idle"),
      row_code<EchoRow<EventEcho>>("event-echo"),
      row_code<EchoRow<RoutineEcho>>("routine-echo"),
      row_code<IdleReceive>("idle-receive"),
      row_code<AcceptCycle>("accept-ex"),
  };
}

}  // namespace bench::windsock
