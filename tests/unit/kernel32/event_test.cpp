// Events and waits by one thread, and what both answer to wrong handles and counts.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

TEST(Event, manual_one_stays_set_until_reset) {
  OwnedHandle event = manual_event();
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_TIMEOUT);
  EXPECT_TRUE(SetEvent(event.get()));
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(event.get(), INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(ResetEvent(event.get()));
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_TIMEOUT);
}

TEST(Event, automatic_one_is_taken_by_one_wait) {
  OwnedHandle event = automatic_event(true);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_TIMEOUT);
}

TEST(Event, set_twice_is_set_once) {
  OwnedHandle event = automatic_event();
  SetEvent(event.get());
  SetEvent(event.get());
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_TIMEOUT);
}

TEST(Event, with_a_name_is_refused) {
  EXPECT_EQ(CreateEventA(nullptr, TRUE, FALSE, "name"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(CreateEventW(nullptr, TRUE, FALSE, u"name"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
}

TEST(Event, created_leaves_no_error) {
  SetLastError(1234);
  OwnedHandle event = manual_event();
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
}

TEST(Wait, for_any_reports_the_lowest_set_and_takes_no_other) {
  OwnedHandle a = automatic_event(), b = automatic_event(true), c = automatic_event(true);
  HANDLE handles[] = {a.get(), b.get(), c.get()};
  EXPECT_EQ(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_OBJECT_0 + 1);
  EXPECT_EQ(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_OBJECT_0 + 2);
  EXPECT_EQ(WaitForMultipleObjects(3, handles, FALSE, 0), DWORD{WAIT_TIMEOUT});
}

TEST(Wait, for_any_allows_an_object_twice) {
  OwnedHandle a = automatic_event();
  HANDLE handles[] = {a.get(), a.get()};
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, 1), DWORD{WAIT_TIMEOUT});
  SetEvent(a.get());
  EXPECT_EQ(WaitForMultipleObjects(2, handles, FALSE, 0), WAIT_OBJECT_0);
}

TEST(Wait, for_all_takes_all_or_nothing) {
  OwnedHandle a = automatic_event(true), b = automatic_event(), manual = manual_event(true);
  HANDLE handles[] = {a.get(), manual.get(), b.get()};
  EXPECT_EQ(WaitForMultipleObjects(3, handles, TRUE, 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForMultipleObjects(3, handles, TRUE, 1), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(a.get(), 0), WAIT_OBJECT_0) << "a failed wait for all has taken it";
  SetEvent(a.get());
  SetEvent(b.get());
  EXPECT_EQ(WaitForMultipleObjects(3, handles, TRUE, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(a.get(), 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(b.get(), 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(manual.get(), 0), WAIT_OBJECT_0);
}

TEST(Wait, for_all_refuses_an_object_twice) {
  OwnedHandle a = automatic_event(true);
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), a.get(), GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  OwnedHandle owner(copy);
  HANDLE handles[] = {a.get(), copy};
  EXPECT_EQ(WaitForMultipleObjects(2, handles, TRUE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(WaitForSingleObject(a.get(), 0), WAIT_OBJECT_0) << "the refused wait has taken it";
}

TEST(Wait, takes_at_most_64_objects) {
  std::array<HANDLE, MAXIMUM_WAIT_OBJECTS + 1> handles;
  std::vector<OwnedHandle> owners;
  for (HANDLE& handle : handles) {
    owners.push_back(automatic_event());
    handle = owners.back().get();
  }
  SetEvent(handles[MAXIMUM_WAIT_OBJECTS - 1]);
  EXPECT_EQ(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, handles.data(), FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, handles.data(), FALSE, 0), WAIT_OBJECT_0 + MAXIMUM_WAIT_OBJECTS - 1);
  for (HANDLE handle : handles) SetEvent(handle);
  EXPECT_EQ(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, handles.data(), TRUE, 0), WAIT_OBJECT_0);
}

TEST(Wait, refuses_wrong_counts_and_pointers) {
  OwnedHandle a = automatic_event(true);
  HANDLE handle = a.get();
  EXPECT_EQ(WaitForMultipleObjects(0, &handle, FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(WaitForMultipleObjects(1, nullptr, FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(Wait, times_out_after_its_time_and_not_before) {
  OwnedHandle event = automatic_event();
  constexpr DWORD kTime = 30;
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(WaitForSingleObject(event.get(), kTime), DWORD{WAIT_TIMEOUT});
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(kTime));
}

// Here the pause is the subject.
TEST(Sleep, lasts_its_time) {
  constexpr DWORD kTime = 20;
  auto* const pause = &Sleep;
  auto* const alertable_pause = &SleepEx;
  auto start = std::chrono::steady_clock::now();
  pause(kTime);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(kTime));
  EXPECT_EQ(alertable_pause(kTime, TRUE), 0u);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(2 * kTime));
}

TEST(TickCount, goes_with_the_clock) {
  ULONGLONG before = GetTickCount64();
  DWORD low = GetTickCount();
  ULONGLONG after = GetTickCount64();
  EXPECT_LE(before, after);
  EXPECT_LE(low - static_cast<DWORD>(before), static_cast<DWORD>(after - before));
  // As far as the clock of another library goes, give or take the millisecond that each count cuts off.
  auto start = std::chrono::steady_clock::now();
  ULONGLONG at_start = GetTickCount64();
  EXPECT_TRUE(eventually([&] { return GetTickCount64() >= at_start + 20; }));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(20 - 1));
}

TEST(LastError, belongs_to_the_thread) {
  SetLastError(1);
  DWORD seen = 99;
  std::thread([&] {
    seen = GetLastError();
    SetLastError(2);
  }).join();
  EXPECT_EQ(seen, 0u);
  EXPECT_EQ(GetLastError(), 1u);
}

}  // namespace

}  // namespace kernel32_test
