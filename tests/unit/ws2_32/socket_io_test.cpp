// Operations under way when something else happens to their sockets just then.
#include "dlls/ws2_32/socket_io.h"

#include <mswsock.h>

#include <atomic>
#include <thread>

#include "dlls/mswsock/extensions.h"
#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/socket_table.h"
#include "tests/support/deadline.h"
#include "tests/support/null_host.h"
#include "tests/support/process_info.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using test_support::eventually;

class SocketIoTest : public ws2_32_test::Started {
 protected:
  static SOCKET bound(int type, sockaddr_in& address) {
    SOCKET s = make(AF_INET, type);
    address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int length = sizeof address;
    EXPECT_EQ(bind(s, name_of(address), length), 0);
    EXPECT_EQ(getsockname(s, name_of(address), &length), 0);
    return s;
  }
  static sockaddr* name_of(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }
  static SocketRef pinned(SOCKET s) { return std::move(SocketTable::instance().find(s)).take(); }

  // Begins to receive a byte. WSA_IO_PENDING, or how it has ended.
  static int receive(SOCKET s, WSAOVERLAPPED& overlapped) {
    static char byte;
    WSABUF buffer{1, &byte};
    DWORD flags = 0;
    overlapped = {};
    return WSARecv(s, &buffer, 1, nullptr, &flags, &overlapped, nullptr) == 0 ? 0 : WSAGetLastError();
  }
  static bool has_ended(WSAOVERLAPPED& overlapped) {
    return eventually([&] { return status_of(overlapped) != kStatusPending; });
  }
  // 0, or the error of the end.
  static int end_of(SOCKET s, WSAOVERLAPPED& overlapped) {
    DWORD bytes = 0, flags = 0;
    return WSAGetOverlappedResult(s, &overlapped, &bytes, FALSE, &flags) ? 0 : WSAGetLastError();
  }
};

// An operation of the core's own.
class OneByte final : public Operation {
 public:
  explicit OneByte(WSAOVERLAPPED& structure) : Operation(structure) { set_status(structure, kStatusPending); }
  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    char byte;
    host::Buffer buffer{&byte, 1};
    auto received = receive_buffers(socket, {&buffer, 1}, nullptr, host::kMsgDontWait);
    return received ? std::optional(OperationEnd{.bytes = received.value().size}) : std::nullopt;
  }
};

// The host tells of a change once. It had told before the operation came, and nobody was there to receive.
TEST_F(SocketIoTest, takes_over_an_operation_whose_data_has_been_told_of_already) {
  Pair pair = connected();
  WSAOVERLAPPED before;
  ASSERT_EQ(receive(pair.server, before), WSA_IO_PENDING);
  ASSERT_EQ(send(pair.client, "1", 1, 0), 1);
  ASSERT_TRUE(has_ended(before));
  ASSERT_EQ(send(pair.client, "2", 1, 0), 1);
  WSAPOLLFD entry{pair.server, POLLRDNORM, 0};
  ASSERT_EQ(WSAPoll(&entry, 1, test_support::kDeadlineMs), 1);
  IoDriver* driver = IoDriver::common_if_any();
  ASSERT_TRUE(driver && eventually([&] { return driver->try_lead(); }));
  driver->serve(0);
  driver->leave();

  SocketRef socket = pinned(pair.server);
  WSAOVERLAPPED taken_over{};
  SocketIo::of(socket).take_over(socket, SocketIo::Lane::kReceive, std::make_unique<OneByte>(taken_over));
  EXPECT_EQ(status_of(taken_over), 0u);
  EXPECT_EQ(taken_over.InternalHigh, 1u);
}

// Whoever takes the packet may close the port meanwhile.
TEST_F(SocketIoTest, refers_to_the_port_until_its_packet_is_posted) {
  null_host::port_references = 0;
  int port = 0;
  SocketRef socket = pinned(make(AF_INET, SOCK_STREAM));
  ASSERT_TRUE(socket.socket().associate(reinterpret_cast<services::Port*>(&port), 1));
  WSAOVERLAPPED overlapped{};
  auto operation = std::make_unique<OneByte>(overlapped);
  ASSERT_TRUE(operation->prepare(socket.socket(), {&overlapped}));
  operation->hold_port();
  ASSERT_EQ(null_host::port_references, 2);
  Operation::tell(std::move(operation), {}, Operation::Telling::kLater);
  EXPECT_EQ(null_host::references_without_packet, 2);
  EXPECT_EQ(null_host::port_references, 1) << "the socket's";
}

// A program that has seen the status does not wait for the event.
TEST_F(SocketIoTest, begins_with_a_structure_once_the_event_of_its_former_end_is_set) {
  null_host::Event event;
  null_host::the_event = &event;
  SocketRef socket = pinned(make(AF_INET, SOCK_STREAM));
  WSAOVERLAPPED overlapped{};
  overlapped.hEvent = &event;
  auto first = std::make_unique<OneByte>(overlapped), second = std::make_unique<OneByte>(overlapped);
  ASSERT_TRUE(first->prepare(socket.socket(), {&overlapped}));
  std::atomic<long> thread{0};
  std::atomic<bool> begun{false};
  std::thread program;
  event.before_it_is_set = [&] {
    EXPECT_NE(status_of(overlapped), kStatusPending);
    program = std::thread([&] {
      thread = test_support::current_thread();
      EXPECT_TRUE(second->prepare(socket.socket(), {&overlapped}));
      begun = true;
    });
    EXPECT_TRUE(eventually([&] { return begun || (thread != 0 && test_support::thread_sleeps(thread)); }));
  };
  Operation::tell(std::move(first), {}, Operation::Telling::kLater);
  program.join();
  EXPECT_FALSE(event.is_set) << "it would tell of the second";
  second.reset();
  null_host::the_event = nullptr;
}

// AcceptEx has the connection and waits for its data, or is about to; the program closes it meanwhile.
TEST_F(SocketIoTest, an_accepted_connection_that_is_closed_ends_its_accept) {
  sockaddr_in address;
  SOCKET listener = bound(SOCK_STREAM, address);
  ASSERT_EQ(listen(listener, 8), 0);
  constexpr DWORD kArea = sizeof(sockaddr_in) + 16;
  char data[64 + 2 * kArea];
  for (int round = 0; round < 200; ++round) {
    SOCKET client = make(AF_INET, SOCK_STREAM), accepted = make(AF_INET, SOCK_STREAM);
    std::atomic<bool> go{false};
    std::thread closer([&] {
      EXPECT_TRUE(eventually([&] { return go.load(); }));
      EXPECT_EQ(closesocket(accepted), 0);
    });
    EXPECT_EQ(connect(client, name_of(address), sizeof address), 0);
    WSAOVERLAPPED overlapped{};
    DWORD bytes = 0;
    go = true;
    const bool done = windsock_accept_ex(listener, accepted, data, 64, kArea, kArea, &bytes, &overlapped);
    const int error = WSAGetLastError();
    closer.join();
    ASSERT_FALSE(done);
    if (error == WSA_IO_PENDING) {
      ASSERT_TRUE(has_ended(overlapped)) << "round " << round;
      EXPECT_NE(end_of(listener, overlapped), 0);
    }
    EXPECT_EQ(closesocket(client), 0);
    // Whom it has not taken.
    u_long on = 1;
    ASSERT_EQ(ioctlsocket(listener, FIONBIO, &on), 0);
    const SOCKET left = accept(listener, nullptr, nullptr);
    EXPECT_TRUE(left == INVALID_SOCKET || closesocket(left) == 0);
  }
}

// The host tells why a connect has failed once, to whoever comes first.
class MetError : public SocketIoTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(By, MetError, testing::Bool(), [](const auto& by) { return by.param ? "a_send" : "SO_ERROR"; });

TEST_P(MetError, is_the_end_of_ConnectEx_all_the_same) {
  sockaddr_in address, own;
  SOCKET listener = bound(SOCK_STREAM, address);
  ASSERT_EQ(listen(listener, 0), 0);
  SOCKET first = make(AF_INET, SOCK_STREAM);
  ASSERT_EQ(connect(first, name_of(address), sizeof address), 0);
  SOCKET waits = bound(SOCK_STREAM, own);
  WSAOVERLAPPED overlapped{};
  ASSERT_FALSE(windsock_connect_ex(waits, name_of(address), sizeof address, nullptr, 0, nullptr, &overlapped));
  ASSERT_EQ(WSAGetLastError(), WSA_IO_PENDING);
  // Nobody else looks at it until this thread leaves the lead.
  IoDriver* driver = IoDriver::common_if_any();
  ASSERT_TRUE(driver && eventually([&] { return driver->try_lead(); }));
  EXPECT_EQ(closesocket(listener), 0);
  EXPECT_TRUE(eventually([&] {
    auto ready = host::ready_now(SocketTable::to_fd(waits), 0);
    return ready && (ready.value() & host::kPollHup);
  })) << "the host has no answer";
  int error = 0, length = sizeof error;
  const int asked = GetParam() ? send(waits, "x", 1, 0) : getsockopt(waits, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &length);
  EXPECT_EQ(asked, GetParam() ? SOCKET_ERROR : 0);
  driver->serve(0);
  driver->leave();
  EXPECT_TRUE(has_ended(overlapped));
  EXPECT_EQ(end_of(waits, overlapped), WSAECONNREFUSED);
}

}  // namespace
}  // namespace windsock
