// Pipes between threads, and to a child by its standard handles; what kind of file a handle leads to.
#include <winsock2.h>

#include <windows.h>

#include <string>
#include <thread>

#include "tests/regress/copy_child.h"
#include "tests/regress/fixture.h"
#include "tests/regress/open_file.h"
#include "tests/regress/sleeping_call.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

class PipeTest : public WinsockTest {
 protected:
  void SetUp() override {
    WinsockTest::SetUp();
    ASSERT_TRUE(CreatePipe(&read_end, &write_end, nullptr, 0));
  }
  void TearDown() override {
    close(read_end);
    close(write_end);
    WinsockTest::TearDown();
  }
  static void close(HANDLE& handle) {
    if (handle != nullptr) {
      EXPECT_TRUE(CloseHandle(handle));
    }
    handle = nullptr;
  }
  bool write(const std::string& text) const {
    DWORD written = 0;
    return WriteFile(write_end, text.data(), static_cast<DWORD>(text.size()), &written, nullptr) && written == text.size();
  }
  std::string read(DWORD size) const {
    std::string text(size, '\0');
    DWORD got = 0;
    if (!ReadFile(read_end, text.data(), size, &got, nullptr)) return "error " + std::to_string(GetLastError());
    text.resize(got);
    return text;
  }

  HANDLE read_end = nullptr, write_end = nullptr;
};

TEST_F(PipeTest, CarriesBytesInTheirOrder) {
  ASSERT_TRUE(write("one"));
  ASSERT_TRUE(write(",two"));
  EXPECT_EQ("one,t", read(5));
  EXPECT_EQ("wo", read(100)) << "what is there is enough";
}

TEST_F(PipeTest, ReadingWaitsForBytes) {
  std::string got;
  SleepingCall reader([&] { got = read(10); });
  EXPECT_TRUE(write("late"));
  reader.join();
  EXPECT_EQ("late", got);
}

TEST_F(PipeTest, WritingWaitsUntilEverythingIsWritten) {
  const std::string text(1'000'000, 'x');
  bool written = false;
  std::thread writer([&] {
    written = write(text);
    close(write_end);
  });
  std::string all;
  for (std::string part; !(part = read(4096)).starts_with("error");) all += part;
  writer.join();
  EXPECT_TRUE(written);
  EXPECT_TRUE(all == text) << all.size();
}

TEST_F(PipeTest, EndsWhenTheLastWriterHasGoneAndAllIsRead) {
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), write_end, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  ASSERT_TRUE(write("rest"));
  close(write_end);
  DWORD available = 0;
  EXPECT_TRUE(PeekNamedPipe(read_end, nullptr, 0, nullptr, &available, nullptr));
  EXPECT_EQ(4u, available);
  EXPECT_EQ("rest", read(10));
  EXPECT_TRUE(PeekNamedPipe(read_end, nullptr, 0, nullptr, &available, nullptr)) << "there is another writer";
  close(copy);
  EXPECT_EQ("error " + std::to_string(ERROR_BROKEN_PIPE), read(10));
  SetLastError(0);
  EXPECT_FALSE(PeekNamedPipe(read_end, nullptr, 0, nullptr, &available, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_BROKEN_PIPE), GetLastError());
}

TEST_F(PipeTest, NobodyCanWriteWhenTheLastReaderHasGone) {
  close(read_end);
  DWORD written = 0;
  EXPECT_FAILS_WITH_ONE_OF(WriteFile(write_end, "x", 1, &written, nullptr) ? 0 : SOCKET_ERROR, no_reader_left());
}

TEST_F(PipeTest, EachEndHasItsUse) {
  char byte = 'x';
  DWORD moved = 0;
  SetLastError(0);
  EXPECT_FALSE(ReadFile(write_end, &byte, 1, &moved, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), GetLastError());
  SetLastError(0);
  EXPECT_FALSE(WriteFile(read_end, &byte, 1, &moved, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), GetLastError());
  SetLastError(0);
  EXPECT_FALSE(PeekNamedPipe(write_end, nullptr, 0, nullptr, &moved, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), GetLastError());
}

// ---- looking at what is there ---------------------------------------------------------------------------------------------------

TEST_F(PipeTest, PeekingLeavesEverything) {
  DWORD got = 9, available = 9, left = 9;
  char buffer[5] = "";
  EXPECT_TRUE(PeekNamedPipe(read_end, buffer, 4, &got, &available, &left)) << "nothing is there";
  EXPECT_EQ(0u, got);
  EXPECT_EQ(0u, available);
  EXPECT_EQ(0u, left);
  ASSERT_TRUE(write("012"));
  ASSERT_TRUE(write("3456789"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(PeekNamedPipe(read_end, buffer, 4, &got, &available, &left));
    EXPECT_EQ(4u, got);
    EXPECT_STREQ("0123", buffer);
    EXPECT_EQ(10u, available);
    EXPECT_EQ(0u, left) << "bytes have no messages";
  }
  EXPECT_TRUE(PeekNamedPipe(read_end, nullptr, 0, nullptr, nullptr, nullptr));
  EXPECT_EQ("0123456789", read(100));
}

TEST_F(PipeTest, WhatIsNoPipeCannotBePeekedAt) {
  DWORD available = 0;
  const OpenFile file("text");
  ASSERT_TRUE(file.valid());
  SetLastError(0);
  EXPECT_FALSE(PeekNamedPipe(file.get(), nullptr, 0, nullptr, &available, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_FUNCTION), GetLastError());
  SetLastError(0);
  EXPECT_FALSE(PeekNamedPipe(nullptr, nullptr, 0, nullptr, &available, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

// ---- to a child -----------------------------------------------------------------------------------------------------------------------

TEST_F(PipeTest, AreAChildsStandardHandles) {
  SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
  HANDLE child_input = nullptr, to_child = nullptr, from_child = nullptr, child_output = nullptr;
  ASSERT_TRUE(CreatePipe(&child_input, &to_child, &inheritable, 0));
  ASSERT_TRUE(CreatePipe(&from_child, &child_output, &inheritable, 0));
  // Else the child would hold its own input open.
  ASSERT_TRUE(SetHandleInformation(to_child, HANDLE_FLAG_INHERIT, 0));
  ASSERT_TRUE(SetHandleInformation(from_child, HANDLE_FLAG_INHERIT, 0));
  HANDLE child = start_copy_child(child_input, child_output);
  ASSERT_NE(nullptr, child);
  close(child_input);
  close(child_output);
  std::swap(to_child, write_end);
  std::swap(from_child, read_end);
  EXPECT_TRUE(write("there and back"));
  std::string all;
  while (all.size() < 14) {
    const std::string part = read(100);
    if (part.starts_with("error")) break;
    all += part;
  }
  EXPECT_EQ("there and back", all);
  close(write_end);
  EXPECT_EQ("error " + std::to_string(ERROR_BROKEN_PIPE), read(1)) << "the child has ended";
  EXPECT_EQ(WAIT_OBJECT_0, WaitForSingleObject(child, kDeadlineMs));
  DWORD code = 1;
  EXPECT_TRUE(GetExitCodeProcess(child, &code));
  EXPECT_EQ(0u, code);
  close(child);
  close(to_child);
  close(from_child);
}

// ---- kinds of files --------------------------------------------------------------------------------------------------------------------

TEST_F(PipeTest, GetFileTypeTellsPipesFromFiles) {
  const OpenFile file("text");
  ASSERT_TRUE(file.valid());
  Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(static_cast<DWORD>(FILE_TYPE_PIPE), GetFileType(read_end));
  EXPECT_EQ(static_cast<DWORD>(FILE_TYPE_PIPE), GetFileType(write_end));
  EXPECT_EQ(static_cast<DWORD>(FILE_TYPE_DISK), GetFileType(file.get()));
  EXPECT_EQ(static_cast<DWORD>(FILE_TYPE_PIPE), GetFileType(reinterpret_cast<HANDLE>(socket.get())));
}

TEST_F(PipeTest, GetFileTypeOfWhatIsNoFile) {
  SetLastError(0);
  EXPECT_EQ(static_cast<DWORD>(FILE_TYPE_UNKNOWN), GetFileType(nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

TEST_F(PipeTest, FlushFileBuffersIsForWritersOfFiles) {
  const OpenFile file("text");
  ASSERT_TRUE(file.valid());
  SetLastError(0);
  EXPECT_FALSE(FlushFileBuffers(file.get()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), GetLastError());
  EXPECT_TRUE(FlushFileBuffers(write_end)) << "nothing is in it";
  SetLastError(0);
  EXPECT_FALSE(FlushFileBuffers(nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

}  // namespace
}  // namespace regress
