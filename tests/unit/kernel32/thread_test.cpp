#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

DWORD exit_code_of(HANDLE thread) {
  DWORD code = 0xdeadbeef;
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  return code;
}

TEST(Thread, runs_with_its_argument_and_keeps_its_result) {
  int seen = 0;
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](LPVOID argument) -> DWORD {
        *static_cast<int*>(argument) = 42;
        return 0x80000001;
      },
      &seen, 0, nullptr));
  ASSERT_NE(thread.get(), nullptr);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(seen, 42);
  EXPECT_EQ(exit_code_of(thread.get()), 0x80000001u);
  EXPECT_EQ(WaitForSingleObject(thread.get(), 0), WAIT_OBJECT_0) << "it stays signalled";
}

TEST(Thread, tells_its_id) {
  struct Ids {
    DWORD own = 0;
    long host = 0;
  } ids;
  DWORD id = 0;
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](LPVOID argument) -> DWORD {
        *static_cast<Ids*>(argument) = {GetCurrentThreadId(), syscall(SYS_gettid)};
        return 0;
      },
      &ids, 0, &id));
  WaitForSingleObject(thread.get(), kHang);
  EXPECT_EQ(ids.own, id);
  EXPECT_EQ(ids.host, static_cast<long>(id));
  EXPECT_NE(id, GetCurrentThreadId());
}

TEST(Thread, is_active_until_its_end) {
  OwnedHandle go = manual_event();
  OwnedHandle thread(CreateThread(
      nullptr, 0, [](LPVOID event) -> DWORD { return WaitForSingleObject(event, kHang); }, go.get(), 0, nullptr));
  EXPECT_EQ(exit_code_of(thread.get()), DWORD{STILL_ACTIVE});
  EXPECT_EQ(WaitForSingleObject(thread.get(), 0), DWORD{WAIT_TIMEOUT});
  SetEvent(go.get());
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread.get()), WAIT_OBJECT_0);
}

TEST(Thread, suspended_runs_when_resumed) {
  std::atomic<bool> ran{false};
  DWORD id = 0;
  OwnedHandle thread(CreateThread(
      nullptr, 0, [](LPVOID flag) -> DWORD { return static_cast<std::atomic<bool>*>(flag)->exchange(true); }, &ran, CREATE_SUSPENDED, &id));
  ASSERT_TRUE(eventually([&] { return thread_sleeps_in(id, SYS_futex); }));
  EXPECT_FALSE(ran);
  EXPECT_EQ(ResumeThread(thread.get()), 1u);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(ran);
  EXPECT_EQ(ResumeThread(thread.get()), 0u);
}

struct NoteDestruction {
  std::atomic<int>& count;
  ~NoteDestruction() { ++count; }
};

TEST(Thread, exits_from_a_deep_frame_through_destructors) {
  std::atomic<int> destroyed{0};
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](LPVOID count) -> DWORD {
        NoteDestruction outer{*static_cast<std::atomic<int>*>(count)};
        [&] {
          NoteDestruction inner{outer.count};
          ExitThread(17);
        }();
        return 1;
      },
      &destroyed, 0, nullptr));
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(thread.get()), 17u);
  EXPECT_EQ(destroyed, 2);
}

TEST(Thread, is_signalled_after_its_thread_locals_are_gone) {
  static std::atomic<int> destroyed;
  destroyed = 0;
  constexpr int kThreads = 50;
  for (int i = 1; i <= kThreads; ++i) {
    OwnedHandle thread(CreateThread(
        nullptr, 0,
        [](LPVOID) -> DWORD {
          static thread_local NoteDestruction note{destroyed};
          return static_cast<DWORD>(note.count.load());
        },
        nullptr, 0, nullptr));
    ASSERT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
    ASSERT_EQ(destroyed, i);
  }
}

TEST(Thread, handle_outlives_or_precedes_the_thread) {
  OwnedHandle go = manual_event(), done = manual_event();
  HANDLE events[] = {go.get(), done.get()};
  OwnedHandle thread(CreateThread(
      nullptr, 0,
      [](LPVOID argument) -> DWORD {
        auto* pair = static_cast<HANDLE*>(argument);
        WaitForSingleObject(pair[0], kHang);
        SetEvent(pair[1]);
        return 0;
      },
      events, 0, nullptr));
  thread.close();
  SetEvent(go.get());
  EXPECT_EQ(WaitForSingleObject(done.get(), kHang), WAIT_OBJECT_0);
}

TEST(Thread, of_another_maker_has_a_handle_too) {
  OwnedHandle known = manual_event(), go = manual_event();
  HANDLE handle = nullptr;
  pthread_t made;
  auto body = [&] {
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &handle, 0, FALSE, DUPLICATE_SAME_ACCESS);
    SetEvent(known.get());
    WaitForSingleObject(go.get(), kHang);
    ExitThread(5);
  };
  ASSERT_EQ(pthread_create(
                &made, nullptr,
                [](void* argument) -> void* {
                  (*static_cast<decltype(body)*>(argument))();
                  return nullptr;
                },
                &body),
            0);
  ASSERT_EQ(WaitForSingleObject(known.get(), kHang), WAIT_OBJECT_0);
  OwnedHandle thread(handle);
  EXPECT_EQ(exit_code_of(handle), DWORD{STILL_ACTIVE});
  SetEvent(go.get());
  EXPECT_EQ(WaitForSingleObject(handle, kHang), WAIT_OBJECT_0);
  EXPECT_EQ(exit_code_of(handle), 5u);
  pthread_join(made, nullptr);
}

size_t stack_size_of_thread(SIZE_T requested, DWORD flags) {
  size_t size = 0;
  OwnedHandle thread(CreateThread(
      nullptr, requested,
      [](LPVOID result) -> DWORD {
        pthread_attr_t attributes;
        pthread_getattr_np(pthread_self(), &attributes);
        pthread_attr_getstacksize(&attributes, static_cast<size_t*>(result));
        pthread_attr_destroy(&attributes);
        return 0;
      },
      &size, flags, nullptr));
  WaitForSingleObject(thread.get(), kHang);
  return size;
}

// The host may give more, because it keeps the stacks of ended threads.
TEST(Thread, stack_has_at_least_its_size) {
  EXPECT_GE(stack_size_of_thread(32 << 20, 0), size_t{32 << 20});
  EXPECT_GE(stack_size_of_thread(4096, 0), size_t{1 << 20});
  EXPECT_GE(stack_size_of_thread(256 << 10, STACK_SIZE_PARAM_IS_A_RESERVATION), size_t{256 << 10});
}

TEST(Thread, refuses_what_it_cannot_do) {
  EXPECT_EQ(CreateThread(nullptr, 0, nullptr, nullptr, 0, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateThread(nullptr, 0, [](LPVOID) -> DWORD { return 0; }, nullptr, 0x2, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateThread(nullptr, SIZE_T{1} << 60, [](LPVOID) -> DWORD { return 0; }, nullptr, 0, nullptr), nullptr);
  EXPECT_FALSE(GetExitCodeThread(GetCurrentThread(), static_cast<LPDWORD>(nullptr)));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(Thread, waits_for_all_of_many) {
  std::vector<OwnedHandle> owners;
  std::vector<HANDLE> threads;
  for (int i = 0; i < MAXIMUM_WAIT_OBJECTS; ++i) {
    owners.emplace_back(CreateThread(nullptr, 0, [](LPVOID) -> DWORD { return GetCurrentThreadId(); }, nullptr, 0, nullptr));
    threads.push_back(owners.back().get());
  }
  EXPECT_EQ(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, threads.data(), TRUE, kHang), WAIT_OBJECT_0);
}

// The section guards a plain integer: a lost update shows as a wrong sum, and as a race under the thread sanitizer.
TEST(CriticalSection, excludes_and_nests) {
  struct Shared {
    CRITICAL_SECTION section;
    int value = 0;
  } shared;
  InitializeCriticalSectionAndSpinCount(&shared.section, 100);
  constexpr int kThreads = 4, kRounds = 20000;
  std::vector<OwnedHandle> owners;
  std::vector<HANDLE> threads;
  for (int i = 0; i < kThreads; ++i) {
    owners.emplace_back(CreateThread(
        nullptr, 0,
        [](LPVOID argument) -> DWORD {
          auto* own = static_cast<Shared*>(argument);
          for (int round = 0; round < kRounds; ++round) {
            EnterCriticalSection(&own->section);
            EnterCriticalSection(&own->section);
            ++own->value;
            LeaveCriticalSection(&own->section);
            LeaveCriticalSection(&own->section);
          }
          return 0;
        },
        &shared, 0, nullptr));
    threads.push_back(owners.back().get());
  }
  EXPECT_EQ(WaitForMultipleObjects(kThreads, threads.data(), TRUE, kHang), WAIT_OBJECT_0);
  EXPECT_EQ(shared.value, kThreads * kRounds);
  EXPECT_EQ(shared.section.LockCount, -1);
  DeleteCriticalSection(&shared.section);
}

TEST(CriticalSection, is_tried_by_owner_and_others) {
  CRITICAL_SECTION section;
  InitializeCriticalSection(&section);
  EXPECT_TRUE(TryEnterCriticalSection(&section));
  EXPECT_TRUE(TryEnterCriticalSection(&section));
  auto tried_elsewhere = [&] {
    BOOL entered = TRUE;
    std::thread([&] {
      entered = TryEnterCriticalSection(&section);
      if (entered) LeaveCriticalSection(&section);
    }).join();
    return entered;
  };
  EXPECT_FALSE(tried_elsewhere());
  LeaveCriticalSection(&section);
  EXPECT_FALSE(tried_elsewhere());
  LeaveCriticalSection(&section);
  EXPECT_TRUE(tried_elsewhere());
  DeleteCriticalSection(&section);
}

}  // namespace

}  // namespace kernel32_test
