// What ends later, with every host call failing: it ends exactly once, however it is told of, or the call that would have begun it fails
// and it never does.
#include <mswsock.h>
#include <windows.h>
#include <winsock2.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "dlls/mswsock/extensions.h"
#include "tests/fault/operations.h"
#include "tests/support/deadline.h"

namespace windsock::fault {

namespace {

using test_support::kDeadlineMs;

extern "C" BOOL PASCAL transmit_file(SOCKET, HANDLE, DWORD, DWORD, LPOVERLAPPED, LPTRANSMIT_FILE_BUFFERS, DWORD) __asm__("mswsock_TransmitFile");

// ---- how an end is told -----------------------------------------------------------------------------------------------------

// kNobody: the program only looks at the structure now and then, so that the reactor alone brings the operation forward.
enum class Way { kEvent, kRoutine, kPort, kNobody };
constexpr const char* kNames[] = {"an event", "a routine", "a port", "nobody waiting"};

int g_routine_calls = 0;
void CALLBACK count_call(DWORD, DWORD, LPWSAOVERLAPPED, DWORD) { ++g_routine_calls; }

// An overlapped call on a socket, to be told of in a certain way.
class Call {
 public:
  Call(World& world, SOCKET s, Way way) : world_(world), socket_(s), way_(way) {
    Aside aside;
    if (way == Way::kEvent) MUST((structure.hEvent = WSACreateEvent()) != nullptr);
    if (way == Way::kPort && !world.port) MUST((world.port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)) != nullptr);
    // Once for each socket; the next try finds it done.
    if (way == Way::kPort) (void)CreateIoCompletionPort(reinterpret_cast<HANDLE>(s), world.port, 7, 0);
    g_routine_calls = 0;
  }
  ~Call() {
    Aside aside;
    if (structure.hEvent) WSACloseEvent(structure.hEvent);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine() const { return way_ == Way::kRoutine ? count_call : nullptr; }

  // What became of it, after what the call returned (0 or its error); the error of the call or of its end.
  int outcome(int called) {
    const bool begun = called == 0 || called == WSA_IO_PENDING;
    if (begun && !await_end()) world_.wrong = "it does not end";
    if (more_ends()) world_.wrong = begun ? "it ends twice" : "it ends after the call has failed";
    if (!HasOverlappedIoCompleted(&structure)) world_.wrong = "the structure is left pending";
    if (!begun || !world_.wrong.empty()) return called;
    DWORD bytes, flags;
    int error = error_unless(WSAGetOverlappedResult(socket_, &structure, &bytes, FALSE, &flags));
    world_.is_spent = error != 0;
    bytes_ = bytes;
    return error;
  }
  DWORD bytes() const { return bytes_; }

  WSAOVERLAPPED structure{};

 private:
  bool await_end() {
    switch (way_) {
      case Way::kEvent:
        return WSAWaitForMultipleEvents(1, &structure.hEvent, FALSE, kDeadlineMs, FALSE) == WSA_WAIT_EVENT_0;
      case Way::kRoutine:
        while (g_routine_calls == 0 && SleepEx(kDeadlineMs, TRUE) == WAIT_IO_COMPLETION) {
        }
        return g_routine_calls == 1;
      case Way::kPort:
        return packet(kDeadlineMs) == &structure;
      case Way::kNobody:
        return test_support::eventually([this] { return HasOverlappedIoCompleted(&structure); });
    }
    return false;
  }

  // More than is told already.
  bool more_ends() {
    if (way_ == Way::kRoutine) {
      const int before = g_routine_calls;
      (void)SleepEx(0, TRUE);
      return g_routine_calls != before;
    }
    return way_ == Way::kPort && packet(0) != nullptr;
  }

  LPOVERLAPPED packet(DWORD milliseconds) {
    DWORD count;
    ULONG_PTR key;
    LPOVERLAPPED told = nullptr;
    (void)GetQueuedCompletionStatus(world_.port, &count, &key, &told, milliseconds);
    return told;
  }

  World& world_;
  const SOCKET socket_;
  const Way way_;
  DWORD bytes_ = 0;
};

void close_port(World& world) {
  if (world.port) CloseHandle(world.port);
}

// Reads all that comes until the socket is closed or ends.
class PeerReads {
 public:
  explicit PeerReads(SOCKET s) : socket_(s), thread_([s, this] {
      Aside aside;
      std::vector<char> room(1 << 16);
      for (int got; (got = recv(s, room.data(), static_cast<int>(room.size()), 0)) > 0;) count_ += got;
    }) {}
  ~PeerReads() { end(); }
  // How much has come; closes it.
  long end() {
    Aside aside;
    if (socket_ != INVALID_SOCKET) closesocket(std::exchange(socket_, INVALID_SOCKET));
    if (thread_.joinable()) thread_.join();
    return count_;
  }

 private:
  SOCKET socket_;
  long count_ = 0;
  std::thread thread_;
};

// ---- the calls ------------------------------------------------------------------------------------------------------------------

int receive_later(World& world, Way way) {
  Call call(world, world.server, way);
  char data[4];
  WSABUF buffer{4, data};
  DWORD flags = 0;
  int called = error_unless(WSARecv(world.server, &buffer, 1, nullptr, &flags, &call.structure, call.routine()) == 0);
  peer_sends(world.client);
  return call.outcome(called);
}

constexpr DWORD kMoreThanFits = 1 << 18;

// What is sent through it does not fit into the host's buffers.
void narrow_pair(World& world) {
  pair(world);
  const int size = 1 << 15;
  auto* value = reinterpret_cast<const char*>(&size);
  MUST(setsockopt(world.client, SOL_SOCKET, SO_SNDBUF, value, sizeof size) == 0);
  MUST(setsockopt(world.server, SOL_SOCKET, SO_RCVBUF, value, sizeof size) == 0);
}

int send_more_than_fits(World& world, Way way) {
  Call call(world, world.client, way);
  std::vector<char> data(kMoreThanFits, 'x');
  WSABUF buffer{static_cast<ULONG>(data.size()), data.data()};
  DWORD flags = 0;
  int called = error_unless(WSASend(world.client, &buffer, 1, nullptr, flags, &call.structure, call.routine()) == 0);
  PeerReads peer(std::exchange(world.server, INVALID_SOCKET));
  int error = call.outcome(called);
  if (error == 0 && call.bytes() != data.size()) world.wrong = "not all is sent";
  world.is_spent = true;  // the peer is gone
  return error;
}

void listener_and_socket(World& world) {
  listening(world);
  world.server = socket(AF_INET, SOCK_STREAM, 0);
  world.client = socket(AF_INET, SOCK_STREAM, 0);
}

int accept_with_data(World& world, Way way) {
  constexpr DWORD kArea = sizeof(sockaddr_in) + 16;
  Call call(world, world.listener, way);
  char room[4 + 2 * kArea];
  DWORD bytes;
  int called = error_unless(windsock_accept_ex(world.listener, world.server, room, 4, kArea, kArea, &bytes, &call.structure));
  if (called == 0 || called == WSA_IO_PENDING) {
    Aside aside;
    MUST(connect(world.client, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 0);
    MUST(send(world.client, "data", 4, 0) == 4);
  }
  int error = call.outcome(called);
  if (error == 0 && call.bytes() != 4) world.wrong = "not all has come";
  return error;
}

void listener_and_bound(World& world) {
  listening(world);
  sockaddr_in own;
  world.client = bound(SOCK_STREAM, own);
}

// The listener has no room for another connection until it has accepted this one.
void full_listener_and_bound(World& world) {
  world.listener = bound(SOCK_STREAM, world.address);
  MUST(listen(world.listener, 0) == 0);
  SOCKET first = socket(AF_INET, SOCK_STREAM, 0);
  world.made.push_back(first);
  MUST(connect(first, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 0);
  sockaddr_in own;
  world.client = bound(SOCK_STREAM, own);
}

int connect_later(World& world) {
  Call call(world, world.client, Way::kEvent);
  int called = error_unless(windsock_connect_ex(world.client, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address, nullptr, 0,
                                                nullptr, &call.structure));
  if (called == 0) world.wrong = "there was room";
  if (called == WSA_IO_PENDING) {
    Aside aside;
    world.made.push_back(accept(world.listener, nullptr, nullptr));
    MUST(world.made.back() != INVALID_SOCKET);
  }
  return call.outcome(called);
}

int connect_with_data(World& world, Way way) {
  Call call(world, world.client, way);
  DWORD bytes;
  char data[] = "data";
  int called = error_unless(windsock_connect_ex(world.client, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address, data, 4,
                                                &bytes, &call.structure));
  int error = call.outcome(called);
  if (error == 0 && call.bytes() != 4) world.wrong = "not all is sent";
  return error;
}

template <DWORD flags>
int disconnect(World& world, Way way) {
  Call call(world, world.client, way);
  return call.outcome(error_unless(windsock_disconnect_ex(world.client, &call.structure, flags, 0)));
}

// A socket that has been connected, has received and waited in vain, and was made new again.
void listener_and_reused(World& world) {
  listener_and_socket(world);
  MUST(connect(world.server, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 0);
  world.made.push_back(accept(world.listener, nullptr, nullptr));
  MUST(world.made.back() != INVALID_SOCKET);
  Call first(world, world.server, Way::kEvent), last(world, world.server, Way::kEvent);
  char data[4];
  WSABUF buffer{4, data};
  DWORD flags = 0;
  MUST(WSARecv(world.server, &buffer, 1, nullptr, &flags, &first.structure, nullptr) != 0 && WSAGetLastError() == WSA_IO_PENDING);
  MUST(CancelIoEx(reinterpret_cast<HANDLE>(world.server), &first.structure));
  MUST(first.outcome(WSA_IO_PENDING) == WSA_OPERATION_ABORTED);
  const bool begun = windsock_disconnect_ex(world.server, &last.structure, TF_REUSE_SOCKET, 0) || WSAGetLastError() == WSA_IO_PENDING;
  MUST(begun && last.outcome(0) == 0);
  world.is_spent = false;
}

// The connection takes the place of the socket that was watched, and is watched in turn.
int accept_and_receive(World& world, Way way) {
  constexpr DWORD kArea = sizeof(sockaddr_in) + 16;
  {
    Call call(world, world.listener, Way::kEvent);
    char room[2 * kArea];
    DWORD bytes;
    int called = error_unless(windsock_accept_ex(world.listener, world.server, room, 0, kArea, kArea, &bytes, &call.structure));
    if (called == 0 || called == WSA_IO_PENDING) {
      Aside aside;
      MUST(connect(world.client, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 0);
    }
    if (int error = call.outcome(called)) return error;
  }
  world.is_spent = true;  // it is connected
  return receive_later(world, way);
}

template <DWORD flags>
int transmit(World& world, Way way) {
  HANDLE file = CreateFileA("/proc/self/exe", GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  MUST(file != INVALID_HANDLE_VALUE);
  Call call(world, world.client, way);
  char head[] = "head", tail[] = "tail";
  TRANSMIT_FILE_BUFFERS buffers{head, 4, tail, 4};
  int called = error_unless(transmit_file(world.client, file, kMoreThanFits, 0, &call.structure, &buffers, flags));
  PeerReads peer(std::exchange(world.server, INVALID_SOCKET));
  int error = call.outcome(called);
  if (error == 0 && call.bytes() != kMoreThanFits + 8) world.wrong = "not all is sent";
  CloseHandle(file);
  world.is_spent = true;
  return error;
}

int transmit_packets(World& world, Way way) {
  HANDLE file = CreateFileA("/proc/self/exe", GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  MUST(file != INVALID_HANDLE_VALUE);
  Call call(world, world.client, way);
  char head[] = "head";
  TRANSMIT_PACKETS_ELEMENT elements[2] = {};
  elements[0].dwElFlags = TP_ELEMENT_MEMORY;
  elements[0].cLength = 4;
  elements[0].pBuffer = head;
  elements[1].dwElFlags = TP_ELEMENT_FILE | TP_ELEMENT_EOP;
  elements[1].cLength = kMoreThanFits;
  elements[1].hFile = file;
  int called = error_unless(windsock_transmit_packets(world.client, elements, 2, 0, &call.structure, 0));
  PeerReads peer(std::exchange(world.server, INVALID_SOCKET));
  int error = call.outcome(called);
  if (error == 0 && call.bytes() != kMoreThanFits + 4) world.wrong = "not all is sent";
  CloseHandle(file);
  world.is_spent = true;
  return error;
}

// What has begun on the socket, and goes on until it is cancelled.
int cancelled(World& world, SOCKET s, Call& call, int called) {
  if (called == WSA_IO_PENDING && !CancelIoEx(reinterpret_cast<HANDLE>(s), &call.structure)) world.wrong = "there is nothing to cancel";
  int error = call.outcome(called);
  if (called != WSA_IO_PENDING) return error;
  world.is_spent = false;
  return error == WSA_OPERATION_ABORTED ? 0 : error;
}

int cancel(World& world, Way way) {
  Call call(world, world.server, way);
  char data[4];
  WSABUF buffer{4, data};
  DWORD flags = 0;
  return cancelled(world, world.server, call,
                   error_unless(WSARecv(world.server, &buffer, 1, nullptr, &flags, &call.structure, call.routine()) == 0));
}

int watch_addresses(World& world, Way way) {
  Call call(world, world.datagram, way);
  DWORD bytes;
  return cancelled(world, world.datagram, call,
                   error_unless(WSAIoctl(world.datagram, SIO_ADDRESS_LIST_CHANGE, nullptr, 0, nullptr, 0, &bytes, &call.structure,
                                         call.routine()) == 0));
}

// ---- datagrams ----------------------------------------------------------------------------------------------------------------------

void datagram_socket(World& world) { world.datagram = bound(SOCK_DGRAM, world.address); }

// To itself.
template <bool with_message>
int send_datagram(World& world, Way way) {
  Call call(world, world.datagram, way);
  char data[] = "data";
  WSABUF buffer{4, data};
  WSAMSG message{reinterpret_cast<sockaddr*>(&world.address), sizeof world.address, &buffer, 1, {0, nullptr}, 0};
  int called = error_unless((with_message ? WSASendMsg(world.datagram, &message, 0, nullptr, &call.structure, call.routine())
                                          : WSASendTo(world.datagram, &buffer, 1, nullptr, 0, message.name, message.namelen, &call.structure,
                                                      call.routine())) == 0);
  int error = call.outcome(called);
  if (error == 0 && call.bytes() != 4) world.wrong = "not all is sent";
  return error;
}

template <bool with_message>
int receive_datagram(World& world, Way way) {
  GUID guid = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG receive_message = nullptr;
  DWORD bytes = 0, flags = 0;
  MUST(WSAIoctl(world.datagram, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &receive_message, sizeof receive_message, &bytes, nullptr,
                nullptr) == 0);
  Call call(world, world.datagram, way);
  char data[4];
  WSABUF buffer{4, data};
  sockaddr_in from{};
  int length = sizeof from;
  WSAMSG message{reinterpret_cast<sockaddr*>(&from), length, &buffer, 1, {0, nullptr}, 0};
  int called = error_unless((with_message ? receive_message(world.datagram, &message, nullptr, &call.structure, call.routine())
                                          : WSARecvFrom(world.datagram, &buffer, 1, nullptr, &flags, reinterpret_cast<sockaddr*>(&from), &length,
                                                        &call.structure, call.routine())) == 0);
  if (called == WSA_IO_PENDING) {
    Aside aside;
    MUST(sendto(world.datagram, "data", 4, 0, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 4);
  }
  int error = call.outcome(called);
  if (error == 0 && (call.bytes() != 4 || from.sin_port != world.address.sin_port)) world.wrong = "not what was sent";
  return error;
}

// ---- ports ------------------------------------------------------------------------------------------------------------------------

// A receive that is under way when its socket gets a port is brought forward by the port's waiter from the next one on.
int associate_under_way(World& world) {
  Call first(world, world.server, Way::kNobody);
  char data[8];
  WSABUF buffers[2] = {{4, data}, {4, data + 4}};
  DWORD flags = 0;
  int called = error_unless(WSARecv(world.server, &buffers[0], 1, nullptr, &flags, &first.structure, nullptr) == 0);
  if (called != WSA_IO_PENDING) return first.outcome(called);
  HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0);
  MUST(port != nullptr);
  int error = error_unless(CreateIoCompletionPort(reinterpret_cast<HANDLE>(world.server), port, 7, 0) != nullptr);
  WSAOVERLAPPED second{};
  int called_second = error ? error : error_unless(WSARecv(world.server, &buffers[1], 1, nullptr, &flags, &second, nullptr) == 0);
  peer_sends(world.client);
  peer_sends(world.client);
  OVERLAPPED_ENTRY told{};
  ULONG count = 0;
  if (called_second == 0 || called_second == WSA_IO_PENDING) {
    if (!GetQueuedCompletionStatusEx(port, &told, 1, &count, kDeadlineMs, FALSE) || count != 1 || told.lpOverlapped != &second)
      world.wrong = "the second does not end at the port";
    DWORD bytes;
    called_second = error_unless(WSAGetOverlappedResult(world.server, &second, &bytes, FALSE, &flags));
  }
  error = first.outcome(called);
  if (GetQueuedCompletionStatusEx(port, &told, 1, &count, 0, FALSE)) world.wrong = "the port is told more";
  CloseHandle(port);
  world.is_spent = true;  // it has its port
  return error ? error : called_second;
}

// A packet of the program's own wakes the thread that waits for the host.
int post_to_leader(World& world) {
  Call receive(world, world.server, Way::kPort);
  char data[4];
  WSABUF buffer{4, data};
  DWORD flags = 0;
  int called = error_unless(WSARecv(world.server, &buffer, 1, nullptr, &flags, &receive.structure, nullptr) == 0);
  if (called != WSA_IO_PENDING) return receive.outcome(called);
  std::thread poster([&] { MUST(PostQueuedCompletionStatus(world.port, 11, 12, nullptr)); });
  DWORD bytes = 0;
  ULONG_PTR key = 0;
  LPOVERLAPPED told = &receive.structure;
  bool taken = GetQueuedCompletionStatus(world.port, &bytes, &key, &told, kDeadlineMs);
  if (!taken || bytes != 11 || key != 12 || told != nullptr) world.wrong = "not the packet that was posted";
  poster.join();
  peer_sends(world.client);
  return receive.outcome(called);
}

// ---- the table -------------------------------------------------------------------------------------------------------------------

std::vector<Operation> make_operations() {
  std::vector<Operation> all;
  struct Kind {
    const char* name;
    void (*set_up)(World&);
    int (*run)(World&, Way);
    std::vector<Way> ways;
    std::vector<int> more_errors;
    std::vector<int> impossible = {};
  };
  using enum Way;
  const Kind kinds[] = {
      {"WSARecv", pair, receive_later, {kEvent, kRoutine, kPort, kNobody}, {}},
      {"WSASend", narrow_pair, send_more_than_fits, {kEvent, kRoutine, kPort, kNobody}, {}},
      {"AcceptEx", listener_and_socket, accept_with_data, {kEvent, kPort, kNobody}, {WSAEMFILE}},
      {"ConnectEx", listener_and_bound, connect_with_data, {kEvent, kPort, kNobody}, {WSAECONNREFUSED, WSAENETUNREACH}},
      {"AcceptEx by a socket that had operations", listener_and_reused, accept_with_data, {kPort}, {WSAEMFILE}},
      {"AcceptEx, WSARecv", listener_and_reused, accept_and_receive, {kEvent, kPort}, {WSAEMFILE}},
      {"DisconnectEx", pair, disconnect<0>, {kEvent, kPort}, {}},
      {"DisconnectEx, TF_REUSE_SOCKET", pair, disconnect<TF_REUSE_SOCKET>, {kEvent, kPort}, {WSAEMFILE}},
      {"TransmitFile", narrow_pair, transmit<0>, {kEvent, kPort, kNobody}, {WSAEMFILE}},
      {"TransmitFile, TF_REUSE_SOCKET", narrow_pair, transmit<TF_DISCONNECT | TF_REUSE_SOCKET>, {kEvent}, {WSAEMFILE}},
      {"TransmitPackets", narrow_pair, transmit_packets, {kPort}, {WSAEMFILE}},
      {"WSASendTo", datagram_socket, send_datagram<false>, {kEvent}, {}},
      {"WSASendMsg", datagram_socket, send_datagram<true>, {kRoutine}, {}},
      {"WSARecvFrom", datagram_socket, receive_datagram<false>, {kPort}, {}},
      {"WSARecvMsg", datagram_socket, receive_datagram<true>, {kRoutine}, {}},
      {"SIO_ADDRESS_LIST_CHANGE", datagram_socket, watch_addresses, {kEvent, kPort}, {WSAEMFILE}, {EACCES, EADDRINUSE}},  // nobody else has its address
      {"CancelIoEx", pair, cancel, {kEvent, kRoutine, kPort}, {}},
  };
  auto add = [&](Operation operation) -> Operation& {
    operation.tear_down = close_port;
    all.push_back(std::move(operation));
    return all.back();
  };
  for (const Kind& kind : kinds)
    for (Way way : kind.ways) {
      Operation& added = add(later(std::string(kind.name) + ", " + kNames[static_cast<int>(way)], kind.set_up,
                                   [run = kind.run, way](World& world) { return run(world, way); }, kind.more_errors));
      added.impossible.insert(added.impossible.end(), kind.impossible.begin(), kind.impossible.end());
    }
  add(later("ConnectEx to a listener without room", full_listener_and_bound, connect_later, {WSAECONNREFUSED, WSAENETUNREACH}));
  add(later("CreateIoCompletionPort, a receive under way", pair, associate_under_way, {}));
  add(later("PostQueuedCompletionStatus to who waits for the host", pair, post_to_leader, {}));
  return all;
}

}  // namespace

const std::vector<Operation>& overlapped_operations() {
  static const auto* all = new std::vector<Operation>(make_operations());
  return *all;
}

}  // namespace windsock::fault
