// Many threads on one completion port, hundreds of connections, cancels, closes and handoffs at random, to another process and back among
// them: every operation that has begun comes to its end exactly once, through the port, and for no other reason than what was done to its
// socket or to the other end; no byte of a stream is lost or doubled.
//
// WINDSOCK_TEST_SCALE scales the count of operations.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/agent.h"
#include "tests/support/deadline.h"
#include "tests/support/leak_check.h"

namespace {

constexpr int kThreads = 8, kConnections = 500;
constexpr long long kOperations = 1'000'000;
constexpr ULONG_PTR kConnectionKey = 7, kStopKey = 9;

long long scaled(long long count) {
  const char* scale = getenv("WINDSOCK_TEST_SCALE");
  return std::max(2000LL, static_cast<long long>(static_cast<double>(count) * (scale ? atof(scale) : 1)));
}

struct End;
// One end of a connection may have one receive and one send under way; each has its place for good.
struct Operation {
  OVERLAPPED overlapped{};
  End* end = nullptr;
  bool sends = false;
  // Under the end's mutex:
  bool under_way = false;
  bool cancelled = false;      // CancelIoEx has said so
  bool may_be_cancelled = false;  // by CancelIo, which does not say what it has found
  bool closed = false;         // its socket has been closed
  DWORD thread = 0;            // that began it
  DWORD flags = 0;
  std::atomic<int> ends{0};    // since it began last
  std::array<unsigned char, 512> data;
};

struct Connection;
struct End {
  std::mutex mutex;
  SOCKET socket = INVALID_SOCKET;
  Connection* connection = nullptr;
  End* peer = nullptr;
  uint64_t sent = 0, received = 0;  // bytes of the stream; each byte tells its place
  std::atomic<bool> gone{false};    // closed, and not only under this number
  Operation receive, send;
};

struct Connection {
  std::array<End, 2> ends;
  std::atomic<bool> exact{true};    // no send was cut: every byte can be checked
  std::atomic<bool> broken{false};  // to be closed by who sees its last operation end
};

class PortStress : public ::testing::Test {
 protected:
  void SetUp() override {
    WSADATA data;
    ASSERT_EQ(0, WSAStartup(MAKEWORD(2, 2), &data));
    meet_agent();
    leaks_.emplace();
    port_ = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0);
    ASSERT_NE(nullptr, port_);
    listener_ = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(0, bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address));
    int length = sizeof address;
    ASSERT_EQ(0, getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length));
    ASSERT_EQ(0, listen(listener_, SOMAXCONN));
    address_ = address;
  }
  void TearDown() override {
    closesocket(listener_);
    CloseHandle(port_);
    EXPECT_TRUE(leaks_->nothing_left());
    EXPECT_TRUE(agent_.finish());
    WSACleanup();
  }

  // The connection to windsockd stays, so it is there before anything is counted.
  void meet_agent() {
    ASSERT_TRUE(agent_.start());
    test_support::Socket socket = test_support::make_socket(AF_INET, SOCK_STREAM);
    WSAPROTOCOL_INFOW info;
    ASSERT_EQ(0, WSADuplicateSocketW(socket.get(), agent_.pid(), &info));
    const test_support::Outcome claimed = agent_.claim(info);
    ASSERT_FALSE(claimed.failed()) << claimed.error;
    ASSERT_FALSE(agent_.close_socket(static_cast<SOCKET>(claimed.result)).failed());
  }

  void open(Connection& connection) {
    std::lock_guard lock(opening_);  // so that the one accepted is the one connected
    SOCKET near = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    ASSERT_NE(INVALID_SOCKET, near);
    ASSERT_EQ(0, connect(near, reinterpret_cast<sockaddr*>(&address_), sizeof address_));
    SOCKET far = accept(listener_, nullptr, nullptr);
    ASSERT_NE(INVALID_SOCKET, far);
    connection.exact = true;
    connection.broken = false;
    const SOCKET sockets[] = {near, far};
    for (int i = 0; i < 2; ++i) {
      End& end = connection.ends[static_cast<size_t>(i)];
      std::lock_guard end_lock(end.mutex);
      ASSERT_EQ(port_, CreateIoCompletionPort(reinterpret_cast<HANDLE>(sockets[i]), port_, kConnectionKey, 0));
      end.socket = sockets[i];
      end.connection = &connection;
      end.peer = &connection.ends[static_cast<size_t>(1 - i)];
      end.sent = end.received = 0;
      end.gone = false;
      for (Operation* operation : {&end.receive, &end.send}) operation->end = &end;
      end.send.sends = true;
    }
  }

  // Under the end's mutex.
  void begin(End& end, Operation& operation, size_t size) {
    if (operation.under_way || end.socket == INVALID_SOCKET || stopping_) return;
    WSABUF buffer{static_cast<ULONG>(size), reinterpret_cast<char*>(operation.data.data())};
    operation.overlapped = {};
    operation.flags = 0;
    operation.ends = 0;
    if (operation.sends)
      for (size_t i = 0; i < size; ++i) operation.data[i] = static_cast<unsigned char>((end.sent + i) * 31 >> 3);
    operation.under_way = true;
    operation.cancelled = operation.may_be_cancelled = operation.closed = false;
    operation.thread = GetCurrentThreadId();
    ++outstanding_;
    int result = operation.sends ? WSASend(end.socket, &buffer, 1, nullptr, 0, &operation.overlapped, nullptr)
                                 : WSARecv(end.socket, &buffer, 1, nullptr, &operation.flags, &operation.overlapped, nullptr);
    const int error = result == 0 ? 0 : WSAGetLastError();
    if (error == 0 || error == WSA_IO_PENDING) {
      ++begun_;
      return;
    }
    EXPECT_TRUE(error == WSAECONNRESET || error == WSAECONNABORTED) << error;
    EXPECT_TRUE(end.peer->gone) << "nobody has ended the connection: " << error;
    ++reset_;
    --outstanding_;
    operation.under_way = false;
    end.connection->broken = true;
  }

  void close(End& end) {
    std::lock_guard lock(end.mutex);
    if (end.socket == INVALID_SOCKET) return;
    end.gone = true;
    close_number(end, INVALID_SOCKET);
  }

  // The other end is told by an error.
  void reset(End& end) {
    {
      std::lock_guard lock(end.mutex);
      if (end.socket == INVALID_SOCKET) return;
      EXPECT_TRUE(test_support::set_linger(end.socket, 1, 0));
    }
    close(end);
  }

  // Under the end's mutex. What is under way by this number ends with it.
  void close_number(End& end, SOCKET next) {
    for (Operation* operation : {&end.receive, &end.send}) operation->closed |= operation->under_way;
    EXPECT_EQ(0, closesocket(std::exchange(end.socket, next)));
  }

  // Under the end's mutex. What CancelIoEx has found ends by that; what it has not has ended already, and is not told of yet.
  void cancel(End& end, Operation& operation) {
    if (end.socket == INVALID_SOCKET) return;
    if (CancelIoEx(reinterpret_cast<HANDLE>(end.socket), &operation.overlapped)) {
      EXPECT_TRUE(operation.under_way) << "there is nothing to cancel";
      operation.cancelled = true;
    } else {
      EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
    }
  }
  void cancel_own(End& end) {
    if (end.socket == INVALID_SOCKET) return;
    EXPECT_TRUE(CancelIo(reinterpret_cast<HANDLE>(end.socket)));
    for (Operation* operation : {&end.receive, &end.send})
      operation->may_be_cancelled |= operation->under_way && operation->thread == GetCurrentThreadId();
  }

  // Why an operation may end so.
  void check_end(const Operation& operation, DWORD error) {
    const End& end = *operation.end;
    EXPECT_TRUE(!operation.cancelled || error == ERROR_OPERATION_ABORTED) << "CancelIoEx has found it, and it ends by " << error;
    switch (error) {
      case 0:
        break;
      case ERROR_OPERATION_ABORTED:
        EXPECT_TRUE(operation.cancelled || operation.may_be_cancelled || operation.closed) << "nobody has cancelled it or closed its socket";
        ++(operation.closed ? closed_ : cancelled_);
        break;
      case ERROR_NETNAME_DELETED:  // WSAECONNRESET
      case ERROR_CONNECTION_ABORTED:
        EXPECT_TRUE(end.peer->gone) << "nobody has ended the connection: " << error;
        operation.end->connection->broken = true;
        ++reset_;
        break;
      default:
        ADD_FAILURE() << "an end by error " << error;
    }
  }

  void ended(Operation& operation, DWORD error, DWORD bytes) {
    const bool good = error == 0;
    End& end = *operation.end;
    Connection& connection = *end.connection;
    {
      std::lock_guard lock(end.mutex);
      EXPECT_TRUE(operation.under_way);
      EXPECT_EQ(1, ++operation.ends);
      EXPECT_EQ(bytes, operation.overlapped.InternalHigh);
      check_end(operation, error);
      operation.under_way = false;
      if (operation.sends) {
        if (good) end.sent += bytes;
        if (!good) connection.exact = false;
      } else if (good && bytes != 0) {
        for (DWORD i = 0; i < bytes && connection.exact; ++i) {
          ASSERT_EQ(static_cast<unsigned char>((end.received + i) * 31 >> 3), operation.data[i]) << "byte " << end.received + i;
        }
        end.received += bytes;
      }
      if (!operation.sends && good && bytes == 0) {
        EXPECT_TRUE(end.peer->gone) << "nobody has ended the stream";
        connection.broken = true;
      }
    }
    --outstanding_;
  }

  // The same socket under another number, as after a handoff; the former one is closed with what is under way on it. Every eighth time it
  // has been in another process meanwhile.
  void hand_over(End& end, bool abroad) {
    std::lock_guard lock(end.mutex);
    if (end.socket == INVALID_SOCKET) return;
    WSAPROTOCOL_INFOW info;
    ASSERT_EQ(0, WSADuplicateSocketW(end.socket, abroad ? agent_.pid() : GetCurrentProcessId(), &info));
    if (abroad) {
      ASSERT_TRUE(come_back(info));
    }
    SOCKET other = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
    ASSERT_NE(INVALID_SOCKET, other) << WSAGetLastError();
    close_number(end, other);
    ++(abroad ? handed_abroad_ : handed_over_);
  }

  // The agent claims what `info` has for it, and hands it back.
  ::testing::AssertionResult come_back(WSAPROTOCOL_INFOW& info) {
    std::lock_guard lock(agent_mutex_);
    const test_support::Outcome claimed = agent_.claim(info);
    if (claimed.failed()) return ::testing::AssertionFailure() << "the claim: " << claimed.error;
    const SOCKET there = static_cast<SOCKET>(claimed.result);
    const test_support::Outcome duplicated = agent_.duplicate(there, GetCurrentProcessId(), &info);
    if (duplicated.failed()) return ::testing::AssertionFailure() << "the way back: " << duplicated.error;
    if (agent_.close_socket(there).failed()) return ::testing::AssertionFailure() << "closing it there";
    return ::testing::AssertionSuccess();
  }

  void act(Connection& connection, std::mt19937& random) {
    End& end = connection.ends[random() % 2];
    unsigned what = random() % 1000;
    if (what < 3) {
      for (End& one : connection.ends) close(one);
      return;
    }
    if (what < 8) return reset(end);
    if (what < 11) return hand_over(end, random() % 8 == 0);
    std::lock_guard lock(end.mutex);
    if (what < 35) {
      cancel(end, what < 23 ? end.receive : end.send);
      return;
    }
    if (what < 40) {
      cancel_own(end);
      return;
    }
    begin(end, end.receive, 1 + random() % end.receive.data.size());
    begin(end, end.send, 1 + random() % end.send.data.size());
  }

  // A connection that is broken, or closed, and has nothing under way is opened anew by one thread.
  void renew(Connection& connection) {
    std::unique_lock guard(renewing_, std::try_to_lock);
    if (!guard || stopping_) return;
    for (End& end : connection.ends) {
      std::lock_guard lock(end.mutex);
      if (!connection.broken && end.socket != INVALID_SOCKET) return;
    }
    for (End& end : connection.ends) close(end);
    for (End& end : connection.ends) {
      std::lock_guard lock(end.mutex);
      if (end.receive.under_way || end.send.under_way) return;
    }
    open(connection);
    ++renewed_;
  }

  void work(unsigned seed) {
    std::mt19937 random(seed);
    for (;;) {
      DWORD bytes = 0;
      ULONG_PTR key = 0;
      OVERLAPPED* overlapped = nullptr;
      const long long packets = packets_;
      BOOL good = GetQueuedCompletionStatus(port_, &bytes, &key, &overlapped, test_support::kDeadlineMs);
      if (!overlapped) {
        if (good && key == kStopKey) return;
        // Who has waited longest is served last: while others are served it may have to wait for long.
        ASSERT_NE(packets, packets_) << "no packet for anybody: " << GetLastError() << ", under way " << outstanding_;
        continue;
      }
      const DWORD error = good ? 0 : GetLastError();
      EXPECT_EQ(kConnectionKey, key);
      ++packets_;
      Operation& operation = *reinterpret_cast<Operation*>(overlapped);
      Connection& connection = *operation.end->connection;
      ended(operation, error, bytes);
      if (begun_ >= target_ && !stopping_.exchange(true)) stop();
      for (Connection* one : {&connection, &connections_[random() % kConnections]}) {
        renew(*one);
        for (int i = 0; i < 2; ++i) act(*one, random);
      }
    }
  }

  // Closing ends what is under way.
  void stop() {
    for (Connection& connection : connections_)
      for (End& end : connection.ends) close(end);
    stopper_ = std::thread([this] {
      EXPECT_TRUE(test_support::eventually([this] { return outstanding_ == 0; }));
      for (int i = 0; i < kThreads; ++i) PostQueuedCompletionStatus(port_, 0, kStopKey, nullptr);
    });
  }

  std::optional<test_support::LeakCheck> leaks_;
  test_support::Agent agent_;
  std::mutex agent_mutex_;
  HANDLE port_ = nullptr;
  SOCKET listener_ = INVALID_SOCKET;
  sockaddr_in address_{};
  std::mutex opening_, renewing_;
  std::vector<Connection> connections_{kConnections};
  std::atomic<long long> begun_{0}, packets_{0}, outstanding_{0}, renewed_{0}, cancelled_{0}, closed_{0}, reset_{0}, handed_over_{0}, handed_abroad_{0};
  std::atomic<bool> stopping_{false};
  std::thread stopper_;
  long long target_ = scaled(kOperations);
};

TEST_F(PortStress, EveryOperationEndsExactlyOnce) {
  for (Connection& connection : connections_) open(connection);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back([this, i] { work(i + 1); });
  for (Connection& connection : connections_) {
    for (End& end : connection.ends) {
      std::lock_guard lock(end.mutex);
      begin(end, end.receive, end.receive.data.size());
      begin(end, end.send, 100);
    }
  }
  for (std::thread& thread : threads) thread.join();
  stopper_.join();
  EXPECT_EQ(begun_, packets_);
  EXPECT_EQ(0, outstanding_);
  EXPECT_GE(begun_, target_);
  for (auto [name, count] : {std::pair{"renewed", &renewed_}, {"cancelled", &cancelled_}, {"closed", &closed_}, {"reset", &reset_},
                             {"handed over", &handed_over_}, {"handed to another process", &handed_abroad_}}) {
    EXPECT_GT(*count, 0) << name;
    RecordProperty(name, std::to_string(*count));
  }
  DWORD bytes;
  ULONG_PTR key;
  OVERLAPPED* overlapped = nullptr;
  EXPECT_FALSE(GetQueuedCompletionStatus(port_, &bytes, &key, &overlapped, 0));
  EXPECT_EQ(nullptr, overlapped);
  RecordProperty("operations", std::to_string(begun_));
}

// A windsockd of this program alone.
class OwnDirectory {
 public:
  OwnDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "windsock-port-stress-XXXXXX").string();
    const char* build = getenv("WINDSOCK_BUILDDIR");
    if (!mkdtemp(pattern.data())) abort();
    path_ = pattern;
    setenv("WINDSOCK_DIR", pattern.c_str(), 1);
    setenv("WINDSOCK_SERVER", (std::string(build ? build : ".") + "/windsockd").c_str(), 1);
  }
  ~OwnDirectory() { std::filesystem::remove_all(path_); }
  OwnDirectory(const OwnDirectory&) = delete;
  OwnDirectory& operator=(const OwnDirectory&) = delete;

 private:
  std::filesystem::path path_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], test_support::kAgentArgument) == 0) return test_support::run_agent(argv[2]);
  const OwnDirectory directory;
  ::testing::InitGoogleTest(&argc, argv);
  std::thread([] {}).join();  // a sanitizer may start a thread of its own with the first one
  return RUN_ALL_TESTS();
}
