// _beginthread and _beginthreadex.
#include <gtest/gtest.h>
#include <process.h>

#include <atomic>
#include <cerrno>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

HANDLE handle_of(uintptr_t value) { return reinterpret_cast<HANDLE>(value); }
bool is_open(HANDLE handle) {
  DWORD flags;
  return GetHandleInformation(handle, &flags);
}

TEST(BeginThreadEx, gives_a_handle_an_id_and_an_exit_code) {
  unsigned id = 0;
  OwnedHandle thread(handle_of(_beginthreadex(nullptr, 0, [](void*) -> unsigned { return GetCurrentThreadId(); }, nullptr, 0, &id)));
  ASSERT_NE(thread.get(), nullptr);
  EXPECT_EQ(GetThreadId(thread.get()), id);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread.get(), &code));
  EXPECT_EQ(code, id);
}

TEST(BeginThreadEx, may_be_suspended_and_ended_by_endthreadex) {
  OwnedHandle thread(handle_of(_beginthreadex(nullptr, 65536, [](void*) -> unsigned { _endthreadex(7); }, nullptr, CREATE_SUSPENDED, nullptr)));
  ASSERT_NE(thread.get(), nullptr);
  EXPECT_EQ(WaitForSingleObject(thread.get(), 1), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(ResumeThread(thread.get()), 1u);
  EXPECT_EQ(WaitForSingleObject(thread.get(), kHang), WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread.get(), &code));
  EXPECT_EQ(code, 7u);
}

TEST(BeginThreadEx, tells_by_errno_what_was_wrong) {
  errno = 0;
  EXPECT_EQ(_beginthreadex(nullptr, 0, nullptr, nullptr, 0, nullptr), 0u);
  EXPECT_EQ(errno, EINVAL);
}

class BeginThread : public ::testing::TestWithParam<bool> {};

TEST_P(BeginThread, closes_its_handle) {
  struct Meeting {
    OwnedHandle go = manual_event();
    bool by_call;
    std::atomic<bool> ran{false};
  } meeting;
  meeting.by_call = GetParam();
  HANDLE thread = handle_of(_beginthread(
      [](void* argument) {
        auto& given = *static_cast<Meeting*>(argument);
        WaitForSingleObject(given.go.get(), kHang);
        bool by_call = given.by_call;
        given.ran = true;
        if (by_call) _endthread();
      },
      0, &meeting));
  ASSERT_NE(thread, INVALID_HANDLE_VALUE);
  EXPECT_TRUE(is_open(thread));
  SetEvent(meeting.go.get());
  EXPECT_TRUE(eventually([&] { return !is_open(thread); }));
  EXPECT_TRUE(meeting.ran);
}
INSTANTIATE_TEST_SUITE_P(End, BeginThread, ::testing::Bool(), [](const auto& info) { return std::string(info.param ? "by_call" : "by_return"); });

TEST(BeginThreadPlain, tells_by_errno_what_was_wrong) {
  errno = 0;
  EXPECT_EQ(_beginthread(nullptr, 0, nullptr), static_cast<uintptr_t>(-1));
  EXPECT_EQ(errno, EINVAL);
}

}  // namespace

}  // namespace kernel32_test
