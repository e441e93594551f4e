// A completion port with what the core would add to it, and threads that wait at it in an order that the test decides.
#pragma once

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <thread>

#include "dlls/kernel32/socket_provider.h"
#include "tests/unit/kernel32/fake_source.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace services = windsock::services;

// ---- what the core would do ------------------------------------------------------------------------------------------------

inline services::Port* captured = nullptr;
inline constexpr services::SocketOperations kOperations = {
    .close = nullptr,
    .duplicate = nullptr,
    .get_inheritable = nullptr,
    .set_inheritable = nullptr,
    .inherit = nullptr,
    .read = nullptr,
    .write = nullptr,
    .start_read = nullptr,
    .start_write = nullptr,
    .associate = [](uintptr_t, services::Port* port, uintptr_t) { return windsock_retain_port(port), captured = port, true; },
    .set_notification_modes = nullptr,
    .cancel_own = nullptr,
    .cancel = nullptr,
    .common_source = []() -> services::IoSource* { return nullptr; },
    .await_end = nullptr,
};

inline std::atomic<int> released{0};
struct Packet final : services::CompletionPacket {
  explicit Packet(uintptr_t its_key, uint32_t its_status = 0, uint32_t its_bytes = 0) {
    release = [](services::CompletionPacket* packet) {
      ++released;
      delete static_cast<Packet*>(packet);
    };
    key = its_key;
    status = its_status;
    bytes = its_bytes;
    overlapped = this;
  }
};

inline FakeSource* next_source = nullptr;

// ---- a port, and the threads that wait at it ----------------------------------------------------------------------------------

struct Got {
  BOOL success = FALSE;
  DWORD error = 0, bytes = 99;
  ULONG_PTR key = 99;
  LPOVERLAPPED overlapped = reinterpret_cast<LPOVERLAPPED>(99);
};

inline Got get(HANDLE port, DWORD milliseconds = kHang) {
  Got got;
  got.success = GetQueuedCompletionStatus(port, &got.bytes, &got.key, &got.overlapped, milliseconds);
  got.error = got.success ? 0 : GetLastError();
  return got;
}

class CompletionPortTest : public ::testing::Test {
 protected:
  void SetUp() override { released = 0; }
  void TearDown() override {
    if (core_ != nullptr) windsock_release_port(core_);
    windsock_set_socket_operations(nullptr);
  }

  void make(DWORD limit) { port_ = OwnedHandle(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, limit)); }
  HANDLE port() {
    if (port_.get() == nullptr) make(8);
    return port_.get();
  }
  bool post(ULONG_PTR key) { return PostQueuedCompletionStatus(port(), 0, key, nullptr); }
  // The port as the core sees it.
  services::Port* core() {
    if (core_ != nullptr) return core_;
    windsock_set_socket_operations(&kOperations);
    constexpr uintptr_t kSocket = 7;
    EXPECT_EQ(CreateIoCompletionPort(reinterpret_cast<HANDLE>(kSocket), port(), 0, 0), port());
    return core_ = captured;
  }
  FakeSource& source() {
    if (source_ != nullptr) return *source_;
    next_source = new FakeSource(&sources_deleted_);
    source_ = static_cast<FakeSource*>(windsock_source_of_port(core(), [](services::Port*) -> services::IoSource* { return next_source; }));
    return *source_;
  }
  void feed(ULONG_PTR key) {
    services::Port* to = core();
    source().feed([=] { windsock_post_packet(to, new Packet(key)); });
  }

  std::atomic<int> sources_deleted_{0};
  OwnedHandle port_;
  services::Port* core_ = nullptr;
  FakeSource* source_ = nullptr;
};

// A thread that is told what to do, and does it: nothing happens in an order that the test has not asked for.
class Worker {
 public:
  explicit Worker(HANDLE port) : port_(port), thread_([this] { run(); }) {
    eventually([this] { return id_ != 0; });
  }
  ~Worker() { end(); }

  void begin(std::function<Got(HANDLE)> work) {
    done_ = false;
    {
      std::lock_guard lock(mutex_);
      work_ = std::move(work);
    }
    changed_.notify_one();
  }
  void begin_get(DWORD milliseconds = kHang) {
    begin([=](HANDLE port) { return get(port, milliseconds); });
  }
  // Begins, and sleeps at the port, with none to lead.
  void sleep_at_port(Got (*way)(HANDLE) = [](HANDLE port) { return get(port); }) {
    in_call_ = false;
    begin([this, way](HANDLE port) {
      in_call_ = true;
      return way(port);
    });
    EXPECT_TRUE(eventually([this] { return in_call_ && thread_sleeps_in(id_, SYS_futex); }));
  }
  void lead(FakeSource& source) {
    begin_get();
    EXPECT_TRUE(eventually([&] { return source.leader == id_ && source.is_served(); }));
  }
  bool is_done() const { return done_; }
  Got result() {
    EXPECT_TRUE(eventually([this] { return done_.load(); }));
    return got_;
  }
  DWORD id() const { return id_; }
  void end() {
    if (!thread_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void run() {
    id_ = GetCurrentThreadId();
    for (;;) {
      std::function<Got(HANDLE)> work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ends_ || work_; });
        if (!work_) return;
        work.swap(work_);
      }
      got_ = work(port_);
      done_ = true;
    }
  }

  HANDLE port_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<Got(HANDLE)> work_;
  bool ends_ = false;
  std::atomic<DWORD> id_{0};
  std::atomic<bool> done_{false}, in_call_{false};
  Got got_;
  std::thread thread_;
};

}  // namespace kernel32_test
