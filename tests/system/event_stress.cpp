// Programs by network events under load: threads that each wait for 62 sockets, connections among them that are made, read in pieces,
// written until there is no room, ended, reset and selected anew at random. Every byte arrives in its place, every end is told, nothing is
// told twice without a call that enables it, and nobody waits for what has happened already.
//
// WINDSOCK_TEST_SCALE scales the count of events.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/deadline.h"
#include "tests/support/leak_check.h"
#include "tests/support/wsa_error.h"

namespace {

using test_support::error_name;

constexpr int kThreads = 6;
constexpr long long kEvents = 1'000'000;
constexpr long kWanted = FD_READ | FD_WRITE | FD_CONNECT | FD_CLOSE;
constexpr int kSmallBuffer = 8192;

long long scaled(long long count) {
  const char* scale = getenv("WINDSOCK_TEST_SCALE");
  return std::max(2000LL, static_cast<long long>(static_cast<double>(count) * (scale ? atof(scale) : 1)));
}

// What becomes of a connection, by its number, which both of its ends know: the client's first bytes tell it.
struct Course {
  explicit Course(uint64_t number) {
    std::mt19937_64 random(number);
    for (uint64_t& bytes : length) bytes = sizeof number + random() % (random() % 4 == 0 ? 200'000 : 3'000);
    if (random() % 8 == 0) {
      resetting = static_cast<int>(random() % 2);
      reset_after = sizeof number + random() % (length[0] + length[1]);
    }
  }
  uint64_t length[2];        // of the client's bytes, and the server's
  int resetting = -1;        // which of them ends it by a reset, if any
  uint64_t reset_after = 0;  // when it has moved so many bytes
};

unsigned char byte_at(uint64_t number, int side, uint64_t place) {
  if (side == 0 && place < sizeof number) return static_cast<unsigned char>(number >> (8 * place));
  return static_cast<unsigned char>(((place * 31) >> 3) + number * 7 + static_cast<uint64_t>(side));
}

constexpr uint64_t kUnknown = ~uint64_t{0};

struct End {
  SOCKET socket = INVALID_SOCKET;
  WSAEVENT event = WSA_INVALID_EVENT;
  int side = 0;  // 0: client
  uint64_t number = kUnknown, sent = 0, received = 0;
  long may_be_told = 0;
  bool selected_anew = false;  // the event may be set for what was recorded before
  bool has_ended = false, was_reset = false, shut = false;
  // Of a server that does not know its number yet:
  uint64_t header = 0;
  bool may_write = false;
};

class EventStress : public ::testing::Test {
 protected:
  void SetUp() override {
    WSADATA data;
    ASSERT_EQ(0, WSAStartup(MAKEWORD(2, 2), &data));
    stop_ = WSACreateEvent();
    for (sockaddr_in& address : addresses_) address = {};
  }
  void TearDown() override {
    WSACloseEvent(stop_);
    WSACleanup();
    EXPECT_TRUE(leaks_.nothing_left());
  }

  class Worker;

  test_support::LeakCheck leaks_;
  WSAEVENT stop_ = WSA_INVALID_EVENT;
  std::array<sockaddr_in, kThreads> addresses_;
  std::atomic<uint64_t> next_number_{1};
  std::atomic<long long> told_{0}, live_ends_{0}, full_sends_{0}, resets_{0}, vain_{0}, anew_{0}, bytes_{0};
  std::atomic<int> opening_{kThreads};  // threads that may still open connections
  const long long target_ = scaled(kEvents);
};

// A thread with a listener, clients to the next thread's listener, and room for the clients of the one before.
class EventStress::Worker {
 public:
  static constexpr int kListener = 0, kFirstClient = 1, kFirstServer = 31, kStop = WSA_MAXIMUM_WAIT_EVENTS - 1;

  Worker(EventStress& all, unsigned index) : all_(all), index_(index), random_(index + 1) {
    for (int i = 0; i < kStop; ++i) {
      ends_[i].event = events_[i] = WSACreateEvent();
      ends_[i].side = i < kFirstServer ? 0 : 1;
    }
    events_[kStop] = all.stop_;
    End& listener = ends_[kListener];
    listener.socket = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    make_small(listener.socket);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(0, bind(listener.socket, name, length));
    EXPECT_EQ(0, getsockname(listener.socket, name, &length));
    EXPECT_EQ(0, WSAEventSelect(listener.socket, listener.event, FD_ACCEPT));
    EXPECT_EQ(0, listen(listener.socket, SOMAXCONN));
    listener.may_be_told = FD_ACCEPT;
    all.addresses_[index] = address;
  }
  ~Worker() {
    for (End& end : ends_)
      if (end.socket != INVALID_SOCKET) closesocket(end.socket);
    for (int i = 0; i < kStop; ++i) WSACloseEvent(events_[i]);
  }

  void work() {
    run();
    if (::testing::Test::HasFailure()) WSASetEvent(all_.stop_);
  }

 private:
  void run() {
    for (int i = kFirstClient; i < kFirstServer; ++i) open(ends_[i]);
    for (;;) {
      DWORD first = WSAWaitForMultipleEvents(WSA_MAXIMUM_WAIT_EVENTS, events_.data(), FALSE, test_support::kDeadlineMs, FALSE);
      if (first == WSA_WAIT_TIMEOUT && is_idle()) continue;
      ASSERT_LT(first - WSA_WAIT_EVENT_0, static_cast<DWORD>(WSA_MAXIMUM_WAIT_EVENTS)) << "nothing is told to thread " << index_ << state();
      for (int i = static_cast<int>(first - WSA_WAIT_EVENT_0); i < kStop; ++i)
        if (WSAWaitForMultipleEvents(1, &events_[i], FALSE, 0, FALSE) == WSA_WAIT_EVENT_0) take(ends_[i]);
      if (first - WSA_WAIT_EVENT_0 == kStop || ::testing::Test::HasFailure()) return;
    }
  }

  static void make_small(SOCKET s) {
    for (int option : {SO_SNDBUF, SO_RCVBUF}) {
      int size = kSmallBuffer;
      EXPECT_EQ(0, setsockopt(s, SOL_SOCKET, option, reinterpret_cast<char*>(&size), sizeof size));
    }
  }

  // Others may have something to do when this one has not.
  bool is_idle() const {
    return std::none_of(ends_.begin() + kFirstClient, ends_.end(), [](const End& end) { return end.socket != INVALID_SOCKET; });
  }
  std::string state() const {
    std::ostringstream text;
    text << ", " << all_.told_ << " told, " << all_.live_ends_ << " ends live";
    for (const End& end : ends_) {
      if (end.socket == INVALID_SOCKET) continue;
      u_long waiting = 0;
      ioctlsocket(end.socket, FIONREAD, &waiting);
      text << "\n  " << (&end == &ends_[kListener] ? "listener" : end.side == 0 ? "client" : "server") << " of connection " << end.number << ": sent "
           << end.sent << ", received " << end.received << ", waiting " << waiting << ", may be told " << std::hex << end.may_be_told << std::dec
           << (end.has_ended ? ", has ended" : "") << (end.shut ? ", shut" : "");
    }
    return text.str();
  }

  void select(End& end) {
    ASSERT_EQ(0, WSAEventSelect(end.socket, end.event, kWanted)) << error_name(WSAGetLastError());
    end.may_be_told = kWanted;
  }

  void begin(End& end, SOCKET s) {
    WSAEVENT event = end.event;
    int side = end.side;
    end = {};
    end.socket = s;
    end.event = event;
    end.side = side;
    ASSERT_TRUE(WSAResetEvent(event));
    select(end);
  }

  void open(End& end) {
    if (all_.told_ >= all_.target_) {
      if (!std::exchange(done_opening_, true)) --all_.opening_;
      stop_if_over();
      return;
    }
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    ASSERT_NE(INVALID_SOCKET, s);
    make_small(s);
    all_.live_ends_ += 2;
    begin(end, s);
    end.number = all_.next_number_++;
    const sockaddr_in& to = all_.addresses_[(index_ + 1) % kThreads];
    ASSERT_EQ(SOCKET_ERROR, connect(s, reinterpret_cast<const sockaddr*>(&to), sizeof to));
    ASSERT_EQ(WSAEWOULDBLOCK, WSAGetLastError());
  }

  void stop_if_over() {
    if (all_.opening_ == 0 && all_.live_ends_ == 0) WSASetEvent(all_.stop_);
  }

  // Closed, and in its place comes the next one.
  void finish(End& end) {
    EXPECT_EQ(0, closesocket(std::exchange(end.socket, INVALID_SOCKET)));
    all_.bytes_ += static_cast<long long>(end.received);
    --all_.live_ends_;
    if (end.side == 0)
      open(end);
    else if (std::exchange(accept_when_there_is_room_, false))
      accept_one();
    stop_if_over();
  }

  void accept_one() {
    auto place = std::find_if(ends_.begin() + kFirstServer, ends_.begin() + kStop, [](const End& end) { return end.socket == INVALID_SOCKET; });
    if (place == ends_.begin() + kStop) {
      accept_when_there_is_room_ = true;
      return;
    }
    SOCKET s = accept(ends_[kListener].socket, nullptr, nullptr);
    ends_[kListener].may_be_told |= FD_ACCEPT;
    if (s == INVALID_SOCKET) {
      EXPECT_EQ(WSAEWOULDBLOCK, WSAGetLastError());
      ++all_.vain_;
      return;
    }
    begin(*place, s);
  }

  void take(End& end) {
    if (end.socket == INVALID_SOCKET) {
      ASSERT_TRUE(WSAResetEvent(end.event)) << "told before it was closed";
      return;
    }
    WSANETWORKEVENTS record{};
    ASSERT_EQ(0, WSAEnumNetworkEvents(end.socket, end.event, &record));
    const long told = record.lNetworkEvents;
    EXPECT_TRUE(told != 0 || end.selected_anew) << "set, and nothing recorded" << state();
    end.selected_anew = false;
    all_.told_ += std::popcount(static_cast<unsigned long>(told));
    if (&end == &ends_[kListener]) {
      EXPECT_EQ(0, told & ~end.may_be_told);
      end.may_be_told &= ~told;
      if (told & FD_ACCEPT) accept_one();
      return;
    }
    const int why = record.iErrorCode[FD_CLOSE_BIT];
    const bool reset_after_end = (told & FD_CLOSE) && end.has_ended && why != 0;
    EXPECT_EQ(0, told & ~end.may_be_told & ~(reset_after_end ? FD_CLOSE : 0)) << "told twice" << state();
    end.may_be_told &= ~told;
    EXPECT_TRUE(!(told & FD_CONNECT) || record.iErrorCode[FD_CONNECT_BIT] == 0);
    if (told & FD_READ) receive(end);
    if ((told & FD_WRITE) && !end.was_reset) send_on(end);
    if (told & FD_CLOSE) closed(end, why);
    if (!step(end)) return;
    if (!end.has_ended && random_() % 50 == 0) {
      ++all_.anew_;
      end.selected_anew = true;
      select(end);
    }
  }

  // One receive for each FD_READ.
  void receive(End& end) {
    char data[4096];
    int got = recv(end.socket, data, 1 + static_cast<int>(random_() % sizeof data), 0);
    const int error = got < 0 ? WSAGetLastError() : 0;
    end.may_be_told |= FD_READ;
    if (got > 0) return check(end, data, got);
    // Another thread may tell of data that has been received meanwhile, and even the end may have come since.
    if (error == WSAEWOULDBLOCK || got == 0) {
      ++all_.vain_;
    } else {
      EXPECT_EQ(WSAECONNRESET, error) << "FD_READ, and the receive gave " << got;
      end.was_reset = true;
    }
  }

  void check(End& end, const char* data, int size) {
    for (int i = 0; i < size; ++i, ++end.received) {
      auto byte = static_cast<unsigned char>(data[i]);
      if (end.side == 1 && end.received < sizeof end.number) {
        end.header |= uint64_t{byte} << (8 * end.received);
        if (end.received + 1 == sizeof end.number) end.number = end.header;
        continue;
      }
      ASSERT_EQ(byte_at(end.number, 1 - end.side, end.received), byte) << "byte " << end.received << " of connection " << end.number;
    }
  }

  // Until there is no room. One round of sends for each FD_WRITE, up to the first that met would-block, if only for its rest: a second
  // could enable it again before the first one's is taken.
  void send_on(End& end) {
    if (end.number == kUnknown) {
      end.may_write = true;
      return;
    }
    end.may_write = false;
    const Course course(end.number);
    char data[10'000];
    while (end.sent < course.length[end.side]) {
      int size = static_cast<int>(std::min<uint64_t>(1 + random_() % sizeof data, course.length[end.side] - end.sent));
      for (int i = 0; i < size; ++i) data[i] = static_cast<char>(byte_at(end.number, end.side, end.sent + static_cast<uint64_t>(i)));
      int sent = send(end.socket, data, size, 0);
      const int error = sent < 0 ? WSAGetLastError() : 0;
      if (error != 0 && error != WSAEWOULDBLOCK) {
        EXPECT_TRUE(error == WSAECONNRESET || error == WSAECONNABORTED) << error_name(error);
        end.was_reset = true;
        return;
      }
      if (sent > 0) end.sent += static_cast<uint64_t>(sent);
      if (sent < size) {
        end.may_be_told |= FD_WRITE;
        if (error != 0) ++all_.full_sends_;
        return;
      }
      if (course.resetting == end.side && end.sent + end.received >= course.reset_after) return;
    }
    if (!std::exchange(end.shut, true) && shutdown(end.socket, SD_SEND) != 0) end.was_reset = true;
  }

  void closed(End& end, int why) {
    end.has_ended = true;
    if (why != 0) {
      EXPECT_TRUE(why == WSAECONNRESET || why == WSAECONNABORTED) << error_name(why);
      end.was_reset = true;
      return;
    }
    char byte;
    if (int got = recv(end.socket, &byte, 1, 0); got < 0) {
      EXPECT_EQ(WSAECONNRESET, WSAGetLastError());
      end.was_reset = true;  // after its end
    } else {
      EXPECT_EQ(0, got) << "FD_CLOSE with data left" << state();
    }
    ASSERT_NE(kUnknown, end.number);
    EXPECT_EQ(Course(end.number).length[1 - end.side], end.received) << "bytes of connection " << end.number;
  }

  // What is due; false: the end is no more.
  bool step(End& end) {
    if (end.number != kUnknown) {
      const Course course(end.number);
      if (std::exchange(end.may_write, false)) send_on(end);
      if (course.resetting == end.side && end.sent + end.received >= course.reset_after) {
        linger hard{1, 0};
        EXPECT_EQ(0, setsockopt(end.socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&hard), sizeof hard));
        ++all_.resets_;
        finish(end);
        return false;
      }
      EXPECT_TRUE(!end.was_reset || course.resetting == 1 - end.side) << "nobody resets connection " << end.number;
    }
    if (end.has_ended && (end.was_reset || end.shut)) {
      finish(end);
      return false;
    }
    return true;
  }

  EventStress& all_;
  const unsigned index_;
  std::mt19937 random_;
  std::array<End, kStop> ends_;
  std::array<WSAEVENT, WSA_MAXIMUM_WAIT_EVENTS> events_{};
  bool accept_when_there_is_room_ = false, done_opening_ = false;
};

TEST_F(EventStress, EverythingThatHappensIsToldOnce) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < kThreads; ++i) workers.push_back(std::make_unique<Worker>(*this, i));
  std::vector<std::thread> threads;
  for (auto& worker : workers) threads.emplace_back([&worker] { worker->work(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(0, live_ends_);
  EXPECT_GE(told_, target_);
  EXPECT_GT(full_sends_, 0);
  EXPECT_GT(resets_, 0);
  EXPECT_GT(anew_, 0);
  EXPECT_LT(vain_, told_ / 10) << "told of what was not there";
  for (auto [name, count] : {std::pair{"events", &told_}, {"bytes", &bytes_}, {"vain", &vain_}, {"resets", &resets_}, {"full sends", &full_sends_}})
    RecordProperty(name, std::to_string(*count));
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::thread([] {}).join();  // a sanitizer may start a thread of its own with the first one
  return RUN_ALL_TESTS();
}
