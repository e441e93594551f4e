// Handles: their range, life and flags; which values are none; and those of SOCKETs, with a stand-in for ws2_32.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "dlls/common/host_futex.h"
#include "dlls/common/host_socket.h"
#include "dlls/kernel32/socket_provider.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

uintptr_t value_of(HANDLE handle) { return reinterpret_cast<uintptr_t>(handle); }
HANDLE handle_of(intptr_t value) { return reinterpret_cast<HANDLE>(value); }

TEST(Handle, of_an_object_is_in_its_range) {
  OwnedHandle event = manual_event();
  EXPECT_GE(value_of(event.get()), 0x40000000u);
  EXPECT_EQ(value_of(event.get()) % 4, 0u);
}

TEST(Handle, closed_is_invalid_everywhere) {
  HANDLE event = manual_event(true).release();
  ASSERT_TRUE(CloseHandle(event));
  DWORD value = 0;
  HANDLE copy = nullptr;
  auto expect_invalid = [](BOOL result, const char* call) {
    EXPECT_FALSE(result) << call;
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE}) << call;
    SetLastError(0);
  };
  expect_invalid(CloseHandle(event), "CloseHandle");
  expect_invalid(SetEvent(event), "SetEvent");
  expect_invalid(ResetEvent(event), "ResetEvent");
  expect_invalid(WaitForSingleObject(event, 0) != WAIT_FAILED, "WaitForSingleObject");
  expect_invalid(WaitForMultipleObjects(1, &event, TRUE, 0) != WAIT_FAILED, "WaitForMultipleObjects");
  expect_invalid(GetHandleInformation(event, &value), "GetHandleInformation");
  expect_invalid(SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0), "SetHandleInformation");
  expect_invalid(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE, 0), "DuplicateHandle");
  expect_invalid(GetExitCodeThread(event, &value), "GetExitCodeThread");
  expect_invalid(ResumeThread(event) != static_cast<DWORD>(-1), "ResumeThread");
  expect_invalid(GetExitCodeProcess(event, &value), "GetExitCodeProcess");
  expect_invalid(TerminateProcess(event, 1), "TerminateProcess");
  expect_invalid(GetProcessId(event) != 0, "GetProcessId");
}

TEST(Handle, of_another_kind_is_invalid) {
  OwnedHandle event = manual_event();
  DWORD value = 0;
  EXPECT_FALSE(GetExitCodeThread(event.get(), &value));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(SetEvent(GetCurrentProcess()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(TerminateProcess(GetCurrentThread(), 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST(Handle, values_outside_all_ranges_are_invalid) {
  for (intptr_t value : {intptr_t{0}, intptr_t{1}, intptr_t{2}, intptr_t{5}, intptr_t{1} << 24, intptr_t{0x3ffffffc}, intptr_t{0x7ffffffc},
                         intptr_t{1} << 40, intptr_t{-7}, INTPTR_MIN, intptr_t{0x40000000} + 4 * 1'000'000}) {
    SetLastError(0);
    EXPECT_FALSE(CloseHandle(handle_of(value))) << value;
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE}) << value;
    EXPECT_EQ(WaitForSingleObject(handle_of(value), 0), WAIT_FAILED) << value;
    EXPECT_FALSE(SetEvent(handle_of(value))) << value;
  }
}

TEST(Handle, low_bits_are_the_programs) {
  OwnedHandle event = automatic_event();
  HANDLE tagged = handle_of(static_cast<intptr_t>(value_of(event.get()) | 1));
  EXPECT_TRUE(SetEvent(tagged));
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
}

TEST(Handle, duplicate_leads_to_the_same_object_and_outlives_the_first) {
  OwnedHandle first = automatic_event();
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), first.get(), GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  OwnedHandle second(copy);
  EXPECT_NE(copy, first.get());
  SetEvent(first.get());
  first.close();
  EXPECT_EQ(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
}

TEST(Handle, duplicate_can_close_its_source) {
  HANDLE source = manual_event(true).release();
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), source, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
  OwnedHandle owner(copy);
  EXPECT_TRUE(copy == source || !SetEvent(source)) << "the source is still open";
  EXPECT_EQ(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
}

TEST(Handle, of_this_process_is_needed_to_duplicate) {
  OwnedHandle event = manual_event();
  OwnedHandle parent(OpenProcess(SYNCHRONIZE, FALSE, 1));
  ASSERT_NE(parent.get(), nullptr);
  HANDLE copy = nullptr;
  EXPECT_FALSE(DuplicateHandle(GetCurrentProcess(), event.get(), parent.get(), &copy, 0, FALSE, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  OwnedHandle self(OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId()));
  EXPECT_TRUE(DuplicateHandle(self.get(), event.get(), self.get(), &copy, 0, FALSE, 0));
  OwnedHandle owner(copy);
}

TEST(Handle, flags_are_kept) {
  OwnedHandle event = manual_event();
  DWORD flags = 99;
  EXPECT_TRUE(GetHandleInformation(event.get(), &flags));
  EXPECT_EQ(flags, 0u);
  EXPECT_TRUE(SetHandleInformation(event.get(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
  EXPECT_TRUE(GetHandleInformation(event.get(), &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_TRUE(SetHandleInformation(event.get(), 0, HANDLE_FLAG_PROTECT_FROM_CLOSE)) << "what the mask leaves out does not change";
  EXPECT_TRUE(GetHandleInformation(event.get(), &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_FALSE(SetHandleInformation(event.get(), 4, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, TRUE};
  OwnedHandle inheritable(CreateEventA(&attributes, TRUE, FALSE, nullptr));
  EXPECT_TRUE(GetHandleInformation(inheritable.get(), &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
}

TEST(Handle, protected_from_close_stays_open) {
  OwnedHandle event = manual_event(true);
  ASSERT_TRUE(SetHandleInformation(event.get(), HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
  EXPECT_FALSE(CloseHandle(event.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
  ASSERT_TRUE(SetHandleInformation(event.get(), HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
}

TEST(Handle, pseudo_ones_mean_the_caller) {
  EXPECT_EQ(GetCurrentProcess(), handle_of(-1));
  EXPECT_EQ(GetCurrentThread(), handle_of(-2));
  EXPECT_EQ(GetProcessId(GetCurrentProcess()), GetCurrentProcessId());
  EXPECT_EQ(WaitForSingleObject(GetCurrentProcess(), 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(GetCurrentThread(), 0), DWORD{WAIT_TIMEOUT});
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeProcess(GetCurrentProcess(), &code));
  EXPECT_EQ(code, DWORD{STILL_ACTIVE});
  EXPECT_TRUE(GetExitCodeThread(GetCurrentThread(), &code));
  EXPECT_EQ(code, DWORD{STILL_ACTIVE});
  EXPECT_TRUE(CloseHandle(GetCurrentThread()));
}

// Many threads make, use and close handles, and look at those of others while they are closed: an open handle always works, a
// foreign one works or is invalid, and no object is lost or freed twice (the sanitizers watch).
TEST(Handle, tables_survive_contention) {
  constexpr int kThreads = 4, kRounds = 3000;
  std::atomic<HANDLE> shared{nullptr};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        HANDLE own = CreateEventA(nullptr, FALSE, FALSE, nullptr);
        if (!SetEvent(own)) ++wrong;
        if (HANDLE other = shared.load()) {
          DWORD flags;
          GetHandleInformation(other, &flags);
          WaitForSingleObject(other, 0);
        }
        HANDLE taken = shared.exchange(own);
        if (taken != nullptr && !CloseHandle(taken)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (HANDLE last = shared.load(); last != nullptr && !CloseHandle(last)) ++wrong;
  EXPECT_EQ(wrong, 0);
}

// ---- SOCKETs -----------------------------------------------------------------------------------------------------------

struct SocketCalls {
  std::vector<std::string> made;
  bool inheritable = true;
  uintptr_t good_key = 1;
} calls;

void note(const char* call, uintptr_t socket) { calls.made.push_back(call + std::string(" ") + std::to_string(socket)); }

constexpr windsock::services::SocketOperations kOperations = {
    .close = [](uintptr_t socket) { return note("close", socket), true; },
    .duplicate = [](uintptr_t socket) { return note("duplicate", socket), socket + 1; },
    .get_inheritable = [](uintptr_t socket, bool* inheritable) { return note("get", socket), *inheritable = calls.inheritable, true; },
    .set_inheritable = [](uintptr_t socket, bool inheritable) { return note("set", socket), calls.inheritable = inheritable, true; },
    .inherit = [](windsock::services::SocketInheritance*) {},
    .read = [](uintptr_t socket, void* data, uint32_t size) -> int64_t {
      note("read", socket);
      memset(data, 'r', size);
      return size;
    },
    .write = [](uintptr_t socket, const void*, uint32_t) -> int64_t {
      note("write", socket);
      SetLastError(WSAECONNRESET);
      return -1;
    },
    // Reading goes on, writing is done at once.
    .start_read = [](uintptr_t socket, void*, uint32_t, void*, const void* routine) {
      note(routine != nullptr ? "start reading for a routine" : "start reading", socket);
      SetLastError(ERROR_IO_PENDING);
      return false;
    },
    .start_write = [](uintptr_t socket, const void*, uint32_t size, void* overlapped, const void* routine) {
      note(routine != nullptr ? "start writing for a routine" : "start writing", socket);
      static_cast<OVERLAPPED*>(overlapped)->InternalHigh = size;
      return true;
    },
    .associate = [](uintptr_t socket, windsock::services::Port*, uintptr_t key) { return note("associate", socket), key == calls.good_key; },
    .set_notification_modes = [](uintptr_t socket, uint32_t) { return note("set modes", socket), true; },
    .cancel_own = [](uintptr_t socket) { return note("cancel own", socket), SetLastError(ERROR_NOT_FOUND), false; },
    .cancel = [](uintptr_t socket, void* overlapped) { return note("cancel", socket), SetLastError(ERROR_NOT_FOUND), overlapped != nullptr; },
    .common_source = []() -> windsock::services::IoSource* { return nullptr; },
    .await_end = [](const void*, int64_t deadline) { return calls.made.push_back("await"), deadline == windsock::host::kNoDeadline; },
    .wait = [](uintptr_t socket, int64_t deadline) {
      calls.made.push_back("wait " + std::to_string(socket));
      if (deadline == windsock::host::kNoDeadline) return true;
      SetLastError(socket == 7 ? WAIT_TIMEOUT : WSAENOTSOCK);
      return false;
    },
};

class SocketHandle : public ::testing::Test {
 protected:
  void SetUp() override { calls = {}; }
  void TearDown() override { windsock_set_socket_operations(nullptr); }
};

TEST_F(SocketHandle, is_invalid_while_nobody_knows_sockets) {
  DWORD flags = 0;
  HANDLE copy = nullptr;
  HANDLE socket = handle_of(7);
  for (BOOL result : {CloseHandle(socket), GetHandleInformation(socket, &flags), SetHandleInformation(socket, HANDLE_FLAG_INHERIT, 0),
                      DuplicateHandle(GetCurrentProcess(), socket, GetCurrentProcess(), &copy, 0, FALSE, 0)}) {
    EXPECT_FALSE(result);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  }
}

TEST_F(SocketHandle, goes_to_those_who_know_sockets) {
  windsock_set_socket_operations(&kOperations);
  HANDLE socket = handle_of(7);
  DWORD flags = 0;
  EXPECT_TRUE(GetHandleInformation(socket, &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_TRUE(SetHandleInformation(socket, HANDLE_FLAG_INHERIT, 0));
  EXPECT_TRUE(GetHandleInformation(socket, &flags));
  EXPECT_EQ(flags, 0u);
  HANDLE copy = nullptr;
  EXPECT_TRUE(DuplicateHandle(GetCurrentProcess(), socket, GetCurrentProcess(), &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
  EXPECT_EQ(copy, handle_of(8));
  EXPECT_TRUE(CloseHandle(socket));
  EXPECT_EQ(calls.made, (std::vector<std::string>{"get 7", "set 7", "get 7", "duplicate 7", "set 8", "close 7"}));
  EXPECT_TRUE(calls.inheritable);
}

TEST_F(SocketHandle, has_overlapped_operations_of_those_who_know_sockets) {
  windsock_set_socket_operations(&kOperations);
  HANDLE socket = handle_of(7);
  char data[4] = "";
  DWORD moved = 99;
  OVERLAPPED overlapped{};
  LPOVERLAPPED_COMPLETION_ROUTINE routine = [](DWORD, DWORD, LPOVERLAPPED) {};
  EXPECT_FALSE(ReadFile(socket, data, 3, &moved, &overlapped));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_IO_PENDING});
  EXPECT_EQ(moved, 0u);
  EXPECT_TRUE(WriteFile(socket, data, 3, &moved, &overlapped));
  EXPECT_EQ(moved, 3u);
  EXPECT_TRUE(ReadFileEx(socket, data, 3, &overlapped, routine)) << "what goes on is a success of this call";
  EXPECT_TRUE(WriteFileEx(socket, data, 3, &overlapped, routine));
  EXPECT_EQ(calls.made, (std::vector<std::string>{"start reading 7", "start writing 7", "start reading for a routine 7",
                                                  "start writing for a routine 7"}));
  EXPECT_FALSE(ReadFileEx(socket, data, 3, &overlapped, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(WriteFileEx(socket, data, 3, nullptr, routine));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST_F(SocketHandle, is_cancelled_and_waited_for_by_those_who_know_sockets) {
  windsock_set_socket_operations(&kOperations);
  HANDLE socket = handle_of(7);
  OVERLAPPED overlapped{};
  DWORD moved = 99;
  EXPECT_TRUE(CancelIo(socket)) << "that there is nothing to cancel is no failure of this call";
  EXPECT_TRUE(CancelIoEx(socket, &overlapped));
  EXPECT_FALSE(CancelIoEx(socket, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_FOUND});
  EXPECT_TRUE(SetFileCompletionNotificationModes(socket, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  EXPECT_EQ(calls.made, (std::vector<std::string>{"cancel own 7", "cancel 7", "cancel 7", "set modes 7"}));
  EXPECT_FALSE(SetFileCompletionNotificationModes(socket, 8));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  calls.made.clear();
  overlapped.Internal = STATUS_PENDING;
  EXPECT_FALSE(GetOverlappedResult(socket, &overlapped, &moved, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_IO_INCOMPLETE});
  EXPECT_TRUE(calls.made.empty());
  EXPECT_FALSE(GetOverlappedResultEx(socket, &overlapped, &moved, 1, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(calls.made, std::vector<std::string>{"await"});
}

TEST_F(SocketHandle, has_its_port_with_those_who_know_sockets) {
  HANDLE socket = handle_of(7);
  EXPECT_EQ(CreateIoCompletionPort(socket, nullptr, 1, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  windsock_set_socket_operations(&kOperations);
  OwnedHandle port(CreateIoCompletionPort(socket, nullptr, 1, 0));
  EXPECT_NE(port.get(), nullptr);
  EXPECT_EQ(CreateIoCompletionPort(socket, port.get(), 1, 0), port.get());
  EXPECT_EQ(CreateIoCompletionPort(socket, port.get(), 2, 0), nullptr);
  EXPECT_EQ(calls.made, (std::vector<std::string>{"associate 7", "associate 7", "associate 7"}));
}

TEST_F(SocketHandle, is_read_and_written_by_those_who_know_sockets) {
  char data[4] = "";
  DWORD moved = 99;
  EXPECT_FALSE(ReadFile(handle_of(7), data, sizeof data, &moved, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  windsock_set_socket_operations(&kOperations);
  unsigned long wide = 0;
  EXPECT_TRUE(ReadFile(handle_of(7), data, 3, &wide, nullptr));
  EXPECT_EQ(wide, 3u);
  EXPECT_STREQ(data, "rrr");
  EXPECT_FALSE(WriteFile(handle_of(8), data, 3, &moved, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NETNAME_DELETED}) << "the word for WSAECONNRESET";
  EXPECT_EQ(moved, 0u);
  EXPECT_EQ(calls.made, (std::vector<std::string>{"read 7", "write 8"}));
  EXPECT_FALSE(WriteFile(handle_of(7), data, 3, static_cast<LPDWORD>(nullptr), nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  OwnedHandle event = manual_event();
  EXPECT_FALSE(ReadFile(event.get(), data, 3, &moved, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(SocketHandle, leads_to_the_same_object_as_its_duplicate) {
  windsock_set_socket_operations(&kOperations);
  auto own = windsock::host::create_socket(windsock::host::kAfInet, windsock::host::kSockDgram, 0, windsock::host::Blocking::kYes);
  auto other = windsock::host::create_socket(windsock::host::kAfInet, windsock::host::kSockDgram, 0, windsock::host::Blocking::kYes);
  ASSERT_TRUE(own && other);
  auto copy = windsock::host::duplicate(own.value().get());
  ASSERT_TRUE(copy);
  auto compare = [](const windsock::UniqueFd& a, const windsock::UniqueFd& b) { return CompareObjectHandles(handle_of(a.get()), handle_of(b.get())); };
  EXPECT_TRUE(compare(own.value(), copy.value()));
  EXPECT_FALSE(compare(own.value(), other.value()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SAME_OBJECT});
  OwnedHandle event = manual_event();
  EXPECT_FALSE(CompareObjectHandles(handle_of(own.value().get()), event.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SAME_OBJECT});
  EXPECT_FALSE(CompareObjectHandles(handle_of(own.value().get()), handle_of(1000000)));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(SocketHandle, is_waited_for_alone_by_those_who_know_sockets) {
  EXPECT_EQ(WaitForSingleObject(handle_of(7), 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  windsock_set_socket_operations(&kOperations);
  EXPECT_EQ(WaitForSingleObject(handle_of(7), INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(handle_of(7), 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(WaitForSingleObject(handle_of(8), 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  const HANDLE one = handle_of(7);
  EXPECT_EQ(WaitForMultipleObjects(1, &one, TRUE, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(calls.made, (std::vector<std::string>{"wait 7", "wait 7", "wait 8", "wait 7"}));
  OwnedHandle event = manual_event();
  const HANDLE both[] = {one, event.get()};
  EXPECT_EQ(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(SetEvent(one));
}

}  // namespace

}  // namespace kernel32_test
