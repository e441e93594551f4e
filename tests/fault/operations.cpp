#include "tests/fault/operations.h"

#include <afunix.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "dlls/common/host.h"
#include "dlls/mswsock/extensions.h"
#include "dlls/ws2_32/inheritance.h"
#include "dlls/ws2_32/server_client.h"
#include "dlls/ws2_32/server_connection.h"
#include "dlls/ws2_32/socket_table.h"

namespace windsock::fault {

void give_up(const char* what) {
  fprintf(stderr, "set-up: %s: %d\n", what, WSAGetLastError());
  _Exit(3);
}

SOCKET bound(int type, sockaddr_in& address) {
  SOCKET s = socket(AF_INET, type, 0);
  MUST(s != INVALID_SOCKET);
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int length = sizeof address;
  MUST(bind(s, reinterpret_cast<sockaddr*>(&address), length) == 0);
  MUST(getsockname(s, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  return s;
}

void listening(World& world) {
  world.listener = bound(SOCK_STREAM, world.address);
  MUST(listen(world.listener, 8) == 0);
}

static SOCKET connected_to(const sockaddr_in& address) {
  SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
  MUST(connect(s, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return s;
}

void pending_connection(World& world) {
  listening(world);
  world.client = connected_to(world.address);
}

void pair(World& world) {
  pending_connection(world);
  world.server = accept(world.listener, nullptr, nullptr);
  MUST(world.server != INVALID_SOCKET);
}

// Of libmswsock it is a jump to this.
extern "C" BOOL PASCAL transmit_file(SOCKET, HANDLE, DWORD, DWORD, LPOVERLAPPED, LPTRANSMIT_FILE_BUFFERS, DWORD) __asm__("mswsock_TransmitFile");

void pair_with_file(World& world) {
  pair(world);
  world.file = CreateFileA("/proc/self/exe", GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  MUST(world.file != INVALID_HANDLE_VALUE);
  LARGE_INTEGER size{};
  MUST(GetFileSizeEx(world.file, &size));
  size.QuadPart -= 100;  // no more than a buffer takes
  MUST(SetFilePointerEx(world.file, size, nullptr, FILE_BEGIN));
}

namespace {

void pair_with_data(World& world) {
  pair(world);
  MUST(send(world.client, "data", 4, 0) == 4);
}

void datagrams_and_file(World& world) {
  world.server = bound(SOCK_DGRAM, world.address);
  world.datagram = socket(AF_INET, SOCK_DGRAM, 0);
  MUST(connect(world.datagram, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 0);
  world.file = CreateFileA("/proc/self/exe", GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  MUST(world.file != INVALID_HANDLE_VALUE);
}

// Two packets from the file's position, which the first moves on.
int transmit_packets(World& world) {
  char got[8];
  {
    Aside aside;
    LARGE_INTEGER begin{};
    MUST(SetFilePointerEx(world.file, begin, nullptr, FILE_BEGIN));
    for (u_long waiting = 0; ioctlsocket(world.server, FIONREAD, &waiting) == 0 && waiting != 0;) recv(world.server, got, sizeof got, 0);
  }
  TRANSMIT_PACKETS_ELEMENT elements[2] = {};
  for (TRANSMIT_PACKETS_ELEMENT& element : elements) {
    element.dwElFlags = TP_ELEMENT_FILE | TP_ELEMENT_EOP;
    element.cLength = 3;
    element.nFileOffset.QuadPart = -1;
    element.hFile = world.file;
  }
  if (!windsock_transmit_packets(world.datagram, elements, 2, 0, nullptr, 0)) return WSAGetLastError();
  Aside aside;
  for (std::string_view packet : {std::string_view("\x7f" "EL"), std::string_view("F\2\1")}) {
    const int size = recv(world.server, got, sizeof got, 0);
    if (size < 0 || std::string_view(got, static_cast<size_t>(size)) != packet) return -1;
  }
  return 0;
}

void unconnected(World& world) {
  listening(world);
  world.client = socket(AF_INET, SOCK_STREAM, 0);
}

void datagram_with_data(World& world) {
  world.datagram = bound(SOCK_DGRAM, world.address);
  MUST(sendto(world.datagram, "data", 4, 0, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 4);
}

int keep(World& world, SOCKET made) {
  if (made == INVALID_SOCKET) return WSAGetLastError();
  world.made.push_back(made);
  return 0;
}

int connect_client(World& world) {
  int error = error_unless(connect(world.client, reinterpret_cast<sockaddr*>(&world.address), sizeof world.address) == 0);
  return error == WSAEISCONN ? 0 : error;  // the attempt that was interrupted has succeeded meanwhile
}

int select_readable(World& world) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(world.server, &readable);
  timeval soon{20, 0};
  int ready = select(0, &readable, nullptr, nullptr, &soon);
  return ready == SOCKET_ERROR ? WSAGetLastError() : ready == 1 ? 0 : -1;
}

int poll_readable(World& world) {
  WSAPOLLFD entry{world.server, POLLRDNORM, 0};
  int ready = WSAPoll(&entry, 1, 20000);
  return ready == SOCKET_ERROR ? WSAGetLastError() : ready == 1 ? 0 : -1;
}

int receive(SOCKET s) {
  char data[4];
  return error_unless(recv(s, data, sizeof data, 0) == 4);
}

// The path is gone again, so that the next try is the first.
void local_socket(World& world) {
  world.directory = choose_new_directory();
}
int bind_to_path(World& world) {
  SOCKET s = socket(AF_UNIX, SOCK_STREAM, 0);
  if (s == INVALID_SOCKET) return WSAGetLastError();
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  snprintf(name.sun_path, sizeof name.sun_path, "%s/meeting", world.directory.c_str());
  int error = error_unless(bind(s, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
  std::remove(name.sun_path);
  closesocket(s);
  return error;
}

// ---- handoffs -----------------------------------------------------------------------------------------------------------

void wait_for_end(int commands, int) {
  char byte;
  (void)read_all(commands, &byte, 1);
}

// A target that is there and claims nothing.
void offered_socket(World& world) {
  start_winsock();
  world.datagram = bound(SOCK_DGRAM, world.address);
}
void with_target(World& world) {
  world.partner = std::make_unique<Partner>(wait_for_end);
  offered_socket(world);
}

int offer_to(World& world, int pid) {
  WSAPROTOCOL_INFOW info;
  return error_unless(WSADuplicateSocketW(world.datagram, static_cast<DWORD>(pid), &info) == 0);
}
int offer(World& world) { return offer_to(world, world.partner->pid()); }

}  // namespace

void with_connection(World& world) {
  with_target(world);
  MUST(offer(world) == 0);
}

namespace {

// No events, so that no thread is needed to keep them.
int take_events(World& world) {
  auto socket = SocketTable::instance().find(static_cast<uintptr_t>(world.datagram));
  MUST(socket.ok());
  auto taken = ServerClient::instance().take_events(std::move(socket).take().socket(), 0);
  return taken ? 0 : static_cast<int>(taken.error());
}

void with_shared_socket_and_lost_connection(World& world) {
  with_connection(world);
  // windsockd goes; the next request meets the end of the connection, and starts another.
  auto greeting = greet_server();
  MUST(greeting.ok());
  Greeting server = std::move(greeting).take();
  MUST(exchange(server.channel, wire::encode(1, wire::Stop{0})).ok());
  for (auto end = exchange(server.channel, wire::encode(2, wire::AskStatus{})); end.ok();)
    end = exchange(server.channel, wire::encode(2, wire::AskStatus{}));
}

void with_server_of_its_own(World& world) {
  world.directory = choose_new_directory();
  with_target(world);
}
void with_lost_server_of_its_own(World& world) {
  world.directory = choose_new_directory();
  with_shared_socket_and_lost_connection(world);
}
void end_own_server(World& world) {
  if (auto greeting = greet_server()) {
    Greeting server = std::move(greeting).take();
    (void)exchange(server.channel, wire::encode(1, wire::Stop{0}));
  }
  remove_directory(world.directory);
}

void with_ticket(World& world) {
  world.partner = make_source(1);
  start_winsock();
  MUST(ask_source(*world.partner, host::process_id(), &world.info, 1));
}
void with_connection_and_ticket(World& world) {
  world.partner = make_source(2);
  start_winsock();
  WSAPROTOCOL_INFOW infos[2];
  MUST(ask_source(*world.partner, host::process_id(), infos, 2));
  SOCKET first = claim(infos[0]);
  MUST(first != INVALID_SOCKET);
  closesocket(first);
  world.info = infos[1];
}
int claim_ticket(World& world) { return keep(world, claim(world.info)); }

// The connection broke with the reply in it, when the ticket was used.
bool ticket_was_used(const Fired& fired, int error) { return fired.fault.error == ECONNRESET && error == WSAEINVAL; }

int hand_to_oneself(World& world) {
  WSAPROTOCOL_INFOW info;
  if (WSADuplicateSocketW(world.datagram, static_cast<DWORD>(host::process_id()), &info) != 0) return WSAGetLastError();
  world.info = info;
  return 0;
}

// ---- the table ---------------------------------------------------------------------------------------------------------

// Errors that any call may answer with: "Windows Sockets Error Codes" has them without naming calls.
constexpr int kNoBuffers = WSAENOBUFS;
const std::vector<int> kMaking = {WSAENETDOWN, WSAEMFILE, kNoBuffers};
const std::vector<int> kMoving = {WSAENETDOWN, WSAEINTR, WSAEWOULDBLOCK, WSAECONNRESET, WSAECONNABORTED, WSAETIMEDOUT, WSAENETRESET, kNoBuffers};
}  // namespace
// The host has one code for "we shut it down" and "the peer is gone"; what it means is asked of the socket, which is whole here.
const std::vector<int> kSending = [] {
  std::vector<int> all = kMoving;
  all.push_back(WSAESHUTDOWN);
  return all;
}();

void peer_sends(SOCKET s) {
  Aside aside;
  MUST(send(s, "data", 4, 0) == 4);
}

Operation later(std::string name, std::function<void(World&)> set_up, std::function<int(World&)> run, const std::vector<int>& more_errors) {
  Operation operation{.name = std::move(name), .allowed = kSending, .set_up = std::move(set_up), .run = std::move(run), .least_calls = 0,
                      .is_final = [](const Fired&, int error) { return error == WSAECONNRESET; }, .in_background = true,
                      .impossible = {EAGAIN}};  // the host tells of each change once, and what it has told of is there
  operation.allowed.insert(operation.allowed.end(), more_errors.begin(), more_errors.end());
  return operation;
}

namespace {
const std::vector<int> kWaiting = {WSAENETDOWN, WSAEINTR, kNoBuffers};

std::vector<Operation> make_operations() {
  auto started = [](World&) { start_winsock(); };
  auto after = [](void (*set_up)(World&)) {
    return [set_up](World& world) {
      start_winsock();
      set_up(world);
    };
  };
  std::vector<Operation> all;
  auto add = [&](Operation operation) { all.push_back(std::move(operation)); };

  add({.name = "socket", .allowed = kMaking, .set_up = started,
       .run = [](World& world) { return keep(world, socket(AF_INET, SOCK_STREAM, 0)); }});
  add({.name = "WSASocket of AF_INET6", .allowed = kMaking, .set_up = started,
       .run = [](World& world) { return keep(world, WSASocketW(AF_INET6, SOCK_DGRAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED)); },
       .least_calls = 2});
  add({.name = "bind", .allowed = {WSAENETDOWN, WSAEACCES, WSAEADDRINUSE, kNoBuffers}, .set_up = after(unconnected),
       .run = [](World& world) {
         sockaddr_in any{};
         any.sin_family = AF_INET;
         return error_unless(bind(world.client, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
       }});
  add({.name = "listen", .allowed = {WSAENETDOWN, WSAEADDRINUSE, WSAEMFILE, kNoBuffers},
       .set_up = after([](World& world) { world.listener = bound(SOCK_STREAM, world.address); }),
       .run = [](World& world) { return error_unless(listen(world.listener, 4) == 0); }, .least_calls = 3});
  add({.name = "accept", .allowed = {WSAENETDOWN, WSAEINTR, WSAEMFILE, WSAECONNRESET, kNoBuffers}, .set_up = after(pending_connection),
       .run = [](World& world) { return keep(world, accept(world.listener, nullptr, nullptr)); }});
  add({.name = "connect", .allowed = {WSAENETDOWN, WSAEINTR, WSAECONNREFUSED, WSAENETUNREACH, WSAETIMEDOUT, kNoBuffers},
       .set_up = after(unconnected), .run = connect_client});
  add({.name = "WSAConnectByList", .allowed = {WSAENETDOWN, WSAEINTR, WSAECONNREFUSED, WSAENETUNREACH, WSAETIMEDOUT, kNoBuffers},
       .set_up = after(unconnected),
       .run = [](World& world) {
         SOCKET_ADDRESS_LIST list{1, {{reinterpret_cast<sockaddr*>(&world.address), sizeof world.address}}};
         timeval timeout{30, 0};
         return error_unless(WSAConnectByList(world.client, &list, nullptr, nullptr, nullptr, nullptr, &timeout, nullptr));
       },
       .least_calls = 4});
  add({.name = "send", .allowed = kSending, .set_up = after(pair),
       .run = [](World& world) { return error_unless(send(world.client, "data", 4, 0) == 4); },
       .is_final = [](const Fired&, int error) { return error == WSAECONNRESET; }});
  add({.name = "WSASend", .allowed = kSending, .set_up = after(pair),
       .run = [](World& world) {
         WSABUF buffer{4, const_cast<char*>("data")};
         DWORD sent = 0;
         return error_unless(WSASend(world.client, &buffer, 1, &sent, 0, nullptr, nullptr) == 0 && sent == 4);
       },
       .is_final = [](const Fired&, int error) { return error == WSAECONNRESET; }});
  add({.name = "recv", .allowed = kMoving, .set_up = after(pair_with_data), .run = [](World& world) { return receive(world.server); }});
  add({.name = "recvfrom", .allowed = kMoving, .set_up = after(datagram_with_data),
       .run = [](World& world) {
         char data[4];
         sockaddr_in from;
         int length = sizeof from;
         return error_unless(recvfrom(world.datagram, data, sizeof data, 0, reinterpret_cast<sockaddr*>(&from), &length) == 4);
       }});
  // The ECN bits alone: the host is asked for the socket's other six.
  add({.name = "WSASendMsg", .allowed = kSending, .set_up = after(datagram_with_data),
       .run = [](World& world) {
         char control[WSA_CMSG_SPACE(sizeof(INT))];
         WSABUF buffer{4, const_cast<char*>("data")};
         WSAMSG message{reinterpret_cast<sockaddr*>(&world.address), sizeof world.address, &buffer, 1, {sizeof control, control}, 0};
         WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message);
         *header = {WSA_CMSG_LEN(sizeof(INT)), IPPROTO_IP, IP_ECN};
         const INT ecn = 1;
         memcpy(WSA_CMSG_DATA(header), &ecn, sizeof ecn);
         DWORD sent = 0;
         return error_unless(WSASendMsg(world.datagram, &message, 0, &sent, nullptr, nullptr) == 0 && sent == 4);
       },
       .least_calls = 2});
  add({.name = "WSARecvMsg", .allowed = kMoving, .set_up = after(datagram_with_data),
       .run = [](World& world) {
         GUID guid = WSAID_WSARECVMSG;
         LPFN_WSARECVMSG receive_message = nullptr;
         DWORD count = 0;
         MUST(WSAIoctl(world.datagram, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &receive_message, sizeof receive_message,
                       &count, nullptr, nullptr) == 0);
         char data[4];
         WSABUF buffer{4, data};
         WSAMSG message{nullptr, 0, &buffer, 1, {0, nullptr}, 0};
         return error_unless(receive_message(world.datagram, &message, &count, nullptr, nullptr) == 0 && count == 4);
       },
       .least_calls = 2});
  add({.name = "bind to a path", .allowed = {WSAENETDOWN, WSAEMFILE, WSAEACCES, WSAEADDRINUSE, kNoBuffers}, .set_up = after(local_socket),
       .run = bind_to_path, .least_calls = 2, .tear_down = [](World& world) { remove_directory(world.directory); }});
  add({.name = "TransmitFile", .allowed = kSending, .set_up = after(pair_with_file),
       .run = [](World& world) { return error_unless(transmit_file(world.client, world.file, 0, 0, nullptr, nullptr, 0)); },
       .least_calls = 2, .is_final = [](const Fired&, int error) { return error == WSAECONNRESET; },
       .tear_down = [](World& world) { CloseHandle(world.file); }});
  add({.name = "TransmitPackets", .allowed = kSending, .set_up = after(datagrams_and_file), .run = transmit_packets, .least_calls = 4,
       .tear_down = [](World& world) { CloseHandle(world.file); }});
  add({.name = "select", .allowed = kWaiting, .set_up = after(pair_with_data), .run = select_readable});
  add({.name = "WSAPoll", .allowed = kWaiting, .set_up = after(pair_with_data), .run = poll_readable});
  add({.name = "SIO_ROUTING_INTERFACE_QUERY", .allowed = {WSAENETDOWN, WSAENETUNREACH, WSAEMFILE, kNoBuffers},
       .set_up = after(datagram_with_data),
       .run = [](World& world) {
         sockaddr_in way;
         DWORD returned = 0;
         return error_unless(WSAIoctl(world.datagram, SIO_ROUTING_INTERFACE_QUERY, &world.address, sizeof world.address, &way, sizeof way,
                                      &returned, nullptr, nullptr) == 0);
       },
       .least_calls = 3});
  add({.name = "SIO_ACQUIRE_PORT_RESERVATION", .allowed = {WSAENETDOWN, WSAEACCES, WSAEADDRINUSE, WSAEMFILE, kNoBuffers},
       .set_up = after(datagram_with_data),
       .run = [](World& world) {
         INET_PORT_RANGE range{0, 3};
         INET_PORT_RESERVATION_INSTANCE granted;
         DWORD returned = 0;
         if (WSAIoctl(world.datagram, SIO_ACQUIRE_PORT_RESERVATION, &range, sizeof range, &granted, sizeof granted, &returned, nullptr,
                      nullptr) != 0)
           return WSAGetLastError();
         return error_unless(WSAIoctl(world.datagram, SIO_RELEASE_PORT_RESERVATION, &granted.Token, sizeof granted.Token, nullptr, 0,
                                      &returned, nullptr, nullptr) == 0);
       },
       .least_calls = 6});
  add({.name = "closesocket of a lingering socket", .allowed = {WSAENETDOWN, WSAEINTR},
       .set_up = after([](World& world) {
         pair(world);
         linger lingering{1, 5};
         MUST(setsockopt(world.client, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&lingering), sizeof lingering) == 0);
       }),
       .run = [](World& world) {
         int error = error_unless(closesocket(world.client) == 0);
         if (error == 0) world.client = INVALID_SOCKET;
         return error;
       }, .least_calls = 2});

  add({.name = "CreateProcess: sockets with state", .allowed = {},
       .set_up = after([](World& world) {
         offered_socket(world);
         DWORD on = 1;
         MUST(setsockopt(world.datagram, SOL_SOCKET, SO_DEBUG, reinterpret_cast<char*>(&on), sizeof on) == 0);
       }),
       // What cannot be shared is inherited all the same.
       .run = [](World&) {
         services::SocketInheritance inheritance;
         bequeath(&inheritance);
         return inheritance.fds.empty() || inheritance.connection.is_open() == inheritance.variable.empty() ? -1 : 0;
       },
       .meets_server = true, .least_calls = 14});
  add({.name = "handoff to oneself: WSADuplicateSocket", .allowed = kMaking, .set_up = offered_socket,
       .run = [](World& world) {
         int error = hand_to_oneself(world);
         // The ticket holds a descriptor until it is redeemed.
         return error ? error : keep(world, claim(world.info));
       }, .least_calls = 2});
  add({.name = "first handoff: WSADuplicateSocket", .allowed = kMaking, .set_up = with_target, .run = offer, .meets_server = true,
       .least_calls = 12});
  add({.name = "further handoff: WSADuplicateSocket", .allowed = kMaking, .set_up = with_connection, .run = offer, .meets_server = true,
       .least_calls = 2});
  add({.name = "handoff that starts windsockd: WSADuplicateSocket", .allowed = kMaking, .set_up = with_server_of_its_own, .run = offer,
       .meets_server = true, .least_calls = 20, .tear_down = end_own_server});
  add({.name = "handoff after windsockd was lost: WSADuplicateSocket", .allowed = kMaking, .set_up = with_lost_server_of_its_own,
       .run = offer, .meets_server = true, .loses_connection = true, .least_calls = 20, .tear_down = end_own_server});
  add({.name = "first handoff: WSASocket", .allowed = kMaking, .set_up = with_ticket, .run = claim_ticket, .meets_server = true,
       .keeps_socket = true, .least_calls = 12, .is_final = ticket_was_used});
  add({.name = "further handoff: WSASocket", .allowed = kMaking, .set_up = with_connection_and_ticket, .run = claim_ticket,
       .meets_server = true, .keeps_socket = true, .least_calls = 3, .is_final = ticket_was_used});
  add({.name = "selecting network events on a shared socket", .allowed = kMaking, .set_up = with_connection, .run = take_events,
       .meets_server = true, .least_calls = 2});
  add({.name = "selecting network events after windsockd was lost", .allowed = kMaking, .set_up = with_lost_server_of_its_own,
       .run = take_events, .meets_server = true, .loses_connection = true, .least_calls = 20, .tear_down = end_own_server});
  return all;
}

}  // namespace

const std::vector<Operation>& operations() {
  static const auto* all = new std::vector<Operation>(make_operations());
  return *all;
}

void start_winsock() {
  WSADATA data;
  MUST(WSAStartup(MAKEWORD(2, 2), &data) == 0);
}

int sockets_in_table() {
  int count = 0;
  SocketTable::instance().for_each([&](SocketRef&) { ++count; });
  return count;
}

SOCKET claim(WSAPROTOCOL_INFOW& info) {
  return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
}

std::unique_ptr<Partner> make_source(int count) {
  return std::make_unique<Partner>([count](int commands, int answers) {
    int pid;
    if (!read_all(commands, &pid, sizeof pid)) return;
    start_winsock();
    for (int i = 0; i < count; ++i) {
      sockaddr_in address;
      SOCKET s = bound(SOCK_DGRAM, address);
      WSAPROTOCOL_INFOW info;
      MUST(WSADuplicateSocketW(s, static_cast<DWORD>(pid), &info) == 0);
      if (!write_all(answers, &info, sizeof info)) return;
    }
    wait_for_end(commands, answers);
  });
}

bool ask_source(const Partner& source, int pid, WSAPROTOCOL_INFOW* infos, int count) {
  return source.tell(&pid, sizeof pid) && source.hear(infos, sizeof *infos * static_cast<size_t>(count));
}

}  // namespace windsock::fault
