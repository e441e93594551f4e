// Completion ports: which thread gets which packet, and what is told when there is none. Who leads: port_leading_test.cpp.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "tests/unit/kernel32/port_fixture.h"

namespace kernel32_test {

namespace {

// Here the pause is the subject: it frees the thread's place at its port.
constexpr auto* pause_for = &Sleep;

// ---- packets -------------------------------------------------------------------------------------------------------------------

TEST_F(CompletionPortTest, hands_out_packets_in_their_order_and_releases_each_once) {
  for (uintptr_t key : {1, 2, 3}) windsock_post_packet(core(), new Packet(key, 0, 10));
  for (uintptr_t key : {1, 2, 3}) {
    Got got = get(port(), 0);
    EXPECT_TRUE(got.success);
    EXPECT_EQ(got.key, key);
    EXPECT_EQ(got.bytes, 10u);
    EXPECT_EQ(released, static_cast<int>(key));
  }
  Got none = get(port(), 0);
  EXPECT_FALSE(none.success);
  EXPECT_EQ(none.error, DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(none.overlapped, nullptr);
}

TEST_F(CompletionPortTest, tells_of_failures_and_warnings_by_their_win32_error) {
  struct {
    uint32_t status;
    DWORD error;
  } const rows[] = {{0xC000020D, ERROR_NETNAME_DELETED}, {0x80000005, ERROR_MORE_DATA}, {0xC0000120, ERROR_OPERATION_ABORTED}};
  for (auto [status, error] : rows) {
    windsock_post_packet(core(), new Packet(5, status, 3));
    Got got = get(port());
    EXPECT_FALSE(got.success);
    EXPECT_EQ(got.error, error);
    EXPECT_EQ(got.key, 5u);
    EXPECT_EQ(got.bytes, 3u);
    EXPECT_NE(got.overlapped, nullptr);
    windsock_post_packet(core(), new Packet(6, status, 3));
    OVERLAPPED_ENTRY entry{};
    ULONG count = 0;
    EXPECT_TRUE(GetQueuedCompletionStatusEx(port(), &entry, 1, &count, kHang, FALSE)) << "whatever became of the operation";
    EXPECT_EQ(count, 1u);
    EXPECT_EQ(entry.Internal, status);
    EXPECT_EQ(entry.dwNumberOfBytesTransferred, 3u);
  }
}

TEST_F(CompletionPortTest, gives_as_many_at_once_as_are_asked_for) {
  for (ULONG_PTR key = 1; key <= 5; ++key) EXPECT_TRUE(post(key));
  OVERLAPPED_ENTRY entries[3];
  ULONG count = 0;
  ULONG_PTR expected = 1;
  for (ULONG wanted : {3, 2}) {
    EXPECT_TRUE(GetQueuedCompletionStatusEx(port(), entries, 3, &count, 0, FALSE));
    EXPECT_EQ(count, wanted);
    for (ULONG i = 0; i < count; ++i) EXPECT_EQ(entries[i].lpCompletionKey, expected++);
  }
  EXPECT_FALSE(GetQueuedCompletionStatusEx(port(), entries, 3, &count, 1, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{WAIT_TIMEOUT});
}

// ---- threads ---------------------------------------------------------------------------------------------------------------------

TEST_F(CompletionPortTest, serves_the_latest_thread_first) {
  Worker first(port()), second(port()), third(port());
  for (Worker* worker : {&first, &second, &third}) worker->sleep_at_port();
  ULONG_PTR key = 0;
  for (Worker* worker : {&third, &second, &first}) {
    EXPECT_TRUE(post(++key));
    EXPECT_EQ(worker->result().key, key);
  }
}

TEST_F(CompletionPortTest, lets_no_more_threads_run_than_its_limit) {
  make(1);
  Worker first(port()), second(port());
  second.sleep_at_port();
  first.sleep_at_port();
  EXPECT_TRUE(post(1));
  EXPECT_EQ(first.result().key, 1u);
  EXPECT_TRUE(post(2));
  EXPECT_TRUE(thread_sleeps_in(second.id(), SYS_futex));
  EXPECT_FALSE(get(port(), 0).success) << "nor one that comes from elsewhere";
  first.begin_get();
  EXPECT_EQ(first.result().key, 2u) << "the thread that has come back is the one that may run";
  EXPECT_TRUE(post(3));
  EXPECT_FALSE(second.is_done());
  first.end();
  EXPECT_EQ(second.result().key, 3u) << "the place of a thread that has ended is free";
}

TEST_F(CompletionPortTest, has_the_place_of_a_thread_that_sleeps_in_a_wait) {
  make(1);
  OwnedHandle event = automatic_event();
  Worker first(port()), second(port());
  second.sleep_at_port();
  first.sleep_at_port();
  EXPECT_TRUE(post(1));
  first.result();
  EXPECT_TRUE(post(2));
  EXPECT_FALSE(second.is_done());
  HANDLE handle = event.get();
  first.begin([handle](HANDLE) { return Got{WaitForSingleObject(handle, kHang) == WAIT_OBJECT_0}; });
  EXPECT_EQ(second.result().key, 2u);
  SetEvent(handle);
  EXPECT_TRUE(first.result().success);
  // Both run now, one too many. The next packet waits until both places but one are free.
  EXPECT_TRUE(post(3));
  second.begin([](HANDLE) { return pause_for(1), Got{TRUE}; });
  EXPECT_TRUE(second.result().success);
  EXPECT_FALSE(get(port(), 0).success);
  second.end();
  EXPECT_FALSE(get(port(), 0).success);
  first.end();
  EXPECT_EQ(get(port(), 0).key, 3u);
}

TEST_F(CompletionPortTest, has_the_place_of_a_thread_that_sleeps_for_a_condition_or_an_address) {
  make(1);
  SRWLOCK lock = SRWLOCK_INIT;
  CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
  LONG word = 0;
  bool set = false;
  std::function<Got(HANDLE)> ways[] = {
      [&](HANDLE) {
        AcquireSRWLockExclusive(&lock);
        while (!set) SleepConditionVariableSRW(&condition, &lock, kHang, 0);
        ReleaseSRWLockExclusive(&lock);
        return Got{TRUE};
      },
      [&](HANDLE) {
        LONG undesired = 0;
        while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0) WaitOnAddress(&word, &undesired, sizeof word, kHang);
        return Got{TRUE};
      },
  };
  for (auto& way : ways) {
    Worker first(port()), second(port());
    second.sleep_at_port();
    first.sleep_at_port();
    EXPECT_TRUE(post(1));
    first.result();
    EXPECT_TRUE(post(2));
    EXPECT_FALSE(second.is_done());
    first.begin(way);
    EXPECT_EQ(second.result().key, 2u);
    AcquireSRWLockExclusive(&lock);
    set = true;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&condition);
    __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
    WakeByAddressAll(&word);
    EXPECT_TRUE(first.result().success);
    set = false;
    word = 0;
  }
}

TEST_F(CompletionPortTest, loses_a_thread_to_another_port) {
  make(1);
  OwnedHandle other(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
  Worker first(port()), second(port());
  second.sleep_at_port();
  first.sleep_at_port();
  EXPECT_TRUE(post(1));
  first.result();
  EXPECT_TRUE(post(2));
  EXPECT_FALSE(second.is_done());
  HANDLE elsewhere = other.get();
  first.begin([=](HANDLE) { return get(elsewhere); });
  EXPECT_EQ(second.result().key, 2u);
  EXPECT_TRUE(PostQueuedCompletionStatus(elsewhere, 0, 3, nullptr));
  EXPECT_EQ(first.result().key, 3u);
}

// ---- alertable waits -----------------------------------------------------------------------------------------------------------------

std::atomic<int> calls_made{0};
void CALLBACK count_call(ULONG_PTR) { ++calls_made; }

Got get_alertably(HANDLE port) {
  OVERLAPPED_ENTRY entry{};
  ULONG count = 0;
  Got got;
  got.success = GetQueuedCompletionStatusEx(port, &entry, 1, &count, kHang, TRUE);
  got.error = got.success ? 0 : GetLastError();
  got.key = entry.lpCompletionKey;
  return got;
}

TEST_F(CompletionPortTest, ends_the_alertable_wait_of_sleeper_and_leader_by_a_call) {
  for (bool leads : {false, true}) {
    calls_made = 0;
    if (leads) source();
    Worker worker(port());
    if (leads) {
      worker.begin(get_alertably);
      EXPECT_TRUE(eventually([&] { return source().is_served(); }));
    } else {
      worker.sleep_at_port(get_alertably);
    }
    OwnedHandle thread(OpenThread(THREAD_ALL_ACCESS, FALSE, worker.id()));
    EXPECT_TRUE(QueueUserAPC(count_call, thread.get(), 0));
    Got got = worker.result();
    EXPECT_FALSE(got.success);
    EXPECT_EQ(got.error, DWORD{WAIT_IO_COMPLETION});
    EXPECT_EQ(calls_made, 1);
  }
  EXPECT_EQ(source().leader, 0u);
}

TEST_F(CompletionPortTest, gives_a_packet_before_it_has_calls_made) {
  calls_made = 0;
  EXPECT_TRUE(QueueUserAPC(count_call, GetCurrentThread(), 0));
  EXPECT_TRUE(post(1));
  EXPECT_EQ(get(port(), 0).key, 1u);
  EXPECT_EQ(get(port(), 0).error, DWORD{WAIT_TIMEOUT}) << "not alertable";
  EXPECT_TRUE(post(2));
  EXPECT_EQ(get_alertably(port()).key, 2u);
  EXPECT_EQ(calls_made, 0);
  EXPECT_EQ(get_alertably(port()).error, DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(calls_made, 1);
}

// ---- the end -----------------------------------------------------------------------------------------------------------------------------

TEST_F(CompletionPortTest, is_abandoned_by_all_who_wait_when_its_last_handle_is_closed) {
  make(1);
  FakeSource& source = this->source();
  Worker leader(port()), sleeper(port()), alertable(port());
  leader.lead(source);
  sleeper.sleep_at_port();
  alertable.sleep_at_port(get_alertably);
  HANDLE copy = nullptr, first = port_.release();
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), first, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  EXPECT_TRUE(CloseHandle(first));
  for (Worker* worker : {&leader, &sleeper, &alertable}) EXPECT_FALSE(worker->is_done()) << "there is another handle";
  EXPECT_TRUE(CloseHandle(copy));
  for (Worker* worker : {&leader, &sleeper, &alertable}) {
    Got got = worker->result();
    EXPECT_FALSE(got.success);
    EXPECT_EQ(got.error, DWORD{ERROR_ABANDONED_WAIT_0});
  }
  EXPECT_EQ(sleeper.result().overlapped, nullptr);
  EXPECT_EQ(source.leader, 0u);
}

TEST_F(CompletionPortTest, releases_what_it_loses_and_its_source_when_nobody_refers_to_it) {
  source();
  for (uintptr_t key : {1, 2, 3}) windsock_post_packet(core(), new Packet(key));
  port_.close();
  EXPECT_EQ(released, 3);
  windsock_post_packet(core_, new Packet(4));
  EXPECT_EQ(released, 4) << "what comes later is lost at once";
  EXPECT_EQ(sources_deleted_, 0);
  windsock_release_port(core_);
  core_ = nullptr;
  EXPECT_EQ(sources_deleted_, 1);
}

TEST_F(CompletionPortTest, gives_each_packet_to_one_of_many_threads) {
  make(3);
  FakeSource& source = this->source();
  services::Port* to = core();
  constexpr int kThreads = 8, kPosters = 3, kEach = 4000;
  std::atomic<uint64_t> sum{0};
  std::atomic<int> taken{0}, wrong{0};
  std::vector<std::thread> threads, posters;
  auto is_closed = [](DWORD error) { return error == ERROR_ABANDONED_WAIT_0 || error == ERROR_INVALID_HANDLE; };
  HANDLE handle = port();
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      OVERLAPPED_ENTRY entries[4];
      for (;;) {
        ULONG count = 1;
        DWORD patience = i % 4 == 3 ? 1 : kHang;
        if (i % 2 != 0) {
          if (!GetQueuedCompletionStatusEx(handle, entries, i == 5 ? 1 : 4, &count, patience, i % 4 == 1)) {
            if (is_closed(GetLastError())) return;
            if (GetLastError() != WAIT_TIMEOUT) ++wrong;
            continue;
          }
        } else {
          Got got = get(handle);
          if (!got.success && is_closed(got.error)) return;
          if (!got.success) ++wrong;
          entries[0].lpCompletionKey = got.key;
        }
        for (ULONG e = 0; e < count; ++e) {
          sum += entries[e].lpCompletionKey;
          ++taken;
        }
        if (taken % 64 == 0) pause_for(0);
      }
    });
  }
  for (int p = 0; p < kPosters; ++p) {
    posters.emplace_back([&, p] {
      for (int n = 1; n <= kEach; ++n) {
        auto key = static_cast<ULONG_PTR>(n);
        if (p == 0) source.feed([=] { windsock_post_packet(to, new Packet(key)); });
        if (p == 1) windsock_post_packet(to, new Packet(key));
        if (p == 2 && !PostQueuedCompletionStatus(handle, 0, key, nullptr)) ++wrong;
      }
    });
  }
  for (std::thread& poster : posters) poster.join();
  EXPECT_TRUE(eventually([&] { return taken == kPosters * kEach; }));
  EXPECT_EQ(sum, uint64_t{kPosters} * kEach * (kEach + 1) / 2);
  EXPECT_EQ(released, 2 * kEach);
  EXPECT_EQ(wrong, 0);
  port_.close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(source.leader, 0u);
}

TEST_F(CompletionPortTest, keeps_its_packets_and_loses_its_threads_in_the_child_of_a_fork) {
  if (kSanitized) GTEST_SKIP() << "the sanitizers know no new threads in the child of a fork";
  make(1);
  Worker worker(port());
  worker.sleep_at_port();
  EXPECT_TRUE(post(1));
  worker.result();  // and runs: the limit is reached
  EXPECT_TRUE(post(2));
  pid_t child = fork();
  if (child == 0) {
    bool right = get(port(), 0).key == 2 && get(port(), 1).error == WAIT_TIMEOUT && post(3) && get(port(), 0).key == 3;
    _exit(right ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  worker.end();
  EXPECT_EQ(get(port(), 0).key, 2u) << "the parent has its own";
}

// A port calls its source with its lock held. Who forks takes both, and the core's are the source's.
std::mutex lock_of_sources;

TEST_F(CompletionPortTest, is_locked_for_a_fork_before_its_source) {
  auto operations = kOperations;
  operations.lock_sources_for_fork = [] { lock_of_sources.lock(); };
  operations.unlock_sources_after_fork = [] { lock_of_sources.unlock(); };
  operations.reset_sources_in_child = [] {};
  Worker worker(port());
  worker.lead(source());
  windsock_set_socket_operations(&operations);
  const DWORD forking = GetCurrentThreadId();
  std::atomic<bool> leaves{false};
  source().while_leaving = [&] {
    leaves = true;
    EXPECT_TRUE(eventually([&] { return thread_sleeps_in(forking, SYS_futex); }));
    EXPECT_TRUE(eventually([] { return lock_of_sources.try_lock(); })) << "whoever forks has it, and waits for the port";
    lock_of_sources.unlock();
  };
  feed(1);
  ASSERT_TRUE(eventually([&] { return leaves.load(); }));
  pid_t child = fork();
  if (child == 0) _exit(lock_of_sources.try_lock() ? 0 : 1);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(worker.result().key, 1u);
  source().while_leaving = [] {};
}

// ---- arguments ------------------------------------------------------------------------------------------------------------------------------

TEST_F(CompletionPortTest, is_a_port_and_nothing_else) {
  OwnedHandle event = manual_event();
  auto expect = [](DWORD error, BOOL result) {
    EXPECT_FALSE(result);
    EXPECT_EQ(GetLastError(), error);
  };
  OVERLAPPED_ENTRY entry;
  ULONG count = 0;
  ULONG_PTR key = 0;
  LPOVERLAPPED overlapped = nullptr;
  DWORD bytes = 0;
  expect(ERROR_INVALID_HANDLE, get(event.get(), 0).success);
  expect(ERROR_INVALID_HANDLE, GetQueuedCompletionStatusEx(event.get(), &entry, 1, &count, 0, FALSE));
  expect(ERROR_INVALID_HANDLE, PostQueuedCompletionStatus(event.get(), 0, 0, nullptr));
  expect(ERROR_INVALID_HANDLE, CreateIoCompletionPort(event.get(), port(), 0, 0) != nullptr);
  expect(ERROR_INVALID_HANDLE, CreateIoCompletionPort(event.get(), nullptr, 0, 0) != nullptr);
  expect(ERROR_INVALID_PARAMETER, CreateIoCompletionPort(INVALID_HANDLE_VALUE, port(), 0, 0) != nullptr);
  expect(ERROR_INVALID_PARAMETER, GetQueuedCompletionStatusEx(port(), &entry, 0, &count, 0, FALSE));
  expect(ERROR_INVALID_PARAMETER, GetQueuedCompletionStatusEx(port(), nullptr, 1, &count, 0, FALSE));
  expect(ERROR_INVALID_PARAMETER, GetQueuedCompletionStatusEx(port(), &entry, 1, static_cast<PULONG>(nullptr), 0, FALSE));
  expect(ERROR_INVALID_PARAMETER, GetQueuedCompletionStatus(port(), static_cast<LPDWORD>(nullptr), &key, &overlapped, 0));
  expect(ERROR_INVALID_PARAMETER, GetQueuedCompletionStatus(port(), &bytes, nullptr, &overlapped, 0));
  expect(ERROR_INVALID_PARAMETER, GetQueuedCompletionStatus(port(), &bytes, &key, nullptr, 0));
  EXPECT_EQ(WaitForSingleObject(port(), 0), DWORD{WAIT_FAILED});
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

}  // namespace

}  // namespace kernel32_test
