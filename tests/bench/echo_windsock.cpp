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

  void receive(Socket from, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    DWORD flags = 0;
    socket = from;
    sends = false;
    buffer.len = sizeof data;
    require(has_begun(WSARecv(socket, &buffer, 1, nullptr, &flags, this, routine) == 0), "WSARecv");
  }
  void send_back(DWORD bytes, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr) {
    sends = true;
    buffer.len = bytes;
    require(has_begun(WSASend(socket, &buffer, 1, nullptr, 0, this, routine) == 0), "WSASend");
  }

  Socket socket = kNoSocket;
  bool sends = false;
  WSABUF buffer{sizeof data, data};
  char data[kEchoMessage];
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
    while (open_ > 0) {
      DWORD bytes = 0;
      auto& peer = static_cast<Peer&>(*port_.take(&bytes));
      if (peer.sends)
        peer.receive(peer.socket);
      else if (bytes != 0)
        peer.send_back(bytes);
      else
        --open_;
    }
  }

 private:
  void begin(Socket socket) {
    port_.add(socket);
    peers_.emplace_back().receive(socket);
  }

  Port port_;
  std::deque<Peer> peers_;
  std::size_t open_;
  std::vector<Socket> idle_;
};

class EventEcho {
 public:
  EventEcho(const std::vector<Socket>& used, const std::vector<Socket>&) : socket_(used.at(0)) {
    peer_.hEvent = WSACreateEvent();
    require(peer_.hEvent != WSA_INVALID_EVENT, "WSACreateEvent");
  }
  ~EventEcho() { WSACloseEvent(peer_.hEvent); }
  EventEcho(const EventEcho&) = delete;
  EventEcho& operator=(const EventEcho&) = delete;

  void serve() {
    for (;;) {
      peer_.receive(socket_);
      const DWORD bytes = await_end();
      if (bytes == 0) return;
      peer_.send_back(bytes);
      await_end();
    }
  }

 private:
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
    while (peer_.open) require(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION, "SleepEx");
  }

 private:
  struct RoutinePeer : Peer {
    bool open = true;
  };
  static void CALLBACK on_received(DWORD error, DWORD bytes, OVERLAPPED* overlapped, DWORD) {
    auto& peer = static_cast<RoutinePeer&>(*overlapped);
    if (error != 0 || bytes == 0)
      peer.open = false;
    else
      peer.send_back(bytes, on_sent);
  }
  static void CALLBACK on_sent(DWORD error, DWORD, OVERLAPPED* overlapped, DWORD) {
    auto& peer = static_cast<RoutinePeer&>(*overlapped);
    if (error != 0)
      peer.open = false;
    else
      peer.receive(peer.socket, on_received);
  }

  RoutinePeer peer_;
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
      row_code<IdleEchoRow<PortEcho>>("port-echo-idle"),
      row_code<EchoRow<EventEcho>>("event-echo"),
      row_code<EchoRow<RoutineEcho>>("routine-echo"),
      row_code<AcceptCycle>("accept-ex"),
  };
}

}  // namespace bench::windsock
