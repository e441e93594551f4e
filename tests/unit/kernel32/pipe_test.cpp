// Pipes beyond what Windows has, too (tests/regress/pipe_test.cpp): overlapped calls on them, the host's signal, sizes, descriptors.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

struct AnonymousPipe {
  explicit AnonymousPipe(DWORD size = 0) {
    HANDLE reading = nullptr, writing = nullptr;
    EXPECT_TRUE(CreatePipe(&reading, &writing, nullptr, size));
    read_end = OwnedHandle(reading);
    write_end = OwnedHandle(writing);
  }
  OwnedHandle read_end, write_end;
};

TEST(AnonymousPipe, takes_an_overlapped_as_a_synchronous_handle_does) {
  AnonymousPipe pipe;
  OwnedHandle event = manual_event();
  OVERLAPPED overlapped{};
  overlapped.hEvent = event.get();
  overlapped.Offset = 77;  // means nothing
  DWORD moved = 0;
  EXPECT_TRUE(WriteFile(pipe.write_end.get(), "abc", 3, &moved, &overlapped));
  EXPECT_EQ(moved, 3u);
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
  char got[4] = "";
  EXPECT_TRUE(ReadFile(pipe.read_end.get(), got, 3, nullptr, &overlapped));
  EXPECT_STREQ(got, "abc");
  pipe.write_end.close();
  EXPECT_FALSE(ReadFile(pipe.read_end.get(), got, 3, nullptr, &overlapped));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_BROKEN_PIPE});
  EXPECT_FALSE(GetOverlappedResult(pipe.read_end.get(), &overlapped, &moved, FALSE));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_BROKEN_PIPE});
  EXPECT_EQ(CreateIoCompletionPort(pipe.read_end.get(), nullptr, 0, 0), nullptr) << "anonymous pipes are synchronous";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(AnonymousPipe, without_a_reader_raises_no_signal) {
  Child child("broken-pipe");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), std::to_string(ERROR_BROKEN_PIPE));
  EXPECT_EQ(child.exit_code(), 0u);
}

TEST(AnonymousPipe, may_be_larger_than_usual) {
  constexpr DWORD kSize = 1 << 18;  // within what the host lets users have
  AnonymousPipe pipe(kSize);
  std::string text(kSize, 'x');
  DWORD moved = 0;
  EXPECT_TRUE(WriteFile(pipe.write_end.get(), text.data(), kSize, &moved, nullptr)) << "without a reader";
  EXPECT_EQ(moved, kSize);
  std::string peeked(kSize, '\0');
  EXPECT_TRUE(PeekNamedPipe(pipe.read_end.get(), peeked.data(), kSize, &moved, nullptr, nullptr));
  EXPECT_EQ(moved, kSize);
  EXPECT_TRUE(peeked == text);
}

TEST(AnonymousPipe, moves_nothing_to_where_no_memory_is) {
  AnonymousPipe pipe;
  DWORD moved = 0;
  auto* nowhere = reinterpret_cast<char*>(uintptr_t{16});
  EXPECT_FALSE(WriteFile(pipe.write_end.get(), nowhere, 1, &moved, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOACCESS});
  EXPECT_TRUE(WriteFile(pipe.write_end.get(), "x", 1, &moved, nullptr));
  EXPECT_FALSE(ReadFile(pipe.read_end.get(), nowhere, 1, &moved, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOACCESS});
  EXPECT_FALSE(PeekNamedPipe(pipe.read_end.get(), nowhere, 1, nullptr, nullptr, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOACCESS});
  char byte = 0;
  EXPECT_TRUE(ReadFile(pipe.read_end.get(), &byte, 1, &moved, nullptr));
  EXPECT_EQ(byte, 'x') << "nothing is lost";
}

TEST(AnonymousPipe, needs_a_place_for_its_handles) {
  HANDLE end = nullptr;
  EXPECT_FALSE(CreatePipe(nullptr, &end, nullptr, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(CreatePipe(&end, nullptr, nullptr, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(AnonymousPipe, is_inheritable_when_it_is_made_so) {
  SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, TRUE};
  HANDLE reading = nullptr, writing = nullptr;
  ASSERT_TRUE(CreatePipe(&reading, &writing, &attributes, 0));
  OwnedHandle ends[] = {OwnedHandle(reading), OwnedHandle(writing)};
  for (const OwnedHandle& end : ends) {
    DWORD flags = 0;
    EXPECT_TRUE(GetHandleInformation(end.get(), &flags));
    EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  }
}

TEST(AnonymousPipe, leaves_no_descriptor) {
  size_t before = own_fd_count();
  for (int i = 0; i < 5; ++i) {
    AnonymousPipe pipe;
    char byte;
    DWORD moved = 0;
    EXPECT_TRUE(WriteFile(pipe.write_end.get(), "x", 1, &moved, nullptr));
    EXPECT_TRUE(PeekNamedPipe(pipe.read_end.get(), &byte, 1, nullptr, nullptr, nullptr));
  }
  EXPECT_EQ(own_fd_count(), before);
}

TEST(FileType, of_a_terminal_like_device_is_its_own) {
  OwnedHandle device(CreateFileA("/dev/null", GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  EXPECT_EQ(GetFileType(device.get()), DWORD{FILE_TYPE_CHAR});
  OwnedHandle event = manual_event();
  EXPECT_EQ(GetFileType(event.get()), DWORD{FILE_TYPE_UNKNOWN});
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

}  // namespace

}  // namespace kernel32_test
