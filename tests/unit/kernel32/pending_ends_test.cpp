// What the core prepares when an operation begins, to tell its end by: events and completion routines.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "dlls/kernel32/socket_provider.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

// Here the pause is the subject: it is where calls are made.
constexpr auto* alertable_pause = &SleepEx;

struct Made {
  DWORD error, bytes;
  void* overlapped;
  DWORD flags;
  bool operator==(const Made& other) const {
    return error == other.error && bytes == other.bytes && overlapped == other.overlapped && flags == other.flags;
  }
};
std::vector<Made> made;
DWORD made_by = 0;

void CALLBACK note(DWORD error, DWORD bytes, void* overlapped, DWORD flags) {
  made.push_back({error, bytes, overlapped, flags});
  made_by = GetCurrentThreadId();
}
const void* const kNote = reinterpret_cast<const void*>(&note);

TEST(PendingEvent, is_reset_when_prepared_and_set_when_told) {
  OwnedHandle event = manual_event(true);
  auto* pending = windsock_prepare_event(event.get());
  ASSERT_NE(pending, nullptr);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), DWORD{WAIT_TIMEOUT});
  windsock_tell_event(pending);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
}

TEST(PendingEvent, that_is_dropped_stays_unset) {
  OwnedHandle event = manual_event(true);
  auto* pending = windsock_prepare_event(event.get());
  ASSERT_NE(pending, nullptr);
  windsock_drop_event(pending);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), DWORD{WAIT_TIMEOUT});
}

TEST(PendingEvent, outlives_its_handle) {
  HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr), copy = nullptr;
  auto* pending = windsock_prepare_event(event);
  ASSERT_NE(pending, nullptr);
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
  windsock_tell_event(pending);
  EXPECT_EQ(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
  pending = windsock_prepare_event(copy);
  EXPECT_TRUE(CloseHandle(copy));
  windsock_tell_event(pending);  // what is wrong with it is AddressSanitizer's to say
}

TEST(PendingEvent, needs_an_event) {
  OwnedHandle semaphore(CreateSemaphoreA(nullptr, 0, 1, nullptr));
  for (HANDLE handle : {semaphore.get(), HANDLE{nullptr}, HANDLE{INVALID_HANDLE_VALUE}}) {
    EXPECT_EQ(windsock_prepare_event(handle), nullptr);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  }
}

TEST(PendingRoutine, is_called_by_the_thread_that_prepared_it_when_it_waits_alertably) {
  made.clear();
  auto *first = windsock_prepare_routine(kNote), *second = windsock_prepare_routine(kNote), *dropped = windsock_prepare_routine(kNote);
  ASSERT_TRUE(first && second && dropped);
  int operation = 0;
  std::thread([&] {
    windsock_tell_routine(second, 995, 0, &operation, 1);
    windsock_tell_routine(first, 0, 7, nullptr, 0x8000'0000);
  }).join();
  EXPECT_TRUE(made.empty());
  windsock_drop_routine(dropped);
  EXPECT_EQ(alertable_pause(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(made, (std::vector<Made>{{995, 0, &operation, 1}, {0, 7, nullptr, 0x8000'0000}})) << "in the order of the ends";
  EXPECT_EQ(made_by, GetCurrentThreadId());
  EXPECT_EQ(alertable_pause(0, TRUE), 0u);
}

TEST(PendingRoutine, of_a_thread_that_has_ended_is_not_called) {
  made.clear();
  windsock::services::PendingRoutine *told = nullptr, *late = nullptr;
  std::thread([&] {
    told = windsock_prepare_routine(kNote);
    late = windsock_prepare_routine(kNote);
    windsock_tell_routine(told, 0, 0, nullptr, 0);
  }).join();
  windsock_tell_routine(late, 0, 0, nullptr, 0);
  alertable_pause(0, TRUE);
  EXPECT_TRUE(made.empty());
}

}  // namespace

}  // namespace kernel32_test
