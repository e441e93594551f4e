// Network events, with every host call failing: what is selected is told of, or the call that selects it fails and nothing is selected.
#include <windows.h>
#include <winsock2.h>
#include <ws2spi.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "tests/fault/operations.h"
#include "tests/support/deadline.h"

namespace windsock::fault {

namespace {

using test_support::kDeadlineMs;

class Event {
 public:
  Event() { MUST((handle = WSACreateEvent()) != nullptr); }
  ~Event() { WSACloseEvent(handle); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  bool is_set() const { return WSAWaitForMultipleEvents(1, &handle, FALSE, 0, FALSE) == WSA_WAIT_EVENT_0; }

  WSAEVENT handle;
};

// kNobody: the program only looks at the event now and then, so that the reactor alone tells of it.
enum class Waiting { kThread, kNobody };

// Waits for FD_READ on a socket that has data coming, takes the data, and selects nothing any more.
int await_readable(World& world, SOCKET s, Event& event, Waiting waiting) {
  if (waiting == Waiting::kNobody) {
    if (!test_support::eventually([&] { return event.is_set(); })) world.wrong = "the event is not set";
  } else if (WSAWaitForMultipleEvents(1, &event.handle, FALSE, kDeadlineMs, FALSE) != WSA_WAIT_EVENT_0) {
    world.wrong = "the event is not set";
  }
  WSANETWORKEVENTS record{};
  if (WSAEnumNetworkEvents(s, event.handle, &record) != 0) return WSAGetLastError();
  if (world.wrong.empty() && !(record.lNetworkEvents & FD_READ)) world.wrong = "FD_READ is not recorded";
  char data[4];
  if (recv(s, data, sizeof data, 0) != 4) return WSAGetLastError();
  return error_unless(WSAEventSelect(s, nullptr, 0) == 0);
}

// Refused while events are selected on it, in whichever process.
void expect_no_selection(World& world, SOCKET s) {
  Aside aside;
  u_long off = 0;
  if (ioctlsocket(s, FIONBIO, &off) != 0) world.wrong = "a selection is left";
}

template <Waiting waiting>
int select_and_wait(World& world) {
  Event event;
  if (WSAEventSelect(world.server, event.handle, FD_READ | FD_CLOSE) != 0) {
    int error = WSAGetLastError();
    expect_no_selection(world, world.server);
    return error;
  }
  peer_sends(world.client);
  int error = await_readable(world, world.server, event, waiting);
  if (error == 0) expect_no_selection(world, world.server);
  return error;
}

// The connection has the listener's events.
int select_and_accept(World& world) {
  Event event;
  if (WSAEventSelect(world.listener, event.handle, FD_ACCEPT | FD_READ) != 0) return WSAGetLastError();
  if (WSAWaitForMultipleEvents(1, &event.handle, FALSE, kDeadlineMs, FALSE) != WSA_WAIT_EVENT_0) world.wrong = "the event is not set";
  WSANETWORKEVENTS record{};
  if (WSAEnumNetworkEvents(world.listener, event.handle, &record) != 0) return WSAGetLastError();
  if (world.wrong.empty() && !(record.lNetworkEvents & FD_ACCEPT)) world.wrong = "FD_ACCEPT is not recorded";
  SOCKET accepted = accept(world.listener, nullptr, nullptr);
  if (accepted == INVALID_SOCKET) return WSAGetLastError();
  world.is_spent = true;  // it was the only one
  return error_unless(closesocket(accepted) == 0);
}

// The host is watched by a socket of the library's from then on.
int host_sockets() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    count += std::filesystem::read_symlink(entry, gone).string().starts_with("socket:");
  }
  return count;
}

template <DWORD code>
int ask_for_changes(World& world) {
  {
    Aside aside;
    u_long on = 1;
    MUST(ioctlsocket(world.datagram, FIONBIO, &on) == 0);
  }
  const int before = host_sockets();
  const bool routes = code == SIO_ROUTING_INTERFACE_CHANGE;
  DWORD returned = 0;
  const int error = error_unless(WSAIoctl(world.datagram, code, routes ? &world.address : nullptr, routes ? sizeof world.address : 0, nullptr, 0,
                                          &returned, nullptr, nullptr) == 0);
  if (error != WSAEWOULDBLOCK) return error;
  if (host_sockets() > before) return 0;
  world.wrong = "nobody watches the host";
  return -1;
}

void datagrams(World& world) { world.datagram = bound(SOCK_DGRAM, world.address); }

// By a routine of the program's, for which no window is needed.
std::atomic<LPARAM> g_posted{0};
BOOL CALLBACK keep_post(HWND, UINT, WPARAM, LPARAM what) {
  g_posted = what;
  return TRUE;
}

int select_messages(World& world) {
  MUST(WSApSetPostRoutine(keep_post) == 0);
  g_posted = 0;
  if (WSAAsyncSelect(world.server, nullptr, WM_APP, FD_READ | FD_CLOSE) != 0) {
    int error = WSAGetLastError();
    expect_no_selection(world, world.server);
    return error;
  }
  peer_sends(world.client);
  if (!test_support::eventually([] { return g_posted != 0; })) world.wrong = "nothing is posted";
  if (world.wrong.empty() && g_posted != WSAMAKESELECTREPLY(FD_READ, 0)) world.wrong = "it is not FD_READ that is posted";
  char data[4];
  if (recv(world.server, data, sizeof data, 0) != 4) return WSAGetLastError();
  const int error = error_unless(WSAAsyncSelect(world.server, nullptr, 0, 0) == 0);
  if (error == 0) expect_no_selection(world, world.server);
  return error;
}

// The socket is shared, and this process has a second descriptor of it.
void shared_twice(World& world) {
  with_connection(world);
  WSAPROTOCOL_INFOW info;
  MUST(WSADuplicateSocketW(world.datagram, GetCurrentProcessId(), &info) == 0);
  world.made.push_back(claim(info));
  MUST(world.made.back() != INVALID_SOCKET);
}

int take_selection(World& world) {
  Event former, event;
  const SOCKET s = world.made.front();
  if (WSAEventSelect(world.datagram, former.handle, FD_READ) != 0) return WSAGetLastError();
  if (WSAEventSelect(s, event.handle, FD_READ) != 0) return WSAGetLastError();
  {
    Aside aside;
    MUST(sendto(world.datagram, "data", 4, 0, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 4);
  }
  int error = await_readable(world, s, event, Waiting::kThread);
  if (former.is_set()) world.wrong = "the former selection is told";
  if (error == 0) expect_no_selection(world, s);
  return error;
}

std::vector<Operation> make_operations() {
  std::vector<Operation> all;
  all.push_back(later("WSAEventSelect, a thread waiting", pair, select_and_wait<Waiting::kThread>));
  all.push_back(later("WSAEventSelect, nobody waiting", pair, select_and_wait<Waiting::kNobody>));
  all.push_back(later("WSAEventSelect of a listener", pending_connection, select_and_accept, {WSAEMFILE}));
  for (Operation changes : {later("SIO_ADDRESS_LIST_CHANGE", datagrams, ask_for_changes<SIO_ADDRESS_LIST_CHANGE>, {WSAEMFILE}),
                            later("SIO_ROUTING_INTERFACE_CHANGE", datagrams, ask_for_changes<SIO_ROUTING_INTERFACE_CHANGE>, {WSAEMFILE})}) {
    // A bind of the host's to its own changes takes no address that another one may have.
    changes.impossible.insert(changes.impossible.end(), {EADDRINUSE, EACCES});
    all.push_back(std::move(changes));
  }
  all.push_back(later("WSAAsyncSelect", pair, select_messages));
  all.push_back(later("WSAEventSelect of a shared socket", shared_twice, take_selection, {WSAEMFILE}));
  all.back().meets_server = true;
  return all;
}

}  // namespace

const std::vector<Operation>& event_operations() {
  static const auto* all = new std::vector<Operation>(make_operations());
  return *all;
}

}  // namespace windsock::fault
